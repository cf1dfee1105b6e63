//! Facts for the tests of the room: small ones, the programme of the paper (2021/0047), and arbitrary ones.

use chrono::{DateTime, NaiveDate};
use proptest::prelude::*;
use uuid::Uuid;

use super::asked::{ActivityQuery, RuleName};
use super::built_in::{built_in, built_ins};
use super::wording;
use crate::attendance::phrase;
use crate::attendance::{Count, Qualifier, Unit};
use crate::auth::{OrganisationId, OrganisationRef};
use crate::base::csv::Dialect;
use crate::catalogue::{CollectionId, CollectionKind, CollectionRef};
use crate::reports::model::{
    ActivityReport, Change, Collected, CountedAs, CountingRule, CountingTerms, Facts, Forms, Postponements,
    ReportScope, ReportSnapshotId, SEALED_FORMAT, SealedQuery, SealedReport, Span, Statement, SumRule, Taking, Whose,
};
use crate::seminars::{Audience, ChangeKind, Channel, Kind, PartyRole, ReasonCode, SeminarId, Status};

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn span(from: &str, to: &str) -> Span {
    Span {
        from: day(from),
        to: day(to),
    }
}

pub fn organisation(name: &str) -> OrganisationRef {
    OrganisationRef {
        id: OrganisationId(named(name)),
        slug: name.to_lowercase().replace(' ', "-").replace('ä', "ae"),
        name: name.to_owned(),
    }
}

/// The same id for the same name.
fn named(name: &str) -> Uuid {
    let seed = name
        .bytes()
        .fold(7_u128, |hash, byte| hash.wrapping_mul(1_000_003) + u128::from(byte));
    Uuid::from_u128(seed)
}

pub fn seminar(title: &str) -> Facts {
    Facts {
        id: SeminarId(named(title)),
        version: 1,
        organisation: organisation("StädteRegion Aachen"),
        title: title.to_owned(),
        kind: Kind::Seminar,
        audience: Audience::Public,
        status: Status::Held,
        published_on: Some(day("2020-01-01")),
        day: Some(day("2020-06-01")),
        place: None,
        within: None,
        channels: vec![],
        parties: vec![],
        collections: vec![],
        changes: vec![],
        headcounts: vec![],
        people: None,
        merged_into: None,
        also_announced: vec![],
    }
}

pub fn collection(name: &str, own_chapter: bool) -> Collected {
    let kind = if own_chapter {
        CollectionKind::Programme
    } else {
        CollectionKind::Series
    };
    Collected {
        collection: CollectionRef {
            id: CollectionId(named(name)),
            kind,
            name: name.to_owned(),
        },
        own_chapter,
    }
}

pub fn change(kind: ChangeKind, before_on: Option<&str>, reason_code: ReasonCode) -> Change {
    Change {
        id: named(before_on.unwrap_or("none")),
        kind,
        reason_code,
        before_on: before_on.map(day),
        at: DateTime::UNIX_EPOCH,
    }
}

pub fn stated(words: &str) -> Statement {
    let stated = phrase::parse(words).unwrap();
    Statement {
        unit: stated.unit.unwrap(),
        channel: None,
        count: Count {
            value: stated.value,
            qualifier: stated.qualifier,
        },
        stated_as: Some(words.to_owned()),
    }
}

pub fn scope() -> ReportScope {
    ReportScope {
        organisations: vec![organisation("StädteRegion Aachen")],
        collection: None,
    }
}

/// The period of the paper.
pub fn paper() -> ActivityQuery {
    ActivityQuery {
        period: span("2020-01-01", "2021-05-31"),
        split_on: Some(day("2020-03-16")),
        rule: RuleName::usual(),
        collection: None,
        format: None,
        forms: Forms::default(),
        dialect: Dialect::default(),
    }
}

/// A built-in rule.
pub fn rule(name: &str) -> CountingRule {
    built_in(name).unwrap()
}

/// A rule of an organisation's own.
pub fn own_rule(name: &str, terms: CountingTerms) -> CountingRule {
    CountingRule {
        id: name.to_owned(),
        version: 1,
        organisation: Some(organisation("StädteRegion Aachen")),
        text: wording::german(&terms),
        text_en: wording::english(&terms),
        note: None,
        terms,
        written_at: Some(DateTime::UNIX_EPOCH),
    }
}

/// `report`, sealed.
pub fn sealed(report: ActivityReport) -> SealedReport {
    SealedReport {
        format: SEALED_FORMAT.to_owned(),
        id: ReportSnapshotId(named("snapshot")),
        organisation: organisation("StädteRegion Aachen"),
        sealed_at: DateTime::UNIX_EPOCH,
        query: SealedQuery {
            from: report.period.from,
            to: report.period.to,
            split_on: report.period.split_on,
            collection: None,
            rule: report.rule.full_name(),
        },
        deliberation: None,
        texts: None,
        report,
    }
}

