//! What is wrong with a webhook is said when it is written down, and nobody is connected to who should not be.

use std::net::TcpListener;

use serde_json::json;

use super::WEBHOOKS;
use crate::support::TestApp;

#[test]
fn every_fault_is_named_by_its_member() {
    let app = TestApp::spawn();
    let admin = app.admin();
    let url = "https://portal.example.org/";
    for (body, place) in [
        (json!({}), "/url"),
        (json!({"url": ""}), "/url"),
        (json!({"url": "portal.example.org"}), "/url"),
        (json!({"url": "http://portal.example.org/"}), "/url"),
        (
            json!({"url": format!("https://portal.example.org/{}", "x".repeat(2000))}),
            "/url",
        ),
        (json!({"url": url, "events": ["seminar.exploded"]}), "/events/0"),
        (json!({"url": url, "events": "seminar.changed"}), "/events"),
        (json!({"url": url, "description": "x".repeat(201)}), "/description"),
        (json!({"url": url, "enabled": "yes"}), "/enabled"),
        (json!({"url": url, "secret": "whsec_x"}), "/secret"),
    ] {
        assert_eq!(admin.post(WEBHOOKS, &body).invalid(), [place], "{body}");
    }
    let webhook = app.webhook(url);
    let etag = admin.get(&webhook).etag();
    assert_eq!(
        admin
            .patch(&webhook, &etag, &json!({"url": "https://10.0.0.1/"}))
            .invalid(),
        ["/url"]
    );
    assert_eq!(admin.patch(&webhook, &etag, &json!({"url": null})).invalid(), ["/url"]);
    admin
        .patch(&webhook, "\"7-x\"", &json!({}))
        .problem(412, "precondition-failed");
}

#[test]
fn an_organisation_has_at_most_twenty() {
    let app = TestApp::spawn();
    for n in 0..20 {
        app.webhook(&format!("https://portal.example.org/{n}"));
    }
    let more = app
        .admin()
        .post(WEBHOOKS, &json!({"url": "https://portal.example.org/"}));
    more.problem(409, "limit-reached");
}

/// Every way to say "this machine" and "the network we are in" that a URL has; canaries count who comes.
#[test]
fn no_form_of_a_url_reaches_what_is_ours() {
    let app = TestApp::spawn();
    let seminar = app.announced("A");
    let canaries = ["127.0.0.1:0", "[::1]:0"].map(|address| TcpListener::bind(address).unwrap());
    let ports = canaries.each_ref().map(|canary| canary.local_addr().unwrap().port());
    let hosts = [
        "127.0.0.1",
        "127.0.0.1.",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "0",
        "0.0.0.0",
        "127.0.0.2",
        "127.255.255.255",
        "１２７.０.０.１",
        "①②⑦.0.0.1",
        "127。0。0。1",
        "%3127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "2852039166",
        "0xa9fea9fe",
        "100.64.0.1",
        "198.18.0.1",
        "192.0.2.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "[::1]",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::ffff:0:127.0.0.1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::7f00:1]",
        "[100::1]",
        "[2001::1]",
        "[2001:db8::1]",
        "[2002:7f00:1::]",
        "[5f00::1]",
        "[fc00::1]",
        "[fd00::1]",
        "[fe80::1]",
        "[fe80::1%25lo]",
        "[fec0::1]",
        "[ff02::1]",
        "localhost",
        "localhost.",
        "LocalHost",
        "x.localhost",
        "ｌｏｃａｌｈｏｓｔ",
        "ip6-localhost",
        "db",
        "printer.local",
        "metadata.google.internal",
        "portal.example.org@127.0.0.1",
        "127.0.0.1:80@127.0.0.1",
    ];
    for host in hosts {
        for port in ports {
            let url = format!("https://{host}:{port}/");
            assert_eq!(
                app.admin().post(WEBHOOKS, &json!({"url": url})).invalid(),
                ["/url"],
                "{url}"
            );
        }
    }
    assert!(hosts.len() >= 60);
    // Written past what looks at URLs, as if a name had led there since: nothing but whoever connects can tell.
    use diesel::prelude::*;
    use einlass::schema::webhooks::dsl;
    let webhook = app.webhook("https://portal.example.org/");
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
    ] {
        for port in ports {
            for scheme in ["https", "http"] {
                let url = format!("{scheme}://{host}:{port}/");
                let written = diesel::update(dsl::webhooks).set(dsl::url.eq(&url));
                written.execute(&mut app.database.connect()).unwrap();
                app.rename(&seminar, &url);
                app.clock.advance(chrono::Duration::days(1));
                assert!(app.deliver() > 0, "{url}");
                let status = app.shown(&webhook)["state"].clone();
                assert!(
                    app.deliveries(&webhook).iter().all(|(state, _, outcome, status)| {
                        state != "delivered"
                            && status.is_null()
                            && ["", "forbidden", "unreachable"].contains(&outcome.as_str())
                    }),
                    "{url}"
                );
                if status == "disabled" {
                    app.change_webhook(&webhook, &json!({"enabled": true}));
                }
            }
        }
    }
    for canary in canaries {
        canary.set_nonblocking(true).unwrap();
        assert!(canary.accept().is_err(), "somebody came");
    }
}
