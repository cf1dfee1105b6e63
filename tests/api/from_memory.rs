//! The programme from memory: never older than what was acknowledged here, soon as new as what was written elsewhere, and
//! never somebody else's.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use einlass::base::db::Ended;
use einlass::base::problem::Error;
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp, TestDatabase, draft_body};

/// The same question twice, so that the second answer is from memory; on a slow machine that takes more than one attempt.
#[track_caller]
fn twice(app: &TestApp, ask: impl Fn() -> Answer) -> (Answer, Answer) {
    for _ in 0..50 {
        let first = ask();
        let before = app.site.memory.given();
        let second = ask();
        if app.site.memory.given() > before {
            return (first, second);
        }
    }
    panic!("nothing is ever answered from memory");
}

fn retitle(app: &TestApp, path: &str, title: &str) -> Value {
    let patch = json!({ "title": title });
    app.organiser().patch(path, &app.etag(path), &patch).expect(200)
}

/// Taken out, the look at what was written since shows yesterday's title for half a second.
#[test]
fn what_was_acknowledged_here_is_shown_at_once() {
    let app = TestApp::spawn();
    let id = app.seminar(50);
    let path = format!("/seminars/{id}");
    let anybody = app.anonymous();
    let free = || {
        let (one, list) = (anybody.get(&path).expect(200), anybody.get("/seminars").expect(200));
        assert_eq!(one["channels"], list["data"][0]["channels"]);
        one["channels"][0]["free_seats"].as_i64().unwrap()
    };
    for n in 0..10 {
        // Through the pool.
        let title = format!("Onboarding, zum {n}. Mal");
        anybody.get(&path).expect(200);
        anybody.get("/seminars").expect(200);
        retitle(&app, &path, &title);
        assert_eq!(anybody.get(&path).expect(200)["title"], json!(title));
        assert_eq!(anybody.get("/seminars").expect(200)["data"][0]["title"], json!(title));
        // Through the desk, which has connections of its own.
        let before = free();
        app.register(&id, &format!("n{n}")).expect(201);
        assert_eq!(free(), before - 1);
    }
    assert!(app.site.memory.given() > 0 || twice(&app, || anybody.get(&path)).1.status == 200);
}

/// Whether a commit that broke was done nobody knows, so it is looked for.
#[test]
fn what_may_have_been_written_is_not_taken_for_unwritten() {
    let db = TestDatabase::create().db(1);
    let counted = |ended: Ended<()>| {
        let before = db.writes().so_far();
        db.wrote(&ended);
        db.writes().so_far() - before
    };
    let error = || Error::internal("it broke");
    let all = [
        Ended::Done(()),
        Ended::Unsure(error()),
        Ended::RolledBack(error()),
        Ended::NotBegun(error()),
    ];
    assert_eq!(all.map(counted), [1, 1, 0, 0]);
}

#[test]
fn nobody_who_asks_meanwhile_sees_less_than_was_acknowledged() {
    let app = TestApp::spawn();
    let path = format!("/seminars/{}", app.seminar(50));
    let acknowledged = AtomicI64::new(0);
    // What is written last is the number at the end of the title.
    let number = |answer: &Value| {
        answer["title"]
            .as_str()
            .unwrap()
            .rsplit(' ')
            .next()
            .unwrap()
            .parse::<i64>()
            .unwrap_or(0)
    };
    std::thread::scope(|scope| {
        let readers = (0..3).map(|_| {
            scope.spawn(|| {
                let (client, mut seen) = (app.anonymous(), 0);
                loop {
                    let known = acknowledged.load(Ordering::SeqCst);
                    if known == i64::MAX {
                        return seen;
                    }
                    let shown = number(&client.get(&path).expect(200));
                    assert!(shown >= known, "{shown} is shown after {known} was acknowledged");
                    seen += 1;
                }
            })
        });
        let readers = readers.collect::<Vec<_>>();
        for n in 1..=30 {
            retitle(&app, &path, &format!("Onboarding {n}"));
            acknowledged.store(n, Ordering::SeqCst);
        }
        acknowledged.store(i64::MAX, Ordering::SeqCst);
        for reader in readers {
            assert!(reader.join().unwrap() > 0);
        }
    });
}

