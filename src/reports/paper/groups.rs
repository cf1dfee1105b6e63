//! In which chapter a seminar is told. Each is told once, though it may belong to several collections: under the one with a
//! chapter of its own, else under a project, else under the one that most of the period's seminars belong to.

use std::collections::BTreeMap;

use crate::base::text::fold;
use crate::catalogue::{CollectionId, CollectionKind, CollectionRef};
use crate::reports::model::{ActivityReport, ReportedSeminar};

/// The seminars that are told together.
pub struct Group<'a> {
    /// `None`: those that belong to nothing.
    pub collection: Option<&'a CollectionRef>,
    pub own_chapter: bool,
    pub seminars: Vec<&'a ReportedSeminar>,
}

/// Those with a chapter of their own first, then by name of kind; what belongs to nothing last.
pub fn groups(report: &ActivityReport) -> Vec<Group<'_>> {
    let known = report
        .by_collection
        .iter()
        .filter_map(|figures| {
            let collection = figures.collection.as_ref()?;
            let weight = Weight {
                own_chapter: figures.own_chapter,
                seminars: figures.figures.seminars.len(),
            };
            Some((collection.id, weight))
        })
        .collect::<BTreeMap<CollectionId, Weight>>();
    let mut grouped = BTreeMap::<Place, Group<'_>>::new();
    for seminar in &report.seminars {
        let collection = told_under(seminar, &known);
        let own_chapter = collection.is_some_and(|one| known.get(&one.id).is_some_and(|weight| weight.own_chapter));
        let place = collection.map_or((3, String::new(), None), |one| {
            (rank(one.kind, own_chapter), fold(&one.name), Some(one.id))
        });
        let group = grouped.entry(place).or_insert_with(|| Group {
            collection,
            own_chapter,
            seminars: Vec::new(),
        });
        group.seminars.push(seminar);
    }
    grouped.into_values().collect()
}

type Place = (u8, String, Option<CollectionId>);

#[derive(Clone, Copy)]
struct Weight {
    own_chapter: bool,
    seminars: usize,
}

const fn rank(kind: CollectionKind, own_chapter: bool) -> u8 {
    match kind {
        _ if own_chapter => 0,
        CollectionKind::Umbrella => 1,
        CollectionKind::Programme | CollectionKind::Series => 2,
    }
}

fn told_under<'a>(seminar: &'a ReportedSeminar, known: &BTreeMap<CollectionId, Weight>) -> Option<&'a CollectionRef> {
    seminar.collections.iter().max_by_key(|one| {
        let weight = known.get(&one.id);
        (
            weight.is_some_and(|weight| weight.own_chapter),
            one.kind == CollectionKind::Programme,
            weight.map_or(0, |weight| weight.seminars),
            // Among equals the same one every time.
            std::cmp::Reverse((fold(&one.name), one.id)),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reports::rules::samples::{collection, paper, programme, rule, scope, seminar};
    use crate::reports::{model::Facts, rules};

    #[test]
    fn each_seminar_is_told_once_and_under_what_most_belong_to() {
        let mut facts = programme();
        let with = |title: &str, names: &[&str]| Facts {
            collections: names.iter().map(|name| collection(name, *name == "cmi")).collect(),
            ..seminar(title)
        };
        facts.push(with("A", &["AC²", "Europawoche"]));
        facts.push(with("B", &["AC²", "cmi"]));
        facts.push(with("C", &["Zuletzt", "Anfang"]));
        let report = rules::report(&paper(), &rule("all"), &[], scope(), facts);
        let groups = groups(&report);
        let told = groups.iter().map(|group| group.seminars.len()).sum::<usize>();
        assert_eq!(told, report.seminars.len());
        let of = |title: &str| {
            let group = groups
                .iter()
                .find(|group| group.seminars.iter().any(|one| one.title == title));
            group.unwrap().collection.map(|one| one.name.clone())
        };
        assert_eq!(of("A").as_deref(), Some("AC²"));
        assert_eq!(of("B").as_deref(), Some("cmi"), "a chapter of its own comes first");
        assert_eq!(of("C").as_deref(), Some("Anfang"));
        assert_eq!(of("Onboarding"), None);
        assert!(groups.first().unwrap().own_chapter);
        assert!(groups.last().unwrap().collection.is_none());
    }
}
