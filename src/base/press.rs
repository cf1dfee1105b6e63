//! Printing: data become a PDF, off the async threads, and never many at once.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::config::Config;
use super::problem::{Code, Problem, Result};

/// What can be printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    AttendanceList,
    Certificates,
    Report,
    Ticket,
}

/// What is printed: the data of a form, the pictures they name, and when.
#[derive(Clone, Debug)]
pub struct Copy {
    pub form: Form,
    pub data: Value,
    /// PNG or SVG by name.
    pub images: Vec<(String, Vec<u8>)>,
    pub at: DateTime<Utc>,
}

fn too_long(detail: impl Into<String>) -> super::problem::Error {
    Problem::new(Code::TooLongToPrint).detail(detail).into()
}

/// Refuses what is longer than is printed in bounded memory, before anything is read for it.
pub fn bounded(lines: usize) -> Result<()> {
    if lines <= MOST_LINES {
        return Ok(());
    }
    Err(too_long(format!(
        "It has {lines} lines; a PDF has at most {MOST_LINES}."
    )))
}

/// The printer takes more, and memory by the length: so many lines took 300 MiB when they were measured by
/// `checks/attendance/export-memory`, ten thousand 860. The printer makes one such document at a time.
pub const MOST_LINES: usize = 3_000;

pub use with::Press;

#[cfg(feature = "pdf")]
mod with {
    use std::sync::Arc;
    use std::time::Duration;

    use einlass_print::{Error as PrintError, Image, Printer, Template};

    use super::{Config, Copy, Form, Result, too_long};
    use crate::base::off_thread::Turns;
    use crate::base::problem::Error;

    /// Each uses all processors, and memory by its length.
    static TURNS: Turns = Turns::new(2, Duration::from_secs(20));

    pub struct Press(Arc<Printer>);

    impl Press {
        /// With the operator's own templates from `print` in the folder of templates.
        pub fn assemble(config: &Config) -> Result<Self> {
            let own = config.templates_dir.as_ref().map(|folder| folder.join("print"));
            let own = own.filter(|folder| folder.is_dir());
            let printer = Printer::new(own.as_deref()).map_err(Error::internal)?;
            Ok(Self(Arc::new(printer)))
        }

        /// Refuses where nothing can be printed.
        pub const fn available(&self) -> Result<()> {
            Ok(())
        }

        pub async fn print(&self, copy: Copy) -> Result<Vec<u8>> {
            let printer = self.0.clone();
            TURNS
                .take(move || {
                    let template = match copy.form {
                        Form::AttendanceList => Template::AttendanceList,
                        Form::Certificates => Template::Certificates,
                        Form::Report => Template::Report,
                        Form::Ticket => Template::Ticket,
                    };
                    let images = copy.images.into_iter().map(|(name, bytes)| Image { name, bytes });
                    let images = images.collect::<Vec<_>>();
                    let printed = printer.print(template, &copy.data, &images, copy.at);
                    printed.map_err(|error| match error {
                        PrintError::TooLong { .. } => too_long(error.to_string()),
                        other => Error::internal(other),
                    })
                })
                .await
        }
    }
}

#[cfg(not(feature = "pdf"))]
mod with {
    use super::{Config, Copy, Result};
    use crate::base::problem::{Code, Problem};

    pub struct Press;

    impl Press {
        pub const fn assemble(_: &Config) -> Result<Self> {
            Ok(Self)
        }

        pub fn available(&self) -> Result<()> {
            let detail = "This service was built without printing (feature `pdf`).";
            Err(Problem::new(Code::NotAcceptable).detail(detail).into())
        }

        pub async fn print(&self, _: Copy) -> Result<Vec<u8>> {
            self.available().map(|()| Vec::new())
        }
    }
}
