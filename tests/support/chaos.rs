//! What may stand between a service and its database: something that cuts, falls silent, is slow, refuses.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use super::TestDatabase;

#[derive(Clone, Copy, PartialEq)]
enum Mood {
    Passes,
    /// Every connection is closed, and every new one at once.
    Refuses,
    /// Connections are taken and bytes too, and nothing comes of it.
    Silent,
    /// Every answer comes so much later.
    Slow(Duration),
}

struct State {
    mood: Mood,
    /// Connections with smaller numbers are silent for good.
    deaf_below: u64,
    links: Vec<(u64, TcpStream, UnixStream)>,
    made: u64,
    stopped: bool,
}

struct Inside {
    socket: PathBuf,
    state: Mutex<State>,
    changed: Condvar,
}

pub struct Chaos(Arc<Inside>);

impl Chaos {
    /// Puts itself before `database`: services that are started on it from now on go through here; the tests' own
    /// connections do not.
    pub fn before(database: &mut TestDatabase) -> Self {
        let (_, query) = database.direct_url.split_once("?host=").unwrap();
        let (folder, port) = query.split_once("&port=").unwrap();
        let socket = PathBuf::from(decoded(folder)).join(format!(".s.PGSQL.{port}"));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        database.through = Some(format!("postgresql://einlass@{address}/{}", database.name));
        let state = State {
            mood: Mood::Passes,
            deaf_below: 0,
            links: Vec::new(),
            made: 0,
            stopped: false,
        };
        let inside = Arc::new(Inside {
            socket,
            state: Mutex::new(state),
            changed: Condvar::new(),
        });
        let taking = inside.clone();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if !taking.clone().take(client) {
                    return;
                }
            }
        });
        // So that whoever drops it ends the thread that waits for the next.
        drop(thread::spawn({
            let inside = inside.clone();
            move || {
                let state = inside.state.lock().unwrap();
                drop(inside.changed.wait_while(state, |state| !state.stopped));
                drop(TcpStream::connect(address));
            }
        }));
        Self(inside)
    }

    fn become_(&self, mood: Mood) {
        self.0.state.lock().unwrap().mood = mood;
        self.0.changed.notify_all();
    }

    /// All is well; what was held back goes on.
    pub fn pass(&self) {
        self.become_(Mood::Passes);
    }

    /// All connections end, and there are no new ones.
    pub fn cut(&self) {
        self.become_(Mood::Refuses);
        for (_, client, server) in self.0.state.lock().unwrap().links.drain(..) {
            drop(client.shutdown(Shutdown::Both));
            drop(server.shutdown(Shutdown::Both));
        }
    }

    /// Nobody says anything any more, and nothing is closed.
    pub fn fall_silent(&self) {
        self.become_(Mood::Silent);
    }

    /// The connections that there are stay silent for ever; new ones are as they should be.
    pub fn forget_all(&self) {
        let mut state = self.0.state.lock().unwrap();
        state.deaf_below = state.made;
    }

    pub fn slow(&self, by: Duration) {
        self.become_(Mood::Slow(by));
    }
}

impl Drop for Chaos {
    fn drop(&mut self) {
        self.cut();
        self.0.state.lock().unwrap().stopped = true;
        self.0.changed.notify_all();
    }
}

impl Inside {
    /// `false`: it is over.
    fn take(self: Arc<Self>, client: TcpStream) -> bool {
        let mut state = self.state.lock().unwrap();
        if state.stopped || state.mood == Mood::Refuses {
            return !state.stopped;
        }
        let Ok(server) = UnixStream::connect(&self.socket) else {
            return true;
        };
        let number = state.made;
        state.made += 1;
        let clones = (client.try_clone().unwrap(), server.try_clone().unwrap());
        state
            .links
            .push((number, client.try_clone().unwrap(), server.try_clone().unwrap()));
        drop(state);
        client.set_nodelay(true).unwrap();
        let other = self.clone();
        thread::spawn(move || {
            self.pump(number, false, &client, &server);
            drop(server.shutdown(Shutdown::Both));
        });
        thread::spawn(move || {
            let (client, server) = clones;
            other.pump(number, true, &server, &client);
            drop(client.shutdown(Shutdown::Both));
            other
                .state
                .lock()
                .unwrap()
                .links
                .retain(|(known, _, _)| *known != number);
        });
        true
    }

    fn pump(&self, number: u64, answers: bool, mut from: impl Read, mut to: impl Write) {
        let mut bytes = vec![0; 64 * 1024];
        while let Ok(count) = from.read(&mut bytes)
            && count > 0
        {
            let silent =
                |state: &mut State| !state.stopped && (state.mood == Mood::Silent || number < state.deaf_below);
            let state = self.state.lock().unwrap();
            let state = self.changed.wait_while(state, silent).unwrap();
            let mood = state.mood;
            drop(state);
            if let (Mood::Slow(by), true) = (mood, answers) {
                thread::sleep(by);
            }
            if to.write_all(&bytes[..count]).is_err() {
                return;
            }
        }
    }
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        if first == b'%' {
            let hex = std::str::from_utf8(&tail[..2]).unwrap();
            bytes.push(u8::from_str_radix(hex, 16).unwrap());
            rest = &tail[2..];
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).unwrap()
}
