"""The figures of a login and their controls. Standard library, and argon2-cffi for the control."""

import concurrent.futures
import http.client
import json
import os
import pathlib
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
import uuid

PASSWORD = "Sieben Printen auf dem Dach"
work, loose = pathlib.Path(sys.argv[1]), "--loose" in sys.argv
APART, READER_MS = (0.25, 1000.0) if loose else (0.05, 100.0)
HASH_MIB, SLACK_MIB = 19, 32
failed: list[str] = []


class Service:
    """`einlass serve --demo` on a free port, with the proxies that it trusts."""

    def __init__(self, name: str, proxies: str = "") -> None:
        self.folder = work / name
        self.folder.mkdir()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        alien = ("EINLASS_", "PG", "DATABASE_URL")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(alien)}
        environment |= {"EINLASS_DEMO_PASSWORD": PASSWORD, "EINLASS_LOG": "warn"}
        if proxies:
            environment["EINLASS_TRUSTED_PROXIES"] = proxies
        command = [os.environ["EINLASS_BIN"], "serve", "--demo", "--listen", f"127.0.0.1:{self.port}"]
        self.log = (self.folder / "service.log").open("ab")
        data = ["--data-dir", str(self.folder / "data")]
        self.process = subprocess.Popen([*command, *data], env=environment, stdout=self.log, stderr=self.log)
        try:
            self.begin()
        except BaseException:
            self.__exit__()
            raise

    def begin(self) -> None:
        for _ in range(600):
            if self.process.poll() is not None:
                raise SystemExit((self.folder / "service.log").read_text())
            try:
                if Caller(self).send("GET", "/health/ready")[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise SystemExit("the service did not get ready")

    def __enter__(self) -> "Service":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def rss_mib(self) -> float:
        return rss_mib(self.process.pid)


def rss_mib(process: int | str) -> float:
    for line in pathlib.Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise SystemExit(f"{process} is gone")


class Caller:
    """One connection, kept open."""

    def __init__(self, service: Service) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)

    def send(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, dict[str, str], bytes, float]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        if data is not None:
            named.setdefault("Content-Type", "application/json")
        path = path if path.startswith("/health") else f"/api/v1{path}"
        begun = time.perf_counter()
        self.connection.request(method, path, data, named)
        response = self.connection.getresponse()
        text = response.read()
        took = time.perf_counter() - begun
        return response.status, {name.lower(): value for name, value in response.getheaders()}, text, took


def check(true: bool, figure: str, control: str) -> None:
    print(f"{'ok   ' if true else 'FAILS'} {figure}\n      control: {control}", flush=True)
    if not true:
        failed.append(figure)


def same(status: int, headers: dict[str, str], body: bytes, _took: float) -> tuple:
    told = sorted((name, value) for name, value in headers.items() if name not in ("date", "x-request-id", "connection"))
    return status, told, body.replace(headers["x-request-id"].encode(), b"")


def elsewhere(n: int) -> str:
    return f"198.18.{n // 250 % 250}.{n % 250}" if n < 62_500 else f"198.19.{n // 250 % 250}.{n % 250}"


def apart(one: list[float], other: list[float]) -> float:
    one_median, other_median = statistics.median(one), statistics.median(other)
    return abs(one_median - other_median) / max(one_median, other_median)


def admin(service: Service) -> str:
    login = {"email": "admin@staedteregion.example", "password": PASSWORD}
    answer = Caller(service).send("POST", "/auth/login", login, X_Forwarded_For="192.0.2.250")
    return "Bearer " + json.loads(answer[2])["access_token"]


def guess(caller: Caller, forwarded: str) -> tuple[int, dict[str, str], bytes, float]:
    """A machine that is not there: looked up, and nothing is hashed."""
    form = f"grant_type=client_credentials&client_id={uuid.uuid4()}&client_secret=x".encode()
    kind = {"Content_Type": "application/x-www-form-urlencoded", "X_Forwarded_For": forwarded}
    return caller.send("POST", "/oauth/token", form, **kind)


