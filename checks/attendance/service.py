"""The service under test, with a seminar of names that spreadsheets misread. Standard library only."""

import json
import os
import pathlib
import socket
import struct
import subprocess
import time
import urllib.error
import urllib.request
import zlib

PASSWORD = "Sieben Printen auf dem Dach"

PEOPLE = [
    ("Änne", "Größer; von", "=HYPERLINK(\"https://evil.example\")", "+49 241 5198-0"),
    ("@Ben", "-Müller", "＝1+1", "+49 (0)241 / 47 11"),
    ("Çağla", "Öztürk-Şimşek", "+Plus GmbH", "0241 1234"),
    ("Łukasz", "Żółć", "Printenfabrik Aachen-Brand Gesellschaft mit sehr langem Namen für Gebäck und Süßwaren mbH & Co. KG", None),
    ("Wolfeschlegelsteinhausenbergerdorff", "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft", None, None),
]


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\x1d\x4e\x63" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class Service:
    """`einlass serve --demo` on a free port."""

    def __init__(self, work: pathlib.Path) -> None:
        self.work = work
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        alien = ("EINLASS_", "PG", "DATABASE_URL")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(alien)}
        environment |= {"EINLASS_DEMO_PASSWORD": PASSWORD, "EINLASS_LOG": "warn", "EINLASS_DRAIN_SECONDS": "0"}
        command = [os.environ["EINLASS_BIN"], "serve", "--demo", "--listen", f"127.0.0.1:{self.port}"]
        log = (work / "service.log").open("ab")
        self.process = subprocess.Popen(
            [*command, "--data-dir", str(work / "data")], env=environment, stderr=log, stdout=log
        )
        for _ in range(600):
            if self.process.poll() is not None:
                raise SystemExit((work / "service.log").read_text())
            try:
                self.bytes("GET", "/health/ready")
                break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        else:
            self.end()
            raise SystemExit("the service did not get ready")
        self.token = None
        body = {"email": "organiser@staedteregion.example", "password": PASSWORD}
        self.token = self.call("POST", "/auth/login", body)["access_token"]

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(30)

    def bytes(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[bytes, dict]:
        url = f"http://127.0.0.1:{self.port}" + (path if path.startswith("/health") else f"/api/v1{path}")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if getattr(self, "token", None):
            named["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(url, body, named, method=method)
        try:
            with urllib.request.urlopen(request, timeout=300) as response:
                return response.read(), dict(response.headers)
        except urllib.error.HTTPError as error:
            raise SystemExit(f"{method} {path}: {error.code} {error.read().decode()}") from error

    def call(self, method: str, path: str, body: object = None, **headers: str) -> dict:
        data = None if body is None else json.dumps(body).encode()
        text, back = self.bytes(method, path, data, Content_Type="application/json", **headers)
        return json.loads(text or b"{}") | {"etag": {k.lower(): v for k, v in back.items()}.get("etag", "")}

    def seminar(self, seats: int) -> str:
        """A published seminar that is over; people may still be entered."""
        made = self.call("POST", "/seminars", {
            "organisation": "staedteregion-aachen", "title": "Gründen für Größere: Förderung, Steuern, Süßes",
            "kind": "seminar", "confirmation": "none",
            "sessions": [{"starts_at": "2026-10-06T18:00:00+02:00", "ends_at": "2026-10-06T20:00:00+02:00"}],
            "channels": [{"channel": "onsite", "capacity": seats}],
        })
        self.call("POST", f"/seminars/{made['id']}/publish", {}, If_Match=made["etag"])
        return made["id"]

    def register(self, seminar: str, number: int, given: str, family: str, company: str | None, phone: str | None) -> str:
        body = {"channel": "onsite", "given_name": given, "family_name": family, "email": f"p{number}@example.org"}
        body |= {"company": company} if company else {}
        body |= {"phone": phone} if phone else {}
        return self.call("POST", f"/seminars/{seminar}/registrations", body)["id"]

    def peak(self) -> int:
        """The most memory the service has had so far, in KiB."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])