#[test]
fn what_another_instance_wrote_is_shown_within_a_second() {
    let app = TestApp::spawn();
    let other = app.second();
    let path = format!("/seminars/{}", app.seminar(5));
    let anybody = other.anonymous();
    for n in 0..3 {
        let title = format!("Onboarding, zum {n}. Mal");
        anybody.get(&path).expect(200);
        anybody.get("/seminars").expect(200);
        assert!(other.site.memory.size().0 > 0, "nothing is kept that could be old");
        retitle(&app, &path, &title);
        let told = Instant::now();
        let one = || anybody.get(&path).expect(200)["title"].clone();
        let list = || anybody.get("/seminars").expect(200)["data"][0]["title"].clone();
        while [one(), list()] != [json!(title), json!(title)] {
            assert!(told.elapsed() < Duration::from_secs(1), "still the old title");
        }
    }
    other.stop();
}

/// RFC 9111, section 5.2.1: whoever says so wants nothing that was kept.
#[test]
fn who_wants_it_fresh_sees_at_once_what_another_instance_wrote() {
    let app = TestApp::spawn();
    let other = app.second();
    let id = app.seminar(5);
    let path = format!("/seminars/{id}");
    let anybody = other.anonymous();
    // What is kept stays: its clock stands still, and half a second may be over.
    let mut kept = 0;
    for (n, wants) in [
        ("Cache-Control", "no-cache"),
        ("Cache-Control", "max-stale=5, Max-Age=0"),
        ("Pragma", "no-cache"),
    ]
    .into_iter()
    .cycle()
    .take(12)
    .enumerate()
    {
        let title = format!("Onboarding, zum {n}. Mal");
        anybody.get(&path).expect(200);
        anybody.get("/seminars").expect(200);
        let mut conn = app.database.connect();
        conn.batch_execute(&format!("UPDATE seminars SET title = '{title}' WHERE id = '{id}'"))
            .unwrap();
        kept += usize::from(anybody.get(&path).expect(200)["title"] != json!(title));
        for path in [path.as_str(), "/seminars"] {
            let fresh = anybody.get_with(path, &[wants]).expect(200);
            let shown = fresh["data"][0]["title"].as_str().or(fresh["title"].as_str());
            assert_eq!(shown, Some(title.as_str()), "{path} {wants:?}");
        }
        // It is kept for the others.
        assert_eq!(anybody.get(&path).expect(200)["title"], json!(title));
    }
    assert!(kept > 0, "nothing was ever kept that was old");
    other.stop();
}

/// Many at once, each read after it was asked for, in fewer readings than there were questions.
#[test]
fn what_members_ask_for_at_once_is_read_together_and_is_never_older_than_acknowledged() {
    let app = TestApp::spawn();
    let seminars = (0..4).map(|_| app.seminar(50)).collect::<Vec<_>>();
    let missing = "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11";
    let acknowledged = AtomicI64::new(0);
    let path = format!("/seminars/{}", seminars[0]);
    let asked = std::thread::scope(|scope| {
        let readers = (0..12).map(|n| {
            let (app, acknowledged, seminars) = (&app, &acknowledged, &seminars);
            scope.spawn(move || {
                let (client, mut asked) = (app.organiser(), 0);
                loop {
                    let known = acknowledged.load(Ordering::SeqCst);
                    if known == i64::MAX {
                        return asked;
                    }
                    asked += 1;
                    if n == 0 {
                        client.get(&format!("/seminars/{missing}")).problem(404, "not-found");
                        continue;
                    }
                    let id = &seminars[n % 4];
                    let shown = client.get(&format!("/seminars/{id}")).expect(200);
                    assert_eq!(shown["id"], json!(id));
                    if n % 4 == 0 {
                        let number = shown["title"].as_str().unwrap().rsplit(' ').next().unwrap();
                        let number = number.parse::<i64>().unwrap_or(0);
                        assert!(number >= known, "{number} is shown after {known} was acknowledged");
                    }
                }
            })
        });
        let readers = readers.collect::<Vec<_>>();
        for n in 1..=15 {
            retitle(&app, &path, &format!("Onboarding {n}"));
            acknowledged.store(n, Ordering::SeqCst);
        }
        acknowledged.store(i64::MAX, Ordering::SeqCst);
        readers.into_iter().map(|one| one.join().unwrap()).sum::<u64>()
    });
    let readings = app.site.lookup.readings();
    assert!(readings < asked, "{readings} readings for {asked} questions");
}

