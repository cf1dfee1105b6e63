//! A batch of scans in one transaction: lock → read → decide each → write all.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Duration, SubsecRound, Utc};
use diesel::PgConnection;
use serde_json::json;

use super::halls::Halls;
use super::known::Known;
use super::refused::refused;
use super::repeated::repeated;
use super::{Entered, Knock, Scan, Who, first_of};
use crate::attendance::model::{CheckIn, CheckInId, CheckInMethod, ScanId, WalkInName};
use crate::attendance::rules::{self, AHEAD, Objection, Opening};
use crate::attendance::store;
use crate::auth::{AccountId, OrganisationId};
use crate::base::capability::Capabilities;
use crate::base::problem::{Code, Error, Problem, Result};
use crate::base::text::{Email, FromText};
use crate::base::ticket_code::TicketCode;
use crate::journal::{self, Act};
use crate::registrations::{self, Guest, RegistrationId};
use crate::seminars::{self, Seminar, SeminarId, SessionId};

/// More scans in one transaction gain nothing; a queue longer than this is still written whole.
const MOST: usize = 2000;
/// How far ahead of ours the clock of a device may be that was on its own: the wrong zone, the wrong day. What is
/// further ahead is no time at which anything happened.
const CLOCK_SKEW: Duration = Duration::hours(24);

/// Of a queue; `None`: held back for the next batch.
type Outcome = Option<Result<Vec<Result<Entered>>>>;

/// Decides and writes all of `knocks`; what one scan does wrong is told to that one alone.
pub fn enter(
    conn: &mut PgConnection,
    known: &Known,
    capabilities: &Capabilities,
    knocks: &[&Knock],
) -> Result<Vec<Outcome>> {
    let mut scans = 0;
    let taken = knocks.iter().position(|knock| {
        scans += knock.scans.len();
        scans > MOST
    });
    // At least one, however long it is.
    let fits = taken.map_or(knocks.len(), |beyond| beyond.max(1));
    let (now_served, later) = knocks.split_at_checked(fits).unwrap_or((knocks, &[]));
    let mut batch = Batch::read(conn, known, capabilities, now_served)?;
    let decided = now_served.iter().map(|knock| {
        batch.reached(knock)?;
        let each = knock.scans.iter().map(|scan| batch.decide(conn, knock, scan));
        Ok(each.collect::<Vec<_>>())
    });
    let decided = decided.collect::<Vec<Result<Vec<Result<bool>>>>>();
    store::insert_check_ins(conn, &batch.fresh)?;
    if !batch.journal.is_empty() {
        journal::record_all(conn, std::mem::take(&mut batch.journal))?;
    }
    // Only now: of one queue, a later scan may be the earlier one.
    let shown = decided.into_iter().zip(now_served).map(|(all, knock)| {
        let all = all?.into_iter().zip(&knock.scans);
        Ok(all.map(|(one, scan)| batch.entered(knock, scan, one?)).collect())
    });
    Ok(shown.map(Some).chain(later.iter().map(|_| None)).collect())
}

/// What was read under the locks, and what is to be written.
struct Batch {
    seminars: HashMap<SeminarId, (Seminar, Arc<Vec<Opening>>)>,
    holders: HashMap<(OrganisationId, TicketCode), RegistrationId>,
    guests: HashMap<RegistrationId, Guest>,
    /// By scan, whatever became of it.
    scanned: HashMap<(OrganisationId, ScanId), CheckIn>,
    /// Those that count, by registration.
    check_ins: HashMap<RegistrationId, Vec<CheckIn>>,
    halls: Halls,
    fresh: Vec<CheckIn>,
    journal: Vec<(Act, journal::Entry)>,
}

