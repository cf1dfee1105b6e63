//! A document for Word and LibreOffice (ECMA-376, WordprocessingML).
//!
//! Written by ourselves: `docx-rs` 0.4 knows neither the language of a text, nor the title of a document, nor a heading row
//! that is repeated on each page, and whoever has a text read to them needs all three. The same document at the same moment
//! is the same file, byte by byte.

mod body;

use std::io::{Cursor, Write};

use chrono::{DateTime, SecondsFormat, Utc};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use self::body::{Body, runs};
use super::{Document, Picture, escaped};
use crate::base::problem::{Error, Result};

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
pub const NAMESPACES: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
    xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";

/// The file. `styles` is its `word/styles.xml`, with the styles that `templates/report/styles.xml` names.
pub fn docx(document: &Document, pictures: &[Picture], styles: &str, at: DateTime<Utc>) -> Result<Vec<u8>> {
    let mut body = Body::new(pictures);
    body.blocks(&document.blocks);
    let notes = footnotes(document, &mut body);
    let Body {
        xml, links, numberings, ..
    } = body;
    let parts = [
        ("[Content_Types].xml", content_types()),
        ("_rels/.rels", package_relations()),
        ("docProps/core.xml", properties(document, at)),
        ("word/document.xml", main_part(&xml)),
        ("word/_rels/document.xml.rels", relations(&links)),
        ("word/_rels/footnotes.xml.rels", relations(&links)),
        ("word/styles.xml", styles.to_owned()),
        ("word/numbering.xml", numbering(numberings)),
        ("word/settings.xml", settings(document.language)),
        ("word/footnotes.xml", notes),
        ("word/footer1.xml", footer()),
    ];
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    // Without a time of its own: the archive knows the one it is given and no other.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    for (name, text) in parts {
        archive.start_file(name, options).map_err(Error::internal)?;
        archive.write_all(text.as_bytes()).map_err(Error::internal)?;
    }
    Ok(archive.finish().map_err(Error::internal)?.into_inner())
}

fn main_part(body: &str) -> String {
    // A4 with margins of 2 cm, in twentieths of a point.
    format!(
        "{HEAD}<w:document {NAMESPACES}><w:body>{body}<w:sectPr><w:footerReference w:type=\"default\" r:id=\"footer\"/>\
         <w:pgSz w:w=\"11906\" w:h=\"16838\"/><w:pgMar w:top=\"1134\" w:right=\"1134\" w:bottom=\"1134\" w:left=\"1134\" \
         w:header=\"567\" w:footer=\"567\" w:gutter=\"0\"/></w:sectPr></w:body></w:document>"
    )
}

fn footnotes(document: &Document, body: &mut Body<'_>) -> String {
    let mut xml = format!(
        "{HEAD}<w:footnotes {NAMESPACES}>\
         <w:footnote w:type=\"separator\" w:id=\"0\"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>\
         <w:footnote w:type=\"continuationSeparator\" w:id=\"1\"><w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>"
    );
    for (id, note) in (body::FIRST_NOTE..).zip(&document.notes) {
        xml.push_str(&format!(
            "<w:footnote w:id=\"{id}\"><w:p><w:pPr><w:pStyle w:val=\"FootnoteText\"/></w:pPr>\
             <w:r><w:rPr><w:rStyle w:val=\"FootnoteReference\"/></w:rPr><w:footnoteRef/></w:r>\
             <w:r><w:t xml:space=\"preserve\"> </w:t></w:r>{}</w:p></w:footnote>",
            runs(note, body)
        ));
    }
    xml.push_str("</w:footnotes>");
    xml
}

