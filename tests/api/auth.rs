//! Log in, stay logged in, log out; who may do what in an organisation.

use chrono::Duration;
use diesel::connection::SimpleConnection;
use serde_json::json;

use super::privacy::waits;
use crate::support::{PASSWORD, TestApp};

fn login(app: &TestApp, email: &str, password: &str) -> crate::support::Answer {
    app.anonymous()
        .post("/auth/login", &json!({"email": email, "password": password}))
}

#[test]
fn a_login_gives_a_token_that_says_who_one_is() {
    let app = TestApp::spawn();
    let tokens = login(&app, " Organiser@Staedteregion.example ", PASSWORD).expect(200);
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 600);
    let me = app
        .anonymous()
        .with_token(tokens["access_token"].as_str().unwrap())
        .get("/me");
    let view = me.expect(200);
    assert_eq!(view["email"], "organiser@staedteregion.example");
    assert_eq!(view["memberships"][0]["role"], "organiser");
    assert_eq!(view["memberships"][0]["organisation"]["slug"], "staedteregion-aachen");
    assert_eq!(me.header("cache-control"), "no-store");
}

#[test]
fn unknown_account_wrong_password_and_disabled_account_are_answered_alike() {
    let app = TestApp::spawn();
    let admin = app.platform_admin();
    let id = app.account("reporter").to_string();
    let etag = admin.get(&format!("/accounts/{id}")).etag();
    admin
        .patch(&format!("/accounts/{id}"), &etag, &json!({"disabled": true}))
        .expect(200);
    let answers = [
        login(&app, "nobody@staedteregion.example", PASSWORD),
        login(&app, "organiser@staedteregion.example", "not the password at all"),
        login(&app, "reporter@staedteregion.example", PASSWORD),
    ];
    for answer in &answers {
        answer.problem(401, "invalid-credentials");
        assert_eq!(answer.but_for_the_request(), answers[0].but_for_the_request());
    }
}

/// Comparing takes a while: who has another password by then is not let in by the one before.
#[test]
fn a_password_that_is_changed_meanwhile_lets_nobody_in() {
    let app = TestApp::spawn();
    let (mut changing, mut watcher) = (app.database.connect(), app.database.connect());
    let of = "WHERE email_key = 'organiser@staedteregion.example'";
    changing
        .batch_execute(&format!("BEGIN; SELECT FROM accounts {of} FOR UPDATE"))
        .unwrap();
    std::thread::scope(|scope| {
        let late = scope.spawn(|| login(&app, "organiser@staedteregion.example", PASSWORD));
        waits(&mut watcher);
        changing
            .batch_execute(&format!("UPDATE accounts SET password_hash = 'another' {of}; COMMIT"))
            .unwrap();
        late.join().unwrap().problem(401, "invalid-credentials");
    });
}

/// Also where somebody did it by hand, and nothing was revoked.
#[test]
fn who_is_disabled_refreshes_nothing() {
    let app = TestApp::spawn();
    let tokens = login(&app, "organiser@staedteregion.example", PASSWORD).expect(200);
    let refresh = |tokens: &serde_json::Value| {
        let body = json!({"refresh_token": tokens["refresh_token"]});
        app.anonymous().post("/auth/refresh", &body)
    };
    let tokens = refresh(&tokens).expect(200);
    let disable = "UPDATE accounts SET disabled_at = now() WHERE email_key = 'organiser@staedteregion.example'";
    app.database.connect().batch_execute(disable).unwrap();
    refresh(&tokens).problem(401, "invalid-refresh-token");
}

#[test]
fn the_eleventh_attempt_on_one_account_has_to_wait() {
    let app = TestApp::spawn();
    for _ in 0..10 {
        login(&app, "victim@staedteregion.example", "guess").problem(401, "invalid-credentials");
    }
    let refused = login(&app, "victim@staedteregion.example", "guess");
    refused.problem(429, "too-many-requests");
    assert!(refused.header("retry-after").parse::<u64>().unwrap() >= 1);
    login(&app, "organiser@staedteregion.example", PASSWORD).expect(200);
}

