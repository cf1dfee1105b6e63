//! Let somebody in: one scan, or the queue of a device that was on its own.

use actix_web::{HttpResponse, post, web};
use chrono::{DateTime, Datelike, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::check_in_view::CheckInView;
use crate::attendance::model::{CheckInMethod, Direction, ScanId, WalkInName};
use crate::attendance::service::{Door, Entered, Knock, MOST_SCANS, Scan, Who};
use crate::auth::{FrontDesk, Role};
use crate::base::body::Body;
use crate::base::clock::Clock;
use crate::base::etag::{self, Privacy};
use crate::base::ids::words;
use crate::base::problem::{Code, Error, FieldError, Result};
use crate::base::text::{Email, Line};
use crate::registrations::RegistrationId;
use crate::seminars::{Channel, SeminarId, SessionId};

/// More than any group.
const MOST_PERSONS: i32 = 1000;

words! {
    /// What cannot be seen from how the person was named: they signed a list, or somebody entered it afterwards.
    StatedMethod {
        Signature = "signature",
        Manual = "manual",
    }
}

/// Somebody without a registration.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewWalkIn, example = json!({"given_name": "Leyla", "family_name": "Yıldız", "company": "Nadelwerk Eifel GmbH"}))]
pub struct WalkInBody {
    #[serde(default)]
    pub given_name: Option<Line<100>>,
    pub family_name: Line<100>,
    #[serde(default)]
    pub company: Option<Line<200>>,
    #[serde(default)]
    pub email: Option<Email>,
}

/// Exactly one of `code`, `registration` and `walk_in` says who it is.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewCheckIn, examples(
    json!({"scan_id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b15", "code": "EINLASS:7K2MQ-X9D4T", "device": "Tür Nord"}),
    json!({"scan_id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b16", "walk_in": {"family_name": "Yıldız"}, "persons": 2, "device": "Tür Nord"})
))]
pub struct CheckInBody {
    /// Made by the device, a fresh UUID for each scan and for each tick: sent again, it is the same scan.
    pub scan_id: ScanId,
    /// What the QR code of a ticket says (`EINLASS:…`), or the code as typed: case, spaces and dashes do not matter, O is
    /// read as 0, I and L as 1.
    #[serde(default)]
    pub code: Option<Line<100>>,
    /// Found by name.
    #[serde(default)]
    pub registration: Option<RegistrationId>,
    #[serde(default)]
    pub walk_in: Option<WalkInBody>,
    /// Left out: the session whose door is open at `at`, else the last that is over.
    #[serde(default)]
    pub session: Option<SessionId>,
    /// `onsite` or `online`. Left out: `onsite`.
    #[serde(default)]
    pub channel: Option<Channel>,
    /// Left out: `in`.
    #[serde(default)]
    pub direction: Direction,
    /// Left out: `scan`, `code`, `found` or `walk_in`, as it was. Not for walk-ins.
    #[serde(default)]
    pub method: Option<StatedMethod>,
    /// How many come in or go. Left out: all of the registration who are still missing, or who are in; from a device's
    /// queue all of the registration; for a walk-in 1.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 1000)]
    pub persons: Option<i32>,
    /// When it happened. Left out: now. At most five minutes ahead of our clock; from a device's queue, where it is
    /// required, a day.
    #[serde(default)]
    pub at: Option<DateTime<Utc>>,
    /// What the device is called: shown with a second scan.
    #[serde(default)]
    pub device: Option<Line<100>>,
    /// The front desk's own decision, where a refusal says `forcible: true`. It is recorded.
    #[serde(default)]
    pub force: bool,
}

