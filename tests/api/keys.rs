//! The signing keys are turned while two instances serve: nobody is logged out, and what is deleted at once is noticed.

use std::fs;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use base64::Engine;
use chrono::Duration;
use einlass::auth::{KeyState, Keys, Rotated, list_keys, replace_keys, rotate_keys};

use crate::support::{Client, TestApp};

fn kids(client: &Client) -> Vec<String> {
    let answer = client.get("/.well-known/jwks.json").expect(200);
    let keys = answer["keys"].as_array().unwrap();
    keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

/// The key that signs a token now.
fn signed_by(app: &TestApp) -> String {
    let token = app
        .site
        .auth
        .keys
        .issue(app.account("organiser"), app.clock.now())
        .unwrap();
    let head = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(token.split('.').next().unwrap())
        .unwrap();
    let head = serde_json::from_slice::<serde_json::Value>(&head).unwrap();
    head["kid"].as_str().unwrap().to_owned()
}

fn states(app: &TestApp) -> Vec<KeyState> {
    let keys = list_keys(&app.site.config.keys_dir, app.clock.now()).unwrap();
    keys.into_iter().map(|(_, _, state)| state).collect()
}

/// Asks both instances, each with tokens of both, until told to stop: how often anybody was somebody, and how often nobody.
fn under_load(app: &TestApp, turn: impl FnOnce(&dyn Fn())) -> (u32, u32) {
    let second = app.second();
    let account = app.account("organiser");
    let (stop, good, refused) = (AtomicBool::new(false), AtomicU32::new(0), AtomicU32::new(0));
    std::thread::scope(|scope| {
        for (issuer, asked) in [(&app.site, &second), (&second.site, &second)] {
            let (stop, good, refused) = (&stop, &good, &refused);
            let clients = [app.anonymous(), asked.anonymous()];
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let issued = app.clock.now();
                    let token = issuer.auth.keys.issue(account, issued).unwrap();
                    for client in &clients {
                        let status = client.with_token(&token).get("/me").status;
                        // On a busy machine its quarter of an hour is over before it is shown.
                        let ended = app.clock.now() - issued >= Duration::minutes(15);
                        match status {
                            200 => _ = good.fetch_add(1, Ordering::Relaxed),
                            401 if ended => {}
                            401 => _ = refused.fetch_add(1, Ordering::Relaxed),
                            other => panic!("{other}"),
                        }
                    }
                }
            });
        }
        // Half a minute goes by, and in it each instance has looked, and somebody was answered.
        let half_a_minute = || {
            app.clock.advance(Duration::seconds(30));
            app.site.auth.keys.look();
            second.site.auth.keys.look();
            let answered = || good.load(Ordering::Relaxed) + refused.load(Ordering::Relaxed);
            let (before, begun) = (answered(), std::time::Instant::now());
            while answered() == before && begun.elapsed() < std::time::Duration::from_secs(1) {
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
        };
        turn(&half_a_minute);
        stop.store(true, Ordering::Relaxed);
    });
    second.stop();
    (good.into_inner(), refused.into_inner())
}

#[test]
fn keys_are_turned_under_load_and_nobody_is_logged_out() {
    let app = TestApp::spawn();
    let folder = app.site.config.keys_dir.clone();
    let anybody = app.anonymous();
    let before = kids(&anybody);
    let (good, refused) = under_load(&app, |half_a_minute| {
        assert!(matches!(
            rotate_keys(&folder, app.clock.now()).unwrap(),
            Rotated::Made { deleted: 0, .. }
        ));
        half_a_minute();
        // Published, and not yet used.
        assert_eq!(kids(&anybody).len(), 2);
        assert_eq!(signed_by(&app), before[0]);
        for _ in 0..40 {
            half_a_minute();
        }
        assert_eq!(states(&app).len(), 2);
        assert!(matches!(states(&app)[0], KeyState::Previous(_)));
        assert_ne!(signed_by(&app), before[0]);
        for _ in 0..30 {
            half_a_minute();
        }
        assert_eq!(states(&app), [KeyState::Retired, KeyState::Current]);
        assert!(matches!(
            rotate_keys(&folder, app.clock.now()).unwrap(),
            Rotated::Made { deleted: 1, .. }
        ));
        half_a_minute();
    });
    assert!(good > 40, "{good} requests are no load");
    assert_eq!(refused, 0, "of {good}");
    let after = kids(&anybody);
    assert!(after.len() == 2 && !after.contains(&before[0]));
}

