//! The reconciled picture of one seminar.

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::attendance::model::{Basis, CountMethod, Headcount, HeadcountId, ViewerMetric};
use crate::attendance::rules::{Reconciled, reconcile, why};
use crate::attendance::store;
use crate::attendance::{Qualifier, Tally, Unit};
use crate::auth::Reporter;
use crate::base::db::Db;
use crate::base::etag::{self, Privacy};
use crate::base::language::german;
use crate::base::problem::Result;
use crate::registrations::{State, people_by_state};
use crate::seminars::{self, Channel, SeminarId};

/// Registrations, statements and figures side by side. Nothing known is `null`, not 0.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "registered": {"onsite": 62, "online": 75, "cancelled": 9, "waitlisted": 4},
    "participants": {"value": 131, "qualifier": "at_least", "lower_bound": 131, "stated_as": "über 130", "basis": "headcount"},
    "viewers": {"value": 450, "qualifier": "exact", "stated_as": "450 Zuschauende", "basis": "headcount", "metric": "unspecified"},
    "channels": {
        "onsite": {"checked_in": null, "headcount": {"value": 58, "qualifier": "exact", "stated_as": null},
            "reported": {"value": 58, "qualifier": "exact", "basis": "headcount"}},
        "online": {"imported": null, "headcount": null, "reported": null}},
    "in_both_channels": null, "walk_ins": null, "no_shows": null,
    "statements": [{"kind": "headcount", "id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "value": 130, "qualifier": "more_than", "unit": "participants",
        "channel": null, "method": "reported", "source": null, "stated_as": "über 130", "recorded_at": "2026-11-22T09:00:00Z",
        "is_basis": true, "why": "Grundlage: gilt für die ganze Veranstaltung."}]}))]
pub struct Attendance {
    pub registered: RegisteredPeople,
    /// The number stated for the whole seminar, else the sum of its channels. A channel nobody counted makes the
    /// sum `at_least`.
    pub participants: Option<ParticipantsFigure>,
    /// Never added to the participants.
    pub viewers: Option<ViewersFigure>,
    pub channels: ChannelPictures,
    /// People who took part through two channels and are counted once.
    pub in_both_channels: Option<i64>,
    /// People who came without a registration.
    pub walk_ins: Option<i64>,
    /// Confirmed, and not seen.
    pub no_shows: Option<i64>,
    /// Everything that was said, in the order in which it was recorded.
    pub statements: Vec<AttendanceStatement>,
}

/// People by the state of their registration. A channel that is not offered and has nobody is left out.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"onsite": 62, "online": 75, "cancelled": 9, "waitlisted": 4}))]
pub struct RegisteredPeople {
    /// Confirmed, on site.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub onsite: Option<i64>,
    /// Confirmed, online.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub online: Option<i64>,
    pub cancelled: i64,
    pub waitlisted: i64,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"value": 131, "qualifier": "at_least", "lower_bound": 131, "stated_as": "über 130", "basis": "headcount"}))]
pub struct ParticipantsFigure {
    #[serde(flatten)]
    pub tally: Tally,
    /// The words, where the figure is one statement and no sum.
    pub stated_as: Option<String>,
    pub basis: Basis,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"value": 450, "qualifier": "exact", "stated_as": "450 Zuschauende", "basis": "headcount", "metric": "unspecified"}))]
pub struct ViewersFigure {
    #[serde(flatten)]
    pub tally: Tally,
    /// The words, where the figure is one statement and no sum.
    pub stated_as: Option<String>,
    pub basis: Basis,
    pub metric: ViewerMetric,
}

/// A channel that is not offered and nobody speaks of is left out.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"onsite": {"checked_in": null, "headcount": {"value": 58, "qualifier": "exact", "stated_as": null},
    "reported": {"value": 58, "qualifier": "exact", "basis": "headcount"}}}))]
pub struct ChannelPictures {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub onsite: Option<OnsitePicture>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub online: Option<OnlinePicture>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"checked_in": null, "headcount": {"value": 58, "qualifier": "exact", "stated_as": null},
    "reported": {"value": 58, "qualifier": "exact", "basis": "headcount"}}))]
pub struct OnsitePicture {
    /// People seen at the door; `null` where nobody checked.
    pub checked_in: Option<i64>,
    pub headcount: Option<StatedCount>,
    pub reported: Option<ReportedCount>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"imported": null, "headcount": null, "reported": null}))]
pub struct OnlinePicture {
    /// People in the platform's report; `null` where there is none.
    pub imported: Option<i64>,
    pub headcount: Option<StatedCount>,
    pub reported: Option<ReportedCount>,
}

/// The channel's basis as it was stated.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"value": 130, "qualifier": "more_than", "stated_as": "über 130"}))]
pub struct StatedCount {
    pub value: Option<i64>,
    pub qualifier: Qualifier,
    pub stated_as: Option<String>,
}

/// What a report says of the channel.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChannelCount, example = json!({"value": 131, "qualifier": "at_least", "lower_bound": 131, "basis": "headcount"}))]
pub struct ReportedCount {
    #[serde(flatten)]
    pub tally: Tally,
    pub basis: Basis,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"kind": "headcount", "id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "value": 130, "qualifier": "more_than", "unit": "participants",
    "channel": null, "method": "reported", "source": null, "stated_as": "über 130", "recorded_at": "2026-11-22T09:00:00Z",
    "is_basis": true, "why": "Grundlage: gilt für die ganze Veranstaltung."}))]
