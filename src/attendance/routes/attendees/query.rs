//! What a list of attendees may be asked for, and what goes with what.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::attendance::model::{Column, ListFormat, ListLanguage, Listed};
use crate::attendance::print::{Orientation, PrintRequest};
use crate::attendance::rules::attendees::Narrowed;
use crate::attendance::rules::columns::{columns, usual};
use crate::attendance::service::attendees::Asked;
use crate::base::csv::Dialect;
use crate::base::page::Paging;
use crate::base::problem::{Error, FieldError, Result};
use crate::base::text::Line;
use crate::catalogue::logo_names;
use crate::seminars::{SeminarId, SessionId};

/// Empty lines under a printed list, for whoever comes without a registration.
pub const MOST_BLANK_ROWS: u16 = 200;

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AttendeeQuery {
    /// Left out: what `Accept` likes best, JSON where it makes no difference.
    pub format: Option<ListFormat>,
    /// One session. Left out: all of them together; attended is then who attended at least one.
    pub session: Option<SessionId>,
    /// Whom. Left out: `all`; as `pdf`, which is for those who are to come, `registered`.
    pub who: Option<Listed>,
    /// Only who attended by the seminar's rule, or only who did not: `who=registered&attended=false` lists who had a seat
    /// and did not come.
    pub attended: Option<bool>,
    /// Names of columns in the order wanted, parted by commas; not as JSON. Of `number`, `family_name`, `given_name`,
    /// `name`, `company`, `email`, `phone`, `channel`, `state`, `persons`, `companions`, `checked_in_at`,
    /// `checked_out_at`, `minutes`, `attended`, `evidence`, `walk_in`, `registration`, `date`, `from`, `to`, `hours`,
    /// `signature`. Left out: nearly all of them; as `pdf` number, name, company and signature, and nobody's address.
    #[param(value_type = Option<String>, min_length = 1, max_length = 400)]
    pub columns: Option<Line<400>>,
    /// Of a CSV file. Left out: `excel`.
    pub dialect: Option<Dialect>,
    /// Of headings and words. Left out: `de`. CSV as `rfc4180` has names instead of words, and no language.
    pub language: Option<ListLanguage>,
    /// Of a PDF: with what a funder wants to see (hours, sources with their digests, a statement, two signatures).
    pub attestation: Option<bool>,
    /// Of a PDF. Left out: `portrait`, from six columns on `landscape`.
    pub orientation: Option<Orientation>,
    /// Of a PDF: empty lines at the end, 0 to 200.
    #[param(minimum = 0, maximum = 200)]
    pub blank_rows: Option<u16>,
    /// Of a PDF: names of the organisation's logos in the order wanted, parted by commas, at most 4. Left out: all, by
    /// name; `none`: none.
    #[param(value_type = Option<String>, min_length = 1, max_length = 260)]
    pub logos: Option<Line<260>>,
    /// Entries a page of JSON, 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 25)]
    pub limit: Option<i64>,
    /// `next_cursor` of the page before, of JSON.
    #[param(max_length = 2000)]
    pub cursor: Option<String>,
}

impl AttendeeQuery {
    /// Refuses what says nothing in this format: whoever asked for it meant something else.
    pub fn check(&self, format: ListFormat) -> Result<()> {
        use ListFormat::{Csv, Json, Pdf, Xlsx};
        let given: [(&str, bool, &[ListFormat]); 9] = [
            ("columns", self.columns.is_some(), &[Csv, Xlsx, Pdf]),
            ("language", self.language.is_some(), &[Csv, Xlsx, Pdf]),
            ("dialect", self.dialect.is_some(), &[Csv]),
            ("attestation", self.attestation.is_some(), &[Pdf]),
            ("orientation", self.orientation.is_some(), &[Pdf]),
            ("blank_rows", self.blank_rows.is_some(), &[Pdf]),
            ("logos", self.logos.is_some(), &[Pdf]),
            ("limit", self.limit.is_some(), &[Json]),
            ("cursor", self.cursor.is_some(), &[Json]),
        ];
        let misplaced = given
            .into_iter()
            .filter(|(_, given, of)| *given && !of.contains(&format));
        let mut faults = misplaced
            .map(|(name, ..)| FieldError::parameter(name, format!("says nothing as {format}")))
            .collect::<Vec<_>>();
        if self.dialect == Some(Dialect::Rfc4180) && self.language.is_some() {
            faults.push(FieldError::parameter("language", "says nothing in the dialect rfc4180"));
        }
        if self.blank_rows.is_some_and(|rows| rows > MOST_BLANK_ROWS) {
            faults.push(FieldError::parameter(
                "blank_rows",
                format!("must be 0 to {MOST_BLANK_ROWS}"),
            ));
        }
        Error::unless_empty(faults)
    }

    pub fn asked(&self, seminar: SeminarId, format: ListFormat) -> Asked {
        let usual = if format == ListFormat::Pdf {
            Listed::Registered
        } else {
            Listed::All
        };
        Asked {
            seminar,
            session: self.session,
            narrowed: Narrowed {
                listed: self.who.unwrap_or(usual),
                attended: self.attended,
            },
        }
    }

    pub fn columns(&self, format: ListFormat) -> Result<Vec<Column>> {
        match &self.columns {
            None => Ok(usual(format, self.attestation.unwrap_or(false)).to_vec()),
            Some(asked) => {
                columns(asked.as_str()).map_err(|fault| Error::invalid(vec![FieldError::parameter("columns", fault)]))
            }
        }
    }

    pub fn language(&self) -> ListLanguage {
        self.language.unwrap_or(ListLanguage::German)
    }

    pub fn paging(&self) -> Paging {
        Paging {
            limit: self.limit,
            cursor: self.cursor.clone(),
        }
    }

    /// What only paper has.
    pub fn printed(&self) -> Result<PrintRequest> {
        let columns = self.columns(ListFormat::Pdf)?;
        let orientation = self.orientation.unwrap_or(if columns.len() < 6 {
            Orientation::Portrait
        } else {
            Orientation::Landscape
        });
        Ok(PrintRequest {
            columns,
            language: self.language(),
            attestation: self.attestation.unwrap_or(false),
            orientation,
            blank_rows: self.blank_rows.unwrap_or(0),
            logos: logo_names(self.logos.as_ref())?,
        })
    }
}
