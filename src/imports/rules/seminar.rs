//! One seminar of a file: its parts, and whether they fit together.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Known, Parts, Reader, understood};
use crate::attendance::{NewHeadcount, Unit, phrase};
use crate::base::text::Slug;
use crate::imports::model::{ChannelPart, Entry, HeadcountPart, PartyPart, SeminarPart, SessionPart, When};
use crate::seminars::{Channel, ConsentText, Question, Status, TeamMember};

impl Reader {
    pub(super) fn seminar(&mut self, value: Value, at: &str, known: &Known) -> Option<Entry> {
        let Value::Object(mut object) = value else {
            self.refuse(at, "must be an object");
            return None;
        };
        let sessions = self.list(&mut object, "sessions", at);
        let sessions = self.parts::<SessionPart>(sessions, &format!("{at}/sessions"));
        let channels = self.list(&mut object, "channels", at);
        let channels = self.parts::<ChannelPart>(channels, &format!("{at}/channels"));
        let collections = self.list(&mut object, "collections", at);
        let collections = self.parts::<Slug>(collections, &format!("{at}/collections"));
        let parties = self.list(&mut object, "parties", at);
        let parties = self.parts::<PartyPart>(parties, &format!("{at}/parties"));
        let questions = self.list(&mut object, "questions", at);
        let questions = self.parts::<Question>(questions, &format!("{at}/questions"));
        let consent_texts = self.list(&mut object, "consent_texts", at);
        let consent_texts = self.parts::<ConsentText>(consent_texts, &format!("{at}/consent_texts"));
        let team = self.list(&mut object, "team", at);
        let team = self.parts::<TeamMember>(team, &format!("{at}/team"));
        let headcounts = self.list(&mut object, "headcounts", at);
        let headcounts = self.parts::<HeadcountPart>(headcounts, &format!("{at}/headcounts"));

        self.channels(&channels);
        self.collections(&collections, known);
        self.parties(&parties, known);
        for (place, session) in &sessions {
            let venue = session.as_ref().and_then(|session| session.venue.as_ref());
            self.venue(venue, &format!("{place}/venue"), known);
        }
        let part = self.part::<SeminarPart>(Value::Object(object), at);
        let headcounts = self.headcounts(headcounts, &channels, part.as_ref().map(|part| part.status));
        let part = part?;
        self.venue(part.venue.as_ref(), &format!("{at}/venue"), known);
        let admission = self.admission(&part, questions, consent_texts, at);
        let team = self.team(&part, team, at);
        let when = self.when(&part, sessions, at, known);
        self.status(&part, when.as_ref(), at);
        let when = when?;
        let announced = known.published_on.unwrap_or(self.today);
        Some(Entry {
            // What has begun was announced before: by that day, if the source came out later.
            published_on: part.published_on.map_or_else(
                || when.begun_by().map_or(announced, |day| day.min(announced)),
                |day| day.0,
            ),
            external_id: part.external_id,
            title: part.title,
            kind: part.kind,
            language: part.language,
            description: part.description,
            audience: part.audience,
            status: part.status,
            when,
            postponed_to: Vec::new(),
            waiting_list: part.waiting_list,
            admission: admission?,
            attendance_rule: part.attendance_rule,
            team: team?,
            channels: understood(channels)?,
            collections: understood(collections)?,
            parties: understood(parties)?,
            headcounts: headcounts?,
            reason_code: part.reason_code,
            public_text: part.public_text,
            source_quote: part.source_quote,
        })
    }

    fn channels(&mut self, channels: &Parts<ChannelPart>) {
        let mut seen = BTreeMap::new();
        for (at, part) in channels {
            let Some(part) = part else { continue };
            if let Some(first) = seen.insert(part.channel, at) {
                self.refuse(format!("{at}/channel"), format!("stands already at {first}"));
            }
            match part.capacity {
                Some(_) if part.channel == Channel::Livestream => {
                    self.refuse(format!("{at}/capacity"), "a livestream has viewers and no seats");
                }
                Some(..=0) => self.refuse(
                    format!("{at}/capacity"),
                    "must be at least 1; leave it out for no limit",
                ),
                _ => {}
            }
        }
    }

