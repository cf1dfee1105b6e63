//! From the signal to the end.
//!
//! SIGTERM: for a while nothing changes but that `/health/ready` says 503 and every answer is the last on its connection, so that
//! whoever shares out requests looks elsewhere while nobody is refused. Then the listener closes, those who wait for something to
//! happen are answered, and what runs is finished. A second signal ends the waiting, a third what runs. SIGINT is somebody at
//! the terminal, to whom nobody sends requests: it begins with closing. SIGQUIT cuts off what runs at once.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use actix_web::dev::Server;
use futures_util::future::{Either, select};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::base::drain::Drain;

/// The signals that end the service. From when this is made they do it here, and nowhere else.
pub struct Signals([(Sign, Signal); 3]);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Terminate,
    Interrupt,
    Quit,
}

impl Signals {
    pub fn catch() -> std::io::Result<Self> {
        Ok(Self([
            (Sign::Terminate, signal(SignalKind::terminate())?),
            (Sign::Interrupt, signal(SignalKind::interrupt())?),
            (Sign::Quit, signal(SignalKind::quit())?),
        ]))
    }

    async fn next(&mut self) -> Sign {
        poll_fn(|context| {
            for (sign, signal) in &mut self.0 {
                if signal.poll_recv(context).is_ready() {
                    return Poll::Ready(*sign);
                }
            }
            Poll::Pending
        })
        .await
    }
}

/// How the service came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// What ran was finished.
    InOrder,
    /// Nobody is to be waited for any more.
    CutOff,
}

/// Serves until a signal has brought it to its end, or the server ends by itself. `closing` is done when the listener closes.
pub async fn until_stopped(
    server: Server,
    mut signals: Signals,
    drain: &Drain,
    wait: Duration,
    closing: impl FnOnce(),
) -> std::io::Result<End> {
    let handle = server.handle();
    let mut server = pin!(server);
    let mut sign = match first(server.as_mut(), signals.next()).await {
        Ok(ended) => return ended.map(|()| End::InOrder),
        Err(sign) => sign,
    };
    if sign == Sign::Terminate {
        drain.begin();
        tracing::info!(seconds = wait.as_secs(), "draining");
        match first(server.as_mut(), tokio::time::timeout(wait, signals.next())).await {
            Ok(ended) => return ended.map(|()| End::InOrder),
            Err(Ok(second)) => sign = second,
            Err(Err(_)) => {}
        }
    }
    drain.close();
    closing();
    if sign == Sign::Quit {
        tracing::warn!("ended at once");
        return Ok(End::CutOff);
    }
    tracing::info!("closing");
    // Said at once; the server's own end is what is waited for.
    drop(handle.stop(true));
    match first(server, signals.next()).await {
        Ok(ended) => ended.map(|()| End::InOrder),
        Err(_) => {
            tracing::warn!("what runs is cut off");
            Ok(End::CutOff)
        }
    }
}

/// What comes first: the end of the server, or the other.
async fn first<S: Future + Unpin, T>(server: S, other: impl Future<Output = T>) -> Result<S::Output, T> {
    match select(server, pin!(other)).await {
        Either::Left((ended, _)) => Ok(ended),
        Either::Right((other, _)) => Err(other),
    }
}
