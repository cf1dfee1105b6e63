//! How each operation is called, on objects made afresh.

use serde_json::{Value, json};

use crate::api::attendance_imports::{LIST, imported_seminar, upload};
use crate::api::counting_rules::{OF, own_rule, written};
use crate::api::open_data::{SETTINGS, YEARS, publishing, settings, with_a_year};
use crate::api::programme_imports;
use crate::api::report_snapshots::{id_of, question, sealed};
use crate::api::stated_totals::{self, total};
use crate::api::webhooks;
use crate::support::{Client, PASSWORD, PEOPLE, TestApp, draft_body, person};

pub struct Call {
    pub method: &'static str,
    pub path: String,
    pub etag: Option<String>,
    pub body: Option<Value>,
}

/// An import of a report, as it is before anybody has decided; its path.
fn imported(app: &TestApp, seminar: &str) -> String {
    let made = upload(&app.organiser(), seminar, LIST, &[]);
    format!("/seminars/{seminar}/attendance-imports/{}", made.id())
}

/// A programme from a spreadsheet, ready to be confirmed; its path.
fn programme(app: &TestApp, n: usize) -> String {
    let made = programme_imports::upload(&app.organiser(), programme_imports::small(n).as_bytes(), &[]);
    format!("/programme-imports/{}", made.id())
}

pub fn get(path: impl Into<String>) -> Call {
    Call {
        method: "GET",
        path: path.into(),
        etag: None,
        body: None,
    }
}

pub fn post(path: impl Into<String>, body: Value) -> Call {
    Call {
        method: "POST",
        path: path.into(),
        etag: None,
        body: Some(body),
    }
}

/// PATCH, DELETE or a state action, with the present tag as `reader` sees it.
pub fn guarded(reader: &Client, method: &'static str, object: &str, action: &str, body: Option<Value>) -> Call {
    let found = reader.get(object);
    found.expect(200);
    Call {
        method,
        path: format!("{object}{action}"),
        etag: Some(found.etag()),
        body,
    }
}

