//! A merge is taken back without loss: everything is as it was, in the tables and in what is told.

use diesel::prelude::*;
use diesel::sql_types::Text;
use serde_json::json;

use super::super::duplicates::{evening, publish};
use super::{act, merge, told, two, unmerge};
use crate::support::{TestApp, person};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Every row of every table, but for what counts changes and for what is history.
fn everything(app: &TestApp) -> Vec<String> {
    let mut conn = app.database.connect();
    let tables = diesel::sql_query(
        "SELECT table_name::text AS line FROM information_schema.tables
         WHERE table_schema = 'public' AND table_name NOT IN ('merges', 'journal') ORDER BY 1",
    );
    let tables = tables.load::<Line>(&mut conn).unwrap();
    assert!(tables.len() > 30);
    let mut all = Vec::new();
    for Line { line: table } in tables {
        let rows = diesel::sql_query(format!(
            "SELECT '{table} ' || (to_jsonb(t) - 'version' - 'updated_at')::text AS line FROM \"{table}\" AS t ORDER BY 1"
        ));
        all.extend(rows.load::<Line>(&mut conn).unwrap().into_iter().map(|row| row.line));
    }
    all
}

fn actions(app: &TestApp, seminar: &str) -> Vec<String> {
    use einlass::schema::journal::dsl;
    let query = dsl::journal
        .filter(dsl::object_id.eq(seminar.parse::<uuid::Uuid>().unwrap()))
        .filter(dsl::action.like("seminar.%merged"))
        .order(dsl::id)
        .select((dsl::action, dsl::data));
    let rows = query
        .load::<(String, serde_json::Value)>(&mut app.database.connect())
        .unwrap();
    let told = rows.into_iter().map(|(action, data)| {
        let other =
            ["into", "from"].map(|member| data.get(member).map(|id| format!(" {member} {}", id.as_str().unwrap())));
        format!("{action}{}", other.into_iter().flatten().collect::<String>())
    });
    told.collect()
}

#[test]
fn everything_is_as_it_was() {
    let app = TestApp::spawn();
    let agit = json!({"parties": [{"role": "contributor", "name": "AGIT"}], "description": "Mit Besichtigung"});
    let ours = publish(
        &app.organiser(),
        &evening("staedteregion-aachen", "KI im Mittelstand", &agit),
    );
    let theirs = publish(
        &app.foreign_organiser(),
        &evening("ihk-aachen", "KI im Mittelstand", &json!({})),
    );
    for (client, id) in [(app.organiser(), &ours), (app.foreign_organiser(), &theirs)] {
        client
            .post(&format!("/seminars/{id}/registrations"), &person("anna"))
            .expect(201);
        client
            .post(
                &format!("/seminars/{id}/headcounts"),
                &json!({"stated_as": "über 130 Teilnehmende"}),
            )
            .expect(201);
    }
    let reports = || {
        let report = "/reports/activity?from=2027-01-01&to=2027-12-31";
        let mut all = [app.reporter(), app.person("foreign_organiser")].map(|client| client.get(report).expect(200));
        for report in &mut all {
            for seminar in report["seminars"].as_array_mut().unwrap() {
                seminar.as_object_mut().unwrap().remove("version");
            }
        }
        all
    };
    let programme = || app.anonymous().get("/seminars").expect(200);
    let (rows, told, shown) = (everything(&app), reports(), programme());
    merge(&app.organiser(), &ours, &theirs).expect(202);
    assert_eq!(everything(&app), rows, "a proposal touches nothing");
    merge(&app.foreign_organiser(), &ours, &theirs).expect(200);
    let difference = everything(&app)
        .into_iter()
        .filter(|row| !rows.contains(row))
        .collect::<Vec<_>>();
    assert_eq!(difference.len(), 1, "one fact, with the seminar: {difference:?}");
    assert_ne!((reports(), programme()), (told.clone(), shown.clone()));
    unmerge(&app.foreign_organiser(), &ours).expect(200);
    assert_eq!(everything(&app), rows);
    assert_eq!((reports(), programme()), (told, shown));
    assert_eq!(
        actions(&app, &ours),
        [
            format!("seminar.merged into {theirs}"),
            format!("seminar.unmerged into {theirs}")
        ]
    );
    assert_eq!(
        actions(&app, &theirs),
        [
            format!("seminar.merged from {ours}"),
            format!("seminar.unmerged from {ours}")
        ]
    );
}

#[test]
fn either_side_takes_back_a_merge_or_a_proposal() {
    let app = TestApp::spawn();
    let (ours, theirs) = two(&app);
    for client in [app.organiser(), app.foreign_organiser()] {
        unmerge(&app.organiser(), &ours).problem(409, "not-merged");
        merge(&app.organiser(), &ours, &theirs).expect(202);
        let view = unmerge(&client, &ours).expect(200);
        assert_eq!(view["state"], "undone");
        assert_eq!(told(&app.organiser(), &ours), []);
        // What was taken back is no consent any more.
        merge(&app.foreign_organiser(), &ours, &theirs).expect(202);
        merge(&app.organiser(), &ours, &theirs).expect(200);
        let tag = app.etag(&format!("/seminars/{ours}"));
        let answer = unmerge(&client, &ours);
        assert_eq!(answer.expect(200)["state"], "undone");
        assert_ne!(answer.etag(), tag);
        assert_eq!(answer.etag(), client.get(&format!("/seminars/{ours}")).etag());
    }
    use einlass::schema::merges::dsl;
    let undone = dsl::merges.filter(dsl::undone_at.is_not_null()).count();
    let undone = undone.get_result::<i64>(&mut app.database.connect()).unwrap();
    assert_eq!(undone, 4, "all of it is kept");
}

#[test]
fn of_several_proposals_one_is_named() {
    let app = TestApp::spawn();
    let (ours, theirs) = two(&app);
    let other = publish(
        &app.foreign_organiser(),
        &evening("ihk-aachen", "KI im Mittelstand", &json!({})),
    );
    merge(&app.organiser(), &ours, &theirs).expect(202);
    merge(&app.organiser(), &ours, &other).expect(202);
    assert_eq!(unmerge(&app.organiser(), &ours).invalid(), ["/into"]);
    act(&app.organiser(), &ours, "unmerge", &json!({"into": other})).expect(200);
    assert_eq!(
        told(&app.organiser(), &ours),
        [(ours.clone(), theirs.clone(), "proposed".to_owned())]
    );
    act(&app.organiser(), &ours, "unmerge", &json!({"into": other})).problem(409, "not-merged");
    unmerge(&app.organiser(), &ours).expect(200);
    // A proposal of the seminar that would stand for it is not this one's.
    merge(&app.organiser(), &theirs, &ours).expect(202);
    unmerge(&app.organiser(), &ours).problem(409, "not-merged");
}

#[test]
fn both_have_another_version_when_they_become_one() {
    let app = TestApp::spawn();
    let (ours, theirs) = two(&app);
    let tags = || [&ours, &theirs].map(|id| app.anonymous().get(&format!("/seminars/{id}")).etag());
    let version = |tag: &String| tag[1..].split('-').next().unwrap().parse::<i64>().unwrap();
    let apart = tags();
    merge(&app.organiser(), &ours, &theirs).expect(202);
    assert_eq!(tags(), apart);
    merge(&app.foreign_organiser(), &ours, &theirs).expect(200);
    let together = tags();
    unmerge(&app.organiser(), &ours).expect(200);
    let again = tags();
    for n in 0..2 {
        assert_eq!(version(&together[n]), version(&apart[n]) + 1);
        assert_eq!(version(&again[n]), version(&apart[n]) + 2);
    }
}