#[test]
fn what_members_see_gets_to_nobody_else() {
    let app = TestApp::spawn();
    let mut body = draft_body(5);
    body["sessions"][0]["join_url"] = "https://zoom.example/j/kanarienvogel".into();
    let draft = app.draft(&body);
    let draft = format!("/seminars/{}", draft.id());
    let shown = format!("/seminars/{}", app.published(&body));
    body["audience"] = "internal".into();
    let internal = format!("/seminars/{}", app.published(&body));
    let organiser = app.organiser();
    for path in [&draft, &shown, &internal, &"/seminars".to_owned()] {
        for _ in 0..2 {
            let own = organiser.get(path);
            own.expect(200);
            assert!(
                own.text.contains("kanarienvogel"),
                "{path}: the canary is not there to be seen"
            );
            assert_eq!(own.header("cache-control"), "no-store");
        }
    }
    // Whoever shows something is answered by the routes, and leaves nothing behind.
    assert_eq!(app.site.memory.size(), (0, 0));
    for path in [&draft, &internal] {
        app.anonymous().get(path).problem(404, "not-found");
        organiser.get(path).expect(200);
        app.anonymous().get(path).problem(404, "not-found");
    }
    for path in [&shown, &"/seminars".to_owned()] {
        let (first, second) = twice(&app, || app.anonymous().get(path));
        for answer in [&first, &second, &app.anonymous().get(path)] {
            answer.expect(200);
            assert!(!answer.text.contains("kanarienvogel"), "{path}");
            assert!(
                !answer.text.contains(&draft[10..]) && !answer.text.contains(&internal[10..]),
                "{path}"
            );
        }
        let own = organiser.get(path);
        assert!(
            own.text.contains("kanarienvogel"),
            "{path}: a member got what anybody gets"
        );
        let stranger = Client::new(app.address, Some("not.a.token".to_owned()));
        stranger.get(path).problem(401, "unauthenticated");
        // Nor is what somebody wants to do answered with what others were shown.
        twice(&app, || app.anonymous().get(path));
        let status = app.anonymous().post(path, &body).status;
        assert!([401, 405].contains(&status), "{path}: {status}");
    }
}

#[test]
fn an_answer_from_memory_is_the_answer() {
    let app = TestApp::spawn();
    let path = format!("/seminars/{}", app.seminar(5));
    let anybody = app.anonymous();
    let headers = |answer: &Answer| {
        let mut all = answer
            .headers
            .iter()
            .filter(|(name, _)| {
                !["x-request-id", "date", "transfer-encoding", "content-length"].contains(&name.as_str())
            })
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect::<Vec<_>>();
        all.sort();
        all
    };
    for (path, asked) in [
        (path.as_str(), vec![]),
        (path.as_str(), vec![("Accept", "application/ld+json")]),
        (
            path.as_str(),
            vec![("Accept", "application/ld+json"), ("Accept-Encoding", "gzip")],
        ),
        (path.as_str(), vec![("Accept-Language", "en")]),
        ("/seminars", vec![]),
        ("/seminars", vec![("Accept-Encoding", "gzip")]),
        ("/seminars", vec![("Accept-Encoding", "br")]),
        ("/seminars?limit=1", vec![]),
    ] {
        let (first, second) = twice(&app, || anybody.get_with(path, &asked));
        assert_eq!(second.status, 200, "{path} {asked:?}");
        assert_eq!(
            (headers(&first), &first.bytes),
            (headers(&second), &second.bytes),
            "{path} {asked:?}"
        );
        assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
        // As an answer that is not from memory.
        let wanted = asked
            .iter()
            .find(|(name, _)| *name == "Accept-Encoding")
            .map(|(_, value)| *value);
        let there = second
            .headers
            .get("content-encoding")
            .map(|value| value.to_str().unwrap());
        assert_eq!(there, wanted, "{path} {asked:?}");
        let linked = second.header("content-type").starts_with("application/ld+json");
        assert_eq!(
            linked,
            asked.contains(&("Accept", "application/ld+json")),
            "{path} {asked:?}"
        );
        let varies = second.header("vary").to_ascii_lowercase();
        for (name, _) in &asked {
            assert!(
                linked || varies.contains(&name.to_ascii_lowercase()),
                "{path} {asked:?}: {varies}"
            );
        }
        let (_, head) = twice(&app, || anybody.send("HEAD", path, &asked, None));
        assert_eq!((head.status, head.text.as_str()), (200, ""));
        assert_eq!(headers(&head), headers(&second), "{path} {asked:?}");
    }
    let tag = anybody.get(&path).etag();
    for known in [tag.clone(), format!("\"x\", W/{tag}"), "*".to_owned()] {
        let (first, second) = twice(&app, || anybody.get_with(&path, &[("If-None-Match", &known)]));
        for answer in [first, second] {
            assert_eq!(
                (answer.status, answer.text.as_str(), answer.etag()),
                (304, "", tag.clone())
            );
            assert_eq!(answer.headers.get("content-type"), None);
        }
    }
    // Who asks conditionally first reads for those who have nothing.
    app.register(path.trim_start_matches("/seminars/"), "eins").expect(201);
    assert_eq!(anybody.get_with(&path, &[("If-None-Match", "*")]).status, 304);
    assert!(!anybody.get(&path).text.is_empty());
    let read_for_others = (0..50).any(|n| {
        retitle(&app, &path, &format!("Onboarding, zum {n}. Mal"));
        assert_eq!(anybody.get_with(&path, &[("If-None-Match", "*")]).status, 304);
        let before = app.site.memory.given();
        anybody.get(&path).expect(200);
        app.site.memory.given() > before
    });
    assert!(read_for_others);
    let (_, changed) = twice(&app, || anybody.get_with(&path, &[("If-None-Match", &tag)]));
    assert_eq!(changed.status, 200);
}

