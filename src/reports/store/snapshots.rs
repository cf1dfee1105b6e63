//! Sealed reports. Only ever added to: a trigger refuses the rest, and a CHECK a digest that is not the content's.

use diesel::prelude::*;
use serde_json::Value;

use crate::auth::{OrganisationId, OrganisationRef};
use crate::base::problem::Result;
use crate::reports::model::{ReportSnapshotId, SnapshotRow};
use crate::schema::{journal, organisations, report_snapshots};

/// The newest first, those before `after`.
pub fn snapshots(
    conn: &mut PgConnection,
    of: &[OrganisationId],
    after: Option<ReportSnapshotId>,
    limit: i64,
) -> Result<Vec<(SnapshotRow, OrganisationRef)>> {
    let mut query = report_snapshots::table
        .inner_join(organisations::table)
        .filter(report_snapshots::organisation_id.eq_any(of))
        .order(report_snapshots::id.desc())
        .limit(limit + 1)
        .select((SnapshotRow::as_select(), OrganisationRef::as_select()))
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(report_snapshots::id.lt(after));
    }
    Ok(query.load(conn)?)
}

/// One, with its sealed content.
pub fn sealed_content(conn: &mut PgConnection, id: ReportSnapshotId) -> Result<Option<(SnapshotRow, String)>> {
    let query = report_snapshots::table
        .filter(report_snapshots::id.eq(id))
        .select((SnapshotRow::as_select(), report_snapshots::sealed));
    Ok(query.first(conn).optional()?)
}

pub fn seal(conn: &mut PgConnection, row: &SnapshotRow, content: &str) -> Result<()> {
    diesel::insert_into(report_snapshots::table)
        .values((row, report_snapshots::sealed.eq(content)))
        .execute(conn)?;
    Ok(())
}

/// The digest that was written down when it was sealed.
pub fn recorded_digest(conn: &mut PgConnection, row: &SnapshotRow, action: &str) -> Result<Option<String>> {
    let query = journal::table
        .filter(journal::organisation_id.eq(row.organisation_id.0))
        .filter(journal::object_id.eq(row.id.0))
        .filter(journal::action.eq(action))
        .order(journal::id)
        .select(journal::data);
    let data = query.first::<Value>(conn).optional()?;
    Ok(data.and_then(|data| data.get("sha256")?.as_str().map(str::to_owned)))
}