/// The request of one operation on objects made afresh, so that every cell finds the same beginning.
pub fn call(app: &TestApp, operation: &str, actor: &str, n: usize) -> Option<Call> {
    let organiser = app.organiser();
    let admin = app.admin();
    let platform = app.platform_admin();
    let collection =
        || json!({"organisation": "staedteregion-aachen", "kind": "series", "name": format!("Reihe {operation} {n}")});
    let venue = || json!({"organisation": "staedteregion-aachen", "name": format!("Ort {operation} {n}"), "locality": "Aachen"});
    let draft = || format!("/seminars/{}", app.draft(&draft_body(5)).id());
    let seminar = || format!("/seminars/{}", app.seminar(5));
    let made = |path: &str, body: Value| format!("{path}/{}", organiser.post(path, &body).id());
    let members = "/organisations/staedteregion-aachen/members";
    let new_member = || json!({"email": format!("{operation}-{n}@example.org"), "role": "reporter", "name": "N", "password": "Achtzehn Kamele im Regen"});
    let member = || {
        format!(
            "{members}/{}",
            admin.post(members, &new_member()).expect(201)["account"]
                .as_str()
                .unwrap()
        )
    };
    let register = |seminar: &str, body: &Value| {
        let made = app.anonymous().post(&format!("{seminar}/registrations"), body);
        format!("/registrations/{}", made.id())
    };
    let registration = || register(&seminar(), &person("anna"));
    let of = |members: Value| {
        let mut body = draft_body(1);
        body.as_object_mut()
            .unwrap()
            .extend(members.as_object().unwrap().clone());
        format!("/seminars/{}", app.published(&body))
    };
    let applied = || register(&of(json!({"admission": "selection"})), &person("anna"));
    let offered = || {
        let seminar = seminar();
        app.organiser()
            .patch(
                &seminar,
                &app.etag(&seminar),
                &json!({"channels": [{"channel": "onsite", "capacity": 1}]}),
            )
            .expect(200);
        register(&seminar, &person("berta"));
        let waiting = register(&seminar, &person("anna"));
        app.organiser()
            .patch(
                &seminar,
                &app.etag(&seminar),
                &json!({"channels": [{"channel": "onsite", "capacity": 2}]}),
            )
            .expect(200);
        waiting
    };
    let consented = || {
        let texts = json!([{"purpose": "photos", "version": "1", "text": {"de": "Fotos"}}]);
        let mut body = person("anna");
        body["consents"] = json!([{"purpose": "photos", "text_version": "1"}]);
        register(&of(json!({"consent_texts": texts})), &body)
    };
    let stated = || json!({"stated_as": "über 130 Teilnehmende"});
    let headcount = || {
        let path = format!("{}/headcounts", seminar());
        format!("{path}/{}", organiser.post(&path, &stated()).id())
    };
    let walk_in =
        |n: u128| json!({"scan_id": uuid::Uuid::from_u128(n), "walk_in": {"family_name": "Yıldız"}, "force": true});
    let scanned = || {
        let path = format!("{}/check-ins", seminar());
        let number = einlass::base::ids::fresh().as_u128();
        format!("{path}/{}", app.front_desk().post(&path, &walk_in(number)).id())
    };
    let fresh = || u128::try_from(n).unwrap() << 8 | 1;
    let reason = || Some(json!({"reason_code": "other"}));
    let reporter = format!("/accounts/{}", app.account("foreign_admin"));
    let refresh_token = || {
        let login = json!({"email": PEOPLE[n % PEOPLE.len()].1, "password": PASSWORD});
        app.anonymous().post("/auth/login", &login).expect(200)["refresh_token"].clone()
    };
    Some(match operation {
        "get_live" => get("/health/live"),
        "get_ready" => get("/health/ready"),
        "list_problems" => get("/problems"),
        "get_problem" => get("/problems/seminar-full"),
        "get_jwks" => get("/.well-known/jwks.json"),
        "login" => post(
            "/auth/login",
            json!({"email": PEOPLE[n % PEOPLE.len()].1, "password": PASSWORD}),
        ),
        "refresh" => post("/auth/refresh", json!({"refresh_token": refresh_token()})),
        "logout" => post("/auth/logout", json!({"refresh_token": refresh_token()})),
        "get_me" => get("/me"),
        "change_me" => {
            let reader = if ["anonymous", "registrant"].contains(&actor) {
                organiser
            } else {
                app.person(actor)
            };
            guarded(&reader, "PATCH", "/me", "", Some(json!({"language": "en"})))
        }
        "list_accounts" => get("/accounts"),
        "get_account" => get(reporter),
        "change_account" => guarded(&platform, "PATCH", &reporter, "", Some(json!({"name": "Neu"}))),
        "list_organisations" => get("/organisations"),
        "create_organisation" => post("/organisations", json!({"slug": format!("neu-{n}"), "name": "Neu"})),
        "get_organisation" => get("/organisations/staedteregion-aachen"),
        "change_organisation" => guarded(
            &admin,
            "PATCH",
            "/organisations/staedteregion-aachen",
            "",
            Some(json!({"homepage": null})),
        ),
        "list_members" => get(members),
        "add_member" => post(members, new_member()),
        "get_member" => get(member()),
        "change_member" => guarded(&admin, "PATCH", &member(), "", Some(json!({"role": "organiser"}))),
        "remove_member" => guarded(&admin, "DELETE", &member(), "", None),
        "list_collections" => get("/collections"),
        "create_collection" => post("/collections", collection()),
        "get_collection" => get(made("/collections", collection())),
        "change_collection" => guarded(
            &organiser,
            "PATCH",
            &made("/collections", collection()),
            "",
            Some(json!({"funder": "Land NRW"})),
        ),
        "delete_collection" => guarded(&organiser, "DELETE", &made("/collections", collection()), "", None),
        "list_venues" => get("/venues"),
        "create_venue" => post("/venues", venue()),
        "get_venue" => get(made("/venues", venue())),
        "change_venue" => guarded(
            &organiser,
            "PATCH",
            &made("/venues", venue()),
            "",
            Some(json!({"street": "Jülicher Straße 72a"})),
        ),
        "delete_venue" => guarded(&organiser, "DELETE", &made("/venues", venue()), "", None),
        "list_seminars" => get("/seminars"),
        "get_programme_calendar" => get("/seminars.ics"),
        "get_collection_calendar" => get(format!("{}.ics", made("/collections", collection()))),
        "get_seminar_calendar" => get(format!("{}.ics", seminar())),
        "get_programme_linked_data" => get("/seminars.jsonld"),
        "get_programme_feed" => get("/seminars.feed.json"),
        "create_seminar" => post("/seminars", draft_body(5)),
        "get_seminar" => get(seminar()),
        "change_seminar" => guarded(&organiser, "PATCH", &seminar(), "", Some(json!({"title": "Neu"}))),
        "delete_seminar" => guarded(&organiser, "DELETE", &draft(), "", None),
        "publish_seminar" => guarded(&organiser, "POST", &draft(), "/publish", Some(json!({}))),
        "complete_seminar" => {
            let mut past = draft_body(5);
            past["sessions"] = json!([{"starts_at": "2026-12-01T18:00"}]);
            guarded(
                &organiser,
                "POST",
                &format!("/seminars/{}", app.published(&past)),
                "/complete",
                Some(json!({})),
            )
        }
        "cancel_seminar" => guarded(&organiser, "POST", &seminar(), "/cancel", reason()),
        "postpone_seminar" => guarded(&organiser, "POST", &seminar(), "/postpone", reason()),
        "reschedule_seminar" => {
            let new = json!({"reason_code": "other", "sessions": [{"starts_at": "2027-06-10T18:00"}]});
            guarded(&organiser, "POST", &seminar(), "/reschedule", Some(new))
        }
        "move_seminar_online" => guarded(&organiser, "POST", &seminar(), "/move-online", reason()),
        "move_seminar_onsite" => {
            let mut online = draft_body(5);
            online["channels"] = json!([{"channel": "online"}]);
            guarded(
                &organiser,
                "POST",
                &format!("/seminars/{}", app.published(&online)),
                "/move-onsite",
                reason(),
            )
        }
        "list_schedule_changes" => get(format!("{}/schedule-changes", seminar())),
        "create_registration" => post(format!("{}/registrations", seminar()), person("anna")),
        "list_registrations" => get(format!("{}/registrations", seminar())),
        "export_registrations" => get(format!("{}/registrations.csv", seminar())),
        "get_registration" => get(registration()),
        "change_registration" => guarded(
            &organiser,
            "PATCH",
            &registration(),
            "",
            Some(json!({"company": "Printenfabrik"})),
        ),
        "cancel_registration" => guarded(&organiser, "POST", &registration(), "/cancel", Some(json!({}))),
        "confirm_registration" => post(
            format!(
                "{}/confirm",
                register(&of(json!({"confirmation": "email"})), &person("anna"))
            ),
            json!({}),
        ),
        "accept_offer" => post(format!("{}/accept-offer", offered()), json!({})),
        "keep_registration" => post(format!("{}/keep", registration()), json!({})),
        "withdraw_consent" => post(format!("{}/consents/photos/withdraw", consented()), json!({})),
        "list_applications" => get(format!("{}/applications", seminar())),
        "review_registration" => Call {
            method: "PUT",
            path: format!("{}/review", applied()),
            etag: None,
            body: Some(json!({"score": 7})),
        },
        "accept_registration" => guarded(&organiser, "POST", &applied(), "/accept", Some(json!({}))),
        "reserve_registration" => guarded(&organiser, "POST", &applied(), "/reserve", Some(json!({}))),
        "reject_registration" => guarded(&organiser, "POST", &applied(), "/reject", Some(json!({}))),
        "decide_applications" => {
            let seminar = of(json!({"admission": "selection"}));
            let id = register(&seminar, &person("anna"));
            let id = id.rsplit('/').next().unwrap();
            post(
                format!("{seminar}/decisions"),
                json!({"decisions": [{"registration": id, "decision": "accept"}]}),
            )
        }
        "show_ticket" => get(format!("{}/ticket?format=ics", registration())),
        "create_check_in" => post(format!("{}/check-ins", seminar()), walk_in(fresh())),
        "record_check_ins" => {
            let mut scan = walk_in(fresh());
            scan["at"] = json!("2027-01-04T08:00:00Z");
            post(
                format!("{}/check-ins/batch", seminar()),
                json!({"device": "Tür", "scans": [scan]}),
            )
        }
        "list_check_ins" => get(format!("{}/check-ins", seminar())),
        "get_check_in" => get(scanned()),
        "void_check_in" => guarded(
            &app.front_desk(),
            "POST",
            &scanned(),
            "/void",
            Some(json!({"reason": "Irrtum"})),
        ),
        "find_at_door" => get(format!("{}/check-ins/find?q=mul", seminar())),
        "get_check_in_count" => get(format!("{}/check-ins/count", seminar())),
        "take_offline_list" => get(format!("{}/check-ins/offline-list", seminar())),
        "list_logos" => get("/organisations/staedteregion-aachen/logos"),
        "get_logo" => get(logo(app, n)),
        "put_logo" => Call {
            method: "PUT",
            path: format!("/organisations/staedteregion-aachen/logos/neu-{n}?description=Neu"),
            etag: None,
            body: None,
        },
        "delete_logo" => {
            let path = logo(app, n);
            Call {
                method: "DELETE",
                etag: Some(organiser.get(&path).etag()),
                path,
                body: None,
            }
        }
        "list_attendees" => get(format!("{}/attendees", seminar())),
        "list_certificates" => get(format!("/seminars/{}/certificates", app.held_with("anna").0)),
        "get_certificate" => get(format!("/registrations/{}/certificate", app.held_with("anna").1)),
        "create_headcount" => post(format!("{}/headcounts", seminar()), stated()),
        "list_headcounts" => get(format!("{}/headcounts", seminar())),
        "get_headcount" => get(headcount()),
        "delete_headcount" => Call {
            method: "DELETE",
            path: headcount(),
            etag: None,
            body: None,
        },
        // Its body is a form, which the sender makes.
        "create_attendance_import" => post(
            format!("/seminars/{}/attendance-imports", imported_seminar(app)),
            Value::Null,
        ),
        "list_attendance_imports" => get(format!("/seminars/{}/attendance-imports", imported_seminar(app))),
        "get_attendance_import" => get(imported(app, &imported_seminar(app))),
        "list_import_participants" => get(format!("{}/participants", imported(app, &imported_seminar(app)))),
        "resolve_attendance_import" => {
            let body = json!({"participants": [{"position": 0, "taken_for": "ignored"}]});
            guarded(
                &organiser,
                "PATCH",
                &imported(app, &imported_seminar(app)),
                "",
                Some(body),
            )
        }
        "confirm_attendance_import" => {
            let import = imported(app, &imported_seminar(app));
            guarded(
                &organiser,
                "POST",
                &import,
                "/confirm",
                Some(json!({"accept_proposed": true})),
            )
        }
        "revert_attendance_import" => {
            let import = imported(app, &imported_seminar(app));
            let confirmed = organiser.act(
                &format!("{import}/confirm"),
                &app.etag(&import),
                &json!({"accept_proposed": true}),
            );
            confirmed.expect(200);
            guarded(&organiser, "POST", &import, "/revert", Some(json!({})))
        }
        "delete_attendance_import" => guarded(&organiser, "DELETE", &imported(app, &imported_seminar(app)), "", None),
        "download_programme_template" => get("/programme-imports/template.csv"),
        "create_programme_import" => post("/programme-imports", json!({})),
        "list_programme_imports" => get("/programme-imports"),
        "get_programme_import" => get(programme(app, n)),
        "list_programme_import_rows" => get(format!("{}/rows", programme(app, n))),
        "settle_programme_import" => {
            let rows = json!({"rows": [{"row": 2, "set": {"headcount": "12"}}]});
            guarded(&organiser, "PATCH", &programme(app, n), "", Some(rows))
        }
        "confirm_programme_import" => guarded(&organiser, "POST", &programme(app, n), "/confirm", Some(json!({}))),
        "delete_programme_import" => guarded(&organiser, "DELETE", &programme(app, n), "", None),
        "get_attendance" => get(format!("{}/attendance", seminar())),
        "get_activity_report" => {
            get("/reports/activity?from=2027-01-01&to=2027-12-31&organisation=staedteregion-aachen")
        }
        "get_statistic" => get("/statistics/months?from=2027-01-01&to=2027-12-31&organisation=staedteregion-aachen"),
        "list_counting_rules" => get(format!("/counting-rules?{OF}")),
        "create_counting_rule" => post("/counting-rules", own_rule(&format!("regel-{n}"))),
        "get_counting_rule" => get(format!("/counting-rules/{}?{OF}", written(app, n))),
        "list_stated_totals" => get(format!("/stated-totals?{OF}")),
        "create_stated_total" => post("/stated-totals", total()),
        "get_stated_total" => get(stated_totals::stated(app)),
        "delete_stated_total" => Call {
            method: "DELETE",
            ..get(stated_totals::stated(app))
        },
        "list_report_snapshots" => get(format!("/report-snapshots?{OF}")),
        "create_report_snapshot" => post("/report-snapshots", question("all")),
        "get_report_snapshot" => get(sealed(app, "all")),
        "compare_report_snapshots" => {
            let (first, second) = (sealed(app, "all"), sealed(app, "all"));
            get(format!("{first}/compare?with={}", id_of(&second)))
        }
        "get_open_data_settings" => {
            publishing(app);
            get(SETTINGS)
        }
        "put_open_data_settings" => {
            publishing(app);
            guarded(&admin, "PUT", SETTINGS, "", Some(settings()))
        }
        "delete_open_data_settings" => {
            publishing(app);
            guarded(&admin, "DELETE", SETTINGS, "", None)
        }
        "get_open_data_catalogue" => {
            with_a_year(app);
            get(YEARS)
        }
        "get_open_data_set" => {
            with_a_year(app);
            get(format!("{YEARS}/2020"))
        }
        "get_open_data_seminars" => {
            with_a_year(app);
            get(format!("{YEARS}/2020/seminars"))
        }
        "get_open_data_figures" => {
            with_a_year(app);
            get(format!("{YEARS}/2020/figures"))
        }
        _ => return super::partners::call(app, operation, n).or_else(|| webhooks::call(app, operation)),
    })
}

/// A logo of its own for each call.
fn logo(app: &TestApp, n: usize) -> String {
    let path = format!("/organisations/staedteregion-aachen/logos/logo-{n}");
    app.put_logo(&path, "Logo").expect(201);
    path
}
