//! Looks names up, and hands on no address that a delivery may not go to. Every connection is made to what stands here,
//! literals included, so that a name which leads elsewhere in a moment leads nowhere.

use std::fmt;
use std::sync::Arc;

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use crate::base::network::Network;
use crate::partners::rules::webhooks::may_connect;

/// A resolver, and what its answers may be.
#[derive(Debug)]
pub struct Guarded<R> {
    inner: R,
    allowed: Arc<[Network]>,
}

impl<R> Guarded<R> {
    pub fn new(inner: R, allowed: Arc<[Network]>) -> Self {
        Self { inner, allowed }
    }
}

/// The name leads to an address that a delivery may not go to.
#[derive(Debug)]
pub struct NotAllowed;

impl fmt::Display for NotAllowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the address is not public")
    }
}

impl std::error::Error for NotAllowed {}

impl<R: Resolver> Resolver for Guarded<R> {
    /// One address that is not allowed spoils the others: whoever mixes them is up to something.
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        let https = uri.scheme_str() == Some("https");
        let allowed = found
            .iter()
            .all(|address| may_connect(https, address.port(), address.ip(), &self.allowed));
        if allowed {
            Ok(found)
        } else {
            Err(Error::Other(Box::new(NotAllowed)))
        }
    }
}
