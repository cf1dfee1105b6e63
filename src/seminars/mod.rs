//! Seminars: the announced offers, with sessions, channels and parties, and how they take registrations.
//!
//! What happens to a seminar's date or place is a fact in its history (`schedule_changes`), with a reason; only
//! scheduled, postponed, cancelled and held are states. Not here: who registers (`registrations`, which also has
//! the operations that move people between channels), who came (`attendance`).

mod model;
mod routes;
mod rules;
mod service;
mod store;

pub use model::{
    Admission, AdmissionKind, AttendanceMode, AttendanceRule, Audience, BelowMinimum, CapacityUnit, ChangeKind,
    Channel, Confirmation, ConsentText, DatePrecision, Involved, Kind, Minimum, NewAttendanceRule, PartyRole, Question,
    QuestionKind, ReasonCode, Seats, Seminar, SeminarId, SeminarRef, Session, SessionId, Sharing, SharingId, Status,
    Team, TeamMember, TeamRole, Worded,
};
pub use routes::{
    ChannelBody, NewSeminarBody, PartyBody, SeminarPatch, SeminarView, SessionBody, configure, from_memory,
    session_list, view_for,
};
pub use rules::{
    Answered, Refusal, Stated, admission_faults, announced_end, attendance_mode, attendance_rule_faults, begin_of_day,
    capacity_fault, check_answers, check_consents, default_close, local, midnight_after, over_at, plausible, together,
    visible_to,
};
pub use service::{
    AdmissionChange, MinimumChange, Moved, NewAdmission, NewChannel, NewExternalRef, NewParty, NewSeminar, NewSession,
    Outcome, PartyName, Plan, SeminarChange, cancel, change, create, merge, move_to, postpone, publish, refused,
    reschedule, settle, stated_rule, unmerge,
};
pub use store::{
    Filter, Lookup, SharedWith, Sort, Whole, admission, attendance_rule, attendance_rules, begin_between, external_ids,
    find, find_all, list, lock, lock_all, lock_all_seats, lock_for_service, lock_limited_seats, lock_pair, lock_seats,
    lookup, page_by_id, reached, save_admission, save_all_seats, save_seats, schedule_changes, seats, sessions,
    stands_for_others, to_decide, versions, waited_for, whole, wholes,
};
