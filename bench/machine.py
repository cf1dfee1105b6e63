"""PostgreSQL, the service, what loads it, and what they take of the machine. Standard library only."""

import http.client
import json
import os
import pathlib
import pwd
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence

PASSWORD = "Sieben Printen auf dem Dach"
ORGANISATION = "staedteregion-aachen"
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("EINLASS_", "PG", "DATABASE_URL"))} | {
    "EINLASS_DEMO_PASSWORD": PASSWORD, "EINLASS_LOG": "warn", "LC_ALL": "C",
}


def programs() -> pathlib.Path:
    """Where pgbench, and so PostgreSQL's server, is."""
    if named := os.environ.get("EINLASS_PG_BIN_DIR"):
        return pathlib.Path(named)
    found = pathlib.Path("/usr/lib/postgresql").glob("*/bin/pgbench")
    found = sorted(found, key=lambda path: float(path.parts[-3]))
    if not found:
        raise SystemExit("bench: PostgreSQL with pgbench is missing (Debian: postgresql)")
    return found[-1].parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def end(process: subprocess.Popen, how: signal.Signals = signal.SIGTERM) -> None:
    if process.poll() is None:
        process.send_signal(how)
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Cluster:
    """A PostgreSQL of our own, with fsync and the defaults but for what is said here. Thrown away at the end."""

    def __init__(self, work: pathlib.Path) -> None:
        self.work, self.bin = work, programs()
        self.log = work / "postgres.log"
        (work / "pg").mkdir()
        (work / "socket").mkdir()
        self.as_user: list[str] = []
        if os.geteuid() == 0:
            known = {one.pw_name for one in pwd.getpwall()}
            user = "postgres" if "postgres" in known else "nobody"
            group = str(pwd.getpwnam(user).pw_gid)
            self.as_user = ["setpriv", "--reuid", user, "--regid", group, "--clear-groups", "--"]
            work.chmod(0o711)
            for folder in ("pg", "socket"):
                os.chown(work / folder, pwd.getpwnam(user).pw_uid, int(group))
        make = [*self.as_user, str(self.bin / "initdb"), "-D", str(work / "pg"), "-U", "einlass", "-A", "trust", "--no-locale", "-E", "UTF8"]
        subprocess.run(make, cwd="/", env=ENVIRONMENT, stdout=subprocess.DEVNULL, check=True, timeout=120)
        serve = [*self.as_user, str(self.bin / "postgres"), "-D", str(work / "pg"), "-k", str(work / "socket")]
        for setting in ("listen_addresses=", "shared_buffers=1GB", "max_connections=200", "max_wal_size=4GB", "log_line_prefix=%p "):
            serve += ["-c", setting]
        self.process = subprocess.Popen(serve, cwd="/", env=ENVIRONMENT, stdout=self.log.open("ab"), stderr=subprocess.STDOUT)
        for _ in range(300):
            if self.process.poll() is not None:
                raise SystemExit(self.log.read_text())
            if subprocess.run(self.psql("postgres", "-c", "SELECT 1"), env=ENVIRONMENT, capture_output=True, check=False).returncode == 0:
                return
            time.sleep(0.1)
        raise SystemExit("bench: PostgreSQL does not answer")

    def psql(self, database: str, *arguments: str) -> list[str]:
        return [str(self.bin / "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", str(self.work / "socket"), "-U", "einlass", database, *arguments]

    def sql(self, database: str, *arguments: str, timeout: float = 60) -> str:
        done = subprocess.run(self.psql(database, *arguments), env=ENVIRONMENT, capture_output=True, text=True, timeout=timeout, check=False)
        if done.returncode:
            raise SystemExit(f"bench: psql: {done.stderr}")
        return done.stdout.strip()

    def url(self, database: str) -> str:
        return f"postgresql://einlass@{str(self.work / 'socket').replace('/', '%2F')}/{database}"

    def end(self) -> None:
        # Ours alone and thrown away: it need not write its last checkpoint.
        end(self.process, signal.SIGQUIT)


class Service:
    """The program under test, on a port of its own."""

    def __init__(self, binary: pathlib.Path, work: pathlib.Path, url: str, *flags: str, log: str = "warn") -> None:
        self.port = free_port()
        environment = ENVIRONMENT | {"DATABASE_URL": url, "EINLASS_LOG": log}
        command = [str(binary), "serve", *flags, "--listen", f"127.0.0.1:{self.port}", "--data-dir", str(work / "data")]
        self.log = work / "service.log"
        begun = time.perf_counter()
        self.process = subprocess.Popen(command, env=environment, stdout=self.log.open("ab"), stderr=subprocess.STDOUT)
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        self.token, self.until = "", 0.0
        while time.perf_counter() - begun < 120:
            if self.process.poll() is not None:
                break
            try:
                if self.ask("GET", "/health/ready")[0] == 200:
                    self.seconds_to_ready = time.perf_counter() - begun
                    return
            except OSError:
                pass
            time.sleep(0.003)
        self.end()
        raise SystemExit(f"bench: the service did not get ready: {self.log.read_text()[-2000:]}")

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        for attempt in (0, 1):
            try:
                self.connection.request(method, path, body, named)
                response = self.connection.getresponse()
                return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
            except (http.client.HTTPException, ConnectionError):
                # A connection that was left alone is ended by the service.
                self.connection.close()
                if attempt:
                    raise
        raise AssertionError

    def call(self, method: str, path: str, body: object = None, *, member: bool = False, expect: tuple[int, ...] = (200, 201), **headers: str) -> tuple[dict[str, str], bytes]:
        if member:
            headers["Authorization"] = f"Bearer {self.access_token()}"
        data = None if body is None else json.dumps(body).encode()
        status, back, text = self.ask(method, f"/api/v1{path}", data, Content_Type="application/json", **headers)
        if status not in expect:
            raise SystemExit(f"bench: {method} {path[:200]}: {status} {text.decode()[:500]}")
        return back, text

    def access_token(self) -> str:
        if time.monotonic() > self.until:
            login = {"email": f"organiser@{ORGANISATION.split('-')[0]}.example", "password": PASSWORD}
            self.token = json.loads(self.call("POST", "/auth/login", login)[1])["access_token"]
            self.until = time.monotonic() + 240
        return self.token

    def seminar(self, title: str) -> str:
        """A published seminar with as many seats as are wanted; its id."""
        words = "Was Gründerinnen und Gründer wissen müssen, bevor sie den ersten Vertrag unterschreiben. "
        body = {
            "organisation": ORGANISATION, "title": title, "description": words * 4, "kind": "seminar",
            "sessions": [{"starts_at": "2029-05-07T18:00:00+02:00", "ends_at": "2029-05-07T20:00:00+02:00"}],
            "channels": [{"channel": "onsite", "capacity": None}, {"channel": "online", "capacity": None}],
            "parties": [{"role": "lead", "organisation": ORGANISATION}, {"role": "speaker", "name": "Dr. Karla Beispiel"}],
        }
        head, text = self.call("POST", "/seminars", body, member=True)
        made = json.loads(text)["id"]
        self.call("POST", f"/seminars/{made}/publish", {}, member=True, If_Match=head["etag"])
        return made

    def memory(self) -> dict[str, float]:
        """Now, and the most so far, in MiB."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        kib = {line.split(":")[0]: int(line.split()[1]) for line in status.splitlines() if line.startswith(("VmRSS", "VmHWM"))}
        return {"now": round(kib["VmRSS"] / 1024, 1), "most": round(kib["VmHWM"] / 1024, 1)}

    def end(self) -> None:
        self.connection.close()
        end(self.process)


def wrk(url: str, seconds: int, connections: int = 64, options: Sequence[str] = ()) -> dict:
    """What wrk says of one target; anything but 2xx is an error of the measurement."""
    command = ["wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s", "--timeout", "30s", "--latency", *options, url]
    told = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60, check=True).stdout
    if wrong := re.search(r"Non-2xx.*|Socket errors: .*", told):
        raise SystemExit(f"bench: {url[:120]}: {wrong[0]}")
    unit = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60000.0}
    at = {name: float(value) * unit[of] for name, value, of in re.findall(r"^\s+(50|99)%\s+([\d.]+)(us|ms|s|m)$", told, re.M)}
    # Where nothing is answered in the time, there is a rate (none) and no latency.
    rate = re.search(r"Requests/sec:\s+([\d.]+)", told)
    return {"per_second": float(rate[1]), "p50_ms": at.get("50"), "p99_ms": at.get("99")}


def ensure_wrk() -> None:
    if shutil.which("wrk"):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "wrk"], stdout=subprocess.DEVNULL, check=True, timeout=300)
    if not shutil.which("wrk"):
        raise SystemExit("bench: wrk is missing (Debian: wrk)")


def description(cluster: Cluster, work: pathlib.Path, root: pathlib.Path) -> dict[str, str]:
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    memory = int(re.search(r"MemTotal:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text())[1])
    told = lambda *command: subprocess.run(command, capture_output=True, text=True, check=False, cwd=root).stdout.strip()
    shown = ", ".join(f"'{name} ' || current_setting('{name}')" for name in ("fsync", "synchronous_commit", "shared_buffers"))
    settings = cluster.sql("postgres", "-c", f"SELECT concat_ws(', ', {shown})")
    return {
        "commit": told("git", "rev-parse", "--short=12", "HEAD") + (" with changes" if told("git", "status", "--porcelain") else ""),
        "at": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        "processor": f"{os.cpu_count()} × {cpu[1] if cpu else 'unknown'}",
        "memory": f"{memory / 1024 / 1024:.0f} GiB",
        "system": told("uname", "-sr"),
        "disk": told("stat", "-f", "-c", "%T", str(work)),
        "postgresql": cluster.sql("postgres", "-c", "SHOW server_version") + ", " + settings,
        "load_before": " ".join(pathlib.Path("/proc/loadavg").read_text().split()[:3]),
    }
