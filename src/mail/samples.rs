//! Made-up mails of every shape: the operator's templates are tried out on them before a recipient sees one.

use uuid::Uuid;

use super::links::Links;
use super::model::{
    ChangeFacts, Facts, MinimumFacts, Precision, RegistrationFacts, SeminarFacts, SessionFacts, SharingFacts,
    WebhookFacts,
};
use chrono::{DateTime, FixedOffset};

/// What is on a made-up ticket.
pub const CODE: &str = "7K2MQ-X9D4T";

/// On site and online, one session and several, with everything there may be and with nothing of it.
pub fn all() -> Vec<(Facts, Links)> {
    let mut all = Vec::new();
    for channel in ["onsite", "online"] {
        for sessions in [1, 3] {
            for full in [true, false] {
                all.push((facts(channel, sessions, full), links(channel == "online")));
            }
        }
    }
    all
}

pub fn facts(channel: &str, sessions: usize, full: bool) -> Facts {
    Facts {
        seminar: SeminarFacts {
            id: id(1),
            title: "Fördermittel & \"Zuschüsse\" <für> Gründer_innen".to_owned(),
            status: "scheduled".to_owned(),
            organisation: "StädteRegion Aachen".to_owned(),
            contact_email: full.then(|| "kontakt@example.org".to_owned()),
            sequence: 2,
            sessions: (0..sessions).map(|index| session(index, full)).collect(),
            dropped_sessions: if full { vec![session(7, true)] } else { Vec::new() },
        },
        registration: Some(RegistrationFacts {
            id: id(2),
            state: "confirmed".to_owned(),
            channel: channel.to_owned(),
            given_name: "Anna".to_owned(),
            family_name: "Müller".to_owned(),
            persons: if full { 2 } else { 1 },
            waitlist_position: full.then_some(3),
            confirm_by: full.then(|| at("2027-05-01T10:00:00Z")).flatten(),
            offered_until: full.then(|| at("2027-05-01T10:00:00Z")).flatten(),
            sharings: if full { sharings() } else { Vec::new() },
        }),
        change: full.then(|| ChangeFacts {
            reason_code: "weather".to_owned(),
            public_text: Some("Der Deutsche Wetterdienst warnt vor Sturm.".to_owned()),
        }),
        minimum: Some(MinimumFacts {
            participants: 10,
            registered: 4,
        }),
        webhook: Some(WebhookFacts {
            name: "Portal der IHK".to_owned(),
            host: "portal.ihk.example".to_owned(),
            reason: if full { "gone" } else { "failing" }.to_owned(),
        }),
    }
}

fn sharings() -> Vec<SharingFacts> {
    let one = |organisation: &str, purpose: &str| SharingFacts {
        organisation: organisation.to_owned(),
        purpose: purpose.to_owned(),
    };
    vec![
        one("IHK Aachen", "Gemeinsame Durchführung"),
        one("AGIT", "Begrüßung der Gäste"),
    ]
}

fn session(index: usize, full: bool) -> SessionFacts {
    let by_day = index == 2;
    SessionFacts {
        id: id(u8::try_from(index).unwrap_or_default() + 10),
        title: full.then(|| "Wer fördert was?".to_owned()),
        starts_at: at("2027-05-06T18:00:00+02:00").unwrap_or_default() + chrono::Duration::weeks(i64::from(by_day)),
        ends_at: (full && !by_day).then(|| at("2027-05-06T20:00:00+02:00")).flatten(),
        date_precision: if by_day { Precision::Day } else { Precision::Minute },
        time_zone: "Europe/Berlin".to_owned(),
        place: full.then(|| "DIGITAL Church, Jülicher Straße 72a, 52070 Aachen".to_owned()),
        online_platform: full.then(|| "Zoom".to_owned()),
    }
}

pub fn links(join: bool) -> Links {
    let page = |action: &str| format!("https://portal.example/anmeldung/TOKEN?aktion={action}");
    Links {
        confirm: page("confirm"),
        see: page("see"),
        change: page("change"),
        cancel: page("cancel"),
        accept_offer: page("accept_offer"),
        keep: page("keep"),
        join: join.then(|| "https://einlass.example/join/TOKEN".to_owned()),
    }
}

fn id(last: u8) -> Uuid {
    let mut bytes = [0; 16];
    if let Some(byte) = bytes.last_mut() {
        *byte = last;
    }
    Uuid::from_bytes(bytes)
}

fn at(text: &str) -> Option<DateTime<FixedOffset>> {
    text.parse().ok()
}