fn properties(document: &Document, at: DateTime<Utc>) -> String {
    let at = at.to_rfc3339_opts(SecondsFormat::Secs, true);
    format!(
        "{HEAD}<cp:coreProperties xmlns:cp=\"{PACKAGE}/metadata/core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
         xmlns:dcterms=\"http://purl.org/dc/terms/\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\
         <dc:title>{}</dc:title><dc:creator>Einlass</dc:creator><dc:language>{}</dc:language>\
         <dcterms:created xsi:type=\"dcterms:W3CDTF\">{at}</dcterms:created>\
         <dcterms:modified xsi:type=\"dcterms:W3CDTF\">{at}</dcterms:modified></cp:coreProperties>",
        escaped(&document.title),
        region(document.language)
    )
}

/// Word wants to know which German.
fn region(language: &str) -> &str {
    match language {
        "de" => "de-DE",
        "en" => "en-GB",
        other => other,
    }
}

fn content_types() -> String {
    let word = "application/vnd.openxmlformats-officedocument.wordprocessingml";
    let mut xml = format!(
        "{HEAD}<Types xmlns=\"{PACKAGE}/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
         <Override PartName=\"/docProps/core.xml\" ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/>"
    );
    for (part, kind) in [
        ("document", "document.main"),
        ("styles", "styles"),
        ("numbering", "numbering"),
        ("settings", "settings"),
        ("footnotes", "footnotes"),
        ("footer1", "footer"),
    ] {
        xml.push_str(&format!(
            "<Override PartName=\"/word/{part}.xml\" ContentType=\"{word}.{kind}+xml\"/>"
        ));
    }
    xml.push_str("</Types>");
    xml
}

fn package_relations() -> String {
    format!(
        "{HEAD}<Relationships xmlns=\"{PACKAGE}/relationships\">\
         <Relationship Id=\"document\" Type=\"{OFFICE}/officeDocument\" Target=\"word/document.xml\"/>\
         <Relationship Id=\"properties\" Type=\"{PACKAGE}/relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/>\
         </Relationships>"
    )
}

fn relations(links: &[String]) -> String {
    let mut xml = format!("{HEAD}<Relationships xmlns=\"{PACKAGE}/relationships\">");
    for (id, target) in [
        ("styles", "styles.xml"),
        ("numbering", "numbering.xml"),
        ("settings", "settings.xml"),
        ("footnotes", "footnotes.xml"),
        ("footer", "footer1.xml"),
    ] {
        xml.push_str(&format!(
            "<Relationship Id=\"{id}\" Type=\"{OFFICE}/{id}\" Target=\"{target}\"/>"
        ));
    }
    for (number, link) in links.iter().enumerate() {
        xml.push_str(&format!(
            "<Relationship Id=\"link{number}\" Type=\"{OFFICE}/hyperlink\" Target=\"{}\" TargetMode=\"External\"/>",
            escaped(link)
        ));
    }
    xml.push_str("</Relationships>");
    xml
}

/// One list with dots, and each numbered list with a count of its own.
fn numbering(numbered: usize) -> String {
    let level = |format: &str, text: &str| {
        format!(
            "<w:lvl w:ilvl=\"0\"><w:start w:val=\"1\"/><w:numFmt w:val=\"{format}\"/><w:lvlText w:val=\"{text}\"/>\
             <w:lvlJc w:val=\"left\"/><w:pPr><w:ind w:left=\"426\" w:hanging=\"284\"/></w:pPr></w:lvl>"
        )
    };
    let mut xml = format!(
        "{HEAD}<w:numbering {NAMESPACES}><w:abstractNum w:abstractNumId=\"0\">{}</w:abstractNum>\
         <w:abstractNum w:abstractNumId=\"1\">{}</w:abstractNum><w:num w:numId=\"1\"><w:abstractNumId w:val=\"0\"/></w:num>",
        level("bullet", "•"),
        level("decimal", "%1.")
    );
    for id in (body::FIRST_NUMBERED..).take(numbered) {
        xml.push_str(&format!(
            "<w:num w:numId=\"{id}\"><w:abstractNumId w:val=\"1\"/><w:lvlOverride w:ilvl=\"0\"><w:startOverride w:val=\"1\"/>\
             </w:lvlOverride></w:num>"
        ));
    }
    xml.push_str("</w:numbering>");
    xml
}

