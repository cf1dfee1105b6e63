//! argon2id (19 MiB, t = 2, p = 1: the OWASP figure, and the crate's default) on one thread with a bounded queue.
//!
//! Hashing wherever a login happens to run took 4 GiB under 32 logins at once and starved every read; one thread
//! costs 19 MiB, and those who come when the queue is full are told to come back.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use tokio::sync::{mpsc, oneshot};

use crate::base::metrics;
use crate::base::problem::Code;
use crate::base::problem::{Error, Problem, Result};

const QUEUE: usize = 32;

enum Job {
    Hash(String, oneshot::Sender<Result<String>>),
    Verify {
        password: String,
        hash: Option<String>,
        answer: oneshot::Sender<bool>,
    },
}

/// The way to the hashing thread, which ends when the last of these is dropped.
#[derive(Clone)]
pub struct Hasher(mpsc::Sender<Job>);

impl Hasher {
    pub fn start() -> Result<Self> {
        // Verified where no account is: an unknown address takes as long as a known one.
        let nobody = hash("nobody has this password")?;
        let (sender, mut jobs) = mpsc::channel(QUEUE);
        std::thread::Builder::new()
            .name("argon2".to_owned())
            .spawn(move || {
                while let Some(job) = jobs.blocking_recv() {
                    // A caller that went away is nobody's loss: what `send` says is not looked at.
                    match job {
                        Job::Hash(password, answer) => {
                            let _ = answer.send(hash(&password));
                        }
                        Job::Verify { password, hash, answer } => {
                            let known = hash.is_some();
                            let fits = verify(&password, hash.as_deref().unwrap_or(&nobody));
                            let _ = answer.send(known && fits);
                        }
                    }
                }
            })
            .map_err(Error::internal)?;
        Ok(Self(sender))
    }

    /// How many wait for the thread.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.max_capacity() - self.0.capacity()
    }

    pub async fn hash(&self, password: &str) -> Result<String> {
        let (answer, answered) = oneshot::channel();
        self.enqueue(Job::Hash(password.to_owned(), answer))?;
        answered.await.map_err(Error::internal)?
    }

    /// Takes the same time whether there is a hash to compare with or not.
    pub async fn verify(&self, password: &str, hash: Option<String>) -> Result<bool> {
        let (answer, answered) = oneshot::channel();
        self.enqueue(Job::Verify {
            password: password.to_owned(),
            hash,
            answer,
        })?;
        answered.await.map_err(Error::internal)
    }

    fn enqueue(&self, job: Job) -> Result<()> {
        self.0.try_send(job).map_err(|_| {
            metrics::turned_away("hashing");
            Problem::new(Code::TooManyRequests)
                .detail("Too many log in at once.")
                .retry_after(2)
                .into()
        })
    }
}

/// For the command line, which has no queue.
pub fn hash(password: &str) -> Result<String> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(Error::internal)
}

fn verify(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}
