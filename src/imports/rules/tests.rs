use chrono::Datelike;
use chrono_tz::Tz;
use serde_json::json;

use super::time::instant;
use super::*;
use crate::attendance::{Count, Qualifier, Unit, phrase};
use crate::imports::model::{Start, When};
use crate::seminars::{Audience, Confirmation, NewAdmission, NewAttendanceRule, Status};

const PAPER: &str = include_str!("../../../demo/programme-2020-2021.json");

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn paper() -> Programme {
    read(PAPER, day("2021-05-31")).unwrap()
}

fn places(file: &Value) -> Vec<String> {
    let errors = read(&file.to_string(), day("2021-05-31")).unwrap_err();
    errors.iter().map(|error| error.place().to_owned()).collect()
}

fn file() -> Value {
    json!({
        "format": FORMAT,
        "source": {"title": "Mitteilungsvorlage 2021/0047", "within": {"from": "2020-01-01", "to": "2021-05-31"}},
        "organisations": [{"slug": "agit", "name": "AGIT"}],
        "collections": [{"key": "ac2", "kind": "series", "name": "AC²"}],
        "venues": [{"key": "church", "name": "DIGITAL Church", "locality": "Aachen"}],
        "seminars": [{"external_id": "a", "title": "A", "kind": "talk", "status": "held", "date": "2020-02-13"}],
    })
}

/// The file with the one seminar's members set; `null` takes one out.
fn with(members: Value) -> Value {
    let mut file = file();
    for (name, value) in members.as_object().unwrap() {
        file["seminars"][0][name] = value.clone();
    }
    file
}

fn add(file: &mut Value, list: &str, entry: Value) {
    file[list].as_array_mut().unwrap().push(entry);
}

#[test]
fn the_paper_comes_to_its_figures() {
    let programme = paper();
    let of = |status: Status| programme.seminars.iter().filter(move |entry| entry.status == status);
    assert_eq!(programme.seminars.len(), 28);
    assert_eq!(
        [Status::Held, Status::Cancelled, Status::Scheduled].map(|status| of(status).count()),
        [23, 2, 3]
    );
    assert!(of(Status::Cancelled).all(|entry| entry.reason_code.is_some() && entry.public_text.is_some()));
    assert!(of(Status::Scheduled).all(|entry| entry.published_on == day("2021-05-31")));

    let before = of(Status::Held)
        .filter(|entry| matches!(entry.when, When::Sessions(_)))
        .filter(|entry| entry.when.first_day() < Some(day("2020-03-16")));
    assert_eq!(before.count(), 4);
    let chapters = programme.collections.iter().filter(|part| part.own_chapter);
    let chapters = chapters.map(|part| part.key.clone()).collect::<Vec<_>>();
    let dated = || {
        of(Status::Held).filter(|entry| entry.audience == Audience::Public && matches!(entry.when, When::Sessions(_)))
    };
    let overview = dated().filter(|entry| !entry.collections.iter().any(|key| chapters.contains(key)));
    assert_eq!((dated().count(), overview.count()), (20, 16));
}

#[test]
fn the_paper_counts_in_its_own_words() {
    let programme = paper();
    let mut counts = Vec::new();
    for entry in &programme.seminars {
        for headcount in &entry.headcounts {
            let words = headcount.stated_as.as_ref().unwrap().as_str();
            counts.push(match headcount.value {
                Some(value) => (value, headcount.qualifier.unwrap(), headcount.unit.unwrap()),
                None => {
                    let said = phrase::parse(words).unwrap();
                    (said.value.unwrap(), said.qualifier, said.unit.unwrap())
                }
            });
        }
    }
    let all = |unit: Unit, qualifier: Qualifier| {
        let these = counts.iter().filter(|count| (count.1, count.2) == (qualifier, unit));
        these.map(|count| count.0).collect::<Vec<_>>()
    };
    let exact = all(Unit::Participants, Qualifier::Exact);
    assert_eq!((exact.len(), exact.iter().sum::<i64>()), (14, 677));
    assert_eq!(all(Unit::Participants, Qualifier::MoreThan), [130, 150, 120]);
    assert_eq!(all(Unit::Viewers, Qualifier::Exact), [450]);
    let held = programme.seminars.iter().filter(|entry| entry.status == Status::Held);
    assert_eq!(held.filter(|entry| entry.headcounts.is_empty()).count(), 5);

    let participants = counts.iter().filter(|count| count.2 == Unit::Participants);
    let sum = crate::attendance::sum(participants.map(|count| Count::new(count.0, count.1))).unwrap();
    assert_eq!((sum.value, sum.qualifier), (1080, Qualifier::AtLeast));
}