fn settings(language: &str) -> String {
    format!(
        "{HEAD}<w:settings {NAMESPACES}><w:autoHyphenation/><w:footnotePr><w:footnote w:id=\"0\"/><w:footnote w:id=\"1\"/></w:footnotePr>\
         <w:compat><w:compatSetting w:name=\"compatibilityMode\" w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\"/></w:compat>\
         <w:themeFontLang w:val=\"{}\"/></w:settings>",
        region(language)
    )
}

fn footer() -> String {
    let field = |name: &str| {
        format!("<w:fldSimple w:instr=\" {name} \"><w:r><w:rPr><w:noProof/></w:rPr><w:t>1</w:t></w:r></w:fldSimple>")
    };
    let words = |text: &str| format!("<w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r>");
    format!(
        "{HEAD}<w:ftr {NAMESPACES}><w:p><w:pPr><w:pStyle w:val=\"Footer\"/></w:pPr>{}{}{}{}</w:p></w:ftr>",
        words("Seite "),
        field("PAGE"),
        words(" von "),
        field("NUMPAGES")
    )
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;
    use crate::base::document::read;

    fn part(file: &[u8], name: &str) -> String {
        let mut archive = zip::ZipArchive::new(Cursor::new(file)).unwrap();
        let mut text = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    fn written(markdown: &str) -> Vec<u8> {
        docx(&read(markdown), &[], "<styles/>", DateTime::UNIX_EPOCH).unwrap()
    }

    #[test]
    fn title_language_and_time_are_told() {
        let file = written("# Bericht & Zahlen\n");
        let core = part(&file, "docProps/core.xml");
        for one in [
            "<dc:title>Bericht &amp; Zahlen</dc:title>",
            "<dc:language>de-DE</dc:language>",
            ">1970-01-01T00:00:00Z</dcterms:created>",
        ] {
            assert!(core.contains(one), "{one}");
        }
        assert_eq!(file, written("# Bericht & Zahlen\n"), "the same bytes");
    }

    #[test]
    fn headings_lists_tables_links_and_notes() {
        let file = written(
            "# T\n\n## A {#a-b}\n\n1. x\n\n***\n\n1. y\n\n- z\n\n| n | m |\n| :-- | --: |\n| [1](anchor:v1) | 131[^n] |\n\n[w](https://e.org/?a&b) [1](#v1)\n\n[^n]: „über 130“ [q](https://e.org/q)\n",
        );
        let document = part(&file, "word/document.xml");
        for one in [
            "<w:pStyle w:val=\"Heading2\"/>",
            "<w:bookmarkStart w:id=\"0\" w:name=\"a_b\"/>",
            "<w:numId w:val=\"2\"/>",
            "<w:numId w:val=\"3\"/>",
            "<w:numId w:val=\"1\"/>",
            "<w:pageBreakBefore/>",
            "<w:tblHeader/>",
            "<w:jc w:val=\"right\"/>",
            "<w:footnoteReference w:id=\"2\"/>",
            "<w:hyperlink w:anchor=\"v1\" w:history=\"1\">",
            "<w:hyperlink r:id=\"link0\" w:history=\"1\">",
        ] {
            assert!(document.contains(one), "{one}\n{document}");
        }
        let relations = part(&file, "word/_rels/document.xml.rels");
        assert!(relations.contains("Target=\"https://e.org/?a&amp;b\""), "{relations}");
        let notes = part(&file, "word/footnotes.xml");
        assert!(
            notes.contains("„über 130“") && notes.contains("r:id=\"link1\""),
            "{notes}"
        );
        assert_eq!(
            part(&file, "word/numbering.xml").matches("<w:num ").count(),
            3,
            "a count for each"
        );
    }
}
