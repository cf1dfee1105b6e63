//! The picture from its parts.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::view::{
    Attendance, AttendanceStatement, ChannelPictures, OnlinePicture, OnsitePicture, ParticipantsFigure,
    RegisteredPeople, ReportedCount, SessionPicture, StatedCount, ViewersFigure,
};
use crate::attendance::model::{AttendanceRecord, Basis, CountMethod, Evidence, Headcount, ImportId, ViewerMetric};
use crate::attendance::rules::{
    Counted, People, Reconciled, Why, all_no_shows, came_although, no_shows, people, reconcile, reconcile_with_people,
    why,
};
use crate::attendance::store::ConfirmedImport;
use crate::attendance::{Qualifier, Tally, Unit};
use crate::registrations::{Claim, State};
use crate::seminars::{Channel, Seats, Session};

/// What the picture is made of.
pub struct Known {
    pub offered: Vec<Seats>,
    pub sessions: Vec<Session>,
    pub registered: Vec<(Channel, State, i64)>,
    pub claims: Vec<Claim>,
    pub headcounts: Vec<Headcount>,
    pub imports: Vec<ConfirmedImport>,
    /// How many of each import attended.
    pub attended: HashMap<ImportId, i64>,
    pub records: Vec<AttendanceRecord>,
    pub now: DateTime<Utc>,
    pub german: bool,
}

impl Known {
    pub fn picture(&self) -> Attendance {
        let people = came_although(people(&self.records, None), &self.records, &self.claims, None);
        let counted = people.onsite.or(people.online).is_some();
        let known = |figure: i64| counted.then_some(figure);
        Attendance {
            registered: self.registered_people(),
            participants: self.participants(&people),
            viewers: self.viewers(),
            channels: self.channels(&people),
            in_both_channels: people.onsite.and(people.online).map(|_| people.in_both),
            walk_ins: known(people.walk_ins),
            unidentified: known(people.unidentified),
            no_shows: self.all_no_shows(&people, None, &self.sessions),
            attended_after_cancellation: known(people.after_cancellation),
            attended_from_waiting_list: known(people.from_waiting_list),
            sessions: self.sessions.iter().map(|session| self.session(session)).collect(),
            statements: self.statements(&people),
        }
    }

    fn offers(&self) -> Vec<Channel> {
        let offered = self.offered.iter().filter(|one| one.offered);
        offered.map(|one| one.channel).collect()
    }

    fn registered_people(&self) -> RegisteredPeople {
        let people = |channel: Option<Channel>, state: State| {
            let rows = self
                .registered
                .iter()
                .filter(|(of, is, _)| *is == state && channel.is_none_or(|channel| channel == *of));
            rows.map(|(_, _, people)| people).sum::<i64>()
        };
        let confirmed = |channel| {
            let people = people(Some(channel), State::Confirmed);
            (people > 0 || self.offers().contains(&channel)).then_some(people)
        };
        RegisteredPeople {
            onsite: confirmed(Channel::Onsite),
            online: confirmed(Channel::Online),
            cancelled: people(None, State::Cancelled),
            waitlisted: people(None, State::Waitlisted),
        }
    }

    fn participants(&self, people: &People) -> Option<ParticipantsFigure> {
        let (figure, basis) = reconcile_with_people(&self.bases(Unit::Participants), people, &self.offers())?;
        Some(ParticipantsFigure {
            tally: figure.tally,
            stated_as: self
                .words(Unit::Participants, figure)
                .filter(|_| basis == Basis::Headcount),
            basis,
        })
    }

    fn viewers(&self) -> Option<ViewersFigure> {
        let figure = reconcile(Unit::Viewers, &self.bases(Unit::Viewers), &self.offers())?;
        Some(ViewersFigure {
            tally: figure.tally,
            stated_as: self.words(Unit::Viewers, figure),
            basis: Basis::Headcount,
            metric: ViewerMetric::Unspecified,
        })
    }

    fn bases(&self, unit: Unit) -> Vec<(Option<Channel>, crate::attendance::Count)> {
        let bases = self.headcounts.iter().filter(|one| one.basis && one.unit == unit);
        bases.map(|one| (one.channel, one.count())).collect()
    }

    fn channels(&self, people: &People) -> ChannelPictures {
        let spoken_of = |channel| {
            let spoken = |one: &Headcount| one.unit == Unit::Participants && one.channel == Some(channel);
            self.offers().contains(&channel) || self.headcounts.iter().any(spoken)
        };
        let headcount = |channel| self.stated(Unit::Participants, Some(channel));
        let reported = |channel, counted: Option<Counted>| {
            let stated = headcount(channel).and_then(|one| one.count().tally());
            let stated = stated.map(|tally| (tally, Basis::Headcount));
            let counted = counted.map(|counted| (Tally::exact(counted.people), counted.basis));
            stated.or(counted).map(|(tally, basis)| ReportedCount { tally, basis })
        };
        let missing = |channel, counted: Option<Counted>| {
            let looked = counted.is_some() && self.over(&self.sessions);
            looked.then(|| no_shows(&self.claims, &self.records, channel, None))
        };
        ChannelPictures {
            onsite: (spoken_of(Channel::Onsite) || people.onsite.is_some()).then(|| OnsitePicture {
                checked_in: people.onsite.map(|counted| counted.people),
                headcount: headcount(Channel::Onsite).map(StatedCount::from),
                reported: reported(Channel::Onsite, people.onsite),
                no_shows: missing(Channel::Onsite, people.onsite),
            }),
            online: (spoken_of(Channel::Online) || people.online.is_some()).then(|| OnlinePicture {
                imported: people.online.map(|counted| counted.people),
                headcount: headcount(Channel::Online).map(StatedCount::from),
                reported: reported(Channel::Online, people.online),
                no_shows: missing(Channel::Online, people.online),
            }),
        }
    }

