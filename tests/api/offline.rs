//! Two devices that were on their own: whatever order their queues arrive in, the same people were there.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use einlass::base::digest::sha256;
use einlass::schema::{check_ins, registrations};
use serde_json::{Value, json};

use super::check_ins::{DOOR_OPEN, scan, scan_id};
use crate::support::{Client, TestApp, draft_with};

const PEOPLE: usize = 500;

/// A seminar of 500 people: the first cancels, the second waits.
fn hall() -> (TestApp, String, Vec<String>) {
    let app = TestApp::spawn();
    let seminar = app.published(&draft_with(600, json!({})));
    let [one] = app.registered(&seminar, ["n0"]);
    let ids = copies(&app, &one);
    app.act(&format!("/registrations/{}", ids[0]), "cancel", &json!({}))
        .expect(200);
    let waits = registrations::table.filter(registrations::id.eq(ids[1].parse::<uuid::Uuid>().unwrap()));
    diesel::update(waits)
        .set((
            registrations::state.eq("waitlisted"),
            registrations::waiting_ticket.eq(1),
        ))
        .execute(&mut app.database.connect())
        .unwrap();
    app.at(DOOR_OPEN);
    (app, seminar, ids)
}

/// The same registration for many, each under its own name: what is tested is not the desk.
fn copies(app: &TestApp, first: &str) -> Vec<String> {
    let mut conn = app.database.connect();
    let sql = format!(
        "INSERT INTO registrations SELECT (jsonb_populate_record(one, jsonb_build_object('id', gen_random_uuid(), 'email',
            'n' || n || '@example.org', 'email_key', 'n' || n || '@example.org', 'given_name', 'n' || n))).*
         FROM registrations one, generate_series(1, {}) n WHERE one.id = '{first}'",
        PEOPLE - 1
    );
    diesel::sql_query(sql).execute(&mut conn).unwrap();
    let seats = format!("UPDATE channels SET taken = {PEOPLE} WHERE channel = 'onsite'");
    diesel::sql_query(seats).execute(&mut conn).unwrap();
    let ids = registrations::table
        .order(registrations::email_key)
        .select(registrations::id);
    let ids = ids.load::<uuid::Uuid>(&mut conn).unwrap();
    ids.into_iter().map(|id| id.to_string()).collect()
}

/// What the devices have scanned in half an hour: each 300 of the 500, so 100 of them both; one scan of a stranger.
fn queues(app: &TestApp, ids: &[String]) -> [Vec<Value>; 2] {
    let begin = DOOR_OPEN.parse::<DateTime<Utc>>().unwrap() - Duration::minutes(30);
    let queue = |device: usize, people: std::ops::Range<usize>| {
        let scans = people.map(|n| {
            // The second device is a minute behind or ahead by turns.
            let off = [0, if n % 2 == 0 { -60 } else { 60 }][device - 1];
            let at = begin + Duration::seconds(i64::try_from(n * 3).unwrap() + off);
            json!({"scan_id": scan_id(u128::try_from(device * 1000 + n).unwrap()), "code": app.code(&ids[n]), "at": at})
        });
        let stranger = json!({"scan_id": scan_id(u128::try_from(device * 1000 + 999).unwrap()), "code": "AAAAA-AAAAA", "at": begin});
        scans.chain([stranger]).collect::<Vec<_>>()
    };
    [queue(1, 0..300), queue(2, 200..500)]
}

fn send(client: &Client, seminar: &str, device: &str, scans: &[Value]) -> Vec<Value> {
    let body = json!({"device": device, "scans": scans});
    let answer = client
        .post(&format!("/seminars/{seminar}/check-ins/batch"), &body)
        .expect(200);
    answer["results"].as_array().unwrap().clone()
}

