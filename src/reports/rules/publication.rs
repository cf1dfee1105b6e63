//! From a year's report to what is published of it: the seminars without anybody in them, and figures made of these.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Datelike, NaiveDate};

use super::asked::{ActivityQuery, RuleName};
use super::suppression::{Published, PublishedSum, publish, published_sum};
use crate::attendance::Qualifier;
use crate::base::csv::Dialect;
use crate::reports::model::{
    ActivityReport, CountedAs, Forms, GroupFigures, OpenDataFigure, OpenDataGrouping, OpenDataOrganisation,
    OpenDataSeminar, OrganisationFigures, ReportedCount, ReportedSeminar, Span,
};
use crate::seminars::{Channel, Kind, PartyRole, SeminarId};

/// The rule by which a year is counted in public: no internal seminar, none whose day is not known.
pub const PUBLIC: &str = "public";

/// A year as it is asked of the report; `None` where the calendar has no such year.
#[must_use]
pub fn calendar_year(year: i32) -> Option<ActivityQuery> {
    Some(ActivityQuery {
        period: Span {
            from: NaiveDate::from_ymd_opt(year, 1, 1)?,
            to: NaiveDate::from_ymd_opt(year, 12, 31)?,
        },
        split_on: None,
        rule: RuleName {
            name: PUBLIC.to_owned(),
            version: None,
        },
        collection: None,
        format: None,
        forms: Forms::default(),
        dialect: Dialect::default(),
    })
}

/// What is published of a year.
#[derive(Clone, Debug, PartialEq)]
pub struct Publication {
    pub seminars: Vec<OpenDataSeminar>,
    pub figures: Vec<OpenDataFigure>,
}

/// A seminar as it is published, with its two counts.
struct Row {
    seminar: OpenDataSeminar,
    participants: Published,
    viewers: Published,
}

type Rows = HashMap<SeminarId, Row>;

/// What is published of `report`, which is of this year and by the rule [`PUBLIC`].
#[must_use]
pub fn publication(report: &ActivityReport, year: i32, kinds: &HashMap<SeminarId, Kind>) -> Publication {
    let seminars = report.seminars.iter().filter_map(|seminar| {
        let row = row(seminar, year, kinds.get(&seminar.id).copied())?;
        Some((seminar.id, row))
    });
    let rows = seminars.collect::<Rows>();
    let figures = figures(report, year, &rows);
    let mut rows = rows;
    let seminars = report.seminars.iter();
    Publication {
        seminars: seminars
            .filter_map(|seminar| Some(rows.remove(&seminar.id)?.seminar))
            .collect(),
        figures,
    }
}

/// A report also tells what is planned for the years after it; that is in their lists.
fn row(seminar: &ReportedSeminar, year: i32, kind: Option<Kind>) -> Option<Row> {
    let of_the_year =
        |what: &&CountedAs| **what != CountedAs::Planned || seminar.date.is_some_and(|date| date.year() == year);
    let counted_as = seminar
        .counted_as
        .iter()
        .filter(of_the_year)
        .copied()
        .collect::<Vec<_>>();
    if counted_as.is_empty() {
        return None;
    }
    let published = |count: &Option<ReportedCount>| publish(count.as_ref().map(ReportedCount::tally));
    let (participants, viewers) = (published(&seminar.participants), published(&seminar.viewers));
    let organisations = seminar.parties.iter().filter_map(|party| {
        // Who has only a name may be a person, and whoever speaks is one.
        let slug = party
            .organisation
            .clone()
            .filter(|_| party.role != PartyRole::Speaker)?;
        Some(OpenDataOrganisation {
            role: party.role,
            slug,
            name: party.name.clone(),
        })
    });
    let seminar = OpenDataSeminar {
        id: seminar.id,
        title: seminar.title.clone(),
        kind,
        date: seminar.date,
        status: seminar.status,
        counted_as,
        postponed_from: seminar.postponed_from,
        attendance_mode: seminar.attendance_mode,
        channels: seminar.channels.clone(),
        collections: seminar.collections.clone(),
        organisations: organisations.collect(),
        participants: value(participants),
        participants_qualifier: qualifier(participants),
        participants_suppressed: participants == Published::Suppressed,
        viewers: value(viewers),
        viewers_qualifier: qualifier(viewers),
        viewers_suppressed: viewers == Published::Suppressed,
    };
    Some(Row {
        seminar,
        participants,
        viewers,
    })
}

fn value(count: Published) -> Option<i64> {
    count.told().map(|tally| tally.value)
}

fn qualifier(count: Published) -> Option<Qualifier> {
    count.told().map(|tally| tally.qualifier)
}

