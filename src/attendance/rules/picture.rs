//! Statements beside each other: what they come to, and why each one counts or does not.

use super::super::model::{Basis, Headcount};
use super::super::tally::{Count, Qualifier, Tally, Unit};
use super::{People, fits};
use crate::seminars::Channel;

/// What the bases of one unit come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reconciled {
    pub tally: Tally,
    /// Stated for the seminar as a whole; otherwise added up from its channels.
    pub as_total: bool,
}

/// One figure from the bases of one unit: the number stated for the whole seminar, else the sum of its channels,
/// never both. `offered` are the seminar's channels: one of them that nobody counted makes the sum a floor, for
/// somebody may have come there. `None` when nothing is known.
#[must_use]
pub fn reconcile(unit: Unit, bases: &[(Option<Channel>, Count)], offered: &[Channel]) -> Option<Reconciled> {
    let total = bases.iter().filter(|(channel, _)| channel.is_none());
    if let Some(tally) = total.filter_map(|(_, count)| count.tally()).next() {
        return Some(Reconciled { tally, as_total: true });
    }
    let known = |channel: Channel| {
        let of_channel = bases.iter().filter(|(of, _)| *of == Some(channel));
        of_channel.filter_map(|(_, count)| count.tally()).next()
    };
    let concerned = |channel: &Channel| {
        offered.contains(channel) && fits(unit, *channel) || bases.iter().any(|(of, _)| *of == Some(*channel))
    };
    let channels = Channel::ALL.iter().copied().filter(concerned).collect::<Vec<_>>();
    let sum = channels
        .iter()
        .filter_map(|channel| known(*channel))
        .reduce(Tally::plus)?;
    let all_known = channels.iter().all(|channel| known(*channel).is_some());
    let somebody_may_have_come = Count::new(0, Qualifier::AtLeast).tally().filter(|_| !all_known);
    Some(Reconciled {
        tally: somebody_may_have_come.map_or(sum, |some| sum.plus(some)),
        as_total: false,
    })
}

/// The same with what was counted of people: a channel without a stated number has theirs, and whoever was seen in both
/// channels is taken off the sum once. `None` where nothing is known.
#[must_use]
pub fn reconcile_with_people(
    bases: &[(Option<Channel>, Count)],
    people: &People,
    offered: &[Channel],
) -> Option<(Reconciled, Basis)> {
    let stated = |channel| {
        bases
            .iter()
            .any(|(of, count)| *of == Some(channel) && count.value.is_some())
    };
    let counted = [(Channel::Onsite, people.onsite), (Channel::Online, people.online)];
    let counted = counted
        .into_iter()
        .filter_map(|(channel, counted)| Some((channel, counted?)));
    let counted = counted.filter(|(channel, _)| !stated(*channel)).collect::<Vec<_>>();
    let filled = counted
        .iter()
        .map(|(channel, counted)| (Some(*channel), Count::new(counted.people, Qualifier::Exact)));
    // A statement without a number stays, where nobody was counted either: the channel was spoken of.
    let in_force = |(of, _): &(Option<Channel>, Count)| counted.iter().all(|(channel, _)| *of != Some(*channel));
    let all = bases.iter().copied().filter(in_force).chain(filled).collect::<Vec<_>>();
    let figure = reconcile(Unit::Participants, &all, offered)?;
    if figure.as_total {
        return Some((figure, Basis::Headcount));
    }
    let stated_any = Channel::ALL.iter().any(|channel| stated(*channel));
    let basis = match (counted.as_slice(), stated_any) {
        ([], _) => Basis::Headcount,
        ([(_, one)], false) => one.basis,
        (_, false) => Basis::AttendanceRecords,
        (_, true) => Basis::Mixed,
    };
    let tally = figure.tally.less(people.in_both);
    Some((Reconciled { tally, as_total: false }, basis))
}

/// Why a statement counts, or does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The basis for the seminar as a whole.
    Total,
    /// The basis of its channel, and part of the figure.
    Channel(Channel),
    /// The basis of its channel, but the figure is stated for the whole.
    ChannelBesideTotal(Channel),
    /// The basis, without a number.
    Unknown,
    /// The basis for something that no figure of people is made of.
    OtherUnit,
    /// Another statement is the basis.
    Beside,
    /// No statement is.
    NoBasis,
    /// People were counted, and no number is stated for the channel.
    People(Channel),
    /// People were counted, but a number is stated for the channel.
    PeopleBesideStated(Channel),
    /// People were counted, but the figure is stated for the whole.
    PeopleBesideTotal(Channel),
}

