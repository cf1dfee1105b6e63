//! Every operation × everybody × {own, foreign, missing}: `matrix.txt`, and that what is foreign is answered like what is not
//! there, byte by byte.
//!
//! `AUTHORISATION_MATRIX=write` writes the file anew; what changed in it is for whoever reviews the change to see.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use chrono::Duration;
use diesel::prelude::*;
use einlass::auth::AccountId;
use serde_json::json;

use super::compared::difference;
use super::rows::{Row, Tag, picture_of, rows};
use super::world::{Office, World};
use crate::support::{Answer, Client, TestApp};

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/api/authorisation/matrix.txt");

/// Whose objects somebody calls their own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// The StädteRegion's; also of those who are nobody's.
    Here,
    /// The IHK's.
    There,
}

struct Actor {
    name: &'static str,
    side: Side,
    client: Client,
}

/// Both organisations with one object of every kind, and everybody who might ask.
struct Stage {
    app: TestApp,
    here: Place,
    there: Place,
    actors: Vec<Actor>,
    rows: Vec<Row>,
}

struct Place {
    world: World,
    missing: World,
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

fn stage() -> Stage {
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
    fn own(&self, side: Side) -> &Place {
        if side == Side::Here { &self.here } else { &self.there }
    }

    fn other(&self, side: Side) -> &Place {
        if side == Side::Here { &self.there } else { &self.here }
    }

    /// Asks for the row's object in `tried`; the answer, and the path that was asked.
    fn ask(&self, row: &Row, actor: &Actor, tried: &World) -> (Answer, String) {
        let own = self.own(actor.side);
        let path = own.world.fill(tried, &row.path);
        let tag = match row.tag {
            Tag::None => None,
            Tag::Stale => Some("\"0\"".to_owned()),
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
        (actor.client.send(&row.method, &path, &headers, body.as_deref()), path)
    }

    /// What is in all tables.
    fn traces(&self) -> String {
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

/// What everybody may see, and is there for everybody to see.
const PUBLIC: [&str; 10] = [
    // Who may not change one hears 403, where there is one: nothing is hidden.
    "change_organisation",
    "get_organisation",
    "get_collection",
    "get_collection_calendar",
    "get_venue",
    "get_seminar",
    "get_seminar_calendar",
    "list_schedule_changes",
    "create_registration",
    "get_external_seminar",
];
/// The same in lists that are filtered by it.
const PUBLIC_FILTERS: [&str; 2] = ["?organisation=", "?collection="];

/// Whether somebody may tell the row's foreign object from one that is not there.
fn may_know(row: &Row, actor: &Actor) -> bool {
    let is_public = row.what.is_empty()
        && (PUBLIC.contains(&row.operation.as_str()) || row.operation.starts_with("get_open_data_"));
    let known = is_public
        || PUBLIC_FILTERS.contains(&row.what.as_str())
        || ["{collections}", "{collection}", "{venue}"].contains(&row.what.as_str());
    // Who may not come in at all hears that first.
    let nobody = ["disabled", "expired"].contains(&actor.name);
    let platform = ["get_account", "change_account", "change_organisation", "add_member"];
    !nobody && (known || actor.name == "platform_admin" && platform.contains(&row.operation.as_str()))
}

/// What would be done rather than refused.
fn is_done(row: &Row, actor: &Actor) -> bool {
    let registers = row.operation == "create_registration" && row.what.is_empty();
    registers || actor.name == "platform_admin" && row.operation == "add_member"
}

/// An answer, and the path it answers.
type Told = (Answer, String);

fn tell_apart(one: &Told, other: &Told) -> Option<String> {
    difference((&one.0, &one.1), (&other.0, &other.1))
}

/// What somebody hears of the three.
struct Cell {
    own: Option<Told>,
    foreign: Option<Told>,
    missing: Told,
}

impl Cell {
    /// Own, foreign, missing; once, where they are the same. `≠` stands where the last two can be told apart.
    fn text(&self) -> String {
        let status = |told: &Option<Told>| {
            told.as_ref()
                .map_or("·".to_owned(), |(answer, _)| answer.status.to_string())
        };
        let (own, foreign, missing) = (
            status(&self.own),
            status(&self.foreign),
            self.missing.0.status.to_string(),
        );
        let leaks = self
            .foreign
            .as_ref()
            .is_some_and(|foreign| tell_apart(foreign, &self.missing).is_some());
        if own == missing && foreign == missing && !leaks {
            return missing;
        }
        format!("{own} {foreign}{}{missing}", if leaks { '≠' } else { '=' })
    }
}

/// What each row's actors hear, three at a time: it is the waiting that takes long.
fn for_all<T: Send>(stage: &Stage, ask: impl Fn(&Row, &Actor) -> T + Sync) -> Vec<Vec<T>> {
    let next = AtomicUsize::new(0);
    let mut found = std::thread::scope(|scope| {
        let work = || {
            let mut found = Vec::new();
            while let Some((n, row)) = Some(next.fetch_add(1, Relaxed)).and_then(|n| Some((n, stage.rows.get(n)?))) {
                found.push((n, stage.actors.iter().map(|actor| ask(row, actor)).collect::<Vec<_>>()));
            }
            found
        };
        let workers = [(); 3].map(|()| scope.spawn(work));
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap())
            .collect::<Vec<_>>()
    });
    found.sort_by_key(|(n, _)| *n);
    found.into_iter().map(|(_, cells)| cells).collect()
}

fn tried(stage: &Stage) -> Vec<Vec<Cell>> {
    let before = stage.traces();
    let refused = for_all(stage, |row, actor| {
        let other = stage.other(actor.side);
        let missing = stage.ask(row, actor, &other.missing);
        let foreign = (!is_done(row, actor)).then(|| stage.ask(row, actor, &other.world));
        (foreign, missing)
    });
    assert_eq!(stage.traces(), before, "what is foreign or missing was changed");
    let own = for_all(stage, |row, actor| {
        row.is_harmless()
            .then(|| stage.ask(row, actor, &stage.own(actor.side).world))
    });
    let rows = refused.into_iter().zip(own).map(|(refused, own)| {
        let cells = refused.into_iter().zip(own);
        cells
            .map(|((foreign, missing), own)| Cell { own, foreign, missing })
            .collect()
    });
    rows.collect()
}

fn written(stage: &Stage, cells: &[Vec<Cell>]) -> String {
    let mut text = "# Made by a test: tests/api/authorisation/matrix.rs tells what is tried, and how this file is made anew.\n\
        # own foreign=missing, or what all three hear; · is not tried here; ≠ where foreign and missing can be told apart.\n"
        .to_owned();
    let mut lines = vec![
        std::iter::once("operation".to_owned())
            .chain(stage.actors.iter().map(|actor| actor.name.to_owned()))
            .collect::<Vec<_>>(),
    ];
    for (row, cells) in stage.rows.iter().zip(cells) {
        lines.push(
            std::iter::once(row.title())
                .chain(cells.iter().map(Cell::text))
                .collect(),
        );
    }
    for line in lines {
        let cells = line
            .iter()
            .enumerate()
            .map(|(n, cell)| format!("{cell:<width$}", width = if n == 0 { 46 } else { 11 }));
        writeln!(text, "{}", cells.collect::<Vec<_>>().join(" | ").trim_end()).unwrap();
    }
    text
}

#[test]
fn what_is_foreign_is_answered_like_what_is_not_there() {
    let stage = stage();
    let cells = tried(&stage);
    let mut faults = Vec::new();
    for (row, cells) in stage.rows.iter().zip(&cells) {
        let mut is_there = false;
        for (actor, cell) in stage.actors.iter().zip(cells) {
            let mut fault = |what: &str| faults.push(format!("{} by {}: {what}", row.title(), actor.name));
            let told = cell
                .foreign
                .as_ref()
                .and_then(|foreign| tell_apart(foreign, &cell.missing));
            if let Some(difference) = told.filter(|_| !may_know(row, actor)) {
                fault(&difference);
            }
            // Nobody is nobody, whatever is asked for.
            let answers = [cell.own.as_ref(), cell.foreign.as_ref(), Some(&cell.missing)];
            let statuses = answers.into_iter().flatten().map(|(answer, _)| answer.status);
            if ["disabled", "expired"].contains(&actor.name) && statuses.clone().any(|status| status != 401) {
                fault("is somebody");
            }
            if let Some(status) = statuses.clone().find(|status| *status >= 500) {
                fault(&format!("{status}"));
            }
            // The control: an own object in the place of the foreign one is told from a missing one.
            let own = cell.own.as_ref().filter(|own| tell_apart(own, &cell.missing).is_some());
            is_there |= own.is_some_and(|(answer, _)| [200, 409, 412].contains(&answer.status));
            // Whoever has the link of one registration has that of no other.
            let others = actor.name == "other_registrant" && row.path.starts_with("/registrations/");
            if others && let Some(difference) = own.and_then(|own| tell_apart(own, &cell.missing)) {
                fault(&format!("of somebody else: {difference}"));
            }
        }
        if row.is_findable() && !is_there {
            faults.push(format!("{}: nobody finds their own", row.title()));
        }
    }
    let text = written(&stage, &cells);
    if std::env::var("AUTHORISATION_MATRIX").is_ok_and(|wish| wish == "write") {
        std::fs::write(GOLDEN, &text).unwrap();
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    let golden = std::fs::read_to_string(GOLDEN).unwrap();
    let news = text
        .lines()
        .filter(|line| !golden.lines().any(|old| old == *line))
        .collect::<Vec<_>>();
    assert!(news.is_empty(), "not in {GOLDEN}:\n{}", news.join("\n"));
    assert_eq!(
        text.lines().count(),
        golden.lines().count(),
        "more stands in {GOLDEN} than is so"
    );
}

/// What names no object of an organisation, neither in its path nor in its query nor in its body.
const ABOUT_NONE: [&str; 16] = [
    "change_me",
    "create_organisation",
    "download_programme_template",
    "fetch_token",
    "get_jwks",
    "get_live",
    "get_me",
    "get_problem",
    "get_ready",
    "list_accounts",
    "list_organisations",
    "list_problems",
    "list_programme_imports",
    "login",
    "logout",
    "refresh",
];

/// Nothing of the document is left out.
#[test]
fn every_operation_is_in_the_matrix_or_names_nothing() {
    let golden = std::fs::read_to_string(GOLDEN).unwrap();
    let rows = golden.lines().filter(|line| !line.starts_with('#')).skip(1);
    let tried = rows
        .map(|line| line.split([' ', '|']).next().unwrap().to_owned())
        .collect::<BTreeSet<_>>();
    let mut expected = super::documented();
    for none in ABOUT_NONE {
        assert!(expected.remove(none) && !tried.contains(none), "{none}");
    }
    assert_eq!(tried, expected);
}
