//! How often somebody may try to log in: per account and per network, so that neither many addresses for one
//! account nor many accounts from one address get far. Waiting helps; nothing is ever locked, or anybody could
//! lock anybody out. Each instance counts for itself.

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::base::problem::{Code, Problem, Result};

/// Ten at once, then one every 30 seconds: 100 wrong passwords for one account take most of an hour.
const PER_ACCOUNT: Quota = Quota::per_minute(two()).allow_burst(ten());
/// An office behind one address logs in at eight o'clock.
const PER_NETWORK: Quota = Quota::per_second(two()).allow_burst(sixty());
/// Beyond this many keys the ones that are back to full are forgotten.
const MANY: usize = 10_000;

pub struct Throttle {
    accounts: DefaultKeyedRateLimiter<String>,
    networks: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
}

impl Default for Throttle {
    fn default() -> Self {
        Self {
            accounts: RateLimiter::keyed(PER_ACCOUNT),
            networks: RateLimiter::keyed(PER_NETWORK),
            clock: DefaultClock::default(),
        }
    }
}

impl Throttle {
    /// Counts one attempt; refuses it before anything is hashed.
    pub fn attempt(&self, account: &str, from: Option<IpAddr>) -> Result<()> {
        if self.accounts.len() > MANY {
            self.accounts.retain_recent();
        }
        if self.networks.len() > MANY {
            self.networks.retain_recent();
        }
        let now = self.clock.now();
        let network = from
            .map(network)
            .map_or(Ok(()), |network| self.networks.check_key(&network));
        let account = self.accounts.check_key(&account.to_owned());
        match (network, account) {
            (Ok(()), Ok(())) => Ok(()),
            (Err(wait), _) | (_, Err(wait)) => {
                let seconds = wait.wait_time_from(now).as_secs() + 1;
                Err(Problem::new(Code::TooManyRequests).retry_after(seconds).into())
            }
        }
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
    fn the_eleventh_attempt_on_one_account_waits_wherever_it_comes_from() {
        let throttle = Throttle::default();
        for n in 0..10 {
            let from = IpAddr::from([10, 0, 0, n]);
            assert!(throttle.attempt("a@b.example", Some(from)).is_ok());
        }
        assert!(
            throttle
                .attempt("a@b.example", Some(IpAddr::from([10, 0, 0, 99])))
                .is_err()
        );
        assert!(
            throttle
                .attempt("c@b.example", Some(IpAddr::from([10, 0, 0, 99])))
                .is_ok()
        );
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
