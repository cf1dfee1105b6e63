//! Who counts as having been there, as it comes in.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::base::body::{kept, mentioned};
use crate::base::problem::FieldError;
use crate::seminars::rules::{StatedRule, attendance_rule_faults};
use crate::seminars::service::RuleChange;

/// Merge patch of the rule: what is not mentioned stays.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"min_seconds": 900, "min_sessions": null}))]
pub struct AttendanceRulePatch {
    #[serde(default, deserialize_with = "kept")]
    #[schema(minimum = 0, maximum = 86_400, nullable = false)]
    pub min_seconds: Option<i32>,
    /// At most as many as the seminar has sessions; `null`: all.
    #[serde(default, deserialize_with = "mentioned")]
    #[schema(value_type = Option<i32>, minimum = 1, maximum = 100)]
    pub min_sessions: Option<Option<i32>>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(minimum = 0, maximum = 1440, nullable = false)]
    pub opens_minutes: Option<i32>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(minimum = 0, maximum = 3600, nullable = false)]
    pub bridge_gap_seconds: Option<i32>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(nullable = false)]
    pub clip_to_session: Option<bool>,
    /// Holds for what comes in from then on: `false` deletes no time that is kept already.
    #[serde(default, deserialize_with = "kept")]
    #[schema(nullable = false)]
    pub keep_times: Option<bool>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(nullable = false)]
    pub count_joins: Option<bool>,
}

impl AttendanceRulePatch {
    pub fn understand(self) -> RuleChange {
        RuleChange {
            min_seconds: self.min_seconds,
            min_sessions: self.min_sessions,
            opens_minutes: self.opens_minutes,
            bridge_gap_seconds: self.bridge_gap_seconds,
            clip_to_session: self.clip_to_session,
            keep_times: self.keep_times,
            count_joins: self.count_joins,
        }
    }
}

pub fn rule_faults(stated: &StatedRule<'_>) -> impl Iterator<Item = FieldError> {
    let faults = attendance_rule_faults(stated).into_iter();
    faults.map(|(at, why)| FieldError::member(at, why))
}
