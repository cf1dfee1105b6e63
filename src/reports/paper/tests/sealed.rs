//! Papers of sealed reports, and of reports that are too long.

use super::*;
use crate::base::problem::Code;
use crate::reports::model::Deliberation;
use crate::reports::rules::samples::sealed;

#[test]
fn a_sealed_report_says_by_what_it_is_known() {
    let mut content = sealed(rules::report(&paper(), &rule("all"), &[], scope(), programme()));
    content.deliberation = Some(Deliberation {
        paper_reference: Some("2021/0047".parse().unwrap()),
        agenda_item_number: Some("Ö 7".parse().unwrap()),
        ..Deliberation::default()
    });
    let seal = |intact| Seal {
        intact,
        sha256: "ab".repeat(32),
        computed: "ab".repeat(32),
        recorded: None,
    };
    let text = render_sealed(&content, &seal(true));
    let digest = "ab".repeat(32);
    let line = format!(
        "- **Versiegelt:** am 01.01.1970 um 01:00 Uhr, Nr. {}, SHA-256 {digest}",
        content.id
    );
    assert!(text.lines().any(|one| one == line), "{text}");
    assert!(
        text.contains("- **Vorgelegt zu:** Vorlage 2021/0047, Tagesordnungspunkt Ö 7"),
        "{text}"
    );
    assert!(!text.contains("Achtung"));
    assert!(render_sealed(&content, &seal(false)).contains("**Achtung:**"));
    let head = |text: &str| {
        text.lines()
            .filter(|line| !line.starts_with("- **V"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        head(&text),
        head(&render_markdown(&content.report)),
        "the rest is the report"
    );
}

/// What an office says later does not stand under an earlier seal.
#[test]
fn a_sealed_paper_has_the_texts_it_was_sealed_with() {
    let mut content = sealed(rules::report(&paper(), &rule("all"), &[], scope(), programme()));
    let seal = Seal {
        intact: true,
        sha256: "ab".repeat(32),
        computed: "ab".repeat(32),
        recorded: None,
    };
    let later = render_sealed(&content, &seal);
    assert!(
        later.contains("## Rechtslage\n\n*Wird vom Fachamt ergänzt.*\n"),
        "{later}"
    );
    content.texts = Some(OfficeTexts {
        legal: "Damals *freiwillig*.".to_owned(),
        ..OfficeTexts::default()
    });
    let text = render_sealed(&content, &seal);
    assert!(text.contains("## Rechtslage\n\nDamals *freiwillig*.\n"), "{text}");
    assert!(!text.contains("Wird vom Fachamt"), "{text}");
}

/// What a printer's memory would not bear is refused before it is made; the other forms take it.
#[test]
fn what_is_too_long_for_a_printer_is_refused() {
    let many = (0..5_000).map(|n| seminar(&format!("Nummer {n}"))).collect();
    let report = rules::report(&paper(), &rule("all"), &[], scope(), many);
    let subject = Subject::of(&report, Forms::Neutral);
    let writer = paper_writer();
    let code = |refused: crate::base::problem::Error| refused.problem().code;
    let at = DateTime::UNIX_EPOCH;
    assert_eq!(
        writer.docx(&subject, at).map_err(code).err(),
        Some(Code::TooLongToPrint)
    );
    assert_eq!(
        writer.to_print(&subject, at).map_err(code).err(),
        Some(Code::TooLongToPrint)
    );
    assert!(writer.html(&subject).unwrap().matches("<span id=\"v").count() == 5_000);
}
