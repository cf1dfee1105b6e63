//! What the reconciled picture looks like on the wire.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::attendance::model::{Basis, CountMethod, Headcount, ViewerMetric};
use crate::attendance::{Qualifier, Tally, Unit};
use crate::seminars::{Channel, SessionId};

/// Registrations, statements and figures side by side. Nothing known is `null`, not 0.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "registered": {"onsite": 62, "online": 75, "cancelled": 9, "waitlisted": 4},
    "participants": {"value": 131, "qualifier": "at_least", "lower_bound": 131, "stated_as": "über 130", "basis": "headcount"},
    "viewers": {"value": 450, "qualifier": "exact", "stated_as": "450 Zuschauende", "basis": "headcount", "metric": "unspecified"},
    "channels": {
        "onsite": {"checked_in": 56, "headcount": {"value": 58, "qualifier": "exact", "stated_as": null},
            "reported": {"value": 58, "qualifier": "exact", "basis": "headcount"}, "no_shows": 4},
        "online": {"imported": 71, "headcount": null, "reported": {"value": 71, "qualifier": "exact", "basis": "import"}, "no_shows": 10}},
    "in_both_channels": 3, "walk_ins": 2, "unidentified": 1, "no_shows": 14, "attended_after_cancellation": 1, "attended_from_waiting_list": 0,
    "sessions": [{"session_id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12", "starts_at": "2026-03-04T09:00:00Z", "onsite": 58, "online": 71, "people": 126,
        "in_both_channels": 3, "walk_ins": 2, "no_shows": 14}],
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
    /// People who took part through two channels and are counted once. `null` where people were counted in fewer.
    pub in_both_channels: Option<i64>,
    /// People who came without a registration. `null` where nobody was counted.
    pub walk_ins: Option<i64>,
    /// Of the walk-ins those of whom a report gives a name and nothing else: telephones, "iPhone". Each may be a
    /// person who was counted already, so this is how unsure the figure is.
    pub unidentified: Option<i64>,
    /// Confirmed, and seen through no channel. `null` before the last session is over, and where a channel
    /// with registrations was not looked at.
    pub no_shows: Option<i64>,
    /// Their registration was cancelled, and they came.
    pub attended_after_cancellation: Option<i64>,
    /// They were on the waiting list, and came.
    pub attended_from_waiting_list: Option<i64>,
    /// The same of each session, by people only: headcounts are of the seminar.
    pub sessions: Vec<SessionPicture>,
    /// Everything that was said and counted: headcounts in the order in which they were recorded, then the door,
    /// the reports, the links.
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
#[schema(example = json!({"onsite": {"checked_in": 56, "headcount": {"value": 58, "qualifier": "exact", "stated_as": null},
    "reported": {"value": 58, "qualifier": "exact", "basis": "headcount"}, "no_shows": 4}}))]
pub struct ChannelPictures {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub onsite: Option<OnsitePicture>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub online: Option<OnlinePicture>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"checked_in": 56, "headcount": {"value": 58, "qualifier": "exact", "stated_as": null},
    "reported": {"value": 58, "qualifier": "exact", "basis": "headcount"}, "no_shows": 4}))]
pub struct OnsitePicture {
    /// People seen at the door or on a signed list; `null` where nobody checked.
    pub checked_in: Option<i64>,
    pub headcount: Option<StatedCount>,
    pub reported: Option<ReportedCount>,
    /// Confirmed for it, and seen through no channel.
    pub no_shows: Option<i64>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"imported": 71, "headcount": null, "reported": {"value": 71, "qualifier": "exact", "basis": "import"}, "no_shows": 10}))]
pub struct OnlinePicture {
    /// People who attended by the platforms' reports, or by their join links where the seminar counts these; `null`
    /// where there is neither.
    pub imported: Option<i64>,
    pub headcount: Option<StatedCount>,
    pub reported: Option<ReportedCount>,
    /// Confirmed for it, and seen through no channel.
    pub no_shows: Option<i64>,
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
    /// Of the headcount or the import; `null` for what is counted from many rows.
    pub id: Option<Uuid>,
    pub value: Option<i64>,
    pub qualifier: Qualifier,
    pub unit: Unit,
    /// `null`: the seminar as a whole.
    pub channel: Option<Channel>,
    pub method: CountMethod,
    /// Of a report its format and the SHA-256 of the file.
    pub source: Option<String>,
    pub stated_as: Option<String>,
    /// `null` for what is counted anew each time.
    pub recorded_at: Option<DateTime<Utc>>,
    pub is_basis: bool,
    /// Why it counts or does not, in German or English by `Accept-Language`.
    pub why: String,
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

/// People of one session, each once.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"session_id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12", "starts_at": "2026-03-04T09:00:00Z", "onsite": 58, "online": 71,
    "people": 126, "in_both_channels": 3, "walk_ins": 2, "no_shows": 14}))]
pub struct SessionPicture {
    pub session_id: SessionId,
    pub starts_at: DateTime<Utc>,
    /// `null` where nobody checked.
    pub onsite: Option<i64>,
    /// `null` where there is no report and no link counts.
    pub online: Option<i64>,
    /// Both together, each person once.
    pub people: Option<i64>,
    pub in_both_channels: Option<i64>,
    pub walk_ins: Option<i64>,
    pub no_shows: Option<i64>,
}