/// Date, status, channels (o: on site, n: online, l: livestream), project with a chapter of its own, lead, words, title.
const PROGRAMME: &str = "
-          held      -  cmi  -     -                          Regionaler Dialog im Kreis Euskirchen
-          held      -  cmi  -     -                          Regionaler Dialog im Kreis Heinsberg
2020-07-29 internal  -  cmi  Städte -                         Informationsveranstaltung für Organisationseinheiten
2020-09-22 held      on cmi  Städte über_130_Teilnehmenden    Offizielle Kick-off Veranstaltung „Care and Mobility Innovation“
2020-06-18 held      o  cmi  Städte -                         digitalHUB meets Care and Mobility Innovation – Fokus Care
2020-12-17 held      -  cmi  Städte -                         digitalHUB meets Care and Mobility Innovation – Mobility
2021-04-22 held      n  cmi  Städte über_150_Teilnehmer_innen Zukunftsperspektive der Gesundheitsberufe
2020-02-13 held      o  AC²  Gründer 180_Teilnehmenden        AC² - Zwischenprämierung
2020-03-04 held      o  AC²  Gründer 17_Teilnehmenden         AC² - Workshop Finanzplanung
2020-11-10 held      l  AC²  Gründer 450_Zuschauenden         Auftaktveranstaltung AC² - GRÜNDUNG, WACHSTUM, INNOVATION
-          cancelled -  -    Gründer -                        VISION-Preisverleihung
-          cancelled -  -    Gründer -                        Gründerfoyer
2020-03-04 held      o  -    -     33_Teilnehmenden           INNOVATIA: Zukunft durch Innovationen
2020-08-20 held      n  -    -     67_Teilnehmenden           Fördermöglichkeiten für KMU
2021-02-25 held      n  -    Städte 32_Teilnehmenden          Digitaler Unternehmensrundgang bei der LaVa-X GmbH
2020-02-13 held      o  -    Städte 42_Teilnehmenden          Cyber security
2021-05-06 held      n  -    Städte 35_Teilnehmenden          Teambildung in Zeiten von Corona
2020-09-23 held      n  -    Städte 27_Teilnehmenden          Online-Vorstellung des digitalHUB Aachen e.V.
2020-09-30 held      n  -    Städte 36_Teilnehmenden          Bau- und Architektenrecht
2021-04-14 held      n  -    Städte 34_Teilnehmenden          Bau- und Architektenrecht (2)
2020-10-28 held      n  -    Städte 27_Teilnehmenden          Onboarding
2020-11-03 held      n  -    Städte 25_Teilnehmenden          Onboarding (2)
2021-04-22 held      n  -    Städte 27_Teilnehmenden          Von der Pflege ins Büro
2020-11-04 held      n  -    Städte 95_Teilnehmende           digitale Sprechstunde zum Umgang mit Corona
2021-04-23 held      n  -    Städte mehr_als_120_Teilnehmende digitale Sprechstunde mit Fokus Testen und Impfungen
2021-08-26 scheduled n  -    Städte -                         Job- und Qualifizierungsbörse
-          scheduled o  -    Städte -                         Schulungen der Digitalen Werkstatt für den Mittelstand
2021-11-25 scheduled -  -    -     -                          Präsentation der Evaluationsergebnisse im Ausschuss
";

/// Every event of the paper.
pub fn programme() -> Vec<Facts> {
    PROGRAMME.trim().lines().map(event).collect()
}

fn event(line: &str) -> Facts {
    let mut words = line.split_whitespace();
    let mut next = || words.next().unwrap();
    let (date, status, channels, project, lead, count) = (next(), next(), next(), next(), next(), next());
    let title = words.collect::<Vec<_>>().join(" ");
    let mut facts = seminar(&title);
    facts.day = date.parse().ok();
    facts.within = facts.day.is_none().then(|| span("2020-01-01", "2021-05-31"));
    if status == "internal" {
        facts.audience = Audience::Internal;
    } else {
        facts.status = status.parse().unwrap();
    }
    if facts.status == Status::Cancelled {
        facts.changes = vec![change(ChangeKind::Cancelled, None, ReasonCode::Pandemic)];
    }
    for (letter, channel) in [
        ('o', Channel::Onsite),
        ('n', Channel::Online),
        ('l', Channel::Livestream),
    ] {
        if channels.contains(letter) {
            facts.channels.push(channel);
        }
    }
    facts.collections = match project {
        "-" => vec![],
        "cmi" => vec![collection("Care and Mobility Innovation", true)],
        series => vec![collection(series, false)],
    };
    facts.parties = match lead {
        "Städte" => vec![taking(0, PartyRole::Lead, "StädteRegion Aachen")],
        "Gründer" => vec![
            taking(0, PartyRole::Lead, "GründerRegion Aachen"),
            taking(1, PartyRole::CoOrganiser, "StädteRegion Aachen"),
        ],
        _ => vec![],
    };
    if count != "-" {
        facts.headcounts = vec![stated(
            &count.replace('_', " ").replace("Teilnehmer innen", "Teilnehmer_innen"),
        )];
    }
    facts
}

pub fn taking(position: i32, role: PartyRole, name: &str) -> Taking {
    Taking {
        position,
        role,
        organisation: Some(organisation(name)),
        name: name.to_owned(),
    }
}

fn any_day() -> impl Strategy<Value = NaiveDate> {
    (0_u64..900).prop_map(|days| day("2019-10-01") + chrono::Days::new(days))
}

