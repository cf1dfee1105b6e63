//! The commands, as an operator types them.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use diesel::prelude::*;

use crate::support::{TestApp, TestDatabase};

fn einlass(environment: &[(&str, &str)], arguments: &[&str], input: &str) -> Output {
    let mut process = Command::new(env!("CARGO_BIN_EXE_einlass"))
        .args(arguments)
        .env_remove("DATABASE_URL")
        .envs(environment.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that reads nothing may be gone already.
    let _ = process.stdin.take().unwrap().write_all(input.as_bytes());
    process.wait_with_output().unwrap()
}

fn on(database: &TestDatabase, arguments: &[&str], input: &str) -> (bool, String) {
    let output = einlass(&database.environment(), arguments, input);
    let told = [output.stdout, output.stderr]
        .map(|text| String::from_utf8(text).unwrap())
        .concat();
    (output.status.success(), told)
}

#[test]
fn a_bad_configuration_ends_with_78_and_every_mistake_but_no_value() {
    let bad = [
        ("DATABASE_URL", "mysql://canary"),
        ("EINLASS_LISTEN", "canary"),
        ("EINLASS_LISTNE", "canary"),
    ];
    for arguments in [&["config", "check"][..], &["serve"], &["migrate"]] {
        let output = einlass(&bad, arguments, "");
        assert_eq!(output.status.code(), Some(78));
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(
            ["DATABASE_URL", "EINLASS_LISTEN", "EINLASS_LISTNE"]
                .iter()
                .all(|name| told.contains(name)),
            "{told}"
        );
        assert!(!told.contains("canary"), "{told}");
    }
    let good = einlass(
        &[("DATABASE_URL", "postgresql://canary@localhost/einlass")],
        &["config", "check"],
        "",
    );
    let told = String::from_utf8(good.stdout).unwrap();
    assert!(
        good.status.success() && told.contains("EINLASS_POOL_SIZE") && !told.contains("canary"),
        "{told}"
    );
}

#[test]
fn the_schema_comes_with_migrate_once() {
    let database = TestDatabase::empty();
    let (good, told) = on(&database, &["migrate"], "");
    assert!(good && told.contains("migrated 20261101000009"), "{told}");
    let (good, told) = on(&database, &["migrate"], "");
    assert!(good && told.contains("up to date"), "{told}");
}

#[test]
fn an_account_is_made_and_can_log_in() {
    let app = TestApp::spawn();
    let create = |more: &[&str], input: &str| {
        on(
            &app.database,
            &[&["admin", "create", "--email", "neu@ihk.example"], more].concat(),
            input,
        )
    };
    let (good, told) = create(&["--organisation", "nobody"], "");
    assert!(!good && told.contains("--organisation"), "{told}");
    let (good, told) = create(&["--password-stdin"], "kurz\n");
    assert!(!good && told.contains("at least 15 characters"), "{told}");
    let (good, told) = create(
        &["--organisation", "ihk-aachen", "--role", "reporter", "--password-stdin"],
        " Achtzehn Kamele im Regen \n",
    );
    assert!(good, "{told}");
    let login = |password: &str| {
        app.anonymous().post(
            "/auth/login",
            &serde_json::json!({"email": "neu@ihk.example", "password": password}),
        )
    };
    login("Achtzehn Kamele im Regen").expect(200);
    let (good, told) = create(&[], "");
    assert!(!good && told.contains("There is an account"), "{told}");
    let (good, told) = on(
        &app.database,
        &["admin", "create", "--email", "platform2@einlass.example"],
        "",
    );
    assert!(good && told.contains("shown once: "), "{told}");
    let password = told.lines().find_map(|line| line.split("shown once: ").nth(1)).unwrap();
    let body = serde_json::json!({"email": "platform2@einlass.example", "password": password});
    app.anonymous().post("/auth/login", &body).expect(200);
}

#[test]
fn the_paper_is_imported_and_reported() {
    let database = TestDatabase::create();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/demo/programme-2020-2021.json");
    let import = ["import", "seminars", file, "--organisation", "staedteregion-aachen"];
    let seminars = || {
        use einlass::schema::seminars::dsl::seminars;
        seminars.count().get_result::<i64>(&mut database.connect()).unwrap()
    };
    let (good, told) = on(&database, &[&import[..], &["--dry-run"]].concat(), "");
    assert!(good && told.starts_with("Dry run, nothing was written. "), "{told}");
    assert_eq!(seminars(), 0);
    let (good, told) = on(&database, &import, "");
    assert!(good, "{told}");
    assert_eq!(seminars(), 28);
    let (good, told) = on(&database, &import, "");
    assert!(
        !good && told.contains("/seminars/27"),
        "every one of them is there already: {told}"
    );
    assert_eq!(seminars(), 28);

    let report = |more: &[&str]| {
        let (good, told) = on(
            &database,
            &[
                &["report", "activity", "--from", "2020-01-01", "--to", "2021-05-31"],
                more,
            ]
            .concat(),
            "",
        );
        assert!(good, "{told}");
        told
    };
    let told = report(&["--split-on", "2020-03-16"]);
    assert!(
        told.contains("25 Veranstaltungen angeboten; 23 wurden durchgeführt, davon 4 vor dem 16.03.2020"),
        "{told}"
    );
    assert!(told.contains("mindestens 1.080 Personen"), "{told}");
    for (rule, held) in [("all", 23), ("public", 20), ("overview", 16)] {
        let json = serde_json::from_str::<serde_json::Value>(&report(&["--rule", rule, "--format", "json"])).unwrap();
        assert_eq!(json["figures"]["held"]["count"], held, "{rule}");
    }
}

#[test]
fn the_document_needs_no_database() {
    let output = einlass(&[], &["openapi"], "");
    let committed = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/openapi.json")).unwrap();
    assert!(output.status.success() && output.stdout == committed);
}

#[test]
fn health_asks_a_running_service() {
    let app = TestApp::spawn();
    let ask = |url: &str| einlass(&[], &["health", "--url", url], "").status.success();
    assert!(ask(&format!("http://{}/health/ready", app.address)));
    assert!(!ask(&format!("http://{}/health/none", app.address)));
    assert!(!ask("http://127.0.0.1:1/health/ready"));
}

#[test]
fn a_service_has_its_directory_to_itself_and_takes_its_database_down_with_it() {
    let data = std::env::temp_dir().join(format!("einlass-serve-{}", std::process::id()));
    let port = || {
        std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port()
            .to_string()
    };
    let listen = format!("127.0.0.1:{}", port());
    let serve = |listen: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_einlass"));
        command
            .args(["serve", "--listen", listen, "--data-dir", data.to_str().unwrap()])
            .env("EINLASS_DRAIN_SECONDS", "0")
            .env_remove("DATABASE_URL");
        command.stderr(Stdio::piped()).spawn().unwrap()
    };
    let mut first = serve(&listen);
    let url = format!("http://{listen}/health/ready");
    let begun = std::time::Instant::now();
    while !einlass(&[], &["health", "--url", &url], "").status.success() {
        assert!(begun.elapsed().as_secs() < 90, "it did not get ready");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let second = serve(&format!("127.0.0.1:{}", port())).wait_with_output().unwrap();
    let told = String::from_utf8(second.stderr).unwrap();
    assert!(
        !second.status.success() && told.contains(data.to_str().unwrap()),
        "{told}"
    );
    let report = [
        "--data-dir",
        data.to_str().unwrap(),
        "report",
        "activity",
        "--from",
        "2020-01-01",
        "--to",
        "2020-12-31",
    ];
    assert!(
        einlass(&[], &report, "").status.success(),
        "commands work beside the service"
    );

    Command::new("kill")
        .args(["-TERM", &first.id().to_string()])
        .status()
        .unwrap();
    assert!(first.wait().unwrap().success());
    assert!(!data.join("postgresql/postmaster.pid").exists());
    std::fs::remove_dir_all(&data).unwrap();
}

#[test]
fn a_spreadsheet_is_imported_or_its_doubts_are_printed() {
    let database = TestDatabase::create();
    let file = std::env::temp_dir().join(format!("einlass-{}.csv", database.name));
    let seminars = || {
        use einlass::schema::seminars::dsl::seminars;
        seminars.count().get_result::<i64>(&mut database.connect()).unwrap()
    };
    let import = |more: &[&str]| {
        let arguments = [
            "import",
            "seminars",
            file.to_str().unwrap(),
            "--organisation",
            "staedteregion-aachen",
        ];
        on(&database, &[&arguments[..], more].concat(), "")
    };
    std::fs::write(
        &file,
        "Titel;Datum;Status\nGründen;13.02.20;durchgeführt\nFragen;31.06.2020;durchgeführt\n",
    )
    .unwrap();
    let (good, told) = import(&[]);
    assert!(
        !good && told.contains("Zeile 2, Datum: „13.02.20“") && told.contains("(impossible_date)"),
        "{told}"
    );
    std::fs::write(&file, "Titel;Datum;Reihe\nGründen;13.02.20;Nachtschicht\n").unwrap();
    let options = ["--year", "2020", "--past-is-held", "--accept", "new_collection"];
    let (good, told) = import(&[&options[..], &["--dry-run"]].concat());
    assert!(
        good && told.contains("Dry run, nothing was written. 1 seminar with 0 headcounts") && seminars() == 0,
        "{told}"
    );
    let (good, told) = import(&options);
    assert!(good && seminars() == 1, "{told}");
    let (good, told) = import(&options);
    assert!(!good && seminars() == 1 && told.contains("confirmed"), "{told}");
    std::fs::write(&file, "PK\u{3}\u{4}").unwrap();
    let (good, told) = import(&[]);
    assert!(!good && told.contains("xlsx/zip"), "{told}");
    std::fs::remove_file(&file).unwrap();
}

#[test]
fn keys_are_listed_and_turned() {
    let data = std::env::temp_dir().join(format!("einlass-keys-turned-{}", std::process::id()));
    let keys = |arguments: &[&str]| {
        let arguments = [&["--data-dir", data.to_str().unwrap(), "keys"], arguments].concat();
        let output = einlass(&[], &arguments, "");
        let told = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
        (output.status.success(), told.concat())
    };
    // Whoever lists what is not there has mistyped it.
    let (good, told) = keys(&["list"]);
    assert!(!good && told.contains("signing keys in"), "{told}");
    assert!(!data.exists());
    let keys = |arguments: &[&str]| {
        let (good, told) = keys(arguments);
        assert!(good, "{told}");
        told
    };
    let told = keys(&["rotate"]);
    assert!(
        told.contains("0 retired ones deleted") && told.contains("next      signs from"),
        "{told}"
    );
    let told = keys(&["list"]);
    assert!(
        told.starts_with("0001.pk8 ") && told.contains("current   signs"),
        "{told}"
    );
    let told = keys(&["rotate"]);
    assert!(told.contains("nothing was done") && told.lines().count() == 3, "{told}");
    let told = keys(&["rotate", "--compromised"]);
    assert!(told.contains("2 deleted") && told.lines().count() == 2, "{told}");
    std::fs::remove_dir_all(&data).unwrap();
}

#[test]
fn roles_are_printed_without_a_database() {
    let print = |arguments: &[&str]| einlass(&[], &[&["database", "roles"], arguments].concat(), "");
    let told = String::from_utf8(print(&["--app", "office"]).stdout).unwrap();
    assert!(
        told.contains("CREATE ROLE office LOGIN NOSUPERUSER")
            && told.contains("GRANT INSERT, SELECT ON journal TO office"),
        "{told}"
    );
    assert!(!print(&["--app", "office; DROP ROLE postgres"]).status.success());
}