/// The control: an old key that is deleted when the new one comes is noticed by those whose tokens it signed.
#[test]
fn a_key_that_is_deleted_at_once_logs_people_out() {
    let app = TestApp::spawn();
    let folder = app.site.config.keys_dir.clone();
    let organiser = app.organiser();
    organiser.get("/me").expect(200);
    let (_, refused) = under_load(&app, |half_a_minute| {
        // Who has just looked does not look for a key it does not know: the other instance signs on for a second.
        half_a_minute();
        rotate_keys(&folder, app.clock.now()).unwrap();
        fs::remove_file(folder.join("0001.pk8")).unwrap();
        app.site.auth.keys.look();
        std::thread::sleep(std::time::Duration::from_millis(900));
        half_a_minute();
    });
    assert!(refused > 0);
    organiser.get("/me").problem(401, "unauthenticated");
}

#[test]
fn a_token_of_the_old_key_is_good_until_it_ends() {
    let app = TestApp::spawn();
    rotate_keys(&app.site.config.keys_dir, app.clock.now()).unwrap();
    app.site.auth.keys.look();
    app.clock.advance(Duration::minutes(15) - Duration::seconds(1));
    let old = app.organiser();
    app.clock.advance(Duration::minutes(9));
    old.get("/me").expect(200);
    app.clock.advance(Duration::minutes(1));
    old.get("/me").problem(401, "unauthenticated");
    app.organiser().get("/me").expect(200);
}

/// Not told, and not yet due to look: the key it does not know makes it look.
#[test]
fn an_instance_that_meets_an_unknown_key_looks_for_it() {
    let app = TestApp::spawn();
    let second = app.second();
    let before = app.organiser();
    // It has just looked, and does not look for every stranger.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    assert_eq!(replace_keys(&app.site.config.keys_dir, app.clock.now()).unwrap(), 1);
    app.site.auth.keys.look();
    let token = app
        .site
        .auth
        .keys
        .issue(app.account("organiser"), app.clock.now())
        .unwrap();
    second.anonymous().with_token(&token).get("/me").expect(200);
    before.get("/me").problem(401, "unauthenticated");
}

/// Whoever sends what nobody has signed does not keep it looking: once a second is enough.
#[test]
fn nonsense_does_not_keep_an_instance_looking() {
    let app = TestApp::spawn();
    let (folder, account) = (app.site.config.keys_dir.clone(), app.account("organiser"));
    for _ in 0..20 {
        let opened = std::time::Instant::now();
        let keys = Keys::open(&folder, "https://einlass.example").unwrap();
        replace_keys(&folder, app.clock.now()).unwrap();
        app.clock.advance(Duration::seconds(1));
        app.site.auth.keys.look();
        let token = app.site.auth.keys.issue(account, app.clock.now()).unwrap();
        let known = keys.verify(&token, app.clock.now()).is_some();
        if opened.elapsed() < std::time::Duration::from_secs(1) {
            assert!(!known, "it had looked a moment ago");
            std::thread::sleep(std::time::Duration::from_secs(1));
            assert!(keys.verify(&token, app.clock.now()).is_some(), "the control");
            return;
        }
    }
    panic!("the machine is too slow to tell");
}

/// The clock of whoever issued it may be a little ahead of ours.
#[test]
fn a_token_of_an_instance_whose_clock_is_ahead_is_good_within_five_seconds() {
    let app = TestApp::spawn();
    let issued = |ahead: i64| {
        let at = app.clock.now() + Duration::seconds(ahead);
        let token = app.site.auth.keys.issue(app.account("organiser"), at).unwrap();
        app.anonymous().with_token(&token).get("/me").status
    };
    assert_eq!([0, 4, 5, 6, 60].map(issued), [200, 200, 200, 401, 401]);
}

/// A folder that is away for a moment takes no key away.
#[test]
fn a_folder_that_is_away_changes_nothing() {
    let app = TestApp::spawn();
    let folder = &app.site.config.keys_dir;
    let aside = folder.with_extension("aside");
    fs::rename(folder, &aside).unwrap();
    app.site.auth.keys.look();
    app.organiser().get("/me").expect(200);
    fs::rename(&aside, folder).unwrap();
    fs::write(folder.join("0002-20270104T080000Z.pk8"), "half a ke").unwrap();
    app.site.auth.keys.look();
    app.organiser().get("/me").expect(200);
}
