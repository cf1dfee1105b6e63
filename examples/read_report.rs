//! Reads one attendance report and prints what the service would make of it.
//!
//! `cargo run --example read_report -- FILE START END ZONE REGISTRATIONS.json`, times as RFC 3339, END may be `-`.
//! The registrations are a list of `given_name`, `family_name`, `email`, `state`, beside it `staff_emails`,
//! `staff_display_names` and `speaker_emails`.

#![allow(clippy::indexing_slicing, reason = "of JSON: what is missing is null")]

use std::error::Error;

use chrono::{DateTime, Utc};
use einlass::attendance::reader::{
    PresenceRule, Reading, Registered, RegistrationStanding, TeamMember, TeamPart, Window, match_people, presence, read,
};
use serde_json::{Value, json};
use uuid::Uuid;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, start, end, zone, registrations] = arguments.as_slice() else {
        return Err("FILE START END ZONE REGISTRATIONS.json".into());
    };
    let instant = |text: &str| text.parse::<DateTime<Utc>>();
    let window = Window {
        starts_at: instant(start)?,
        ends_at: if end == "-" { None } else { Some(instant(end)?) },
    };
    let scene: Value = serde_json::from_slice(&std::fs::read(registrations)?)?;
    let how = Reading {
        session: window,
        time_zone: zone.parse()?,
        format: None,
        column_map: None,
        date_order: None,
        time_is_up: &|| false,
    };
    let report = match read(&std::fs::read(file)?, &how) {
        Ok(report) => report,
        Err(refused) => {
            println!(
                "{}",
                json!({ "refused": refused.code(), "detail": refused.detail(false) })
            );
            return Ok(());
        }
    };
    let (registered, names) = registered(&scene);
    let matches = match_people(&report.people, &registered, &team(&scene));
    let rule = PresenceRule {
        min_seconds: 600,
        clip_to_session: true,
        bridge_gap_seconds: 0,
    };
    let name_of = |id: &Uuid| names.iter().find(|(other, _)| other == id).map(|(_, name)| name);
    let people: Vec<Value> = report
        .people
        .iter()
        .zip(&matches)
        .map(|(seen, found)| {
            let candidates: Vec<_> = found.candidates.iter().map(name_of).collect();
            json!({
                "seen": seen,
                "presence": presence(seen, &window, &rule),
                "match": {
                    "status": found.status,
                    "registration_id": found.registration_id.as_ref().map(name_of),
                    "candidates": candidates,
                    "method": found.method,
                    "flags": found.flags,
                },
            })
        })
        .collect();
    let mut told = json!(report);
    told["people"] = json!(people);
    let texts: Vec<String> = report.warnings.iter().map(|warning| warning.detail(false)).collect();
    told["warning_texts"] = json!(texts);
    println!("{told:#}");
    Ok(())
}

/// With the ids that the scene calls them by.
fn registered(scene: &Value) -> (Vec<Registered>, Vec<(Uuid, String)>) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = scene["registrations"].as_array().cloned().unwrap_or_default();
    let mut registered = Vec::new();
    let mut names = Vec::new();
    for (number, one) in (1_u128..).zip(list) {
        let id = Uuid::from_u128(number);
        names.push((id, text(&one["id"])));
        registered.push(Registered {
            id,
            given_name: text(&one["given_name"]),
            family_name: text(&one["family_name"]),
            email_key: one["email"].as_str().map(str::to_lowercase),
            state: match one["state"].as_str() {
                Some("cancelled") => RegistrationStanding::Cancelled,
                Some("waitlisted") => RegistrationStanding::Waitlisted,
                Some("rejected" | "expired") => RegistrationStanding::Refused,
                Some("pending" | "offered" | "applied") => RegistrationStanding::Undecided,
                _ => RegistrationStanding::Seat,
            },
        });
    }
    (registered, names)
}

fn team(scene: &Value) -> Vec<TeamMember> {
    let words = |name: &str| {
        let list = scene[name].as_array().cloned().unwrap_or_default();
        list.into_iter()
            .filter_map(|word| word.as_str().map(str::to_owned))
            .collect::<Vec<_>>()
    };
    let by_email = |email, role| TeamMember {
        name: String::new(),
        email: Some(email),
        role,
    };
    let staff = words("staff_emails")
        .into_iter()
        .map(|email| by_email(email, TeamPart::Staff));
    let speakers = words("speaker_emails")
        .into_iter()
        .map(|email| by_email(email, TeamPart::Speaker));
    let named = words("staff_display_names").into_iter().map(|name| TeamMember {
        name,
        email: None,
        role: TeamPart::Staff,
    });
    staff.chain(speakers).chain(named).collect()
}
