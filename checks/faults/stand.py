"""What the checks stand on: a PostgreSQL cluster that can be killed, services, callers. Standard library only."""

import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import threading
import time

PASSWORD = "Sieben Printen auf dem Dach"
ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("EINLASS_BIN", str(ROOT / "target/debug/einlass"))
PATIENCE = 180


def programs() -> pathlib.Path:
    if named := os.environ.get("EINLASS_PG_BIN_DIR"):
        return pathlib.Path(named)
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda one: int(one.parts[-3]))
    if not found:
        raise SystemExit("no PostgreSQL server programs; set EINLASS_PG_BIN_DIR")
    return found[-1].parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(what, why: str, patience: float = PATIENCE, pause: float = 0.05):
    begun = time.monotonic()
    while not (outcome := what()):
        if time.monotonic() - begun > patience:
            raise SystemExit(f"gave up waiting: {why}")
        time.sleep(pause)
    return outcome


class Cluster:
    """A PostgreSQL of one's own on a Unix socket, as `settings` say. As root it is run by postgres."""

    def __init__(self, work: pathlib.Path, data: pathlib.Path | None = None, wal: pathlib.Path | None = None,
                 **settings: str) -> None:
        self.bin, self.data, self.socket = programs(), data or work / "pg", work / "socket"
        self.log = work / "postgresql.log"
        self.settings = {"listen_addresses": "", "unix_socket_directories": str(self.socket), "max_connections": "200"}
        self.settings |= settings
        self.as_whom = []
        for folder in filter(None, (self.data, self.socket, wal)):
            folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            self.as_whom = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups", "--"]
            for folder in filter(None, (self.data, self.socket, wal)):
                subprocess.run(["chown", "postgres:", folder], check=True)
            work.chmod(0o711)
        command = [self.bin / "initdb", "-D", self.data, "-U", "einlass", "-A", "trust", "--no-locale", "-E", "UTF8"]
        more = ["-X", wal] if wal else []
        subprocess.run([*self.as_whom, *command, *more], check=True, stdout=subprocess.DEVNULL, cwd="/")
        self.process: subprocess.Popen | None = None
        self.start()
        self.sql("CREATE DATABASE einlass", "postgres")
        self.url = f"postgresql://einlass@/einlass?host={str(self.socket).replace('/', '%2F')}&port=5432"

    def start(self) -> None:
        """Until it takes connections; after a kill its children may still be about, and keep a new one from starting."""
        settings = [word for name, value in self.settings.items() for word in ("-c", f"{name}={value}")]

        def up() -> bool:
            if self.process is None or self.process.poll() is not None:
                with self.log.open("ab") as log:
                    command = [*self.as_whom, self.bin / "postgres", "-D", self.data, *settings]
                    self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd="/")
                time.sleep(0.1)
            return self.psql("SELECT 1", "postgres").returncode == 0

        until(up, "PostgreSQL to take connections", pause=0.1)

    def kill(self) -> None:
        """-9, all of it at once."""
        pid = self.process.pid
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        self.process.kill()
        for child in children:
            try:
                os.kill(int(child), signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            # Thrown away: it need not write its last checkpoint.
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(60)

    def psql(self, statement: str, database: str = "einlass") -> subprocess.CompletedProcess:
        command = [self.bin / "psql", "-X", "-q", "-A", "-t", "-F", "\t", "-h", self.socket, "-U", "einlass", database]
        return subprocess.run([*command, "-c", statement], capture_output=True, text=True)

    def sql(self, statement: str, database: str = "einlass") -> list[list[str]]:
        done = self.psql(statement, database)
        if done.returncode:
            raise SystemExit(f"{statement}: {done.stderr}")
        return [line.split("\t") for line in done.stdout.splitlines()]

    def number(self, statement: str) -> int:
        return int(self.sql(statement)[0][0])


class Service:
    def __init__(self, work: pathlib.Path, url: str, name: str = "service", prefix=(), **environment: str) -> None:
        self.work, self.port, self.log = work, free_port(), work / f"{name}.log"
        self.prefix, self.process = list(prefix), None
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("EINLASS_", "PG", "DATABASE_URL"))}
        self.environment = clean | {
            "DATABASE_URL": url,
            "EINLASS_DEMO_PASSWORD": PASSWORD,
            "EINLASS_KEYS_DIR": str(work / "keys"),
            "EINLASS_MAIL_DIR": str(work / "mail"),
            # Instances behind one address have one issuer.
            "EINLASS_PUBLIC_URL": "https://einlass.example",
            "EINLASS_LOG": "warn",
        } | environment

    def start(self, demo: bool = False, wait: bool = True) -> None:
        command = [*self.prefix, BINARY, "serve", "--listen", f"127.0.0.1:{self.port}", "--data-dir", self.work / "data"]
        with self.log.open("ab") as log:
            more = ["--demo"] if demo else []
            self.process = subprocess.Popen([*command, *more], env=self.environment, stdout=log, stderr=log)
        if wait:
            until(self.is_ready, "the service to be ready", pause=0.1)

    def is_ready(self) -> bool:
        if self.process.poll() is not None:
            raise SystemExit(f"the service ended with {self.process.returncode}:\n{self.log.read_text()[-2000:]}")
        return Caller(self.port).get("/health/ready")[0] == 200

    def end(self, how: signal.Signals = signal.SIGTERM, patience: float = 60) -> float:
        """How long it took."""
        begun = time.monotonic()
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(patience)
        return time.monotonic() - begun


