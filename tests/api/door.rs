//! What else is done at the door: taking back, finding by name, and two doors at once.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use einlass::schema::journal::dsl;
use serde_json::json;

use super::check_ins::*;
use crate::support::Client;

#[test]
fn what_was_voided_counts_no_more_and_its_scan_is_used_up() {
    let (app, seminar, _) = opened(3);
    let [anna] = app.registered(&seminar, ["anna"]);
    let desk = at_the_door(&app);
    let id = scan(&desk, &seminar, 1, json!({"registration": anna})).id();
    let path = format!("/seminars/{seminar}/check-ins/{id}");
    let found = desk.get(&path);
    found.expect(200);
    let reason = json!({"reason": "Falsche Person"});
    desk.post(&format!("{path}/void"), &reason)
        .problem(428, "precondition-required");
    desk.act(&format!("{path}/void"), "\"7\"", &reason)
        .problem(412, "precondition-failed");
    let voided = desk.act(&format!("{path}/void"), &found.etag(), &reason);
    let body = voided.expect(200);
    assert_eq!(
        (&body["voided"]["reason"], &body["persons_inside"]),
        (&json!("Falsche Person"), &json!(0))
    );
    assert_eq!(desk.get(&path).etag(), voided.etag());
    desk.act(&format!("{path}/void"), &voided.etag(), &reason)
        .problem(409, "transition-not-allowed");
    let problem = scan(&desk, &seminar, 1, json!({"registration": anna})).problem(409, "check-in-voided");
    assert_eq!(problem["forcible"], false);
    scan(&desk, &seminar, 2, json!({"registration": anna})).expect(201);
    let list = |query: &str| {
        let page = desk.get(&format!("/seminars/{seminar}/check-ins{query}")).expect(200);
        page["data"].as_array().unwrap().len()
    };
    let counts = [
        "",
        "?voided=true",
        "?voided=false",
        "?conflicts=true",
        "?conflicts=false",
        "?limit=1",
    ]
    .map(list);
    assert_eq!(counts, [2, 1, 1, 0, 2, 1]);
    // Nobody's name is in the journal, and what happened is.
    let entries = dsl::journal
        .filter(dsl::object_id.eq(id.parse::<uuid::Uuid>().unwrap()))
        .order(dsl::id)
        .select(dsl::action)
        .load::<String>(&mut app.database.connect())
        .unwrap();
    assert_eq!(entries, ["check_in.recorded", "check_in.voided"]);
}

/// What is prepared once on a connection is good also after a later release has added to the tables: instances that run go on
/// while it migrates.
#[test]
fn who_runs_goes_on_while_a_later_release_adds_columns() {
    let (app, seminar, _) = opened(9);
    let [anna, ben] = app.registered(&seminar, ["anna", "ben"]);
    let desk = at_the_door(&app);
    let mut conn = app.database.connect();
    for (n, who) in [(1, anna), (2, ben)] {
        scan(&desk, &seminar, n, json!({"code": app.code(&who)})).expect(201);
        app.register(&seminar, &format!("neu{n}")).expect(201);
        app.deliver();
        app.anonymous().get("/seminars").expect(200);
        app.organiser().get(&format!("/seminars/{seminar}")).expect(200);
        conn.batch_execute(
            "DO $$ DECLARE one text; BEGIN
                 FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '\\_\\_%' LOOP
                     EXECUTE format('ALTER TABLE %I ADD COLUMN IF NOT EXISTS of_a_later_release text', one);
                 END LOOP;
             END $$",
        )
        .unwrap();
    }
}

#[test]
fn bad_input_is_named() {
    let (app, seminar, _) = opened(3);
    let [anna] = app.registered(&seminar, ["anna"]);
    let desk = at_the_door(&app);
    for (body, place) in [
        (json!({}), ""),
        (json!({"registration": anna, "code": "AAAAA-AAAAA"}), ""),
        (json!({"registration": anna, "channel": "livestream"}), "/channel"),
        (json!({"registration": anna, "persons": 0}), "/persons"),
        (json!({"registration": anna, "at": "2027-05-06T15:05:01Z"}), "/at"),
        (json!({"registration": anna, "at": "1999-05-06T15:05:01Z"}), "/at"),
        (json!({"registration": anna, "method": "scan"}), "/method"),
        (json!({"walk_in": {"family_name": "Y"}, "method": "manual"}), "/method"),
        (json!({"walk_in": {"given_name": "Y"}}), "/walk_in/family_name"),
    ] {
        assert_eq!(scan(&desk, &seminar, 1, body.clone()).invalid(), [place], "{body}");
    }
    // Five minutes of another clock are forgiven.
    scan(
        &desk,
        &seminar,
        1,
        json!({"registration": anna, "at": "2027-05-06T15:05:00Z"}),
    )
    .expect(201);
}

