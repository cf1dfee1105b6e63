"""The service under test, and the few things a story does with it. Standard library only."""

import base64
import email
import email.policy
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
import uuid

PASSWORD = "Sieben Printen auf dem Dach"


class Service:
    """`einlass serve --demo` on a free port, sending through the mail server of the check."""

    def __init__(self, work: pathlib.Path) -> None:
        self.work = work
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        alien = ("EINLASS_", "PG", "DATABASE_URL")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(alien)}
        environment |= {
            "EINLASS_DEMO_PASSWORD": PASSWORD,
            "EINLASS_SMTP_URL": f"smtp://127.0.0.1:{os.environ['MAIL_PORT']}?tls=none",
            "EINLASS_MAIL_FROM": "Seminarteam der StädteRegion <seminare@staedteregion.example>",
            "EINLASS_PUBLIC_URL": "https://seminare.staedteregion.example",
            "EINLASS_LOG": "warn",
            "EINLASS_DRAIN_SECONDS": "0",
        }
        command = [os.environ["EINLASS_BIN"], "serve", "--demo", "--listen", f"127.0.0.1:{self.port}"]
        log = (self.work / "service.log").open("ab")
        self.process = subprocess.Popen(
            [*command, "--data-dir", str(self.work / "data")], env=environment, stderr=log, stdout=log
        )
        for _ in range(600):
            if self.process.poll() is not None:
                raise SystemExit((self.work / "service.log").read_text())
            try:
                self.call("GET", "/health/ready")
                return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        self.end()
        raise SystemExit("the service did not get ready")

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process:
            self.process.send_signal(how)
            self.process.wait(30)
            self.process = None

    def call(self, method: str, path: str, body: object = None, **headers: str) -> dict:
        url = f"http://127.0.0.1:{self.port}" + (path if path.startswith("/health") else f"/api/v1{path}")
        data = None if body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(url, data, {"Content-Type": "application/json"} | named, method=method)
        with urllib.request.urlopen(request, timeout=30) as response:
            text = response.read()
            answer = json.loads(text) if text.startswith(b"{") else {}
            return answer | {"etag": response.headers.get("ETag", "")}


class Organiser:
    def __init__(self, service: Service) -> None:
        self.service = service
        tokens = service.call(
            "POST", "/auth/login", {"email": "organiser@staedteregion.example", "password": PASSWORD}
        )
        self.bearer = f"Bearer {tokens['access_token']}"

    def seminar(self, **members: object) -> str:
        body = {"organisation": "staedteregion-aachen", "kind": "seminar"} | members
        made = self.service.call("POST", "/seminars", body, Authorization=self.bearer)
        self.act(made["id"], "publish", {})
        return made["id"]

    def act(self, seminar: str, action: str, body: dict) -> dict:
        seen = self.service.call("GET", f"/seminars/{seminar}", Authorization=self.bearer)
        path = f"/seminars/{seminar}/{action}"
        return self.service.call("POST", path, body, Authorization=self.bearer, If_Match=seen["etag"])


class Post:
    """What has arrived at the mail server."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder

    def all(self) -> list[email.message.EmailMessage]:
        read = lambda file: email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        return [read(file) for file in sorted(self.folder.glob("*.eml"))]

    def to(self, address: str) -> list[email.message.EmailMessage]:
        return [one for one in self.all() if one["To"].addresses[0].addr_spec == address]

    def wait_for(self, address: str, count: int) -> email.message.EmailMessage:
        for _ in range(300):
            if len(found := self.to(address)) >= count:
                return found[count - 1]
            time.sleep(0.1)
        raise SystemExit(f"{address} did not get mail number {count}")


def token(message: email.message.EmailMessage) -> tuple[str, str]:
    """The registration and the token of the personal link."""
    text = message.get_body(("plain",)).get_content()
    found = re.search(r"/registrations/([A-Za-z0-9_-]{64})", text)
    assert found, text
    return str(uuid.UUID(bytes=base64.urlsafe_b64decode(found[1])[:16])), found[1]
