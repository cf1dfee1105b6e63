//! What goes into the recipient's calendar: one iCalendar object (RFC 5546) for each session.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::links::Links;
use super::model::{Facts, Precision, SessionFacts};
use super::rules::Effect;
use crate::base::dates::last_day;
use crate::base::ical::{Calendar, mailto, parameter, uid};

/// Whose calendar, and who writes into it.
pub struct Between<'a> {
    pub from_address: &'a str,
    pub to_name: &'a str,
    pub to_address: &'a str,
    /// The host of the public address: what makes a session's id unique in the world.
    pub host: &'a str,
    pub created_at: DateTime<Utc>,
    pub english: bool,
    pub links: Option<&'a Links>,
}

/// An iCalendar object and the method its MIME part has to name as well.
#[derive(Clone, Debug)]
pub struct Invitation {
    pub method: &'static str,
    pub text: String,
}

/// Those that enter come before those that take out: the first is what mail programs show.
pub fn invitations(effect: Effect, facts: &Facts, between: &Between<'_>) -> Result<Vec<Invitation>, String> {
    let mut all = Vec::new();
    for session in &facts.seminar.sessions {
        all.push(invitation(effect, facts, session, between)?);
    }
    // A session that is no longer is called off whatever becomes of the others; to who leaves it is one more to leave.
    let dropped = if effect == Effect::Enter {
        Effect::CallOff
    } else {
        effect
    };
    for session in &facts.seminar.dropped_sessions {
        all.push(invitation(dropped, facts, session, between)?);
    }
    Ok(all)
}

fn invitation(
    effect: Effect,
    facts: &Facts,
    session: &SessionFacts,
    between: &Between<'_>,
) -> Result<Invitation, String> {
    let (zone, begin, end) = time(session)?;
    let method = if effect == Effect::Enter { "REQUEST" } else { "CANCEL" };
    let mut calendar = Calendar::new(method);
    if session.date_precision == Precision::Minute {
        calendar.zone(zone, begin.to_utc(), end.unwrap_or(begin).to_utc());
    }
    event(&mut calendar, effect, facts, session, between, true)?;
    Ok(Invitation {
        method,
        text: calendar.finish(),
    })
}

/// All sessions as one object to take home (RFC 5546, 3.2.1): nobody is asked for an answer, so nobody attends.
pub fn published(facts: &Facts, between: &Between<'_>) -> Result<String, String> {
    let mut calendar = Calendar::new("PUBLISH");
    let by_the_clock = facts
        .seminar
        .sessions
        .iter()
        .filter(|one| one.date_precision == Precision::Minute);
    let times = by_the_clock.map(|session| time(session).map(|(_, begin, end)| (begin, end.unwrap_or(begin))));
    calendar.zones(times.collect::<Result<Vec<_>, String>>()?);
    for session in &facts.seminar.sessions {
        event(&mut calendar, Effect::Enter, facts, session, between, false)?;
    }
    Ok(calendar.finish())
}

type Time = (Tz, DateTime<Tz>, Option<DateTime<Tz>>);

fn time(session: &SessionFacts) -> Result<Time, String> {
    let zone = session
        .time_zone
        .parse::<Tz>()
        .map_err(|_| format!("`{}` is not a known time zone", session.time_zone))?;
    let begin = session.starts_at.with_timezone(&zone);
    // An end before the begin would make the whole object unreadable.
    let end = session
        .ends_at
        .map(|at| at.with_timezone(&zone))
        .filter(|end| *end > begin);
    Ok((zone, begin, end))
}

