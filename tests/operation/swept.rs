//! What has had its time is cleared away, however much there is, and whatever becomes of the rest.

use diesel::connection::SimpleConnection;
use einlass::base::problem::Error;

use crate::api::sharings::count;
use crate::support::TestApp;

/// So many kept answers whose day is over.
fn answers_of_yesterday(app: &TestApp, many: usize) {
    let sql = format!(
        "INSERT INTO idempotency_keys (key, request, created_at, location, body)
         SELECT sha256(n::text::bytea), sha256(n::text::bytea), '2026-01-01', '/api/v1/registrations/' || n, '{{}}'
         FROM generate_series(1, {many}) AS n"
    );
    app.database.connect().batch_execute(&sql).unwrap();
}

#[test]
fn a_rush_is_cleared_away_some_at_a_time() {
    let app = TestApp::spawn();
    answers_of_yesterday(&app, 12_000);
    let (db, auth, now) = (&app.site.db, &app.site.auth, app.clock.now());
    let once = db.run(false, |conn| einlass::base::idempotency::sweep(conn, now));
    assert_eq!(once.unwrap(), 5000);
    assert_eq!(
        einlass::app::sweep(db, auth, now, || true).unwrap(),
        0,
        "it is told to end"
    );
    assert_eq!(einlass::app::sweep(db, auth, now, || false).unwrap(), 7000);
    assert_eq!(count(&app, "idempotency_keys"), 0);
}

#[test]
fn what_cannot_be_cleared_away_keeps_nothing_else() {
    let app = TestApp::spawn();
    let mut conn = app.database.connect();
    conn.batch_execute("ALTER TABLE idempotency_keys RENAME TO elsewhere")
        .unwrap();
    conn.batch_execute(
        "INSERT INTO refresh_tokens (token_hash, family_id, account_id, issued_at, expires_at)
         SELECT sha256('old'), gen_random_uuid(), id, '2026-01-01', '2026-01-02' FROM accounts LIMIT 1",
    )
    .unwrap();
    let before = count(&app, "refresh_tokens");
    let told = einlass::app::sweep(&app.site.db, &app.site.auth, app.clock.now(), || false);
    assert!(matches!(told, Err(Error::Internal(_))), "{told:?}");
    assert_eq!(count(&app, "refresh_tokens"), before - 1);
}

/// Whoever may try as often as ever needs no place in memory.
#[test]
fn who_tried_to_log_in_is_forgotten_after_a_while() {
    let app = TestApp::spawn();
    let throttle = &app.site.auth.throttle;
    throttle
        .attempt("nobody@example.org", Some("192.0.2.7".parse().unwrap()))
        .unwrap();
    assert_eq!(throttle.size(), 3);
    // A network has two attempts a second; the account is still counted.
    std::thread::sleep(std::time::Duration::from_millis(1300));
    einlass::app::sweep(&app.site.db, &app.site.auth, app.clock.now(), || false).unwrap();
    assert_eq!(throttle.size(), 2);
}
