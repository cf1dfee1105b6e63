"""The programme beside a bare actix handler that sends the same bytes; how fast the service starts, and its memory."""

import json
import pathlib
import statistics
import subprocess
import time

from machine import Cluster, Service, end, free_port, wrk

# Of nobody's portal: longer than what is kept in memory, and the same to whoever answers it.
NOT_KEPT = "&" * 1000
# What every answer of every server has, or what the connection is about.
OF_THE_SERVER = {"date", "content-length", "connection", "transfer-encoding"}


class Bare:
    """`examples/bare.rs`, which sends what the service sent."""

    def __init__(self, program: pathlib.Path, work: pathlib.Path, headers: dict[str, str], body: bytes) -> None:
        (work / "bare.body").write_bytes(body)
        (work / "bare.headers").write_text("".join(f"{name}: {value}\n" for name, value in headers.items() if name not in OF_THE_SERVER))
        self.port = free_port()
        command = [str(program), "--port", str(self.port), "--body", str(work / "bare.body"), "--headers", str(work / "bare.headers")]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE)
        if b"listening" not in self.process.stdout.readline():
            raise SystemExit("bench: the bare handler does not listen")


# Requests from which on a control tells something.
ENOUGH = 1000

# "Nothing that was kept": what is answered was read after it was asked for.
FRESH = ("--header", "Cache-Control: no-cache")
# Each request asks for another of these.
IN_TURN = """
wrk.headers["Cache-Control"] = "no-cache"
local ids, n = {{{ids}}}, 0
request = function()
  n = n % #ids + 1
  return wrk.format("GET", "/api/v1/seminars/" .. ids[n])
end
"""


