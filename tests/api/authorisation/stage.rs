//! Two organisations with an object of every kind, and everybody who might ask for one.

use chrono::Duration;
use diesel::prelude::*;
use einlass::auth::AccountId;
use serde_json::json;

use super::compared::Told;
use super::rows::{Row, Tag, picture_of, rows};
use super::world::{Office, World};
use crate::support::{Client, TestApp};

/// Whose objects somebody calls their own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The StädteRegion's; also of those who are nobody's.
    Here,
    /// The IHK's.
    There,
}

pub struct Actor {
    pub name: &'static str,
    pub side: Side,
    client: Client,
}

/// Both organisations with one object of every kind, and everybody who might ask.
pub struct Stage {
    app: TestApp,
    here: Place,
    there: Place,
    pub actors: Vec<Actor>,
    pub rows: Vec<Row>,
}

pub struct Place {
    pub world: World,
    pub missing: World,
    admin: Client,
}

/// Somebody new with a role in an organisation.
fn joins(app: &TestApp, admin: &Client, slug: &str, name: &str, role: &str) -> AccountId {
    let body = json!({"email": format!("{name}@example.org"), "role": role, "name": "N", "password": "Achtzehn Kamele im Regen"});
    let made = admin.post(&format!("/organisations/{slug}/members"), &body).expect(201);
    made["account"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap_or_else(|_| panic!("{} made no account: {made}", app.address))
}

pub fn stage() -> Stage {
    let app = TestApp::spawn();
    // First, because some of them take away what others have made.
    let rows = rows(&app);
    let office = |slug, organiser, admin, member: &str| Office {
        slug,
        organiser: app.person(organiser),
        admin: app.person(admin),
        member: app.account(member).to_string(),
    };
    let place = |office: &Office| {
        let world = office.world(&app);
        let missing = world.missing();
        Place {
            world,
            missing,
            admin: office.admin.clone(),
        }
    };
    let here = place(&office("staedteregion-aachen", "organiser", "admin", "reporter"));
    let there = place(&office(
        "ihk-aachen",
        "foreign_organiser",
        "foreign_admin",
        "foreign_organiser",
    ));

    let token = |account: AccountId, ago: Duration| {
        let token = app.site.auth.keys.issue(account, app.clock.now() - ago).unwrap();
        app.anonymous().with_token(&token)
    };
    let reporter = joins(&app, &there.admin, "ihk-aachen", "berichte", "reporter");
    let left = joins(&app, &here.admin, "staedteregion-aachen", "weg", "organiser");
    let (platform, path) = (app.platform_admin(), format!("/accounts/{left}"));
    platform
        .patch(&path, &platform.get(&path).etag(), &json!({"disabled": true}))
        .expect(200);
    let all = [
        "seminars:read",
        "seminars:write",
        "registrations:read",
        "registrations:write",
        "attendance:write",
        "reports:read",
    ];
    let machine = |admin: &Client, slug: &str| app.with_token_of(&app.machine_of(admin, slug, &all));
    let registrant =
        |world: &World, kind: &str, name: &str| app.registrant(world.name(kind), &format!("{name}@example.org"));
    let actors = [
        ("anonymous", Side::Here, app.anonymous()),
        ("disabled", Side::Here, token(left, Duration::zero())),
        (
            "expired",
            Side::Here,
            token(app.account("organiser"), Duration::minutes(10)),
        ),
        (
            "registrant",
            Side::Here,
            registrant(&here.world, "registration", "anna"),
        ),
        (
            "other_registrant",
            Side::Here,
            registrant(&here.world, "other_registration", "berta"),
        ),
        ("reporter", Side::Here, app.person("reporter")),
        ("front_desk", Side::Here, app.person("front_desk")),
        ("organiser", Side::Here, app.person("organiser")),
        ("admin", Side::Here, app.person("admin")),
        ("machine", Side::Here, machine(&here.admin, "staedteregion-aachen")),
        (
            "foreign_registrant",
            Side::There,
            registrant(&there.world, "registration", "anna"),
        ),
        ("foreign_reporter", Side::There, token(reporter, Duration::zero())),
        ("foreign_organiser", Side::There, app.person("foreign_organiser")),
        ("foreign_admin", Side::There, app.person("foreign_admin")),
        ("foreign_machine", Side::There, machine(&there.admin, "ihk-aachen")),
        ("platform_admin", Side::Here, app.person("platform_admin")),
    ];
    let actors = actors.map(|(name, side, client)| Actor { name, side, client }).into();
    Stage {
        app,
        here,
        there,
        actors,
        rows,
    }
}

impl Stage {
    pub fn own(&self, side: Side) -> &Place {
        if side == Side::Here { &self.here } else { &self.there }
    }

    pub fn other(&self, side: Side) -> &Place {
        if side == Side::Here { &self.there } else { &self.here }
    }

    /// Asks for the row's object in `tried`.
    pub fn ask(&self, row: &Row, actor: &Actor, tried: &World) -> Told {
        let own = self.own(actor.side);
        let path = own.world.fill(tried, &row.path);
        let tag = match row.tag {
            Tag::None => None,
            Tag::Stale => Some("\"1000000\"".to_owned()),
            Tag::Present => {
                let object = if row.method == "PATCH" {
                    path.as_str()
                } else {
                    path.rsplit_once('/').unwrap().0
                };
                Some(own.admin.get(object).etag())
            }
        };
        let mut headers = tag.iter().map(|tag| ("If-Match", tag.as_str())).collect::<Vec<_>>();
        let body = picture_of(row).or_else(|| row.body.as_ref().map(|body| own.world.fill(tried, body).into_bytes()));
        if body.is_some() {
            headers.push(("Content-Type", row.kind));
        }
        Told {
            answer: actor.client.send(&row.method, &path, &headers, body.as_deref()),
            path,
            // Where a rule is not known, its name is repeated.
            named: tried.name("rule").to_owned(),
        }
    }

    /// What is in all tables.
    pub fn traces(&self) -> String {
        #[derive(QueryableByName)]
        struct Found {
            #[diesel(sql_type = diesel::sql_types::Text)]
            found: String,
        }
        let conn = &mut self.app.database.connect();
        let tables =
            diesel::sql_query("SELECT tablename::text AS found FROM pg_tables WHERE schemaname = 'public' ORDER BY 1");
        let digests = tables
            .load::<Found>(conn)
            .unwrap()
            .into_iter()
            .map(|Found { found: table }| {
                let rows = format!(
                    "SELECT coalesce(md5(string_agg(r::text, ' ' ORDER BY r::text)), '') AS found FROM {table} r"
                );
                let digest = diesel::sql_query(rows).get_result::<Found>(conn).unwrap().found;
                format!("{table} {digest}\n")
            });
        digests.collect()
    }
}