/// Why `one` of `all` the seminar's statements counts, or does not.
#[must_use]
pub fn why(one: &Headcount, all: &[Headcount]) -> Why {
    let total_is_known = || {
        all.iter()
            .any(|other| other.basis && other.unit == one.unit && other.channel.is_none() && other.value.is_some())
    };
    let other_basis = || {
        all.iter()
            .any(|other| other.basis && other.unit == one.unit && other.channel == one.channel)
    };
    match (one.basis, one.unit, one.channel) {
        (false, ..) if other_basis() => Why::Beside,
        (false, ..) => Why::NoBasis,
        _ if one.value.is_none() => Why::Unknown,
        (_, Unit::Companies | Unit::Questions, _) => Why::OtherUnit,
        (_, _, None) => Why::Total,
        (_, _, Some(channel)) if total_is_known() => Why::ChannelBesideTotal(channel),
        (_, _, Some(channel)) => Why::Channel(channel),
    }
}

impl Why {
    /// Why the people counted through `channel` are the figure, or are not.
    #[must_use]
    pub fn of_people(channel: Channel, headcounts: &[Headcount]) -> Self {
        let stated = |of: Option<Channel>| {
            headcounts
                .iter()
                .any(|one| one.basis && one.unit == Unit::Participants && one.channel == of && one.value.is_some())
        };
        match (stated(None), stated(Some(channel))) {
            (true, _) => Self::PeopleBesideTotal(channel),
            (false, true) => Self::PeopleBesideStated(channel),
            (false, false) => Self::People(channel),
        }
    }