fn event(
    calendar: &mut Calendar,
    effect: Effect,
    facts: &Facts,
    session: &SessionFacts,
    between: &Between<'_>,
    attends: bool,
) -> Result<(), String> {
    let (_, begin, end) = time(session)?;
    calendar.raw("BEGIN:VEVENT");
    calendar.text("UID", &uid(session.id, between.host));
    calendar.utc("DTSTAMP", between.created_at);
    calendar.raw(&format!("SEQUENCE:{}", facts.seminar.sequence.max(0)));
    match session.date_precision {
        Precision::Minute => {
            calendar.local("DTSTART", begin);
            // Without DTEND it ends as it begins (RFC 5545, 3.6.1): no duration is made up.
            if let Some(end) = end {
                calendar.local("DTEND", end);
            }
        }
        Precision::Day => calendar.days(begin.date_naive(), last_day(begin, end)),
    }
    calendar.text("SUMMARY", &summary(facts, session));
    let links = between.links.filter(|_| effect == Effect::Enter);
    if let Some(links) = links {
        calendar.text("DESCRIPTION", &description(links, between.english));
    }
    let join = links.and_then(|links| links.join.as_deref());
    if let Some(place) = place(facts, session, join) {
        calendar.text("LOCATION", place);
    }
    if let Some(join) = join {
        let label = parameter(if between.english {
            "Enter the online room"
        } else {
            "Zum Online-Raum"
        });
        calendar.raw(&format!(
            "CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO;LABEL={label}:{join}"
        ));
    }
    let organiser = parameter(&facts.seminar.organisation);
    calendar.raw(&format!("ORGANIZER;CN={organiser}:{}", mailto(between.from_address)));
    if attends {
        let attendee = parameter(between.to_name);
        let to = mailto(between.to_address);
        calendar.raw(&format!("ATTENDEE;CN={attendee};PARTSTAT=ACCEPTED;RSVP=FALSE:{to}"));
    }
    match effect {
        Effect::Enter => calendar.raw("STATUS:CONFIRMED"),
        Effect::CallOff => calendar.raw("STATUS:CANCELLED"),
        // The event goes on without this one attendee (RFC 5546, 3.2.5).
        Effect::Leave => {}
    }
    calendar.raw("END:VEVENT");
    Ok(())
}

fn summary(facts: &Facts, session: &SessionFacts) -> String {
    match &session.title {
        Some(title) if *title != facts.seminar.title => format!("{}: {title}", facts.seminar.title),
        _ => facts.seminar.title.clone(),
    }
}

fn place<'a>(facts: &Facts, session: &'a SessionFacts, join: Option<&'a str>) -> Option<&'a str> {
    let online = facts
        .registration
        .as_ref()
        .is_some_and(|registration| registration.channel == "online");
    if online {
        join.or(session.online_platform.as_deref())
    } else {
        session.place.as_deref()
    }
}