def oracle(service: Service) -> None:
    caller, bearer, accounts = Caller(service), admin(service), []
    for n in range(12):
        new = {"email": f"known-{n}@example.org", "role": "reporter", "name": "N", "password": "Achtzehn Kamele im Regen"}
        made = caller.send("POST", "/organisations/staedteregion-aachen/members", new, Authorization=bearer)
        assert made[0] == 201, made
        accounts.append(new["email"])
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    answers = set()
    for n in range(500):
        for kind, email in [("known", accounts[n % 12]), ("unknown", f"nobody-{n}@example.org")][:: 1 if n % 2 else -1]:
            body = {"email": email, "password": "not the password of anybody"}
            answer = caller.send("POST", "/auth/login", body, X_Forwarded_For=elsewhere(2 * n + (kind == "known")))
            # The length of an address is the caller's own.
            answers.add(repr(same(*answer)))
            times[kind].append(answer[3])
    bare = [guess(caller, elsewhere(2000 + n))[3] for n in range(200)]
    between = apart(times["known"], times["unknown"])
    told = f"{statistics.median(times['known']) * 1000:.2f} ms known, {statistics.median(times['unknown']) * 1000:.2f} ms unknown"
    control = apart(times["known"], bare)
    check(
        between <= APART and len(answers) == 1 and control > APART,
        f"500 + 500 logins in turns: medians {between:.1%} apart (at most {APART:.0%}), {told}, {len(answers)} different answer",
        f"looked up without a hash {control:.1%} apart (must be more), {statistics.median(bare) * 1000:.2f} ms",
    )


def registering(service: Service) -> None:
    caller, bearer = Caller(service), admin(service)
    draft = {"organisation": "staedteregion-aachen", "title": "Messung", "kind": "seminar", "confirmation": "email",
             "sessions": [{"starts_at": "2035-05-06T18:00", "ends_at": "2035-05-06T20:00"}], "channels": [{"channel": "onsite"}]}

    def published() -> str:
        made = caller.send("POST", "/seminars", draft, Authorization=bearer)
        path = "/seminars/" + json.loads(made[2])["id"]
        done = caller.send("POST", f"{path}/publish", {}, Authorization=bearer, If_Match=made[1]["etag"])
        assert done[0] == 200, done
        return path

    def register(path: str, email: str) -> tuple[int, dict[str, str], bytes, float]:
        body = {"channel": "onsite", "given_name": "Anna", "family_name": "Muster", "email": email}
        return caller.send("POST", f"{path}/registrations", body, X_Forwarded_For=elsewhere(hash(email) % 60_000))

    path = published()
    for n in range(100):
        assert register(path, f"known-{n}@example.org")[0] < 300
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    statuses, shapes = set(), set()
    for n in range(100):
        for kind in ["known", "unknown"][:: 1 if n % 2 else -1]:
            answer = register(path, f"{kind}-{n if kind == 'known' else n + 500}@example.org")
            statuses.add(answer[0])
            shapes.add((tuple(sorted(json.loads(answer[2]))), tuple(sorted(answer[1]))))
            times[kind].append(answer[3])
    known = {"channel": "onsite", "given_name": "Anna", "family_name": "Muster", "email": "known-1@example.org"}
    told = caller.send("POST", f"{path}/registrations", known, Authorization=bearer)
    between = apart(times["known"], times["unknown"])
    check(
        len(statuses) == 1 and len(shapes) == 1 and told[0] not in statuses,
        f"registering with a known and an unknown address: statuses {sorted(statuses)}, {len(shapes)} shape, medians {between:.1%} apart",
        f"the office, which may know, is told {told[0]} (must be another)",
    )


