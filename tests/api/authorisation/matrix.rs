//! Every operation × everybody × {own, foreign, missing}: `matrix.txt`, and that what is foreign is answered like what is not
//! there, byte by byte.
//!
//! `AUTHORISATION_MATRIX=write` writes the file anew; what changed in it is for whoever reviews the change to see.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use super::compared::{Told, difference};
use super::rows::Row;
use super::stage::{Actor, Stage, stage};

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/api/authorisation/matrix.txt");

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
                .map_or("·".to_owned(), |told| told.answer.status.to_string())
        };
        let (own, foreign, missing) = (
            status(&self.own),
            status(&self.foreign),
            self.missing.answer.status.to_string(),
        );
        let leaks = self
            .foreign
            .as_ref()
            .is_some_and(|foreign| difference(foreign, &self.missing).is_some());
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
                .and_then(|foreign| difference(foreign, &cell.missing));
            if let Some(difference) = told.filter(|_| !may_know(row, actor)) {
                fault(&difference);
            }
            // Nobody is nobody, whatever is asked for.
            let answers = [cell.own.as_ref(), cell.foreign.as_ref(), Some(&cell.missing)];
            let statuses = answers.into_iter().flatten().map(|told| told.answer.status);
            if ["disabled", "expired"].contains(&actor.name) && statuses.clone().any(|status| status != 401) {
                fault("is somebody");
            }
            if let Some(status) = statuses.clone().find(|status| *status >= 500) {
                fault(&format!("{status}"));
            }
            // The control: an own object in the place of the foreign one is told from a missing one.
            let own = cell.own.as_ref().filter(|own| difference(own, &cell.missing).is_some());
            is_there |= own.is_some_and(|told| [200, 409, 412].contains(&told.answer.status));
            // Whoever has the link of one registration has that of no other.
            let others = actor.name == "other_registrant" && row.path.starts_with("/registrations/");
            if others && let Some(difference) = own.and_then(|own| difference(own, &cell.missing)) {
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
