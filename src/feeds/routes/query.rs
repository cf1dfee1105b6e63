//! What may be asked of the programme, as in `GET /seminars`.

use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::base::page::Paging;
use crate::base::problem::{Error, FieldError, Result};
use crate::base::text::{Language, Line};
use crate::catalogue::CollectionId;
use crate::feeds::model::Asked;
use crate::feeds::service::Key;
use crate::seminars::{Channel, Kind, plausible};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CalendarQuery {
    /// Words that all occur in title, description, collections, parties or places.
    #[param(value_type = Option<String>, max_length = 200)]
    q: Option<Line<200>>,
    /// On or after this day. Left out: 90 days ago in Europe/Berlin.
    from: Option<NaiveDate>,
    /// On or before this day.
    to: Option<NaiveDate>,
    kind: Option<Kind>,
    /// Offered through this channel.
    channel: Option<Channel>,
    /// Id or slug; tenant or party.
    #[param(value_type = Option<String>, max_length = 60)]
    organisation: Option<Line<60>>,
    #[param(value_type = Option<String>, format = "uuid")]
    collection: Option<CollectionId>,
    #[param(value_type = Option<String>, max_length = 35, pattern = "^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
    language: Option<Language>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CollectionCalendarQuery {
    /// On or after this day. Left out: 90 days ago in Europe/Berlin.
    from: Option<NaiveDate>,
    /// On or before this day.
    to: Option<NaiveDate>,
}

/// [`CalendarQuery`] by pages. A query string is read as one flat struct, so its members stand here again.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PagedQuery {
    /// Words that all occur in title, description, collections, parties or places.
    #[param(value_type = Option<String>, max_length = 200)]
    q: Option<Line<200>>,
    /// On or after this day.
    from: Option<NaiveDate>,
    /// On or before this day.
    to: Option<NaiveDate>,
    kind: Option<Kind>,
    /// Offered through this channel.
    channel: Option<Channel>,
    /// Id or slug; tenant or party.
    #[param(value_type = Option<String>, max_length = 60)]
    organisation: Option<Line<60>>,
    #[param(value_type = Option<String>, format = "uuid")]
    collection: Option<CollectionId>,
    #[param(value_type = Option<String>, max_length = 35, pattern = "^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
    language: Option<Language>,
    /// Entries a page, 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 25)]
    limit: Option<i64>,
    /// Where the page before ended.
    #[param(max_length = 2000)]
    cursor: Option<String>,
}

impl CalendarQuery {
    pub fn asked(self) -> Result<Asked> {
        in_order(Asked {
            q: self.q.map(Line::into_string),
            from: self.from,
            to: self.to,
            kind: self.kind,
            channel: self.channel,
            organisation: self.organisation.map(Line::into_string),
            collection: self.collection,
            language: self.language.map(|language| language.as_str().to_owned()),
        })
    }
}

impl CollectionCalendarQuery {
    pub fn asked(self, collection: CollectionId) -> Result<Asked> {
        in_order(Asked {
            from: self.from,
            to: self.to,
            collection: Some(collection),
            ..Asked::default()
        })
    }
}

impl PagedQuery {
    pub fn paging(&self) -> Paging {
        Paging {
            limit: self.limit,
            cursor: self.cursor.clone(),
        }
    }

    pub fn asked(self) -> Result<Asked> {
        let whole = CalendarQuery {
            q: self.q,
            from: self.from,
            to: self.to,
            kind: self.kind,
            channel: self.channel,
            organisation: self.organisation,
            collection: self.collection,
            language: self.language,
        };
        whole.asked()
    }
}

fn in_order(asked: Asked) -> Result<Asked> {
    match (asked.from, asked.to) {
        (Some(from), Some(to)) if to < from => Err(Error::invalid(vec![FieldError::parameter(
            "to",
            "must not be before `from`",
        )])),
        _ => Ok(asked),
    }
}

/// Where the page before ended. A time that the database does not know is no cursor.
pub fn after(paging: &Paging) -> Result<Option<Key>> {
    let after = paging.after::<Key>()?;
    if after.is_some_and(|(at, _)| !plausible(at.date_naive())) {
        return Err(Error::invalid(vec![FieldError::parameter(
            "cursor",
            "is not a cursor of this list",
        )]));
    }
    Ok(after)
}
