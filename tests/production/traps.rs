//! Each is one thing away from the good configuration.

use super::Office;

/// What is refused, how the good configuration becomes it, and what the refusal must name.
pub type Bad = (&'static str, fn(&mut Office), &'static str);

fn database(office: &Office, url: &str) {
    office.file("database", url.as_bytes(), 0o600);
}

pub const BAD: &[Bad] = &[
    (
        "links without TLS",
        |o| o.set("EINLASS_PUBLIC_URL", "http://kanarienvogel.staedteregion-aachen.de"),
        "EINLASS_PUBLIC_URL",
    ),
    (
        "links to this machine",
        |o| o.set("EINLASS_PUBLIC_URL", "https://localhost:8443/kanarienvogel"),
        "EINLASS_PUBLIC_URL",
    ),
    (
        "links to an address of this machine",
        |o| o.set("EINLASS_PUBLIC_URL", "https://127.0.0.1/kanarienvogel"),
        "EINLASS_PUBLIC_URL",
    ),
    (
        "links to nobody's name",
        |o| o.set("EINLASS_PUBLIC_URL", "https://kanarienvogel.example"),
        "EINLASS_PUBLIC_URL",
    ),
    (
        "a forgotten public address",
        |o| o.unset("EINLASS_PUBLIC_URL"),
        "EINLASS_PUBLIC_URL",
    ),
    ("a forgotten database", |o| o.unset("DATABASE_URL_FILE"), "DATABASE_URL"),
    (
        "two databases",
        |o| o.set("EINLASS_PRIVATE_DATABASE", "yes"),
        "EINLASS_PRIVATE_DATABASE",
    ),
    (
        "a database in clear text",
        |o| database(o, "postgresql://einlass:kanarienvogel@db.office.de/einlass"),
        "DATABASE_URL",
    ),
    (
        "a database that only claims TLS",
        |o| {
            database(
                o,
                "postgresql://einlass:kanarienvogel@db.office.de/einlass?sslmode=prefer",
            )
        },
        "DATABASE_URL",
    ),
    (
        "a database without a password",
        |o| database(o, "postgresql://kanarienvogel@localhost/einlass"),
        "DATABASE_URL",
    ),
    (
        "a database with a short password",
        |o| database(o, "postgresql://einlass:kanari@localhost/kanarienvogel"),
        "DATABASE_URL",
    ),
    (
        "a password that is the user's name",
        |o| database(o, "postgresql://kanarienvogel:kanarienvogel@localhost/einlass"),
        "DATABASE_URL",
    ),
    (
        "a migration in clear text",
        |o| {
            o.set(
                "EINLASS_MIGRATE_DATABASE_URL",
                "postgresql://owner:kanarienvogel@db.office.de/einlass",
            )
        },
        "EINLASS_MIGRATE_DATABASE_URL",
    ),
    (
        "a standby in clear text",
        |o| {
            o.set(
                "EINLASS_REPLICA_URL",
                "postgresql://owner:kanarienvogel@db.office.de/einlass",
            )
        },
        "EINLASS_REPLICA_URL",
    ),
    ("no mail server", |o| o.unset("EINLASS_SMTP_URL"), "EINLASS_SMTP_URL"),
    (
        "mails in clear text",
        |o| {
            o.set(
                "EINLASS_SMTP_URL",
                "smtp://einlass:kanarienvogel@mail.office.de?tls=none",
            )
        },
        "EINLASS_SMTP_URL",
    ),
    (
        "mails in clear text if somebody wants so",
        |o| o.set("EINLASS_SMTP_URL", "smtp://kanarienvogel.office.de"),
        "EINLASS_SMTP_URL",
    ),
    (
        "mails from this machine",
        |o| o.set("EINLASS_MAIL_FROM", "kanarienvogel@localhost"),
        "EINLASS_MAIL_FROM",
    ),
    (
        "mails from an address of this machine",
        |o| o.set("EINLASS_MAIL_FROM", "kanarienvogel@127.0.0.1"),
        "EINLASS_MAIL_FROM",
    ),
    (
        "mails from nobody",
        |o| o.set("EINLASS_MAIL_FROM", "kanarienvogel@example.org"),
        "EINLASS_MAIL_FROM",
    ),
    (
        "the demo's password",
        |o| o.set("EINLASS_DEMO_PASSWORD", "kanarienvogel-kanarienvogel"),
        "EINLASS_DEMO_PASSWORD",
    ),
    (
        "the demo",
        |o| {
            o.arguments = ["serve", "--listen", "127.0.0.1:0", "--demo"]
                .map(str::to_owned)
                .to_vec()
        },
        "--demo",
    ),
    (
        "a log of everything",
        |o| o.set("EINLASS_LOG", "debug,kanarienvogel=warn"),
        "EINLASS_LOG",
    ),
    (
        "a log of what we do",
        |o| o.set("EINLASS_LOG", "info,einlass=trace,kanarienvogel=off"),
        "EINLASS_LOG",
    ),
    (
        "a log without a level",
        |o| o.set("EINLASS_LOG", "info,einlass,kanarienvogel=off"),
        "EINLASS_LOG",
    ),
    ("keys for everybody", |o| o.mode("keys", 0o755), "EINLASS_KEYS_DIR"),
    (
        "a signing key for everybody",
        |o| o.mode("keys/0001.pk8", 0o644),
        "EINLASS_KEYS_DIR",
    ),
    (
        "a signing key the group may change",
        |o| o.mode("keys/0001.pk8", 0o660),
        "EINLASS_KEYS_DIR",
    ),
    (
        "an empty signing key",
        |o| o.file("keys/0001.pk8", b"", 0o600),
        "EINLASS_KEYS_DIR",
    ),
    (
        "a signing key that is none",
        |o| o.file("keys/0001.pk8", b"kanarienvogel", 0o600),
        "EINLASS_KEYS_DIR",
    ),
    (
        "a short key of links",
        |o| o.file("keys/links.key", b"kanarienvogel", 0o600),
        "EINLASS_KEYS_DIR",
    ),
    (
        "a key of links that is guessed",
        |o| o.file("keys/links.key", b"kanarienvogel.....kanarienvogel.", 0o600),
        "EINLASS_KEYS_DIR",
    ),
    ("keys where everybody writes", |o| o.mode("", 0o777), "EINLASS_KEYS_DIR"),
    (
        "keys that are a file",
        |o| o.set("EINLASS_KEYS_DIR", &o.path("database")),
        "EINLASS_KEYS_DIR",
    ),
    (
        "keys that depend on where one stands",
        |o| o.set("EINLASS_KEYS_DIR", "kanarienvogel/keys"),
        "EINLASS_KEYS_DIR",
    ),
    (
        "data that depends on where one stands",
        |o| o.set("EINLASS_DATA_DIR", "kanarienvogel"),
        "EINLASS_DATA_DIR",
    ),
    (
        "a private database where there can be none",
        |o| {
            o.unset("DATABASE_URL_FILE");
            o.set("EINLASS_PRIVATE_DATABASE", "yes");
            o.set("EINLASS_DATA_DIR", &o.path("database/kanarienvogel"));
        },
        "EINLASS_DATA_DIR",
    ),
    (
        "a secret that everybody reads",
        |o| o.mode("database", 0o644),
        "DATABASE_URL_FILE",
    ),
    (
        "no proxy",
        |o| o.unset("EINLASS_TRUSTED_PROXIES"),
        "EINLASS_TRUSTED_PROXIES",
    ),
    (
        "a proxy that is everybody",
        |o| o.set("EINLASS_TRUSTED_PROXIES", "10.20.0.4,0.0.0.0/0"),
        "EINLASS_TRUSTED_PROXIES",
    ),
    (
        "a proxy that is nobody",
        |o| o.set("EINLASS_TRUSTED_PROXIES", "10.20.0.4,0.0.0.0"),
        "EINLASS_TRUSTED_PROXIES",
    ),
    (
        "a proxy that is many",
        |o| o.set("EINLASS_TRUSTED_PROXIES", "10.20.0.4,224.0.0.1"),
        "EINLASS_TRUSTED_PROXIES",
    ),
    (
        "a proxy that is half of IPv6",
        |o| o.set("EINLASS_TRUSTED_PROXIES", "2000::/3"),
        "EINLASS_TRUSTED_PROXIES",
    ),
    (
        "webhooks to everywhere",
        |o| o.set("EINLASS_WEBHOOK_ALLOW", "10.40.0.0/16,0.0.0.0/0"),
        "EINLASS_WEBHOOK_ALLOW",
    ),
    (
        "webhooks to everywhere in IPv6",
        |o| o.set("EINLASS_WEBHOOK_ALLOW", "::/0"),
        "EINLASS_WEBHOOK_ALLOW",
    ),
    (
        "webhooks to an eighth of the world",
        |o| o.set("EINLASS_WEBHOOK_ALLOW", "10.40.0.0/16,64.0.0.0/3"),
        "EINLASS_WEBHOOK_ALLOW",
    ),
    (
        "webhooks to the cloud's credentials in IPv6",
        |o| o.set("EINLASS_WEBHOOK_ALLOW", "fd00:ec2::/64"),
        "EINLASS_WEBHOOK_ALLOW",
    ),
    (
        "webhooks to the cloud's credentials",
        |o| o.set("EINLASS_WEBHOOK_ALLOW", "169.254.169.254"),
        "EINLASS_WEBHOOK_ALLOW",
    ),
    (
        "webhooks to this machine",
        |o| o.set("EINLASS_WEBHOOK_ALLOW", "127.0.0.1"),
        "EINLASS_WEBHOOK_ALLOW",
    ),
    (
        "webhooks to this machine by no address",
        |o| o.set("EINLASS_WEBHOOK_ALLOW", "0.0.0.0"),
        "EINLASS_WEBHOOK_ALLOW",
    ),
    (
        "webhooks to this machine by no address of IPv6",
        |o| o.set("EINLASS_WEBHOOK_ALLOW", "::"),
        "EINLASS_WEBHOOK_ALLOW",
    ),
    (
        "webhooks to this machine in disguise",
        |o| o.set("EINLASS_WEBHOOK_ALLOW", "::ffff:127.0.0.0/104"),
        "EINLASS_WEBHOOK_ALLOW",
    ),
    (
        "words that everybody may change",
        |o| o.mode("templates/mail", 0o777),
        "EINLASS_TEMPLATES_DIR",
    ),
    (
        "a portal without TLS",
        |o| o.set("EINLASS_PORTAL_URL", "http://kanarienvogel.de/{token}"),
        "EINLASS_PORTAL_URL",
    ),
    (
        "a seminar's page without TLS",
        |o| o.set("EINLASS_SEMINAR_URL", "http://kanarienvogel.de/{seminar}"),
        "EINLASS_SEMINAR_URL",
    ),
    (
        "a portal on this machine",
        |o| o.set("EINLASS_PORTAL_URL", "https://localhost/kanarienvogel/{token}"),
        "EINLASS_PORTAL_URL",
    ),
    (
        "a seminar's page under a name that is nobody's",
        |o| o.set("EINLASS_SEMINAR_URL", "https://kanarienvogel.example/{seminar}"),
        "EINLASS_SEMINAR_URL",
    ),
    (
        "a misspelt variable",
        |o| o.set("EINLASS_TRUSTED_PROXYS", "kanarienvogel"),
        "EINLASS_TRUSTED_PROXYS",
    ),
    (
        "another profile",
        |o| o.set("EINLASS_PROFILE", "kanarienvogel"),
        "EINLASS_PROFILE",
    ),
    (
        "options behind our back",
        |o| o.set("PGOPTIONS", "-c synchronous_commit=off -c kanarienvogel=1"),
        "PGOPTIONS",
    ),
    (
        "a file that says where the database is",
        |o| o.set("PGSERVICEFILE", "/etc/kanarienvogel"),
        "PGSERVICEFILE",
    ),
];