impl CheckInBody {
    /// Or every member that is wrong, below `base`.
    fn understand(self, base: &str, device: Option<&Line<100>>) -> Result<Scan, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut wrong = |member: &str, words: &str| errors.push(FieldError::member(format!("{base}{member}"), words));
        let walk_in = self.walk_in.map(|one| WalkInName {
            given_name: one.given_name.map(Line::into_string),
            family_name: one.family_name.into_string(),
            company: one.company.map(Line::into_string),
            email: one.email.map(Email::into_string),
        });
        if self.method.is_some() && walk_in.is_some() {
            wrong("/method", "is `walk_in` for a walk-in");
        }
        let channel = self.channel.unwrap_or(Channel::Onsite);
        if channel == Channel::Livestream {
            wrong("/channel", "has viewers, and nobody who comes in");
        }
        if self
            .persons
            .is_some_and(|persons| !(1..=MOST_PERSONS).contains(&persons))
        {
            wrong("/persons", "must be 1 to 1000");
        }
        // Beyond it PostgreSQL knows no time.
        if self.at.is_some_and(|at| !(2000..=9000).contains(&at.year())) {
            wrong("/at", "must be between the years 2000 and 9000");
        }
        let who = match (self.code, self.registration, walk_in) {
            (Some(code), None, None) => Some(Who::Code(code.into_string())),
            (None, Some(id), None) => Some(Who::Registration(id)),
            (None, None, Some(name)) => Some(Who::WalkIn(name)),
            _ => {
                wrong("", "must have exactly one of `code`, `registration` and `walk_in`");
                None
            }
        };
        let method = self.method.map(|method| match method {
            StatedMethod::Signature => CheckInMethod::Signature,
            StatedMethod::Manual => CheckInMethod::Manual,
        });
        match who {
            Some(who) if errors.is_empty() => Ok(Scan {
                scan_id: self.scan_id,
                who,
                session: self.session,
                channel,
                direction: self.direction,
                method,
                persons: self.persons,
                at: self.at,
                device: self.device.as_ref().or(device).map(|device| device.as_str().to_owned()),
                force: self.force,
            }),
            _ => Err(errors),
        }
    }
}

/// Let somebody in, or out.
///
/// The front desk and organisers. No `Idempotency-Key`: the `scan_id` does the same, and for ever. A scan that is sent
/// again is answered with 200 and the check-in that it made.
///
/// Every refusal says in `forcible` whether `force: true` would let it pass, which is the front desk's to decide.
/// `already-checked-in` says in `first` when, where and by which device the person came in. A registration of several
/// persons may come in one by one.
#[utoipa::path(tag = "check-ins", params(("seminar" = SeminarId, Path)), request_body = CheckInBody, security(("member" = [])), responses(
    (status = 200, body = CheckInView, description = "This scan was recorded before: that check-in"),
    (status = 201, body = CheckInView, description = "The check-in"),
    (status = 404, description = "`ticket-unknown`: no registration of the organisation has this code or id"),
    (status = 409, description = "`already-checked-in`, `more-than-registered`, `not-checked-in`, `registration-cancelled`, `registration-waitlisted`, `registration-not-confirmed`, `wrong-session`, `door-not-open`, `seminar-cancelled`, `seminar-postponed`, `seminar-full` (for a walk-in): forcible. `ticket-of-other-seminar`, `check-in-voided`, `channel-unavailable`, `not-ready` (a draft, or without a session): not"),
    (status = 422, description = "`scan-id-reused`: the `scan_id` came with other content before")))]
#[post("/seminars/{seminar}/check-ins")]
pub async fn create_check_in(
    who: FrontDesk,
    path: web::Path<SeminarId>,
    door: web::Data<Door>,
    clock: web::Data<Clock>,
    body: Body<CheckInBody>,
) -> Result<HttpResponse> {
    let scan = body.value.understand("", None).map_err(Error::invalid)?;
    let seminar = path.into_inner();
    let knock = Knock {
        act: who.act(&clock),
        reach: who.reach(),
        seminar,
        offline: false,
        scans: vec![scan],
    };
    let entered = door.knock(knock).await?.pop();
    let entered = entered.ok_or_else(|| Error::internal("a scan without an outcome"))??;
    let (version, repeated) = (entered.check_in.version, entered.repeated);
    let organiser = who.identity.has_role(entered.check_in.organisation_id, Role::Organiser);
    let view = CheckInView::of(entered, organiser);
    let body = serde_json::to_vec(&view).map_err(Error::internal)?;
    let tag = etag::tag(version, &body);
    let mut response = if repeated {
        HttpResponse::Ok()
    } else {
        HttpResponse::Created()
    };
    let location = format!("/api/v1/seminars/{seminar}/check-ins/{}", view.id);
    let mut response = response
        .insert_header(("Location", location))
        .content_type("application/json")
        .body(body);
    etag::headers(&mut response, Some(&tag), Privacy::Personal);
    Ok(response)
}

/// What a device recorded on its own.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"device": "Tür Nord", "scans": [
    {"scan_id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b15", "code": "EINLASS:7K2MQ-X9D4T", "at": "2027-05-06T17:41:07+02:00"}]}))]
