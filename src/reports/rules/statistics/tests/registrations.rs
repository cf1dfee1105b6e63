//! Lead times and no-shows, from facts about registrations.

use super::*;
use crate::reports::model::{Booked, Missed};

/// Days before the first session, over the edges of the buckets.
#[test]
fn each_registration_has_one_lead_time() {
    let held = seminar("Mit Anmeldungen");
    let undated = Facts {
        day: None,
        within: Some(span("2020-06-01", "2020-06-30")),
        ..seminar("Ohne Tag")
    };
    let silent = seminar("Ohne Anmeldungen");
    let (of, other) = (held.id, undated.id);
    let report = over(vec![held, undated, silent]);
    let on = |days: i64, afterwards| Booked {
        seminar: of,
        on: day("2020-06-01") - chrono::Duration::days(days),
        afterwards,
    };
    let days = [0, 1, 2, 3, 6, 7, 13, 14, 27, 28, 55, 56, 900, -1];
    let mut booked = days.map(|days| on(days, false)).to_vec();
    booked.extend([on(0, true), on(-30, true)]);
    booked.push(Booked {
        seminar: other,
        ..on(0, false)
    });
    booked.push(Booked {
        seminar: SeminarId(uuid::Uuid::from_u128(9)),
        ..on(0, false)
    });
    let leads = lead_times(&report, &booked);
    let expected = [
        ("same-day", 2),
        ("1-2", 2),
        ("3-6", 2),
        ("7-13", 2),
        ("14-27", 2),
        ("28-55", 2),
        ("56-or-more", 2),
        ("afterwards", 2),
    ];
    assert_eq!(values(&leads, "registrations"), keyed(&expected));
    assert_eq!(cell(&leads, "registrations", "1-2").seminars, [of]);
    assert_eq!((leads.measure, leads.unit), (None, StatisticUnit::Registrations));
    let said = leads.notes.join(" ");
    assert!(
        said.contains("Zu einer durchgeführten Veranstaltung gibt es keine Anmeldungen."),
        "{said}"
    );
    assert!(
        said.contains("Hier fehlt eine Anmeldung zu „Ohne Tag“, weil der Tag nicht bekannt ist."),
        "{said}"
    );
}

#[test]
fn without_registrations_nothing_is_known_of_lead_times() {
    let leads = lead_times(&over(programme()), &[]);
    assert!(leads.series[0].values.iter().all(|cell| cell.value.is_none()));
    assert_eq!(
        leads.notes,
        ["Zu 23 durchgeführten Veranstaltungen gibt es keine Anmeldungen."]
    );
}

#[test]
fn no_shows_are_a_rate_of_those_with_a_seat_where_it_is_known() {
    let report = over(programme());
    let id = |title: &str| {
        report
            .seminars
            .iter()
            .find(|one| one.title.starts_with(title))
            .unwrap()
            .id
    };
    let missed = |title, expected, missing| Missed {
        seminar: id(title),
        expected,
        missing,
    };
    let known = [
        missed("AC² - Zwischen", 40, 4),
        missed("Cyber security", 8, 2),
        missed("AC² - Workshop", 20, 0),
        missed("Onboarding", 0, 0),
    ];
    let rates = no_shows(&report, &known);
    let february = cell(&rates, "no-shows", "2020-02");
    assert_eq!(
        (
            february.value,
            february.numerator,
            february.denominator,
            february.seminars.len()
        ),
        (Some(12.5), Some(6), Some(48), 2)
    );
    let march = cell(&rates, "no-shows", "2020-03");
    assert_eq!(
        (march.value, march.unknown.len()),
        (Some(0.0), 1),
        "everybody came to one, of the other it is not known"
    );
    let october = cell(&rates, "no-shows", "2020-10");
    assert_eq!(
        (october.value, october.unknown.len()),
        (None, 0),
        "of nobody there is no rate"
    );
    let june = cell(&rates, "no-shows", "2020-06");
    assert!(june.is_unknown());
    let empty = cell(&rates, "no-shows", "2020-01");
    assert_eq!((empty.value, empty.is_unknown()), (None, false));
    assert_eq!(
        rates.notes,
        [
            "Gezählt wird von denen, die einen Platz hatten. Zu 4 durchgeführten Veranstaltungen ist Person für Person erfasst, wer kam.",
            "Zu 13 durchgeführten Veranstaltungen gibt es nur eine Gesamtzahl, die nicht sagt, wer fehlte.",
            "Zu 6 durchgeführten Veranstaltungen ist nicht oder nicht vollständig erfasst, wer kam.",
        ]
    );
    let years = in_years(&rates);
    let year = cell(&years, "no-shows", "2020");
    assert_eq!(
        (year.value, year.numerator, year.denominator),
        (Some(8.8), Some(6), Some(68))
    );
    assert_eq!(years.title, "Anteil der nicht Erschienenen nach Jahren");
}