class Transactions:
    """How many transactions PostgreSQL has ended in `small`, but for those that services do by themselves."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster, self.by_itself = cluster, 0.0
        self.again()
        # Nobody asks for anything yet; what has just started may have something left to do.
        self.by_itself = min(self.a_second(), self.a_second())

    def a_second(self) -> float:
        before = self.at
        return self.again() / (self.at - before)

    def again(self) -> float:
        """Since the last time. An idle backend tells its statistics after ten seconds."""
        time.sleep(11)
        now = int(self.cluster.sql("small", "-c", "SELECT xact_commit FROM pg_stat_database WHERE datname = 'small'"))
        at, before = time.monotonic(), getattr(self, "at", 0.0)
        since = now - getattr(self, "ended", now) - self.by_itself * (at - before)
        self.ended, self.at = now, at
        return max(0.0, since)


def fresh(cluster: Cluster, service: Service, seminar: str) -> None:
    """The control of what is said to be read after it was asked for: what somebody else wrote a moment ago is in it, and what
    is kept does not have it yet."""
    kept = 0
    for nth in range(10):
        for path in (f"/api/v1/seminars/{seminar}", "/api/v1/seminars?limit=1"):
            service.ask("GET", path)
        cluster.sql("small", "-c", f"UPDATE seminars SET title = 'Zum {nth}. Mal' WHERE id = '{seminar}'")
        shown = lambda **headers: json.loads(service.ask("GET", f"/api/v1/seminars/{seminar}", **headers)[2])["title"]
        kept += shown() != f"Zum {nth}. Mal"
        if shown(Cache_Control="no-cache") != f"Zum {nth}. Mal":
            raise SystemExit("bench: what was to be read after it was asked for is older")
    if not kept:
        raise SystemExit("bench: nothing is ever kept, so it is told by nothing that something is read")


def reading(cluster: Cluster, service: Service, logging: Service, bare_program: pathlib.Path, seminar: str, others: list[str], rounds: int, seconds: int) -> list[dict]:
    """Each in turn with the bare handler, so that what else happens on the machine happens to both."""
    rows, transactions = [], Transactions(cluster)
    fresh(cluster, service, seminar)
    (cluster.work / "in_turn.lua").write_text(IN_TURN.format(ids=", ".join(f'"{one}"' for one in others)))
    in_turn = ("--script", str(cluster.work / "in_turn.lua"))
    every = [
        ("programme list, 25 seminars", "/api/v1/seminars", "?limit=25", ("from the database, each for itself", NOT_KEPT, ())),
        ("one seminar", f"/api/v1/seminars/{seminar}", "?", (f"from the database, one of {len(others)}", "", in_turn)),
    ]
    for name, path, query, (alone, more, options) in every:
        status, headers, body = service.ask("GET", path + query)
        if status != 200:
            raise SystemExit(f"bench: {path}: {status}")
        bare = Bare(bare_program, cluster.work, headers, body)
        try:
            targets = [
                ("from memory", service, query, (), 0.65), ("from the database, read after it was asked for", service, query, FRESH, 0.20),
                (alone, service, query + more, options, None), ("from memory, every request logged", logging, query, (), None),
            ]
            figures = {what: [] for what, *_ in targets}
            beside: dict[str, list[dict]] = {what: [] for what, *_ in targets}
            read = {}
            transactions.again()
            for nth in range(rounds + 1):
                for what, target, asked, how, _ in targets:
                    # The first round warms up, and shows what is read.
                    for_long = 3 if nth == 0 else seconds
                    plain = wrk(f"http://127.0.0.1:{bare.port}{path}{asked}", for_long, options=how)
                    found = wrk(f"http://127.0.0.1:{target.port}{path}{asked}", for_long, options=how)
                    if nth > 0:
                        beside[what].append(plain)
                        figures[what].append(found)
                    elif target is service:
                        asked_for = found["per_second"] * for_long
                        ended = transactions.again()
                        # A debug build asks so little that the rest of the service is heard through it.
                        read[what] = round(ended / asked_for, 4) if asked_for > ENOUGH else None
        finally:
            end(bare.process)
        for what, _, _, _, to_reach in targets:
            ratios = [one["per_second"] / other["per_second"] for one, other in zip(figures[what], beside[what], strict=True)]
            known = lambda of, member: [one[member] for one in of if one[member] is not None]
            middle = lambda of, member: round(statistics.median(known(of, member)), 3) if known(of, member) else None
            rows.append({
                "name": name, "how": what, "bytes": len(body), "per_second": middle(figures[what], "per_second"), "p50_ms": middle(figures[what], "p50_ms"),
                "p99_ms": middle(figures[what], "p99_ms"), "bare_per_second": middle(beside[what], "per_second"), "bare_p50_ms": middle(beside[what], "p50_ms"),
                "bare_p99_ms": middle(beside[what], "p99_ms"), "ratio": round(statistics.median(ratios), 3), "least_ratio": round(min(ratios), 3),
                "to_reach": to_reach, "transactions_per_request": read.get(what),
            })
    # The controls: if what is said to come from memory were read, or what each reads for itself were not, nothing of this would mean anything.
    for row in rows:
        per_request = row["transactions_per_request"]
        if row["to_reach"] and per_request is None:
            print(f"note: {row['name']}, {row['how']}: too few requests to tell whether they were read")
        elif row["how"].endswith("each for itself") and per_request is not None and per_request < 0.9:
            raise SystemExit(f"bench: {row['name']} was to be read from the database and was not: {row}")
        elif "one of" in row["how"] and per_request is not None and per_request < 0.005:
            raise SystemExit(f"bench: {row['name']} was to be read from the database and came from memory: {row}")
        elif row["how"] == "from memory" and per_request > 0.1:
            raise SystemExit(f"bench: {row['name']} was to come from memory and was read: {row}")
    return rows


def starting(binary: pathlib.Path, cluster: Cluster, databases: list[tuple[str, str]], times: int) -> list[dict]:
    """From the process to 200 of /health/ready."""
    rows = []
    cluster.sql("postgres", "-c", "CREATE DATABASE first_start")
    service = Service(binary, cluster.work, cluster.url("first_start"))
    rows.append({"database": "with nothing in it: the schema is made", "seconds": round(service.seconds_to_ready, 3), "worst": round(service.seconds_to_ready, 3), "starts": 1})
    service.end()
    for name, database in [("with the schema and nothing else", "first_start"), *databases]:
        took = []
        for _ in range(times):
            service = Service(binary, cluster.work, cluster.url(database))
            took.append(service.seconds_to_ready)
            service.end()
        rows.append({"database": name, "seconds": round(statistics.median(took), 3), "worst": round(max(took), 3), "starts": times})
    return rows


def memory(programs: dict[str, pathlib.Path], cluster: Cluster, seminar: str, wanted: str, seconds: int) -> list[dict]:
    """Of a service that has just started, under each load, and when it is left alone again; in MiB."""
    # Of its own, for people are registered.
    cluster.sql("postgres", "-c", "CREATE DATABASE loaded TEMPLATE small")
    service = Service(programs["einlass"], cluster.work, cluster.url("loaded"))
    # What is most until now is forgotten before each load.
    forget = lambda: pathlib.Path(f"/proc/{service.process.pid}/clear_refs").write_text("5")
    try:
        time.sleep(3)
        rows = [{"when": "idle, just started", **service.memory()}]
        for when, path in [
            ("programme from memory, 64 connections", "/api/v1/seminars?limit=100"), ("programme from the database, 64 connections", f"/api/v1/seminars?limit=100{NOT_KEPT}"),
            ("one seminar from the database, 64 connections", f"/api/v1/seminars/{seminar}?{NOT_KEPT}"), ("calendars, 8 connections", "/api/v1/seminars.ics"),
        ]:
            forget()
            wrk(f"http://127.0.0.1:{service.port}{path}", seconds, 8 if "8 connections" in when else 64)
            rows.append({"when": when, **service.memory()})
        (cluster.work / "ids").write_text(f"{wanted}\n")
        forget()
        load = [str(programs["desk_load"]), "--port", str(service.port), "--seminars", str(cluster.work / "ids"), "--connections", "256", "--seconds", str(seconds), "--run", "memory"]
        subprocess.run(load, stdout=subprocess.DEVNULL, check=True, timeout=seconds + 60)
        rows.append({"when": "registrations, 256 connections", **service.memory()})
        time.sleep(5)
        rows.append({"when": "idle again, after 5 s", **service.memory()})
        return rows
    finally:
        service.end()