fn figures(report: &ActivityReport, year: i32, rows: &Rows) -> Vec<OpenDataFigure> {
    let whole = report.seminars.iter().map(|seminar| seminar.id).collect::<Vec<_>>();
    let as_what = |what| {
        let counted = whole.iter().filter(move |id| counts(rows, **id, what));
        counted.copied().collect::<Vec<_>>()
    };
    let whole = Members {
        held: as_what(CountedAs::Held),
        cancelled: as_what(CountedAs::Cancelled),
        postponed: as_what(CountedAs::Postponed),
        planned: as_what(CountedAs::Planned),
    };
    let year = Some(year.to_string());
    let mut all = vec![whole.figure(OpenDataGrouping::Year, year.clone(), year, rows)];
    let mut add = |by, key: Option<String>, name: Option<String>, members: Members| {
        if !members.ids().is_empty() {
            all.push(members.figure(by, key, name, rows));
        }
    };
    for of in &report.by_month {
        let month = of.month.clone();
        add(
            OpenDataGrouping::Month,
            month.clone(),
            month,
            Members::of(&of.figures, rows),
        );
    }
    for of in &report.by_channel {
        let channels = of.channels.iter().map(|channel: &Channel| channel.as_str());
        let channels = channels.collect::<Vec<_>>().join("+");
        let channels = Some(channels).filter(|channels| !channels.is_empty());
        let members = Members::of(&of.figures, rows);
        add(OpenDataGrouping::Channel, channels.clone(), channels, members);
    }
    for of in &report.by_collection {
        let key = of.collection.as_ref().map(|collection| collection.id.to_string());
        let name = of.collection.as_ref().map(|collection| collection.name.clone());
        add(OpenDataGrouping::Collection, key, name, Members::of(&of.figures, rows));
    }
    for of in &report.by_organisation {
        let Some(organisation) = &of.organisation else { continue };
        let members = Members::of(&of.figures, rows).only(&not_as_speaker(of));
        let (key, name) = (organisation.slug.clone(), organisation.name.clone());
        add(OpenDataGrouping::Organisation, Some(key), Some(name), members);
    }
    all
}

fn counts(rows: &Rows, id: SeminarId, what: CountedAs) -> bool {
    rows.get(&id).is_some_and(|row| row.seminar.counted_as.contains(&what))
}

/// The seminars in which the organisation had another part than speaking.
fn not_as_speaker(of: &OrganisationFigures) -> BTreeSet<SeminarId> {
    let roles: &BTreeMap<PartyRole, Vec<SeminarId>> = &of.seminars_by_role;
    let other = roles.iter().filter(|(role, _)| **role != PartyRole::Speaker);
    other.flat_map(|(_, those)| those).copied().collect()
}

/// The seminars of a group, by what they count as.
struct Members {
    held: Vec<SeminarId>,
    cancelled: Vec<SeminarId>,
    postponed: Vec<SeminarId>,
    planned: Vec<SeminarId>,
}

impl Members {
    /// Those of the report's group that are published.
    fn of(group: &GroupFigures, rows: &Rows) -> Self {
        let published = |those: &[SeminarId], what| {
            let those = those.iter().filter(|id| counts(rows, **id, what));
            those.copied().collect::<Vec<_>>()
        };
        Self {
            held: published(&group.held.seminars, CountedAs::Held),
            cancelled: published(&group.cancelled.seminars, CountedAs::Cancelled),
            postponed: published(&group.postponed.seminars, CountedAs::Postponed),
            planned: published(&group.planned.seminars, CountedAs::Planned),
        }
    }

    fn only(mut self, wanted: &BTreeSet<SeminarId>) -> Self {
        for those in [
            &mut self.held,
            &mut self.cancelled,
            &mut self.postponed,
            &mut self.planned,
        ] {
            those.retain(|id| wanted.contains(id));
        }
        self
    }

    fn ids(&self) -> BTreeSet<SeminarId> {
        let all = [&self.held, &self.cancelled, &self.postponed, &self.planned];
        all.into_iter().flatten().copied().collect()
    }

    fn figure(&self, by: OpenDataGrouping, key: Option<String>, name: Option<String>, rows: &Rows) -> OpenDataFigure {
        let held = || self.held.iter().filter_map(|id| rows.get(id));
        let participants = published_sum(held().map(|row| row.participants));
        let viewers = published_sum(held().map(|row| row.viewers));
        let silent = |row: &&Row| row.participants == Published::Unknown && row.viewers == Published::Unknown;
        let value = |of: PublishedSum| of.sum.map(|sum| sum.value);
        let qualifier = |of: PublishedSum| of.sum.map(|sum| sum.qualifier);
        OpenDataFigure {
            by,
            key,
            name,
            seminars: self.ids().len(),
            held: self.held.len(),
            cancelled: self.cancelled.len(),
            postponed: self.postponed.len(),
            planned: self.planned.len(),
            participants: value(participants),
            participants_qualifier: qualifier(participants),
            participants_counted: participants.counted,
            participants_suppressed: participants.suppressed,
            viewers: value(viewers),
            viewers_qualifier: qualifier(viewers),
            viewers_counted: viewers.counted,
            viewers_suppressed: viewers.suppressed,
            without_count: held().filter(silent).count(),
        }
    }
}

#[cfg(test)]
mod tests;
