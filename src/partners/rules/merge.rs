//! Whether two seminars may become one event.

use super::duplicates::Days;
use crate::auth::OrganisationId;
use crate::seminars::{Audience, SeminarId, Status};

/// One of the two.
#[derive(Clone, Debug)]
pub struct Side {
    pub organisation: OrganisationId,
    pub status: Status,
    pub audience: Audience,
    pub days: Vec<Days>,
    /// What stands for it already.
    pub merged_into: Option<SeminarId>,
    /// Whether it stands for others.
    pub stands_for_others: bool,
}

/// Why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Objection {
    /// One of them is a draft.
    Draft,
    /// Whoever is asked cannot see it, or nobody could see what is left.
    Internal,
    /// It was held, and the one that would stand for it is not said to have been.
    NotYetHeld,
    /// It is merged into another one.
    Merged {
        into: SeminarId,
    },
    /// The other one is merged itself.
    IntoMerged {
        into: SeminarId,
    },
    StandsForOthers,
    OtherDays,
    Contradiction {
        seminar: Status,
        into: Status,
    },
}

/// Whether what is said of both can be said of one event. That it was held is said by one before the other; a draft says nothing
/// yet.
#[must_use]
pub fn could_be_one(one: Status, other: Status) -> bool {
    use Status::{Draft, Held, Scheduled};
    one == other
        || matches!(
            (one, other),
            (Scheduled, Held) | (Held, Scheduled) | (Draft, _) | (_, Draft)
        )
}

/// Whether `into` may stand for `seminar`. One stands for many, but nothing for what stands for others: so there is neither
/// chain nor ring.
pub fn may_merge(seminar: &Side, into: &Side) -> Result<(), Objection> {
    if seminar.status == Status::Draft || into.status == Status::Draft {
        return Err(Objection::Draft);
    }
    if let Some(into) = seminar.merged_into {
        return Err(Objection::Merged { into });
    }
    if let Some(into) = into.merged_into {
        return Err(Objection::IntoMerged { into });
    }
    if seminar.stands_for_others {
        return Err(Objection::StandsForOthers);
    }
    let hidden = |side: &Side| side.audience == Audience::Internal;
    let of_two = seminar.organisation != into.organisation;
    if hidden(into) && !hidden(seminar) || of_two && (hidden(seminar) || hidden(into)) {
        return Err(Objection::Internal);
    }
    let meet = |day: &Days| into.days.iter().any(|other| day.overlap(*other));
    if !seminar.days.iter().any(meet) {
        return Err(Objection::OtherDays);
    }
    if !could_be_one(seminar.status, into.status) {
        return Err(Objection::Contradiction {
            seminar: seminar.status,
            into: into.status,
        });
    }
    if seminar.status == Status::Held && into.status == Status::Scheduled {
        return Err(Objection::NotYetHeld);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn side(organisation: u128) -> Side {
        let day = "2027-05-06".parse().unwrap();
        Side {
            organisation: OrganisationId(Uuid::from_u128(organisation)),
            status: Status::Scheduled,
            audience: Audience::Public,
            days: vec![Days { from: day, to: day }],
            merged_into: None,
            stands_for_others: false,
        }
    }

    /// The whole table: the one that is to be merged in rows, the one that stands for it in columns.
    #[test]
    fn what_is_said_of_both() {
        use Status::{Cancelled, Draft, Held, Postponed, Scheduled};
        let columns = [Draft, Scheduled, Postponed, Cancelled, Held];
        for (status, row) in [
            (Draft, ["draft"; 5]),
            (Scheduled, ["draft", "yes", "no", "no", "yes"]),
            (Postponed, ["draft", "no", "yes", "no", "no"]),
            (Cancelled, ["draft", "no", "no", "yes", "no"]),
            (Held, ["draft", "not yet", "no", "no", "yes"]),
        ] {
            let found = columns.map(|into| {
                let (seminar, into) = (
                    Side { status, ..side(1) },
                    Side {
                        status: into,
                        ..side(2)
                    },
                );
                match may_merge(&seminar, &into) {
                    Ok(()) => "yes",
                    Err(Objection::Draft) => "draft",
                    Err(Objection::NotYetHeld) => "not yet",
                    Err(Objection::Contradiction { .. }) => "no",
                    Err(other) => panic!("{other:?}"),
                }
            });
            assert_eq!(found, row, "{status}");
        }
    }

    #[test]
    fn neither_chain_nor_ring() {
        let into = SeminarId(Uuid::nil());
        let merged = || Side {
            merged_into: Some(into),
            ..side(1)
        };
        let standing = || Side {
            stands_for_others: true,
            ..side(2)
        };
        assert_eq!(may_merge(&merged(), &side(2)), Err(Objection::Merged { into }));
        assert_eq!(may_merge(&side(2), &merged()), Err(Objection::IntoMerged { into }));
        assert_eq!(may_merge(&standing(), &side(1)), Err(Objection::StandsForOthers));
        assert_eq!(may_merge(&side(1), &standing()), Ok(()), "one stands for many");
    }

    #[test]
    fn on_one_of_its_days_at_least() {
        let other = "2027-05-07".parse().unwrap();
        let tomorrow = Side {
            days: vec![Days { from: other, to: other }],
            ..side(2)
        };
        assert_eq!(may_merge(&side(1), &tomorrow), Err(Objection::OtherDays));
        let mut both = tomorrow.clone();
        both.days.extend(side(1).days);
        assert_eq!(may_merge(&side(1), &both), Ok(()));
        let never = Side {
            days: Vec::new(),
            ..side(2)
        };
        assert_eq!(may_merge(&never, &side(1)), Err(Objection::OtherDays));
    }

    #[test]
    fn nobody_is_asked_about_what_they_cannot_see() {
        let internal = |organisation| Side {
            audience: Audience::Internal,
            ..side(organisation)
        };
        assert_eq!(may_merge(&internal(1), &side(2)), Err(Objection::Internal));
        assert_eq!(may_merge(&side(1), &internal(2)), Err(Objection::Internal));
        assert_eq!(may_merge(&internal(1), &side(1)), Ok(()));
        assert_eq!(may_merge(&internal(1), &internal(1)), Ok(()));
        assert_eq!(
            may_merge(&side(1), &internal(1)),
            Err(Objection::Internal),
            "nothing would be left to see"
        );
    }
}
