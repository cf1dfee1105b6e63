//! What happens to files on their way: cut, changed, saved again by another programme.

use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use proptest::prelude::*;
use proptest::sample::Index;

use super::*;

/// People as they are read, wherever in the file they stand.
fn people(report: &Report) -> Vec<Seen> {
    let mut people = report.people.clone();
    for seen in &mut people {
        seen.line = 0;
    }
    people
}

fn only_true_matches(name: &str, damaged: &[u8], original: &[u8]) {
    let scene = scene();
    let Ok(report) = read(damaged, &how()) else { return };
    let truth = matched(&read(original, &how()).unwrap(), &scene);
    for found in matched(&report, &scene) {
        assert!(truth.contains(&found), "{name}: {found:?}");
    }
}

fn says_that_it_may_be_cut(report: &Report) -> bool {
    report.warnings.iter().any(|warning| {
        matches!(
            warning,
            Warning::MayBeCutOff { .. }
                | Warning::FewerThanSaid { .. }
                | Warning::OnlyInSummary { .. }
                | Warning::SummaryDisagrees { .. }
                | Warning::NeverLeft { .. }
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50))]

    #[test]
    fn cut_off(cut in any::<Index>()) {
        for (name, bytes) in reports() {
            let cut = cut.index(bytes.len());
            let piece = &bytes[..cut];
            only_true_matches(&name, piece, &bytes);
            // Between two rows of a list nobody can see that more was to come.
            let unit = if name.starts_with("teams-20") && !name.contains("resaved") || name == "webex.csv" { 2 } else { 1 };
            let tail = &bytes[cut.saturating_sub(2 * unit)..cut];
            let between_rows = tail.contains(&b'\n') || tail.contains(&b'\r') || name.starts_with("bbb") && tail.ends_with(b"\"");
            if let Ok(report) = read(piece, &how()) && !between_rows {
                prop_assert!(says_that_it_may_be_cut(&report) , "{} cut at {}: {:?}", name, cut, report.warnings);
            }
        }
    }

    #[test]
    fn one_byte_in_a_hundred_is_another(places in prop::collection::vec((any::<Index>(), any::<u8>()), 1..80)) {
        for (name, bytes) in reports() {
            let mut damaged = bytes.clone();
            for (place, value) in places.iter().take(bytes.len() / 100) {
                let place = place.index(bytes.len());
                damaged[place] = *value;
            }
            only_true_matches(&name, &damaged, &bytes);
        }
    }

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..400), text in "(Name|Email|Join time|Leave time|\\PC{0,9}|[,;\t\"\n]){0,60}") {
        for bytes in [bytes.as_slice(), text.as_bytes()] {
            if let Err(refused) = read(bytes, &how()) {
                prop_assert!(!refused.detail(true).is_empty() && !refused.detail(false).is_empty());
            }
        }
    }
}

#[test]
fn saved_again_it_says_the_same() {
    for (name, bytes) in reports() {
        let original = read(&bytes, &how()).unwrap();
        let text = decoded(&bytes, original.encoding);
        for delimiter in [b',', b';', b'\t'] {
            let text = separated(&text, original.delimiter, delimiter);
            for (encoding, bytes) in encoded(&text) {
                let again = read(&bytes, &how()).unwrap_or_else(|error| panic!("{name} {encoding}: {error:?}"));
                assert_eq!(again.encoding, encoding, "{name}");
                assert_eq!(again.delimiter, char::from(delimiter), "{name} {encoding}");
                assert_eq!(
                    people(&again),
                    people(&original),
                    "{name} {encoding} {}",
                    char::from(delimiter)
                );
                assert_eq!(again.date_order, original.date_order, "{name} {encoding}");
            }
        }
    }
}

fn decoded(bytes: &[u8], encoding: Encoding) -> String {
    let encoding = match encoding {
        Encoding::Utf8 | Encoding::Utf8Bom => UTF_8,
        Encoding::Utf16Le | Encoding::Utf16LeBom => UTF_16LE,
        Encoding::Utf16Be | Encoding::Utf16BeBom => UTF_16BE,
        Encoding::Windows1252 => WINDOWS_1252,
    };
    encoding.decode(bytes).0.into_owned()
}

fn separated(text: &str, from: char, to: u8) -> String {
    let mut reader = csv::ReaderBuilder::new();
    let reader = reader
        .has_headers(false)
        .flexible(true)
        .delimiter(u8::try_from(from).unwrap());
    let mut writer = csv::WriterBuilder::new();
    let mut writer = writer
        .flexible(true)
        .delimiter(to)
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    for record in reader.from_reader(text.as_bytes()).records() {
        writer.write_record(&record.unwrap()).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

fn encoded(text: &str) -> Vec<(Encoding, Vec<u8>)> {
    let wide = |mark: &[u8], bytes: fn(u16) -> [u8; 2]| {
        let units = text.encode_utf16().flat_map(bytes);
        mark.iter().copied().chain(units).collect::<Vec<u8>>()
    };
    let mut all = vec![
        (Encoding::Utf8, text.as_bytes().to_vec()),
        (Encoding::Utf8Bom, [b"\xEF\xBB\xBF", text.as_bytes()].concat()),
        (Encoding::Utf16LeBom, wide(b"\xFF\xFE", u16::to_le_bytes)),
        (Encoding::Utf16Le, wide(b"", u16::to_le_bytes)),
        (Encoding::Utf16BeBom, wide(b"\xFE\xFF", u16::to_be_bytes)),
        (Encoding::Utf16Be, wide(b"", u16::to_be_bytes)),
    ];
    let (bytes, _, impossible) = WINDOWS_1252.encode(text);
    if !impossible && !text.is_ascii() {
        all.push((Encoding::Windows1252, bytes.into_owned()));
    }
    all
}