/// Mail programs that do not know CONFERENCE show this.
fn description(links: &Links, english: bool) -> String {
    let (join, see) = if english {
        ("Enter the online room", "See, change or cancel your registration")
    } else {
        ("Zum Online-Raum", "Anmeldung ansehen, ändern oder absagen")
    };
    let room = links.join.as_ref().map(|link| format!("{join}:\n{link}\n\n"));
    format!("{}{see}:\n{}", room.unwrap_or_default(), links.see)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::samples;

    fn made(effect: Effect, facts: &Facts, name: &str) -> Vec<Invitation> {
        let online = facts.registration.as_ref().unwrap().channel == "online";
        let links = samples::links(online);
        let between = Between {
            from_address: "anmeldung@staedteregion.example",
            to_name: name,
            to_address: "anna@example.org",
            host: "einlass.example",
            created_at: "2027-01-04T08:00:00Z".parse().unwrap(),
            english: false,
            links: Some(&links),
        };
        invitations(effect, facts, &between).unwrap()
    }

    fn unfolded(invitation: &Invitation) -> String {
        invitation.text.replace("\r\n ", "").replace("\r\n", "\n")
    }

    #[test]
    fn a_confirmation_enters_each_session_with_its_zone_and_takes_out_what_was_dropped() {
        let all = made(
            Effect::Enter,
            &samples::facts("onsite", 3, true),
            "Anna \"Änni\" Müller, MdL",
        );
        let methods = all.iter().map(|one| one.method).collect::<Vec<_>>();
        assert_eq!(methods, ["REQUEST", "REQUEST", "REQUEST", "CANCEL"]);
        let first = unfolded(&all[0]);
        for line in [
            "METHOD:REQUEST",
            "UID:00000000-0000-0000-0000-00000000000a@einlass.example",
            "DTSTAMP:20270104T080000Z",
            "SEQUENCE:2",
            "DTSTART;TZID=Europe/Berlin:20270506T180000",
            "DTEND;TZID=Europe/Berlin:20270506T200000",
            "SUMMARY:Fördermittel & \"Zuschüsse\" <für> Gründer_innen: Wer fördert was?",
            "LOCATION:DIGITAL Church\\, Jülicher Straße 72a\\, 52070 Aachen",
            "ORGANIZER;CN=\"StädteRegion Aachen\":mailto:anmeldung@staedteregion.example",
            "ATTENDEE;CN=\"Anna 'Änni' Müller, MdL\";PARTSTAT=ACCEPTED;RSVP=FALSE:mailto:anna@example.org",
            "STATUS:CONFIRMED",
        ] {
            assert!(first.contains(&format!("\n{line}\n")), "{line}\n{first}");
        }
        assert!(
            first.contains("BEGIN:VTIMEZONE") && !first.contains("CONFERENCE"),
            "{first}"
        );
        assert!(
            first.contains("\\nhttps://portal.example/anmeldung/TOKEN?aktion=see\n"),
            "{first}"
        );
        assert!(unfolded(&all[3]).contains("STATUS:CANCELLED"));
    }

    #[test]
    fn a_day_without_a_time_is_a_date_and_needs_no_zone() {
        let all = made(Effect::Enter, &samples::facts("onsite", 3, false), "Anna");
        let day = unfolded(&all[2]);
        assert!(day.contains("\nDTSTART;VALUE=DATE:20270513\n"), "{day}");
        assert!(!day.contains("DTEND") && !day.contains("VTIMEZONE"), "{day}");
        let mut days = samples::facts("onsite", 3, false);
        // Midnight in Berlin after the 15th.
        days.seminar.sessions[2].ends_at = "2027-05-16T00:00:00+02:00".parse().ok();
        let days = unfolded(&made(Effect::Enter, &days, "Anna")[2]);
        assert!(days.contains("\nDTEND;VALUE=DATE:20270516\n"), "{days}");
        let open = unfolded(&all[0]);
        assert!(
            open.contains("\nDTSTART;TZID=Europe/Berlin:20270506T180000\n") && !open.contains("DTEND"),
            "{open}"
        );
    }

    #[test]
    fn who_takes_part_online_is_led_to_the_room() {
        let all = made(Effect::Enter, &samples::facts("online", 1, true), "Anna");
        let first = unfolded(&all[0]);
        assert!(
            first.contains("\nLOCATION:https://einlass.example/join/TOKEN\n"),
            "{first}"
        );
        let conference =
            "CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO;LABEL=\"Zum Online-Raum\":https://einlass.example/join/TOKEN";
        assert!(first.contains(conference), "{first}");
        assert!(
            first.contains("DESCRIPTION:Zum Online-Raum:\\nhttps://einlass.example/join/TOKEN\\n"),
            "{first}"
        );
    }

    #[test]
    fn who_leaves_alone_cancels_nothing_for_the_others() {
        let facts = samples::facts("online", 1, true);
        let left = made(Effect::Leave, &facts, "Anna");
        assert_eq!(left[0].method, "CANCEL");
        let text = unfolded(&left[0]);
        assert!(
            text.contains("METHOD:CANCEL") && text.contains("ATTENDEE") && text.contains("ORGANIZER"),
            "{text}"
        );
        assert!(!text.contains("STATUS") && !text.contains("TOKEN"), "{text}");
        let off = unfolded(&made(Effect::CallOff, &facts, "Anna")[0]);
        assert!(off.contains("STATUS:CANCELLED"), "{off}");
    }

    #[test]
    fn every_line_keeps_to_75_octets() {
        let mut facts = samples::facts("online", 1, true);
        facts.seminar.title = "ß, ".repeat(1000);
        for invitation in made(Effect::Enter, &facts, &"ü".repeat(200)) {
            assert!(invitation.text.split("\r\n").all(|line| line.len() <= 75));
            assert!(!invitation.text.replace("\r\n", "").contains('\n'));
        }
    }

    #[test]
    fn an_unknown_zone_is_refused() {
        let mut facts = samples::facts("onsite", 1, true);
        facts.seminar.sessions[0].time_zone = "Europe/Aachen".to_owned();
        let between = Between {
            from_address: "a@example.org",
            to_name: "",
            to_address: "b@example.org",
            host: "x",
            created_at: DateTime::default(),
            english: true,
            links: None,
        };
        assert!(invitations(Effect::Enter, &facts, &between).is_err());
    }
}
