//! What speaks for two seminars being one event.

use crate::base::ids::words;

words! {
    /// What two announcements have in common. `same_day`: a day, or days that overlap; `similar_title`: most of the words,
    /// in whatever order and spelling; `same_place`: a venue by name or street; `shared_party`: somebody who offers both;
    /// `same_room`: the address of the online room; `same_time`: they begin within a quarter of an hour.
    #[schema(as = DuplicateEvidence)]
    Evidence {
        SameDay = "same_day",
        SimilarTitle = "similar_title",
        SamePlace = "same_place",
        SharedParty = "shared_party",
        SameRoom = "same_room",
        SameTime = "same_time",
    }
}
