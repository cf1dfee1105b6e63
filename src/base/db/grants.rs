//! What the service's role may do to each table, where another role owns them and migrates.
//!
//! Whoever takes the service over can then neither change the schema nor what is there to be kept: the journal is only added to.

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::base::problem::Result;

/// What the service's role may do to a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum May {
    /// Read: the list of migrations.
    Read,
    /// Read and add. What was written stays as it was written.
    Add,
    /// Read, add, change and delete rows.
    Change,
}

impl May {
    /// In the order in which PostgreSQL's words sort.
    #[must_use]
    pub const fn privileges(self) -> &'static [&'static str] {
        match self {
            Self::Read => &["SELECT"],
            Self::Add => &["INSERT", "SELECT"],
            Self::Change => &["DELETE", "INSERT", "SELECT", "UPDATE"],
        }
    }
}

/// Every table, decided. A new one is refused by a test until it stands here.
pub const TABLES: &[(&str, May)] = &[
    ("__diesel_schema_migrations", May::Read),
    ("accounts", May::Change),
    ("admissions", May::Change),
    ("api_client_secrets", May::Change),
    ("api_clients", May::Change),
    ("attendance_imports", May::Change),
    ("attendance_rules", May::Change),
    ("channels", May::Change),
    ("check_ins", May::Change),
    ("collections", May::Change),
    ("consents", May::Change),
    ("counting_rules", May::Add),
    ("disclosures", May::Add),
    ("erasures", May::Add),
    ("external_refs", May::Change),
    ("feed_identity", May::Read),
    ("headcounts", May::Change),
    ("idempotency_keys", May::Change),
    ("import_participants", May::Change),
    ("joins", May::Add),
    ("journal", May::Add),
    ("journal_seals", May::Add),
    ("logos", May::Change),
    ("mails", May::Change),
    ("members", May::Change),
    ("merges", May::Change),
    ("open_data_settings", May::Change),
    ("organisations", May::Change),
    ("parties", May::Change),
    ("programme_import_rows", May::Change),
    ("programme_imports", May::Change),
    ("pushes", May::Change),
    ("refresh_tokens", May::Change),
    ("registrations", May::Change),
    ("reminders", May::Change),
    ("report_snapshots", May::Add),
    ("retention_holds", May::Change),
    ("retention_periods", May::Change),
    ("reviews", May::Change),
    ("schedule_changes", May::Change),
    ("seminar_collections", May::Change),
    ("seminars", May::Change),
    ("sensitive_answers", May::Change),
    ("sessions", May::Change),
    ("sharing_notices", May::Change),
    ("sharings", May::Change),
    ("stated_totals", May::Change),
    ("tickets", May::Change),
    ("venues", May::Change),
    ("webhook_deliveries", May::Change),
    ("webhooks", May::Change),
];

#[derive(QueryableByName)]
struct Held {
    #[diesel(sql_type = Text)]
    table: String,
    /// Parted by commas, sorted.
    #[diesel(sql_type = Text)]
    privileges: String,
}

const HELD: &str =
    "SELECT relname::text AS \"table\", coalesce((SELECT string_agg(privilege_type, ',' ORDER BY privilege_type)
        FROM aclexplode(relacl) WHERE grantee = (SELECT oid FROM pg_roles WHERE rolname = $1)), '') AS privileges
    FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') ORDER BY relname";

/// The tables on which `role` holds other privileges than it should, with what it may. What this program does not know, a
/// newer one has made; it is left alone.
fn differing(conn: &mut PgConnection, role: &str) -> Result<Vec<(&'static str, May)>> {
    let held = diesel::sql_query(HELD).bind::<Text, _>(role).load::<Held>(conn)?;
    let differs = |(table, may): &&(&'static str, May)| {
        let held = held.iter().find(|held| held.table == *table);
        held.is_some_and(|held| held.privileges != may.privileges().join(","))
    };
    Ok(TABLES.iter().filter(differs).copied().collect())
}

/// The tables on which the role that asks holds other privileges than it should.
pub(super) fn differing_here(conn: &mut PgConnection) -> Result<Vec<&'static str>> {
    let role = super::migrate::word(conn, "SELECT current_user::text AS word")?;
    let tables = differing(conn, &role)?.into_iter().map(|(table, _)| table);
    Ok(tables.collect())
}

/// Gives `role` what it may, and takes the rest from it. Asked by the owner of the tables, in one transaction: nobody ever sees
/// half of it.
pub(super) fn grant(conn: &mut PgConnection, role: &str) -> Result<()> {
    let quoted = diesel::sql_query("SELECT quote_ident($1) AS word").bind::<Text, _>(role);
    let quoted = quoted.get_result::<super::migrate::Word>(conn)?.word;
    let statements = differing(conn, role)?;
    let statements = statements.into_iter().map(|(table, may)| on_table(table, may, &quoted));
    let statements = statements.collect::<String>();
    if statements.is_empty() {
        return Ok(());
    }
    Ok(conn.batch_execute(&statements)?)
}

fn on_table(table: &str, may: May, role: &str) -> String {
    let privileges = may.privileges().join(", ");
    format!("REVOKE ALL ON {table} FROM {role};\nGRANT {privileges} ON {table} TO {role};\n")
}

/// The SQL that makes both roles in an empty database. Names are of letters, digits and `_`: nothing to quote.
#[must_use]
pub fn setup(owner: &str, app: &str, database: &str) -> String {
    format!(
        "-- As a superuser, in the database {database}. Passwords: \\password {owner} and \\password {app}.\n\
         CREATE ROLE {owner} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;\n\
         CREATE ROLE {app} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;\n\
         REVOKE ALL ON DATABASE {database} FROM PUBLIC;\n\
         GRANT CONNECT ON DATABASE {database} TO {owner}, {app};\n\
         REVOKE ALL ON SCHEMA public FROM PUBLIC;\n\
         GRANT USAGE, CREATE ON SCHEMA public TO {owner};\n\
         GRANT USAGE ON SCHEMA public TO {app};\n\
         -- Where one role has owned the tables so far:\n\
         --   REASSIGN OWNED BY einlass TO {owner};\n\
         -- The rights on each table are given by `einlass migrate`, which connects as {owner}\n\
         -- (EINLASS_MIGRATE_DATABASE_URL). In full, once the tables are there:\n{}",
        TABLES
            .iter()
            .map(|(table, may)| on_table(table, *may, app).replace('\n', " ").trim_end().to_owned() + "\n")
            .map(|line| format!("--   {line}"))
            .collect::<String>()
    )
}
