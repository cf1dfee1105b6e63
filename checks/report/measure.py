"""Asks the service for reports, and PostgreSQL's log what they cost. Standard library only; `run` starts both."""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request

# What a tenant has more of every year. The few rows of `organisations`, `collections` and `counting_rules` may be read whole.
GROWING = {
    "seminars", "sessions", "channels", "parties", "seminar_collections", "schedule_changes", "headcounts", "attendance_rules",
    "registrations", "check_ins", "joins", "attendance_imports", "import_participants",
}
YEAR = "from=2023-01-01&to=2023-12-31"
# As many seminars as a year has where there is a tenth of them.
WEEKS = "from=2023-03-01&to=2023-04-05"


class Service:
    def __init__(self, port: int, pid: int) -> None:
        self.base, self.pid, self.token = f"http://127.0.0.1:{port}/api/v1", pid, None
        login = {"email": "organiser@staedteregion.example", "password": os.environ["EINLASS_DEMO_PASSWORD"]}
        self.token = json.loads(self.bytes("POST", "/auth/login", json.dumps(login).encode()))["access_token"]

    def bytes(self, method: str, path: str, body: bytes | None = None) -> bytes:
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        request = urllib.request.Request(self.base + path, body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as response:
                return response.read()
        except urllib.error.HTTPError as error:
            raise SystemExit(f"{method} {path}: {error.code} {error.read().decode()}") from error

    def report(self, period: str = YEAR, form: str = "json", more: str = "") -> bytes:
        return self.bytes("GET", f"/reports/activity?{period}&organisation=staedteregion-aachen&format={form}{more}")

    def memory(self) -> tuple[float, float]:
        """What it has now and the most it ever had, in MiB."""
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        kib = {line.split(":")[0]: int(line.split()[1]) for line in status.splitlines() if line.startswith(("VmRSS", "VmHWM"))}
        return kib["VmRSS"] / 1024, kib["VmHWM"] / 1024


def times(service: Service, runs: int) -> dict:
    """Median and worst, after one run that is not counted."""
    found = {}
    for form in ("json", "markdown"):
        size, seconds = len(service.report(form=form)), []
        for _ in range(runs):
            begun = time.perf_counter()
            service.report(form=form)
            seconds.append(time.perf_counter() - begun)
        found[form] = {"median_ms": statistics.median(seconds) * 1000, "worst_ms": max(seconds) * 1000, "bytes": size}
    found["seminars"] = seminars(service.report())
    return found


def seminars(answer: bytes) -> int:
    report = json.loads(answer)
    return len(report["seminars"]) + len(report["left_out"])


def memory(service: Service, period: str, reports: int) -> dict:
    """The most after one report, after many, and after four at once. What logging in took before does not count."""
    pathlib.Path(f"/proc/{service.pid}/clear_refs").write_text("5")
    _, idle = service.memory()
    counted = seminars(service.report(period))
    _, one = service.memory()
    for _ in range(reports - 1):
        service.report(period)
    _, many = service.memory()
    with concurrent.futures.ThreadPoolExecutor(4) as four:
        list(four.map(lambda _: service.report(period), range(reports)))
    now, at_once = service.memory()
    return {"seminars": counted, "idle": idle, "one": one, "many": many, "four_at_once": at_once, "left": now}


def entries(log: str) -> list[str]:
    """What PostgreSQL's log tells of reports: of each process, what stands between the first word of a report, which makes
    the transaction one of one moment, and its end. Lines begin with the number of the process, further ones with a tab."""
    whole: list[str] = []
    for line in log.splitlines():
        if line.startswith("\t") and whole:
            whole[-1] += "\n" + line[1:]
        else:
            whole.append(line)
    found, reporting = [], set()
    for entry in whole:
        process, _, told = entry.partition(" ")
        if "ISOLATION LEVEL REPEATABLE READ" in told:
            reporting.add(process)
        elif re.search(r"statement: (COMMIT|ROLLBACK)", told):
            reporting.discard(process)
        elif process in reporting:
            found.append(told)
    return found


def statements(log: str) -> list[tuple[str, float, list[str]]]:
    """What was executed: text, milliseconds, parameters."""
    found = []
    for entry in entries(log):
        if match := re.match(r"LOG:  duration: ([\d.]+) ms  execute [^:]*: (.*)", entry, re.S):
            found.append((match[2], float(match[1]), []))
        elif (match := re.match(r"DETAIL:  parameters: (.*)", entry, re.S)) and found:
            values = re.findall(r"\$\d+ = ('(?:[^']|'')*'|NULL)", match[1])
            found[-1] = (*found[-1][:2], values)
    return [one for one in found if one[0].lstrip().upper().startswith(("SELECT", "WITH"))]


def bare(psql: list[str], asked: list[tuple[str, float, list[str]]], rounds: int = 5) -> float:
    """The milliseconds that psql needs for the same statements, nothing made of the rows; the median of some rounds."""
    script = ["\\timing on"]
    for number, (text, _, _) in enumerate(asked):
        script.append(f"PREPARE s{number} AS {text};")
    for _ in range(rounds):
        script.append("\\echo round")
        for number, (_, _, values) in enumerate(asked):
            script.append(f"EXECUTE s{number}" + (f"({', '.join(values)})" if values else "") + " \\g /dev/null")
    told = subprocess.run(psql, input="\n".join(script), capture_output=True, text=True, check=True).stdout
    sums: list[float] = []
    for line in told.splitlines():
        if line == "round":
            sums.append(0.0)
        elif line.startswith("Time:") and sums:
            sums[-1] += float(line.split()[1])
    return statistics.median(sums)


def nodes(plan: dict) -> list[dict]:
    return [plan] + [node for child in plan.get("Plans", []) for node in nodes(child)]


def plans(log: str) -> dict[str, dict]:
    """By statement: how often it was seen, the slowest time, the most blocks, and how each growing table was read."""
    found: dict[str, dict] = {}
    for entry in entries(log):
        if not (match := re.match(r"LOG:  duration: ([\d.]+) ms  plan:\n(.*)", entry, re.S)):
            continue
        told = json.loads(match[2])
        one = found.setdefault(told["Query Text"], {"seen": 0, "ms": 0.0, "blocks": 0, "rows": 0, "read": set(), "plan": told["Plan"]})
        top = told["Plan"]
        one["seen"] += 1
        if float(match[1]) > one["ms"]:
            one["plan"] = top
        one["ms"] = max(one["ms"], float(match[1]))
        one["rows"] = max(one["rows"], top["Actual Rows"])
        one["blocks"] = max(one["blocks"], top["Shared Hit Blocks"] + top["Shared Read Blocks"])
        aliases: dict[str, str] = {}
        for node in nodes(top):
            if "Relation Name" in node:
                aliases[node["Alias"]] = node["Relation Name"]
                if node["Node Type"] != "Bitmap Heap Scan":
                    one["read"].add((node["Relation Name"], node["Node Type"], node.get("Index Name", "")))
            elif node["Node Type"] == "Bitmap Index Scan":
                one["read"].add(("", node["Node Type"], node["Index Name"]))
    return found


def tell_plans(found: dict[str, dict], whole: pathlib.Path | None) -> bool:
    """Prints how each statement was answered; false where a growing table was read from end to end."""
    good = bool(found)
    for text, one in found.items():
        read = sorted(one["read"])
        whole_tables = [table for table, how, _ in read if how == "Seq Scan" and table in GROWING]
        good = good and not whole_tables
        first = re.sub(r'"', "", text.split("FROM")[1] if "FROM" in text else text).split()[0].strip("(")
        ways = ", ".join(f"{how} {index or table}" for table, how, index in read)
        print(f"{'FAULT' if whole_tables else 'ok':5} {first:22} {one['seen']:4}x {one['ms']:8.1f} ms at most {one['rows']:7} rows {one['blocks']:7} blocks: {ways}")
    if whole:
        whole.write_text("\n\n".join(f"{text}\n{json.dumps(one['plan'], indent=1)}" for text, one in found.items()))
    return good


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("what", choices=["times", "memory", "memory-weeks", "statements", "plans", "save"])
    arguments.add_argument("--port", type=int)
    arguments.add_argument("--pid", type=int)
    arguments.add_argument("--log", type=pathlib.Path)
    arguments.add_argument("--psql", type=shlex.split, default=[])
    arguments.add_argument("--out", type=pathlib.Path)
    arguments.add_argument("--runs", type=int, default=20)
    given = arguments.parse_args()
    service = Service(given.port, given.pid)
    if given.what == "times":
        print(json.dumps(times(service, given.runs)))
    elif given.what.startswith("memory"):
        print(json.dumps(memory(service, WEEKS if given.what == "memory-weeks" else YEAR, 50)))
    elif given.what == "save":
        for name, period, form, more in [
            ("year.json", YEAR, "json", ""), ("year.md", YEAR, "markdown", ""), ("ten.json", "from=2016-01-01&to=2025-12-31", "json", "&split_on=2020-03-16"),
            ("public.json", YEAR, "json", "&rule=public"), ("lead.json", WEEKS, "json", "&rule=lead"), ("outcome.json", WEEKS, "json", "&rule=outcome"),
        ]:
            (given.out / name).write_bytes(service.report(period, form, more))
    else:
        begin = given.log.stat().st_size
        # Some more than the five after which PostgreSQL may plan a prepared statement once for all parameters.
        for _ in range(1 if given.what == "statements" else 12):
            service.report()
        time.sleep(1)
        with given.log.open(encoding="utf-8") as log:
            log.seek(begin)
            text = log.read()
        if given.what == "statements":
            asked = statements(text)
            print(json.dumps({"statements": len(asked), "in_postgres_ms": sum(ms for _, ms, _ in asked), "psql_ms": bare(given.psql, asked)}))
        elif not tell_plans(plans(text), given.out):
            sys.exit("a table was read from end to end, or no plan was seen")


if __name__ == "__main__":
    main()