#[test]
fn a_disabled_account_is_nobody_at_once() {
    let app = TestApp::spawn();
    let organiser = app.organiser();
    organiser.get("/me").expect(200);
    let admin = app.platform_admin();
    let path = format!("/accounts/{}", app.account("organiser"));
    let etag = admin.get(&path).etag();
    admin.patch(&path, &etag, &json!({"disabled": true})).expect(200);
    organiser.get("/me").problem(401, "unauthenticated");
}

#[test]
fn a_refresh_token_is_good_once_and_its_replay_ends_the_family() {
    let app = TestApp::spawn();
    let refresh = |token: &str| app.anonymous().post("/auth/refresh", &json!({"refresh_token": token}));
    let token_of = |answer: &serde_json::Value| answer["refresh_token"].as_str().unwrap().to_owned();
    let first = token_of(&login(&app, "organiser@staedteregion.example", PASSWORD).expect(200));
    let second = token_of(&refresh(&first).expect(200));
    assert_ne!(first, second);
    refresh(&first).problem(401, "invalid-refresh-token");
    refresh(&second).problem(401, "invalid-refresh-token");
}

#[test]
fn of_fifty_refreshes_at_once_one_succeeds_and_its_family_ends() {
    use diesel::prelude::*;
    use einlass::schema::refresh_tokens::dsl;
    let app = TestApp::spawn();
    let token = login(&app, "organiser@staedteregion.example", PASSWORD).expect(200)["refresh_token"].clone();
    let refresh = |token: &serde_json::Value| app.anonymous().post("/auth/refresh", &json!({"refresh_token": token}));
    let answers = std::thread::scope(|scope| {
        let tries = [(); 50].map(|()| scope.spawn(|| refresh(&token)));
        tries.map(|one| one.join().unwrap())
    });
    let (good, bad) = answers
        .into_iter()
        .partition::<Vec<_>, _>(|answer| answer.status == 200);
    assert_eq!((good.len(), bad.len()), (1, 49));
    for answer in bad {
        answer.problem(401, "invalid-refresh-token");
    }
    // No fork: the one that came of it ended with the others.
    refresh(&good[0].expect(200)["refresh_token"]).problem(401, "invalid-refresh-token");
    let conn = &mut app.database.connect();
    let family = dsl::refresh_tokens.filter(dsl::account_id.eq(app.account("organiser")));
    let rows = family.select(dsl::revoked_at.is_not_null()).load::<bool>(conn).unwrap();
    assert_eq!(rows, [true, true]);
}

#[test]
fn refresh_tokens_end_with_logout_with_time_and_with_a_new_password() {
    let app = TestApp::spawn();
    let client = app.anonymous();
    let token = || login(&app, "organiser@staedteregion.example", PASSWORD).expect(200)["refresh_token"].clone();
    let refused = |token: &serde_json::Value| {
        client
            .post("/auth/refresh", &json!({"refresh_token": token}))
            .problem(401, "invalid-refresh-token")
    };

    let left = token();
    client.post("/auth/logout", &json!({"refresh_token": left})).expect(204);
    refused(&left);
    client
        .post("/auth/logout", &json!({"refresh_token": "never was one"}))
        .expect(204);

    let changed = token();
    let me = app.organiser();
    let etag = me.get("/me").etag();
    let body = |current: &str, new: &str| json!({"password": {"current": current, "new": new}});
    me.patch("/me", &etag, &body("wrong", "Siebzehn Lampen hinter dem Deich"))
        .problem(401, "invalid-credentials");
    assert_eq!(
        me.patch("/me", &etag, &body(PASSWORD, "passwortpasswort")).invalid(),
        ["/password/new"]
    );
    me.patch("/me", &etag, &body(PASSWORD, "Siebzehn Lampen hinter dem Deich"))
        .expect(200);
    refused(&changed);

    let old = login(
        &app,
        "organiser@staedteregion.example",
        "Siebzehn Lampen hinter dem Deich",
    )
    .expect(200)["refresh_token"]
        .clone();
    app.clock.advance(Duration::days(15));
    refused(&old);
}

