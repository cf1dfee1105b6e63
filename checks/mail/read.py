"""Reads every message of a folder as a mail program would, and complains about what one would not understand.

    read.py FOLDER [COUNT]

With COUNT, so many messages must be there. Prints a table; ends with 1 where something is wrong.
"""

import datetime
import email
import email.message
import email.policy
import pathlib
import re
import sys
from html.parser import HTMLParser

import icalendar

from people import name

VOID = {"meta", "br", "img", "link", "hr", "input"}
# The kinds of HTML that could fetch or run something.
ACTIVE = {"img", "script", "link", "iframe", "object", "form", "video", "audio"}


class Page(HTMLParser):
    """Whether the tags of a page fit together, and what is on it."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.language: str | None = None
        self.links: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        if tag == "html":
            self.language = dict(attrs).get("lang")
        if tag == "a":
            self.links.append(dict(attrs).get("href") or "")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")


class Complaints(list[str]):
    def unless(self, sound: object, complaint: str) -> None:
        if not sound:
            self.append(complaint)


def part(message: email.message.EmailMessage, kind: str) -> str:
    found = [one for one in message.walk() if one.get_content_type() == kind and not one.is_attachment()]
    return found[0].get_content() if found else ""


def read_message(raw: bytes, told: Complaints) -> email.message.EmailMessage:
    told.unless(all(len(line) <= 998 for line in raw.split(b"\r\n")), "a line is longer than 998 octets")
    told.unless(raw.isascii(), "not ASCII")
    told.unless(not re.search(rb"[^\r]\n|\r[^\n]", raw), "a line that does not end in CRLF")
    message = email.message_from_bytes(raw, policy=email.policy.default)
    for one in message.walk():
        told.unless(not one.defects, f"{one.get_content_type()}: {one.defects}")
        for name, value in one.items():
            told.unless(not getattr(value, "defects", ()), f"{name}: {getattr(value, 'defects', ())}")
    for name in ("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language", "MIME-Version"):
        told.unless(len(message.get_all(name, [])) == 1, f"{name} must be there once")
    told.unless(message["Subject"] and len(message["Subject"]) <= 150, "no subject, or one of more than 150 characters")
    told.unless(re.fullmatch(r"<[^<>@\s]+@[^<>@\s]+>", (message["Message-ID"] or "").strip()), "Message-ID has not its form")
    told.unless(message["Auto-Submitted"] == "auto-generated", "an answering machine would answer")
    to = message["To"].addresses if message["To"] else ()
    told.unless(len(to) == 1, "not to one person")
    envelope = message.get("X-Envelope-To")
    told.unless(envelope is None or (to and envelope == to[0].addr_spec), "the envelope is for somebody else")
    text, page = part(message, "text/plain"), part(message, "text/html")
    for trace in ("{{", "}}", "{%", "None", "null", "undefined"):
        told.unless(trace not in text and trace not in page, f"{trace} in the text")
    told.unless(message["Content-Language"] in ("de", "en"), "in no language")
    parser = Page()
    parser.feed(page)
    told.extend(parser.faults)
    told.unless(not parser.open, f"never closed: {parser.open}")
    told.unless(parser.language == message["Content-Language"], "the page is in another language than the mail")
    told.unless(parser.seen.count("h1") == 1, "not one main heading")
    told.unless(not ACTIVE.intersection(parser.seen), "the page wants something from outside")
    told.unless(all(link in text for link in parser.links if link), "a link of the page is not in the text")
    return message


def read_calendar(message: email.message.EmailMessage, whole: bytes, raw: bytes, method: str | None, told: Complaints) -> list[str]:
    told.unless(all(len(line) <= 75 for line in raw.split(b"\r\n")), "ics: a line is longer than 75 octets")
    told.unless(not re.search(rb"[^\r]\n|\r[^\n]", raw), "ics: a line that does not end in CRLF")
    raw.decode()
    calendar = icalendar.Calendar.from_ical(raw)
    told.unless(not calendar.errors, f"ics: {calendar.errors}")
    told.unless(method is None or calendar["METHOD"] == method, "ics: the part names another method")
    method = str(calendar["METHOD"])
    told.unless(method in ("REQUEST", "CANCEL"), f"ics: method {method}")
    told.unless(calendar["VERSION"] == "2.0" and calendar["PRODID"], "ics: VERSION or PRODID")
    events = calendar.walk("VEVENT")
    told.unless(len(events) == 1, "ics: not one event")
    event = events[0]
    told.unless(not event.errors, f"ics: {event.errors}")
    missing = [
        name
        for name in ("UID", "DTSTAMP", "DTSTART", "SEQUENCE", "SUMMARY", "ORGANIZER", "ATTENDEE")
        if name not in event
    ]
    if missing:
        told.append(f"ics: no {', '.join(missing)}")
        return [method, "-", "-", "-"]
    to = message["To"].addresses[0]
    told.unless(str(event["ATTENDEE"]).removeprefix("mailto:") == to.addr_spec, "ics: the attendee is somebody else")
    called = name(whole).replace('"', "'")
    told.unless(event["ATTENDEE"].params["CN"] == called, f"ics: {event['ATTENDEE'].params['CN']} is called {called}")
    sender = message["From"].addresses[0].addr_spec
    told.unless(str(event["ORGANIZER"]) == f"mailto:{sender}", "ics: the organiser is not the sender")
    told.unless(event["DTSTAMP"].dt == message["Date"].datetime, "ics: DTSTAMP is not the date of the mail")
    host = message["Message-ID"].strip().rstrip(">").rsplit("@", 1)[1]
    told.unless(str(event["UID"]).endswith(f"@{host}"), "ics: the UID is not ours")
    status = str(event.get("STATUS", ""))
    told.unless(status == "CONFIRMED" if method == "REQUEST" else status in ("", "CANCELLED"), f"ics: {method} {status}")
    begin = event["DTSTART"]
    if isinstance(begin.dt, datetime.datetime):
        read_zone(calendar, begin, told)
        if "DTEND" in event:
            told.unless(event["DTEND"].dt > begin.dt, "ics: it ends before it begins")
    return [method, str(event["UID"]), str(event["SEQUENCE"]), status or "-"]


def read_zone(calendar: icalendar.Calendar, begin: icalendar.prop.vDDDTypes, told: Complaints) -> None:
    """The zone as the object describes it gives the same instant as the zone of that name."""
    name = begin.params["TZID"]
    zones = [zone for zone in calendar.walk("VTIMEZONE") if zone["TZID"] == name]
    told.unless(len(zones) == 1, f"ics: no VTIMEZONE for {name}")
    wall = begin.dt.replace(tzinfo=None)
    observances = [one for zone in zones for one in zone.walk() if one.name in ("STANDARD", "DAYLIGHT")]
    for one in observances:
        told.unless(not {"DTSTAMP", "UID"} & set(one), "ics: an observance is no event")
    begun = [one for one in observances if one["DTSTART"].dt <= wall]
    told.unless(begun, "ics: no observance has begun by then")
    if begun:
        offset = max(begun, key=lambda one: one["DTSTART"].dt)["TZOFFSETTO"].td
        told.unless(offset == begin.dt.utcoffset(), f"ics: {name} is {begin.dt.utcoffset()} off, not {offset}")


def main() -> int:
    folder = pathlib.Path(sys.argv[1])
    files = sorted(folder.glob("*.eml"))
    wrong = 0
    if len(sys.argv) > 2 and len(files) != int(sys.argv[2]):
        print(f"{len(files)} messages, {sys.argv[2]} were to come")
        wrong += 1
    rows = [["nr", "to", "subject", "method", "uid", "sequence", "status"]]
    for number, file in enumerate(files, 1):
        told = Complaints()
        message = read_message(file.read_bytes(), told)
        calendars: list[list[str]] = []
        inline: list[bytes] = []
        for one in message.walk():
            if one.get_content_type() == "text/calendar":
                raw = one.get_payload(decode=True)
                calendars_of = read_calendar(message, file.read_bytes(), raw, one.get_param("method"), told)
                if one.is_attachment():
                    calendars.append(calendars_of)
                    told.unless((one.get_filename() or "").endswith(".ics"), "an attachment without a name")
                    told.unless(len(calendars) > 1 or inline == [raw], "the first attachment is not what is shown")
                else:
                    inline.append(raw)
        told.unless(len(inline) == min(1, len(calendars)), "not one calendar to show")
        for row in calendars or [["-"] * 4]:
            rows.append([str(number), str(message["To"]), str(message["Subject"]), *row])
        for complaint in told:
            print(f"{file.name}: {complaint}")
        wrong += len(told)
    width = [min(60, max(len(row[column]) for row in rows)) for column in range(7)]
    for row in rows:
        print("  ".join(cell[:60].ljust(size) for cell, size in zip(row, width)).rstrip())
    print(f"{len(files)} messages, {wrong} complaints")
    return 1 if wrong else 0


sys.exit(main())
