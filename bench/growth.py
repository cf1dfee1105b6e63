"""The same operations where little and where much lies in the tables."""

import datetime
import json
import pathlib
import random
import re
import statistics
import subprocess
import time

from machine import ENVIRONMENT, ORGANISATION, Cluster, Service
from reading import NOT_KEPT

TODAY = datetime.date.today()
HOT = "5eed0000-0000-7000-8000-200000000000"
# How much slower something may get before its plans are shown.
SHOWN_FROM = 3.0


def copy_id(number: int) -> str:
    return f"5eed0000-0000-7000-8000-{100000000000 + number}"


class Place:
    """A database with so many seminars and registrations, and a service on it."""

    def __init__(self, binary: pathlib.Path, cluster: Cluster, database: str, seminars: int, registrations: int) -> None:
        self.database, self.seminars, self.registrations, self.sent = database, seminars, registrations, 0
        self.chance = random.Random(7)
        self.service = Service(binary, cluster.work, cluster.url(database))
        # Everybody who follows has read to the end once.
        self.cursor = self.follow_to_the_end()

    def follow_to_the_end(self) -> str:
        cursor = ""
        for _ in range(2000):
            told = json.loads(self.service.call("GET", f"/changes?limit=500{cursor and '&cursor=' + cursor}")[1])
            cursor = told["next_cursor"]
            if not told["has_more"]:
                return cursor
        raise SystemExit("bench: the feed has no end")

    def rare(self) -> int:
        """The number of the last seminar about patents that is not cancelled: one title has it."""
        return next(n for n in range(self.seminars - 1, 0, -1) if n % 7 == 6 and n % 12 != 5)

    def days_of(self, seminars: int) -> int:
        """In so many days there are about so many seminars."""
        return max(1, round(3650 * seminars / self.seminars))

    def past(self) -> str:
        return copy_id(self.chance.randrange(self.seminars // 10, self.seminars * 8 // 10))

    def coming(self) -> str:
        # Not one of the cancelled.
        number = self.chance.randrange(self.seminars * 92 // 100, self.seminars)
        return copy_id(number - number % 12 if number % 12 == 5 else number)

    def register(self, seminar: str) -> None:
        self.sent += 1
        person = {"channel": "onsite", "given_name": "Sabine", "family_name": "Offermann", "email": f"zuwachs.{self.database}.{self.sent}@example.org", "language": "de"}
        self.service.call("POST", f"/seminars/{seminar}/registrations", person)


def operations() -> list[tuple[str, object]]:
    """What is asked of a place. That an answer has as much in it at both places is what makes two of them comparable."""
    read = lambda path, **how: lambda place: place.service.call("GET", path(place), **how)
    year = TODAY.year - 2

    def report(days: object) -> object:
        def path(place: Place) -> str:
            begin = datetime.date(year, 3, 1)
            until = begin + datetime.timedelta(days=days(place) - 1)
            return f"/reports/activity?organisation={ORGANISATION}&from={begin}&to={until}"
        return read(path, member=True)

    return [
        ("programme, first page", read(lambda place: f"/seminars?limit=25{NOT_KEPT}")),
        ("programme, latest first", read(lambda place: f"/seminars?sort=-starts_at{NOT_KEPT}")),
        ("programme from today on", read(lambda place: f"/seminars?from={TODAY}{NOT_KEPT}")),
        ("programme, days with some 50 seminars", read(lambda place: f"/seminars?from={TODAY}&to={TODAY + datetime.timedelta(days=place.days_of(50))}{NOT_KEPT}")),
        ("programme from today on, with free seats", read(lambda place: f"/seminars?from={TODAY}&free_seats=true{NOT_KEPT}")),
        ("search, a word that many have", read(lambda place: f"/seminars?q=gruendungen{NOT_KEPT}")),
        ("search, a word that one has", read(lambda place: f"/seminars?q=marken+{place.rare()}{NOT_KEPT}")),
        ("one seminar", read(lambda place: f"/seminars/{place.past()}?{NOT_KEPT}")),
        ("one seminar as linked data", read(lambda place: f"/seminars/{place.past()}?{NOT_KEPT}", Accept="application/ld+json")),
        ("one seminar as calendar", read(lambda place: f"/seminars/{place.past()}.ics")),
        ("news feed", read(lambda place: "/seminars.feed.json?limit=25")),
        ("registrations of a seminar", read(lambda place: f"/seminars/{place.past()}/registrations?limit=10", member=True)),
        ("registrations of a seminar, by name", read(lambda place: f"/seminars/{place.past()}/registrations?q=muller", member=True)),
        ("find somebody at the door", read(lambda place: f"/seminars/{place.past()}/check-ins/find?q=muller", member=True)),
        ("check-ins of a seminar", read(lambda place: f"/seminars/{place.past()}/check-ins", member=True)),
        ("change feed, from the beginning", read(lambda place: "/changes?limit=100")),
        ("change feed, nothing new", read(lambda place: f"/changes?limit=100&cursor={place.cursor}")),
        ("report on some 100 seminars", report(lambda place: place.days_of(100))),
        ("report on a year (with all its seminars)", report(lambda place: 365)),
        ("open data, the catalogue (all that is published)", read(lambda place: f"/open-data/{ORGANISATION}")),
        ("registration, everybody wants one seminar", lambda place: place.register(HOT)),
        ("registration, spread", lambda place: place.register(place.coming())),
    ]


def alone(places: list[Place], times: int, patience: float) -> list[dict]:
    """Each operation one after the other, at the small and the large place in turn."""
    rows = []
    for name, act in operations():
        took: list[list[float]] = [[] for _ in places]
        begun = time.monotonic()
        for nth in range(times + 2):
            for place, seconds in zip(places, took, strict=True):
                start = time.perf_counter()
                try:
                    act(place)
                except SystemExit as fault:
                    # A figure too: what takes too long is refused.
                    print(f"  {name}: {fault}")
                    seconds.append(float("inf"))
                    continue
                if nth >= 2:
                    seconds.append(time.perf_counter() - start)
            if nth > 4 and time.monotonic() - begun > patience:
                break
        # What is refused takes for ever, and has no figure.
        figure = lambda seconds: None if seconds == float("inf") else round(seconds * 1000, 2)
        worst = lambda of: sorted(of)[min(len(of) - 1, int(len(of) * 0.99))]
        small, large = map(statistics.median, took)
        factor = large / small
        rows.append({
            "name": name, "times": min(map(len, took)), "small_p50_ms": figure(small), "small_p99_ms": figure(worst(took[0])),
            "large_p50_ms": figure(large), "large_p99_ms": figure(worst(took[1])), "factor": None if factor == float("inf") else round(factor, 2),
        })
        print(f"  {name}: {small * 1000:.1f} ms and {large * 1000:.1f} ms, {factor:.1f} times", flush=True)
    return rows


def rush(places: list[Place], load: pathlib.Path, work: pathlib.Path, seconds: int, rounds: int) -> list[dict]:
    """Registrations from 64 connections."""
    rows = []
    for name, ids in [("one seminar", lambda place: [HOT]), ("spread", lambda place: [copy_id(n) for n in range(place.seminars * 92 // 100, place.seminars) if n % 12 != 5][:1000])]:
        found: list[list[dict]] = [[] for _ in places]
        for nth in range(rounds):
            for place, all_of_it in zip(places, found, strict=True):
                (work / "ids").write_text("\n".join(ids(place)) + "\n")
                command = [str(load), "--port", str(place.service.port), "--seminars", str(work / "ids"), "--connections", "64", "--seconds", str(seconds), "--run", f"{place.database}.{name[:3]}.{nth}"]
                told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 60).stdout)
                if set(told["statuses"]) != {"201"}:
                    raise SystemExit(f"bench: registration, {name}: {told['statuses']}")
                all_of_it.append(told)
        middle = lambda of, member: round(statistics.median(one[member] for one in of), 2)
        rows.append({
            "name": f"registrations, {name}, 64 connections", "small_per_second": middle(found[0], "per_second"), "small_p99_ms": middle(found[0], "p99_ms"),
            "large_per_second": middle(found[1], "per_second"), "large_p99_ms": middle(found[1], "p99_ms"),
            "factor": round(middle(found[0], "per_second") / middle(found[1], "per_second"), 2),
        })
    return rows


def plans(binary: pathlib.Path, cluster: Cluster, large: Place, rows: list[dict]) -> dict[str, list[str]]:
    """How PostgreSQL answered what grew: the statements that take a fifth of the operation or more."""
    grown = [row["name"] for row in rows if row["factor"] is None or row["factor"] > SHOWN_FROM]
    if not grown:
        return {}
    settings = ["session_preload_libraries=auto_explain", "auto_explain.log_min_duration=1", "auto_explain.log_analyze=on", "auto_explain.log_timing=off", "auto_explain.log_buffers=on"]
    for one in settings:
        cluster.sql("postgres", "-c", f"ALTER ROLE einlass SET {one}")
    large.service.end()
    large.service = Service(binary, cluster.work, cluster.url(large.database))
    shown = {}
    for name, act in operations():
        if name not in grown:
            continue
        begin = cluster.log.stat().st_size
        start = time.perf_counter()
        try:
            act(large)
        except SystemExit as fault:
            print(f"  {name}: {fault}")
        took = (time.perf_counter() - start) * 1000
        time.sleep(0.5)
        with cluster.log.open(encoding="utf-8") as log:
            log.seek(begin)
            found = re.findall(r"duration: ([\d.]+) ms  plan:\n((?:\t.*\n?)+)", log.read())
        heavy = [(float(ms), text) for ms, text in found if float(ms) >= took / 5]
        shown[name] = [f"{ms:.0f} ms\n{re.sub(r'^', '  ', text.replace(chr(9), ''), flags=re.M)[:6000]}" for ms, text in sorted(heavy, reverse=True)[:3]]
    cluster.sql("postgres", "-c", "ALTER ROLE einlass RESET ALL")
    return shown


def fill(cluster: Cluster, here: pathlib.Path, database: str, first: str, seminars: int, registrations: int, patience: float) -> dict:
    begun = time.monotonic()
    command = cluster.psql(database, "-v", f"first={first}", "-v", f"seminars={seminars}", "-v", f"registrations={registrations}", "-f", str(here / "fill.sql"))
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=patience, check=False)
    if done.returncode:
        raise SystemExit(f"bench: {database} was not filled: {done.stderr[-2000:]}")
    told = {"database": database, "what": done.stdout.strip().splitlines()[-1], "seconds": round(time.monotonic() - begun)}
    print(f"  {told['what']}, in {told['seconds']} s")
    return told


def counting(cluster: Cluster, database: str) -> float:
    """Milliseconds to read every registration once."""
    told = cluster.sql(database, "-c", "SET max_parallel_workers_per_gather = 0", "-c", "\\timing on", "-c", "SELECT count(given_name) FROM registrations", timeout=300)
    return float(re.search(r"Time: ([\d.]+) ms", told)[1])
