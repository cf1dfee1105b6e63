"""The service, a receiver over TLS, and what two other programs make of the deliveries. Standard library and standardwebhooks."""

import http.server
import json
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

PASSWORD = "Sieben Printen auf dem Dach"
HOOKS = "/organisations/staedteregion-aachen/webhooks"
work = pathlib.Path(sys.argv[1])
arrived: list[pathlib.Path] = []
slow = threading.Event()


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        file = work / f"{len(arrived)}.json"
        names = ["webhook-id", "webhook-timestamp", "webhook-signature"]
        file.write_text(json.dumps({"headers": {name: self.headers[name] for name in names}, "body": body}))
        arrived.append(file)
        if slow.is_set():
            time.sleep(10)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Service:
    def __init__(self) -> None:
        self.port = free_port()

    def start(self) -> None:
        alien = ("EINLASS_", "PG", "DATABASE_URL")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(alien)}
        environment |= {
            "EINLASS_DEMO_PASSWORD": PASSWORD,
            "EINLASS_WEBHOOK_ALLOW": "127.0.0.0/8,::1",
            "SSL_CERT_FILE": str(work / "ca.pem"),
            "EINLASS_DRAIN_SECONDS": "0",
            # Would be asked if the service did what the environment says; nobody is there.
            "HTTPS_PROXY": "http://127.0.0.1:9",
        }
        command = [os.environ["EINLASS_BIN"], "serve", "--demo", "--listen", f"127.0.0.1:{self.port}"]
        log = (work / "service.log").open("ab")
        self.process = subprocess.Popen([*command, "--data-dir", str(work / "data")], env=environment, stderr=log, stdout=log)
        for _ in range(600):
            if self.process.poll() is not None:
                raise SystemExit((work / "service.log").read_text())
            try:
                self.send("GET", "/health/ready")
                break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.2)
        else:
            self.process.kill()
            raise SystemExit(f"the service did not get ready\n{(work / 'service.log').read_text()[-3000:]}")
        login = {"email": "admin@staedteregion.example", "password": PASSWORD}
        self.token = self.call("POST", "/auth/login", login)["access_token"]

    def send(self, method: str, path: str, body: object = None, **headers: str) -> tuple[dict, str]:
        url = f"http://127.0.0.1:{self.port}{path}"
        data = None if body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(url, data, {"Content-Type": "application/json"} | named, method=method)
        with urllib.request.urlopen(request, timeout=30) as response:
            text = response.read()
            return (json.loads(text) if text.startswith(b"{") else {}), response.headers.get("ETag", "")

    def call(self, method: str, path: str, body: object = None, guarded: str = "") -> dict:
        headers = {"Authorization": f"Bearer {self.token}"} if hasattr(self, "token") else {}
        if guarded:
            headers["If_Match"] = self.send("GET", f"/api/v1{guarded}", **headers)[1]
        return self.send(method, f"/api/v1{path}", body, **headers)[0]


def wait_for(count: int, seconds: float) -> None:
    end = time.time() + seconds
    while len(arrived) < count:
        if time.time() > end:
            raise SystemExit(f"{len(arrived)} of {count} deliveries arrived\n{(work / 'service.log').read_text()[-3000:]}")
        time.sleep(0.1)


def verified(file: pathlib.Path, secret: str) -> bool:
    delivery = json.loads(file.read_text())
    try:
        Webhook(secret).verify(delivery["body"], delivery["headers"])
        in_python = True
    except WebhookVerificationError:
        in_python = False
    expected = "yes" if in_python else "no"
    subprocess.run(["node", "verify.mjs", str(file), secret, expected], cwd=work, check=True)
    return in_python


def check(name: str, true: bool) -> None:
    print(("ok    " if true else "FAILS ") + name)
    if not true:
        raise SystemExit(1)


server = http.server.ThreadingHTTPServer(("127.0.0.1", free_port()), Receiver)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(work / "server.pem", work / "server.key")
server.socket = context.wrap_socket(server.socket, server_side=True)
threading.Thread(target=server.serve_forever, daemon=True).start()

service = Service()
service.start()
try:
    url = f"https://localhost:{server.server_address[1]}/hook"
    made = service.call("POST", HOOKS, {"url": url, "description": "Check"})
    first, hook = made["secret"], f"{HOOKS}/{made['id']}"
    service.call("POST", f"{hook}/test", {})
    wait_for(1, 20)
    check("a test event is verified in Python and in JavaScript", verified(arrived[0], first))
    check("and by no other secret", not verified(arrived[0], "whsec_" + "A" * 43 + "="))
    forged = json.loads(arrived[0].read_text())
    forged["body"] = forged["body"].replace("webhook.test", "seminar.held")
    (work / "forged.json").write_text(json.dumps(forged))
    check("and not when it is changed", not verified(work / "forged.json", first))

    body = {"organisation": "staedteregion-aachen", "title": "Probe", "kind": "seminar",
            "sessions": [{"starts_at": "2035-05-06T18:00:00+02:00"}], "channels": [{"channel": "onsite", "capacity": 5}]}
    seminar = service.call("POST", "/seminars", body)["id"]
    service.call("POST", f"/seminars/{seminar}/publish", {}, guarded=f"/seminars/{seminar}")
    service.call("POST", f"/seminars/{seminar}/cancel", {"reason_code": "other"}, guarded=f"/seminars/{seminar}")
    wait_for(4, 20)
    told = [json.loads(json.loads(file.read_text())["body"]) for file in arrived[1:4]]
    types = [event["type"] for event in told]
    check(f"events of one seminar come in order: {types}",
          types == ["seminar.created", "seminar.published", "seminar.cancelled"])
    check("and name it", all(event["data"]["object"] == seminar for event in told))
    check("all are verified", all(verified(file, first) for file in arrived[1:4]))

    second = service.call("POST", f"{hook}/rotate-secret", {}, guarded=hook)["secret"]
    service.call("POST", f"{hook}/test", {})
    wait_for(5, 20)
    check("after a rotation both secrets verify", verified(arrived[4], first) and verified(arrived[4], second))

    slow.set()
    service.call("POST", f"{hook}/test", {})
    wait_for(6, 20)
    service.process.send_signal(signal.SIGKILL)
    service.process.wait(30)
    slow.clear()
    service.start()
    wait_for(7, 90)
    ids = [json.loads(file.read_text())["headers"]["webhook-id"] for file in arrived[5:7]]
    check("what was in the air when the service was killed comes again under its id", ids[0] == ids[1])
    time.sleep(5)
    check("and not a third time", len(arrived) == 7)
finally:
    service.process.terminate()
    service.process.wait(60)
