//! How partners' operations are called: API clients, tokens, the feed and the log behind it, seminars under another system's ids, merges, sharings.

use serde_json::{Value, json};

use super::calls::{Call, get, guarded, post};
use crate::api::merge::merge;
use crate::api::sharings;
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
        "list_audit_log" => get("/audit-log"),
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
        _ => return None,
    })
}