#[test]
fn what_the_paper_leaves_open_stays_open() {
    let programme = paper();
    let entry = |id: &str| {
        let mut entries = programme.seminars.iter();
        entries.find(|entry| entry.external_id.as_str() == id).unwrap()
    };
    assert_eq!(programme.system.as_str(), "mitteilungsvorlage-2021-0047");
    let source = When::Within {
        from: day("2020-01-01"),
        to: day("2021-05-31"),
    };
    for id in [
        "cmi-dialog-euskirchen",
        "cmi-dialog-heinsberg",
        "vision-preisverleihung",
        "gruenderfoyer",
    ] {
        assert_eq!(entry(id).when, source, "{id}");
    }
    let summer = When::Within {
        from: day("2021-06-01"),
        to: day("2021-08-31"),
    };
    assert_eq!(entry("digitale-werkstatt-schulungen-2021").when, summer);
    assert!(entry("cmi-dialog-euskirchen").parties.is_empty());
    assert!(entry("cmi-hub-mobility-2020-12-17").channels.is_empty());
    assert_eq!(entry("ac2-zwischen-2020-02-13").published_on, day("2020-02-13"));
    assert_eq!(entry("gruenderfoyer").published_on, day("2021-05-31"));
    assert!(programme.seminars.iter().all(|entry| entry.source_quote.is_some()));
}

#[test]
fn what_comes_next_comes_next_whenever_it_is_read() {
    for today in ["2026-11-22", "2027-03-27", "2028-02-29"].map(day) {
        for file in [
            include_str!("../../../demo/upcoming.json"),
            include_str!("../../../demo/upcoming-ihk.json"),
        ] {
            for entry in read(file, today).unwrap().seminars {
                assert_eq!((entry.status, entry.published_on), (Status::Scheduled, today));
                let When::Sessions(blocks) = entry.when else {
                    panic!("no session")
                };
                for block in blocks {
                    assert!(block.starts_on() > today && block.starts_on().weekday().number_from_monday() <= 5);
                }
            }
        }
    }
}

#[test]
fn the_hour_on_the_clock_stays_when_the_clocks_change() {
    let at = |today: &str| {
        let session = json!([{"in_days": 1, "at": "18:00", "minutes": 90}]);
        let file = with(json!({"date": null, "status": "scheduled", "sessions": session}));
        let programme = read(&file.to_string(), day(today)).unwrap();
        let When::Sessions(blocks) = &programme.seminars[0].when else {
            panic!("no session")
        };
        let Start::At(start) = blocks[0].start else {
            panic!("no time")
        };
        (start.to_rfc3339(), blocks[0].ends_at.unwrap().to_rfc3339())
    };
    assert_eq!(at("2027-03-25").0, "2027-03-26T17:00:00+00:00");
    // Saturday becomes Monday, in summer time.
    assert_eq!(
        at("2027-03-26"),
        (
            "2027-03-29T16:00:00+00:00".to_owned(),
            "2027-03-29T17:30:00+00:00".to_owned()
        )
    );
}

#[test]
fn the_missing_hour_is_refused() {
    let berlin = |hour: u32| instant(Tz::Europe__Berlin, day("2027-03-28").and_hms_opt(hour, 30, 0).unwrap());
    assert_eq!(berlin(2), None);
    assert!(berlin(3).is_some());
}

#[test]
fn every_problem_is_named_at_its_place() {
    let mut file = file();
    add(
        &mut file,
        "organisations",
        json!({"slug": "agit", "name": "A\u{0}", "x": 1}),
    );
    add(
        &mut file,
        "collections",
        json!({"key": "other", "kind": "series", "name": "ac2", "starts_on": "2021-02-01", "ends_on": "2021-01-01"}),
    );
    add(
        &mut file,
        "venues",
        json!({"key": "again", "name": "digital church", "locality": "aachen"}),
    );
    add(
        &mut file,
        "seminars",
        json!({
            "external_id": "a", "title": "", "kind": "party", "status": "held", "date": "2021-02-31",
            "venue": "nowhere", "collections": ["ac3", "ac2", "ac2"],
            "parties": [{"role": "lead", "organisation": "nobody"}, {"role": "boss"}, {"role": "host"}],
            "channels": [{"channel": "livestream", "capacity": 5}, {"channel": "livestream"}, {"channel": "onsite", "capacity": 0}],
        }),
    );
    add(&mut file, "seminars", json!("three"));
    let mut found = places(&file);
    found.sort();
    assert_eq!(
        found,
        [
            "/collections/1/ends_on",
            "/collections/1/name",
            "/organisations/1/name",
            "/organisations/1/slug",
            "/organisations/1/x",
            "/seminars/1/channels/0/capacity",
            "/seminars/1/channels/1/channel",
            "/seminars/1/channels/2/capacity",
            "/seminars/1/collections/0",
            "/seminars/1/collections/2",
            "/seminars/1/date",
            "/seminars/1/external_id",
            "/seminars/1/kind",
            "/seminars/1/parties/0/organisation",
            "/seminars/1/parties/1/role",
            "/seminars/1/parties/2",
            "/seminars/1/title",
            "/seminars/2",
            "/venues/1/name",
        ]
    );
}

