//! The mail as it goes over the wire.

use std::time::SystemTime;

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, Message, MultiPart, SinglePart};
use lettre::{Address, message};

use super::calendar::Invitation;
use super::model::Mail;
use super::templates::Worded;

/// Who the mail is from, and where an answer goes.
pub struct Sender<'a> {
    pub from: &'a Mailbox,
    pub reply_to: Option<&'a str>,
    pub host: &'a str,
}

/// Puts the parts together. The same mail makes the same message each time, so that a repeat is known as one.
pub fn assemble(
    mail: &Mail,
    sender: &Sender<'_>,
    to: Mailbox,
    worded: &Worded,
    invitations: &[Invitation],
) -> Result<Message, String> {
    let mut builder = Message::builder()
        .from(sender.from.clone())
        .to(to)
        .subject(one_line(&worded.subject))
        .date(SystemTime::from(mail.created_at))
        .message_id(Some(format!("<{}@{}>", mail.id, sender.host)));
    // A local part beyond ASCII needs SMTPUTF8 of every server on the way (RFC 6531); without the header the mail arrives.
    let local_is_ascii = |address: &&str| address.rsplit_once('@').is_some_and(|(local, _)| local.is_ascii());
    if let Some(address) = sender.reply_to.filter(local_is_ascii) {
        builder = builder.reply_to(mailbox(None, address)?);
    }
    for (name, value) in [
        // Answering machines stay silent (RFC 3834).
        (HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated"),
        (
            HeaderName::new_from_ascii_str("Content-Language"),
            if worded.english { "en" } else { "de" },
        ),
    ] {
        builder = builder.raw_header(HeaderValue::new(name, value.to_owned()));
    }
    let body = body(mail, worded, invitations)?;
    builder.multipart(body).map_err(|error| error.to_string())
}

fn body(mail: &Mail, worded: &Worded, invitations: &[Invitation]) -> Result<MultiPart, String> {
    let mut alternative = MultiPart::alternative()
        .boundary(format!("{}-alternative", mail.id.simple()))
        .singlepart(SinglePart::plain(worded.text.clone()))
        .singlepart(SinglePart::html(worded.html.clone()));
    let Some(first) = invitations.first() else {
        return Ok(alternative);
    };
    let calendar = format!("text/calendar; method={}; charset=utf-8", first.method);
    let calendar = SinglePart::builder()
        .content_type(content_type(&calendar)?)
        .body(first.text.clone());
    // What a mail program understands best comes last (RFC 2046, 5.1.4).
    alternative = alternative.singlepart(calendar);
    let mut mixed = MultiPart::mixed()
        .boundary(format!("{}-mixed", mail.id.simple()))
        .multipart(alternative);
    let (enters, leaves) = if worded.english {
        ("invitation", "cancellation")
    } else {
        ("einladung", "absage")
    };
    for (index, invitation) in invitations.iter().enumerate() {
        let stem = if invitation.method == "REQUEST" { enters } else { leaves };
        // Without the method: a mail program that has obeyed the part above must not obey this once more.
        let file = Attachment::new(format!("{stem}-{}.ics", index + 1)).body(
            invitation.text.clone().into_bytes(),
            content_type("text/calendar; charset=utf-8")?,
        );
        mixed = mixed.singlepart(file);
    }
    Ok(mixed)
}

fn content_type(text: &str) -> Result<ContentType, String> {
    ContentType::parse(text).map_err(|error| error.to_string())
}

/// The address of a mailbox. Its domain in ASCII, so that every server takes it; what stands before the @ is kept.
pub fn mailbox(name: Option<&str>, address: &str) -> Result<Mailbox, String> {
    // Never with the address in the words: they go into the log.
    let fault = || "the address is not one".to_owned();
    let (user, domain) = address.trim().rsplit_once('@').ok_or_else(fault)?;
    let domain = if domain.is_ascii() {
        domain.to_owned()
    } else {
        idna::domain_to_ascii(domain).map_err(|_| fault())?
    };
    let address = Address::new(user, domain).map_err(|_| fault())?;
    let name = name.map(one_line).filter(|name| !name.is_empty());
    Ok(message::Mailbox::new(name, address))
}

/// The builder panics at a line end in a name.
fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(name: &str, address: &str) -> Mail {
        Mail {
            organisation_id: crate::base::ids::fresh(),
            id: "01980000-0000-7000-8000-000000000001".parse().unwrap(),
            kind: "confirmed".to_owned(),
            language: "de".to_owned(),
            recipient: address.to_owned(),
            recipient_name: name.to_owned(),
            registration_id: None,
            data: serde_json::Value::Null,
            attempts: 1,
            created_at: "2027-01-04T08:00:00Z".parse().unwrap(),
        }
    }

    fn sent(name: &str, address: &str, subject: &str, invitations: &[Invitation]) -> Result<String, String> {
        let from = "Städteregion Aachen <anmeldung@staedteregion.example>".parse().unwrap();
        let sender = Sender {
            from: &from,
            reply_to: Some("frage@müller.example"),
            host: "einlass.example",
        };
        let worded = Worded {
            english: false,
            subject: subject.chars().take(150).collect(),
            text: format!("Guten Tag\n\n{subject}\n"),
            html: format!("<p>{subject}</p>"),
        };
        let to = mailbox(Some(name), address)?;
        let message = assemble(&mail(name, address), &sender, to, &worded, invitations)?;
        Ok(String::from_utf8(message.formatted()).unwrap())
    }

    fn invitation() -> Invitation {
        Invitation {
            method: "REQUEST",
            text: "BEGIN:VCALENDAR\r\nSUMMARY:Grüße\r\nEND:VCALENDAR\r\n".to_owned(),
        }
    }

    #[test]
    fn the_headers_say_what_they_must() {
        let wire = sent(
            "Anna Müller",
            "anna@example.org",
            "Grüße",
            &[invitation(), invitation()],
        )
        .unwrap();
        for line in [
            "Message-ID: <01980000-0000-7000-8000-000000000001@einlass.example>",
            "Date: Mon, 04 Jan 2027 08:00:00 +0000",
            "Auto-Submitted: auto-generated",
            "Content-Language: de",
            "Reply-To: frage@xn--mller-kva.example",
            "MIME-Version: 1.0",
        ] {
            assert!(wire.contains(&format!("{line}\r\n")), "{line}\n{wire}");
        }
        assert!(
            wire.contains("Content-Type: text/calendar; method=REQUEST; charset=utf-8"),
            "{wire}"
        );
        assert!(
            wire.contains("einladung-1.ics") && wire.contains("einladung-2.ics"),
            "{wire}"
        );
        let (text, html) = (wire.find("text/plain").unwrap(), wire.find("text/html").unwrap());
        assert!(wire.find("multipart/mixed").unwrap() < wire.find("multipart/alternative").unwrap());
        assert!(text < html && html < wire.find("text/calendar").unwrap());
    }

    #[test]
    fn the_same_mail_is_the_same_message() {
        let once = sent("Anna", "anna@example.org", "Grüße", &[invitation()]).unwrap();
        assert_eq!(
            once,
            sent("Anna", "anna@example.org", "Grüße", &[invitation()]).unwrap()
        );
    }

    #[test]
    fn no_line_is_too_long_and_none_is_not_ascii() {
        for subject in ["x".repeat(3000), "ä".repeat(3000), "a b ".repeat(700)] {
            let name = "Ä\", ".repeat(60);
            let wire = sent(&name, "anna@example.org", &subject, &[invitation()]).unwrap();
            assert!(wire.is_ascii());
            assert!(wire.split("\r\n").all(|line| line.len() <= 998), "{wire}");
            assert!(!wire.replace("\r\n", "").contains(['\r', '\n']));
        }
    }

    #[test]
    fn a_name_cannot_add_a_header() {
        let wire = sent("Anna\r\nBcc: b@example.org", "anna@example.org", "x\r\nX-Evil: 1", &[]).unwrap();
        let headers = wire.split("\r\n\r\n").next().unwrap();
        assert!(
            !headers.contains("\r\nBcc") && !headers.contains("\r\nX-Evil"),
            "{headers}"
        );
        assert!(sent("Anna", "anna@example.org\r\nBcc: b@example.org", "x", &[]).is_err());
        let fault = sent("Anna", "anna-example.org", "x", &[]).unwrap_err();
        assert!(!fault.contains("anna"), "{fault}");
    }
}
