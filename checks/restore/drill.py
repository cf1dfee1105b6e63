"""The drill: load, a backup of each kind, a disaster, and both ways back."""

import argparse
import json
import pathlib
import signal
import sys
import time

from cluster import Cluster, Session, checksums, copy_of, own
from service import Client, Follower, Load, Service, announce, figure, organiser, source

parser = argparse.ArgumentParser()
for name in ("--binary", "--programs", "--work"):
    parser.add_argument(name, required=True, type=pathlib.Path)
parser.add_argument("--seconds", required=True, type=int)
arguments = parser.parse_args()
work, programs, binary = arguments.work, arguments.programs, arguments.binary
running: list = []
faults: list[str] = []

OFF = (pathlib.Path(__file__).parent.parent / "desk" / "off.sql").read_text()
ARCHIVED = "SELECT last_archived_wal >= '{}' FROM pg_stat_archiver"


def say(words: str) -> None:
    print(f"\n== {words}", flush=True)


def must(holds: bool, words: str) -> None:
    print(f"  {'ok   ' if holds else 'FAULT'} {words}", flush=True)
    if not holds:
        faults.append(words)


def cluster(name: str) -> Cluster:
    made = Cluster(programs, work / name)
    running.append(made)
    return made


def service(name: str, of: Cluster, database: str = "einlass") -> Service:
    folder = work / f"service-{name}"
    folder.mkdir()
    made = Service(binary, folder, of.url(database))
    running.append(made)
    return made


def lines(of: Cluster, database: str):
    return lambda sql: of.sql(sql, database).splitlines()


def compare(what: str, there: dict[str, str], here: dict[str, str]) -> None:
    differing = [there.get(table, here.get(table)) for table in sorted(there.keys() | here.keys()) if there.get(table) != here.get(table)]
    must(not differing, f"{what}: {len(there)} tables, {len(differing)} differ {differing[:3] or ''}")


def kept(of: Cluster, database: str) -> set[str]:
    return set(of.sql("SELECT id FROM registrations", database).split())


def goes_on(name: str, of: Cluster, after: Follower, heads: pathlib.Path) -> float:
    """The way back from a database as the backup has it; when the service took work again."""
    one = service(name, of)
    code, told = one.command("restored")
    print("  " + told.strip().replace("\n", "\n  "))
    must(code == 0 and figure(told, "faults") == 0, "`einlass restored` verified the journal")
    must(figure(told, "entries verified") > 0, "and there was something to verify")
    code, told = one.command("journal", "verify", "--head", str(heads))
    must(code == 0, f"the heads of before the backup are in it: {told.strip().splitlines()[-1]}")
    must(of.sql(OFF) == "", "every channel holds the sum of its registrations")
    one.start()
    client = organiser(one.port)
    made = announce(client, 1)
    who = {"channel": "onsite", "given_name": "Nach", "family_name": "Her", "email": "nachher@example.org"}
    status, answer, _ = client.call("POST", f"/seminars/{made}/registrations", who)
    ready = time.monotonic()
    must(status == 201, f"a registration is taken again: {status}")
    follower = Follower()
    follower.titles, follower.cursor = dict(after.titles), after.cursor
    must(follower.catch_up(one.port) == 410, "a cursor of before is answered 410")
    must(follower.begin_anew(one.port) == 200 and follower.titles == source(one.port), "who begins anew has what is there")
    path = f"/seminars/{made}"
    _, _, etag = client.call("GET", path)
    client.call("PATCH", path, {"title": "Es geht weiter"}, If_Match=etag)
    follower.catch_up(one.port)
    must(follower.titles.get(made) == "Es geht weiter", "and goes on from there, change by change")
    one.stop()
    code, told = one.command("journal", "verify")
    must(code == 0 and figure(told, "faults") == 0, "the chains go on from the restored seals")
    return ready


