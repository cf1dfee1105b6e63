//! What pages say, in German and in English: two tables of short texts, `templates/portal/de.json` and `en.json`. An
//! operator's own table need only have the words that are other words there.

use std::collections::BTreeMap;
use std::path::Path;

use crate::base::problem::{Error, Result};
use crate::base::templates;

const BUILT_IN: [(&str, &str); 2] = [
    ("de.json", include_str!("../../templates/portal/de.json")),
    ("en.json", include_str!("../../templates/portal/en.json")),
];

type Table = BTreeMap<String, String>;

#[derive(Clone, Debug)]
pub struct Words {
    german: Table,
    english: Table,
}

impl Words {
    /// The built-in words, with those of the files in `folder` in their place.
    pub fn open(folder: Option<&Path>) -> Result<Self> {
        let mut own = match folder {
            Some(folder) => templates::read(folder, &[""], &["json"])?,
            None => BTreeMap::new(),
        };
        let [german, english] = BUILT_IN.map(|(name, text)| {
            let mut table = table(name, text)?;
            if let Some(own) = own.remove(name) {
                let place = folder.unwrap_or(Path::new("")).join(name).display().to_string();
                for (word, text) in self::table(&place, &own)? {
                    match table.get_mut(&word) {
                        Some(known) => *known = text,
                        None => return Err(Error::internal(format!("{place}: `{word}` replaces no word"))),
                    }
                }
            }
            Ok(table)
        });
        if let Some(name) = own.keys().next() {
            let folder = folder.unwrap_or(Path::new("")).display();
            return Err(Error::internal(format!("{folder}/{name} replaces no table of words")));
        }
        Ok(Self {
            german: german?,
            english: english?,
        })
    }

    /// The text of a word, with its places filled in.
    #[must_use]
    pub fn find(&self, english: bool, word: &str, places: &[(&str, String)]) -> Option<String> {
        let table = if english { &self.english } else { &self.german };
        let text = table.get(word)?;
        let filled = places.iter().fold(text.clone(), |text, (name, value)| {
            text.replace(&format!("{{{name}}}"), value)
        });
        Some(filled)
    }

    /// The same, for words that are known to be there (`tests::every_word_that_is_said_is_there`).
    #[must_use]
    pub fn say(&self, english: bool, word: &str, places: &[(&str, String)]) -> String {
        self.find(english, word, places).unwrap_or_else(|| word.to_owned())
    }
}

fn table(name: &str, text: &str) -> Result<Table> {
    serde_json::from_str(text).map_err(|error| Error::internal(format!("{name}: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str) -> Vec<&str> {
        let mut places = text
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split('}').next())
            .collect::<Vec<_>>();
        places.sort_unstable();
        places
    }

    #[test]
    fn both_languages_have_the_same_words_with_the_same_places() {
        let words = Words::open(None).unwrap();
        assert!(words.german.keys().eq(words.english.keys()));
        for (word, german) in &words.german {
            assert_eq!(places(german), places(&words.english[word]), "{word}");
        }
    }

    #[test]
    fn every_word_that_is_said_is_there() {
        let words = Words::open(None).unwrap();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut said = 0;
        for (place, begin) in [
            ("templates/portal", " t(\""),
            ("src/portal", "say(\""),
            ("src/portal/view", "say(\""),
        ] {
            let files = std::fs::read_dir(folder.join(place))
                .unwrap()
                .map(|file| file.unwrap().path());
            for text in files
                .filter(|path| path.is_file())
                .map(|path| std::fs::read_to_string(path).unwrap())
            {
                for rest in text.split(begin).skip(1) {
                    let (word, after) = rest.split_once('"').unwrap();
                    // Words that are put together are tried out in `pages`.
                    if !after.trim_start().starts_with('~') {
                        assert!(words.find(false, word, &[]).is_some(), "{word}");
                        said += 1;
                    }
                }
            }
        }
        assert!(said > 50, "{said}");
    }

    #[test]
    fn an_own_table_replaces_single_words() {
        let folder = std::env::temp_dir().join(format!("einlass-words-{}", crate::base::ids::fresh()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("de.json"), r#"{"do_confirm": "Ich komme"}"#).unwrap();
        let words = Words::open(Some(&folder)).unwrap();
        assert_eq!(words.say(false, "do_confirm", &[]), "Ich komme");
        assert_eq!(words.say(false, "do_change", &[]), "Angaben ändern");
        std::fs::write(folder.join("de.json"), r#"{"do_confrim": "Ich komme"}"#).unwrap();
        let fault = Words::open(Some(&folder)).unwrap_err().to_string();
        assert!(fault.contains("`do_confrim` replaces no word"), "{fault}");
        std::fs::remove_dir_all(folder).unwrap();
    }
}