#[test]
fn access_tokens_live_ten_minutes() {
    let app = TestApp::spawn();
    let organiser = app.organiser();
    app.clock.advance(Duration::seconds(599));
    organiser.get("/me").expect(200);
    app.clock.advance(Duration::seconds(1));
    organiser.get("/me").problem(401, "unauthenticated");
}

#[test]
fn members_come_change_and_go_and_the_last_admin_stays() {
    let app = TestApp::spawn();
    let admin = app.admin();
    let members = "/organisations/staedteregion-aachen/members";
    let new = json!({"email": "neu@staedteregion.example", "role": "reporter", "name": "Nele Neu", "password": "Achtzehn Kamele im Regen"});
    assert_eq!(
        admin
            .post(
                members,
                &json!({"email": "neu@staedteregion.example", "role": "reporter"})
            )
            .invalid(),
        ["/name"]
    );
    let mut weak = new.clone();
    weak["password"] = "neuneuneuneuneuneu".into();
    assert_eq!(admin.post(members, &weak).invalid(), ["/password"]);
    let made = admin.post(members, &new);
    let account = made.expect(201)["account"].as_str().unwrap().to_owned();
    admin.post(members, &new).problem(409, "already-member");
    login(&app, "neu@staedteregion.example", "Achtzehn Kamele im Regen").expect(200);

    let path = format!("{members}/{account}");
    let changed = admin.patch(&path, &made.etag(), &json!({"role": "organiser"}));
    assert_eq!(changed.expect(200)["role"], "organiser");
    admin
        .patch(&path, &made.etag(), &json!({"role": "admin"}))
        .problem(412, "precondition-failed");
    admin.delete(&path, &changed.etag()).expect(204);
    admin.get(&path).problem(404, "not-found");

    let own = format!("{members}/{}", app.account("admin"));
    let etag = admin.get(&own).etag();
    admin
        .patch(&own, &etag, &json!({"role": "reporter"}))
        .problem(409, "last-admin");
    admin.delete(&own, &etag).problem(409, "last-admin");
}

#[test]
fn no_password_is_hashed_for_whoever_may_not_add_anybody() {
    let app = TestApp::spawn();
    // A password that is refused before it is hashed: who hears of it was asked for it too early.
    let weak =
        json!({"email": "neu@staedteregion.example", "role": "reporter", "name": "Nele Neu", "password": "kurz"});
    let members = "/organisations/staedteregion-aachen/members";
    assert_eq!(app.admin().post(members, &weak).invalid(), ["/password"]);
    app.organiser().post(members, &weak).problem(403, "forbidden");
    app.person("foreign_admin")
        .post(members, &weak)
        .problem(404, "not-found");
    app.person("foreign_admin")
        .post("/organisations/there-is-none/members", &weak)
        .problem(404, "not-found");
}

#[test]
fn a_foreign_organisation_s_members_are_answered_like_those_of_a_missing_one() {
    let app = TestApp::spawn();
    let foreign = app.person("foreign_admin");
    let other = foreign.get("/organisations/staedteregion-aachen/members");
    let missing = foreign.get("/organisations/there-is-none/members");
    other.problem(404, "not-found");
    assert_eq!(other.but_for_the_request(), missing.but_for_the_request());
    app.organiser()
        .get("/organisations/staedteregion-aachen/members")
        .problem(403, "forbidden");
}