impl Batch {
    fn read(conn: &mut PgConnection, known: &Known, capabilities: &Capabilities, knocks: &[&Knock]) -> Result<Self> {
        let mut ids = knocks.iter().map(|knock| knock.seminar).collect::<Vec<_>>();
        ids.sort_unstable();
        ids.dedup();
        let mut seminars = HashMap::new();
        for seminar in seminars::lock_all(conn, &ids)? {
            let openings = known.openings(conn, &seminar)?;
            seminars.insert(seminar.id, (seminar, openings));
        }
        // Whoever may not knock here locks nothing more, and looks nothing up.
        let allowed = knocks.iter().filter_map(|knock| {
            let (seminar, _) = seminars.get(&knock.seminar)?;
            knock.reach.check(seminar.organisation_id).ok()?;
            Some((*knock, seminar))
        });
        let allowed = allowed.collect::<Vec<_>>();
        Halls::lock(conn, &allowed)?;
        let (mut codes, mut people, mut scans) = (Vec::new(), Vec::new(), Vec::new());
        let now = knocks.iter().map(|knock| knock.act.now).max().unwrap_or_default();
        for (knock, seminar) in &allowed {
            for scan in &knock.scans {
                scans.push((seminar.organisation_id, scan.scan_id));
                match &scan.who {
                    Who::Code(text) => codes
                        .extend(TicketCode::read(text).map(|(code, _)| (seminar.organisation_id, seminar.id, code))),
                    Who::Registration(id) => people.push((seminar.organisation_id, *id)),
                    Who::WalkIn(_) => {}
                }
            }
        }
        let holders = registrations::holders(conn, capabilities, &codes, now)?;
        people.extend(holders.iter().map(|((organisation, _), id)| (*organisation, *id)));
        let guests = registrations::guests(conn, &people)?;
        let guests = guests
            .into_iter()
            .map(|guest| (guest.id, guest))
            .collect::<HashMap<_, _>>();
        let scanned = store::check_ins_by_scan(conn, &scans)?;
        people.extend(
            scanned
                .iter()
                .filter_map(|one| Some((one.organisation_id, one.registration_id?))),
        );
        let mut organisations = people.iter().map(|one| one.0).collect::<Vec<_>>();
        organisations.sort_unstable();
        organisations.dedup();
        let ids = people.iter().map(|one| one.1).collect::<Vec<_>>();
        let mut check_ins = HashMap::<_, Vec<_>>::new();
        for one in store::check_ins_of(conn, &organisations, &ids)? {
            check_ins.entry(one.registration_id).or_default().push(one);
        }
        Ok(Self {
            seminars,
            holders,
            guests,
            scanned: scanned
                .into_iter()
                .map(|one| ((one.organisation_id, one.scan_id), one))
                .collect(),
            check_ins: check_ins.into_iter().filter_map(|(id, all)| Some((id?, all))).collect(),
            halls: Halls::default(),
            fresh: Vec::new(),
            journal: Vec::new(),
        })
    }

    fn reached(&self, knock: &Knock) -> Result<()> {
        let (seminar, _) = self.seminars.get(&knock.seminar).ok_or(Code::NotFound)?;
        knock.reach.check(seminar.organisation_id)
    }

    /// Whether the check-in of the scan was there before.
    fn decide(&mut self, conn: &mut PgConnection, knock: &Knock, scan: &Scan) -> Result<bool> {
        let (seminar, openings) = self.seminars.get(&knock.seminar).cloned().ok_or(Code::NotFound)?;
        let (guest, scanned) = self.person(&seminar, scan)?;
        if let Some(earlier) = self.scanned.get(&(seminar.organisation_id, scan.scan_id)) {
            return repeated(earlier, (&seminar, &openings), guest.as_ref(), knock, scan).map(|()| true);
        }
        let now = knock.act.now;
        let at = scan.at.unwrap_or(now).trunc_subsecs(6);
        let latest = now + if knock.offline { CLOCK_SKEW } else { AHEAD };
        if at > latest {
            return Err(Error::member("/at", "must not be in the future"));
        }
        let mut objections = Vec::new();
        objections.extend(rules::takes_place(seminar.status).err());
        let named = match rules::session(&openings, scan.session, at) {
            // A session that is no more since the list was taken along: the time says which one it is now.
            Err(Objection::NoSuchSession) if knock.offline => rules::session(&openings, None, at),
            other => other,
        };
        let (session, objection) = named.map_err(|objection| refused(&objection, None))?;
        objections.extend(objection);
        let (persons, first) = match &guest {
            Some(guest) => {
                objections.extend(rules::may_come(guest.state).err());
                let (inside, first) = self.inside(guest, session, &openings, &seminar);
                let (persons, objection) = rules::persons(scan.direction, scan.persons, guest.persons, inside);
                objections.extend(objection);
                // Of a device's queue nobody knows yet who is still missing: all of them, which counts each once.
                let stated = scan
                    .persons
                    .unwrap_or(if knock.offline { guest.persons } else { persons });
                (stated, first)
            }
            None => {
                let persons = scan.persons.unwrap_or(1);
                objections.extend(self.halls.objection(conn, &seminar, session, (knock, scan), persons)?);
                (persons, None)
            }
        };
        let allowed = |objection: &Objection| objection.forcible() && (knock.offline || scan.force);
        if let Some(objection) = objections.iter().find(|objection| !allowed(objection)) {
            return Err(refused(objection, first.as_ref()));
        }
        let check_in = row(knock, scan, &seminar, guest.as_ref(), session, at);
        let check_in = CheckIn {
            persons,
            method: scan.method.unwrap_or(match scan.who {
                Who::Code(_) if scanned => CheckInMethod::Scan,
                Who::Code(_) => CheckInMethod::Code,
                Who::Registration(_) => CheckInMethod::Found,
                Who::WalkIn(_) => CheckInMethod::WalkIn,
            }),
            // What a device alone had to decide does not depend on what reached us first.
            forced: scan.force && (knock.offline || !objections.is_empty()),
            ..check_in
        };
        self.keep(knock, check_in);
        Ok(false)
    }

