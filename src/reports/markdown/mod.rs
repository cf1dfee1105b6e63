//! stub
use super::model::ActivityReport;
#[must_use]
pub fn render_markdown(_: &ActivityReport) -> String {
    String::new()
}
