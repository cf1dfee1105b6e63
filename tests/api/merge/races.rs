//! Many at once: whatever happens, one stands for the other or neither does.

use diesel::prelude::*;
use serde_json::json;

use super::super::duplicates::{evening, publish};
use super::{act, merge, two, unmerge};
use crate::support::TestApp;

/// How many are merged, and how many of those into one that is merged itself.
fn chains(app: &TestApp) -> (i64, i64) {
    use diesel::sql_types::BigInt;
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = BigInt)]
        merged: i64,
        #[diesel(sql_type = BigInt)]
        chained: i64,
    }
    let found = diesel::sql_query(
        "SELECT count(*) AS merged, count(*) FILTER (WHERE next.merged_into IS NOT NULL) AS chained
         FROM seminars JOIN seminars AS next ON next.id = seminars.merged_into",
    );
    let found = found.get_result::<Found>(&mut app.database.connect()).unwrap();
    (found.merged, found.chained)
}

#[test]
fn three_at_once_make_no_ring() {
    let app = TestApp::spawn();
    let body = evening("staedteregion-aachen", "KI im Mittelstand", &json!({}));
    for _ in 0..8 {
        let ids = [(); 3].map(|()| publish(&app.organiser(), &body));
        let before = chains(&app).0;
        std::thread::scope(|scope| {
            for n in 0..3 {
                for into in [(n + 1) % 3, (n + 2) % 3] {
                    let (app, one, other) = (&app, &ids[n], &ids[into]);
                    scope.spawn(move || {
                        let answer = merge(&app.organiser(), one, other);
                        assert!([200, 409, 412].contains(&answer.status), "{}", answer.text);
                    });
                }
            }
        });
        let (merged, chained) = chains(&app);
        assert!(merged > before, "somebody was first");
        assert_eq!(chained, 0);
    }
}

#[test]
fn both_consent_at_once_and_it_is_merged_once() {
    let app = TestApp::spawn();
    for _ in 0..5 {
        let (ours, theirs) = two(&app);
        let answers = std::thread::scope(|scope| {
            let tries = [app.organiser(), app.foreign_organiser()].map(|client| {
                let (ours, theirs) = (&ours, &theirs);
                scope.spawn(move || merge(&client, ours, theirs).status)
            });
            let mut answers = tries.map(|one| one.join().unwrap());
            answers.sort_unstable();
            answers
        });
        assert_eq!(answers, [200, 202]);
        unmerge(&app.organiser(), &ours).expect(200);
    }
}

#[test]
fn nobody_is_admitted_to_what_was_merged_a_moment_ago() {
    let app = TestApp::spawn();
    for _ in 0..5 {
        let (ours, theirs) = two(&app);
        merge(&app.organiser(), &ours, &theirs).expect(202);
        let admitted = std::thread::scope(|scope| {
            let tries = (0..8).map(|n| {
                let (app, ours) = (&app, &ours);
                scope.spawn(move || app.register(ours, &format!("n{n}")).status)
            });
            let tries = tries.collect::<Vec<_>>();
            merge(&app.foreign_organiser(), &ours, &theirs).expect(200);
            tries.into_iter().map(|one| one.join().unwrap()).collect::<Vec<_>>()
        });
        assert!(
            admitted.iter().all(|status| [201, 409].contains(status)),
            "{admitted:?}"
        );
        app.register(&ours, "late").problem(409, "seminar-merged");
        assert_eq!(
            app.confirmed(&ours),
            admitted.iter().filter(|status| **status == 201).count()
        );
    }
}

#[test]
fn two_that_take_it_back_take_it_back_once() {
    let app = TestApp::spawn();
    let (ours, theirs) = super::merged(&app);
    let statuses = std::thread::scope(|scope| {
        let tries = [app.organiser(), app.foreign_organiser()].map(|client| {
            let ours = &ours;
            scope.spawn(move || act(&client, ours, "unmerge", &json!({})).status)
        });
        let mut statuses = tries.map(|one| one.join().unwrap());
        statuses.sort_unstable();
        statuses
    });
    assert_eq!(statuses[0], 200);
    // To the other organisation there may be nothing there any more that concerns it.
    assert!([404, 409, 412].contains(&statuses[1]), "{statuses:?}");
    merge(&app.organiser(), &ours, &theirs).expect(202);
}
