//! Prints a template with data of one's own, for those who change one:
//!
//! ```text
//! cargo run -p einlass-print --example print -- ticket data.json ticket.pdf [--overrides FOLDER] [IMAGE…]
//! ```
//!
//! Images are known to the data by their file names.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use chrono::DateTime;
use einlass_print::{Image, Printer, Template};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1).collect::<Vec<_>>();
    let overrides = match arguments.iter().position(|argument| argument == "--overrides") {
        Some(at) => arguments
            .drain(at..(at + 2).min(arguments.len()))
            .nth(1)
            .map(PathBuf::from),
        None => None,
    };
    let [template, data, to, images @ ..] = arguments.as_slice() else {
        return Err("which template, which data, and where to?".into());
    };
    let template = match template.as_str() {
        "attendance_list" => Template::AttendanceList,
        "certificates" => Template::Certificates,
        "report" => Template::Report,
        "ticket" => Template::Ticket,
        other => return Err(format!("{other} is no template").into()),
    };
    let images = images
        .iter()
        .map(|path| {
            let path = PathBuf::from(path);
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            Ok(Image {
                name,
                bytes: fs::read(&path)?,
            })
        })
        .collect::<Result<Vec<_>, std::io::Error>>()?;
    let data = serde_json::from_slice(&fs::read(data)?)?;
    // A document of the same data is the same document.
    let bytes = Printer::new(overrides.as_deref())?.print(template, &data, &images, DateTime::UNIX_EPOCH)?;
    fs::write(to, bytes)?;
    Ok(())
}
