//! The code of a ticket: what lets somebody in, short enough to be typed.
//!
//! Ten digits of Crockford's base 32, 50 bits of an HMAC over the registration: guessing one takes 10¹⁵ attempts, each of
//! which needs an account of the front desk. It is a capability of its own: it opens the door and nothing else, and it
//! stays good when the address changes, because paper cannot be sent again. It is derived whenever it is shown and stored
//! nowhere; what is stored, for looking it up, is its digest.

use std::fmt;

use uuid::Uuid;

use super::capability::{Capabilities, Purpose};
use super::digest::sha256;

/// Without I, L, O and U.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 10;
const HALF: usize = LENGTH / 2;
/// What stands before the code in a QR code: by it a scanned one is told from a typed one. All of it is of the alphabet
/// that QR codes pack most densely.
const SCANNED: &str = "EINLASS:";

/// Ten digits, upper case, without the dash.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TicketCode(String);

impl TicketCode {
    #[must_use]
    pub fn of(capabilities: &Capabilities, registration: Uuid) -> Self {
        let mut rest = capabilities.digits(Purpose::Ticket, registration) >> 14;
        let mut digits = Vec::with_capacity(LENGTH);
        for _ in 0..LENGTH {
            let digit = usize::try_from(rest & 31).ok().and_then(|at| DIGITS.get(at));
            digits.push(digit.copied().map_or('0', char::from));
            rest >>= 5;
        }
        Self(digits.into_iter().rev().collect())
    }

    /// Reads what was scanned or typed; whether it was scanned. `None`: not the form of a code. Case, spaces and dashes
    /// do not matter, and who reads O for 0 and I or L for 1 is understood.
    #[must_use]
    pub fn read(text: &str) -> Option<(Self, bool)> {
        let text = text.trim().to_ascii_uppercase();
        let scanned = text.strip_prefix(SCANNED);
        let mut digits = String::with_capacity(LENGTH);
        for c in scanned.unwrap_or(&text).chars() {
            match c {
                'O' => digits.push('0'),
                'I' | 'L' => digits.push('1'),
                '-' | '–' | ' ' | '\u{a0}' => {}
                c if c.is_ascii() && DIGITS.contains(&u8::try_from(c).ok()?) => digits.push(c),
                _ => return None,
            }
        }
        (digits.len() == LENGTH).then_some((Self(digits), scanned.is_some()))
    }

    /// What the QR code says.
    #[must_use]
    pub fn scanned(&self) -> String {
        format!("{SCANNED}{self}")
    }

    /// By which it is found. With the organisation in it, equal codes of two organisations have nothing in common.
    #[must_use]
    pub fn hash(&self, organisation: Uuid) -> [u8; 32] {
        sha256(&[organisation.as_bytes().as_slice(), self.0.as_bytes()].concat())
    }
}

/// In two halves, as it is printed.
impl fmt::Display for TicketCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, second) = self.0.split_at_checked(HALF).unwrap_or((&self.0, ""));
        write!(f, "{first}-{second}")
    }
}

/// A capability does not belong into a log.
impl fmt::Debug for TicketCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TicketCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids::fresh;

    #[test]
    fn a_code_is_the_same_each_time_and_has_ten_digits() {
        let folder = std::env::temp_dir().join(format!("einlass-ticket-{}", fresh()));
        let capabilities = Capabilities::open(&folder).unwrap();
        std::fs::remove_dir_all(folder).unwrap();
        let id = fresh();
        let code = TicketCode::of(&capabilities, id);
        assert_eq!(code, TicketCode::of(&capabilities, id));
        assert_ne!(code, TicketCode::of(&capabilities, fresh()));
        let printed = code.to_string();
        assert_eq!((printed.len(), printed.find('-')), (11, Some(5)));
        assert_eq!(TicketCode::read(&printed), Some((code.clone(), false)));
        assert_eq!(TicketCode::read(&code.scanned()), Some((code.clone(), true)));
        assert_ne!(code.hash(id), code.hash(fresh()));
        assert!(!format!("{code:?}").contains(printed.split('-').next().unwrap()));
    }

    #[test]
    fn typing_is_forgiven() {
        let meant = TicketCode("01ABC1DEF0".to_owned());
        for typed in [
            "01ABC-1DEF0",
            "o1abc idefo",
            " OLabc-lDEFO ",
            "0-1-A-B-C-1-D-E-F-0",
            "einlass:01abc1def0",
        ] {
            assert_eq!(
                TicketCode::read(typed).map(|(code, _)| code),
                Some(meant.clone()),
                "{typed}"
            );
        }
        for wrong in [
            "",
            "01ABC-1DEF",
            "01ABC-1DEF00",
            "01ABC-1DEFU",
            "01ABC-1DEFÄ",
            "EINLASS:",
            "01ABC_1DEF0",
        ] {
            assert_eq!(TicketCode::read(wrong), None, "{wrong}");
        }
    }
}
