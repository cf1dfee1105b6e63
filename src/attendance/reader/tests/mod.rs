//! Every report under `tests/attendance/reports` against what it is known to say, and then damaged.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod damage;
mod details;
mod fixtures;
mod who;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::*;

/// What is around every report of the folder.
pub struct Scene {
    pub window: Window,
    pub registered: Vec<Registered>,
    pub ids: BTreeMap<Uuid, String>,
    pub team: Vec<TeamMember>,
}

pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/attendance/reports")
}

pub fn reports() -> Vec<(String, Vec<u8>)> {
    let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut reports: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "csv"))
        .map(|path| {
            (
                path.file_name().unwrap().to_str().unwrap().to_owned(),
                fs::read(&path).unwrap(),
            )
        })
        .collect();
    reports.sort();
    assert!(reports.len() > 20);
    reports
}

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub fn window() -> Window {
    Window {
        starts_at: at("2027-05-06T16:00:00Z"),
        ends_at: Some(at("2027-05-06T17:30:00Z")),
    }
}

pub fn how() -> Reading<'static> {
    Reading {
        session: window(),
        time_zone: chrono_tz::Europe::Berlin,
        format: None,
        column_map: None,
        date_order: None,
        time_is_up: &|| false,
    }
}

pub const RULE: PresenceRule = PresenceRule {
    min_seconds: 600,
    clip_to_session: true,
    bridge_gap_seconds: 0,
};

pub fn scene() -> Scene {
    let scene: Value = serde_json::from_slice(&fs::read(folder().join("scene.json")).unwrap()).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut ids = BTreeMap::new();
    let registered = (1_u128..)
        .zip(scene["registered"].as_array().unwrap())
        .map(|(number, one)| {
            let id = Uuid::from_u128(number);
            ids.insert(id, text(&one["id"]));
            Registered {
                id,
                given_name: text(&one["given_name"]),
                family_name: text(&one["family_name"]),
                email_key: Some(text(&one["email"])),
                state: text(&one["state"]).parse().unwrap(),
            }
        });
    let registered = registered.collect();
    let team = scene["team"].as_array().unwrap().iter().map(|one| TeamMember {
        name: text(&one["name"]),
        email: Some(text(&one["email"])),
        role: text(&one["role"]).parse().unwrap(),
    });
    Scene {
        window: window(),
        registered,
        team: team.collect(),
        ids,
    }
}

/// Key and registration of everybody who is matched without anybody having looked.
pub fn matched(report: &Report, scene: &Scene) -> Vec<(String, Uuid)> {
    let matches = match_people(&report.people, &scene.registered, &scene.team);
    let sure = matches.into_iter().filter(|one| one.status == Verdict::Matched);
    sure.map(|one| (one.key, one.registration_id.unwrap())).collect()
}

/// Reads text as it stands in a test.
pub fn read_text(text: &str) -> Result<Report, Unreadable> {
    read(text.as_bytes(), &how())
}
