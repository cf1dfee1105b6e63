//! What may be done with an import.

use crate::attendance::model::ImportState;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Say who its participants are.
    Resolve,
    Confirm,
    Revert,
    /// Forget it with everybody in it.
    Delete,
}

impl Step {
    #[cfg(test)]
    pub const ALL: &'static [Self] = &[Self::Resolve, Self::Confirm, Self::Revert, Self::Delete];
}

/// What it is then; `None`: not now. What counts is neither resolved differently nor deleted without being reverted first, so that no
/// figure changes by the way.
#[must_use]
pub const fn after(state: ImportState, step: Step) -> Option<ImportState> {
    match (state, step) {
        (ImportState::Previewed | ImportState::Reverted, Step::Resolve | Step::Delete) => Some(state),
        (ImportState::Previewed | ImportState::Reverted, Step::Confirm) => Some(ImportState::Confirmed),
        (ImportState::Confirmed, Step::Revert) => Some(ImportState::Reverted),
        (ImportState::Confirmed, Step::Resolve | Step::Confirm | Step::Delete)
        | (ImportState::Previewed | ImportState::Reverted, Step::Revert) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell() {
        use ImportState::{Confirmed, Previewed, Reverted};
        let table = [
            (Previewed, [Some(Previewed), Some(Confirmed), None, Some(Previewed)]),
            (Confirmed, [None, None, Some(Reverted), None]),
            (Reverted, [Some(Reverted), Some(Confirmed), None, Some(Reverted)]),
        ];
        assert_eq!(table.map(|(state, _)| state), *ImportState::ALL);
        for (state, expected) in table {
            let found = Step::ALL.iter().map(|step| after(state, *step)).collect::<Vec<_>>();
            assert_eq!(found, expected, "{state}");
        }
    }
}
