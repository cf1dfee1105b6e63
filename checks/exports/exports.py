"""Registers hostile people for a hostile programme, exports everything that leaves as a table, and looks for formulas."""

import argparse
import concurrent.futures
import csv
import http.client
import io
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from hostile import Cells, begins, parted, unguarded
from office import Office

PASSWORD = "Sieben Printen auf dem Dach"
OF = "staedteregion-aachen"
MARK = "\ufeff"
# How somebody may have told a spreadsheet to part cells: German, English, from a clipboard, and all at once.
WAYS = {"German": ";", "English": ",", "tabs": "\t", "all": ",;\t"}


class Service:
    def __init__(self, binary: str, work: pathlib.Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.connections = threading.local()
        self.token = ""
        environment = os.environ | {"EINLASS_DEMO_PASSWORD": PASSWORD, "EINLASS_LOG": "error", "EINLASS_DRAIN_SECONDS": "0"}
        command = [binary, "serve", "--demo", "--listen", f"127.0.0.1:{self.port}", "--data-dir", work / "data"]
        self.log = work / "service.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            self.begin()
        except BaseException:
            self.end()
            raise

    def begin(self) -> None:
        until = time.monotonic() + 120
        while True:
            try:
                if self.ask("GET", "/health/ready")[0] == 200:
                    break
            except OSError:
                pass
            if self.process.poll() is not None or time.monotonic() > until:
                raise SystemExit(self.log.read_text())
            time.sleep(0.2)
        body = {"email": f"admin@{OF.removesuffix('-aachen')}.example", "password": PASSWORD}
        self.token = self.made("POST", "/auth/login", body)["access_token"]

    def ask(self, method: str, path: str, body: object = None, **more: str) -> tuple[int, dict[str, str], bytes]:
        """Once more on a new connection, where the service has closed the old one meanwhile."""
        path = path if path.startswith("/health") else f"/api/v1{path}"
        headers = {name.replace("_", "-"): value for name, value in more.items()}
        headers |= {"Authorization": f"Bearer {self.token}"} if self.token else {}
        data = None
        if body is not None:
            data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        for attempt in range(2):
            connection = getattr(self.connections, "one", None) or http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
            self.connections.one = connection
            try:
                connection.request(method, path, data, headers)
                answer = connection.getresponse()
                return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
            except (ConnectionError, http.client.HTTPException):
                connection.close()
                self.connections.one = None
                if attempt:
                    raise
        raise AssertionError

    def made(self, method: str, path: str, body: object = None, **more: str) -> dict:
        status, headers, said = self.ask(method, path, body, **more)
        if status >= 300:
            raise SystemExit(f"{method} {path}: {status} {said.decode()}")
        return json.loads(said or b"{}") | {"etag": headers.get("etag", "")}

    def file(self, path: str) -> bytes:
        status, _, said = self.ask("GET", path)
        if status != 200:
            raise SystemExit(f"GET {path}: {status} {said[:500].decode(errors='replace')}")
        return said

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(60)


class Figures:
    def __init__(self) -> None:
        self.wrong = 0

    def tell(self, what: str, figure: object, right: bool) -> None:
        self.wrong += not right
        print(f"{'ok   ' if right else 'WRONG'} {what}: {figure}", flush=True)


def programme(service: Service, cells: Cells, many: int) -> tuple[list[dict], int]:
    """Seminars of 2021 whose titles, places, partners and counts are hostile, as many as there are; and how many were refused."""
    kept, refused = [], 0

    def new(path: str, **body: object) -> str:
        # Two may fold to the same name.
        for _ in range(100):
            status, _, said = service.ask("POST", path, {"organisation": OF, **{k: v() if callable(v) else v for k, v in body.items()}})
            if status == 201:
                return json.loads(said)["id"]
            if status not in (409, 422):
                break
        raise SystemExit(f"POST {path}: {status} {said.decode()}")

    venues = [new("/venues", name=lambda: cells.line(200), locality=lambda: cells.line(100)) for _ in range(20)]
    groups = [new("/collections", kind="programme", name=lambda: cells.line(200)) for _ in range(20)]
    while len(kept) < many:
        at = len(kept)
        day = f"2021-{at % 12 + 1:02}-{at % 28 + 1:02}"
        seminar = {
            "organisation": OF, "title": cells.line(300), "kind": "seminar", "confirmation": "none", "collections": [groups[at % 20]],
            "parties": [{"role": "contributor", "name": cells.line(200)}], "channels": [{"channel": "onsite", "capacity": 50}],
            "sessions": [{"starts_at": f"{day}T18:00:00Z", "ends_at": f"{day}T20:00:00Z", "venue": venues[at % 20]}],
        }  # fmt: skip
        status, _, said = service.ask("POST", "/seminars", seminar)
        if status != 201:
            refused += 1
            if status != 422 or refused > many:
                raise SystemExit(f"POST /seminars: {status} {said.decode()}")
            continue
        made = json.loads(said)
        etag = service.made("GET", f"/seminars/{made['id']}")["etag"]
        service.made("POST", f"/seminars/{made['id']}/publish", {}, If_Match=etag)
        stated = f"{cells.line(200)} 40 TN"[-300:]
        service.ask("POST", f"/seminars/{made['id']}/headcounts", {"stated_as": stated, "value": 40, "qualifier": "exact", "unit": "participants"})
        etag = service.made("GET", f"/seminars/{made['id']}")["etag"]
        service.made("POST", f"/seminars/{made['id']}/complete", {}, If_Match=etag)
        kept.append({"id": made["id"], "title": seminar["title"]})
    return kept, refused


def people(service: Service, cells: Cells, many: int) -> tuple[str, list[dict]]:
    """A seminar and who registered for it; what was sent stands in `body`, what was answered in `status`."""
    questions = [{"id": "note", "kind": "text", "label": {"de": "=1+1;Bemerkung"}}]
    made = service.made("POST", "/seminars", {
        "organisation": OF, "title": "=HYPERLINK(\"https://evil.example\")", "kind": "seminar", "confirmation": "none", "questions": questions,
        "sessions": [{"starts_at": "2027-10-06T18:00:00+02:00", "ends_at": "2027-10-06T20:00:00+02:00"}],
        "channels": [{"channel": "onsite", "capacity": 100_000}],
    })  # fmt: skip
    service.made("POST", f"/seminars/{made['id']}/publish", {}, If_Match=made["etag"])

    def body(number: int, closed: str | None) -> dict:
        one = {
            "channel": "onsite", "given_name": cells.line(100), "family_name": cells.line(100), "company": cells.line(200),
            "phone": cells.line(50), "email": f"{'-+=' [number % 3]}p{number}@example.org", "answers": {"note": cells.paragraphs(2000)},
            "companions": [{"given_name": cells.line(100), "family_name": cells.line(100)}] if number % 10 == 0 else [],
        }  # fmt: skip
        if closed:
            one[closed] = cells.refused(50)
        return one

    bodies = [body(number, None) for number in range(many)]
    # A tenth more, which the door has to refuse.
    fields = ["given_name", "family_name", "company", "phone"]
    bodies += [body(many + number, fields[number % 4]) for number in range(many // 10)]

    def register(body: dict) -> dict:
        status, _, said = service.ask("POST", f"/seminars/{made['id']}/registrations", body)
        return {"body": body, "status": status, "said": json.loads(said)}

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        return made["id"], list(pool.map(register, bodies))


def raw(sent: list[dict]) -> str:
    """The control: what a program would write that thinks of separators and quotes only."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";", lineterminator="\r\n")
    writer.writerows([*(one["body"][name] for name in ("family_name", "given_name", "company", "phone")), one["body"]["answers"]["note"]] for one in sent)
    return MARK + written.getvalue()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--registrations", type=int, default=10_000)
    parser.add_argument("--seminars", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=pathlib.Path, help="where the files are put")
    given = parser.parse_args()
    work = pathlib.Path(tempfile.mkdtemp())
    work.chmod(0o711)
    try:
        return judge(given, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def judge(given: argparse.Namespace, work: pathlib.Path) -> int:
    figures, files = Figures(), given.keep or work / "files"
    files.mkdir(parents=True, exist_ok=True)
    service = Service(given.binary, work)
    try:
        begun = time.monotonic()
        seminars, refused = programme(service, Cells(given.seed), given.seminars)
        print(f"      {len(seminars)} seminars, {refused} refused, {time.monotonic() - begun:.0f} s", flush=True)
        begun = time.monotonic()
        seminar, sent = people(service, Cells(given.seed + 1), given.registrations)
        there = [one for one in sent if one["status"] == 201]
        out = [one for one in sent if one["status"] == 422]
        print(f"      {len(sent)} people in {time.monotonic() - begun:.0f} s", flush=True)
        figures.tell("registered, and refused for a control character", (len(there), len(out)), (len(there), len(out)) == (given.registrations, given.registrations // 10))
        figures.tell("other answers", sorted({one["status"] for one in sent} - {201, 422}), len(there) + len(out) == len(sent))
        period, year = "from=2021-01-01&to=2021-12-31", f"/open-data/{OF}/2021"
        exports = {
            "attendees.csv": f"/seminars/{seminar}/attendees?format=csv",
            "registrations.csv": f"/seminars/{seminar}/registrations.csv",
            "report.csv": f"/reports/activity?{period}&format=csv",
            "collections.csv": f"/statistics/collections?{period}&format=csv",
            "partners.csv": f"/statistics/partners?{period}&format=csv",
            "open-seminars.csv": f"{year}/seminars?format=csv&dialect=excel",
            "open-figures.csv": f"{year}/figures?format=csv&dialect=excel",
            "template.csv": "/programme-imports/template.csv",
            "attendees.xlsx": f"/seminars/{seminar}/attendees?format=xlsx",
            "report.xlsx": f"/reports/activity?{period}&format=xlsx",
            "attendees-plain.csv": f"/seminars/{seminar}/attendees?format=csv&dialect=rfc4180",
        }
        for name, path in exports.items():
            (files / name).write_bytes(service.file(path))
    finally:
        service.end()

    office = Office(work)
    guarded = [name for name in exports if name.endswith(".csv") and name != "attendees-plain.csv"]
    for name in guarded:
        text = (files / name).read_bytes().decode().removeprefix(MARK)
        found = {way: office.opened(files / name, separators)[1] for way, separators in WAYS.items()}
        figures.tell(f"{name}: formulas in LibreOffice", found, not any(found.values()))
        rows = {way: parted(text, separators) for way, separators in WAYS.items() if len(separators) == 1}
        signs = {way: sum(begins(cell) for row in all for cell in row) for way, all in rows.items()}
        figures.tell(f"{name}: cells that any spreadsheet would calculate, of {sum(map(len, rows['German']))}", signs, not any(signs.values()))
    for name in ("attendees.xlsx", "report.xlsx"):
        rows, formulas = office.opened(files / name)
        figures.tell(f"{name}: formulas in LibreOffice, of {sum(map(len, rows))} cells", formulas, formulas == 0)

    # What was written down is found again: all of it, and by whom it is.
    def whole(name: str, expected: dict[str, tuple[str, ...]], lines: list[list[str]], key: int, columns: tuple[int, ...]) -> None:
        got = {line[key]: tuple(unguarded(line[at]) if name.endswith("s.csv") else line[at] for at in columns) for line in lines if len(line) > key}
        lost = sum(got.get(key) != cells for key, cells in expected.items())
        figures.tell(f"{name}: texts that are not as they were, of {len(expected) * len(columns)}", lost, lost == 0)
        if lost:
            print(next((cells, got.get(key)) for key, cells in expected.items() if got.get(key) != cells))

    by_id = {one["said"]["id"]: one["body"] for one in there}
    names = ("family_name", "given_name", "company", "phone")
    as_list = {id: tuple(body[name] for name in names) for id, body in by_id.items()}
    text = lambda name: list(csv.reader(io.StringIO((files / name).read_bytes().decode().removeprefix(MARK), newline=""), delimiter=";"))
    whole("attendees.csv", as_list, text("attendees.csv"), 16, (1, 2, 3, 5))
    whole("registrations.csv", {id: (*as_list[id], body["answers"]["note"]) for id, body in by_id.items()}, text("registrations.csv"), 12, (0, 1, 3, 4, 13))
    whole("attendees.xlsx", as_list, office.opened(files / "attendees.xlsx")[0], 16, (1, 2, 3, 5))
    plain = list(csv.reader(io.StringIO((files / "attendees-plain.csv").read_bytes().decode(), newline="")))
    whole("attendees-plain.csv", as_list, plain, 16, (1, 2, 3, 5))
    whole("report.csv, its titles", {one["id"]: (one["title"],) for one in seminars}, [[*map(unguarded, line)] for line in text("report.csv")], -1, (4,))

    # The controls: the same texts without a guard, and with one at the beginning alone.
    (files / "control.csv").write_text(raw(there), encoding="utf-8", newline="")
    found = {way: office.opened(files / "control.csv", separators)[1] for way, separators in WAYS.items()}
    figures.tell("control, unguarded: formulas in LibreOffice", found, found["German"] > 0 and found["English"] > 0)
    bare = raw(there).removeprefix(MARK)
    signs = {way: sum(begins(cell) for row in parted(bare, separators) for cell in row) for way, separators in WAYS.items() if len(separators) == 1}
    figures.tell("control, unguarded: cells that any spreadsheet would calculate", signs, all(signs.values()))
    half = [{"body": {k: f"'{v}" if isinstance(v, str) and begins(v) else v for k, v in one["body"].items()} | {"answers": {"note": "x"}}} for one in there]
    (files / "half.csv").write_text(raw(half), encoding="utf-8", newline="")
    found = {way: office.opened(files / "half.csv", WAYS[way])[1] for way in ("German", "English")}
    figures.tell("control, guarded at the beginning alone: formulas in LibreOffice", found, found["German"] == 0 and found["English"] > 0)
    for_programs = office.opened(files / "attendees-plain.csv", ",")[1]
    print(f"      rfc4180 is for programs and not guarded: {for_programs} formulas, were it opened in a spreadsheet")
    print("everything holds" if not figures.wrong else f"{figures.wrong} figures are wrong")
    return min(figures.wrong, 1)


if __name__ == "__main__":
    # Also when the time is over, what was started is ended.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main())
