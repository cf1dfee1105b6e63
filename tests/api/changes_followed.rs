//! Followers keep in step, whatever happens: many writers, late commits, pauses and restarts; and a feed by time, in the
//! same run, does not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use einlass::base::ids::fresh;
use einlass::schema::journal;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Client, TestApp, draft_body};

// The partner's own program, as it is.
#[path = "../../examples/sync-partner/copy.rs"]
mod copy;
#[path = "../../examples/sync-partner/follow.rs"]
mod follow;
#[allow(dead_code, reason = "its main uses the rest")]
#[path = "../../examples/sync-partner/service.rs"]
mod service;
use copy::Copy;
use follow::catch_up;
use service::{Credentials, Service};

const WRITERS: u64 = 4;
const READERS: usize = 3;
/// Of each writer; fifty a second make two hundred of all.
const EVERY: Duration = Duration::from_millis(20);
const CHANGES: u32 = 200;

/// Numbers that look like chance and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// A change as the service writes it, and as quickly as that can be: the seminar and its entry in one transaction.
fn write(conn: &mut PgConnection, of: &str, seminars: &[String], dice: &mut Dice) {
    let id = &seminars[usize::try_from(dice.below(u64::try_from(seminars.len()).unwrap())).unwrap()];
    conn.batch_execute(&format!(
        "BEGIN; UPDATE seminars SET title = 'Titel {}', version = version + 1, updated_at = now() WHERE id = '{id}';
         INSERT INTO journal (id, organisation_id, at, actor_kind, action, object_kind, object_id, data)
         VALUES ('{}', '{of}', now(), 'system', 'seminar.changed', 'seminar', '{id}', '{{\"changed_fields\": [\"title\"]}}'); COMMIT",
        dice.below(1_000_000),
        fresh()
    ))
    .unwrap();
}

/// Edits, hides, makes and throws away by the service, with the tag that is good at that moment.
fn edit(client: &Client, seminars: &[String], dice: &mut Dice) -> bool {
    if dice.below(8) == 0 {
        let made = client.post("/seminars", &draft_body(5));
        let path = format!("/seminars/{}", made.id());
        return match dice.below(2) {
            0 => client.delete(&path, &made.etag()).status == 204,
            _ => client.act(&format!("{path}/publish"), &made.etag(), &json!({})).status == 200,
        };
    }
    let id = &seminars[usize::try_from(dice.below(u64::try_from(seminars.len()).unwrap())).unwrap()];
    let path = format!("/seminars/{id}");
    let etag = client.get(&path).etag();
    let answer = match dice.below(12) {
        0 => client.patch(&path, &etag, &json!({"audience": "internal"})),
        1 | 2 => client.patch(&path, &etag, &json!({"audience": "public"})),
        _ => client.patch(
            &path,
            &etag,
            &json!({"title": format!("Titel {}", dice.below(1_000_000))}),
        ),
    };
    // Somebody else was quicker: no change then.
    assert!([200, 412].contains(&answer.status), "{}", answer.text);
    answer.status == 200
}

/// A feed by time, as one would write it: what is later than the last that was seen.
fn by_time(app: &TestApp, ended: &AtomicBool) -> BTreeSet<Uuid> {
    let conn = &mut app.database.connect();
    let (mut seen, mut last) = (BTreeSet::new(), Uuid::nil());
    while !ended.load(Ordering::Relaxed) {
        let rows = journal::table
            .filter(journal::object_kind.eq("seminar"))
            .filter(journal::id.gt(last));
        let rows = rows.order(journal::id).select(journal::id).load::<Uuid>(conn).unwrap();
        last = rows.last().copied().unwrap_or(last);
        seen.extend(rows);
    }
    seen
}

/// Somebody whose transactions take their time: the entry is there, and is committed a good while later.
fn commit_late(app: &TestApp, of: &str, seminar: &str, ended: &AtomicBool) {
    let conn = &mut app.database.connect();
    while !ended.load(Ordering::Relaxed) {
        conn.batch_execute(&format!(
            "BEGIN; INSERT INTO journal (id, organisation_id, at, actor_kind, action, object_kind, object_id, data)
             VALUES ('{}', '{of}', now(), 'system', 'seminar.changed', 'seminar', '{seminar}', '{{\"changed_fields\": [\"title\"]}}');
             SELECT pg_sleep(0.15); COMMIT",
            fresh()
        ))
        .unwrap();
    }
}