    fn collections(&mut self, collections: &Parts<Slug>, known: &Known) {
        let mut seen = BTreeMap::new();
        for (at, key) in collections {
            let Some(key) = key else { continue };
            if !known.collections.contains_key(key.as_str()) {
                self.refuse(at, format!("`{key}` is not the key of an entry of /collections"));
            }
            if let Some(first) = seen.insert(key.as_str(), at) {
                self.refuse(at, format!("stands already at {first}"));
            }
        }
    }

    fn parties(&mut self, parties: &Parts<PartyPart>, known: &Known) {
        for (at, part) in parties {
            let Some(part) = part else { continue };
            match (&part.organisation, &part.name) {
                (Some(slug), None) if !known.organisations.contains_key(slug.as_str()) => self.refuse(
                    format!("{at}/organisation"),
                    format!("`{slug}` is not the slug of an entry of /organisations"),
                ),
                (Some(_), Some(_)) => self.refuse(format!("{at}/name"), "must not stand beside `organisation`"),
                (None, None) => self.refuse(at, "needs `organisation` or `name`"),
                _ => {}
            }
        }
    }

    fn venue(&mut self, key: Option<&Slug>, at: &str, known: &Known) {
        if let Some(key) = key.filter(|key| !known.venues.contains_key(key.as_str())) {
            self.refuse(at, format!("`{key}` is not the key of an entry of /venues"));
        }
    }

    fn status(&mut self, part: &SeminarPart, when: Option<&When>, at: &str) {
        let place = format!("{at}/status");
        match part.status {
            Status::Draft => self.refuse(place, "must be scheduled, held, cancelled or postponed"),
            Status::Held if when.and_then(When::first_day).is_some_and(|day| day > self.today) => {
                self.refuse(place, "cannot be held: it lies in the future");
            }
            _ => {}
        }
        if !matches!(part.status, Status::Cancelled | Status::Postponed) {
            for (given, member) in [
                (part.reason_code.is_some(), "reason_code"),
                (part.public_text.is_some(), "public_text"),
            ] {
                if given {
                    self.refuse(format!("{at}/{member}"), "is only for what was cancelled or postponed");
                }
            }
        }
        if part.published_on.is_some_and(|day| day.0 > self.today) {
            self.refuse(format!("{at}/published_on"), "is in the future");
        }
    }

    /// `None` when one of them was not understood.
    fn headcounts(
        &mut self,
        headcounts: Parts<HeadcountPart>,
        channels: &Parts<ChannelPart>,
        status: Option<Status>,
    ) -> Option<Vec<NewHeadcount>> {
        let offered = |wanted: Channel| {
            let mut known = channels.iter().filter_map(|(_, part)| part.as_ref());
            known.any(|part| part.channel == wanted)
        };
        // A channel that was not understood may be the one that is missed.
        let all_known = channels.iter().all(|(_, part)| part.is_some());
        let mut statements = Vec::new();
        let mut whole = true;
        for (at, part) in headcounts {
            let Some(part) = part else {
                whole = false;
                continue;
            };
            if status.is_some_and(|status| status != Status::Held) {
                self.refuse(&at, "only what was held can have been counted");
            }
            let said = part.stated_as.as_ref().map(|words| phrase::parse(words.as_str()));
            match &said {
                Some(Err(why)) if part.value.is_none() && part.qualifier.is_none() => {
                    self.refuse(format!("{at}/stated_as"), format!("{why}; or give `value` beside it"));
                }
                None if part.value.is_none() && part.qualifier.is_none() => {
                    self.refuse(&at, "needs `stated_as` or `value`");
                }
                _ => {}
            }
            let said_unit = said.and_then(Result::ok).and_then(|said| said.unit);
            let unit = part.unit.or(said_unit).unwrap_or(Unit::Participants);
            if all_known {
                match part.channel {
                    Some(channel) if !offered(channel) => {
                        self.refuse(format!("{at}/channel"), format!("the seminar has no channel {channel}"));
                    }
                    _ if unit == Unit::Viewers && !offered(Channel::Livestream) => self.refuse(
                        format!("{at}/{}", if part.unit.is_some() { "unit" } else { "stated_as" }),
                        "only a livestream has viewers, and the seminar has none",
                    ),
                    _ => {}
                }
            }
            statements.push(NewHeadcount {
                stated_as: part.stated_as,
                value: part.value,
                qualifier: part.qualifier,
                unit: part.unit,
                channel: part.channel,
                ..NewHeadcount::default()
            });
        }
        whole.then_some(statements)
    }
}
