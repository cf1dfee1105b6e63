//! In which language the caller is spoken to: German first, English where it is wanted more.

use actix_web::HttpMessage;
use actix_web::http::header::{ACCEPT_LANGUAGE, AcceptLanguage, Header};

/// Whether `Accept-Language` (RFC 9110, section 12.5.4) leads to German.
pub fn german(request: &impl HttpMessage) -> bool {
    // Most programs say nothing.
    if !request.headers().contains_key(ACCEPT_LANGUAGE) {
        return true;
    }
    let wanted = AcceptLanguage::parse(request)
        .map(|accept| accept.ranked())
        .unwrap_or_default();
    let known = wanted
        .iter()
        .filter_map(|language| language.item())
        .find(|language| ["de", "en"].contains(&language.primary_language()));
    known.is_none_or(|language| language.primary_language() == "de")
}