/// Reads page by page from its place on and writes down what it was told; between two pages it sleeps, or forgets all but its
/// place.
fn reads(client: &Client, place: &Value, dice: &mut Dice, ended: &AtomicBool) -> Vec<Value> {
    let (mut told, mut cursor) = (Vec::new(), format!("&cursor={}", place.as_str().unwrap()));
    loop {
        let last = ended.load(Ordering::Relaxed);
        let page = client
            .get(&format!("/changes?limit={}{cursor}", 1 + dice.below(60)))
            .expect(200);
        let changes = page["changes"].as_array().unwrap();
        told.extend(changes.iter().filter(|one| one["type"] != "seminar.stands").cloned());
        cursor = format!("&cursor={}", page["next_cursor"].as_str().unwrap());
        if last && page["has_more"] == false {
            return told;
        }
        std::thread::sleep(Duration::from_millis(dice.below(40)));
    }
}

/// The programme as a copy has it: without the seats of the moment.
fn without_seats(mut seminar: Value) -> Value {
    for channel in seminar["channels"].as_array_mut().unwrap() {
        channel
            .as_object_mut()
            .unwrap()
            .retain(|member, _| !["free_seats", "waiting"].contains(&member.as_str()));
    }
    seminar
}

fn source(client: &Client) -> BTreeMap<String, Value> {
    let (mut all, mut cursor) = (BTreeMap::new(), String::new());
    loop {
        let page = client.get(&format!("/seminars?limit=100{cursor}")).expect(200);
        for one in page["data"].as_array().unwrap() {
            all.insert(one["id"].as_str().unwrap().to_owned(), without_seats(one.clone()));
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

fn copied(copy: &Copy) -> BTreeMap<String, Value> {
    let ids = copy.ids().unwrap().into_iter();
    ids.map(|id| {
        let kept = copy.seminar(&id).unwrap().unwrap();
        (id, without_seats(kept["seminar"].clone()))
    })
    .collect()
}

#[test]
fn every_copy_equals_the_source_and_a_feed_by_time_loses_some() {
    let app = TestApp::spawn();
    let seminars = (0..30).map(|_| app.seminar(5)).collect::<Vec<_>>();
    let anchor = app.seminar(5);
    let before = journal::table
        .select(journal::id)
        .load::<Uuid>(&mut app.database.connect())
        .unwrap();
    let before = before.into_iter().collect::<BTreeSet<_>>();
    let observer = app.client(&["seminars:read"]);
    app.settled();
    let place = &observer.get("/changes?limit=1").expect(200)["next_cursor"];
    let folder = tempfile::tempdir().unwrap();
    let machine = app.machine(&["seminars:read"]);
    let (writing, following) = (AtomicBool::new(false), AtomicBool::new(false));
    let (app, seminars, machine, writing, following) = (&app, &seminars, &machine, &writing, &following);
    let of = app.anonymous().get(&format!("/seminars/{anchor}")).expect(200)["organisation"]["id"].clone();
    let (of, anchor) = (of.as_str().unwrap(), anchor.as_str());
    let (took, seen, told) = std::thread::scope(|scope| {
        let control = scope.spawn(move || by_time(app, following));
        let observer = scope.spawn(move || reads(&observer, place, &mut Dice(99), following));
        let late = scope.spawn(move || commit_late(app, of, anchor, writing));
        let editor = scope.spawn(move || {
            let (organiser, mut dice) = (app.organiser(), Dice(77));
            while !writing.load(Ordering::Relaxed) {
                edit(&organiser, seminars, &mut dice);
            }
        });
        let readers = (0..READERS).map(|n| {
            let folder = folder.path().join(n.to_string());
            scope.spawn(move || {
                let mut dice = Dice(u64::try_from(n).unwrap() + 7);
                while !following.load(Ordering::Relaxed) {
                    // A restart: everything but the folder is forgotten.
                    let copy = Copy::open(&folder).unwrap();
                    let stop_at = Instant::now() + Duration::from_millis(dice.below(400));
                    catch_up(&mut follower(app, machine), &copy, 1, &|| Instant::now() > stop_at).unwrap();
                    std::thread::sleep(Duration::from_millis(dice.below(300)));
                }
            })
        });
        let readers = readers.collect::<Vec<_>>();
        std::thread::sleep(Duration::from_millis(300));
        let began = Instant::now();
        let writers = (0..WRITERS).map(|n| {
            scope.spawn(move || {
                let (mut dice, conn) = (Dice(n), &mut app.database.connect());
                for turn in 0..CHANGES {
                    std::thread::sleep((began + EVERY * turn).saturating_duration_since(Instant::now()));
                    write(conn, of, seminars, &mut dice);
                }
            })
        });
        let writers = writers.collect::<Vec<_>>();
        writers.into_iter().for_each(|one| one.join().unwrap());
        let took = began.elapsed();
        writing.store(true, Ordering::Relaxed);
        late.join().unwrap();
        editor.join().unwrap();
        app.settled();
        following.store(true, Ordering::Relaxed);
        readers.into_iter().for_each(|reader| reader.join().unwrap());
        (took, control.join().unwrap(), observer.join().unwrap())
    });

    app.settled();
    let is = source(&app.organiser());
    for n in 0..READERS {
        let copy = Copy::open(&folder.path().join(n.to_string())).unwrap();
        catch_up(&mut follower(app, machine), &copy, 0, &|| false).unwrap();
        assert_eq!(copied(&copy), is, "copy {n}");
    }

    let conn = &mut app.database.connect();
    let rows = journal::table
        .filter(journal::object_kind.eq("seminar"))
        .order((journal::transaction, journal::id));
    let rows = rows
        .select((journal::id, journal::object_id, journal::action))
        .load::<(Uuid, Uuid, String)>(conn)
        .unwrap();
    let rows = rows
        .into_iter()
        .filter(|(id, _, _)| !before.contains(id))
        .collect::<Vec<_>>();
    // Of what is gone nothing is told but that it is gone.
    let gone = rows
        .iter()
        .filter(|(_, _, action)| action == "seminar.deleted")
        .map(|(_, object, _)| *object);
    let gone = gone.collect::<BTreeSet<_>>();
    let must = rows
        .iter()
        .filter(|(_, object, action)| !gone.contains(object) || action == "seminar.deleted");
    let must = must.map(|(id, _, _)| id.to_string()).collect::<Vec<_>>();
    let was_told = told.iter().map(|one| one["id"].as_str().unwrap().to_owned());
    let of_these = must.iter().collect::<BTreeSet<_>>();
    let was_told = was_told.filter(|id| of_these.contains(id)).collect::<Vec<_>>();
    let odd = was_told.iter().zip(&must).position(|(told, must)| told != must);
    assert_eq!(
        (odd, was_told.len()),
        (None, must.len()),
        "none missing, none twice, none out of order"
    );
    let mut versions = BTreeMap::new();
    for one in told.iter().filter(|one| one["version"].is_i64()) {
        let version = one["version"].as_i64().unwrap();
        let before = versions.insert(one["object"].as_str().unwrap(), version);
        assert!(before.is_none_or(|before| before <= version), "{one}");
    }
    let lost = rows.iter().filter(|(id, _, _)| !seen.contains(id)).count();
    println!(
        "{} entries; {WRITERS} writers made {:.0} changes a second; the feed by time lost {lost}",
        rows.len(),
        f64::from(CHANGES * u32::try_from(WRITERS).unwrap()) / took.as_secs_f64()
    );
    assert!(lost > 0, "the control must fail");
}

fn follower(app: &TestApp, machine: &crate::support::Machine) -> Service {
    let credentials = Credentials {
        id: machine.id.clone(),
        secret: machine.secret.clone(),
    };
    Service::new(&format!("http://{}", app.address), Some(credentials), None, 50)
}

/// The service was set back to an earlier day, which has lower versions: what is told anew takes the place of what there is.
#[test]
fn a_copy_that_begins_anew_believes_what_it_is_told_then() {
    let folder = tempfile::tempdir().unwrap();
    let copy = Copy::open(folder.path()).unwrap();
    copy.everything_stands().unwrap();
    let title = || copy.seminar("a").unwrap().unwrap()["seminar"]["title"].clone();
    let keep = |version: i64, title: &str| copy.keep("a", version, &json!({"title": title})).unwrap();
    keep(9, "morgen");
    keep(8, "heute");
    assert_eq!(title(), "morgen");
    copy.begin_anew().unwrap();
    keep(3, "gestern");
    assert_eq!(title(), "gestern");
    keep(2, "vorgestern");
    assert_eq!(title(), "gestern");
}