#[test]
fn three_letters_find_somebody() {
    let (app, seminar, _) = opened(9);
    let register = |given: &str, family: &str, company: &str| {
        let email = format!("{}@example.org", given.to_lowercase());
        let body = json!({"channel": "onsite", "given_name": given, "family_name": family, "email": email, "company": company});
        app.anonymous()
            .post(&format!("/seminars/{seminar}/registrations"), &body)
            .id()
    };
    let anna = register("Anna", "Müller", "Printenfabrik");
    register("Berta", "Mueller", "Nadelwerk");
    register("Carla", "Muller", "Tuchmacherei");
    register("Dora", "Schmülling", "AGIT");
    let desk = at_the_door(&app);
    let find = |q: &str| {
        let found = desk.get(&format!("/seminars/{seminar}/check-ins/find?q={q}"));
        assert!(!found.text.contains("example.org"), "{}", found.text);
        let found = found.expect(200)["found"].as_array().unwrap().clone();
        found
            .iter()
            .map(|one| one["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let all = ["Berta Mueller", "Carla Muller", "Anna Müller"];
    for q in ["M%C3%BCller", "mueller", "MULLER"] {
        assert_eq!(find(q), all, "{q}");
    }
    for q in ["m%C3%BCl", "mul"] {
        assert_eq!(find(q)[..3], all, "{q}");
        assert_eq!(find(q)[3], "Dora Schmülling", "what only contains it comes last");
    }
    assert!(find("mue").contains(&"Anna Müller".to_owned()));
    assert_eq!(find("print"), ["Anna Müller"]);
    assert_eq!(find("anna%20m%C3%BC"), ["Anna Müller"]);
    assert_eq!(find("xyz"), [""; 0]);
    assert_eq!(
        desk.get(&format!("/seminars/{seminar}/check-ins/find?q=m%C3%BC"))
            .invalid(),
        ["q"]
    );
    assert_eq!(
        desk.get(&format!("/seminars/{seminar}/check-ins/find")).invalid(),
        ["q"]
    );
    let made = scan(&desk, &seminar, 1, json!({"registration": anna})).expect(201);
    let found = desk
        .get(&format!("/seminars/{seminar}/check-ins/find?q=print"))
        .expect(200);
    assert_eq!(found["found"][0]["checked_in"]["id"], made["id"]);
}

#[test]
fn two_instances_that_scan_one_person_at_once_let_in_one() {
    let (app, seminar, _) = opened(30);
    let names = (0..20).map(|n| format!("n{n}")).collect::<Vec<_>>();
    let ids = names
        .iter()
        .map(|name| app.register(&seminar, name).id())
        .collect::<Vec<_>>();
    let desk = at_the_door(&app);
    let second = app.second();
    let token = app
        .site
        .auth
        .keys
        .issue(app.account("front_desk"), app.clock.now())
        .unwrap();
    let other = second.anonymous().with_token(&token);
    for (n, id) in ids.iter().enumerate() {
        let run = |client: &Client, k: usize| {
            let number = u128::try_from(100 * (n + 1) + k).unwrap();
            scan(client, &seminar, number, json!({"registration": id})).status
        };
        let run = &run;
        let statuses = std::thread::scope(|scope| {
            let threads = [(&desk, 0), (&other, 1), (&desk, 2), (&other, 3)]
                .map(|(client, k)| scope.spawn(move || run(client, k)));
            let mut statuses = threads.map(|thread| thread.join().unwrap());
            statuses.sort_unstable();
            statuses
        });
        assert_eq!(statuses, [201, 409, 409, 409]);
    }
    second.stop();
}
