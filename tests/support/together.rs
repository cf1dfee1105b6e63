//! Futures that are waited for at the same time.

use std::future::Future;

/// Polls all of them until each has come to its end.
pub async fn all_of<F: Future>(all: Vec<F>) -> Vec<F::Output> {
    let mut all = all.into_iter().map(|one| (Box::pin(one), None)).collect::<Vec<_>>();
    std::future::poll_fn(move |context| {
        for (future, outcome) in &mut all {
            if outcome.is_none()
                && let std::task::Poll::Ready(done) = future.as_mut().poll(context)
            {
                *outcome = Some(done);
            }
        }
        if all.iter().all(|(_, outcome)| outcome.is_some()) {
            std::task::Poll::Ready(all.iter_mut().map(|(_, outcome)| outcome.take().unwrap()).collect())
        } else {
            std::task::Poll::Pending
        }
    })
    .await
}
