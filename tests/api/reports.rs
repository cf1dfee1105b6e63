//! `GET /reports/activity`: the paper 2021/0047 as a query, who may ask, and what is refused.

use diesel::connection::SimpleConnection;
use serde_json::{Value, json};

use crate::support::{Client, TestApp};

const PERIOD: &str = "/reports/activity?from=2020-01-01&to=2021-05-31";

/// Date, status, channels (o: on site, n: online, l: livestream), collection, count as qualifier:value:unit, title.
const PAPER: &str = "
-          held      -  cmi -                          Regionaler Dialog im Kreis Euskirchen
-          held      -  cmi -                          Regionaler Dialog im Kreis Heinsberg
2020-07-29 internal  -  cmi -                          Informationsveranstaltung für Organisationseinheiten
2020-09-22 held      on cmi more_than:130:participants Offizielle Kick-off Veranstaltung „Care and Mobility Innovation“
2020-06-18 held      o  cmi -                          digitalHUB meets Care and Mobility Innovation – Fokus Care
2020-12-17 held      -  cmi -                          digitalHUB meets Care and Mobility Innovation – Mobility
2021-04-22 held      n  cmi more_than:150:participants Zukunftsperspektive der Gesundheitsberufe
2020-02-13 held      o  ac2 exact:180:participants     AC² - Zwischenprämierung
2020-03-04 held      o  ac2 exact:17:participants      AC² - Workshop Finanzplanung
2020-11-10 held      l  ac2 exact:450:viewers          Auftaktveranstaltung AC² - GRÜNDUNG, WACHSTUM, INNOVATION
-          cancelled -  -   -                          VISION-Preisverleihung
-          cancelled -  -   -                          Gründerfoyer
2020-03-04 held      o  -   exact:33:participants      INNOVATIA: Zukunft durch Innovationen
2020-08-20 held      n  -   exact:67:participants      Fördermöglichkeiten für KMU
2021-02-25 held      n  -   exact:32:participants      Digitaler Unternehmensrundgang bei der LaVa-X GmbH
2020-02-13 held      o  -   exact:42:participants      Cyber security
2021-05-06 held      n  -   exact:35:participants      Teambildung in Zeiten von Corona
2020-09-23 held      n  -   exact:27:participants      Online-Vorstellung des digitalHUB Aachen e.V.
2020-09-30 held      n  -   exact:36:participants      Bau- und Architektenrecht
2021-04-14 held      n  -   exact:34:participants      Bau- und Architektenrecht
2020-10-28 held      n  -   exact:27:participants      Onboarding
2020-11-03 held      n  -   exact:25:participants      Onboarding
2021-04-22 held      n  -   exact:27:participants      Von der Pflege ins Büro
2020-11-04 held      n  -   exact:95:participants      digitale Sprechstunde zum Umgang mit Corona
2021-04-23 held      n  -   more_than:120:participants digitale Sprechstunde mit Fokus Testen und Impfungen
2021-08-26 scheduled n  -   -                          Job- und Qualifizierungsbörse
-          scheduled o  -   -                          Schulungen der Digitalen Werkstatt für den Mittelstand
2021-11-25 scheduled -  -   -                          Präsentation der Evaluationsergebnisse im Ausschuss
";

const CMI: &str = "0192f3c1-8d7e-7cc0-a0ff-000000000c31";
const AC2: &str = "0192f3c1-8d7e-7cc0-a0ff-000000000ac2";

