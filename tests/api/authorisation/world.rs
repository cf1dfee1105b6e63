//! What an organisation has: one object of every kind, and what somebody who guesses at names would call them.

use std::collections::BTreeMap;

use einlass::base::ids::fresh;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::api::attendance_imports::{LIST, upload as upload_report};
use crate::api::counting_rules::own_rule;
use crate::api::open_data::settings;
use crate::api::programme_imports::{small, upload as upload_programme};
use crate::api::report_snapshots::question;
use crate::api::sharings;
use crate::api::stated_totals::total;
use crate::support::{Answer, Client, TestApp, draft_with, person, picture};

/// Name of the kind, name of the object.
#[derive(Clone)]
pub struct World(BTreeMap<&'static str, String>);

impl World {
    #[track_caller]
    pub fn name(&self, kind: &str) -> &str {
        self.0.get(kind).unwrap_or_else(|| panic!("who makes a {kind}?"))
    }

    /// Puts our names in the place of `‹kind›` and theirs in the place of `«kind»`.
    pub fn fill(&self, theirs: &Self, text: &str) -> String {
        let mut filled = text.to_owned();
        for (world, opens, closes) in [(self, '‹', '›'), (theirs, '«', '»')] {
            while let Some((before, rest)) = filled.split_once(opens) {
                let (kind, after) = rest.split_once(closes).expect("every name is closed");
                filled = format!("{before}{}{after}", world.name(kind));
            }
        }
        filled
    }

    /// Names that are as good as these, and of nothing.
    pub fn missing(&self) -> Self {
        let missing = |name: &String| match name.parse::<Uuid>() {
            Ok(_) => fresh().to_string(),
            // As long, so that the answer is.
            Err(_) => format!("{}x", name.get(..name.len() - 1).unwrap()),
        };
        Self(self.0.iter().map(|(kind, name)| (*kind, missing(name))).collect())
    }
}

/// Those of an organisation who make things.
pub struct Office<'a> {
    pub slug: &'a str,
    pub organiser: Client,
    pub admin: Client,
    /// Somebody who has a role there.
    pub member: String,
}

fn id(made: &Answer) -> String {
    made.id()
}

/// The body, as this organisation sends it.
fn of(slug: &str, mut body: Value) -> Value {
    body["organisation"] = json!(slug);
    body
}

impl Office<'_> {
    fn published(&self, members: Value) -> String {
        let draft = self.organiser.post("/seminars", &of(self.slug, draft_with(9, members)));
        let path = format!("/seminars/{}/publish", draft.id());
        self.organiser.act(&path, &draft.etag(), &json!({})).expect(200);
        id(&draft)
    }

    fn made(&self, path: &str, body: Value) -> String {
        id(&self.organiser.post(path, &of(self.slug, body)))
    }

    /// One of each.
    pub fn world(&self, app: &TestApp) -> World {
        let (slug, organiser, admin) = (self.slug, &self.organiser, &self.admin);
        // Of another number in each organisation, or a name of theirs would be one of ours.
        let n = 9000 + slug.len();
        let seminar = self.published(json!({}));
        let registered = |name| {
            let path = format!("/seminars/{seminar}/registrations");
            id(&app.anonymous().post(&path, &person(name)))
        };
        let (registration, other_registration) = (registered("anna"), registered("berta"));
        let below = |noun: &str, body: Value| id(&organiser.post(&format!("/seminars/{seminar}/{noun}"), &body));
        let walk_in = json!({"scan_id": fresh(), "walk_in": {"family_name": "Yıldız"}, "force": true});
        let other = if slug == "ihk-aachen" {
            "staedteregion-aachen"
        } else {
            "ihk-aachen"
        };

        let past = json!({"sessions": [{"starts_at": "2026-12-10T18:00", "ends_at": "2026-12-10T20:00"}],
            "channels": [{"channel": "online"}]});
        let reported = self.published(past);
        let programme = upload_programme(organiser, small(n).as_bytes(), &[("organisation", slug)]);

        let organisation = format!("/organisations/{slug}");
        let logo = format!("{organisation}/logos/logo-{n}?description=Logo");
        let png = [("Content-Type", "image/png")];
        organiser.send("PUT", &logo, &png, Some(&picture())).expect(201);
        let mut pushed = draft_with(5, json!({"title": "Von nebenan"}));
        let members = pushed.as_object_mut().unwrap();
        members.retain(|member, _| !["organisation", "confirmation"].contains(&member.as_str()));
        let external = format!("{organisation}/seminars/office-{n}?system=office");
        let pushed = organiser.send("PUT", &external, &[], Some(pushed.to_string().as_bytes()));
        pushed.expect(201);
        let settings = settings().to_string();
        let published = admin.send(
            "PUT",
            &format!("{organisation}/open-data"),
            &[],
            Some(settings.as_bytes()),
        );
        assert!([201, 428].contains(&published.status), "{}", published.text);
        let hooks = format!("{organisation}/webhooks");
        let webhook = id(&admin.post(&hooks, &json!({"url": "https://portal.example.org/"})));
        let client = json!({"name": "Kalender", "scopes": ["seminars:read"]});

        let mut rule = own_rule(&format!("eigene-{n}"));
        rule["organisation"] = json!(slug);
        organiser.post("/counting-rules", &rule).expect(201);
        let nobody = json!({"organisation": slug, "email": "nobody@example.org"});
        let hold = json!({"organisation": slug, "seminar": seminar, "until": "2032-12-31", "reason": "EFRE"});
        let names = [
            ("organisation", slug.to_owned()),
            ("erasure", id(&admin.post("/privacy/erasures", &nobody))),
            ("hold", id(&admin.post("/privacy/holds", &hold))),
            ("account", self.member.clone()),
            ("logo", format!("logo-{n}")),
            ("rule", format!("eigene-{n}")),
            ("external_id", format!("office-{n}")),
            (
                "collection",
                self.made("/collections", json!({"kind": "series", "name": "Reihe 9001"})),
            ),
            (
                "venue",
                self.made("/venues", json!({"name": "Ort 9001", "locality": "Aachen"})),
            ),
            ("total", self.made("/stated-totals", total())),
            ("snapshot", self.made("/report-snapshots", question("all"))),
            ("check_in", below("check-ins", walk_in)),
            (
                "headcount",
                below("headcounts", json!({"stated_as": "über 130 Teilnehmende"})),
            ),
            ("sharing", below("sharings", sharings::with(other))),
            (
                "session",
                organiser.get(&format!("/seminars/{seminar}")).expect(200)["sessions"][0]["id"]
                    .as_str()
                    .unwrap()
                    .to_owned(),
            ),
            ("draft", self.made("/seminars", draft_with(5, json!({})))),
            ("internal", self.published(json!({"audience": "internal"}))),
            ("second", self.published(json!({}))),
            ("attendance_import", id(&upload_report(organiser, &reported, LIST, &[]))),
            ("programme_import", id(&programme)),
            (
                "client",
                id(&admin.post(&format!("{organisation}/api-clients"), &client)),
            ),
            (
                "delivery",
                id(&admin.post(&format!("{hooks}/{webhook}/test"), &json!({}))),
            ),
            ("webhook", webhook),
            ("reported", reported),
            ("registration", registration),
            ("other_registration", other_registration),
            ("seminar", seminar),
        ];
        World(names.into())
    }
}
