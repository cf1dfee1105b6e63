use super::*;
use crate::reports::model::{Measure, StatisticName};
use crate::reports::rules::samples::{paper, programme, rule, scope};
use crate::reports::rules::statistics::of_report;
use crate::reports::rules::{built_ins, report};

#[test]
fn a_picture_is_well_formed_and_says_what_it_shows() {
    let report = report(&paper(), &rule("all"), &built_ins(), scope(), programme());
    for name in StatisticName::ALL {
        let Some(statistic) = of_report(&report, *name, Measure::Seminars) else {
            continue;
        };
        let text = svg(&statistic, None);
        let document = roxmltree::Document::parse(&text).unwrap();
        let root = document.root_element();
        assert_eq!(root.attribute("role"), Some("img"));
        let ids = root.attribute("aria-labelledby").unwrap().split(' ');
        let said = ids.map(|id| {
            root.children()
                .find(|one| one.attribute("id") == Some(id))
                .unwrap()
                .text()
        });
        let alternative = alternative(&statistic);
        assert_eq!(
            said.collect::<Vec<_>>(),
            [Some(statistic.title.as_str()), Some(alternative.as_str())]
        );
    }
}
