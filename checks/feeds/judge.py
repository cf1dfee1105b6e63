"""A few changes of plan, then every feed read by libraries that know nothing of each other. See README.md."""

import datetime
import gzip
import json
import os
import pathlib
import re
import subprocess
import sys
import urllib.error
import urllib.request

import brotli
import icalendar
import vobject
from pyld import jsonld
from rdflib import Graph, Namespace
from rdflib.compare import isomorphic

BASE, WORK = sys.argv[1] + "/api/v1", pathlib.Path(sys.argv[2])
HERE = pathlib.Path(__file__).parent
SDO = Namespace("http://schema.org/")
PUBLIC = os.environ["EINLASS_PUBLIC_URL"]
ROOM = "https://zoom.example/j/geheim"
ALL = "from=1990-01-01"
faults = []


def say(words: str) -> None:
    print(words, flush=True)


def demand(holds: object, words: str) -> None:
    say(f"   {'ok   ' if holds else 'WRONG'} {words}")
    if not holds:
        faults.append(words)


def call(method: str, path: str, body: object = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
    data = None if body is None else json.dumps(body).encode()
    named = {"Content-Type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with urllib.request.urlopen(urllib.request.Request(BASE + path, data, named, method=method), timeout=60) as found:
            return found.status, {name.lower(): value for name, value in found.headers.items()}, found.read()
    except urllib.error.HTTPError as error:
        if error.code != 304:
            raise SystemExit(f"{method} {path}: {error.code} {error.read().decode()}") from None
        return error.code, {name.lower(): value for name, value in error.headers.items()}, b""


def story() -> dict[str, str]:
    """Seminars that show what a programme of the past does not: everything that becomes of a plan."""
    login = {"email": "organiser@staedteregion.example", "password": os.environ["EINLASS_DEMO_PASSWORD"]}
    bearer = "Bearer " + json.loads(call("POST", "/auth/login", login)[2])["access_token"]

    def act(seminar: str, action: str, **body: object) -> None:
        _, headers, _ = call("GET", f"/seminars/{seminar}", Authorization=bearer)
        call("POST", f"/seminars/{seminar}/{action}", body, Authorization=bearer, If_Match=headers["etag"])

    def seminar(title: str, **members: object) -> str:
        body = {
            "organisation": "staedteregion-aachen", "title": title, "kind": "workshop",
            "description": "Für alle, die gründen; und für die, die\nes erst noch wollen. " * 8,
            "sessions": [{"starts_at": "2035-10-28T18:00", "ends_at": "2035-10-28T20:00", "join_url": ROOM}],
            "channels": [{"channel": "onsite", "capacity": 20}, {"channel": "online"}],
        } | members
        made = json.loads(call("POST", "/seminars", body, Authorization=bearer)[2])["id"]
        act(made, "publish")
        return made

    told = {
        "scheduled": seminar("Gründen, aber „sicher“; mit \\ und ß 🙂 " + "ä" * 100),
        "postponed": seminar("Verschobenes"),
        "cancelled": seminar("Abgesagtes"),
        "rescheduled": seminar("Neu angesetztes"),
        "days": seminar("Drei Tage", sessions=[{"starts_at": "2035-05-06", "ends_at": "2035-05-08", "date_precision": "day"}]),
        "elsewhere": seminar("In Heerlen und New York", sessions=[
            {"starts_at": "2035-03-11T02:30", "time_zone": "Europe/Amsterdam"},
            {"starts_at": "2035-03-12T18:00", "ends_at": "2035-03-12T19:00", "time_zone": "America/New_York"}]),
    }
    act(told["postponed"], "postpone", reason_code="weather", public_text="Sturm, Böen; Regen.")
    act(told["cancelled"], "cancel", reason_code="low_demand")
    act(told["rescheduled"], "reschedule", reason_code="speaker", sessions=[{"starts_at": "2035-11-10T18:00"}])
    act(told["rescheduled"], "move-online", reason_code="pandemic", online_platform="Zoom", join_url=ROOM)
    return told


def fetched(path: str, **headers: str) -> tuple[dict[str, str], bytes]:
    """The feed, after what HTTP says of it was tried."""
    _, plain, body = call("GET", path, **headers)
    say(f"\n{path}: {len(body)} bytes")
    sizes = {}
    for encoding, decode in {"gzip": gzip.decompress, "br": brotli.decompress}.items():
        _, found, packed = call("GET", path, Accept_Encoding=encoding, **headers)
        demand(found.get("content-encoding") == encoding and decode(packed) == body, f"{encoding} unpacks to the same")
        demand("accept-encoding" in found["vary"].lower(), f"{encoding} says that it depends on what is accepted")
        sizes[encoding] = len(packed)
    say(f"         packed: {sizes}")
    demand(plain["etag"].startswith('W/"'), "has a weak tag")
    demand("max-age" in plain["cache-control"], "may be kept for a while")
    demand(call("GET", path, If_None_Match=plain["etag"], **headers)[0] == 304, "is not sent again to who has it")
    demand(call("GET", path, If_None_Match='"x"', **headers)[0] == 200, "is sent to who has another")
    demand(ROOM.encode() not in body.replace(b"\r\n ", b""), "leads nobody into the room")
    return plain, body


def events(calendar: icalendar.Calendar) -> dict[str, icalendar.Event]:
    return {str(event["UID"]): event for event in calendar.walk("VEVENT")}


def judge_calendar(path: str, least: int) -> dict[str, icalendar.Event]:
    headers, body = fetched(path)
    demand(headers["content-type"] == "text/calendar; charset=utf-8", "is sent as a calendar")
    lines = body.split(b"\r\n")
    demand(all(len(line) <= 75 and b"\n" not in line for line in lines), "every line has at most 75 octets and ends in CRLF")
    calendar = icalendar.Calendar.from_ical(body)
    found = events(calendar)
    demand(not calendar.errors and not any(event.errors for event in found.values()), f"icalendar reads {len(found)} events without an error")
    demand(len(found) >= least and len(found) == body.count(b"BEGIN:VEVENT"), "each has its own UID")
    again = events(icalendar.Calendar.from_ical(calendar.to_ical()))
    demand(again == found, "what icalendar writes of it, it reads as the same")
    once = {"UID", "DTSTAMP", "DTSTART", "SEQUENCE", "LAST-MODIFIED", "SUMMARY", "URL", "STATUS", "CLASS", "ORGANIZER"}
    demand(all(once <= set(event) and "ATTENDEE" not in event for event in found.values()), "every event has what it needs, and nobody attends")
    zones = {str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")}
    named = {event["DTSTART"].params["TZID"] for event in found.values() if "TZID" in event["DTSTART"].params}
    demand(zones == named, f"every zone is described: {sorted(zones)}")
    offsets = [
        (event["DTSTART"].dt.utcoffset(), zone.to_tz(lookup_tzid=False).utcoffset(event["DTSTART"].dt.replace(tzinfo=None)))
        for zone in calendar.walk("VTIMEZONE")
        for event in found.values()
        if event["DTSTART"].params.get("TZID") == zone["TZID"]
    ]
    demand(all(known == described for known, described in offsets), f"the description gives {len(offsets)} offsets as the database of zones does")
    try:
        second = vobject.readOne(body.decode())
        demand(second.validate(raiseException=True), "vobject finds it valid")
        demand(len(getattr(second, "vevent_list", [])) == len(found), "vobject reads as many events")
    except Exception as error:  # whatever it complains of
        demand(False, f"vobject: {error!r}")
    file = WORK / "calendar.ics"
    file.write_bytes(body)
    out = subprocess.run(["node", "calendar.mjs", file], cwd=WORK, check=True, capture_output=True, text=True).stdout
    third = {event["uid"]: event for event in json.loads(out)[str(file)]}
    demand(third.keys() == found.keys(), "ical.js reads the same events")

    def start(event: icalendar.Event) -> str:
        at = event["DTSTART"].dt
        if isinstance(at, datetime.datetime):
            return at.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        return at.isoformat()

    differ = [
        uid for uid, event in found.items()
        if (third[uid]["start"], third[uid]["summary"], third[uid]["sequence"], third[uid]["status"])
        != (start(event), str(event["SUMMARY"]), event["SEQUENCE"], str(event["STATUS"]))
    ]
    demand(not differ, f"ical.js and icalendar agree on time, title, sequence and status {differ}")
    return found


def judge_linked(name: str, document: dict) -> list[dict]:
    file = WORK / f"{name}.json"
    file.write_text(json.dumps(document))
    node = lambda *args: json.loads(subprocess.run(
        ["node", "linked.mjs", *map(str, args)], cwd=WORK, check=True, capture_output=True, text=True).stdout)
    found = document.get("@graph", [document])
    complaints = node("types", file)
    demand(not complaints, f"{len(found)} events have the types of schema.org {complaints[:3]}")
    context = json.loads((HERE / "context.json").read_text())
    loader = lambda url, options=None: {"contextUrl": None, "documentUrl": url, "document": context, "contentType": "application/ld+json"}
    first, second = Graph(), Graph()
    options = {"format": "application/n-quads", "documentLoader": loader}
    first.parse(data=jsonld.to_rdf(document, options), format="nquads")
    second.parse(data=node("expand", HERE / "context.json", file)[str(file)], format="nquads")
    demand(len(first) > 0 and isomorphic(first, second), f"pyld and jsonld.js come to the same {len(first)} triples")
    demand(not list(first.objects(None, SDO.attendee)), "nobody attends")
    rooms = {str(url) for room in first.subjects(None, SDO.VirtualLocation) for url in first.objects(room, SDO.url)}
    demand(all(url.startswith("https://www.staedteregion.example/veranstaltung/") for url in rooms), "from afar one is led to the page")
    return found


def broken_are_found(event: dict) -> None:
    """A judge that finds nothing in anything says nothing."""
    for words, broken in {
        "an unknown member": event | {"doorsOpen": "18:00"},
        "a word that is none of eventStatus": event | {"eventStatus": ["https://schema.org/EventGone"]},
        "a Place among the organisers": event | {"organizer": {"@type": "Place", "name": "x"}},
    }.items():
        file = WORK / "broken.json"
        file.write_text(json.dumps(broken))
        out = subprocess.run(["node", "linked.mjs", "types", file], cwd=WORK, check=True, capture_output=True, text=True).stdout
        demand(json.loads(out), f"{words} is complained of")


def judge_news(told: dict[str, str]) -> None:
    path, items, pages = "/seminars.feed.json?limit=20", [], 0
    while path:
        if pages == 0:
            headers, body = fetched(path)
            demand(headers["content-type"] == "application/feed+json", "is sent as a JSON Feed")
        else:
            body = call("GET", path)[2]
        feed = json.loads(body)
        demand(feed["version"] == "https://jsonfeed.org/version/1.1" and feed["title"] and feed["feed_url"] == f"{PUBLIC}/api/v1{path}", f"page {pages + 1} says what it is")
        items += feed["items"]
        pages += 1
        path = feed.get("next_url", "").removeprefix(f"{PUBLIC}/api/v1")
    known = {"id", "url", "title", "content_text", "date_published", "date_modified", "language", "tags", "authors", "_einlass"}
    demand(all({"id", "content_text"} <= item.keys() <= known for item in items), "items have what they need and nothing unknown")
    demand(len({item["id"] for item in items}) == len(items), f"{len(items)} items on {pages} pages, each once")
    times = [datetime.datetime.fromisoformat(item["date_modified"]) for item in items]
    demand(times == sorted(times, reverse=True), "what was changed last comes first")
    demand(all(datetime.datetime.fromisoformat(item["date_published"]).tzinfo for item in items if "date_published" in item), "times have their offset")
    states = {item["_einlass"]["seminar"]: (item["_einlass"]["status"], item["title"]) for item in items}
    demand(states[told["cancelled"]] == ("cancelled", "[abgesagt] Abgesagtes"), "what is cancelled stays and says so")
    demand(states[told["postponed"]] == ("postponed", "[verschoben] Verschobenes"), "what is postponed stays and says so")


def main() -> None:
    told = story()
    say("\n== calendars")
    everything = judge_calendar(f"/seminars.ics?{ALL}", 20)
    status = lambda seminar: {str(event["STATUS"]) for event in judge_calendar(f"/seminars/{told[seminar]}.ics", 1).values()}
    demand(status("postponed") == {"TENTATIVE"}, "what is postponed is tentative")
    demand(status("cancelled") == {"CANCELLED"}, "what is cancelled is cancelled")
    days = judge_calendar(f"/seminars/{told['days']}.ics", 1).popitem()[1]
    demand((str(days["DTSTART"].dt), str(days["DTEND"].dt)) == ("2035-05-06", "2035-05-09"), "three days are three days")
    judge_calendar(f"/seminars/{told['elsewhere']}.ics", 2)
    title = [event for event in everything.values() if "🙂" in event["SUMMARY"]]
    demand(len(title) == 1 and str(title[0]["SUMMARY"]).startswith("Gründen, aber „sicher“; mit \\ und ß 🙂 ää"), "a title is read as it was written")
    collections = json.loads(call("GET", "/collections")[2])["data"]
    judge_calendar(f"/collections/{collections[0]['id']}.ics?{ALL}", 1)

    say("\n== linked data")
    headers, body = fetched(f"/seminars.jsonld?{ALL}&limit=100")
    demand(headers["content-type"] == "application/ld+json", "is sent as JSON-LD")
    judge_linked("graph", json.loads(body))
    accept = {"Accept": "application/ld+json"}
    event = json.loads(fetched(f"/seminars/{told['rescheduled']}", **accept)[1])
    judge_linked("rescheduled", event)
    words = [re.sub(".*/", "", word) for word in event["eventStatus"]]
    demand(words == ["EventRescheduled", "EventMovedOnline"], f"two facts are two words: {words}")
    demand(event["previousStartDate"] == "2035-10-28T18:00:00+01:00", "the old start stands beside the new one")
    event = json.loads(fetched(f"/seminars/{told['postponed']}", **accept)[1])
    judge_linked("postponed", event)
    demand("previousStartDate" not in event and event["startDate"].startswith("2035-10-28"), "postponed keeps its start")
    broken_are_found(event)

    say("\n== news")
    judge_news(told)

    say(f"\n{len(faults)} faults")
    for fault in faults:
        say(f"   {fault}")
    sys.exit(bool(faults))


main()
