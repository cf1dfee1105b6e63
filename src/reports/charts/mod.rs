//! Statistics as pictures, as one paragraph for those who do not see them, and as tables. Pure: a statistic in, text out.
//!
//! The SVG is written here and not by a plotting library, because what those write has no title at each bar, no role and
//! no text alternative, and cannot say that a value is unknown. A picture stands alone: plain attributes, no styles, no
//! scripts, fonts by name only, so that a browser and the printer draw the same. What is unknown is absent and said,
//! never a bar of zero; a value that is a bound carries its sign; no two series differ by colour alone.
//!
//! Over more than three years the picture shows years where the statistic has months, which would be too many to be read;
//! of collections and partners it shows the largest. The table has everything.

mod alternative;
mod axis;
mod bar;
mod columns;
mod drawing;
mod lettering;
mod paint;
mod picture;
mod rows;
mod table;
mod values;

#[cfg(test)]
mod tests;

pub use alternative::alternative;
pub use picture::svg;
pub use table::csv;
