//! Einlass as a partner sees it: a token when one is needed, and the next page of the feed.

use std::io::Read;
use std::thread::sleep;
use std::time::{Duration, Instant};

use flate2::read::GzDecoder;
use serde_json::Value;
use ureq::Agent;
use ureq::http::Response;

use super::follow::Failure;

/// Who the partner is.
#[derive(Clone)]
pub struct Credentials {
    pub id: String,
    pub secret: String,
}

pub struct Service {
    api: String,
    credentials: Option<Credentials>,
    organisation: Option<String>,
    limit: u32,
    agent: Agent,
    token: Option<(String, Instant)>,
    pub calls: u64,
    /// Of all answers, as they came over the wire.
    pub bytes: u64,
}

/// What a call for the next page comes to.
pub enum Next {
    Page(Value),
    /// The place is no longer kept: begin again.
    Expired,
}

/// How often a call is tried before somebody has to look. With the waits below that is some ten minutes; a copy that was
/// away longer goes on where it was when it is started again.
const ATTEMPTS: u32 = 10;

impl Service {
    pub fn new(api: &str, credentials: Option<Credentials>, organisation: Option<String>, limit: u32) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_secs(60)))
            .build()
            .into();
        Self {
            api: api.trim_end_matches('/').to_owned(),
            credentials,
            organisation,
            limit,
            agent,
            token: None,
            calls: 0,
            bytes: 0,
        }
    }

    /// The page after `cursor`; without one the first.
    pub fn next(&mut self, cursor: Option<&str>, wait: u32) -> Result<Next, Failure> {
        let mut url = format!("{}/api/v1/changes?limit={}&wait={wait}", self.api, self.limit);
        if let Some(organisation) = &self.organisation {
            url += &format!("&organisation={organisation}");
        }
        if let Some(cursor) = cursor {
            url += &format!("&cursor={cursor}");
        }
        for attempt in 1..=ATTEMPTS {
            let token = self.token()?;
            let mut request = self.agent.get(&url).header("Accept-Encoding", "gzip");
            if let Some(token) = token {
                request = request.header("Authorization", format!("Bearer {token}"));
            }
            self.calls += 1;
            let Taken {
                status,
                retry_after,
                body,
                bytes,
            } = match request.call() {
                Ok(response) => taken(response)?,
                // Nobody answers: the network, or a restart.
                Err(error) if attempt < ATTEMPTS => {
                    pause(attempt, None, &error.to_string());
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            self.bytes += bytes;
            match status {
                200 => return Ok(Next::Page(serde_json::from_str(&body)?)),
                410 => return Ok(Next::Expired),
                // The token ended, or was taken away: one more try with a new one.
                401 if self.token.take().is_some() => {}
                429 | 500..=599 if attempt < ATTEMPTS => pause(attempt, retry_after, &body),
                _ => return Err(format!("{status} from {url}: {body}").into()),
            }
        }
        Err(format!("{url} was tried {ATTEMPTS} times").into())
    }

    /// A token that is good for another minute at least; none for who follows the public programme.
    fn token(&mut self) -> Result<Option<String>, Failure> {
        let Some(Credentials { id, secret }) = self.credentials.clone() else {
            return Ok(None);
        };
        if let Some((token, until)) = &self.token
            && Instant::now() < *until
        {
            return Ok(Some(token.clone()));
        }
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &id),
            ("client_secret", &secret),
            ("scope", "seminars:read"),
        ];
        for attempt in 1..=ATTEMPTS {
            self.calls += 1;
            let url = format!("{}/api/v1/oauth/token", self.api);
            match self.agent.post(&url).send_form(form) {
                Ok(response) => {
                    let Taken {
                        status,
                        retry_after,
                        body,
                        ..
                    } = taken(response)?;
                    if status == 200 {
                        let answer: Value = serde_json::from_str(&body)?;
                        let token = answer["access_token"].as_str().ok_or("no token")?.to_owned();
                        let life = answer["expires_in"].as_u64().unwrap_or(60).saturating_sub(60);
                        self.token = Some((token.clone(), Instant::now() + Duration::from_secs(life)));
                        return Ok(Some(token));
                    }
                    if !matches!(status, 429 | 500..=599) || attempt == ATTEMPTS {
                        return Err(format!("no token: {status} {body}").into());
                    }
                    pause(attempt, retry_after, &body);
                }
                Err(error) if attempt == ATTEMPTS => return Err(error.into()),
                Err(error) => pause(attempt, None, &error.to_string()),
            }
        }
        Err("no token".into())
    }
}

struct Taken {
    status: u16,
    retry_after: Option<u64>,
    body: String,
    /// As they came.
    bytes: u64,
}

/// No page is longer, packed or not.
const LONGEST: u64 = 200_000_000;

fn taken(mut response: Response<ureq::Body>) -> Result<Taken, Failure> {
    let header = |name: &str| response.headers().get(name)?.to_str().ok().map(str::to_owned);
    let retry_after = header("Retry-After").and_then(|value| value.parse().ok());
    let packed = header("Content-Encoding").is_some_and(|coding| coding == "gzip");
    let sent = response.body_mut().with_config().limit(LONGEST).read_to_vec()?;
    let mut body = String::new();
    if packed {
        GzDecoder::new(sent.as_slice())
            .take(LONGEST)
            .read_to_string(&mut body)?;
    } else {
        body = String::from_utf8(sent.clone())?;
    }
    Ok(Taken {
        status: response.status().as_u16(),
        retry_after,
        body,
        bytes: u64::try_from(sent.len())?,
    })
}

/// Longer each time, as long as the service asks for, and never in step with others.
fn pause(attempt: u32, retry_after: Option<u64>, why: &str) {
    let seconds = retry_after.unwrap_or(2_u64.saturating_pow(attempt).min(120));
    eprintln!("waits {seconds} s: {why}");
    let jitter = u64::from(std::process::id() % 500);
    sleep(Duration::from_secs(seconds) + Duration::from_millis(jitter));
}
