//! Without a mail server every mail is a file.

use einlass::mail::{Delivered, Kind};
use serde_json::json;

use super::{Office, facts, letter};

#[test]
fn what_is_posted_becomes_a_file_with_text_html_and_calendar() {
    let office = Office::open();
    assert_eq!(office.post(&[letter(Kind::Confirmed, "anna@example.org")]), 1);
    let delivered = office.postman(None).deliver_due(&office.db, &office.clock, 10).unwrap();
    assert_eq!(
        delivered,
        Delivered {
            sent: 1,
            failed: 0,
            dead: 0
        }
    );
    let written = office.written();
    let [(name, mail)] = written.as_slice() else {
        panic!("{written:?}")
    };
    assert!(
        name.starts_with("20270104T080000Z-") && name.ends_with(".eml"),
        "{name}"
    );
    let id = name.split_once('-').unwrap().1.trim_end_matches(".eml");
    assert!(
        mail.contains(&format!("Message-ID: <{id}@einlass.example>\r\n")),
        "{mail}"
    );
    for part in [
        "text/plain",
        "text/html",
        "method=REQUEST",
        "einladung-1.ics",
        "einladung-2.ics",
    ] {
        assert!(mail.contains(part), "{part} in {mail}");
    }
    // Whoever reads the file could act for the recipient.
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(office.folder.join("mail").join(name))
            .unwrap()
            .permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(office.states(), ["sent"]);
    assert_eq!(
        office.postman(None).deliver_due(&office.db, &office.clock, 10).unwrap(),
        Delivered::default()
    );
}

#[test]
fn a_mail_that_is_delivered_again_rewrites_its_file() {
    use diesel::connection::SimpleConnection;
    let office = Office::open();
    office.post(&[letter(Kind::Confirmed, "anna@example.org")]);
    office.postman(None).deliver_due(&office.db, &office.clock, 10).unwrap();
    let before = office.written();
    // As if the program had ended before it could write down that the mail was sent.
    let unsend = "UPDATE mails SET state = 'queued', sent_at = NULL, due_at = created_at";
    office.database.connect().batch_execute(unsend).unwrap();
    let again = office.postman(None).deliver_due(&office.db, &office.clock, 10).unwrap();
    assert_eq!(again.sent, 1);
    assert_eq!(office.written(), before);
}

#[test]
fn what_is_to_be_said_once_is_said_once() {
    let office = Office::open();
    let once = |name: &str| {
        let mut letter = letter(Kind::ReminderDay, "anna@example.org");
        letter.once = Some(name.to_owned());
        letter
    };
    assert_eq!(office.post(&[once("a"), once("a"), once("b")]), 2);
    assert_eq!(office.post(&[once("a"), once("c")]), 1);
    let mut elsewhere = once("a");
    elsewhere.organisation_id = uuid::Uuid::from_u128(9);
    assert_eq!(office.post(&[elsewhere]), 1);
    // Without a name nothing is held back.
    let plain = letter(Kind::ReminderDay, "anna@example.org");
    assert_eq!(office.post(&[plain.clone(), plain]), 2);
    assert_eq!(office.post(&[]), 0);
}

#[test]
fn many_letters_at_once_all_arrive() {
    let office = Office::open();
    let letters = (0..1201)
        .map(|n| letter(Kind::ReminderDay, &format!("p{n}@example.org")))
        .collect::<Vec<_>>();
    assert_eq!(office.post(&letters), 1201);
    assert_eq!(office.outbox().len(), 1201);
}

#[test]
fn every_kind_can_be_delivered_in_both_languages_and_channels() {
    let office = Office::open();
    let mut letters = Vec::new();
    for kind in Kind::ALL {
        for (language, channel) in [("de", "onsite"), ("de", "online"), ("en", "onsite"), ("en", "online")] {
            let mut letter = letter(*kind, "anna@example.org");
            letter.language = language.to_owned();
            letter.data = facts(letter.registration_id.unwrap(), channel);
            if channel == "online" {
                letter.data["seminar"]["dropped_sessions"] = letter.data["seminar"]["sessions"].clone();
                letter.data["seminar"]["sessions"][1]["time_zone"] = json!("America/New_York");
                letter.data["seminar"]["sessions"][0]["date_precision"] = json!("day");
            }
            letters.push(letter);
        }
    }
    office.post(&letters);
    let delivered = office
        .postman(None)
        .deliver_due(&office.db, &office.clock, 100)
        .unwrap();
    assert_eq!(delivered.sent, letters.len(), "{:?}", office.outbox());
}

#[test]
fn the_room_is_reached_by_a_personal_link_and_only_by_who_takes_part_online() {
    use einlass::base::capability::{Claim, Purpose};
    let office = Office::open();
    let mut online = letter(Kind::Confirmed, "Anna@Example.org");
    online.data = facts(online.registration_id.unwrap(), "online");
    let onsite = letter(Kind::Confirmed, "berta@example.org");
    office.post(&[online, onsite]);
    office.postman(None).deliver_due(&office.db, &office.clock, 10).unwrap();
    let written = office.written();
    let text = written[0].1.replace("=\r\n", "").replace("=3D", "=");
    let token = text.split_once("https://einlass.example/join/").unwrap().1;
    let claim = Claim::read(token.split_once("\r\n").unwrap().0).unwrap();
    assert!(office.capabilities.proves(&claim, Purpose::Join, "anna@example.org"));
    assert!(!written[1].1.contains("/join/"), "{}", written[1].1);
}

#[test]
fn a_mail_that_cannot_be_written_is_given_up_and_holds_up_nobody() {
    let office = Office::open();
    let mut broken = letter(Kind::Confirmed, "anna@example.org");
    broken.data = json!({"seminar": {}});
    let mut nameless = letter(Kind::Confirmed, "not an address");
    nameless.data = facts(uuid::Uuid::from_u128(1), "onsite");
    office.post(&[broken, nameless, letter(Kind::Confirmed, "berta@example.org")]);
    let delivered = office.postman(None).deliver_due(&office.db, &office.clock, 10).unwrap();
    assert_eq!(
        delivered,
        Delivered {
            sent: 1,
            failed: 0,
            dead: 2
        }
    );
    assert_eq!(office.states(), ["dead", "dead", "sent"]);
    let errors = office
        .outbox()
        .into_iter()
        .filter_map(|(.., error)| error)
        .collect::<Vec<_>>();
    assert!(
        errors[0].contains("missing field") && !errors[1].contains("not an address"),
        "{errors:?}"
    );
}