    #[must_use]
    pub fn in_words(self, german: bool) -> String {
        let place = |channel: Channel| match (channel, german) {
            (Channel::Onsite, true) => "vor Ort",
            (Channel::Onsite, false) => "on site",
            (Channel::Online, _) => "online",
            (Channel::Livestream, true) => "den Livestream",
            (Channel::Livestream, false) => "the livestream",
        };
        match (self, german) {
            (Self::Total, true) => "Grundlage: gilt für die ganze Veranstaltung.".to_owned(),
            (Self::Total, false) => "The basis: stated for the seminar as a whole.".to_owned(),
            (Self::Channel(channel), true) => {
                format!(
                    "Grundlage für {}; zählt, weil keine Gesamtzahl Grundlage ist.",
                    place(channel)
                )
            }
            (Self::Channel(channel), false) => {
                format!("The basis for {}; counts because no total is a basis.", place(channel))
            }
            (Self::ChannelBesideTotal(channel), true) => format!(
                "Grundlage für {}; wird der Gesamtzahl nicht hinzugezählt, denn die ist eigens angegeben.",
                place(channel)
            ),
            (Self::ChannelBesideTotal(channel), false) => {
                format!(
                    "The basis for {}; not added to the total, which is stated by itself.",
                    place(channel)
                )
            }
            (Self::People(channel), true) => {
                format!("Grundlage für {}: jede Person einmal gezählt.", place(channel))
            }
            (Self::People(channel), false) => format!("The basis for {}: each person counted once.", place(channel)),
            (Self::PeopleBesideStated(channel), true) => {
                format!(
                    "Nicht die Grundlage für {}: dafür ist eine Zahl angegeben.",
                    place(channel)
                )
            }
            (Self::PeopleBesideStated(channel), false) => {
                format!("Not the basis for {}: a number is stated for it.", place(channel))
            }
            (Self::PeopleBesideTotal(channel), true) => format!(
                "Gezählt für {}; Grundlage ist die Zahl, die für die ganze Veranstaltung angegeben ist.",
                place(channel)
            ),
            (Self::PeopleBesideTotal(channel), false) => {
                format!(
                    "Counted for {}; the basis is the number stated for the seminar as a whole.",
                    place(channel)
                )
            }
            (Self::Unknown, true) => "Grundlage, nennt aber keine Zahl: sie ist unbekannt, nicht null.".to_owned(),
            (Self::Unknown, false) => "The basis, but it gives no number: that is unknown, not 0.".to_owned(),
            (Self::OtherUnit, true) => "Grundlage; zählt weder zu Teilnehmenden noch zu Zuschauenden.".to_owned(),
            (Self::OtherUnit, false) => "The basis; counts neither as participants nor as viewers.".to_owned(),
            (Self::Beside, true) => "Nicht die Grundlage: das ist eine andere Angabe.".to_owned(),
            (Self::Beside, false) => "Not the basis: another statement is.".to_owned(),
            (Self::NoBasis, true) => "Nicht die Grundlage: dazu ist keine Angabe erklärt.".to_owned(),
            (Self::NoBasis, false) => "Not the basis: no statement was declared to be.".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::super::super::model::{CountMethod, HeadcountId};
    use super::super::super::tally::{MAX_VALUE, sum};
    use super::*;
    use crate::auth::OrganisationId;
    use crate::seminars::SeminarId;
    use Channel::{Livestream, Online, Onsite};
    use Qualifier::{About, AtLeast, AtMost, Exact, MoreThan};

    const UNKNOWN: Count = Count {
        value: None,
        qualifier: Qualifier::Unknown,
    };

    fn exact(value: i64) -> Count {
        Count::new(value, Exact)
    }

    fn people(bases: &[(Option<Channel>, Count)], offered: &[Channel]) -> Option<(i64, Qualifier, bool)> {
        let figure = reconcile(Unit::Participants, bases, offered);
        figure.map(|figure| (figure.tally.value, figure.tally.qualifier, figure.as_total))
    }

    #[test]
    fn a_total_wins_over_its_parts() {
        let bases = [
            (Some(Onsite), exact(58)),
            (None, Count::new(130, MoreThan)),
            (Some(Online), exact(71)),
        ];
        assert_eq!(people(&bases, &[Onsite, Online]), Some((131, AtLeast, true)));
    }

    #[test]
    fn a_hybrid_total_needs_no_split() {
        let bases = [(None, Count::new(130, MoreThan))];
        assert_eq!(people(&bases, &[Onsite, Online]), Some((131, AtLeast, true)));
    }

    #[test]
    fn without_a_total_the_channels_are_added() {
        let bases = [(Some(Onsite), exact(58)), (Some(Online), Count::new(71, About))];
        assert_eq!(people(&bases, &[Onsite, Online]), Some((129, About, false)));
    }

    #[test]
    fn a_channel_nobody_counted_is_not_zero() {
        let onsite = (Some(Onsite), exact(58));
        assert_eq!(people(&[onsite], &[Onsite]), Some((58, Exact, false)));
        assert_eq!(people(&[onsite], &[Onsite, Livestream]), Some((58, Exact, false)));
        assert_eq!(people(&[onsite], &[Onsite, Online]), Some((58, AtLeast, false)));
        let unknown = (Some(Online), UNKNOWN);
        assert_eq!(people(&[onsite, unknown], &[Onsite]), Some((58, AtLeast, false)));
        let ceiling = (Some(Onsite), Count::new(58, AtMost));
        assert_eq!(people(&[ceiling], &[Onsite, Online]), Some((58, About, false)));
    }

    #[test]
    fn an_unknown_total_leaves_the_channels_their_say() {
        let bases = [(None, UNKNOWN), (Some(Onsite), exact(58))];
        assert_eq!(people(&bases, &[Onsite]), Some((58, Exact, false)));
    }

    #[test]
    fn nothing_known_is_no_figure() {
        assert_eq!(people(&[], &[Onsite, Online]), None);
        assert_eq!(people(&[(None, UNKNOWN), (Some(Onsite), UNKNOWN)], &[Onsite]), None);
    }

    fn stated(channel: Option<Channel>, unit: Unit, count: Count, basis: bool) -> Headcount {
        Headcount {
            organisation_id: OrganisationId(Uuid::nil()),
            id: HeadcountId(Uuid::nil()),
            seminar_id: SeminarId(Uuid::nil()),
            value: count.value,
            qualifier: count.qualifier,
            unit,
            channel,
            method: CountMethod::Reported,
            source: None,
            stated_as: None,
            basis,
            recorded_by: None,
            recorded_at: DateTime::<Utc>::UNIX_EPOCH,
        }
    }

    #[test]
    fn every_statement_says_why_it_counts() {
        let total = stated(None, Unit::Participants, exact(130), true);
        let unknown_total = stated(None, Unit::Participants, UNKNOWN, true);
        let other = stated(None, Unit::Participants, exact(125), false);
        let onsite = stated(Some(Onsite), Unit::Participants, exact(58), true);
        let stream = stated(Some(Livestream), Unit::Viewers, exact(450), true);
        let firms = stated(None, Unit::Companies, exact(10), true);
        let all = [
            total.clone(),
            other.clone(),
            onsite.clone(),
            stream.clone(),
            firms.clone(),
        ];
        assert_eq!(why(&total, &all), Why::Total);
        assert_eq!(why(&other, &all), Why::Beside);
        assert_eq!(why(&onsite, &all), Why::ChannelBesideTotal(Onsite));
        assert_eq!(why(&stream, &all), Why::Channel(Livestream));
        assert_eq!(why(&firms, &all), Why::OtherUnit);
        assert_eq!(why(&other, std::slice::from_ref(&other)), Why::NoBasis);
        let all = [unknown_total.clone(), onsite.clone()];
        assert_eq!(why(&unknown_total, &all), Why::Unknown);
        assert_eq!(why(&onsite, &all), Why::Channel(Onsite));
    }

    fn any_count() -> impl Strategy<Value = Count> {
        (0..=MAX_VALUE, prop::sample::select(Qualifier::ALL)).prop_map(|(value, qualifier)| match qualifier {
            Qualifier::Unknown => UNKNOWN,
            known => Count::new(value, known),
        })
    }

    /// At most one basis a channel, as the table has it.
    fn bases() -> impl Strategy<Value = Vec<(Option<Channel>, Count)>> {
        let each = [None, Some(Onsite), Some(Online)]
            .map(|channel| prop::option::of(any_count()).prop_map(move |count| count.map(|count| (channel, count))));
        each.prop_map(|bases| bases.into_iter().flatten().collect())
    }

    fn offered() -> impl Strategy<Value = Vec<Channel>> {
        prop::sample::subsequence(Channel::ALL, 0..=Channel::ALL.len())
    }

    proptest! {
        #[test]
        fn a_total_and_its_parts_are_never_both_counted(bases in bases(), offered in offered()) {
            let of = |total: bool| bases.iter().filter(move |(channel, _)| channel.is_none() == total).map(|(_, count)| *count);
            let figure = reconcile(Unit::Participants, &bases, &offered).map(|figure| figure.tally.value);
            let (whole, parts) = (sum(of(true)), sum(of(false)));
            prop_assert_eq!(figure, whole.or(parts).map(|tally| tally.value));
        }

        #[test]
        fn unknown_is_never_zero(bases in bases(), offered in offered()) {
            let figure = reconcile(Unit::Participants, &bases, &offered);
            let known = bases.iter().any(|(_, count)| count.value.is_some());
            prop_assert_eq!(figure.is_some(), known);
            // Where a seat channel was not counted, the sum of the others never claims to be all.
            let counted = |channel| bases.iter().any(|(of, count)| *of == Some(channel) && count.value.is_some());
            let gap = [Onsite, Online].into_iter().any(|channel| offered.contains(&channel) && !counted(channel));
            if let Some(figure) = figure.filter(|figure| !figure.as_total && gap) {
                prop_assert!(matches!(figure.tally.qualifier, AtLeast | About));
            }
        }

        #[test]
        fn why_and_figure_agree(bases in bases(), offered in offered()) {
            let all = bases.iter().map(|(channel, count)| stated(*channel, Unit::Participants, *count, true)).collect::<Vec<_>>();
            let counts = all.iter().filter(|one| matches!(why(one, &all), Why::Total | Why::Channel(_)));
            let told = counts.map(Headcount::count).filter_map(Count::tally).map(|tally| tally.value).reduce(|a, b| a + b);
            prop_assert_eq!(told, reconcile(Unit::Participants, &bases, &offered).map(|figure| figure.tally.value));
        }
    }
}
