//! Asks the server whether it is ready, as a client would: by logging in to the database over the socket.
//!
//! This speaks just enough of PostgreSQL's protocol (version 3) to understand yes, not yet and no.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use super::NAME;

const PATIENCE: Duration = Duration::from_secs(5);
const PROTOCOL_3_0: i32 = 196_608;
const LONGEST_MESSAGE: u32 = 64 * 1024;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Ready,
    NotYet,
    Refused(String),
}

/// An unanswered question is a "not yet": the caller knows how long to go on asking.
pub(super) fn ask(socket: &Path) -> Answer {
    log_in(socket).unwrap_or(Answer::NotYet)
}

fn log_in(socket: &Path) -> io::Result<Answer> {
    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(&startup_message())?;
    loop {
        let (kind, body) = read_message(&mut stream)?;
        match kind {
            b'Z' => {
                // Ready for a query; we have none and say goodbye.
                let _ = stream.write_all(&[b'X', 0, 0, 0, 4]);
                return Ok(Answer::Ready);
            }
            b'E' => return Ok(judge(&body)),
            _ => {}
        }
    }
}

fn startup_message() -> Vec<u8> {
    let mut body = PROTOCOL_3_0.to_be_bytes().to_vec();
    for word in ["user", NAME, "database", NAME, "application_name", "einlass start", ""] {
        body.extend_from_slice(word.as_bytes());
        body.push(0);
    }
    let length = u32::try_from(body.len() + 4).unwrap_or(u32::MAX);
    [length.to_be_bytes().as_slice(), &body].concat()
}

fn read_message(stream: &mut impl Read) -> io::Result<(u8, Vec<u8>)> {
    let mut kind = [0_u8; 1];
    let mut length = [0_u8; 4];
    stream.read_exact(&mut kind)?;
    stream.read_exact(&mut length)?;
    let rest = u32::from_be_bytes(length).saturating_sub(4);
    if rest > LONGEST_MESSAGE {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut body = Vec::new();
    stream.take(u64::from(rest)).read_to_end(&mut body)?;
    let [kind] = kind;
    Ok((kind, body))
}

/// An error is a list of fields, each a letter and a text that ends with a zero byte.
fn judge(error: &[u8]) -> Answer {
    let field = |letter: u8| {
        error
            .split(|byte| *byte == 0)
            .find_map(|field| field.strip_prefix(&[letter]))
            .map(|text| String::from_utf8_lossy(text).into_owned())
            .unwrap_or_default()
    };
    match field(b'C').as_str() {
        // Starting up, recovering or shutting down.
        "57P03" => Answer::NotYet,
        // All connections are taken: it runs, somebody else was quicker.
        "53300" => Answer::Ready,
        _ => Answer::Refused(field(b'M')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_starting_from_refusing() {
        assert_eq!(
            judge(b"SFATAL\0C57P03\0Mthe database system is starting up\0\0"),
            Answer::NotYet
        );
        assert_eq!(judge(b"SFATAL\0C53300\0Mtoo many clients\0\0"), Answer::Ready);
        assert_eq!(
            judge(b"SFATAL\0C3D000\0Mno such database\0\0"),
            Answer::Refused("no such database".into())
        );
    }

    #[test]
    fn reads_one_message_and_leaves_the_next() {
        let mut bytes: &[u8] = &[b'R', 0, 0, 0, 8, 0, 0, 0, 0, b'Z', 0, 0, 0, 5, b'I'];
        assert_eq!(read_message(&mut bytes).unwrap(), (b'R', vec![0; 4]));
        assert_eq!(read_message(&mut bytes).unwrap(), (b'Z', vec![b'I']));
        assert!(read_message(&mut bytes).is_err());
    }
}
