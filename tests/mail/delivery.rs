//! What goes over the wire, and what happens when it does not.

use std::sync::Arc;
use std::time::{Duration, Instant};

use einlass::base::clock::Clock;
use einlass::mail::{Delivered, Kind};

use super::server::{Order, Server};
use super::{Office, letter};

fn confirmed(to: &str) -> einlass::mail::Letter {
    letter(Kind::Confirmed, to)
}

fn message_ids(mails: &[String]) -> Vec<&str> {
    let lines = mails.iter().flat_map(|mail| mail.lines());
    lines.filter(|line| line.starts_with("Message-ID:")).collect()
}

#[test]
fn mails_go_over_one_connection_with_everything_a_mail_program_needs() {
    let (office, server) = (Office::open(), Server::start(&[]));
    office.post(&[confirmed("anna@example.org"), confirmed("berta@example.org")]);
    let postman = office.postman(Some(server.url.clone()));
    let delivered = postman.deliver_due(&office.db, &office.clock, 10).unwrap();
    assert_eq!(
        delivered,
        Delivered {
            sent: 2,
            failed: 0,
            dead: 0
        }
    );
    let got = server.got();
    assert_eq!((got.len(), server.connections()), (2, 1));
    for line in [
        "To: =?utf-8?b?",
        "Reply-To: kontakt@staedteregion.example\r\n",
        "Date: Mon, 04 Jan 2027 08:00:00 +0000\r\n",
        "Auto-Submitted: auto-generated\r\n",
        "Content-Language: de\r\n",
        "Content-Type: text/calendar; method=REQUEST; charset=utf-8\r\n",
    ] {
        assert!(got[0].contains(line), "{line}\n{}", got[0]);
    }
    assert!(got[0].contains("<anna@example.org>") && got[1].contains("<berta@example.org>"));
    assert!(got.iter().all(|mail| mail.split("\r\n").all(|line| line.len() <= 998)));
    assert_eq!(office.states(), ["sent", "sent"]);
}

#[test]
fn a_repeat_after_a_dropped_connection_is_the_same_message() {
    let (office, server) = (Office::open(), Server::start(&[Order::HangUp]));
    office.post(&[confirmed("anna@example.org")]);
    let postman = office.postman(Some(server.url.clone()));
    let first = postman.deliver_due(&office.db, &office.clock, 10).unwrap();
    assert_eq!(
        first,
        Delivered {
            sent: 0,
            failed: 1,
            dead: 0
        }
    );
    office.clock.advance(chrono::Duration::minutes(2));
    let second = postman.deliver_due(&office.db, &office.clock, 10).unwrap();
    assert_eq!(
        second,
        Delivered {
            sent: 1,
            failed: 0,
            dead: 0
        }
    );
    let got = server.got();
    assert_eq!(got.len(), 2);
    assert_eq!(got[0], got[1]);
    assert_eq!(message_ids(&got).len(), 2);
}

#[test]
fn a_server_that_is_away_is_asked_again_later_and_later_until_it_is_given_up() {
    let office = Office::open();
    // Nobody listens there.
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    office.post(&[confirmed("anna@example.org")]);
    let postman = office.postman(Some(format!("smtp://{closed}")));
    let mut last = chrono::Duration::zero();
    for attempt in 1..10 {
        let delivered = postman.deliver_due(&office.db, &office.clock, 10).unwrap();
        assert_eq!(
            delivered,
            Delivered {
                sent: 0,
                failed: 1,
                dead: 0
            },
            "{attempt}"
        );
        let (state, attempts, due_at, error) = office.outbox().remove(0);
        assert_eq!((state.as_str(), attempts), ("queued", attempt));
        assert_eq!(error.as_deref(), Some("the mail server cannot be reached"));
        let wait = due_at - office.clock.now();
        assert!(
            wait >= last && wait >= chrono::Duration::minutes(1),
            "{attempt}: {wait}"
        );
        last = wait;
        let early = postman.deliver_due(&office.db, &office.clock, 10).unwrap();
        assert_eq!(early, Delivered::default());
        office.clock.advance(wait);
    }
    let delivered = postman.deliver_due(&office.db, &office.clock, 10).unwrap();
    assert_eq!(
        delivered,
        Delivered {
            sent: 0,
            failed: 0,
            dead: 1
        }
    );
    assert_eq!(office.states(), ["dead"]);
}