pub struct CheckInBatch {
    /// For all that name none of their own.
    pub device: Line<100>,
    /// In any order.
    #[schema(min_items = 1, max_items = 1000)]
    pub scans: Vec<CheckInBody>,
}

words! {
    /// What became of a scan.
    ScanOutcome {
        Recorded = "recorded",
        /// It was recorded before.
        Repeated = "repeated",
        Refused = "refused",
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"scan_id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b15", "outcome": "refused", "check_in": null, "code": "ticket-unknown",
    "detail": null}))]
pub struct ScanResult {
    pub scan_id: ScanId,
    pub outcome: ScanOutcome,
    /// With its conflicts; `null` when refused.
    pub check_in: Option<CheckInView>,
    /// Why it was refused.
    pub code: Option<Code>,
    pub detail: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"results": [{"scan_id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b15", "outcome": "refused", "check_in": null,
    "code": "ticket-unknown", "detail": null}]}))]
pub struct CheckInBatchResult {
    /// One for each scan, in their order.
    pub results: Vec<ScanResult>,
}

/// Hand in what a device recorded on its own.
///
/// The front desk and organisers. Up to 1,000 scans, within the 256 KiB of a body. A scan that names somebody of this
/// seminar happened: it is recorded whatever the rules say, and what is odd about it is named in `conflicts`. Scans of
/// unknown codes and of other seminars' tickets are refused one by one; the rest goes through. In whichever order queues
/// arrive, how often and from how many devices: of each person and session the earliest check-in counts, by the clock of
/// the device, which may be a day ahead of ours.
#[utoipa::path(tag = "check-ins", params(("seminar" = SeminarId, Path)), request_body = CheckInBatch, security(("member" = [])), responses(
    (status = 200, body = CheckInBatchResult, description = "What became of each scan")))]
#[post("/seminars/{seminar}/check-ins/batch")]
pub async fn record_check_ins(
    who: FrontDesk,
    path: web::Path<SeminarId>,
    door: web::Data<Door>,
    clock: web::Data<Clock>,
    body: Body<CheckInBatch>,
) -> Result<HttpResponse> {
    let CheckInBatch { device, scans } = body.value;
    if !(1..=MOST_SCANS).contains(&scans.len()) {
        return Err(Error::member("/scans", format!("must be 1 to {MOST_SCANS}")));
    }
    let (mut understood, mut errors) = (Vec::with_capacity(scans.len()), Vec::new());
    for (n, scan) in scans.into_iter().enumerate() {
        if scan.at.is_none() {
            errors.push(FieldError::member(format!("/scans/{n}/at"), "is required"));
        }
        match scan.understand(&format!("/scans/{n}"), Some(&device)) {
            Ok(scan) => understood.push(scan),
            Err(faults) => errors.extend(faults),
        }
    }
    Error::unless_empty(errors)?;
    let ids = understood.iter().map(|scan| scan.scan_id).collect::<Vec<_>>();
    let knock = Knock {
        act: who.act(&clock),
        reach: who.reach(),
        seminar: path.into_inner(),
        offline: true,
        scans: understood,
    };
    let entered = door.knock(knock).await?;
    let results = ids
        .into_iter()
        .zip(entered)
        .map(|(scan_id, outcome)| result(scan_id, outcome, &who))
        .collect::<Result<Vec<_>>>()?;
    let mut response = HttpResponse::Ok().json(CheckInBatchResult { results });
    etag::headers(&mut response, None, Privacy::Personal);
    Ok(response)
}

fn result(scan_id: ScanId, outcome: Result<Entered>, who: &FrontDesk) -> Result<ScanResult> {
    match outcome {
        Ok(entered) => {
            let outcome = if entered.repeated {
                ScanOutcome::Repeated
            } else {
                ScanOutcome::Recorded
            };
            let organiser = who.identity.has_role(entered.check_in.organisation_id, Role::Organiser);
            let check_in = CheckInView::of(entered, organiser);
            Ok(ScanResult {
                scan_id,
                outcome,
                check_in: Some(check_in),
                code: None,
                detail: None,
            })
        }
        Err(Error::Refused(problem)) => Ok(ScanResult {
            scan_id,
            outcome: ScanOutcome::Refused,
            check_in: None,
            code: Some(problem.code),
            detail: problem
                .detail
                .clone()
                .or_else(|| Some(problem.errors.first()?.detail.clone())),
        }),
        Err(error) => Err(error),
    }
}
