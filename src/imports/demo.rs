//! The demo: the programme of 2020/21 as the council paper tells it, some seminars to come, and who may log in.

use std::collections::HashMap;
use std::fmt;

use diesel::prelude::*;

use super::model::{Programme, Summary};
use super::{import, read};
use crate::auth::{
    ApiClientId, NewAccount, NewOrganisation, OrganisationId, Role, Scope, all_organisations, create_account,
    create_api_client, ensure_organisation,
};
use crate::base::problem::{Error, Result};
use crate::base::text::FromText;
use crate::journal::Act;

/// Whose programme the demo is, for the most part.
pub const DEMO_ORGANISATION: &str = "staedteregion-aachen";
const REGION: &str = DEMO_ORGANISATION;
const IHK: &str = "ihk-aachen";
/// For partners to play with: nothing of it is in anybody's programme but what they write themselves.
const SANDBOX: &str = "spielwiese";

/// The files, and whose programme each is.
const FILES: [(&str, &str); 3] = [
    (REGION, include_str!("../../demo/programme-2020-2021.json")),
    (REGION, include_str!("../../demo/upcoming.json")),
    (IHK, include_str!("../../demo/upcoming-ihk.json")),
];

/// Who may log in, all with the same password: address, name, organisation and role there. The first is platform
/// admin as well.
const ACCOUNTS: [(&str, &str, &str, Role); 6] = [
    ("admin@staedteregion.example", "Verwaltung (Demo)", REGION, Role::Admin),
    (
        "organiser@staedteregion.example",
        "Seminarteam (Demo)",
        REGION,
        Role::Organiser,
    ),
    (
        "front-desk@staedteregion.example",
        "Empfang (Demo)",
        REGION,
        Role::FrontDesk,
    ),
    (
        "reporter@staedteregion.example",
        "Berichtswesen (Demo)",
        REGION,
        Role::Reporter,
    ),
    (
        "organiser@ihk.example",
        "Seminarteam der IHK (Demo)",
        IHK,
        Role::Organiser,
    ),
    ("partner@spielwiese.example", "Partner (Demo)", SANDBOX, Role::Admin),
];

/// What the machine of the sandbox may do.
const SCOPES: [Scope; 5] = [
    Scope::SeminarsRead,
    Scope::SeminarsWrite,
    Scope::RegistrationsRead,
    Scope::RegistrationsWrite,
    Scope::ReportsRead,
];

/// What became of [`load_demo`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DemoSummary {
    /// Without it the database was in use, and nothing was changed.
    pub loaded: bool,
    /// The programme of 2020/21.
    pub past: Summary,
    /// The seminars that one can register for.
    pub upcoming: Summary,
    /// Who may log in, each with its role.
    pub accounts: Vec<String>,
    /// The API client of the sandbox with its secret, this once.
    pub machine: Option<(ApiClientId, String)>,
}

impl fmt::Display for DemoSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.loaded {
            return f.write_str("the database is in use already; the demo was not loaded again");
        }
        write!(
            f,
            "the demo was loaded: of the programme of 2020/21 {} seminars with {} headcounts, and {} seminars to come",
            self.past.seminars, self.past.headcounts, self.upcoming.seminars
        )
    }
}

/// Fills an empty database with the demo; one that has an organisation is left as it is.
pub fn load_demo(conn: &mut PgConnection, act: &Act, password: &str) -> Result<DemoSummary> {
    conn.transaction(|conn| {
        let mut summary = DemoSummary {
            accounts: ACCOUNTS
                .iter()
                .enumerate()
                .map(|(n, account)| described(n, account))
                .collect(),
            ..DemoSummary::default()
        };
        if !all_organisations(conn)?.is_empty() {
            return Ok(summary);
        }
        summary.loaded = true;
        let mut tenants = HashMap::new();
        for (n, (slug, text)) in FILES.into_iter().enumerate() {
            let programme = understood(text, act)?;
            let tenant = tenant(conn, act, &programme, slug)?;
            tenants.insert(slug, tenant);
            let made = import(conn, act, tenant, &programme)?;
            *(if n == 0 {
                &mut summary.past
            } else {
                &mut summary.upcoming
            }) += made;
        }
        tenants.insert(SANDBOX, sandbox(conn, act, &mut summary)?);
        for (n, (email, name, organisation, role)) in ACCOUNTS.into_iter().enumerate() {
            let platform_admin = n == 0;
            let new = NewAccount {
                email: FromText::from_text(email).map_err(Error::internal)?,
                name: FromText::from_text(name).map_err(Error::internal)?,
                password,
                membership: tenants.get(organisation).map(|id| (*id, role)),
                platform_admin,
            };
            create_account(conn, act, new)?;
        }
        Ok(summary)
    })
}

/// The organisation that partners try things in, and its machine.
fn sandbox(conn: &mut PgConnection, act: &Act, summary: &mut DemoSummary) -> Result<OrganisationId> {
    let new = NewOrganisation {
        slug: FromText::from_text(SANDBOX).map_err(Error::internal)?,
        name: FromText::from_text("Spielwiese (Demo)").map_err(Error::internal)?,
        also_known_as: Vec::new(),
        homepage: None,
    };
    let id = ensure_organisation(conn, act, new)?;
    let name = FromText::from_text("Ihr Programm (Demo)").map_err(Error::internal)?;
    let (client, secret) = create_api_client(conn, act, id, name, &SCOPES)?;
    summary.machine = Some((client.id, secret));
    Ok(id)
}

fn described(n: usize, (email, _, organisation, role): &(&str, &str, &str, Role)) -> String {
    let also = if n == 0 { ", platform admin" } else { "" };
    format!("{email} ({role} of {organisation}{also})")
}

/// The files are part of the program: one that is not understood is our mistake.
fn understood(text: &str, act: &Act) -> Result<Programme> {
    read(text, act.today()).map_err(|errors| Error::internal(format!("a file of the demo: {errors:?}")))
}

fn tenant(conn: &mut PgConnection, act: &Act, programme: &Programme, slug: &str) -> Result<OrganisationId> {
    let mut organisations = programme.organisations.iter();
    let new = organisations.find(|new| new.slug.as_str() == slug);
    let new = new.ok_or_else(|| Error::internal(format!("the demo has no organisation {slug}")))?;
    ensure_organisation(conn, act, new.clone())
}