#[test]
fn a_file_of_another_kind_is_refused_at_once() {
    assert_eq!(places(&json!([])), [""]);
    assert_eq!(places(&json!({"format": "einlass.programme/2", "x": 1})), ["/format"]);
    assert_eq!(places(&json!({"format": FORMAT})), ["/seminars", "/source"]);
    assert_eq!(
        places(&json!({"format": FORMAT, "source": {"title": "²!"}, "seminars": {}})),
        ["/seminars", "/source/title"]
    );
    let errors = read(
        "{\"format\": \"einlass.programme/1\", \"seminars\": [}",
        day("2021-05-31"),
    )
    .unwrap_err();
    assert_eq!(errors[0].place(), "/seminars/0");
    assert!(read(&format!("\u{feff}{PAPER}"), day("2021-05-31")).is_ok());
}

#[test]
fn times_that_cannot_be() {
    let cases = [
        (json!({"date": "2021-06-01"}), "/status"),
        (
            json!({"date": null, "within": {"from": "2021-06-01", "to": "2021-06-30"}}),
            "/status",
        ),
        (json!({"within": {"from": "2020-01-01", "to": "2020-12-31"}}), "/within"),
        (
            json!({"date": null, "within": {"from": "2020-12-31", "to": "2020-01-01"}}),
            "/within/to",
        ),
        (json!({"date": null, "venue": "church"}), "/venue"),
        (json!({"date": "13.02.2020"}), "/date"),
        (
            json!({"sessions": [{"starts_at": "2020-02-13T18:00:00+01:00"}]}),
            "/date",
        ),
        (
            json!({"date": null, "sessions": [{"starts_at": "2020-02-13T18:00:00"}]}),
            "/sessions/0/starts_at",
        ),
        (
            json!({"date": null, "sessions": [{"starts_at": "2020-02-30T18:00:00Z"}]}),
            "/sessions/0/starts_at",
        ),
        (json!({"date": null, "sessions": [{}]}), "/sessions/0/starts_at"),
        (json!({"date": null, "sessions": [{"in_days": 3}]}), "/sessions/0/at"),
        (
            json!({"date": null, "status": "scheduled", "sessions": [{"in_days": 3, "at": "25:00"}]}),
            "/sessions/0/at",
        ),
        (
            json!({"date": null, "sessions": [{"starts_at": "2020-02-13T18:00:00Z", "ends_at": "2020-02-13T18:00:00Z"}]}),
            "/sessions/0/ends_at",
        ),
        (
            json!({"date": null, "sessions": [{"starts_at": "2020-02-13T18:00:00Z", "venue": "x"}]}),
            "/sessions/0/venue",
        ),
        (json!({"time_zone": "Europe/Aachen"}), "/time_zone"),
        (json!({"published_on": "2021-06-01"}), "/published_on"),
    ];
    for (members, place) in cases {
        assert_eq!(places(&with(members)), [format!("/seminars/0{place}")]);
    }
    let mut file = with(json!({"date": null}));
    file["source"] = json!({"title": "Ohne Zeit"});
    assert_eq!(places(&file), ["/seminars/0"]);
}

