//! Round ticks from zero to at least the largest value.

/// An axis that begins at zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    pub step: f64,
    pub end: f64,
}

/// As many steps as are wanted at most.
const STEPS: f64 = 5.0;

impl Axis {
    /// Whole steps of 1, 2 or 5 and their multiples by ten.
    pub fn up_to(largest: f64) -> Self {
        let largest = largest.max(1.0);
        let rough = largest / STEPS;
        let ten = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0]
            .into_iter()
            .map(|round| round * ten)
            .find(|step| *step >= rough * (1.0 - 1e-9));
        let step = step.unwrap_or(10.0 * ten).max(1.0).round();
        Self {
            step,
            end: (largest / step).ceil() * step,
        }
    }

    pub fn ticks(self) -> impl Iterator<Item = f64> {
        (0..=20)
            .map(move |n| f64::from(n) * self.step)
            .take_while(move |tick| *tick <= self.end + 1e-9)
    }

    /// Which part of the axis the value is.
    pub fn part(self, value: f64) -> f64 {
        (value / self.end).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ticks_are_round() {
        let ticks = |largest| Axis::up_to(largest).ticks().collect::<Vec<_>>();
        assert_eq!(ticks(0.0), [0.0, 1.0]);
        assert_eq!(ticks(1.0), [0.0, 1.0]);
        assert_eq!(ticks(4.0), [0.0, 1.0, 2.0, 3.0, 4.0]);
        assert_eq!(ticks(7.0), [0.0, 2.0, 4.0, 6.0, 8.0]);
        assert_eq!(ticks(222.0), [0.0, 50.0, 100.0, 150.0, 200.0, 250.0]);
        assert_eq!(ticks(1080.0), [0.0, 500.0, 1000.0, 1500.0]);
        assert_eq!(ticks(100.0), [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
    }

    proptest! {
        #[test]
        fn every_value_has_its_place(largest in 0.0_f64..1e9) {
            let axis = Axis::up_to(largest);
            let ticks = axis.ticks().collect::<Vec<_>>();
            prop_assert!((2..=7).contains(&ticks.len()), "{ticks:?}");
            prop_assert!(axis.end >= largest && ticks.last() == Some(&axis.end));
            prop_assert!(axis.end <= 2.5 * largest.max(1.0));
        }
    }
}