/// What counts of every person and what is odd, by scan; without what the order of arrival decides.
fn stands(app: &TestApp, seminar: &str) -> BTreeMap<String, Value> {
    let desk = app.front_desk();
    let (mut all, mut cursor) = (BTreeMap::new(), String::new());
    loop {
        let page = desk
            .get(&format!("/seminars/{seminar}/check-ins?limit=100{cursor}"))
            .expect(200);
        for one in page["data"].as_array().unwrap() {
            let conflicts = one["conflicts"].as_array().unwrap().iter().map(|conflict| {
                let first = &conflict["first"];
                json!([conflict["kind"], first["at"], first["device"]])
            });
            let conflicts = conflicts.collect::<Vec<_>>();
            let told = json!([
                one["registration"]["id"],
                one["at"],
                one["device"],
                one["session"],
                one["persons"],
                one["persons_inside"],
                one["forced"],
                one["offline"],
                one["method"],
                conflicts
            ]);
            all.insert(one["scan_id"].as_str().unwrap().to_owned(), told);
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let mut count = desk.get(&format!("/seminars/{seminar}/check-ins/count")).expect(200);
    all.insert("count".to_owned(), count["sessions"][0].take());
    all
}

/// xorshift, so that a failure can be repeated.
fn shuffle<T>(all: &mut [T], seed: &mut u64) {
    for n in (1..all.len()).rev() {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        all.swap(n, usize::try_from(*seed % (n as u64 + 1)).unwrap());
    }
}

#[test]
fn two_devices_offline_for_half_an_hour_come_to_the_same_in_any_order() {
    let (app, seminar, ids) = hall();
    let queues = queues(&app, &ids);
    let (mut expected, mut seed) = (None, 0x9e37_79b9_7f4a_7c15);
    for round in 0..8 {
        let desk = app.front_desk();
        // Pieces of both queues, each sent twice, in any order; in the first round as they are.
        let mut pieces = Vec::new();
        for (device, queue) in queues.iter().enumerate() {
            let mut queue = queue.clone();
            if round > 0 {
                shuffle(&mut queue, &mut seed);
            }
            let size = [301, 301, 100, 37, 11, 150, 64, 301][round];
            pieces.extend(queue.chunks(size).map(|piece| (device, piece.to_vec())));
        }
        pieces.extend(pieces.clone());
        if round > 0 {
            shuffle(&mut pieces, &mut seed);
        }
        let mut outcomes = BTreeMap::<String, usize>::new();
        for (device, piece) in pieces {
            for result in send(&desk, &seminar, ["Tür Nord", "Tür Süd"][device], &piece) {
                *outcomes
                    .entry(result["outcome"].as_str().unwrap().to_owned())
                    .or_default() += 1;
                if result["outcome"] == "refused" {
                    assert_eq!(result["code"], "ticket-unknown");
                }
            }
        }
        let told = [("recorded", 600), ("repeated", 600), ("refused", 4)];
        assert_eq!(outcomes, told.map(|(word, count)| (word.to_owned(), count)).into());
        let found = stands(&app, &seminar);
        assert_eq!(expected.get_or_insert_with(|| found.clone()), &found, "round {round}");
        diesel::delete(check_ins::table)
            .execute(&mut app.database.connect())
            .unwrap();
    }
    let expected = expected.unwrap();
    let odd = |kind: &str| {
        let has =
            |one: &&Value| one.is_array() && one[9].as_array().unwrap().iter().any(|conflict| conflict[0] == kind);
        expected.values().filter(has).count()
    };
    assert_eq!(
        (odd("already_checked_in"), odd("cancelled"), odd("waitlisted")),
        (100, 1, 1)
    );
    let count = &expected["count"];
    assert_eq!(
        (&count["came"], &count["inside"], &count["conflicts"]),
        (&json!(500), &json!(500), &json!(102))
    );
    // Of those scanned twice the earlier one counts, whichever device it was.
    let firsts = expected
        .values()
        .filter(|one| one.is_array())
        .flat_map(|one| one[9].as_array().unwrap().clone());
    let mut devices = BTreeMap::<String, i32>::new();
    for one in firsts.filter(|one| one[0] == "already_checked_in") {
        *devices.entry(one[2].as_str().unwrap().to_owned()).or_default() += 1;
    }
    assert_eq!(
        devices,
        [("Tür Nord".to_owned(), 50), ("Tür Süd".to_owned(), 50)].into()
    );
}

#[test]
fn what_happened_is_recorded_and_what_is_odd_is_named() {
    let (app, seminar, ids) = hall();
    let desk = app.front_desk();
    let at = |time: &str| format!("2027-05-06T{time}:00Z");
    let scans = [
        json!({"scan_id": scan_id(1), "registration": ids[0], "at": at("14:30")}),
        json!({"scan_id": scan_id(2), "registration": ids[2], "at": at("13:59")}),
        json!({"scan_id": scan_id(3), "registration": ids[3], "at": at("15:30")}),
        json!({"scan_id": scan_id(4), "registration": ids[4], "at": "2027-05-09T15:00:00Z"}),
        json!({"scan_id": scan_id(5), "registration": ids[5], "session": scan_id(77), "at": at("14:31")}),
        json!({"scan_id": scan_id(6), "walk_in": {"family_name": "Yıldız"}, "at": at("14:31")}),
        json!({"scan_id": scan_id(5), "registration": ids[5], "at": at("14:31")}),
    ];
    let results = send(&desk, &seminar, "Tür Nord", &scans);
    let told = results.iter().map(|one| {
        let kinds = one["check_in"]["conflicts"]
            .as_array()
            .map(|all| all.iter().map(|one| one["kind"].clone()).collect::<Vec<_>>());
        json!([one["outcome"], kinds, one["code"]])
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            json!(["recorded", ["cancelled"], null]),
            json!(["recorded", ["door_not_open"], null]),
            json!(["recorded", ["clock_ahead"], null]),
            json!(["refused", null, "validation-failed"]),
            json!(["recorded", [], null]),
            json!(["recorded", [], null]),
            json!(["repeated", [], null]),
        ]
    );
    assert_eq!(results[0]["check_in"]["offline"], true);
    // Whoever cancels after they came did nothing odd.
    app.act(&format!("/registrations/{}", ids[5]), "cancel", &json!({}))
        .expect(200);
    let came = results[4]["check_in"]["id"].as_str().unwrap();
    let came = desk.get(&format!("/seminars/{seminar}/check-ins/{came}")).expect(200);
    assert_eq!(
        (&came["registration"]["state"], &came["conflicts"]),
        (&json!("cancelled"), &json!([]))
    );
    // Online too the first scan wins by the clock of the door, not by arrival.
    let later = scan(&desk, &seminar, 8, json!({"registration": ids[6]})).expect(201);
    let earlier = json!({"scan_id": scan_id(9), "registration": ids[6], "at": at("14:40"), "device": "Tür Süd"});
    assert_eq!(
        send(&desk, &seminar, "x", &[earlier])[0]["check_in"]["conflicts"],
        json!([])
    );
    let seen = desk
        .get(&format!(
            "/seminars/{seminar}/check-ins/{}",
            later["id"].as_str().unwrap()
        ))
        .expect(200);
    assert_eq!(seen["conflicts"][0]["first"]["device"], "Tür Süd");
}

#[test]
fn a_queue_that_cannot_be_read_is_refused_whole() {
    let (app, seminar, ids) = hall();
    let desk = app.front_desk();
    let path = format!("/seminars/{seminar}/check-ins/batch");
    let good = json!({"scan_id": scan_id(1), "registration": ids[2], "at": DOOR_OPEN});
    let bad = json!({"scan_id": scan_id(2), "registration": ids[3]});
    assert_eq!(
        desk.post(&path, &json!({"device": "x", "scans": [good, bad]}))
            .invalid(),
        ["/scans/1/at"]
    );
    assert_eq!(
        desk.post(&path, &json!({"device": "x", "scans": []})).invalid(),
        ["/scans"]
    );
    let many = (0..1001)
        .map(|n| json!({"scan_id": scan_id(n), "code": "AAAAA-AAAAA", "at": DOOR_OPEN}))
        .collect::<Vec<_>>();
    assert_eq!(
        desk.post(&path, &json!({"device": "x", "scans": many})).invalid(),
        ["/scans"]
    );
    let page = desk.get(&format!("/seminars/{seminar}/check-ins")).expect(200);
    assert_eq!(page["data"], json!([]));
}

#[test]
fn the_list_to_take_along_knows_codes_by_their_digest() {
    let (app, seminar, ids) = hall();
    let answer = app
        .front_desk()
        .get(&format!("/seminars/{seminar}/check-ins/offline-list"));
    let list = answer.expect(200);
    assert!(!answer.text.contains('@'), "addresses stay at home");
    let entries = list["entries"].as_array().unwrap();
    assert_eq!(entries.len(), PEOPLE);
    let salt = list["salt"].as_str().unwrap().parse::<uuid::Uuid>().unwrap();
    let code = app.code(&ids[7]);
    assert!(!answer.text.contains(&code), "so do codes");
    let hash = sha256(&[salt.as_bytes().as_slice(), code.replace('-', "").as_bytes()].concat());
    let entry = entries
        .iter()
        .find(|one| one["code_hash"] == URL_SAFE_NO_PAD.encode(hash))
        .unwrap();
    assert_eq!(
        (&entry["registration"], &entry["state"]),
        (&json!(ids[7]), &json!("confirmed"))
    );
    assert_eq!(entry["short_name"], "Müller, n.");
    // Taken a second time it is the same.
    let again = app
        .front_desk()
        .get(&format!("/seminars/{seminar}/check-ins/offline-list"))
        .expect(200);
    assert_eq!(again["entries"], list["entries"]);
}

#[test]
fn a_scan_whose_answer_was_lost_is_handed_in_with_the_queue() {
    let (app, seminar, ids) = hall();
    let desk = app.front_desk();
    let hand_in = |n, members: Value| {
        // The device stamped the scan; what our clock said it was not told.
        let mut one = json!({"scan_id": scan_id(n), "at": "2027-05-06T14:59:58Z"});
        one.as_object_mut()
            .unwrap()
            .extend(members.as_object().unwrap().clone());
        send(&desk, &seminar, "Tür Nord", &[one]).remove(0)
    };
    let person = json!({"code": app.code(&ids[2])});
    let made = scan(&desk, &seminar, 1, person.clone()).expect(201);
    let again = hand_in(1, person);
    assert_eq!((&again["outcome"], &again["check_in"]), (&json!("repeated"), &made));
    // Found in the list that was taken along it is the same person.
    assert_eq!(hand_in(1, json!({"registration": ids[2]}))["check_in"], made);
    let walk_in = json!({"walk_in": {"family_name": "Yıldız"}, "persons": 2});
    let walked = scan(&desk, &seminar, 2, walk_in.clone()).expect(201);
    assert_eq!(hand_in(2, walk_in)["check_in"], walked);
    // And the other way round: the queue's answer was lost, then the device was online again.
    let first = hand_in(3, json!({"registration": ids[3]}));
    let told = scan(&desk, &seminar, 3, json!({"registration": ids[3], "at": DOOR_OPEN}));
    assert_eq!(told.expect(200), first["check_in"]);
    // Two of a queue are still told apart by their time, and what says another thing is another scan.
    let other = hand_in(3, json!({"registration": ids[3], "at": DOOR_OPEN}));
    assert_eq!(other["code"], "scan-id-reused");
    assert_eq!(hand_in(1, json!({"registration": ids[3]}))["code"], "scan-id-reused");
    let rows = check_ins::table.count();
    assert_eq!(rows.get_result::<i64>(&mut app.database.connect()).unwrap(), 3);
}

#[test]
fn a_session_that_is_no_more_is_named_again_by_the_same_scan() {
    let (app, seminar, ids) = hall();
    let desk = app.front_desk();
    let scans = [json!({"scan_id": scan_id(1), "registration": ids[2], "session": scan_id(77), "at": DOOR_OPEN})];
    assert_eq!(send(&desk, &seminar, "x", &scans)[0]["outcome"], "recorded");
    assert_eq!(send(&desk, &seminar, "x", &scans)[0]["outcome"], "repeated");
}

#[test]
fn walk_ins_came_also_where_the_channel_was_given_up_meanwhile() {
    let (app, seminar, _) = hall();
    let path = format!("/seminars/{seminar}");
    app.act(&path, "move-online", &json!({"reason_code": "other"}))
        .expect(200);
    let desk = app.front_desk();
    let walk_in = |n, channel: &str| {
        let name = json!({"family_name": "Yıldız"});
        json!({"scan_id": scan_id(n), "walk_in": name, "channel": channel, "at": "2027-05-06T14:31:00Z"})
    };
    let results = send(&desk, &seminar, "x", &[walk_in(1, "onsite"), walk_in(2, "online")]);
    assert_eq!(
        results.iter().map(|one| one["outcome"].clone()).collect::<Vec<_>>(),
        ["recorded", "recorded"]
    );
    // Who comes now is told.
    let now = json!({"walk_in": {"family_name": "Yıldız"}, "force": true});
    scan(&desk, &seminar, 3, now).problem(409, "channel-unavailable");
    // What the seminar never had did not happen.
    let (app, seminar, _) = hall();
    let refused = send(&app.front_desk(), &seminar, "x", &[walk_in(1, "online")]);
    assert_eq!(refused[0]["code"], "channel-unavailable");
}
