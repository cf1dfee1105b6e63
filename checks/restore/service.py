"""The service under the drill: load on it, and somebody who follows its change feed. Standard library only."""

import http.client
import itertools
import json
import os
import pathlib
import random
import re
import socket
import subprocess
import threading
import time

PASSWORD = "Sieben Printen auf dem Dach"


class Service:
    def __init__(self, binary: pathlib.Path, work: pathlib.Path, url: str) -> None:
        self.binary, self.work, self.url = binary, work, url
        self.process: subprocess.Popen[bytes] | None = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    def environment(self) -> dict[str, str]:
        own = {"DATABASE_URL": self.url, "EINLASS_DEMO_PASSWORD": PASSWORD, "EINLASS_LOG": "warn"}
        return os.environ | own | {"EINLASS_DATA_DIR": str(self.work / "data")}

    def begin(self, *flags: str) -> None:
        command = [str(self.binary), "serve", "--listen", f"127.0.0.1:{self.port}", *flags]
        log = (self.work / "service.log").open("ab")
        self.process = subprocess.Popen(command, env=self.environment(), stdout=log, stderr=log)

    def start(self, *flags: str) -> None:
        self.begin(*flags)
        for _ in range(600):
            if self.process.poll() is not None:
                raise SystemExit((self.work / "service.log").read_text()[-2000:])
            try:
                if Client(self.port).call("GET", "/health/ready")[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise SystemExit("the service did not get ready in a minute")

    def refuses(self) -> str | None:
        """What it says when it ends by itself at once; `None` where it does not."""
        self.begin()
        try:
            code = self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.stop()
            return None
        said = (self.work / "service.log").read_text().strip().splitlines()[-1:]
        return said[0] if code != 0 and said else None

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(60)
            self.process = None

    def command(self, *words: str) -> tuple[int, str]:
        done = subprocess.run(
            [str(self.binary), *words], env=self.environment(), capture_output=True, text=True, timeout=300, check=False
        )
        return done.returncode, done.stdout + done.stderr


class Client:
    def __init__(self, port: int, bearer: str | None = None) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.used = time.monotonic()
        self.headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {bearer}"} if bearer else {})

    def call(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, dict, str]:
        path = path if path.startswith("/health") else f"/api/v1{path}"
        data = None if body is None else json.dumps(body).encode()
        named = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        if time.monotonic() - self.used > 2:
            # Left alone for longer, the service ends a connection.
            self.connection.close()
        self.connection.request(method, path, data, named)
        response = self.connection.getresponse()
        text = response.read()
        self.used = time.monotonic()
        return response.status, json.loads(text) if text.startswith(b"{") else {}, response.headers.get("ETag", "")


def organiser(port: int) -> Client:
    who = {"email": "organiser@staedteregion.example", "password": PASSWORD}
    status, answer, _ = Client(port).call("POST", "/auth/login", who)
    assert status == 200, answer
    return Client(port, answer["access_token"])


def announce(client: Client, number: int) -> str:
    body = {
        "organisation": "staedteregion-aachen", "title": f"Probe {number}", "kind": "seminar", "confirmation": "none",
        "sessions": [{"starts_at": "2031-05-06T18:00:00+02:00", "ends_at": "2031-05-06T20:00:00+02:00"}],
        "channels": [{"channel": "onsite", "capacity": 100000}],
    }
    status, made, etag = client.call("POST", "/seminars", body)
    assert status == 201, made
    status, answer, _ = client.call("POST", f"/seminars/{made['id']}/publish", {}, If_Match=etag)
    assert status == 200, answer
    return made["id"]


class Load:
    """People register and organisers change, until it is ended; what was acknowledged is written down with its moment."""

    PEOPLE, EDITORS = 3, 2

    def __init__(self, port: int, seminars: list[str]) -> None:
        self.port, self.seminars = port, seminars
        self.ended, self.paused = threading.Event(), threading.Event()
        self.lock, self.busy = threading.Lock(), 0
        # (moment, id of the registration)
        self.registered: list[tuple[float, str]] = []
        self.changes, self.faults = 0, []
        steps = [self.person(n) for n in range(self.PEOPLE)] + [self.editor(n) for n in range(self.EDITORS)]
        self.threads = [threading.Thread(target=self.turns, args=(step,)) for step in steps]
        for thread in self.threads:
            thread.start()

    def turns(self, step) -> None:
        while not self.ended.is_set():
            if not self.paused.is_set():
                with self.lock:
                    self.busy += 1
                try:
                    # Paused between the look and here, it is one step more, and the pause waits for it.
                    step()
                except Exception as error:
                    self.faults.append(repr(error))
                    return
                finally:
                    with self.lock:
                        self.busy -= 1
            time.sleep(0.02)

    def person(self, nth: int):
        client, dice, numbers = Client(self.port), random.Random(nth), itertools.count(1)

        def step() -> None:
            name = f"p{nth}-{next(numbers)}"
            who = {"channel": "onsite", "given_name": "Anna", "family_name": name, "email": f"{name}@example.org"}
            path = f"/seminars/{dice.choice(self.seminars)}/registrations"
            status, made, _ = client.call("POST", path, who)
            if status == 201:
                self.registered.append((time.time(), made["id"]))
            else:
                self.faults.append(f"{status} {made}")

        return step

    def editor(self, nth: int):
        client, dice = organiser(self.port), random.Random(100 + nth)

        def step() -> None:
            path = f"/seminars/{dice.choice(self.seminars)}"
            _, _, etag = client.call("GET", path)
            status, answer, _ = client.call("PATCH", path, {"title": f"Titel {dice.randrange(10**9)}"}, If_Match=etag)
            # Somebody else was quicker.
            if status == 200:
                self.changes += 1
            elif status != 412:
                self.faults.append(f"{status} {answer}")

        return step

    def pause(self) -> None:
        """Returns when nothing is under way."""
        self.paused.set()
        # Whoever had looked before has begun by then.
        time.sleep(0.2)
        for _ in range(600):
            with self.lock:
                if self.busy == 0:
                    return
            time.sleep(0.05)
        raise SystemExit("the load does not come to rest")

    def go_on(self) -> None:
        self.paused.clear()

    def end(self) -> None:
        self.ended.set()
        for thread in self.threads:
            thread.join(60)


class Follower:
    """A copy of the programme: titles by id, kept by the change feed alone."""

    def __init__(self) -> None:
        self.titles: dict[str, str] = {}
        self.cursor: str | None = None

    def catch_up(self, port: int) -> int:
        """The status of the last answer; after 200 it has read everything there was."""
        client, still = Client(port), 0
        for _ in range(2000):
            at = f"&cursor={self.cursor}" if self.cursor else ""
            status, page, _ = client.call("GET", f"/changes?limit=500{at}")
            if status != 200:
                return status
            for one in page["changes"]:
                if one["tombstone"]:
                    self.titles.pop(one["object"], None)
                elif one.get("seminar"):
                    self.titles[one["object"]] = one["seminar"]["title"]
            self.cursor = page["next_cursor"]
            # Twice nothing: what was just written may still lie beyond a running transaction.
            still = still + 1 if not page["changes"] and not page["has_more"] else 0
            if still == 2:
                return status
            time.sleep(0.3 if still else 0)
        raise SystemExit("the feed does not end")

    def begin_anew(self, port: int) -> int:
        self.titles, self.cursor = {}, None
        return self.catch_up(port)


def source(port: int) -> dict[str, str]:
    client, found, cursor = Client(port), {}, ""
    while True:
        status, page, _ = client.call("GET", f"/seminars?limit=100{cursor}")
        assert status == 200, page
        found |= {one["id"]: one["title"] for one in page["data"]}
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


def figure(text: str, words: str) -> int:
    found = re.search(rf"(\d+) {words}", text)
    return int(found[1]) if found else -1