fn one_of<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    prop::sample::select(all)
}

fn any_statement() -> impl Strategy<Value = Statement> {
    let channel = prop::option::of(one_of(Channel::ALL));
    (0_i64..500, one_of(Qualifier::ALL), one_of(Unit::ALL), channel).prop_map(|(value, qualifier, unit, channel)| {
        Statement {
            unit,
            channel,
            count: Count {
                value: (qualifier != Qualifier::Unknown).then_some(value),
                qualifier,
            },
            stated_as: None,
        }
    })
}

fn any_change() -> impl Strategy<Value = Change> {
    let ids = (any::<u128>(), 0_i64..5);
    let what = (one_of(ChangeKind::ALL), one_of(ReasonCode::ALL));
    (ids, what, prop::option::of(any_day())).prop_map(|((id, at), (kind, reason_code), before_on)| Change {
        id: Uuid::from_u128(id),
        kind,
        reason_code,
        before_on,
        at: DateTime::from_timestamp(at, 0).unwrap(),
    })
}

fn any_taking() -> impl Strategy<Value = (PartyRole, Option<OrganisationRef>, String)> {
    let names = one_of(&["IHK Aachen", "AGIT", "Stadt Aachen", "ihk aachen"]);
    (one_of(PartyRole::ALL), names, any::<bool>())
        .prop_map(|(role, name, known)| (role, known.then(|| organisation(name)), name.to_owned()))
}

pub fn any_facts() -> impl Strategy<Value = Facts> {
    use prop::collection::vec;
    let time = (
        prop::option::of(any_day()),
        prop::option::of((any_day(), 0_u64..400)),
        any_day(),
    );
    let kind = (one_of(Audience::ALL), one_of(Status::ALL));
    let channels = prop::sample::subsequence(Channel::ALL, 0..=3).prop_shuffle();
    let collections = prop::sample::subsequence(vec![("AC²", false), ("CMI", true), ("Europawoche", false)], 0..=3);
    let lists = (
        vec(any_taking(), 0..4),
        vec(any_change(), 0..3),
        vec(any_statement(), 0..5),
    );
    let text = "[A-Za-zÄÖÜäöüß*_#|\\[\\]<>&`~\\\\ „“-]{1,30}";
    (any::<u128>(), text, kind, time, channels, collections, lists).prop_map(
        |(id, title, (audience, status), (date, within, published), channels, collections, lists)| {
            let (parties, changes, mut headcounts) = lists;
            // One basis per unit and channel, as the table has it.
            headcounts.sort_by_key(|one: &Statement| (one.unit.as_str(), one.channel));
            headcounts.dedup_by_key(|one| (one.unit, one.channel));
            let parties = parties.into_iter().zip(0..);
            Facts {
                id: SeminarId(Uuid::from_u128(id)),
                audience,
                status,
                published_on: Some(published),
                day: date,
                within: within.map(|(from, days)| Span {
                    from,
                    to: from + chrono::Days::new(days),
                }),
                channels,
                parties: parties
                    .map(|((role, organisation, name), position)| Taking {
                        position,
                        role,
                        organisation,
                        name,
                    })
                    .collect(),
                collections: collections
                    .into_iter()
                    .map(|(name, own)| collection(name, own))
                    .collect(),
                changes,
                headcounts,
                people: None,
                ..seminar(&title)
            }
        },
    )
}

pub fn any_question() -> impl Strategy<Value = ActivityQuery> {
    let split = prop::option::of(0_u64..=400);
    (any_day(), 0_u64..=400, split).prop_map(|(from, days, split)| ActivityQuery {
        period: Span {
            from,
            to: from + chrono::Days::new(days),
        },
        split_on: split.map(|split| from + chrono::Days::new(split.min(days))),
        rule: RuleName::usual(),
        collection: None,
        format: None,
        forms: Forms::default(),
        dialect: Dialect::default(),
    })
}

/// Terms that make a rule.
pub fn any_terms() -> impl Strategy<Value = CountingTerms> {
    let counts = prop::sample::subsequence(CountedAs::ALL, 1..=4);
    let lists = counts.prop_flat_map(|counts| {
        let most = counts.len();
        (Just(counts.clone()), prop::sample::subsequence(counts, 1..=most))
    });
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    let words = (one_of(Whose::ALL), one_of(Postponements::ALL), one_of(SumRule::ALL));
    (lists, flags, words, prop::option::of(any_day())).prop_map(
        |((counts, offered), (internal, undated, own_chapters), (whose, postponed, sums), onsite_only_before)| {
            let told = counts.contains(&CountedAs::Postponed);
            CountingTerms {
                whose,
                counts,
                offered,
                postponed: if told { postponed } else { Postponements::Moved },
                internal,
                undated,
                own_chapters,
                onsite_only_before,
                sums,
            }
        },
    )
}

/// One that is built in, or one of an organisation's own.
pub fn any_rule() -> impl Strategy<Value = CountingRule> {
    let own = any_terms().prop_map(|terms| own_rule("eigene", terms));
    prop_oneof![prop::sample::select(built_ins()), own]
}
