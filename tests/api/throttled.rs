//! Whose attempts are counted together: by the address that nobody can make up.

use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use einlass::app::{self, Site};
use einlass::base::ids::fresh;
use serde_json::json;

use crate::support::{Answer, Client, PASSWORD, PEOPLE, TestApp};

/// The same service once more, behind a proxy on this machine that it trusts, and another at 10.0.0.1.
pub struct Behind {
    address: SocketAddr,
    handle: actix_web::dev::ServerHandle,
}

impl Behind {
    pub fn proxy(app: &TestApp) -> Self {
        let mut config = (**app.site.config).clone();
        config.trusted_proxies = ["127.0.0.1", "10.0.0.1"].map(|one| one.parse().unwrap()).to_vec();
        let db = app.database.db(4);
        let site = Site::assemble(config, db, app.clock.clone()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = app::listen(site, listener, 1).unwrap();
                sender.send(server.handle()).unwrap();
                server.await.unwrap();
            });
        });
        let handle = receiver.recv().unwrap();
        Self { address, handle }
    }

    fn client(&self) -> Client {
        Client::new(self.address, None)
    }
}

impl Drop for Behind {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

/// Guesses at a machine that is not there, each time another one, which costs no hash.
fn guess(client: &Client, forwarded: &str) -> Answer {
    let form = format!("grant_type=client_credentials&client_id={}&client_secret=x", fresh());
    let headers = [
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("X-Forwarded-For", forwarded),
    ];
    client.send("POST", "/oauth/token", &headers, Some(form.as_bytes()))
}

/// How many of so many guesses were let through, and how many one network is let through in that time.
fn passed(client: &Client, many: u32, forwarded: impl Fn(u32) -> String) -> (usize, usize) {
    let begun = Instant::now();
    let answers = (0..many)
        .map(|n| guess(client, &forwarded(n)).status)
        .collect::<Vec<_>>();
    assert!(answers.iter().all(|status| [401, 429].contains(status)), "{answers:?}");
    let most = 60 + 2 * usize::try_from(begun.elapsed().as_secs() + 1).unwrap();
    (answers.into_iter().filter(|status| *status == 401).count(), most)
}

fn address(n: u32) -> String {
    format!("203.0.{}.{}", n / 256, n % 256)
}

#[test]
fn a_thousand_made_up_addresses_are_one_client() {
    let app = TestApp::spawn();
    let (passed, most) = passed(&app.anonymous(), 1000, address);
    assert!((60..=most).contains(&passed), "{passed} of at most {most}");
    let refused = guess(&app.anonymous(), "203.0.113.1");
    assert!((1..=60).contains(&refused.header("retry-after").parse::<u64>().unwrap()));
}

/// The control of the test above, and the rule: the last address that none of our proxies has.
#[test]
fn a_proxy_that_is_trusted_says_who_it_is() {
    let app = TestApp::spawn();
    let behind = Behind::proxy(&app);
    let client = behind.client();
    let (all, _) = passed(&client, 150, address);
    assert_eq!(all, 150, "each from elsewhere");
    let together: [(&str, &dyn Fn(u32) -> String); 8] = [
        ("what came before was made up", &|n| {
            format!("{}, 198.51.100.1", address(n))
        }),
        ("also through two proxies", &|n| {
            format!("{}, 198.51.100.2, 10.0.0.1", address(n))
        }),
        ("also with a port", &|n| {
            format!("{}, 198.51.100.3:{}", address(n), 1024 + n)
        }),
        ("an IPv6 with a port", &|n| {
            format!("{}, [2001:db8:3::{n:x}]:443", address(n))
        }),
        ("a household", &|n| format!("2001:db8:1:1::{n:x}")),
        ("a household, more of it", &|n| format!("2001:db8:2:2:{n:x}::1")),
        ("an IPv4 as an IPv6", &|n| {
            format!("{}, ::ffff:198.51.100.4", address(n))
        }),
        // Whoever that is: it is not what stands before it.
        ("somebody the proxy does not name", &|n| {
            format!("{}, unknown", address(n))
        }),
    ];
    for (why, forwarded) in together {
        let (passed, most) = passed(&client, 90, forwarded);
        assert!((60..=most).contains(&passed), "{why}: {passed} of at most {most}");
    }
    let (all, _) = passed(&client, 90, |n| format!("2001:db8:{n:x}:4::1"));
    assert_eq!(all, 90, "each a household");
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// Also after how long; `checks/login` looks more closely.
#[test]
fn an_unknown_account_is_answered_like_a_known_one_and_not_sooner() {
    let app = TestApp::spawn();
    let behind = Behind::proxy(&app);
    let client = behind.client();
    let attempt = |n: usize, email: &str| {
        let body = json!({"email": email, "password": format!("not {PASSWORD}")}).to_string();
        let forwarded = format!("198.51.{}.{}", n / 200, n % 200);
        let headers = [("X-Forwarded-For", forwarded.as_str())];
        let begun = Instant::now();
        let answer = client.send("POST", "/auth/login", &headers, Some(body.as_bytes()));
        (begun.elapsed(), answer)
    };
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    let first = attempt(0, "nobody@staedteregion.example").1;
    first.problem(401, "invalid-credentials");
    for n in 0..100 {
        for (times, email) in [
            (&mut known, PEOPLE[n % PEOPLE.len()].1.to_owned()),
            (&mut unknown, format!("nobody-{n}@staedteregion.example")),
        ] {
            let (time, answer) = attempt(1 + 2 * n + times.len() % 2, &email);
            assert_eq!(answer.status, 401, "{}", answer.text);
            assert_eq!(answer.but_for_the_request(), first.but_for_the_request());
            assert_eq!(answer.header("cache-control"), first.header("cache-control"));
            times.push(time);
        }
    }
    let (known, unknown) = (median(known), median(unknown));
    let apart = known.abs_diff(unknown);
    assert!(apart * 4 < known.max(unknown), "known {known:?}, unknown {unknown:?}");
    // The control: looked up and nothing hashed, an answer comes so much sooner that it would be told.
    let bare = median(
        (0..40)
            .map(|n| {
                let begun = Instant::now();
                guess(&client, &address(n));
                begun.elapsed()
            })
            .collect(),
    );
    assert!(
        known.abs_diff(bare) * 4 > known,
        "known {known:?}, without a hash {bare:?}"
    );
}