    fn over<'a>(&self, sessions: impl IntoIterator<Item = &'a Session>) -> bool {
        let mut ends = sessions.into_iter().map(Session::over_at).peekable();
        ends.peek().is_some() && ends.all(|end| end <= self.now)
    }

    /// Known once it is over, and where each channel that somebody registered for was looked at.
    fn all_no_shows<'a>(
        &self,
        people: &People,
        session: Option<&Session>,
        sessions: impl IntoIterator<Item = &'a Session>,
    ) -> Option<i64> {
        if !self.over(sessions) {
            return None;
        }
        let session = session.map(|session| session.id);
        all_no_shows(&self.claims, &self.records, people, session).map(|all| all.missing)
    }

    fn session(&self, session: &Session) -> SessionPicture {
        let people = people(&self.records, Some(session.id));
        let counted = people.onsite.or(people.online).is_some();
        SessionPicture {
            session_id: session.id,
            starts_at: session.starts_at,
            onsite: people.onsite.map(|counted| counted.people),
            online: people.online.map(|counted| counted.people),
            people: counted.then_some(people.total),
            in_both_channels: people.onsite.and(people.online).map(|_| people.in_both),
            walk_ins: counted.then_some(people.walk_ins),
            no_shows: self.all_no_shows(&people, Some(session), [session]),
        }
    }

    /// The basis of this unit and channel.
    fn stated(&self, unit: Unit, channel: Option<Channel>) -> Option<&Headcount> {
        self.headcounts
            .iter()
            .find(|one| one.basis && one.unit == unit && one.channel == channel)
    }

    /// The words of the one statement that says the whole figure.
    fn words(&self, unit: Unit, figure: Reconciled) -> Option<String> {
        let mut counted = self.headcounts.iter().filter(|one| {
            one.basis && one.unit == unit && one.value.is_some() && one.channel.is_none() == figure.as_total
        });
        let only = counted.next().filter(|_| counted.next().is_none())?;
        only.stated_as
            .clone()
            .filter(|_| only.count().tally() == Some(figure.tally))
    }

    fn statements(&self, people: &People) -> Vec<AttendanceStatement> {
        let stated = self.headcounts.iter().map(|one| self.statement(one));
        let counted = [(Channel::Onsite, people.onsite), (Channel::Online, people.online)];
        let counted = counted
            .into_iter()
            .filter_map(|(channel, counted)| Some((channel, counted?)));
        let door = counted.clone().filter_map(|(channel, _)| {
            let seen = [Evidence::CheckIn, Evidence::Signature, Evidence::Manual];
            self.counted(channel, Basis::CheckIns, &seen)
        });
        let links = counted.filter_map(|(channel, _)| self.counted(channel, Basis::Joins, &[Evidence::JoinLink]));
        let imports = self.imports.iter().map(|import| AttendanceStatement {
            kind: Basis::Import,
            id: Some(import.id.0),
            value: Some(self.attended.get(&import.id).copied().unwrap_or_default()),
            method: CountMethod::Platform,
            source: Some(format!("{}, SHA-256 {}", import.format, import.sha256)),
            recorded_at: import.confirmed_at,
            ..self.of_people(import.channel)
        });
        stated.chain(door).chain(imports).chain(links).collect()
    }

    /// Everybody of whom one kind of evidence speaks; nothing where it speaks of nobody.
    fn counted(&self, channel: Channel, kind: Basis, seen: &[Evidence]) -> Option<AttendanceStatement> {
        let speaks = |record: &&AttendanceRecord| {
            let presence = match channel {
                Channel::Onsite => &record.onsite,
                Channel::Online | Channel::Livestream => &record.online,
            };
            presence
                .as_ref()
                .is_some_and(|one| one.evidence.iter().any(|evidence| seen.contains(evidence)))
        };
        let those = self.records.iter().filter(speaks).cloned().collect::<Vec<_>>();
        let of = people(&those, None);
        let counted = if channel == Channel::Onsite {
            of.onsite
        } else {
            of.online
        }?;
        Some(AttendanceStatement {
            kind,
            value: Some(counted.people),
            ..self.of_people(channel)
        })
    }

    /// A count of people through `channel`, still without a number.
    fn of_people(&self, channel: Channel) -> AttendanceStatement {
        let reason = Why::of_people(channel, &self.headcounts);
        AttendanceStatement {
            kind: Basis::CheckIns,
            id: None,
            value: None,
            qualifier: Qualifier::Exact,
            unit: Unit::Participants,
            channel: Some(channel),
            method: CountMethod::Counted,
            source: None,
            stated_as: None,
            recorded_at: None,
            is_basis: matches!(reason, Why::People(_)),
            why: reason.in_words(self.german),
        }
    }

    fn statement(&self, one: &Headcount) -> AttendanceStatement {
        AttendanceStatement {
            kind: Basis::Headcount,
            id: Some(one.id.0),
            value: one.value,
            qualifier: one.qualifier,
            unit: one.unit,
            channel: one.channel,
            method: one.method,
            source: one.source.clone(),
            stated_as: one.stated_as.clone(),
            recorded_at: Some(one.recorded_at),
            is_basis: one.basis,
            why: why(one, &self.headcounts).in_words(self.german),
        }
    }
}
