"""Who registers and who reads while machines are lost, and the ledger of what they were told."""

import http.client
import json
import threading
import time
import uuid


class Front:
    """One person's program before HAProxy: a new connection where the old one broke."""

    def __init__(self, port, token=None):
        self.port, self.token, self.connection = port, token, None

    def call(self, method, path, body=None, headers=None, patience=15):
        """Status and answer; `None, None` where none came."""
        headers = {"Content-Type": "application/json", **(headers or {})}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience)
            self.connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = self.connection.getresponse()
            text = answer.read()
            if answer.will_close:
                self.close()
            told = json.loads(text) if text and "json" in answer.headers.get("Content-Type", "") else text
            return answer.status, told, answer.headers
        except (OSError, http.client.HTTPException):
            self.close()
            return None, None, {}

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None


def open_seminar(front, password, seats):
    status, tokens, _ = front.call("POST", "/api/v1/auth/login", {"email": "organiser@staedteregion.example", "password": password})
    assert status == 200, (status, tokens)
    organiser = Front(front.port, tokens["access_token"])
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 40 * 86400))
    status, made, headers = organiser.call("POST", "/api/v1/seminars", {
        "organisation": "staedteregion-aachen", "title": "Gründen in der Grenzregion", "kind": "seminar", "confirmation": "none",
        "sessions": [{"starts_at": day, "date_precision": "day"}], "channels": [{"channel": "onsite", "capacity": seats}]})
    assert status == 201, (status, made)
    status, told, _ = organiser.call("POST", f"/api/v1/seminars/{made['id']}/publish", {}, {"If-Match": headers["ETag"]})
    assert status == 200, (status, told)
    return made["id"]


class Ledger:
    """What was acknowledged, when; and how the readers fared."""

    def __init__(self):
        self.lock, self.acknowledged, self.unsure, self.errors = threading.Lock(), {}, set(), {}
        self.when, self.reads, self.failed_reads = [], 0, 0
        self.over = threading.Event()

    def write(self, port, seminar, writer):
        """Registers one person after the other; without an answer again with the same key, as a client should."""
        front, number = Front(port), 0
        while not self.over.is_set():
            number += 1
            name = f"w{writer}n{number}"
            body = {"channel": "onsite", "given_name": name, "family_name": "Müller", "email": f"{name}@example.org"}
            key = str(uuid.uuid4())
            with self.lock:
                self.unsure.add(name)
            while True:
                status, told, _ = front.call("POST", f"/api/v1/seminars/{seminar}/registrations", body, {"Idempotency-Key": key})
                if status == 201:
                    with self.lock:
                        self.acknowledged[name] = told["id"]
                        self.unsure.discard(name)
                        self.when.append(time.monotonic())
                    break
                with self.lock:
                    self.errors[status] = self.errors.get(status, 0) + 1
                if self.over.is_set():
                    return
                time.sleep(0.1)

    def read(self, port):
        front = Front(port)
        while not self.over.is_set():
            status, _, _ = front.call("GET", "/api/v1/seminars?limit=5", patience=10)
            with self.lock:
                self.reads += 1
                self.failed_reads += status != 200
            time.sleep(0.02)

    def longest_silence(self):
        """The longest time in which nobody was acknowledged anything."""
        return max((later - earlier for earlier, later in zip(self.when, self.when[1:])), default=0.0)


def run(port, seminar, ledger, writers):
    threads = [threading.Thread(target=ledger.write, args=(port, seminar, writer), daemon=True) for writer in range(writers)]
    threads.append(threading.Thread(target=ledger.read, args=(port,), daemon=True))
    for thread in threads:
        thread.start()
    return threads
