//! How a seminar of a file takes registrations, and who is counted.

use super::{Parts, Reader, understood};
use crate::imports::model::SeminarPart;
use crate::seminars::{
    ConsentText, NewAdmission, Question, TeamMember, admission_faults, attendance_rule_faults, stated_rule,
};

impl Reader {
    pub(super) fn admission(
        &mut self,
        part: &SeminarPart,
        questions: Parts<Question>,
        consent_texts: Parts<ConsentText>,
        at: &str,
    ) -> Option<NewAdmission> {
        let default = NewAdmission::default();
        let admission = NewAdmission {
            admission: part.admission,
            confirmation: part.confirmation,
            confirm_hours: part.confirm_hours.unwrap_or(default.confirm_hours),
            offer_hours: part.offer_hours.unwrap_or(default.offer_hours),
            capacity_unit: part.capacity_unit,
            max_persons: part.max_persons.unwrap_or(default.max_persons),
            contact_email: part.contact_email.clone(),
            // A day of decision would have to move with `in_days`; it is set once the seminar is there.
            minimum: None,
            questions: understood(questions)?,
            consent_texts: understood(consent_texts)?,
        };
        for (place, reason) in admission_faults(&admission.stated()) {
            self.refuse(format!("{at}{place}"), reason);
        }
        Some(admission)
    }

    /// Who is of the team, checked together with the rule.
    pub(super) fn team(&mut self, part: &SeminarPart, team: Parts<TeamMember>, at: &str) -> Option<Vec<TeamMember>> {
        let team = understood(team)?;
        for (place, reason) in attendance_rule_faults(&stated_rule(&part.attendance_rule, &team)) {
            self.refuse(format!("{at}{place}"), reason);
        }
        Some(team)
    }
}
