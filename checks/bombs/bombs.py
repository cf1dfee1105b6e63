"""Uploads each bomb as a programme and as an attendance report, and looks at the answer, the time and the memory."""

import gzip
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
import urllib.request
import zipfile

PASSWORD = "Sieben Printen auf dem Dach"
# What an upload may cost, in seconds and MiB; and what all of them together may leave behind, in MiB.
LONGEST, MOST, LEFT = 5, 64, 128
PAGE = os.sysconf("SC_PAGE_SIZE")
HEADING = "Titel;Datum;Uhrzeit;Ort;Modus;Status;TN\r\n"
ZOOM = "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest\r\n"


def workbook(inside: bytes) -> bytes:
    """A workbook with this for a sheet, compressed."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", inside)
    return whole.getvalue()


def bombs(heading: str, size: int) -> dict[str, bytes]:
    """For whoever takes files of somewhat more than `size` bytes with this heading."""
    corners = b'<worksheet><sheetData><row r="1"><c r="A1"/></row><row r="1048576"><c r="XFD1048576"/></row></sheetData></worksheet>'
    head = heading.encode()
    return {
        "a workbook of two cells, far apart": workbook(corners),
        "a workbook of a megabyte that is a gigabyte": workbook(b"\0" * 1_000_000_000),
        "a gigabyte, gzipped": gzip.compress(b"\0" * 1_000_000_000, 1),
        "a million columns": (head.strip() + b";x" * 1_000_000)[:size],
        "a million columns in a row": head + b"x;" * (size // 2),
        "a quotation mark that is never closed": head + b'A;"' + b"x;\r\n" * (size // 4),
        "nothing but quotation marks": head + b'"' * size,
        "nothing but separators": head + b";," * (size // 2),
        "nothing but ends of lines": head + b"\n" * size,
        "rows without end": head + b"A;1\n" * (size // 4),
        "UTF-16 without an end": heading.encode("utf-16") + b"\0" * (size - 401),
        "byte order marks": "\ufeff".encode() * (size // 3) + head,
        "one cell": head + b"A" * size,
    }


class Service:
    def __init__(self, binary: str, work: pathlib.Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
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
        for _ in range(600):
            try:
                if self.ask("GET", "/health/ready")[0] == 200:
                    break
            except OSError:
                pass
            if self.process.poll() is not None:
                raise SystemExit(self.log.read_text())
            time.sleep(0.2)
        login = json.dumps({"email": "organiser@staedteregion.example", "password": PASSWORD}).encode()
        self.token = json.loads(self.ask("POST", "/api/v1/auth/login", login, "application/json")[1])["access_token"]

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(60)

    def held(self) -> str:
        """A seminar that is over, of which a report may be taken."""
        seminar = {
            "organisation": "staedteregion-aachen", "title": "Bomben", "kind": "seminar", "channels": [{"channel": "online"}],
            "sessions": [{"starts_at": "2021-03-04T10:00:00Z", "ends_at": "2021-03-04T11:30:00Z"}],
        }  # fmt: skip
        def post(path: str, body: dict, **more: str) -> tuple[dict, str]:
            headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"} | more
            request = urllib.request.Request(f"http://127.0.0.1:{self.port}/api/v1/seminars{path}", json.dumps(body).encode(), headers)
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer), answer.headers["ETag"]

        made, etag = post("", seminar)
        post(f"/{made['id']}/publish", {}, **{"If-Match": etag})
        return made["id"]

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "", length: int | None = None) -> tuple[int, bytes]:
        """Bytes on a connection: what is refused at its head is refused while it is being sent."""
        head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {len(body) if length is None else length}\r\n"
        head += f"Content-Type: {kind}\r\n" if kind else ""
        head += f"Authorization: Bearer {self.token}\r\n" if hasattr(self, "token") else ""
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            sending = threading.Thread(target=self.send, args=(connection, head.encode() + b"\r\n" + body))
            sending.start()
            answer = b""
            try:
                while some := connection.recv(65536):
                    answer += some
            except ConnectionError:
                pass
            sending.join()
        head, _, said = answer.partition(b"\r\n\r\n")
        return int(head.split(b" ")[1]) if head else 0, said

    @staticmethod
    def send(connection: socket.socket, sent: bytes) -> None:
        try:
            connection.sendall(sent)
        except OSError:
            pass

    def upload(self, path: str, file: bytes, length: int | None = None) -> tuple[int, str]:
        start = b'--einlass\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\n'
        status, said = self.ask("POST", path, start + file + b"\r\n--einlass--\r\n", "multipart/form-data; boundary=einlass", length)
        return status, json.loads(said).get("code", "") if said.startswith(b"{") else ""

    def memory(self) -> float:
        return int(pathlib.Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * PAGE / 2**20


class Peak:
    """The most memory while something is done, in MiB more than before."""

    def __init__(self, memory: object) -> None:
        self.memory, self.end = memory, threading.Event()

    def __enter__(self) -> "Peak":
        self.before = self.most = self.memory()
        self.thread = threading.Thread(target=self.look)
        self.thread.start()
        return self

    def look(self) -> None:
        while not self.end.wait(0.002):
            self.most = max(self.most, self.memory())

    def __exit__(self, *_: object) -> None:
        self.end.set()
        self.thread.join()
        self.more = max(self.most, self.memory()) - self.before


def main() -> int:
    work = pathlib.Path(tempfile.mkdtemp())
    work.chmod(0o711)
    wrong = 0
    try:
        service = Service(sys.argv[1], work)
        try:
            report = f"/api/v1/seminars/{service.held()}/attendance-imports"
            ways = {"programme": ("/api/v1/programme-imports", HEADING, 1_950_000), "report": (report, ZOOM, 4_900_000)}
            # What any upload costs at first is not the bomb's.
            for path, _, _ in ways.values():
                service.upload(path, b"x;y\r\n1;2\r\n")
            warm = service.memory()
            for name, (path, heading, size) in ways.items():
                bad = bombs(heading, size)
                for what, file in bad.items():
                    begun = time.monotonic()
                    with Peak(service.memory) as peak:
                        status, code = service.upload(path, file)
                    took = time.monotonic() - begun
                    right = status in (413, 422) and took <= LONGEST and peak.more <= MOST and service.process.poll() is None
                    wrong += not right
                    print(f"{'ok   ' if right else 'WRONG'} {name}, {what} ({len(file):,} bytes): {status} {code}, {took:.2f} s, {peak.more:.0f} MiB more", flush=True)
                begun = time.monotonic()
                with Peak(service.memory) as peak:
                    status, code = service.upload(path, b"x" * 30_000_000, 1_000_000_000)
                took = time.monotonic() - begun
                right = status == 413 and took <= LONGEST and peak.more <= MOST
                wrong += not right
                print(f"{'ok   ' if right else 'WRONG'} {name}, a head that announces a gigabyte: {status} {code}, {took:.2f} s, {peak.more:.0f} MiB more", flush=True)
            left = service.memory() - warm
            wrong += left > LEFT
            print(f"{'ok   ' if left <= LEFT else 'WRONG'} left behind by all of them: {left:.0f} MiB more than before the first")
            alive = service.ask("GET", "/health/ready")[0]
            wrong += alive != 200
            print(f"{'ok   ' if alive == 200 else 'WRONG'} afterwards: {alive}")
        finally:
            service.end()
        # The control: whoever unpacks it is seen to grow.
        own = lambda: int(pathlib.Path("/proc/self/statm").read_text().split()[1]) * PAGE / 2**20
        with Peak(own) as peak:
            unpacked = gzip.decompress(bad["a gigabyte, gzipped"])
        wrong += peak.more <= MOST
        print(f"{'ok   ' if peak.more > MOST else 'WRONG'} control, unpacked to {len(unpacked):,} bytes: {peak.more:.0f} MiB more")
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print("everything holds" if not wrong else f"{wrong} figures are wrong")
    return min(wrong, 1)


if __name__ == "__main__":
    # Also when the time is over, what was started is ended.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main())
