//! Which members of a seminar a change has changed, by the names they have in JSON.

use crate::seminars::model::{Channel, Party, Session};
use crate::seminars::store::Whole;

/// The members in which `after` differs from `before`. Seats that were given meanwhile are no change of the seminar.
pub fn changed_members(before: &Whole, after: &Whole) -> Vec<&'static str> {
    let (old, new) = (&before.seminar, &after.seminar);
    let (old_way, new_way) = (&before.admission, &after.admission);
    let (old_rule, new_rule) = (&before.attendance_rule, &after.attendance_rule);
    let minimum = |whole: &Whole| {
        let minimum = whole.admission.minimum();
        minimum.map(|minimum| (minimum, whole.admission.decided_at))
    };
    let mut rule_alone = new_rule.clone();
    rule_alone.team = old_rule.team.clone();
    let differ = [
        ("title", old.title != new.title),
        ("kind", old.kind != new.kind),
        ("language", old.language != new.language),
        ("description", old.description != new.description),
        ("audience", old.audience != new.audience),
        ("status", old.status != new.status),
        (
            "within",
            (old.within_from, old.within_to) != (new.within_from, new.within_to),
        ),
        ("sessions", sessions(before) != sessions(after)),
        ("channels", channels(before) != channels(after)),
        ("parties", parties(before) != parties(after)),
        ("collections", before.collections != after.collections),
        ("external_refs", before.external_refs != after.external_refs),
        ("waiting_list", old.waiting_list != new.waiting_list),
        ("waiting_list_limit", old.waiting_list_limit != new.waiting_list_limit),
        (
            "registration_opens_at",
            old.registration_opens_at != new.registration_opens_at,
        ),
        (
            "registration_closes_at",
            old.registration_closes_at != new.registration_closes_at,
        ),
        ("admission", old_way.admission != new_way.admission),
        ("confirmation", old_way.confirmation != new_way.confirmation),
        ("confirm_hours", old_way.confirm_hours != new_way.confirm_hours),
        ("offer_hours", old_way.offer_hours != new_way.offer_hours),
        ("capacity_unit", old_way.capacity_unit != new_way.capacity_unit),
        ("max_persons", old_way.max_persons != new_way.max_persons),
        ("contact_email", old_way.contact_email != new_way.contact_email),
        ("minimum", minimum(before) != minimum(after)),
        ("questions", old_way.questions != new_way.questions),
        ("consent_texts", old_way.consent_texts != new_way.consent_texts),
        ("attendance_rule", *old_rule != rule_alone),
        ("team", old_rule.team != new_rule.team),
    ];
    let changed = differ.into_iter().filter(|(_, differs)| *differs);
    changed.map(|(member, _)| member).collect()
}

fn sessions(whole: &Whole) -> Vec<&Session> {
    whole.sessions.iter().map(|(session, _)| session).collect()
}

fn channels(whole: &Whole) -> Vec<(Channel, Option<i32>)> {
    let offered = whole.channels.iter().filter(|seats| seats.offered);
    offered.map(|seats| (seats.channel, seats.capacity)).collect()
}

fn parties(whole: &Whole) -> Vec<&Party> {
    whole.parties.iter().map(|(party, _)| party).collect()
}