#[test]
fn organisations_are_made_once_and_changed_by_those_who_may() {
    let app = TestApp::spawn();
    let platform = app.platform_admin();
    let body =
        json!({"slug": "agit", "name": "AGIT", "also_known_as": ["AGIT mbH"], "homepage": "https://www.agit.example"});
    let made = platform.post_with_key("/organisations", "k1", &body);
    let id = made.id();
    let again = platform.post_with_key("/organisations", "k1", &body);
    assert_eq!(again.id(), id);
    assert_eq!(again.header("idempotency-replayed"), "true");
    platform
        .post_with_key("/organisations", "k1", &json!({"slug": "x2", "name": "X"}))
        .problem(422, "idempotency-key-reused");
    platform.post("/organisations", &body).problem(409, "slug-taken");
    let found = app.anonymous().get("/organisations/agit");
    assert_eq!(found.expect(200)["homepage"], "https://www.agit.example");
    assert_eq!(
        app.anonymous()
            .get_with("/organisations/agit", &[("If-None-Match", &found.etag())])
            .status,
        304
    );
    let changed = platform
        .patch("/organisations/agit", &found.etag(), &json!({"homepage": null}))
        .expect(200);
    assert_eq!(changed["homepage"], json!(null));
    assert_eq!(changed["also_known_as"], json!(["AGIT mbH"]));
    let own = app.anonymous().get("/organisations/staedteregion-aachen").etag();
    app.organiser()
        .patch("/organisations/staedteregion-aachen", &own, &json!({"name": "X"}))
        .problem(403, "forbidden");
    app.admin()
        .patch(
            "/organisations/staedteregion-aachen",
            &own,
            &json!({"also_known_as": ["SRA"]}),
        )
        .expect(200);
}

#[test]
fn an_account_that_is_there_is_joined_by_platform_admins_only() {
    let app = TestApp::spawn();
    let members = |slug: &str| format!("/organisations/{slug}/members");
    // The IHK's admin makes an account for somebody and knows its password …
    let chief = json!({"email": "chef@agit.example", "role": "reporter", "name": "Chef", "password": "Achtzehn Kamele im Regen"});
    app.person("foreign_admin")
        .post(&members("ihk-aachen"), &chief)
        .expect(201);
    // … so nobody else gives it a role by its address alone.
    let promoted = json!({"email": "chef@agit.example", "role": "admin", "name": "Chef", "password": "Siebzehn Lampen hinter dem Deich"});
    app.admin()
        .post(&members("staedteregion-aachen"), &promoted)
        .problem(409, "account-exists");
    app.platform_admin()
        .post(&members("staedteregion-aachen"), &promoted)
        .expect(201);
    login(&app, "chef@agit.example", "Achtzehn Kamele im Regen").expect(200);
}

#[test]
fn of_logins_and_refreshes_beside_a_disabling_none_is_left() {
    let app = TestApp::spawn();
    let admin = app.platform_admin();
    let path = format!("/accounts/{}", app.account("organiser"));
    let first = login(&app, "organiser@staedteregion.example", PASSWORD).expect(200)["refresh_token"].clone();
    let newest = std::thread::scope(|scope| {
        let rotating = scope.spawn(|| {
            let (mut token, client) = (first.clone(), app.anonymous());
            loop {
                let answer = client.post("/auth/refresh", &json!({"refresh_token": token}));
                if answer.status != 200 {
                    return token;
                }
                token = answer.expect(200)["refresh_token"].clone();
            }
        });
        std::thread::sleep(std::time::Duration::from_millis(200));
        let etag = admin.get(&path).etag();
        admin.patch(&path, &etag, &json!({"disabled": true})).expect(200);
        rotating.join().unwrap()
    });
    // Enabled again, no token of before is good.
    let etag = admin.get(&path).etag();
    admin.patch(&path, &etag, &json!({"disabled": false})).expect(200);
    app.anonymous()
        .post("/auth/refresh", &json!({"refresh_token": newest}))
        .problem(401, "invalid-refresh-token");
}
