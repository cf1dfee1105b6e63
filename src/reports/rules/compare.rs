//! What two sealed reports differ in, and why.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value};

use crate::base::problem::{Error, Result};
use crate::reports::model::{
    ChangeCause, CountedAs, FigureChange, MemberChange, ReportedSeminar, SealedReport, SeminarChanged, SeminarOfOne,
    SnapshotComparison, Span,
};
use crate::seminars::SeminarId;

/// From `first` to `second`.
pub fn compare(first: &SealedReport, second: &SealedReport) -> Result<SnapshotComparison> {
    let (before, after) = (by_id(first), by_id(second));
    let mut changed = Vec::new();
    for (id, was) in &before {
        let Some(is) = after.get(id) else { continue };
        let members = differences(*was, *is)?;
        if !members.is_empty() {
            changed.push(SeminarChanged {
                id: *id,
                title: is.title.clone(),
                members,
            });
        }
    }
    let told_anew = changed.iter().map(|seminar| seminar.id).collect::<BTreeSet<_>>();
    Ok(SnapshotComparison {
        first: first.id,
        second: second.id,
        same_report: first.report == second.report,
        query: differences(&first.query, &second.query)?,
        rule: differences(&first.report.rule, &second.report.rule)?,
        figures: figures(first, second, &told_anew)?,
        added: of_one(second, first),
        removed: of_one(first, second),
        changed,
    })
}

fn by_id(of: &SealedReport) -> BTreeMap<SeminarId, &ReportedSeminar> {
    of.report.seminars.iter().map(|seminar| (seminar.id, seminar)).collect()
}

/// Seminars that count in `here` and not in `there`.
fn of_one(here: &SealedReport, there: &SealedReport) -> Vec<SeminarOfOne> {
    let known = by_id(there);
    let those = here
        .report
        .seminars
        .iter()
        .filter(|seminar| !known.contains_key(&seminar.id));
    let told = those.map(|seminar| SeminarOfOne {
        id: seminar.id,
        title: seminar.title.clone(),
        cause: cause(seminar, here, there),
    });
    told.collect()
}

/// Why `seminar`, which counts in `here`, does not count in `there`.
fn cause(seminar: &ReportedSeminar, here: &SealedReport, there: &SealedReport) -> ChangeCause {
    let left_out = there.report.left_out.iter().any(|one| one.id == seminar.id);
    let same_rule = here.report.rule == there.report.rule;
    if left_out {
        // Under one rule only the seminar can have become another.
        return if same_rule {
            ChangeCause::Data
        } else {
            ChangeCause::Rule
        };
    }
    let scope = &there.report.scope;
    let programme = scope
        .organisations
        .iter()
        .any(|organisation| organisation.slug == seminar.organisation)
        || here.organisation.id == there.organisation.id;
    let collected = there
        .query
        .collection
        .is_none_or(|wanted| seminar.collections.iter().any(|one| one.id == wanted));
    let period = Span {
        from: there.query.from,
        to: there.query.to,
    };
    if programme && collected && lies_in(seminar, period) {
        ChangeCause::Data
    } else {
        ChangeCause::Question
    }
}

/// Whether the period could hold the seminar as it is told.
fn lies_in(seminar: &ReportedSeminar, period: Span) -> bool {
    let planned = seminar.counted_as.contains(&CountedAs::Planned);
    let last = seminar.date.or(seminar.within.map(|within| within.to));
    seminar.date.is_some_and(|day| period.contains(day))
        || seminar.within.is_some_and(|within| period.covers(within))
        || seminar.postponed_from.is_some_and(|day| period.contains(day))
        || (planned && last.is_some_and(|day| day >= period.from))
}

/// The figures that differ, each with the seminars that make the difference.
fn figures(first: &SealedReport, second: &SealedReport, told_anew: &BTreeSet<SeminarId>) -> Result<Vec<FigureChange>> {
    let (mut before, mut after) = (members(&first.report.figures)?, members(&second.report.figures)?);
    let names = before.keys().chain(after.keys()).cloned().collect::<BTreeSet<_>>();
    let mut changes = Vec::new();
    for figure in names {
        let (mut was, mut is) = (take(&mut before, &figure), take(&mut after, &figure));
        if was == is {
            continue;
        }
        let (old, new) = (seminars(&mut was)?, seminars(&mut is)?);
        let both = old.intersection(&new).filter(|id| told_anew.contains(id));
        changes.push(FigureChange {
            added: new.difference(&old).copied().collect(),
            removed: old.difference(&new).copied().collect(),
            changed: both.copied().collect(),
            figure,
            before: was,
            after: is,
        });
    }
    Ok(changes)
}

fn take(members: &mut Map<String, Value>, name: &str) -> Value {
    members.remove(name).unwrap_or_default()
}

fn members(value: &impl Serialize) -> Result<Map<String, Value>> {
    match serde_json::to_value(value).map_err(Error::internal)? {
        Value::Object(members) => Ok(members),
        other => Err(Error::internal(format!("not an object: {other}"))),
    }
}

/// Takes the seminars out of a figure, so that the number alone is left.
fn seminars(figure: &mut Value) -> Result<BTreeSet<SeminarId>> {
    let Some(members) = figure.as_object_mut() else {
        return Ok(BTreeSet::new());
    };
    let ids = members.remove("seminars").unwrap_or_else(|| Value::Array(Vec::new()));
    members.retain(|name, _| !name.starts_with("seminars_"));
    serde_json::from_value(ids).map_err(Error::internal)
}

/// Where two values of one shape differ: members one by one, lists as a whole.
fn differences<T: Serialize>(before: &T, after: &T) -> Result<Vec<MemberChange>> {
    let mut found = Vec::new();
    let value = |of: &T| serde_json::to_value(of).map_err(Error::internal);
    walk("", &value(before)?, &value(after)?, &mut found);
    Ok(found)
}

fn walk(pointer: &str, before: &Value, after: &Value, found: &mut Vec<MemberChange>) {
    match (before, after) {
        (Value::Object(was), Value::Object(is)) => {
            for name in was.keys().chain(is.keys()).collect::<BTreeSet<_>>() {
                let at = |of: &Map<String, Value>| of.get(name).cloned().unwrap_or_default();
                walk(&format!("{pointer}/{name}"), &at(was), &at(is), found);
            }
        }
        _ if before != after => found.push(MemberChange {
            pointer: pointer.to_owned(),
            before: before.clone(),
            after: after.clone(),
        }),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
