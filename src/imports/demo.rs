//! The demo: the programme of 2020/21 as the council paper tells it, some seminars to come, and who may log in.

use std::fmt;

use chrono_tz::Europe::Berlin;
use diesel::prelude::*;

use super::model::{Programme, Summary};
use super::{import, read, store};
use crate::auth::{NewAdmin, OrganisationId, Role, create_admin, ensure_organisation};
use crate::base::problem::{Error, Result};
use crate::base::text::FromText;
use crate::journal::Act;

const REGION: &str = "staedteregion-aachen";
const IHK: &str = "ihk-aachen";

/// The files, and whose programme each is.
const FILES: [(&str, &str); 3] = [
    (REGION, include_str!("../../demo/programme-2020-2021.json")),
    (REGION, include_str!("../../demo/upcoming.json")),
    (IHK, include_str!("../../demo/upcoming-ihk.json")),
];

/// Somebody the demo knows. All have the same password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemoAccount {
    pub email: &'static str,
    pub name: &'static str,
    pub organisation: &'static str,
    pub role: Role,
    pub platform_admin: bool,
}

const fn account(email: &'static str, name: &'static str, organisation: &'static str, role: Role) -> DemoAccount {
    DemoAccount {
        email,
        name,
        organisation,
        role,
        platform_admin: matches!(role, Role::Admin),
    }
}

pub const DEMO_ACCOUNTS: [DemoAccount; 5] = [
    account("admin@staedteregion.example", "Verwaltung (Demo)", REGION, Role::Admin),
    account(
        "organiser@staedteregion.example",
        "Seminarteam (Demo)",
        REGION,
        Role::Organiser,
    ),
    account(
        "front-desk@staedteregion.example",
        "Empfang (Demo)",
        REGION,
        Role::FrontDesk,
    ),
    account(
        "reporter@staedteregion.example",
        "Berichtswesen (Demo)",
        REGION,
        Role::Reporter,
    ),
    account(
        "organiser@ihk.example",
        "Seminarteam der IHK (Demo)",
        IHK,
        Role::Organiser,
    ),
];

/// What became of [`load_demo`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DemoSummary {
    /// The database was in use; nothing was changed.
    NotEmpty,
    Loaded {
        /// The programme of 2020/21.
        past: Summary,
        /// The seminars that one can register for.
        upcoming: Summary,
    },
}

impl fmt::Display for DemoSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotEmpty => f.write_str("the database is in use already; the demo was not loaded again"),
            Self::Loaded { past, upcoming } => write!(
                f,
                "the demo was loaded: the programme of 2020/21 ({past}), and {} seminars to come",
                upcoming.seminars
            ),
        }
    }
}

/// Fills an empty database with the demo; one that has an organisation is left as it is.
pub fn load_demo(conn: &mut PgConnection, act: &Act, password: &str) -> Result<DemoSummary> {
    conn.transaction(|conn| {
        if !store::is_empty(conn)? {
            return Ok(DemoSummary::NotEmpty);
        }
        let mut past = Summary::default();
        let mut upcoming = Summary::default();
        let mut tenants = Vec::new();
        for (n, (slug, text)) in FILES.into_iter().enumerate() {
            let programme = understood(text, act)?;
            let tenant = tenant(conn, act, &programme, slug)?;
            tenants.push((slug, tenant));
            let summary = import(conn, act, tenant, &programme)?;
            *(if n == 0 { &mut past } else { &mut upcoming }) += summary;
        }
        for one in DEMO_ACCOUNTS {
            let tenant = tenants.iter().find(|(slug, _)| *slug == one.organisation);
            let new = NewAdmin {
                email: FromText::from_text(one.email).map_err(Error::internal)?,
                name: FromText::from_text(one.name).map_err(Error::internal)?,
                password,
                membership: tenant.map(|(_, id)| (*id, one.role)),
                platform_admin: one.platform_admin,
            };
            create_admin(conn, act, new)?;
        }
        Ok(DemoSummary::Loaded { past, upcoming })
    })
}

/// The files are part of the program: one that is not understood is our mistake.
fn understood(text: &str, act: &Act) -> Result<Programme> {
    let today = act.now.with_timezone(&Berlin).date_naive();
    read(text, today).map_err(|errors| Error::internal(format!("a file of the demo: {errors:?}")))
}

fn tenant(conn: &mut PgConnection, act: &Act, programme: &Programme, slug: &str) -> Result<OrganisationId> {
    let mut organisations = programme.organisations.iter();
    let new = organisations.find(|new| new.slug.as_str() == slug);
    let new = new.ok_or_else(|| Error::internal(format!("the demo has no organisation {slug}")))?;
    ensure_organisation(conn, act, new.clone())
}