#[test]
fn counts_and_states_that_cannot_be() {
    let counted = |headcount: Value| json!({"headcounts": [headcount], "channels": [{"channel": "onsite"}]});
    let cases = [
        (counted(json!({"stated_as": "einige Leute"})), "/headcounts/0/stated_as"),
        (
            counted(json!({"stated_as": "jeweils 36 und 34 Teilnehmenden"})),
            "/headcounts/0/stated_as",
        ),
        (counted(json!({})), "/headcounts/0"),
        (
            counted(json!({"stated_as": "450 Zuschauende"})),
            "/headcounts/0/stated_as",
        ),
        (counted(json!({"value": 450, "unit": "viewers"})), "/headcounts/0/unit"),
        (
            counted(json!({"value": 4, "channel": "online"})),
            "/headcounts/0/channel",
        ),
        (counted(json!({"value": 4.5})), "/headcounts/0/value"),
        (
            json!({"status": "scheduled", "headcounts": [{"value": 3}]}),
            "/headcounts/0",
        ),
        (json!({"status": "draft", "language": null}), "/status"),
        (json!({"reason_code": "pandemic"}), "/reason_code"),
    ];
    for (members, place) in cases {
        assert_eq!(places(&with(members)), [format!("/seminars/0{place}")]);
    }
    let held_without_channel = with(json!({"headcounts": [{"stated_as": "rund 35"}]}));
    assert!(read(&held_without_channel.to_string(), day("2021-05-31")).is_ok());
}

#[test]
fn a_title_makes_a_system() {
    let system = |title: &str| system_of(&title.parse().unwrap());
    assert_eq!(system("Mitteilungsvorlage 2021/0047"), "mitteilungsvorlage-2021-0047");
    assert_eq!(system("Über Größe"), "uber-grosse");
    assert_eq!(system(&"wort ".repeat(30)).len(), 59);
}

#[test]
fn a_seminar_may_say_how_it_takes_registrations() {
    let read = |file: &Value| {
        read(&file.to_string(), day("2021-05-31"))
            .unwrap()
            .seminars
            .remove(0)
            .admission
    };
    assert_eq!(read(&file()), NewAdmission::default());
    let meal = json!({"id": "meal", "kind": "choice", "label": {"de": "Essen", "en": null}, "options": ["vegan", "egal"],
        "channels": ["onsite"], "sensitive": true});
    let photos = json!({"purpose": "photos", "version": "1", "text": {"de": "Fotos dürfen mich zeigen."}});
    let admission = read(&with(
        json!({"confirmation": "none", "max_persons": 2, "contact_email": "a@example.org",
        "questions": [meal], "consent_texts": [photos]}),
    ));
    assert_eq!(
        (admission.confirmation, admission.max_persons),
        (Confirmation::NotAsked, 2)
    );
    assert_eq!((admission.questions.len(), admission.consent_texts.len()), (1, 1));

    let wrong = with(
        json!({"confirm_hours": 0, "questions": [meal, meal, {"id": "age", "kind": "number", "label": {"de": "Alter"},
        "options": ["1"]}], "consent_texts": [photos, photos]}),
    );
    let expected = [
        "confirm_hours",
        "questions/1/id",
        "questions/2/options",
        "consent_texts/1/purpose",
    ];
    assert_eq!(places(&wrong), expected.map(|place| format!("/seminars/0/{place}")));
    let unread =
        with(json!({"contact_email": "nobody", "questions": [meal, {"id": "x"}], "minimum": {"participants": 5}}));
    let mut found = places(&unread);
    found.sort();
    let expected = ["contact_email", "minimum", "questions/1/id"];
    assert_eq!(found, expected.map(|place| format!("/seminars/0/{place}")));
}

#[test]
fn a_seminar_may_say_who_counts_and_who_is_of_its_team() {
    let entry = |file: &Value| {
        let mut programme = read(&file.to_string(), day("2021-05-31")).unwrap();
        programme.seminars.remove(0)
    };
    let usual = entry(&file());
    assert_eq!(
        (usual.attendance_rule, usual.team),
        (NewAttendanceRule::default(), vec![])
    );
    let vogt = json!({"name": "Petra Vogt", "email": "vogt@example.org", "role": "speaker"});
    let rule = json!({"min_seconds": 900, "min_sessions": null});
    let said = entry(&with(json!({"attendance_rule": rule, "team": [vogt]})));
    assert_eq!((said.attendance_rule.min_seconds, said.team.len()), (900, 1));

    let wrong = with(json!({"attendance_rule": {"opens_minutes": -1}, "team": [vogt, vogt]}));
    let expected = ["attendance_rule/opens_minutes", "team/1/email"];
    assert_eq!(places(&wrong), expected.map(|place| format!("/seminars/0/{place}")));
    let unread = with(json!({"attendance_rule": {"minutes": 1}, "team": [{"name": "Anna"}]}));
    let mut found = places(&unread);
    found.sort();
    let expected = ["attendance_rule/minutes", "team/0/role"];
    assert_eq!(found, expected.map(|place| format!("/seminars/0/{place}")));
}
