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
    Admission, AdmissionKind, AttendanceMode, Audience, BelowMinimum, CapacityUnit, ChangeKind, Channel, Confirmation,
    ConsentText, DatePrecision, Kind, Minimum, PartyRole, Question, QuestionKind, ReasonCode, Seats, Seminar,
    SeminarId, Session, SessionId, Status, Worded,
};
pub use routes::{ChannelBody, Reason, SeminarPatch, SeminarView, configure, view_for};
pub use rules::{
    Answered, Refusal, Stated, admission_faults, attendance_mode, begin_of_day, capacity_fault, check_answers,
    check_consents, default_close, visible_to,
};
pub use service::{
    AdmissionChange, MinimumChange, Moved, NewAdmission, NewChannel, NewExternalRef, NewParty, NewSeminar, NewSession,
    Outcome, PartyName, Plan, SeminarChange, change, create, move_to, refused, settle,
};
pub use store::{
    Whole, admission, admissions, find, lock, lock_seats, reached, save_admission, save_seats, seats, sessions, whole,
};