#[derive(QueryableByName)]
struct Waiting {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}

#[test]
fn of_many_who_ask_at_once_one_reads() {
    let app = TestApp::spawn();
    app.seminar(5);
    let mut lock = app.database.connect();
    let mut watch = app.database.connect();
    let mut waiting = || {
        let query =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        diesel::sql_query(query)
            .get_result::<Waiting>(&mut watch)
            .unwrap()
            .count
    };
    // The most that wait for the table at one time while eight ask, until `enough` do.
    let mut most = |client: &Client, enough: i64| {
        lock.batch_execute("BEGIN; LOCK TABLE seminars IN ACCESS EXCLUSIVE MODE")
            .unwrap();
        std::thread::scope(|scope| {
            let asked = (0..8).map(|_| scope.spawn(|| client.get("/seminars").expect(200)));
            let asked = asked.collect::<Vec<_>>();
            let (begun, mut most) = (Instant::now(), 0);
            while most < enough && begun.elapsed() < Duration::from_millis(1500) {
                most = most.max(waiting());
                std::thread::sleep(Duration::from_millis(5));
            }
            lock.batch_execute("ROLLBACK").unwrap();
            for one in asked {
                assert_eq!(one.join().unwrap()["data"].as_array().unwrap().len(), 1);
            }
            most
        })
    };
    let given = app.site.memory.given();
    assert_eq!(most(&app.anonymous(), 2), 1);
    assert!(
        app.site.memory.given() > given,
        "nobody was given what another had read"
    );
    // Whoever says who they are reads for themselves: more than one is seen where there is more than one.
    assert!(most(&app.organiser(), 2) >= 2);
}

#[test]
fn a_failure_is_not_kept() {
    let app = TestApp::spawn();
    app.seminar(5);
    let mut lock = app.database.connect();
    lock.batch_execute("BEGIN; LOCK TABLE seminars IN ACCESS EXCLUSIVE MODE")
        .unwrap();
    app.anonymous().get("/seminars").problem(503, "unavailable");
    lock.batch_execute("ROLLBACK").unwrap();
    app.anonymous().get("/seminars").expect(200);
    for _ in 0..2 {
        app.anonymous()
            .get("/seminars?limit=0")
            .problem(422, "validation-failed");
    }
}

#[test]
fn what_nobody_else_will_ask_is_not_kept() {
    let app = TestApp::spawn();
    let asked = format!("/seminars?limit=5{}", "&".repeat(1000));
    app.anonymous().get(&asked).expect(200);
    assert_eq!(app.site.memory.size(), (0, 0));
    app.anonymous().get("/seminars?limit=5").expect(200);
    assert_eq!(app.site.memory.size().0, 1);
}
