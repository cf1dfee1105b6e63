//! Colours and patterns. Each colour stands out from white by at least 4.5 to 1, and each series has a pattern of its own,
//! so that prints in grey and eyes that do not tell colours apart see the same.

/// How a series looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    pub colour: &'static str,
    pub pattern: Pattern,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    Full,
    Slanted,
    Dotted,
    /// Only its edge: it is not there yet.
    Edge,
}

/// By the key of the series.
pub fn look(series: &str) -> Look {
    let (colour, pattern) = match series {
        "cancelled" => ("#A33600", Pattern::Slanted),
        "postponed" => ("#5B3A8C", Pattern::Dotted),
        "planned" => ("#1F4E79", Pattern::Edge),
        "viewers" => ("#00695C", Pattern::Full),
        "no-shows" => ("#A33600", Pattern::Full),
        _ => ("#1F4E79", Pattern::Full),
    };
    Look { colour, pattern }
}

impl Look {
    /// The attributes of a bar. `picture`: what the ids of the picture begin with.
    pub fn attributes(self, picture: &str) -> String {
        let Self { colour, .. } = self;
        match self.pattern {
            Pattern::Full => format!("fill=\"{colour}\" stroke=\"{colour}\" stroke-width=\"1\""),
            Pattern::Edge => {
                format!("fill=\"#FFFFFF\" stroke=\"{colour}\" stroke-width=\"1.5\" stroke-dasharray=\"4 2\"")
            }
            Pattern::Slanted | Pattern::Dotted => {
                format!(
                    "fill=\"url(#{picture}-{})\" stroke=\"{colour}\" stroke-width=\"1\"",
                    self.name()
                )
            }
        }
    }

    /// Whether writing on it is read without a ground of its own.
    pub fn is_dark(self) -> bool {
        self.pattern == Pattern::Full
    }

    const fn name(self) -> &'static str {
        match self.pattern {
            Pattern::Full => "full",
            Pattern::Slanted => "slanted",
            Pattern::Dotted => "dotted",
            Pattern::Edge => "edge",
        }
    }

    /// What its attributes refer to.
    pub fn definition(self, picture: &str) -> String {
        let (colour, name) = (self.colour, self.name());
        let begin = format!(
            "<pattern id=\"{picture}-{name}\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\"><rect width=\"6\" height=\"6\" fill=\"#FFFFFF\"/>"
        );
        match self.pattern {
            Pattern::Full | Pattern::Edge => String::new(),
            Pattern::Slanted => format!(
                "{begin}<path d=\"M-1 1L1 -1M-1 7L7 -1M5 7L7 5\" stroke=\"{colour}\" stroke-width=\"2\"/></pattern>\n"
            ),
            Pattern::Dotted => format!(
                "{begin}<circle cx=\"1.5\" cy=\"1.5\" r=\"1.3\" fill=\"{colour}\"/><circle cx=\"4.5\" cy=\"4.5\" r=\"1.3\" fill=\"{colour}\"/></pattern>\n"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reports::model::CountedAs;

    /// WCAG 2.2, relative luminance against white.
    fn contrast(colour: &str) -> f64 {
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        1.05 / (0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5) + 0.05)
    }

    #[test]
    fn every_colour_stands_out_and_none_is_the_only_difference() {
        let looks = CountedAs::ALL
            .iter()
            .map(|what| look(what.as_str()))
            .collect::<Vec<_>>();
        for (n, one) in looks.iter().enumerate() {
            assert!(contrast(one.colour) >= 4.5, "{one:?}");
            assert!(looks[..n].iter().all(|other| other.pattern != one.pattern), "{one:?}");
        }
        for series in ["participants", "viewers", "registrations", "no-shows"] {
            assert!(contrast(look(series).colour) >= 4.5);
        }
        assert!(contrast(crate::reports::charts::drawing::SOFT) >= 7.0);
    }
}