/// Writes a programme as it would have come to be, in SQL: the report reads tables, whoever filled them.
fn arrange(app: &TestApp, organisation: &str, programme: &str) {
    let mut sql = String::new();
    if programme == PAPER {
        for (id, kind, name, own) in [
            (CMI, "programme", "Care and Mobility Innovation", true),
            (AC2, "series", "AC²", false),
        ] {
            sql += &format!("INSERT INTO collections (organisation_id, id, kind, name, name_key, own_chapter, created_at, updated_at)
                SELECT id, '{id}', '{kind}', '{name}', lower('{name}'), {own}, now(), now() FROM organisations WHERE slug = '{organisation}';");
        }
    }
    for line in programme.trim().lines() {
        let mut words = line.split_whitespace();
        let mut next = || words.next().unwrap();
        let (date, status, channels, collection, count) = (next(), next(), next(), next(), next());
        let title = words.collect::<Vec<_>>().join(" ");
        let (status, audience) = if status == "internal" {
            ("held", "internal")
        } else {
            (status, "public")
        };
        let within = if date == "-" {
            "'2020-01-01', '2021-05-31'"
        } else {
            "NULL, NULL"
        };
        let published = if status == "draft" { "NULL" } else { "'2020-01-01'" };
        let of = format!("(SELECT organisation_id, id FROM seminars WHERE search_text = '{line}')");
        sql += &format!("INSERT INTO seminars (organisation_id, id, title, kind, language, audience, status, within_from, within_to, waiting_list,
                published_on, search_text, created_at, updated_at)
            SELECT id, gen_random_uuid(), '{title}', 'seminar', 'de', '{audience}', '{status}', {within}, false, {published}, '{line}', now(), now()
            FROM organisations WHERE slug = '{organisation}';");
        if date != "-" {
            sql += &format!("INSERT INTO sessions (organisation_id, seminar_id, id, starts_at, date_precision, time_zone, starts_on)
                SELECT s.*, gen_random_uuid(), '{date}', 'day', 'Europe/Berlin', '{date}' FROM {of} s;");
        }
        for (letter, channel) in [('o', "onsite"), ('n', "online"), ('l', "livestream")] {
            if channels.contains(letter) {
                sql += &format!(
                    "INSERT INTO channels (organisation_id, seminar_id, channel) SELECT s.*, '{channel}' FROM {of} s;"
                );
            }
        }
        if let Some(id) = [("cmi", CMI), ("ac2", AC2)]
            .iter()
            .find(|(name, _)| *name == collection)
            .map(|(_, id)| id)
        {
            sql += &format!("INSERT INTO seminar_collections SELECT s.*, '{id}' FROM {of} s;");
        }
        if let [qualifier, value, unit] = count.split(':').collect::<Vec<_>>()[..] {
            sql += &format!("INSERT INTO headcounts (organisation_id, id, seminar_id, value, qualifier, unit, method, basis, recorded_at)
                SELECT s.organisation_id, gen_random_uuid(), s.id, {value}, '{qualifier}', '{unit}', 'reported', true, now() FROM {of} s;");
        }
        if status == "cancelled" {
            sql += &moved(&title, "cancelled", "pandemic", "NULL");
        }
        sql += &format!(
            "INSERT INTO parties (organisation_id, seminar_id, position, role, party_organisation_id) SELECT s.*, 0, 'lead', s.organisation_id FROM {of} s;"
        );
    }
    app.database.connect().batch_execute(&sql).unwrap();
}

fn moved(title: &str, kind: &str, reason: &str, before_on: &str) -> String {
    format!("INSERT INTO schedule_changes (organisation_id, id, seminar_id, kind, reason_code, before, after, before_on, at)
        SELECT organisation_id, gen_random_uuid(), id, '{kind}', '{reason}', '{{}}', '{{}}', {before_on}, now() FROM seminars WHERE title = '{title}';")
}

fn with_the_paper() -> (TestApp, Client) {
    let app = TestApp::spawn();
    arrange(&app, "staedteregion-aachen", PAPER);
    let reporter = app.reporter();
    (app, reporter)
}

fn counts(report: &Value) -> [u64; 5] {
    ["offered", "held", "cancelled", "postponed", "planned"].map(|name| {
        let figure = &report["figures"][name];
        let count = figure["count"].as_u64().unwrap();
        assert_eq!(count, figure["seminars"].as_array().unwrap().len() as u64, "{name}");
        count
    })
}

fn titles(report: &Value, ids: &Value) -> Vec<String> {
    let all = report["seminars"].as_array().unwrap();
    let title = |id: &Value| {
        all.iter().find(|seminar| seminar["id"] == *id).unwrap()["title"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    ids.as_array().unwrap().iter().map(title).collect()
}

#[test]
fn the_paper_is_a_query() {
    let (_app, reporter) = with_the_paper();
    let answer = reporter.get(&format!("{PERIOD}&split_on=2020-03-16"));
    let report = answer.expect(200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(
        report["period"],
        json!({"from": "2020-01-01", "to": "2021-05-31", "time_zone": "Europe/Berlin", "split_on": "2020-03-16"})
    );
    assert_eq!(counts(&report), [25, 23, 2, 0, 3]);
    let figures = &report["figures"];
    assert_eq!(figures["held"]["before_split"], 4);
    assert_eq!(
        (&figures["held"]["from_split"], &figures["held"]["undated"]),
        (&json!(17), &json!(2))
    );
    assert_eq!(figures["cancelled"]["by_reason"], json!({"pandemic": 2}));
    assert_eq!(
        titles(&report, &figures["cancelled"]["seminars"]),
        ["Gründerfoyer", "VISION-Preisverleihung"]
    );
    let participants = &figures["participants"];
    assert_eq!(
        (
            &participants["value"],
            &participants["qualifier"],
            &participants["lower_bound"]
        ),
        (&json!(1080), &json!("at_least"), &json!(1080))
    );
    assert_eq!(
        (&figures["viewers"]["value"], &figures["viewers"]["qualifier"]),
        (&json!(450), &json!("exact"))
    );
    assert_eq!(
        titles(&report, &figures["without_count"]["seminars"]),
        [
            "digitalHUB meets Care and Mobility Innovation – Fokus Care",
            "Informationsveranstaltung für Organisationseinheiten",
            "digitalHUB meets Care and Mobility Innovation – Mobility",
            "Regionaler Dialog im Kreis Euskirchen",
            "Regionaler Dialog im Kreis Heinsberg",
        ]
    );
}

#[test]
fn the_narrower_rules_hold_twenty_and_sixteen() {
    let (_app, reporter) = with_the_paper();
    for (rule, held) in [("all", 23), ("public", 20), ("overview", 16)] {
        let report = reporter.get(&format!("{PERIOD}&rule={rule}")).expect(200);
        assert_eq!(report["figures"]["held"]["count"], held, "{rule}");
        assert_eq!(report["rule"]["id"], rule);
        assert_eq!(report["rule"]["version"], 1);
        assert!(report["rule"]["text"].as_str().unwrap().starts_with("Gezählt"));
    }
}

#[test]
fn the_groups_add_up_to_the_whole() {
    let (_app, reporter) = with_the_paper();
    let report = reporter.get(PERIOD).expect(200);
    let held = |groups: &str| {
        report[groups]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["held"]["count"].as_u64().unwrap())
            .sum::<u64>()
    };
    assert_eq!((held("by_month"), held("by_channel")), (23, 23));
    let months = report["by_month"].as_array().unwrap();
    assert_eq!(months[0]["month"], "2020-02");
    assert_eq!(months[0]["participants"]["value"], 222);
    assert_eq!(months.last().unwrap()["month"], Value::Null);
    let livestream = report["by_channel"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["channels"] == json!(["livestream"]))
        .unwrap();
    assert_eq!(
        (&livestream["participants"], &livestream["viewers"]["value"]),
        (&Value::Null, &json!(450))
    );
    let collections = report["by_collection"].as_array().unwrap();
    assert_eq!(
        collections[0]["collection"],
        json!({"id": AC2, "kind": "series", "name": "AC²"})
    );
    assert_eq!(
        (&collections[1]["held"]["count"], &collections[2]["collection"]),
        (&json!(7), &Value::Null)
    );
    let organisation = &report["by_organisation"][0];
    assert_eq!(organisation["organisation"]["slug"], "staedteregion-aachen");
    assert_eq!(organisation["roles"], json!({"lead": 28}));
}

#[test]
fn each_seminar_is_listed_with_what_is_known_of_it() {
    let (_app, reporter) = with_the_paper();
    let report = reporter.get(PERIOD).expect(200);
    let seminars = report["seminars"].as_array().unwrap();
    assert_eq!(seminars.len(), 28);
    let named = |title: &str| {
        seminars
            .iter()
            .find(|one| one["title"].as_str().unwrap().starts_with(title))
            .unwrap()
    };
    let kickoff = named("Offizielle Kick-off");
    assert_eq!(
        (&kickoff["date"], &kickoff["attendance_mode"]),
        (&json!("2020-09-22"), &json!("hybrid"))
    );
    assert_eq!(
        kickoff["participants"],
        json!({"value": 131, "qualifier": "at_least", "lower_bound": 131, "statements": 1, "stated_as": []})
    );
    let dialogue = named("Regionaler Dialog");
    assert_eq!(
        (&dialogue["date"], &dialogue["undated"], &dialogue["participants"]),
        (&Value::Null, &json!(true), &Value::Null)
    );
    assert_eq!(dialogue["within"], json!({"from": "2020-01-01", "to": "2021-05-31"}));
    let off = named("Gründerfoyer");
    assert_eq!(
        (&off["counted_as"], &off["reason_code"]),
        (&json!(["cancelled"]), &json!("pandemic"))
    );
}

#[test]
fn a_seminar_without_a_day_counts_only_where_its_whole_span_lies() {
    let (_app, reporter) = with_the_paper();
    let report = reporter
        .get("/reports/activity?from=2020-01-02&to=2021-05-31")
        .expect(200);
    assert_eq!(counts(&report), [21, 21, 0, 0, 3]);
    let after = reporter
        .get("/reports/activity?from=2021-06-01&to=2021-12-31")
        .expect(200);
    assert_eq!(counts(&after), [0, 0, 0, 0, 2]);
    assert_eq!(after["figures"]["participants"], Value::Null);
}

#[test]
fn a_moved_seminar_counts_as_moved_and_as_held_and_is_offered_once() {
    let app = TestApp::spawn();
    arrange(
        &app,
        "staedteregion-aachen",
        "2020-09-01 held o - exact:12:participants Moved",
    );
    let twice = moved("Moved", "postponed", "pandemic", "'2020-03-20'")
        + &moved("Moved", "rescheduled", "pandemic", "'2020-05-20'");
    app.database.connect().batch_execute(&twice).unwrap();
    let report = app
        .reporter()
        .get("/reports/activity?from=2020-01-01&to=2020-12-31")
        .expect(200);
    assert_eq!(counts(&report), [1, 1, 0, 1, 0]);
    assert_eq!(report["seminars"][0]["counted_as"], json!(["held", "postponed"]));
    assert_eq!(report["seminars"][0]["postponed_from"], "2020-03-20");
    let spring = app
        .reporter()
        .get("/reports/activity?from=2020-01-01&to=2020-06-30")
        .expect(200);
    assert_eq!(counts(&spring), [1, 0, 0, 1, 0]);
}

#[test]
fn a_count_of_the_whole_wins_over_the_counts_of_its_channels() {
    let app = TestApp::spawn();
    arrange(
        &app,
        "staedteregion-aachen",
        "2020-09-01 held on - - Split\n2020-09-02 held on - exact:100:participants Whole",
    );
    let channels = [
        ("Split", "onsite", 41),
        ("Split", "online", 17),
        ("Whole", "onsite", 41),
        ("Whole", "online", 17),
    ];
    let sql = channels.map(|(title, channel, value)| format!("INSERT INTO headcounts (organisation_id, id, seminar_id, value, qualifier, unit, channel, method, basis, recorded_at)
        SELECT organisation_id, gen_random_uuid(), id, {value}, 'exact', 'participants', '{channel}', 'counted', true, now() FROM seminars WHERE title = '{title}';"));
    let unused = "INSERT INTO headcounts (organisation_id, id, seminar_id, value, qualifier, unit, method, basis, recorded_at)
        SELECT organisation_id, gen_random_uuid(), id, 999, 'exact', 'participants', 'estimated', false, now() FROM seminars;";
    app.database.connect().batch_execute(&(sql.concat() + unused)).unwrap();
    let report = app
        .reporter()
        .get("/reports/activity?from=2020-01-01&to=2020-12-31")
        .expect(200);
    let value = |at: usize| report["seminars"][at]["participants"]["value"].as_i64();
    assert_eq!((value(0), value(1)), (Some(58), Some(100)));
    assert_eq!(report["figures"]["participants"]["value"], 158);
}

#[test]
fn drafts_and_other_peoples_programmes_do_not_count() {
    let (app, reporter) = with_the_paper();
    arrange(&app, "staedteregion-aachen", "2020-06-01 draft o - - Entwurf");
    arrange(
        &app,
        "ihk-aachen",
        "2020-06-01 held o - exact:9:participants IHK-Sprechtag",
    );
    assert_eq!(counts(&reporter.get(PERIOD).expect(200)), [25, 23, 2, 0, 3]);
    let theirs = app.foreign_organiser().get(PERIOD).expect(200);
    assert_eq!(counts(&theirs), [1, 1, 0, 0, 0]);
    assert_eq!(theirs["scope"]["organisations"][0]["slug"], "ihk-aachen");
}

#[test]
fn an_organisation_is_named_by_slug_or_id_and_a_strangers_is_not_found() {
    let (app, reporter) = with_the_paper();
    let own = reporter
        .get(&format!("{PERIOD}&organisation=staedteregion-aachen"))
        .expect(200);
    let id = own["scope"]["organisations"][0]["id"].as_str().unwrap();
    assert_eq!(reporter.get(&format!("{PERIOD}&organisation={id}")).expect(200), own);
    let foreign = reporter.get(&format!("{PERIOD}&organisation=ihk-aachen"));
    foreign.problem(404, "not-found");
    let missing = reporter.get(&format!("{PERIOD}&organisation=nobody"));
    assert_eq!(foreign.but_for_the_request(), missing.but_for_the_request());
    app.foreign_organiser()
        .get(&format!("{PERIOD}&organisation={id}"))
        .problem(404, "not-found");
}

#[test]
fn a_collection_narrows_the_report_and_a_strangers_is_not_found() {
    let (app, reporter) = with_the_paper();
    let report = reporter.get(&format!("{PERIOD}&collection={AC2}")).expect(200);
    assert_eq!(counts(&report), [3, 3, 0, 0, 0]);
    assert_eq!(report["scope"]["collection"]["name"], "AC²");
    let foreign = app.foreign_organiser().get(&format!("{PERIOD}&collection={AC2}"));
    foreign.problem(404, "not-found");
    let missing = app
        .foreign_organiser()
        .get(&format!("{PERIOD}&collection=0192f3c1-8d7e-7cc0-a0ff-00000000dead"));
    assert_eq!(foreign.but_for_the_request(), missing.but_for_the_request());
}

#[test]
fn reporters_and_organisers_may_ask_and_nobody_else() {
    let app = TestApp::spawn();
    for (person, status) in [
        ("reporter", 200),
        ("organiser", 200),
        ("admin", 200),
        ("front_desk", 403),
        ("platform_admin", 403),
    ] {
        assert_eq!(app.person(person).get(PERIOD).status, status, "{person}");
    }
    app.anonymous().get(PERIOD).problem(401, "unauthenticated");
}

#[test]
fn the_report_is_told_in_german_where_markdown_is_asked_for() {
    let (_app, reporter) = with_the_paper();
    let asked = format!("{PERIOD}&split_on=2020-03-16");
    let by_format = reporter.get(&format!("{asked}&format=markdown"));
    assert_eq!(
        (by_format.status, by_format.header("content-type")),
        (200, "text/markdown; charset=utf-8")
    );
    let text = &by_format.text;
    assert!(text.contains(
        "wurden 25 Veranstaltungen angeboten; 23 wurden durchgeführt, davon 4 vor dem 16.03.2020, 17 ab dem 16.03.2020 und 2 ohne \
         bekannten Tag; 2 wurden abgesagt (pandemiebedingt): „Gründerfoyer“ und „VISION-Preisverleihung“; verschoben wurde keine."
    ), "{text}");
    assert!(text.contains("Es nahmen mindestens 1.080 Personen teil"), "{text}");
    assert!(
        text.contains("450 Zuschauende im Livestream, die darin nicht mitgezählt sind"),
        "{text}"
    );
    let by_accept = reporter.get_with(&asked, &[("Accept", "text/markdown")]);
    assert_eq!(&by_accept.text, text);
    assert_eq!(by_accept.header("vary"), "Authorization, Accept, Accept-Language");
    let format_wins = reporter.get_with(&format!("{asked}&format=json"), &[("Accept", "text/markdown")]);
    assert_eq!(format_wins.header("content-type"), "application/json");
}

#[test]
fn what_cannot_be_accepted_is_said() {
    let app = TestApp::spawn();
    let reporter = app.reporter();
    reporter
        .get_with(PERIOD, &[("Accept", "application/pdf")])
        .problem(406, "not-acceptable");
    assert_eq!(
        reporter
            .get_with(&format!("{PERIOD}&format=json"), &[("Accept", "application/pdf")])
            .status,
        200
    );
}

#[test]
fn every_wrong_parameter_is_named_at_once() {
    let app = TestApp::spawn();
    let reporter = app.reporter();
    let invalid = |query: &str| reporter.get(&format!("/reports/activity{query}")).invalid();
    assert_eq!(invalid(""), ["from", "to"]);
    assert_eq!(
        invalid("?from=2020-02-30&to=x&rule=some&collection=1&format=pdf"),
        ["from", "to", "rule", "collection", "format"]
    );
    assert_eq!(invalid("?from=2021-01-02&to=2021-01-01"), ["to"]);
    assert_eq!(invalid("?from=1970-01-01&to=2020-01-01"), ["to"]);
    assert_eq!(
        invalid("?from=2020-01-01&to=2020-12-31&split_on=2021-01-01"),
        ["split_on"]
    );
    assert_eq!(invalid("?from=2020-01-01&to=2020-12-31&colour=red"), ["colour"]);
    let rules = reporter
        .get(&format!("{PERIOD}&rule=some"))
        .problem(422, "validation-failed");
    assert_eq!(
        rules["errors"][0]["detail"],
        "`some` is not one of all, public, overview"
    );
}