def flood(service: Service) -> None:
    accounts = ["organiser@staedteregion.example", "reporter@staedteregion.example", "front-desk@staedteregion.example"]
    caller = Caller(service)
    # Everything is loaded that a first login loads.
    caller.send("POST", "/auth/login", {"email": "warm@example.org", "password": "x"}, X_Forwarded_For="192.0.2.1")
    readers, most, ended = [], [service.rss_mib()], threading.Event()
    before = most[0]

    def read() -> None:
        reader = Caller(service)
        while not ended.is_set():
            status, _, _, took = reader.send("GET", "/seminars?limit=1")
            # Who is refused quickly was not answered quickly.
            readers.append(took if status == 200 else float("inf"))
            most.append(service.rss_mib())
            time.sleep(0.002)

    def login(n: int) -> tuple[int, dict[str, str], bytes, float]:
        body = {"email": accounts[n % 3] if n % 2 else f"nobody-{n}@example.org", "password": "not the password of anybody"}
        return Caller(service).send("POST", "/auth/login", body, X_Forwarded_For=elsewhere(10_000 + n))

    reading = threading.Thread(target=read)
    reading.start()
    with concurrent.futures.ThreadPoolExecutor(200) as pool:
        answers = list(pool.map(login, range(200)))
    ended.set()
    reading.join()
    refused = [answer for answer in answers if answer[0] in (429, 503)]
    slowest = max((answer[3] for answer in refused), default=0.0)
    says_when = all(int(answer[1]["retry-after"]) >= 1 for answer in refused)
    grown, p99 = max(most) - before, sorted(readers)[int(len(readers) * 0.99)] * 1000
    time.sleep(2)
    # On a connection of its own: the other has been idle for longer than the service waits.
    good = Caller(service).send("POST", "/auth/login", {"email": accounts[0], "password": PASSWORD}, X_Forwarded_For="192.0.2.2")
    control = subprocess.run([sys.executable, "-c", INLINE], capture_output=True, text=True, check=True)
    threads, inline = (float(word) for word in control.stdout.split())
    bound = HASH_MIB + SLACK_MIB
    check(
        grown <= bound < inline,
        f"200 logins at once: memory grew by {grown:.1f} MiB (at most {bound})",
        f"hashed where they come in, on {threads:.0f} threads: {inline:.1f} MiB (must be more)",
    )
    check(
        p99 <= READER_MS and len(readers) > 20,
        f"beside them {len(readers)} readers: p99 {p99:.1f} ms (at most {READER_MS:.0f})",
        f"the logins themselves: median {statistics.median(a[3] for a in answers if a[0] == 401) * 1000:.0f} ms",
    )
    statuses = sorted({answer[0] for answer in answers})
    check(
        bool(refused) and slowest < 1 and says_when and set(statuses) <= {401, 429, 503} and good[0] == 200,
        f"{len(refused)} of 200 found the queue full, the slowest within {slowest * 1000:.0f} ms (less than 1000), all with Retry-After",
        f"{200 - len(refused)} were compared (must not be none or all), afterwards a login is {good[0]}",
    )


INLINE = """
import pathlib, threading
from argon2.low_level import Type, hash_secret
def rss(): return next(int(l.split()[1]) / 1024 for l in pathlib.Path('/proc/self/status').read_text().splitlines() if l.startswith('VmHWM:'))
before, threads = rss(), 32
work = lambda: [hash_secret(b'not the password', b'salt' * 4, 2, 19456, 1, 32, Type.ID) for _ in range(3)]
all = [threading.Thread(target=work) for _ in range(threads)]
[one.start() for one in all]; [one.join() for one in all]
print(threads, rss() - before)
"""


def counted(trusting: Service) -> None:
    with Service("untrusting") as service:
        caller, begun = Caller(service), time.monotonic()
        statuses = [guess(caller, elsewhere(n))[0] for n in range(1000)]
        most = 60 + 2 * (time.monotonic() - begun + 1)
    caller = Caller(trusting)
    passed, control = statuses.count(401), [guess(caller, elsewhere(20_000 + n))[0] for n in range(1000)].count(401)
    check(
        60 <= passed <= most and control == 1000,
        f"1,000 made-up X-Forwarded-For: {passed} let through (60, and 2 a second: at most {most:.0f})",
        f"from a trusted proxy {control} (must be 1000)",
    )


# Also when the time is over, what was started is ended.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
with Service("trusting", "127.0.0.1") as service:
    oracle(service)
    registering(service)
    flood(service)
    counted(service)
if failed:
    raise SystemExit(f"{len(failed)} figures fail")
