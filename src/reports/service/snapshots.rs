//! Reports are sealed, and opened again.

use diesel::pg::PgConnection;
use serde_json::json;

use super::activity::activity;
use crate::auth::{OrganisationRef, Reach};
use crate::base::digest::sha256;
use crate::base::problem::{Code, Error, Problem, Result};
use crate::journal::{Act, Entry, record};
use crate::reports::model::{
    Deliberation, ReportSnapshotId, SEALED_FORMAT, Seal, SealedQuery, SealedReport, SnapshotRow,
};
use crate::reports::paper::Paper;
use crate::reports::rules::{
    ActivityQuery, deliberation_faults, hex, in_the_body, length_faults, seal_of, sealed_text, unsealed,
};
use crate::reports::store;

/// As the journal calls it.
const SEALED: &str = "report_snapshot.sealed";

/// What is to be sealed.
#[derive(Clone, Debug)]
pub struct NewSnapshot {
    pub query: ActivityQuery,
    pub deliberation: Option<Deliberation>,
}

/// Makes the report as it is at this moment and seals it. The caller has made sure that the transaction is of one moment.
pub fn seal_report(
    conn: &mut PgConnection,
    act: &Act,
    of: &OrganisationRef,
    new: &NewSnapshot,
    paper: &Paper,
) -> Result<(SnapshotRow, SealedReport)> {
    Error::unless_empty(new.deliberation.as_ref().map(deliberation_faults).unwrap_or_default())?;
    let query = &new.query;
    let report = activity(conn, query, &[of.id]).map_err(|error| match error {
        Error::Refused(problem) if problem.code == Code::NotFound => {
            Error::member("/collection", "is not a collection of the organisation")
        }
        other => in_the_body(other),
    })?;
    Error::unless_empty(length_faults(report.seminars.len() + report.left_out.len()))?;
    let content = SealedReport {
        format: SEALED_FORMAT.to_owned(),
        id: ReportSnapshotId::fresh(),
        organisation: of.clone(),
        sealed_at: act.now,
        query: SealedQuery {
            from: query.period.from,
            to: query.period.to,
            split_on: query.split_on,
            collection: query.collection,
            rule: report.rule.full_name(),
        },
        deliberation: new.deliberation.clone(),
        texts: Some(paper.office_texts(&report)?),
        report,
    };
    let text = sealed_text(&content)?;
    let deliberation = content.deliberation.as_ref().map(serde_json::to_value).transpose();
    let row = SnapshotRow {
        organisation_id: of.id,
        id: content.id,
        sealed_at: act.now,
        period_from: content.query.from,
        period_to: content.query.to,
        rule_name: content.report.rule.id.clone(),
        rule_version: content.report.rule.version,
        deliberation: deliberation.map_err(Error::internal)?,
        sha256: sha256(text.as_bytes()).to_vec(),
    };
    store::seal(conn, &row, &text)?;
    let entry = Entry {
        organisation_id: Some(of.id.0),
        action: SEALED,
        object_id: row.id.0,
        data: json!({
            "sha256": hex(&row.sha256), "from": row.period_from, "to": row.period_to, "rule": content.query.rule,
            "seminars": content.report.seminars.len(),
        }),
    };
    record(conn, act, entry)?;
    Ok((row, content))
}

/// A sealed report, opened.
pub struct Opened {
    pub seal: Seal,
    /// `None`: what is stored is no report any more.
    content: Option<SealedReport>,
    /// What is stored, whatever it is.
    pub text: String,
}

impl Opened {
    #[must_use]
    pub fn is_readable(&self) -> bool {
        self.content.is_some()
    }

    /// What can be read of it; whether it is what was sealed, `seal` says.
    pub fn content(self) -> Result<(SealedReport, Seal)> {
        match self.content {
            Some(content) => Ok((content, self.seal)),
            None => Err(broken(&self.seal)),
        }
    }

    /// The content, where it is what was sealed.
    pub fn intact(self) -> Result<SealedReport> {
        match self.content() {
            Ok((_, seal)) if !seal.intact => Err(broken(&seal)),
            read => Ok(read?.0),
        }
    }
}

fn broken(seal: &Seal) -> Error {
    let detail = format!(
        "The digest beside it is {}, that of the content {}, the one in the journal {}.",
        seal.sha256,
        seal.computed,
        seal.recorded.as_deref().unwrap_or("missing")
    );
    Problem::new(Code::SealBroken).detail(detail).into()
}

/// Opens one that the caller reaches.
pub fn open_snapshot(conn: &mut PgConnection, reach: &Reach, id: ReportSnapshotId) -> Result<Opened> {
    let (row, text) = store::sealed_content(conn, id)?.ok_or(Code::NotFound)?;
    reach.check(row.organisation_id)?;
    let content = unsealed(&text);
    let recorded = store::recorded_digest(conn, &row, SEALED)?;
    let seal = seal_of(&row, &text, content.as_ref(), recorded);
    if content.is_none() && seal.computed == seal.sha256 && seal.recorded.as_ref() == Some(&seal.sha256) {
        // Nobody changed it: it is we who cannot read what we have sealed.
        return Err(Error::internal("a sealed report that this version does not understand"));
    }
    Ok(Opened { seal, content, text })
}
