"""Attacks the service with slowhttptest, watches its connections and its memory, and asks what everybody asks meanwhile."""

import argparse
import contextlib
import http.client
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

HERE = pathlib.Path(__file__).resolve().parent
# The longest that anybody may keep a connection without getting on, in seconds; a control has to keep it longer.
LONGEST = 30
WATCHED = 40
# A patient server is busy and lets some in late.
CONTROLLED = 55
# What a thousand of them may cost, in MiB: us, and the kernel for what is on its way.
OURS, KERNEL = 160, 320
# Below it a machine that does something else too says nothing about twice as long.
NOISE = 0.005
PAGE = os.sysconf("SC_PAGE_SIZE")

WAYS = {
    "-H, slow heads": ["-H", "-i", "5", "-u", "/api/v1/seminars"],
    "-B, slow bodies": ["-B", "-i", "5", "-t", "POST", "-f", "application/json", "-u", "/api/v1/auth/login"],
    "-X, slow readers": ["-X", "-u", "/openapi.json"],
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Figures:
    def __init__(self) -> None:
        self.wrong = 0

    def tell(self, what: str, figure: object, right: bool) -> None:
        self.wrong += not right
        print(f"{'ok   ' if right else 'WRONG'} {what}: {figure}", flush=True)


@contextlib.contextmanager
def running(command: list[object], log: pathlib.Path, port: int, path: str, **environment: str):
    with log.open("wb") as output:
        process = subprocess.Popen([str(one) for one in command], stdout=output, stderr=output, env=os.environ | environment)
    try:
        for _ in range(600):
            if process.poll() is not None:
                raise SystemExit(log.read_text())
            with contextlib.suppress(OSError, http.client.HTTPException):
                if asked(port, path)[0] == 200:
                    break
            time.sleep(0.2)
        yield process
    finally:
        process.terminate()
        process.wait(60)


def asked(port: int, path: str) -> tuple[int, float]:
    """Status and seconds, on a connection of its own: a newcomer has to be let in, too."""
    begun = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        return answer.status, time.monotonic() - begun
    finally:
        connection.close()


def windows(port: int) -> list[float]:
    """Five times, one after the other."""
    return [window(port) for _ in range(5)]


def window(port: int) -> float:
    """The 99th of 100 who ask every 5 ms or so for 3 seconds; whoever is not answered took for ever."""
    took, until = [], time.monotonic() + 3
    while time.monotonic() < until:
        try:
            status, seconds = asked(port, "/api/v1/seminars")
        except OSError:
            status, seconds = 0, float("inf")
        took.append(seconds if status == 200 else float("inf"))
        time.sleep(max(0.0, 0.005 - seconds))
    return sorted(took)[len(took) * 99 // 100]


class Watch:
    """Who is connected, as the kernel tells it, each half second."""

    def __init__(self, port: int, pid: int) -> None:
        self.local, self.pid = f"{port:04X}", pid
        self.seen: dict[str, tuple[float, float]] = {}
        self.before = self.memory()
        self.most = self.before
        self.end = threading.Event()
        self.thread = threading.Thread(target=self.look)
        self.thread.start()

    def look(self) -> None:
        while not self.end.wait(0.5):
            now = time.monotonic()
            for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
                cells = line.split()
                # Somebody's: what the server has given up has no inode any more.
                if cells[1].endswith(f":{self.local}") and cells[3] != "0A" and cells[9] != "0":
                    first, _ = self.seen.get(cells[2], (now, now))
                    self.seen[cells[2]] = (first, now)
            self.most = tuple(map(max, self.most, self.memory()))

    def memory(self) -> tuple[float, ...]:
        """Of the service, and of the kernel for all connections of this machine, in MiB."""
        status = pathlib.Path(f"/proc/{self.pid}/statm").read_text()
        pages = pathlib.Path("/proc/net/sockstat").read_text().split("TCP: inuse")[1].split("mem ")[1].split()[0]
        return int(status.split()[1]) * PAGE / 2**20, int(pages) * PAGE / 2**20

    def stop(self) -> list[float]:
        """For how long each was connected."""
        self.end.set()
        self.thread.join()
        return sorted(last - first for first, last in self.seen.values())


def attack(port: int, options: list[str], connections: int, log: pathlib.Path, seconds: int = WATCHED) -> subprocess.Popen:
    options = [f"http://127.0.0.1:{port}{one}" if one.startswith("/") else one for one in options]
    command = ["slowhttptest", "-c", str(connections), "-r", "500", "-l", str(seconds), "-p", "10", "-v", "0", *options]
    with log.open("wb") as output:
        return subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL)


def ended(process: subprocess.Popen) -> None:
    process.terminate()
    process.wait(30)


def service(figures: Figures, given: argparse.Namespace, work: pathlib.Path) -> None:
    port = free_port()
    command = [given.binary, "serve", "--demo", "--listen", f"127.0.0.1:{port}", "--data-dir", work / "data"]
    own = {"EINLASS_DEMO_PASSWORD": "Sieben Printen auf dem Dach", "EINLASS_LOG": "error", "EINLASS_DRAIN_SECONDS": "0"}
    with running(command, work / "service.log", port, "/health/ready", **own) as process:
        window(port)
        for way, options in WAYS.items():
            # The usual, because a machine does other things too; the worst is told beside it.
            before = sorted(windows(port))[2]
            watch = Watch(port, process.pid)
            attacker = attack(port, options, given.connections, work / "slowhttptest.log")
            try:
                # While they come, once all are there, and while the first are sent away; later all may be gone.
                five = windows(port)
                during, worst = sorted(five[:3])[1], max(five)
                time.sleep(WATCHED - 15)
            finally:
                ended(attacker)
                lives = watch.stop()
            slow = [life for life in lives if life >= 2]
            figures.tell(f"{way}: slow clients that were there", len(slow), len(slow) >= given.connections * 9 // 10)
            figures.tell(f"{way}: the longest stayed, seconds", round(lives[-1], 1), lives[-1] <= LONGEST)
            ratio = during / before
            told = f"{during * 1000:.1f} ms, {ratio:.2f} times the {before * 1000:.1f} ms of before; at worst {worst * 1000:.1f} ms"
            figures.tell(f"{way}: p99 of whoever reads the programme", told, during < max(2 * before, NOISE))
            ours, kernel = (most - least for most, least in zip(watch.most, watch.before, strict=True))
            figures.tell(f"{way}: memory of the service, MiB more", round(ours), ours <= OURS)
            figures.tell(f"{way}: memory of the kernel for connections, MiB more", round(kernel), kernel <= KERNEL)
        figures.tell("afterwards the programme is read", asked(port, "/api/v1/seminars")[0], asked(port, "/api/v1/seminars")[0] == 200)


def control(figures: Figures, given: argparse.Namespace, work: pathlib.Path) -> None:
    port = free_port()
    with running([sys.executable, HERE / "patient.py", port], work / "patient.log", port, "/") as process:
        for way, options in WAYS.items():
            watch = Watch(port, process.pid)
            attacker = attack(port, options, given.connections, work / "slowhttptest.log", CONTROLLED)
            time.sleep(CONTROLLED - 1)
            ended(attacker)
            kept = sum(life > LONGEST for life in watch.stop())
            figures.tell(f"control, a patient server, {way}: kept for longer than {LONGEST} s", kept, kept >= given.connections * 9 // 10)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--connections", type=int, default=1000)
    given = parser.parse_args()
    figures, work = Figures(), pathlib.Path(tempfile.mkdtemp())
    work.chmod(0o711)
    try:
        service(figures, given, work)
        control(figures, given, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print("everything holds" if not figures.wrong else f"{figures.wrong} figures are wrong")
    return min(figures.wrong, 1)


if __name__ == "__main__":
    # Also when the time is over, what was started is ended.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main())