pub struct AttendanceStatement {
    pub kind: Basis,
    pub id: HeadcountId,
    pub value: Option<i64>,
    pub qualifier: Qualifier,
    pub unit: Unit,
    /// `null`: the seminar as a whole.
    pub channel: Option<Channel>,
    pub method: CountMethod,
    pub source: Option<String>,
    pub stated_as: Option<String>,
    pub recorded_at: DateTime<Utc>,
    pub is_basis: bool,
    /// Why it counts or does not, in German or English by `Accept-Language`.
    pub why: String,
}

/// How many came, as far as it is known.
///
/// Reporters and organisers. A total that is the basis wins over the bases of single channels, which are added up
/// otherwise; 450 viewers never become 450 participants.
#[utoipa::path(tag = "attendance", params(("seminar" = SeminarId, Path)), security(("member" = [])), responses((status = 200, body = Attendance, description = "The reconciled picture")))]
#[get("/seminars/{seminar}/attendance")]
pub async fn get_attendance(
    request: HttpRequest,
    who: Reporter,
    path: web::Path<SeminarId>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let reach = who.reach();
    let german = german(&request);
    let (version, view) = db
        .read(move |conn| {
            let seminar = seminars::reached(conn, &reach, *path)?;
            let seats = seminars::seats(conn, (seminar.organisation_id, seminar.id))?;
            let offered = seats
                .iter()
                .filter(|one| one.offered)
                .map(|one| one.channel)
                .collect::<Vec<_>>();
            let registered = people_by_state(conn, (seminar.organisation_id, seminar.id))?;
            let all = store::all_headcounts(conn, &seminar)?;
            Ok((seminar.version, picture(&offered, &registered, &all, german)))
        })
        .await?;
    etag::single(&request, version, Privacy::Personal, &view)
}

fn picture(offered: &[Channel], registered: &[(Channel, State, i64)], all: &[Headcount], german: bool) -> Attendance {
    let people = |channel: Option<Channel>, state: State| {
        let rows = registered
            .iter()
            .filter(|(of, is, _)| *is == state && channel.is_none_or(|channel| channel == *of));
        rows.map(|(_, _, people)| people).sum::<i64>()
    };
    let confirmed = |channel| {
        let people = people(Some(channel), State::Confirmed);
        (people > 0 || offered.contains(&channel)).then_some(people)
    };
    let figure = |unit| {
        let bases = all.iter().filter(|one| one.basis && one.unit == unit);
        let bases = bases.map(|one| (one.channel, one.count())).collect::<Vec<_>>();
        reconcile(unit, &bases, offered)
    };
    let concerned = |channel| {
        let spoken_of = |one: &Headcount| one.unit == Unit::Participants && one.channel == Some(channel);
        offered.contains(&channel) || all.iter().any(spoken_of)
    };
    let headcount = |channel| stated(all, Unit::Participants, Some(channel));
    let reported = |channel| {
        let tally = headcount(channel)?.count().tally()?;
        Some(ReportedCount {
            tally,
            basis: Basis::Headcount,
        })
    };
    let stated_count = |channel| headcount(channel).map(StatedCount::from);
    Attendance {
        registered: RegisteredPeople {
            onsite: confirmed(Channel::Onsite),
            online: confirmed(Channel::Online),
            cancelled: people(None, State::Cancelled),
            waitlisted: people(None, State::Waitlisted),
        },
        participants: figure(Unit::Participants).map(|figure| ParticipantsFigure {
            tally: figure.tally,
            stated_as: words(all, Unit::Participants, figure),
            basis: Basis::Headcount,
        }),
        viewers: figure(Unit::Viewers).map(|figure| ViewersFigure {
            tally: figure.tally,
            stated_as: words(all, Unit::Viewers, figure),
            basis: Basis::Headcount,
            metric: ViewerMetric::Unspecified,
        }),
        channels: ChannelPictures {
            onsite: concerned(Channel::Onsite).then(|| OnsitePicture {
                checked_in: None,
                headcount: stated_count(Channel::Onsite),
                reported: reported(Channel::Onsite),
            }),
            online: concerned(Channel::Online).then(|| OnlinePicture {
                imported: None,
                headcount: stated_count(Channel::Online),
                reported: reported(Channel::Online),
            }),
        },
        in_both_channels: None,
        walk_ins: None,
        no_shows: None,
        statements: all.iter().map(|one| statement(one, all, german)).collect(),
    }
}

/// The basis of this unit and channel.
fn stated(all: &[Headcount], unit: Unit, channel: Option<Channel>) -> Option<&Headcount> {
    all.iter()
        .find(|one| one.basis && one.unit == unit && one.channel == channel)
}

/// The words of the one statement that says the whole figure.
fn words(all: &[Headcount], unit: Unit, figure: Reconciled) -> Option<String> {
    let mut counted = all
        .iter()
        .filter(|one| one.basis && one.unit == unit && one.value.is_some() && one.channel.is_none() == figure.as_total);
    let only = counted.next().filter(|_| counted.next().is_none())?;
    only.stated_as
        .clone()
        .filter(|_| only.count().tally() == Some(figure.tally))
}

impl From<&Headcount> for StatedCount {
    fn from(row: &Headcount) -> Self {
        Self {
            value: row.value,
            qualifier: row.qualifier,
            stated_as: row.stated_as.clone(),
        }
    }
}

fn statement(one: &Headcount, all: &[Headcount], german: bool) -> AttendanceStatement {
    AttendanceStatement {
        kind: Basis::Headcount,
        id: one.id,
        value: one.value,
        qualifier: one.qualifier,
        unit: one.unit,
        channel: one.channel,
        method: one.method,
        source: one.source.clone(),
        stated_as: one.stated_as.clone(),
        recorded_at: one.recorded_at,
        is_basis: one.basis,
        why: why(one, all).in_words(german),
    }
}
