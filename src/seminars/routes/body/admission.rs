//! How a seminar takes registrations, as it comes in.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::base::body::kept;
use crate::base::problem::FieldError;
use crate::seminars::model::{BelowMinimum, Minimum};
use crate::seminars::rules::{Stated, admission_faults};
use crate::seminars::service::{MinimumChange, NewAdmission};

/// How many must be registered for it to take place.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewMinimum, example = json!({"participants": 8, "decide_by": "2027-04-22T12:00:00+02:00", "otherwise": "notify"}))]
pub struct MinimumBody {
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub participants: i32,
    /// When that is decided: before the first session begins.
    pub decide_by: DateTime<Utc>,
    #[serde(default)]
    #[schema(default = "notify")]
    pub otherwise: BelowMinimum,
}

/// Merge patch of the minimum; where there is none yet, `participants` and `decide_by` are required.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"participants": 6}))]
pub struct MinimumPatch {
    #[serde(default, deserialize_with = "kept")]
    #[schema(minimum = 1, maximum = 1_000_000, nullable = false)]
    pub participants: Option<i32>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(nullable = false)]
    pub decide_by: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(nullable = false)]
    pub otherwise: Option<BelowMinimum>,
}

impl MinimumBody {
    pub fn understand(self) -> Minimum {
        Minimum {
            participants: self.participants,
            decide_by: self.decide_by,
            otherwise: self.otherwise,
        }
    }
}

impl MinimumPatch {
    pub fn understand(self) -> MinimumChange {
        MinimumChange {
            participants: self.participants,
            decide_by: self.decide_by,
            otherwise: self.otherwise,
        }
    }
}

pub fn default_confirm_hours() -> i32 {
    NewAdmission::default().confirm_hours
}

pub fn default_offer_hours() -> i32 {
    NewAdmission::default().offer_hours
}

pub fn default_persons() -> i32 {
    NewAdmission::default().max_persons
}

pub fn faults(stated: &Stated<'_>) -> impl Iterator<Item = FieldError> {
    let faults = admission_faults(stated).into_iter();
    faults.map(|(at, why)| FieldError::member(at, why))
}