def drill() -> None:
    say("a service under load")
    archive = own(work / "archive")
    first = cluster("first")
    first.initialise()
    first.start("archive_mode=on", f"archive_command=cp %p {archive}/%f", "wal_level=replica", "max_wal_senders=4")
    first.sql("CREATE DATABASE einlass", "postgres")
    one = service("first", first)
    one.start("--demo")
    client = organiser(one.port)
    seminars = [announce(client, number) for number in range(8)]
    before = Follower()
    before.catch_up(one.port)
    load = Load(one.port, seminars)
    time.sleep(arguments.seconds)
    code, told = one.command("journal", "heads")
    assert code == 0, told
    heads = work / "heads.json"
    heads.write_text(told)
    must(len(json.loads(told)["heads"]) >= 2, "the heads of the chains are kept elsewhere")

    say("a base backup, and a dump at a snapshot, under load")
    base = own(work / "base")
    began = time.monotonic()
    first.program("pg_basebackup", "-D", str(base), "-d", first.url("postgres"), "-c", "fast", "-X", "none")
    print(f"  base backup in {time.monotonic() - began:.1f} s")
    session = Session(first)
    session.ask("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    # What was acknowledged by now is in the snapshot; what begins after it is not.
    acknowledged = len(load.registered)
    snapshot = session.ask("SELECT pg_export_snapshot()")[0]
    at_dump = time.time()
    dump = own(work / "dump") / "einlass.dump"
    began = time.monotonic()
    first.program("pg_dump", "-Fc", "--snapshot", snapshot, "-f", str(dump), "-d", first.url())
    print(f"  dump in {time.monotonic() - began:.1f} s, {dump.stat().st_size} bytes")
    in_dump = checksums(session.ask)
    session.ask("COMMIT")
    session.end()
    must_be_in_dump = {id for _, id in load.registered[:acknowledged]}

    say("a moment of rest, to which we shall go back")
    time.sleep(arguments.seconds)
    load.pause()
    at_rest = checksums(lines(first, "einlass"))
    for _ in range(60):
        # Mails are still sent and chains sealed.
        time.sleep(1)
        again = checksums(lines(first, "einlass"))
        if again == at_rest:
            break
        at_rest = again
    target = first.sql("SELECT clock_timestamp()")
    at_target = time.time()
    must(checksums(lines(first, "einlass")) == at_rest, "nothing moves at that moment")
    must_be_at_target = {id for _, id in load.registered}
    time.sleep(1.5)
    load.go_on()
    time.sleep(arguments.seconds)

    say("a disaster")
    load.end()
    after = Follower()
    must(after.catch_up(one.port) == 200 and after.titles == source(one.port), "somebody had followed to the end")
    disaster = time.time()
    all_acknowledged = {id for _, id in load.registered}
    must(not load.faults, f"{len(all_acknowledged)} registrations, {load.changes} changes, {len(load.faults)} faults {load.faults[:2] or ''}")
    one.stop()
    wal = first.sql("SELECT pg_walfile_name(pg_switch_wal())")
    for _ in range(300):
        if first.sql(ARCHIVED.format(wal)) == "t":
            break
        time.sleep(0.1)
    first.stop()

    say("the way back from the dump, into another cluster")
    began = time.monotonic()
    second = cluster("second")
    second.initialise()
    second.start()
    for name in ("einlass", "control", "tampered"):
        second.sql(f"CREATE DATABASE {name}", "postgres")
    second.program("pg_restore", "--exit-on-error", "--no-owner", "-d", second.url(), str(dump))
    compare("at the snapshot", in_dump, checksums(lines(second, "einlass")))
    there = kept(second, "einlass")
    must(must_be_in_dump <= there, f"of {len(must_be_in_dump)} acknowledged before the snapshot {len(must_be_in_dump - there)} are lost")
    ready = goes_on("second", second, after, heads)
    print(f"  RPO {disaster - at_dump:.1f} s: {len(all_acknowledged - there)} of {len(all_acknowledged)} registrations came after the dump")
    print(f"  RTO {ready - began:.1f} s, from an empty machine to the first registration")
    control(second, dump, after)
    second.stop()

    say("the way back to the moment of rest, in the same cluster")
    began = time.monotonic()
    third = cluster("third")
    copy_of(base, third.data)
    (third.data / "recovery.signal").touch()
    third.start(
        "archive_mode=off", f"restore_command=cp {archive}/%f %p", f"recovery_target_time={target}", "recovery_target_action=promote"
    )
    compare("at the moment of rest", at_rest, checksums(lines(third, "einlass")))
    there = kept(third, "einlass")
    must(must_be_at_target <= there, f"of {len(must_be_at_target)} acknowledged before that moment {len(must_be_at_target - there)} are lost")
    must(not (there - must_be_at_target), f"and {len(there - must_be_at_target)} came after it")
    third.sql("CREATE DATABASE control TEMPLATE einlass", "postgres")
    ready = goes_on("third", third, after, heads)
    print(f"  RPO 0 s for a moment that one chooses; to the last archived segment here; this one was {disaster - at_target:.1f} s before the disaster")
    print(f"  RTO {ready - began:.1f} s, from the files of the base backup to the first registration")
    lies(third, after)
    third.stop()


def control(second: Cluster, dump: pathlib.Path, after: Follower) -> None:
    """Without the command, and with a dump that somebody changed: both have to be seen."""
    say("controls: the dump without `restored`, and a dump that was changed")
    second.program("pg_restore", "--exit-on-error", "--no-owner", "-d", second.url("control"), str(dump))
    one = service("control", second, "control")
    said = one.refuses()
    must(said is not None and "einlass restored" in said, f"control: the service does not start: {said}")
    largest = int(second.sql("SELECT max(transaction) FROM journal", "control"))
    new = int(second.sql("SELECT pg_current_xact_id()", "control"))
    must(new < largest, f"control: what is written now would stand before what was restored: {new} < {largest}")
    # And once so many transactions have gone by that nobody notices any more:
    # The follower has read much that came after the dump: its place lies further than the dump's last entry.
    number = largest * 3 + 30_000 - new
    must(0 < number < 2_000_000, f"control: {number} transactions go by")
    burn = f"DO $$ BEGIN FOR n IN 1..{max(0, min(number, 2_000_000))} LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$"
    second.sql(f"SET synchronous_commit = off; {burn}", "postgres")
    liar = Follower()
    liar.titles, liar.cursor = dict(after.titles), after.cursor
    one.start()
    # The place that was reached lies behind what is written now.
    client = organiser(one.port)
    announce(client, 2)
    status = liar.catch_up(one.port)
    there = source(one.port)
    wrong = sum(1 for id, title in liar.titles.items() if there.get(id) != title)
    must(status == 200 and wrong > 0, f"control: without the command an old cursor is answered {status} and {wrong} seminars are wrong for ever")
    one.stop()

    text = second.program("pg_restore", "--no-owner", "-f", "-", str(dump)).stdout.splitlines(keepends=True)
    head = next(n for n, line in enumerate(text) if line.startswith("COPY public.journal ("))
    columns = text[head].split("(")[1].split(")")[0].split(", ")
    entry = text[head + 1].rstrip("\n").split("\t")
    kind = columns.index("actor_kind")
    entry[kind] = "anonymous" if entry[kind] != "anonymous" else "system"
    text[head + 1] = "\t".join(entry) + "\n"
    second.sql("".join(text), "tampered")
    code, told = service("tampered", second, "tampered").command("restored")
    must(code == 1 and f"entry {entry[columns.index('id')]} was edited" in told, "control: a changed dump is found out, entry by entry")


def lies(third: Cluster, after: Follower) -> None:
    """In the same cluster numbers go on, and nothing but the identity of the feed tells that it was set back."""
    say("control: the moment of rest without `restored`")
    # As many as were lost, and more.
    third.sql("DO $$ BEGIN FOR n IN 1..20000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$", "postgres")
    one = service("lies", third, "control")
    one.start()
    announce(organiser(one.port), 3)
    liar = Follower()
    liar.titles, liar.cursor = dict(after.titles), after.cursor
    status = liar.catch_up(one.port)
    there = source(one.port)
    wrong = sum(1 for id, title in liar.titles.items() if there.get(id) != title)
    must(status == 200 and wrong > 0, f"control: without the command an old cursor is answered {status} and {wrong} seminars are wrong for ever")
    one.stop()


def interrupted(*_: object) -> None:
    raise SystemExit("it takes too long")


signal.signal(signal.SIGINT, interrupted)
signal.signal(signal.SIGTERM, interrupted)
try:
    drill()
finally:
    # Services before the databases they stand on.
    for one in sorted(running, key=lambda one: isinstance(one, Cluster)):
        one.stop()
print(f"\n{len(faults)} faults")
sys.exit(1 if faults else 0)
