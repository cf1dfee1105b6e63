//! How often somebody may try to log in: per account and per network, so that neither many addresses for one
//! account nor many accounts from one address get far. Waiting helps; nothing is ever locked, or anybody could
//! lock anybody out. Each instance counts for itself.

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::base::problem::{Code, Problem, Result};

/// Ten at once, then one every 30 seconds: 100 wrong passwords for one account from one place take most of an hour.
const PER_ACCOUNT_AND_NETWORK: Quota = Quota::per_minute(two()).allow_burst(ten());
/// From everywhere together. Wider, so that whoever guesses at somebody's account does not keep its owner out.
const PER_ACCOUNT: Quota = Quota::per_minute(ten()).allow_burst(sixty());
/// An office behind one address logs in at eight o'clock.
const PER_NETWORK: Quota = Quota::per_second(two()).allow_burst(sixty());
pub struct Throttle {
    accounts: DefaultKeyedRateLimiter<String>,
    guesses: DefaultKeyedRateLimiter<(String, Option<IpAddr>)>,
    networks: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
}

impl Default for Throttle {
    fn default() -> Self {
        Self {
            accounts: RateLimiter::keyed(PER_ACCOUNT),
            guesses: RateLimiter::keyed(PER_ACCOUNT_AND_NETWORK),
            networks: RateLimiter::keyed(PER_NETWORK),
            clock: DefaultClock::default(),
        }
    }
}

impl Throttle {
    /// Counts one attempt; refuses it before anything is hashed.
    pub fn attempt(&self, account: &str, from: Option<IpAddr>) -> Result<()> {
        let now = self.clock.now();
        let network = from.map(network);
        // One after the other: who is refused early does not use up what belongs to others.
        let outcome = network
            .map_or(Ok(()), |network| self.networks.check_key(&network))
            .and_then(|()| self.guesses.check_key(&(account.to_owned(), network)))
            .and_then(|()| self.accounts.check_key(&account.to_owned()));
        outcome.map_err(|wait| {
            let seconds = wait.wait_time_from(now).as_secs() + 1;
            Problem::new(Code::TooManyRequests).retry_after(seconds).into()
        })
    }

    /// How many are remembered: accounts, networks, and the one from the other.
    #[must_use]
    pub fn size(&self) -> usize {
        self.accounts.len() + self.guesses.len() + self.networks.len()
    }

    /// Forgets those who have not tried for a while; run now and then by the service.
    pub fn sweep(&self) {
        self.accounts.retain_recent();
        self.guesses.retain_recent();
        self.networks.retain_recent();
    }
}

/// IPv6 is handed out by /64: one household has more addresses than we have rows.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::from((v6.to_bits() >> 64 << 64).to_be_bytes()),
        v4 => v4,
    }
}

const fn two() -> NonZeroU32 {
    NonZeroU32::MIN.saturating_add(1)
}

const fn ten() -> NonZeroU32 {
    NonZeroU32::MIN.saturating_add(9)
}

const fn sixty() -> NonZeroU32 {
    NonZeroU32::MIN.saturating_add(59)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleventh_attempt_on_one_account_from_one_place_waits() {
        let throttle = Throttle::default();
        let (here, elsewhere) = (Some(IpAddr::from([10, 0, 0, 1])), Some(IpAddr::from([10, 0, 0, 2])));
        for _ in 0..10 {
            assert!(throttle.attempt("a@b.example", here).is_ok());
        }
        assert!(throttle.attempt("a@b.example", here).is_err());
        assert!(
            throttle.attempt("a@b.example", elsewhere).is_ok(),
            "its owner is not kept out"
        );
        assert!(throttle.attempt("c@b.example", here).is_ok());
    }

    #[test]
    fn many_places_together_do_not_get_far_either() {
        let throttle = Throttle::default();
        let tries = (0..=255).map(|n| throttle.attempt("a@b.example", Some(IpAddr::from([10, 0, n, 1]))));
        assert_eq!(tries.filter(Result::is_ok).count(), 60);
    }

    #[test]
    fn one_network_is_counted_once_however_many_addresses_it_has() {
        let throttle = Throttle::default();
        let mut refused = false;
        for n in 0..70_u128 {
            let address = IpAddr::from((0x2001_0db8_u128 << 96 | n).to_be_bytes());
            refused |= throttle.attempt(&format!("{n}@b.example"), Some(address)).is_err();
        }
        assert!(refused);
        assert!(
            throttle
                .attempt("other@b.example", Some("2001:db8:1::1".parse().unwrap()))
                .is_ok()
        );
    }
}