class Caller:
    """One connection, kept as long as it lives. Status 0: no answer."""

    def __init__(self, port: int, token: str | None = None, timeout: float = 40) -> None:
        self.link = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
        self.token = token

    def call(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, dict, dict]:
        url = path if path.startswith("/health") else f"/api/v1{path}"
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        if body is not None:
            sent["Content-Type"] = "application/json"
        try:
            self.link.request(method, url, None if body is None else json.dumps(body).encode(), sent)
            answer = self.link.getresponse()
            text = answer.read()
            read = json.loads(text) if text.startswith(b"{") else {}
            return answer.status, read, {name.lower(): value for name, value in answer.getheaders()}
        except (OSError, http.client.HTTPException):
            self.link.close()
            return 0, {}, {}

    def get(self, path: str) -> tuple[int, dict, dict]:
        return self.call("GET", path)

    def again(self) -> "Caller":
        """The same, on a new connection: the service was started anew."""
        self.link.close()
        return self

    def log_in(self) -> "Caller":
        login = {"email": "organiser@staedteregion.example", "password": PASSWORD}
        status, tokens, _ = self.call("POST", "/auth/login", login)
        assert status == 200, (status, tokens)
        self.token = tokens["access_token"]
        return self

    def seminar(self, seats: int | None) -> str:
        body = {
            "organisation": "staedteregion-aachen", "kind": "seminar", "title": "Gründung im Gewitter",
            "sessions": [{"starts_at": "2037-05-07T18:00:00+02:00", "ends_at": "2037-05-07T20:00:00+02:00"}],
            "channels": [{"channel": "onsite"} | ({} if seats is None else {"capacity": seats})],
            "confirmation": "none",
        }
        status, made, headers = self.call("POST", "/seminars", body)
        assert status == 201, (status, made)
        status, told, _ = self.call("POST", f"/seminars/{made['id']}/publish", {}, If_Match=headers["etag"])
        assert status == 200, (status, told)
        return made["id"]


def person(name: str) -> dict:
    return {"channel": "onsite", "given_name": name, "family_name": "Müller", "email": f"{name}@example.org"}


class Register:
    """People who register until they are acknowledged, each with one key; what each was told."""

    def __init__(self, port: int, seminar: str, people: int, name: str = "n") -> None:
        self.port, self.path, self.people, self.name = port, f"/seminars/{seminar}/registrations", people, name
        self.acknowledged: dict[str, str] = {}
        self.other: dict[int, int] = {}
        self.next, self.lock, self.stopped = 0, threading.Lock(), False
        self.threads: list[threading.Thread] = []

    def start(self, clients: int = 16) -> "Register":
        self.threads = [threading.Thread(target=self._work, daemon=True) for _ in range(clients)]
        for thread in self.threads:
            thread.start()
        return self

    def join(self) -> None:
        for thread in self.threads:
            thread.join()

    def _work(self) -> None:
        caller = Caller(self.port)
        while not self.stopped:
            with self.lock:
                n, self.next = self.next, self.next + 1
            if n >= self.people:
                return
            name, begun = f"{self.name}{n}", time.monotonic()
            while True:
                status, body, headers = caller.call("POST", self.path, person(name), Idempotency_Key=f"key-{name}")
                with self.lock:
                    if status == 201:
                        self.acknowledged[f"{name}@example.org"] = body["id"]
                        break
                    # A 503 without Retry-After is another thing.
                    kind = status if status != 503 or "retry-after" in headers else -503
                    self.other[kind] = self.other.get(kind, 0) + 1
                if time.monotonic() - begun > PATIENCE:
                    return
                time.sleep(0.02)


def stored(cluster: Cluster, seminar: str) -> dict[str, list]:
    rows = cluster.sql(
        f"SELECT email, id, state, coalesce(waiting_ticket, 0) FROM registrations WHERE seminar_id = '{seminar}'"
    )
    found: dict[str, list] = {}
    for email, id_, state, ticket in rows:
        found.setdefault(email, []).append((id_, state, int(ticket)))
    return found


def lost(acknowledged: dict[str, str], rows: dict[str, list]) -> int:
    return sum(1 for email, id_ in acknowledged.items() if id_ not in [row[0] for row in rows.get(email, [])])


def twice(rows: dict[str, list]) -> int:
    return sum(len(all_) - 1 for all_ in rows.values())