#[test]
fn while_the_server_is_away_the_others_lose_no_attempt() {
    let office = Office::open();
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    office.post(&[confirmed("anna@example.org"), confirmed("berta@example.org")]);
    let postman = office.postman(Some(format!("smtp://{closed}")));
    postman.deliver_due(&office.db, &office.clock, 10).unwrap();
    let attempts = office
        .outbox()
        .iter()
        .map(|(_, attempts, ..)| *attempts)
        .collect::<Vec<_>>();
    assert_eq!(attempts, [1, 0]);
}

#[test]
fn a_recipient_that_does_not_exist_is_given_up_at_once_and_named_nowhere() {
    let orders = [Order::AnswerRcpt("550 5.1.1 <anna@example.org>: no such user")];
    let (office, server) = (Office::open(), Server::start(&orders));
    office.post(&[confirmed("anna@example.org"), confirmed("berta@example.org")]);
    let postman = office.postman(Some(server.url.clone()));
    let delivered = postman.deliver_due(&office.db, &office.clock, 10).unwrap();
    assert_eq!(
        delivered,
        Delivered {
            sent: 1,
            failed: 0,
            dead: 1
        }
    );
    let (state, _, _, error) = office.outbox().remove(0);
    assert_eq!(
        (state.as_str(), error.as_deref()),
        ("dead", Some("the mail server refused with 550"))
    );
}

#[test]
fn an_address_that_the_server_cannot_take_is_given_up_and_one_with_a_german_domain_is_not() {
    let (office, server) = (Office::open(), Server::start(&[]));
    office.post(&[confirmed("jörg@example.org"), confirmed("info@müller.example")]);
    let postman = office.postman(Some(server.url.clone()));
    let delivered = postman.deliver_due(&office.db, &office.clock, 10).unwrap();
    assert_eq!((delivered.sent, delivered.dead), (1, 1));
    assert_eq!(office.states(), ["dead", "sent"]);
    assert!(server.got()[0].contains("<info@xn--mller-kva.example>"));
}

#[test]
fn a_mailbox_that_is_full_is_asked_again() {
    let (office, server) = (Office::open(), Server::start(&[Order::AnswerRcpt("452 4.2.2 full")]));
    office.post(&[confirmed("anna@example.org"), confirmed("berta@example.org")]);
    let postman = office.postman(Some(server.url.clone()));
    let delivered = postman.deliver_due(&office.db, &office.clock, 10).unwrap();
    assert_eq!(
        delivered,
        Delivered {
            sent: 1,
            failed: 1,
            dead: 0
        }
    );
    assert_eq!(office.states(), ["queued", "sent"]);
}

#[test]
fn a_server_that_lets_us_not_in_costs_no_mail() {
    let (office, server) = (Office::open(), Server::closed("554 5.7.1 you are blocked"));
    office.post(&[confirmed("anna@example.org")]);
    let postman = office.postman(Some(server.url.clone()));
    let delivered = postman.deliver_due(&office.db, &office.clock, 10).unwrap();
    assert_eq!(
        delivered,
        Delivered {
            sent: 0,
            failed: 1,
            dead: 0
        }
    );
    assert_eq!(office.states(), ["queued"]);
}

#[test]
fn a_password_is_not_sent_in_clear_text() {
    let (office, server) = (Office::open(), Server::start(&[]));
    office.post(&[confirmed("anna@example.org")]);
    let url = server.url.replace("smtp://", "smtp://einlass:geheim@");
    let delivered = office
        .postman(Some(url))
        .deliver_due(&office.db, &office.clock, 10)
        .unwrap();
    assert_eq!((delivered.failed, server.got().len()), (1, 0));
}

#[test]
fn several_postmen_send_every_mail_once() {
    let (office, server) = (Office::open(), Server::start(&[]));
    let letters = (0..60)
        .map(|n| confirmed(&format!("p{n}@example.org")))
        .collect::<Vec<_>>();
    office.post(&letters);
    let sent = std::thread::scope(|scope| {
        let workers = (0..3).map(|_| {
            scope.spawn(|| {
                let postman = office.postman(Some(server.url.clone()));
                let mut sent = 0;
                loop {
                    let delivered = postman.deliver_due(&office.db, &office.clock, 7).unwrap();
                    if delivered == Delivered::default() {
                        return sent;
                    }
                    sent += delivered.sent;
                }
            })
        });
        let workers = workers.collect::<Vec<_>>();
        workers.into_iter().map(|worker| worker.join().unwrap()).sum::<usize>()
    });
    let got = server.got();
    let mut ids = message_ids(&got);
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((sent, got.len(), ids.len()), (60, 60, 60));
}