    /// Whom the scan is about; `None`: a walk-in. And whether a code was scanned, not typed.
    fn person(&self, seminar: &Seminar, scan: &Scan) -> Result<(Option<Guest>, bool)> {
        let unknown = || Problem::new(Code::TicketUnknown).forcible(false);
        let (guest, scanned) = match &scan.who {
            Who::WalkIn(_) => return Ok((None, false)),
            Who::Registration(id) => (self.guests.get(id), false),
            Who::Code(text) => {
                let (code, scanned) = TicketCode::read(text).ok_or_else(unknown)?;
                let id = self.holders.get(&(seminar.organisation_id, code)).ok_or_else(unknown)?;
                (self.guests.get(id), scanned)
            }
        };
        let guest = guest.filter(|guest| guest.organisation_id == seminar.organisation_id);
        let guest = guest.ok_or_else(unknown)?;
        if guest.seminar_id != seminar.id {
            let detail = format!("It is for the seminar {}.", guest.seminar_id);
            return Err(Problem::new(Code::TicketOfOtherSeminar)
                .detail(detail)
                .forcible(false)
                .into());
        }
        Ok((Some(guest.clone()), scanned))
    }

    /// How many of the registration are in, and the check-in that counts.
    fn inside(
        &self,
        guest: &Guest,
        session: SessionId,
        openings: &[Opening],
        seminar: &Seminar,
    ) -> (i32, Option<CheckIn>) {
        let all = self.check_ins.get(&guest.id).map_or(&[][..], Vec::as_slice);
        let reading = rules::read(all, &self.guests, openings, seminar.status);
        let presence = reading.presences.get(&(guest.id, session));
        let first = first_of(all, presence.map(|presence| presence.first));
        (presence.map_or(0, |presence| presence.inside), first.cloned())
    }

    fn keep(&mut self, knock: &Knock, check_in: CheckIn) {
        let entry = entry(&check_in, "check_in.recorded");
        self.journal.push((knock.act, entry));
        if let Some(id) = check_in.registration_id {
            self.check_ins.entry(id).or_default().push(check_in.clone());
        }
        self.halls.keep(&check_in);
        self.scanned
            .insert((check_in.organisation_id, check_in.scan_id), check_in.clone());
        self.fresh.push(check_in);
    }

    /// As it stands after all scans of the batch.
    fn entered(&self, knock: &Knock, scan: &Scan, repeated: bool) -> Result<Entered> {
        let (seminar, openings) = self.seminars.get(&knock.seminar).ok_or(Code::NotFound)?;
        let organisation = seminar.organisation_id;
        let check_in = self.scanned.get(&(organisation, scan.scan_id)).cloned();
        let check_in = check_in.ok_or_else(|| Error::internal("a scan without its check-in"))?;
        let own = [check_in.clone()];
        let all = match check_in.registration_id.and_then(|id| self.check_ins.get(&id)) {
            Some(all) => all.as_slice(),
            None => &own,
        };
        let reading = rules::read(all, &self.guests, openings, seminar.status);
        let conflicts = reading.conflicts.get(&check_in.id).into_iter().flatten();
        let conflicts = conflicts.map(|one| (*one, first_of(all, one.first).cloned()));
        let key = check_in.registration_id.map(|id| (id, check_in.session_id));
        Ok(Entered {
            repeated,
            guest: check_in.registration_id.and_then(|id| self.guests.get(&id)).cloned(),
            inside: match key {
                Some(key) => reading.presences.get(&key).map_or(0, |presence| presence.inside),
                None => check_in.persons,
            },
            conflicts: conflicts.collect(),
            check_in,
        })
    }
}

fn row(
    knock: &Knock,
    scan: &Scan,
    seminar: &Seminar,
    guest: Option<&Guest>,
    session: SessionId,
    at: DateTime<Utc>,
) -> CheckIn {
    let name = match &scan.who {
        Who::WalkIn(name) => Some(name.clone()),
        _ => None,
    };
    let WalkInName {
        given_name,
        company,
        email,
        ..
    } = name.clone().unwrap_or_else(|| WalkInName {
        given_name: None,
        family_name: String::new(),
        company: None,
        email: None,
    });
    CheckIn {
        organisation_id: seminar.organisation_id,
        id: CheckInId::fresh(),
        seminar_id: seminar.id,
        session_id: session,
        scan_id: scan.scan_id,
        direction: scan.direction,
        method: CheckInMethod::Manual,
        channel: scan.channel,
        registration_id: guest.map(|guest| guest.id),
        persons: 1,
        given_name,
        family_name: name.map(|name| name.family_name),
        company,
        email_key: email
            .as_deref()
            .and_then(|text| Email::from_text(text).ok())
            .map(|email| email.key()),
        email,
        forced: false,
        offline: knock.offline,
        at,
        received_at: knock.act.now,
        device: scan.device.clone(),
        account_id: knock.act.actor.account_id().map(AccountId),
        voided_at: None,
        voided_by: None,
        void_reason: None,
        version: 1,
    }
}

/// The journal keeps what happened at the door, and nobody's name.
pub fn entry(check_in: &CheckIn, action: &'static str) -> journal::Entry {
    journal::Entry {
        organisation_id: Some(check_in.organisation_id.0),
        action,
        object_id: check_in.id.0,
        data: json!({
            "seminar_id": check_in.seminar_id, "session_id": check_in.session_id,
            "registration_id": check_in.registration_id, "direction": check_in.direction, "method": check_in.method,
            "persons": check_in.persons, "forced": check_in.forced, "offline": check_in.offline,
        }),
    }
}
