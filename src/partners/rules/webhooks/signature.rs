//! What is sent and how it is signed: Standard Webhooks (standardwebhooks.com), version 1.

use std::fmt;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::Value;

use crate::partners::model::{EventType, WebhookEvent};

/// By which a receiver knows that a delivery is ours. Shown in full only on purpose, by [`Secret::shown`].
#[derive(Clone)]
pub struct Secret(pub [u8; 32]);

impl Secret {
    /// As libraries for receivers want it.
    #[must_use]
    pub fn shown(&self) -> String {
        format!("whsec_{}", STANDARD.encode(self.0))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// What a delivery says. The same bytes each time it is repeated.
#[must_use]
pub fn body(event: EventType, happened_at: DateTime<Utc>, data: &Value) -> String {
    let timestamp = happened_at.to_rfc3339_opts(SecondsFormat::Micros, true);
    let event = WebhookEvent {
        kind: event,
        timestamp,
        data,
    };
    // Nothing in it can fail to be written.
    serde_json::to_string(&event).unwrap_or_default()
}

/// The header `webhook-signature`: one signature for each secret that is valid at this moment.
#[must_use]
pub fn signature(secrets: &[Secret], id: &str, timestamp: i64, body: &str) -> String {
    let signed = format!("{id}.{timestamp}.{body}");
    let one = |secret: &Secret| {
        let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &secret.0), signed.as_bytes());
        format!("v1,{}", STANDARD.encode(mac))
    };
    secrets.iter().map(one).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231 has no vector with a key of 32 bytes; this one was made with `openssl dgst -sha256 -mac HMAC`.
    #[test]
    fn it_signs_as_anybody_else_would() {
        let secret = Secret([7; 32]);
        assert_eq!(secret.shown(), "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=");
        let one = signature(std::slice::from_ref(&secret), "msg_1", 1_700_000_000, "{}");
        assert_eq!(one, "v1,nuLLyheCKcS2N8JNOFt5stk98R+umYWr26/ZTfdtGM8=");
        let two = signature(&[secret, Secret([8; 32])], "msg_1", 1_700_000_000, "{}");
        assert!(two.starts_with(&format!("{one} v1,")) && two.split(' ').count() == 2);
    }

    #[test]
    fn what_is_said_reads_from_the_type_to_the_data() {
        let at = "2027-01-04T08:00:00Z".parse().unwrap();
        assert_eq!(
            body(EventType::Published, at, &serde_json::json!({"id": "ä\""})),
            r#"{"type":"seminar.published","timestamp":"2027-01-04T08:00:00.000000Z","data":{"id":"ä\""}}"#
        );
    }
}
