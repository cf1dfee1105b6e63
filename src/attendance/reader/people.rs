//! From rows to persons: one e-mail address is one person, without one it is the name that counts.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::entry::Entry;
use super::model::{Format, PlatformRole, Precision, Seen, Warning};
use super::names;
use super::presence::united_seconds;
use super::scan::Scan;
use super::settle::Placed;

/// Rounding of several rows is no disagreement.
const ROUNDING: i64 = 120;

pub fn key(entry: &Entry) -> String {
    match &entry.email {
        Some(email) => format!("email:{email}"),
        None => format!("name:{}", names::normalised(&entry.name)),
    }
}

pub fn people(placed: Vec<Placed>, scan: &mut Scan) -> Vec<Seen> {
    let host = host(&placed, scan);
    let (summary, single): (Vec<Placed>, Vec<Placed>) = placed.into_iter().partition(|one| one.entry.summary);
    let mut people = Crowd::default();
    for one in single {
        people.add(one, host.as_deref());
    }
    let nothing_single = people.seen.is_empty();
    if nothing_single && let Some(first) = summary.first() {
        scan.warnings.push(Warning::MayBeCutOff { line: first.entry.line });
        scan.warnings.push(Warning::UpperBound);
    }
    let singles: HashSet<String> = people.places.keys().cloned().collect();
    for one in summary {
        let line = one.entry.line;
        let place = people.places.get(&key(&one.entry)).and_then(|at| people.seen.get(*at));
        match place {
            // Never both: the summary repeats what the single rows say.
            Some(seen) if singles.contains(&seen.key) => {
                let counted = united_seconds(&seen.segments);
                if one
                    .entry
                    .seconds
                    .is_some_and(|said| said > counted.saturating_add(ROUNDING))
                {
                    scan.warnings.push(Warning::SummaryDisagrees { line });
                }
            }
            _ => {
                if !nothing_single {
                    scan.warnings.push(Warning::OnlyInSummary { line });
                }
                people.add(one, host.as_deref());
            }
        }
    }
    people.finished()
}

/// Whose key is the host's: by the head of the report, or the only one who is no guest.
fn host(placed: &[Placed], scan: &Scan) -> Option<String> {
    use Format::{ZoomParticipants2021, ZoomParticipants2024, ZoomParticipantsGerman};
    use Format::{ZoomUnique2021, ZoomUnique2024, ZoomUniqueGerman};
    let zoom = [
        ZoomParticipants2021,
        ZoomParticipants2024,
        ZoomParticipantsGerman,
        ZoomUnique2021,
        ZoomUnique2024,
        ZoomUniqueGerman,
    ];
    if !scan.format.is_some_and(|format| zoom.contains(&format)) {
        return None;
    }
    if let Some(host) = &scan.host {
        return Some(format!("email:{host}"));
    }
    let insiders = placed
        .iter()
        .filter(|one| one.entry.guest == Some(false))
        .map(|one| key(&one.entry));
    let mut insiders = insiders.collect::<HashSet<String>>().into_iter();
    match (insiders.next(), insiders.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}

#[derive(Default)]
struct Crowd {
    seen: Vec<Seen>,
    names: Vec<BTreeSet<String>>,
    places: HashMap<String, usize>,
}

impl Crowd {
    fn add(&mut self, placed: Placed, host: Option<&str>) {
        let Placed { entry, segment } = placed;
        let key = key(&entry);
        let at = *self.places.entry(key.clone()).or_insert(self.seen.len());
        if at == self.seen.len() {
            self.seen.push(Seen {
                phone_dial_in: entry.email.is_none() && names::is_phone(&entry.name),
                key: key.clone(),
                display_names: Vec::new(),
                email: entry.email,
                role: entry.role,
                roles_seen: BTreeSet::new(),
                precision: entry.precision,
                segments: Vec::new(),
                reported_seconds: None,
                said_attended: None,
                organisation: None,
                note: None,
                line: entry.line,
            });
            self.names.push(BTreeSet::new());
        }
        let (Some(seen), Some(names)) = (self.seen.get_mut(at), self.names.get_mut(at)) else {
            return;
        };
        if !entry.name.is_empty() {
            names.insert(entry.name);
        }
        let role = if host == Some(key.as_str()) {
            PlatformRole::Host
        } else {
            entry.role
        };
        // A "No" says nothing about the role of somebody who came.
        if entry.attended != Some(false) || seen.roles_seen.is_empty() {
            seen.roles_seen.insert(role);
        }
        seen.segments.extend(segment);
        if let Some(seconds) = entry.seconds {
            seen.reported_seconds = Some(seen.reported_seconds.unwrap_or(0).saturating_add(seconds));
        }
        seen.said_attended = match (seen.said_attended, entry.attended) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (said, new) => said.or(new),
        };
        seen.organisation = seen.organisation.take().or(entry.organisation);
        seen.note = seen.note.take().or(entry.note);
    }

    fn finished(self) -> Vec<Seen> {
        let mut people = self.seen;
        for (seen, names) in people.iter_mut().zip(self.names) {
            seen.display_names = names.into_iter().collect();
            seen.segments.sort_unstable();
            seen.role = seen.roles_seen.first().copied().unwrap_or(seen.role);
            // Whoever has times was there, whatever another row says.
            if !seen.segments.is_empty() && seen.precision != Precision::Statement && seen.said_attended == Some(false)
            {
                seen.said_attended = None;
            }
        }
        people
    }
}
