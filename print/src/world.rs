//! What a template sees of the world: the files of the templates, the data, the images, the fonts and the given day.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use chrono::{DateTime, Datelike as _, Timelike as _, Utc};
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _, World};

use crate::{Error, Image};

const DATA: &str = "data.json";
const FONTS: &[&str] = &["otf", "ttf", "ttc"];
/// Of the fonts that come with typst. The others are for formulas.
const FAMILIES: &[&str] = &["Libertinus Serif", "DejaVu Sans Mono"];

/// Of an image, in bytes and in pixels each way: a small PNG can unfold to gigabytes.
const MOST_BYTES: usize = 5_000_000;
const MOST_PIXELS: u32 = 6_000;

/// What every document takes from.
pub struct Shelf {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    sources: BTreeMap<String, Source>,
}

impl Shelf {
    pub fn new(built_in: &[(&str, &str)], overrides: Option<&Path>) -> Result<Self, Error> {
        let mut fonts = typst_assets::fonts()
            .flat_map(|file| Font::iter(Bytes::new(file)))
            .filter(|font| FAMILIES.contains(&font.info().family.as_str()))
            .collect::<Vec<_>>();
        let mut own = BTreeMap::new();
        if let Some(folder) = overrides {
            for (name, bytes) in read(folder)? {
                let fault = |reason: &str| Error::Overrides {
                    path: folder.join(&name),
                    reason: reason.to_owned(),
                };
                if name.ends_with(".typ") {
                    if !built_in.iter().any(|(known, _)| *known == name) {
                        return Err(fault("replaces no template"));
                    }
                    own.insert(
                        name.clone(),
                        String::from_utf8(bytes).map_err(|_| fault("is not UTF-8"))?,
                    );
                } else {
                    let before = fonts.len();
                    fonts.extend(Font::iter(Bytes::new(bytes)));
                    if fonts.len() == before {
                        return Err(fault("is no font"));
                    }
                }
            }
        }
        let mut sources = BTreeMap::new();
        for (name, text) in built_in {
            let text = own.remove(*name).unwrap_or_else(|| (*text).to_owned());
            let source = Source::new(file_id(name), text);
            sources.insert((*name).to_owned(), source);
        }
        Ok(Self {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
            sources,
        })
    }

    /// What cannot even be read of the templates.
    pub fn faults(&self) -> Vec<(&str, Vec<SourceDiagnostic>)> {
        let errors = |source: &Source| source.root().errors_and_warnings().0;
        self.sources
            .iter()
            .map(|(name, source)| {
                (
                    name.as_str(),
                    errors(source).into_iter().map(Into::into).collect::<Vec<_>>(),
                )
            })
            .filter(|(_, errors)| !errors.is_empty())
            .collect()
    }

    pub fn fonts(&self) -> &[Font] {
        &self.fonts
    }
}

fn read(folder: &Path) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let failed = |path: &Path, error: &std::io::Error| Error::Overrides {
        path: path.to_owned(),
        reason: error.to_string(),
    };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| failed(folder, &error))? {
        let path = entry.map_err(|error| failed(folder, &error))?.path();
        let wanted = path
            .extension()
            .and_then(|extension| extension.to_str())
            .is_some_and(|extension| extension == "typ" || FONTS.contains(&extension.to_lowercase().as_str()));
        if let (true, Some(name)) = (wanted, path.file_name().and_then(|name| name.to_str())) {
            found.push((name.to_owned(), fs::read(&path).map_err(|error| failed(&path, &error))?));
        }
    }
    // The order in which a folder is listed is chance, and the first font that fits is taken.
    found.sort();
    Ok(found)
}

/// Names are kept by typst for good, so only our own are made into one, never those of data.
fn file_id(path: &str) -> FileId {
    let path =
        VirtualPath::new(path).unwrap_or_else(|_| VirtualPath::new("nowhere").unwrap_or_else(|_| unreachable!()));
    RootedPath::new(VirtualRoot::Project, path).intern()
}

/// Under which an image is found by the template.
pub fn image_path(number: usize, image: &Image) -> Result<String, Error> {
    let fault = |reason| Error::Image {
        name: image.name.clone(),
        reason,
    };
    if image.bytes.len() > MOST_BYTES {
        return Err(fault("is larger than 5 MB"));
    }
    if image.bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        let pixels = |at: usize| {
            let bytes = image.bytes.get(at..at + 4)?;
            Some(u32::from_be_bytes(bytes.try_into().ok()?))
        };
        return match (pixels(16), pixels(20)) {
            (Some(1..=MOST_PIXELS), Some(1..=MOST_PIXELS)) => Ok(format!("images/{number}.png")),
            (Some(_), Some(_)) => Err(fault("has more than 6000 pixels in one direction")),
            _ => Err(fault("is cut off")),
        };
    }
    if String::from_utf8_lossy(&image.bytes).contains("<svg") {
        return Ok(format!("images/{number}.svg"));
    }
    Err(fault("is neither PNG nor SVG"))
}

pub fn datetime(at: DateTime<Utc>) -> Option<Datetime> {
    let small = |number: u32| u8::try_from(number).ok();
    Datetime::from_ymd_hms(
        at.year(),
        small(at.month())?,
        small(at.day())?,
        small(at.hour())?,
        small(at.minute())?,
        small(at.second())?,
    )
}

/// What one document takes from.
pub struct Desk<'a> {
    shelf: &'a Shelf,
    main: FileId,
    files: BTreeMap<String, Bytes>,
    now: Option<Datetime>,
}

impl<'a> Desk<'a> {
    pub fn new(
        shelf: &'a Shelf,
        main: &str,
        data: String,
        images: Vec<(String, Bytes)>,
        now: Option<Datetime>,
    ) -> Self {
        let mut files = images.into_iter().collect::<BTreeMap<_, _>>();
        files.insert(DATA.to_owned(), Bytes::from_string(data));
        Self {
            shelf,
            main: file_id(main),
            files,
            now,
        }
    }
}

impl World for Desk<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.shelf.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.shelf.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let found = of_ours(id).and_then(|path| self.shelf.sources.get(path));
        found.cloned().ok_or_else(|| missing(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let found = of_ours(id).and_then(|path| self.files.get(path));
        found.cloned().ok_or_else(|| missing(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.shelf.fonts.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        self.now
    }
}

fn of_ours(id: FileId) -> Option<&'static str> {
    let path = id.get();
    matches!(path.root(), VirtualRoot::Project).then(|| path.vpath().get_without_slash())
}

fn missing(id: FileId) -> FileError {
    FileError::NotFound(id.vpath().get_without_slash().into())
}
