//! What the URL of a database says of waiting, and what we add to it.

/// A database that went away without a word is noticed within half a minute, not by the system's two hours.
const LIVELINESS: [&str; 4] = [
    "connect_timeout=2",
    "keepalives_idle=10",
    "keepalives_interval=5",
    "keepalives_count=3",
];
pub const CONNECT_TIMEOUT: &str = "connect_timeout";
pub const USER_TIMEOUT: &str = "tcp_user_timeout";
/// Milliseconds, from here on: each line has its own.
pub const USER_TIMEOUTS: std::ops::Range<u64> = 10_000..12_000;

/// The address without its scheme, and the settings behind it. To libpq all before an `@` is user and password, unless a slash
/// comes first: a question mark in there begins nothing.
pub fn split_query(url: &str) -> (&str, Option<&str>) {
    let address = url.split_once("://").map_or(url, |(_, address)| address);
    let person = match address.find(['@', '/']) {
        Some(end) if address[end..].starts_with('@') => end,
        _ => 0,
    };
    match address[person..].find('?') {
        Some(mark) => {
            let (address, query) = address.split_at(person + mark);
            (address, query.strip_prefix('?'))
        }
        None => (address, None),
    }
}

fn query(url: &str) -> Option<&str> {
    split_query(url).1
}

/// What the URL says of a setting.
pub fn setting<'a>(url: &'a str, name: &str) -> Option<&'a str> {
    let pairs = query(url)?.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .filter(|(known, _)| *known == name)
        .map(|(_, value)| value)
        .next_back()
}

/// The URL with what keeps a connection from waiting for ever; what the operator says himself stays.
pub fn with_limits(url: &str, user_timeout: u64) -> String {
    let own = format!("{USER_TIMEOUT}={user_timeout}");
    let limits = LIVELINESS.into_iter().chain([own.as_str()]);
    limits.fold(url.to_owned(), |url, limit| {
        let name = limit.split('=').next().unwrap_or_default();
        match (setting(&url, name), query(&url)) {
            (Some(_), _) => url,
            (None, Some(_)) => format!("{url}&{limit}"),
            (None, None) => format!("{url}?{limit}"),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_operator_says_of_waiting_stays() {
        let all = with_limits("postgresql://h/d", 10_007);
        assert_eq!(setting(&all, "connect_timeout"), Some("2"));
        assert_eq!(setting(&all, USER_TIMEOUT), Some("10007"));
        let own = with_limits("postgresql://h/d?tcp_user_timeout=5000&sslmode=require", 10_007);
        assert_eq!(setting(&own, USER_TIMEOUT), Some("5000"));
        assert_eq!(own.matches(USER_TIMEOUT).count(), 1);
        assert_eq!(setting(&own, "keepalives_idle"), Some("10"));
        // A password is no setting.
        let odd = with_limits("postgresql://u:keepalives_idle=@h/d", 10_007);
        assert_eq!(setting(&odd, "keepalives_idle"), Some("10"));
    }

    #[test]
    fn a_question_mark_in_a_password_begins_no_settings() {
        for (url, ends) in [
            ("postgresql://u:who?connect_timeout=9&@h/d", "@h/d?connect_timeout=2&"),
            ("postgresql://u:who?@h/d?connect_timeout=9", "@h/d?connect_timeout=9&"),
            // Without a person an `@` is one of the path.
            ("postgresql:///d?host=/var/run@here", "@here&connect_timeout=2&"),
            ("postgresql://h/d", "h/d?connect_timeout=2&"),
        ] {
            let limited = with_limits(url, 10_007);
            assert!(limited.contains(ends), "{limited}");
        }
    }
}
