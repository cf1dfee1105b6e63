//! How partners' operations are called: API clients, tokens, the feed, seminars under another system's ids, merges, sharings.

use serde_json::{Value, json};

use super::calls::{Call, get, guarded, post};
use crate::api::merge::merge;
use crate::api::{privacy, sharings};
use crate::support::{TestApp, draft_body};

const CLIENTS: &str = "/organisations/staedteregion-aachen/api-clients";

/// A seminar under the id that another system gives it.
fn external(n: usize) -> String {
    format!("/organisations/staedteregion-aachen/seminars/office-{n}?system=office")
}

/// As another system sends it.
fn pushed() -> Value {
    let mut body = draft_body(5);
    body.as_object_mut()
        .unwrap()
        .retain(|member, _| !["organisation", "confirmation"].contains(&member.as_str()));
    body
}

/// How the data protection officer's operations are called.
fn of_privacy(app: &TestApp, operation: &str) -> Option<Call> {
    let admin = app.admin();
    let nobody = || json!({"organisation": privacy::OF, "email": "nobody@example.org"});
    let period = "/privacy/retention/participation?organisation=staedteregion-aachen";
    Some(match operation {
        "create_access_request" => post("/privacy/access-requests", nobody()),
        "create_erasure" => post("/privacy/erasures", nobody()),
        "get_erasure" => {
            let made = privacy::erased(app, "nobody@example.org");
            get(format!("/privacy/erasures/{}", made["id"].as_str()?))
        }
        "get_retention" => get(privacy::RETENTION),
        "get_retention_period" => get(period),
        "put_retention_period" => guarded(&admin, "PUT", period, "", Some(json!({"days": 200}))),
        "list_retention_holds" => get("/privacy/holds?organisation=staedteregion-aachen"),
        "create_retention_hold" => {
            let hold = json!({"organisation": privacy::OF, "seminar": app.seminar(5), "until": "2032-12-31", "reason": "EFRE"});
            post("/privacy/holds", hold)
        }
        "get_retention_hold" => get(privacy::hold(app, &app.seminar(5))),
        "release_retention_hold" => guarded(&admin, "DELETE", &privacy::hold(app, &app.seminar(5)), "", None),
        _ => return None,
    })
}

/// The request of one operation on objects made afresh.
pub fn call(app: &TestApp, operation: &str, n: usize) -> Option<Call> {
    let (organiser, admin) = (app.organiser(), app.admin());
    let seminar = || format!("/seminars/{}", app.seminar(5));
    Some(match operation {
        "fetch_token" => {
            let machine = app.machine(&["seminars:read"]);
            let form = format!(
                "grant_type=client_credentials&client_id={}&client_secret={}",
                machine.id, machine.secret
            );
            post("/oauth/token", Value::from(form))
        }
        "list_api_clients" => get(CLIENTS),
        "create_api_client" => post(CLIENTS, json!({"name": "Kalender", "scopes": ["seminars:read"]})),
        "get_api_client" => get(app.machine(&["seminars:read"]).path),
        "change_api_client" => {
            let change = json!({"name": "Anders"});
            guarded(&admin, "PATCH", &app.machine(&["seminars:read"]).path, "", Some(change))
        }
        "rotate_api_client_secret" => {
            let machine = app.machine(&["seminars:read"]);
            guarded(&admin, "POST", &machine.path, "/rotate-secret", Some(json!({})))
        }
        "revoke_api_client" => guarded(&admin, "DELETE", &app.machine(&["seminars:read"]).path, "", None),
        "list_changes" => get("/changes?limit=1"),
        "get_external_seminar" => {
            let path = external(n);
            let made = organiser.send("PUT", &path, &[], Some(pushed().to_string().as_bytes()));
            made.expect(201);
            get(path)
        }
        "put_external_seminar" => Call {
            method: "PUT",
            path: external(n),
            etag: None,
            body: Some(pushed()),
        },
        "put_external_seminars" => {
            let mut one = pushed();
            one["external_id"] = json!(format!("bulk-{n}"));
            Call {
                method: "PUT",
                path: "/organisations/staedteregion-aachen/seminars?system=office".to_owned(),
                etag: None,
                body: Some(json!({"seminars": [one]})),
            }
        }
        "find_duplicates" => get(format!("{}/duplicates", seminar())),
        "merge_seminar" => {
            let into = app.seminar(5);
            guarded(&organiser, "POST", &seminar(), "/merge", Some(json!({"into": into})))
        }
        "unmerge_seminar" => {
            let (one, into) = (app.seminar(5), app.seminar(5));
            merge(&organiser, &one, &into).expect(200);
            guarded(
                &organiser,
                "POST",
                &format!("/seminars/{one}"),
                "/unmerge",
                Some(json!({})),
            )
        }
        "list_sharings" => get(format!("{}/sharings", seminar())),
        "create_sharing" => post(format!("{}/sharings", seminar()), sharings::with("ihk-aachen")),
        "get_sharing" => get(sharings::begun(app)),
        "end_sharing" => Call {
            method: "DELETE",
            ..get(sharings::begun(app))
        },
        "list_disclosures" => get(format!("{}/disclosures", seminar())),
        "list_shared_registrations" => get("/shared-registrations"),
        _ => return of_privacy(app, operation),
    })
}
