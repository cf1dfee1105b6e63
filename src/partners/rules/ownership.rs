//! Who decides which member of a seminar that another system keeps here.
//!
//! The other system decides until somebody here does. Nothing has to be declared for that; it follows from three pictures:
//! what was sent last, what stood here after it, and what stands here now.

use serde_json::{Map, Value};

/// The members that another system may state, by their names in JSON.
pub const MEMBERS: &[&str] = &[
    "title",
    "kind",
    "language",
    "description",
    "status",
    "sessions",
    "channels",
    "parties",
    "collections",
    "registration_opens_at",
    "registration_closes_at",
    "contact_email",
];

/// What of their parts somebody decides. Whatever else stands there follows from the moment or is given by us; and what a part
/// refers to is the same one, however it is called by now. A name that is added here is missing in the pictures of earlier
/// pushes: a migration has to add it there.
const PARTS: &[(&str, &[&str])] = &[
    (
        "sessions",
        &[
            "title",
            "starts_at",
            "ends_at",
            "date_precision",
            "time_zone",
            "venue",
            "online_platform",
            "join_url",
        ],
    ),
    ("channels", &["channel", "capacity"]),
    ("parties", &["role", "organisation", "name"]),
    ("collections", &["id"]),
];

/// What stands in these members of a seminar, as far as somebody decided it.
#[must_use]
pub fn decided(seminar: &Value) -> Map<String, Value> {
    let members = MEMBERS.iter().map(|member| {
        let mut value = seminar.get(*member).cloned().unwrap_or_default();
        let names = PARTS.iter().find(|(of, _)| of == member);
        if let (Some((_, names)), Some(parts)) = (names, value.as_array_mut()) {
            parts
                .iter_mut()
                .filter_map(Value::as_object_mut)
                .for_each(|part| reduce(part, names));
        }
        ((*member).to_owned(), value)
    });
    members.collect()
}

fn reduce(part: &mut Map<String, Value>, names: &[&str]) {
    part.retain(|name, _| names.contains(&name.as_str()));
    if part
        .get("organisation")
        .is_some_and(|organisation| !organisation.is_null())
    {
        // The organisation's own.
        part.remove("name");
    }
    for value in part.values_mut() {
        if let Some(id) = value.get("id") {
            *value = id.clone();
        }
    }
}

/// The members in which the other system wants something else than it did before. What it sends again unchanged it does
/// not insist on, so what was decided here meanwhile stays.
#[must_use]
pub fn wanted(sent: &Map<String, Value>, last: Option<&Map<String, Value>>) -> Vec<&'static str> {
    let new = |member: &&&str| {
        let value = sent.get(**member);
        value.is_some() && value != last.and_then(|last| last.get(**member))
    };
    MEMBERS.iter().filter(new).copied().collect()
}

/// The members in which `after` would undo what was decided here since the last push. `left` is how it stood after that
/// push, `None` where there was none: then all of it was decided here.
#[must_use]
pub fn undone(
    left: Option<&Map<String, Value>>,
    current: &Map<String, Value>,
    after: &Map<String, Value>,
) -> Vec<&'static str> {
    let ours = |member: &str| left.is_none_or(|left| left.get(member) != current.get(member));
    let lost = |member: &&&str| ours(member) && after.get(**member) != current.get(**member);
    MEMBERS.iter().filter(lost).copied().collect()
}

/// How it stands after a push, for the next to be compared with. What was decided here and not spoken of by the other system
/// stays a decision of ours; where both agree it is theirs again.
#[must_use]
pub fn remembered(
    left: Option<&Map<String, Value>>,
    current: &Map<String, Value>,
    after: Map<String, Value>,
    wanted: &[&str],
) -> Map<String, Value> {
    let mut remembered = after;
    for member in MEMBERS.iter().filter(|member| !wanted.contains(member)) {
        let before = left.and_then(|left| left.get(*member));
        if before != current.get(*member) {
            match before {
                Some(value) => remembered.insert((*member).to_owned(), value.clone()),
                None => remembered.remove(*member),
            };
        }
    }
    remembered
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn what_is_sent_again_unchanged_is_not_insisted_on() {
        let last = object(json!({"title": "A", "kind": "talk"}));
        let again = object(json!({"title": "A", "kind": "workshop", "language": "de"}));
        assert_eq!(wanted(&again, Some(&last)), ["kind", "language"]);
        assert_eq!(wanted(&again, None), ["title", "kind", "language"]);
        assert_eq!(wanted(&last, Some(&again)), ["kind"], "what is left out is not stated");
    }

    #[test]
    fn only_what_was_decided_here_since_can_be_undone() {
        let left = object(json!({"title": "A", "description": null}));
        let current = object(json!({"title": "B", "description": null}));
        let after = |title: &str| object(json!({"title": title, "description": "new"}));
        assert_eq!(undone(Some(&left), &current, &after("C")), ["title"]);
        assert!(
            undone(Some(&left), &current, &after("B")).is_empty(),
            "the other system agrees"
        );
        assert_eq!(
            undone(None, &current, &after("B")),
            ["description"],
            "written down here first: all of it is ours"
        );
    }

    #[test]
    fn a_decision_of_ours_stays_one_until_the_other_system_agrees() {
        let left = object(json!({"title": "A", "kind": "talk"}));
        let current = object(json!({"title": "B", "kind": "talk"}));
        let kept = remembered(Some(&left), &current, current.clone(), &["kind"]);
        assert_eq!(kept, left, "not spoken of");
        let agreed = remembered(Some(&left), &current, current.clone(), &["title"]);
        assert_eq!(agreed, current);
        let first = remembered(None, &current, current.clone(), &["kind"]);
        assert_eq!(first, object(json!({"kind": "talk"})), "written down here first");
    }

    #[test]
    fn seats_that_go_and_ids_are_nobodys_decision() {
        let seminar = |free: i32, id: &str| {
            decided(
                &json!({"title": "A", "channels": [{"channel": "onsite", "capacity": 5, "free_seats": free, "waiting": 0}],
                "sessions": [{"id": id, "starts_at": "2027-05-06T18:00:00+02:00"}], "version": 3}),
            )
        };
        assert_eq!(seminar(5, "x"), seminar(0, "y"));
        assert_eq!(seminar(5, "x").len(), MEMBERS.len());
    }

    #[test]
    fn a_new_name_of_what_is_referred_to_is_nobodys_decision() {
        let seminar = |name: &str, id: &str| {
            decided(
                &json!({"sessions": [{"venue": {"id": id, "name": name, "street": name}}], "collections": [{"id": id, "name": name}],
                "parties": [{"role": "lead", "organisation": {"id": id, "slug": name, "name": name}, "name": name}]}),
            )
        };
        assert_eq!(seminar("Digital Hub", "x"), seminar("digitalHUB", "x"));
        let other = seminar("Digital Hub", "y");
        for member in ["sessions", "collections", "parties"] {
            assert_ne!(seminar("Digital Hub", "x").get(member), other.get(member), "{member}");
        }
        let named = |name: &str| decided(&json!({"parties": [{"role": "lead", "organisation": null, "name": name}]}));
        assert_ne!(
            named("Anna"),
            named("Berta"),
            "who is no organisation is known by the name alone"
        );
    }
}
