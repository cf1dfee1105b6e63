//! What is read, what is refused, and what is never shown.

use super::*;

fn environment(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

#[test]
fn every_mistake_is_told_at_once_and_no_value_is_repeated() {
    let bad = environment(&[
        ("DATABASE_URL", "mysql://canary-secret@x/y"),
        ("EINLASS_LISTEN", "canary-port"),
        ("EINLASS_POOL_SIZE", "1"),
        ("EINLASS_PUBLIC_URL", "ftp://canary"),
        ("EINLASS_TYPO", "canary"),
        ("EINLASS_DEMO_PASSWORD", "canary"),
        ("EINLASS_LOG_FORMAT", "canary"),
        ("EINLASS_TRUSTED_PROXIES", "canary"),
        ("EINLASS_SMTP_URL", "http://canary:secret@host"),
        ("EINLASS_MAIL_FROM", "canary"),
        ("EINLASS_TEMPLATES_DIR", "/nowhere/canary"),
        ("EINLASS_PORTAL_URL", "https://canary.example/without-the-place"),
        ("EINLASS_SEMINAR_URL", "https://canary.example/without-the-place"),
        ("EINLASS_WEBHOOK_ALLOW", "127.0.0.1,canary"),
        ("EINLASS_METRICS_LISTEN", "canary"),
        ("EINLASS_DRAIN_SECONDS", "21"),
    ]);
    let told = Config::read(bad, &Flags::default()).unwrap_err().to_string();
    for name in [
        "DATABASE_URL",
        "EINLASS_LISTEN",
        "EINLASS_POOL_SIZE",
        "EINLASS_PUBLIC_URL",
        "EINLASS_TYPO",
        "EINLASS_DEMO_PASSWORD",
        "EINLASS_LOG_FORMAT",
        "EINLASS_TRUSTED_PROXIES",
        "EINLASS_SMTP_URL",
        "EINLASS_MAIL_FROM",
        "EINLASS_TEMPLATES_DIR",
        "EINLASS_PORTAL_URL",
        "EINLASS_SEMINAR_URL",
        "EINLASS_WEBHOOK_ALLOW",
        "EINLASS_METRICS_LISTEN",
        "EINLASS_DRAIN_SECONDS",
    ] {
        assert!(told.contains(name), "{name} is missing in {told}");
    }
    assert!(!told.contains("canary"), "{told}");
}

#[test]
fn secrets_come_from_files_too_and_are_never_printed() {
    let file = std::env::temp_dir().join(format!("einlass-secret-{}", std::process::id()));
    std::fs::write(&file, "postgresql://canary@localhost/einlass\n").unwrap();
    let config = Config::read(
        environment(&[("DATABASE_URL_FILE", file.to_str().unwrap())]),
        &Flags::default(),
    )
    .unwrap();
    std::fs::remove_file(&file).unwrap();
    assert_eq!(
        config.external_database(),
        Some("postgresql://canary@localhost/einlass")
    );
    assert!(!config.describe().contains("canary"));
    assert!(!format!("{config:?}").contains("canary"));
}

#[test]
fn flags_win_over_the_environment_and_empty_means_unset() {
    let flags = Flags {
        listen: Some("127.0.0.1:9".to_owned()),
        ..Flags::default()
    };
    let config = Config::read(
        environment(&[("EINLASS_LISTEN", "127.0.0.1:8"), ("EINLASS_LOG", "")]),
        &flags,
    )
    .unwrap();
    assert_eq!(config.listen.port(), 9);
    assert_eq!(config.public_url, "http://127.0.0.1:9");
    assert_eq!(config.log, "info");
}

#[test]
fn tls_that_cannot_be_had_is_refused() {
    let url = "postgresql://db.example/einlass?sslmode=verify-full";
    let read = Config::read(environment(&[("DATABASE_URL", url)]), &Flags::default());
    assert_eq!(read.is_ok(), cfg!(feature = "tls"));
}

#[test]
fn a_mail_server_wants_a_sender_and_its_password_stays_hidden() {
    let url = ("EINLASS_SMTP_URL", "smtps://einlass:canary@mail.example");
    let told = Config::read(environment(&[url]), &Flags::default()).unwrap_err();
    assert_eq!(told.0, ["EINLASS_MAIL_FROM is needed with EINLASS_SMTP_URL"]);
    let from = (
        "EINLASS_MAIL_FROM",
        "Städteregion Aachen <anmeldung@staedteregion.example>",
    );
    let config = Config::read(environment(&[url, from]), &Flags::default()).unwrap();
    assert_eq!(config.mail_from.name.as_deref(), Some("Städteregion Aachen"));
    assert!(!config.describe().contains("canary"));
    assert!(!format!("{config:?}").contains("canary"));
}

#[test]
fn the_portal_address_has_a_place_for_the_token() {
    let read = |url: &str| Config::read(environment(&[("EINLASS_PORTAL_URL", url)]), &Flags::default());
    assert!(read("https://portal.example/anmeldung/{token}?aktion={action}").is_ok());
    for bad in [
        "https://portal.example/anmeldung",
        "javascript:{token}",
        "https://portal.example/{token}/{tokne}",
    ] {
        assert!(read(bad).is_err(), "{bad}");
    }
}
