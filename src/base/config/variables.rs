//! The names of all settings.

/// Every variable the service knows, its default and what it is for. `config check` prints this table.
pub const VARIABLES: &[(&str, &str, &str)] = &[
    (
        "EINLASS_PROFILE",
        "development",
        "production or development; in production whatever would be a trap is refused at the start",
    ),
    (
        "DATABASE_URL",
        "private PostgreSQL in the data directory",
        "postgresql://user:password@host/database",
    ),
    (
        "EINLASS_MIGRATE_DATABASE_URL",
        "DATABASE_URL",
        "the same database, directly and as the role that owns the tables: it migrates and grants",
    ),
    (
        "EINLASS_REPLICA_URL",
        "none",
        "a standby, read for what may be some seconds old, and for the public while the database is away",
    ),
    (
        "EINLASS_PRIVATE_DATABASE",
        "no",
        "yes: also in production the private PostgreSQL is meant, and DATABASE_URL was not forgotten",
    ),
    (
        "EINLASS_STATEMENT_CACHE",
        "on",
        "on or off; off behind a pooler that hands connections on after each transaction",
    ),
    ("EINLASS_LISTEN", "127.0.0.1:8080", "address and port to listen on"),
    (
        "EINLASS_PUBLIC_URL",
        "http://<listen>",
        "where people reach the service; issuer of its tokens",
    ),
    ("EINLASS_DATA_DIR", "data", "private PostgreSQL, signing keys, mails"),
    (
        "EINLASS_KEYS_DIR",
        "<data dir>/keys",
        "signing keys, one PKCS #8 file each; share it between instances",
    ),
    ("EINLASS_POOL_SIZE", "12", "database connections, 2 to 200"),
    (
        "EINLASS_PG_BIN_DIR",
        "looked for",
        "folder of PostgreSQL's server programs",
    ),
    (
        "EINLASS_PG_USER",
        "postgres, else nobody",
        "who runs the private PostgreSQL when the service is started as root",
    ),
    (
        "EINLASS_TRUSTED_PROXIES",
        "none",
        "comma-separated addresses or networks whose X-Forwarded-For is believed",
    ),
    ("EINLASS_LOG", "info", "log filter, e.g. info,einlass=debug"),
    ("EINLASS_LOG_FORMAT", "text", "text or json"),
    (
        "EINLASS_SMTP_URL",
        "mails are written to files",
        "smtps://user:password@host or smtp://…; with a password STARTTLS is required, ?tls=none forbids it",
    ),
    (
        "EINLASS_MAIL_FROM",
        "Einlass <einlass@localhost>",
        "who sends the mails; needed with EINLASS_SMTP_URL",
    ),
    (
        "EINLASS_MAIL_DIR",
        "<data dir>/mail",
        "where mails are written without EINLASS_SMTP_URL",
    ),
    (
        "EINLASS_TEMPLATES_DIR",
        "none",
        "own wording: files named as in templates/mail, as in templates/portal below portal/, as in templates/print below print/, as in templates/report below report/; each replaces one",
    ),
    (
        "EINLASS_PORTAL_URL",
        "<public url>/registrations/{token}",
        "the portal's page for {token}, may have {action}: confirm, see, change, cancel, accept_offer, keep",
    ),
    (
        "EINLASS_SEMINAR_URL",
        "<public url>/api/v1/seminars/{seminar}",
        "the page of a seminar that reports lead to, {seminar} is its id",
    ),
    (
        "EINLASS_WEBHOOK_ALLOW",
        "none",
        "networks parted by commas, e.g. 10.1.0.0/16: webhooks there may be private, on any port and without TLS",
    ),
    (
        "EINLASS_DEMO_PASSWORD",
        "made and shown once",
        "password of the demo's accounts",
    ),
    (
        "EINLASS_METRICS_LISTEN",
        "none",
        "address and port for /metrics, e.g. 127.0.0.1:9090; not for the public",
    ),
    (
        "EINLASS_DRAIN_SECONDS",
        "5",
        "0 to 20: how long the service goes on after SIGTERM while it says that it is not ready",
    ),
];
/// Those that may also come from a file, and are never shown.
pub const SECRETS: &[&str] = &[
    "DATABASE_URL",
    "EINLASS_MIGRATE_DATABASE_URL",
    "EINLASS_REPLICA_URL",
    "EINLASS_SMTP_URL",
    "EINLASS_DEMO_PASSWORD",
];
