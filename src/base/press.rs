//! Printing: data become a PDF, off the async threads, and never many at once.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::config::Config;
use super::problem::Result;

/// What can be printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    AttendanceList,
    Certificates,
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

pub use with::Press;

#[cfg(feature = "pdf")]
mod with {
    use std::sync::Arc;
    use std::time::Duration;

    use einlass_print::{Image, Printer, Template};
    use tokio::sync::Semaphore;

    use super::{Config, Copy, Form, Result};
    use crate::base::problem::Error;

    /// Each uses all processors.
    const AT_ONCE: usize = 2;
    const PATIENCE: Duration = Duration::from_secs(20);

    pub struct Press {
        printer: Arc<Printer>,
        turns: Semaphore,
    }

    impl Press {
        /// With the operator's own templates from `print` in the folder of templates.
        pub fn assemble(config: &Config) -> Result<Self> {
            let own = config.templates_dir.as_ref().map(|folder| folder.join("print"));
            let own = own.filter(|folder| folder.is_dir());
            let printer = Printer::new(own.as_deref()).map_err(Error::internal)?;
            Ok(Self {
                printer: Arc::new(printer),
                turns: Semaphore::new(AT_ONCE),
            })
        }

        /// Refuses where nothing can be printed.
        #[expect(clippy::unused_self, reason = "without the feature it refuses")]
        pub const fn available(&self) -> Result<()> {
            Ok(())
        }

        pub async fn print(&self, copy: Copy) -> Result<Vec<u8>> {
            let turn = tokio::time::timeout(PATIENCE, self.turns.acquire()).await;
            let turn = turn.map_err(|_| Error::Unavailable("too many print".to_owned()))?;
            let _turn = turn.map_err(Error::internal)?;
            let printer = self.printer.clone();
            #[expect(clippy::disallowed_methods, reason = "printing knows no database")]
            actix_web::web::block(move || {
                let template = match copy.form {
                    Form::AttendanceList => Template::AttendanceList,
                    Form::Certificates => Template::Certificates,
                    Form::Ticket => Template::Ticket,
                };
                let images = copy.images.into_iter().map(|(name, bytes)| Image { name, bytes });
                let images = images.collect::<Vec<_>>();
                printer
                    .print(template, &copy.data, &images, copy.at)
                    .map_err(Error::internal)
            })
            .await
            .map_err(|_| Error::Unavailable("the blocking pool is closing".to_owned()))?
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