#[test]
fn what_a_worker_holds_is_nobody_elses_until_its_lease_is_over() {
    use diesel::connection::SimpleConnection;
    let office = Office::open();
    office.post(&[confirmed("anna@example.org")]);
    let mut other = office.database.connect();
    // Another worker is just taking it: the row is locked.
    other.batch_execute("BEGIN; SELECT 1 FROM mails FOR UPDATE").unwrap();
    let postman = office.postman(None);
    assert_eq!(
        postman.deliver_due(&office.db, &office.clock, 10).unwrap(),
        Delivered::default()
    );
    // It has it, and dies.
    let lease = "UPDATE mails SET attempts = 1, due_at = due_at + interval '5 minutes'; COMMIT";
    other.batch_execute(lease).unwrap();
    assert_eq!(
        postman.deliver_due(&office.db, &office.clock, 10).unwrap(),
        Delivered::default()
    );
    office.clock.advance(chrono::Duration::minutes(5));
    assert_eq!(postman.deliver_due(&office.db, &office.clock, 10).unwrap().sent, 1);
}

#[test]
fn who_comes_back_too_late_changes_nothing() {
    let orders = [Order::Hesitate("550 5.1.1 no such user")];
    let (office, server) = (Office::open(), Server::start(&orders));
    office.post(&[confirmed("anna@example.org")]);
    std::thread::scope(|scope| {
        let late = scope.spawn(|| {
            let postman = office.postman(Some(server.url.clone()));
            postman.deliver_due(&office.db, &office.clock, 10).unwrap()
        });
        std::thread::sleep(Duration::from_millis(500));
        // Its lease is over; another one takes the mail, and is luckier.
        office.clock.advance(chrono::Duration::minutes(6));
        let postman = office.postman(Some(server.url.clone()));
        assert_eq!(postman.deliver_due(&office.db, &office.clock, 10).unwrap().sent, 1);
        assert_eq!(late.join().unwrap().dead, 1);
    });
    assert_eq!(office.states(), ["sent"]);
}

#[test]
fn who_is_stopped_gives_back_what_he_has_not_begun() {
    let (office, server) = (Office::open(), Server::start(&[Order::Hesitate("250 ok")]));
    let letters = ["a@example.org", "b@example.org", "c@example.org"].map(confirmed);
    office.post_at(&Clock::System, &letters);
    let mut postboy = Arc::new(office.postman(Some(server.url.clone()))).start(office.db.clone(), Clock::System);
    let begun = Instant::now();
    // All three are taken, and the first is being sent.
    while server.connections() == 0 && begun.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(10));
    }
    postboy.stop();
    let left = office
        .outbox()
        .into_iter()
        .map(|(state, attempts, due_at, _)| (state, attempts, due_at <= Clock::System.now()));
    let queued = || ("queued".to_owned(), 0, true);
    assert_eq!(
        left.collect::<Vec<_>>(),
        [("sent".to_owned(), 1, false), queued(), queued()]
    );
}

#[test]
fn the_postboy_goes_round_by_himself_and_stops_when_he_is_told() {
    let (office, server) = (Office::open(), Server::start(&[]));
    let postman = Arc::new(office.postman(Some(server.url.clone())));
    let mut postboy = postman.start(office.db.clone(), Clock::System);
    office.post_at(&Clock::System, &[confirmed("anna@example.org")]);
    postboy.nudge();
    let begun = Instant::now();
    while server.got().is_empty() && begun.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(server.got().len(), 1);
    let begun = Instant::now();
    postboy.stop();
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    office.post_at(&Clock::System, &[confirmed("berta@example.org")]);
    std::thread::sleep(Duration::from_millis(1500));
    assert_eq!(server.got().len(), 1);
}

#[test]
fn under_a_clock_that_stands_nothing_goes_by_itself() {
    let (office, server) = (Office::open(), Server::start(&[]));
    let postboy = Arc::new(office.postman(Some(server.url.clone()))).start(office.db.clone(), office.clock.clone());
    office.post(&[confirmed("anna@example.org")]);
    postboy.nudge();
    std::thread::sleep(Duration::from_millis(300));
    assert!(server.got().is_empty());
}
