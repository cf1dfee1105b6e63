//! What becomes of an answer that nobody reads.
//!
//! actix puts an end to a slow head and we to a slow body; an answer it writes as long as it is taken, and keeps a whole body in
//! memory until then. A thousand who ask for two megabytes and read nothing would have them all, here and in the kernel.

use std::net::TcpListener;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::Bytes;
#[cfg(target_os = "linux")]
use socket2::SockRef;

/// Who takes nothing for so long is hung up on, however slowly others read. Also who is gone without a word.
#[cfg(target_os = "linux")]
const PATIENCE: Duration = Duration::from_secs(20);
/// What a connection copies of an answer beyond what is on its way, and the kernel keeps.
const PIECE: u32 = 64 * 1024;

/// Every connection has it from its listener.
/// Elsewhere than on Linux the kernel has its own, longer patience.
#[cfg(target_os = "linux")]
pub fn hung_up_on(listener: &TcpListener) {
    let socket = SockRef::from(listener);
    let patience = socket.set_tcp_user_timeout(Some(PATIENCE));
    // A kernel that knows only one of them is no reason not to serve.
    if let Err(error) = patience.and_then(|()| socket.set_tcp_notsent_lowat(PIECE)) {
        tracing::warn!(%error, "who reads nothing of an answer is hung up on when the kernel likes");
    }
}

#[cfg(not(target_os = "linux"))]
pub fn hung_up_on(_: &TcpListener) {}

/// The same body, of which a connection takes no more than it can send.
pub fn in_pieces(body: BoxBody) -> BoxBody {
    match body.size() {
        BodySize::Sized(size) if size > u64::from(PIECE) => match body.try_into_bytes() {
            Ok(bytes) => BoxBody::new(Pieces(bytes)),
            Err(stream) => stream,
        },
        _ => body,
    }
}

struct Pieces(Bytes);

impl MessageBody for Pieces {
    type Error = std::convert::Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(u64::try_from(self.0.len()).unwrap_or(u64::MAX))
    }

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let most = usize::try_from(PIECE).unwrap_or(usize::MAX);
        let size = self.0.len().min(most);
        let piece = self.0.split_to(size);
        Poll::Ready((!piece.is_empty()).then_some(Ok(piece)))
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_os = "linux")]
    use std::net::TcpStream;

    use actix_web::body::to_bytes;
    use actix_web::rt::System;

    use super::*;

    fn pieces(mut body: BoxBody) -> Vec<Bytes> {
        let mut context = Context::from_waker(std::task::Waker::noop());
        let mut pieces = Vec::new();
        while let Poll::Ready(Some(piece)) = body.as_pin_mut().poll_next(&mut context) {
            pieces.push(piece.unwrap());
        }
        pieces
    }

    #[test]
    fn a_large_body_is_the_same_and_comes_in_pieces() {
        let whole = Bytes::from((0..=255).cycle().take(1_000_000).collect::<Vec<u8>>());
        let body = in_pieces(BoxBody::new(whole.clone()));
        assert_eq!(body.size(), BodySize::Sized(1_000_000));
        let pieces = pieces(body);
        assert!(pieces.iter().all(|piece| piece.len() <= 64 * 1024));
        assert_eq!(pieces.concat(), whole);
    }

    #[test]
    fn a_small_body_and_none_stay_what_they_are() {
        assert_eq!(pieces(in_pieces(BoxBody::new("small"))), ["small"]);
        let none = in_pieces(BoxBody::new(actix_web::body::None::new()));
        assert_eq!(none.size(), BodySize::None);
        let stream = actix_web::body::SizedStream::new(
            100_000,
            futures_util::stream::iter([Ok::<_, std::io::Error>(Bytes::from(vec![7; 100_000]))]),
        );
        let body = in_pieces(BoxBody::new(stream));
        assert_eq!(System::new().block_on(to_bytes(body)).unwrap().len(), 100_000);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn connections_have_what_their_listener_has() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        hung_up_on(&listener);
        let _caller = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (accepted, _) = listener.accept().unwrap();
        assert_eq!(SockRef::from(&accepted).tcp_user_timeout().unwrap(), Some(PATIENCE));
        assert_eq!(SockRef::from(&accepted).tcp_notsent_lowat().unwrap(), PIECE);
    }
}
