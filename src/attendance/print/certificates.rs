//! Certificates: a page for everybody who earned one.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{Orientation, english, images, logos_told, organisers, places, times};
use crate::attendance::model::ListLanguage;
use crate::attendance::rules::columns::Frame;
use crate::base::dates::day;
use crate::base::press::{Copy, Form};
use crate::catalogue::Logo;
use crate::seminars::{Session, SessionId, Whole};

/// Somebody who has earned one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Award {
    pub name: String,
    pub company: Option<String>,
    pub sessions: BTreeSet<SessionId>,
    /// Whether they were seen online in one of them.
    pub online: bool,
}

pub fn certificates(
    whole: &Whole,
    awards: &[Award],
    logos: Vec<Logo>,
    (language, orientation): (ListLanguage, Orientation),
    now: DateTime<Utc>,
) -> Copy {
    let all = whole.sessions.iter().map(|(session, _)| session.clone());
    let all = all.collect::<Vec<Session>>();
    let frame = Frame::of(&all);
    let people = awards.iter().map(|award| {
        let attended = all.iter().filter(|session| award.sessions.contains(&session.id));
        let attended = attended.cloned().collect::<Vec<_>>();
        json!({
            "name": award.name,
            "company": award.company,
            // The sessions this person attended, and no others.
            "when": times(&attended, language),
            "minutes": Frame::of(&attended).minutes(),
            "online": award.online,
        })
    });
    let data = json!({
        "language": language.as_str(),
        "title": whole.seminar.title,
        "people": people.collect::<Value>(),
        "when": times(&all, language),
        "venue": places(whole, &all),
        "organisers": organisers(whole),
        "issued": day(now.with_timezone(&frame.zone()).date_naive(), english(language)),
        "logos": logos_told(&logos),
        "orientation": orientation,
    });
    Copy {
        form: Form::Certificates,
        data,
        images: images(logos),
        at: now,
    }
}
