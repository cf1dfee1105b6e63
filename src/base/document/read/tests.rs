use super::*;

fn text(text: &str) -> Vec<Inline> {
    vec![Inline::Text { text: text.to_owned() }]
}

#[test]
fn a_text_becomes_blocks() {
    let document =
        read("# Bericht\n\n## Zahlen {#zahlen}\n\nEs *kamen* **180**.\n\n- a\n- b\n\n***\n\n![](chart:months)\n");
    assert_eq!(document.title, "Bericht");
    assert_eq!(
        document.blocks,
        [
            Block::Heading {
                level: 1,
                id: None,
                text: text("Bericht")
            },
            Block::Heading {
                level: 2,
                id: Some("zahlen".to_owned()),
                text: text("Zahlen")
            },
            Block::Paragraph {
                text: [
                    text("Es "),
                    vec![Inline::Emphasis { text: text("kamen") }],
                    text(" "),
                    vec![Inline::Strong { text: text("180") }],
                    text("."),
                ]
                .concat()
            },
            Block::List {
                ordered: false,
                items: vec![
                    vec![Block::Paragraph { text: text("a") }],
                    vec![Block::Paragraph { text: text("b") }]
                ]
            },
            Block::NewPage,
            Block::Picture {
                name: "months".to_owned()
            },
        ]
    );
}

#[test]
fn a_table_has_columns_notes_and_places() {
    let document = read(
        "| Nr. | Zahl |\n| :-- | --: |\n| [1](anchor:v1) | mindestens 131[^a] |\n\nSiehe [1](#v1).\n\n[^a]: „über 130“\n",
    );
    let Some(Block::Table { columns, head, rows }) = document.blocks.first() else {
        panic!("{:?}", document.blocks);
    };
    assert_eq!(
        columns.iter().map(|of| (of.right, of.longest)).collect::<Vec<_>>(),
        [(false, 3), (true, 14)]
    );
    assert_eq!(head.len(), 2);
    assert_eq!(
        rows.first().unwrap(),
        &[
            vec![Inline::Anchor {
                id: "v1".to_owned(),
                text: text("1")
            }],
            [text("mindestens 131"), vec![Inline::Note { number: 1 }]].concat(),
        ]
    );
    assert_eq!(document.notes, [text("„über 130“")]);
    assert_eq!(
        document.blocks.get(1).unwrap(),
        &Block::Paragraph {
            text: [
                text("Siehe "),
                vec![Inline::Reference {
                    to: "v1".to_owned(),
                    text: text("1")
                }],
                text(".")
            ]
            .concat()
        }
    );
}

#[test]
fn only_addresses_become_links_and_html_stays_text() {
    let document = read("[a](javascript:alert(1)) [b](https://example.org/) <b>c</b>");
    let Some(Block::Paragraph { text: words }) = document.blocks.first() else {
        panic!("{:?}", document.blocks);
    };
    assert_eq!(plain(words), "a b <b>c</b>");
    let links = words.iter().filter(|one| matches!(one, Inline::Link { .. }));
    assert_eq!(links.count(), 1);
}

#[test]
fn tables_with_one_head_have_one_width() {
    let document = read("| a |\n| :-- |\n| 1 |\n\n| a |\n| :-- |\n| 12345 |\n\n| b |\n| :-- |\n| 1 |\n");
    let longest = document.blocks.iter().filter_map(|block| match block {
        Block::Table { columns, .. } => columns.first().map(|column| column.longest),
        _ => None,
    });
    assert_eq!(longest.collect::<Vec<_>>(), [5, 5, 1]);
}

#[test]
fn links_lead_somewhere_and_headings_go_down_step_by_step() {
    let document = read("# A\n\n### B {#b}\n\n## C {#b}\n\n[x](#nowhere) [y](#b) [1](anchor:v) [2](anchor:v)\n");
    let levels = document.blocks.iter().filter_map(|block| match block {
        Block::Heading { level, id, .. } => Some((*level, id.is_some())),
        _ => None,
    });
    assert_eq!(levels.collect::<Vec<_>>(), [(1, false), (2, true), (2, false)]);
    let Some(Block::Paragraph { text }) = document.blocks.last() else {
        panic!("{:?}", document.blocks);
    };
    let named = |one: &&Inline| matches!(one, Inline::Reference { .. } | Inline::Anchor { .. });
    assert_eq!(text.iter().filter(named).count(), 2);
    assert_eq!(plain(text), "x y 1 2");
}

#[test]
fn a_note_called_twice_is_two_notes() {
    let document = read("a[^n] b[^n]\n\n[^n]: c\n");
    assert_eq!(document.notes, [text("c"), text("c")]);
}
