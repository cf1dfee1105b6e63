//! The files that the mails' templates come from.

macro_rules! built_in {
    ($($name:literal),+ $(,)?) => {
        &[
            (super::LAYOUT, include_str!("../../../templates/mail/layout.html")),
            $(
                (concat!("de/", $name, ".txt"), include_str!(concat!("../../../templates/mail/de/", $name, ".txt"))),
                (concat!("en/", $name, ".txt"), include_str!(concat!("../../../templates/mail/en/", $name, ".txt"))),
            )+
        ]
    };
}

pub const BUILT_IN: &[(&str, &str)] = built_in![
    "_footer",
    "_greeting",
    "_manage",
    "_reason",
    "_sessions",
    "_sharings",
    "already_registered",
    "applied",
    "below_minimum",
    "below_minimum_cancelled",
    "cancelled",
    "changed",
    "confirm_address",
    "confirmed",
    "expired",
    "offered",
    "rejected",
    "reminder_day",
    "reminder_hour",
    "seminar_cancelled",
    "seminar_moved",
    "seminar_postponed",
    "seminar_rescheduled",
    "venue_changed",
    "waitlisted",
    "webhook_disabled",
];
