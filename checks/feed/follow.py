"""Pushes seminars, changes them, follows with the partner's program, and compares its copies with the source."""

import argparse
import base64
import http.client
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.parse
from pathlib import Path

parser = argparse.ArgumentParser()
for name in ("--api", "--partner", "--work"):
    parser.add_argument(name, required=True)
for name in ("--seminars", "--seconds"):
    parser.add_argument(name, type=int, required=True)
arguments = parser.parse_args()
host = urllib.parse.urlparse(arguments.api).netloc
WRITERS, RATE, FOLLOWERS = 4, 200, 3


class Service:
    """One connection, with a token that is renewed in time."""

    def __init__(self):
        self.connection = http.client.HTTPConnection(host, timeout=120)
        self.token, self.until, self.used = None, 0.0, 0.0

    def call(self, method, path, body=None, headers=None):
        if time.monotonic() > self.until:
            pair = f"{os.environ['EINLASS_CLIENT_ID']}:{os.environ['EINLASS_CLIENT_SECRET']}"
            basic = base64.b64encode(pair.encode()).decode()
            form = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
            status, answer = self.send("POST", "/oauth/token", "grant_type=client_credentials", form)
            assert status == 200, answer
            self.token, self.until = answer["access_token"], time.monotonic() + 500
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        return self.send(method, path, json.dumps(body) if body is not None else None, sent | (headers or {}))

    def send(self, method, path, body, headers):
        if time.monotonic() - self.used > 2:
            # Left alone for longer, the service ends a connection.
            self.connection.close()
        self.used = time.monotonic()
        self.connection.request(method, f"/api/v1{path}", body=body, headers=headers)
        response = self.connection.getresponse()
        text = response.read()
        return response.status, json.loads(text) if text else None


def seminar(number, title):
    day = f"2031-{1 + number % 12:02}-{1 + number % 28:02}"
    return {
        "external_id": f"n-{number}", "title": title, "kind": "seminar",
        "description": "Was Gründerinnen und Gründer wissen müssen, bevor sie den ersten Vertrag unterschreiben. " * 4,
        "sessions": [{"starts_at": f"{day}T18:00:00", "ends_at": f"{day}T20:00:00"}],
        "channels": [{"channel": "onsite", "capacity": 40}, {"channel": "online"}],
        "parties": [{"role": "lead", "organisation": "spielwiese"}, {"role": "speaker", "name": f"Dr. {number}"}],
    }


def push(service, seminars):
    for begin in range(0, len(seminars), 500):
        part = seminars[begin:begin + 500]
        status, answer = service.call("PUT", "/organisations/spielwiese/seminars?system=check", {"seminars": part})
        assert status == 200, answer
        refused = [one for one in answer["results"] if one["status"] not in (200, 201)]
        assert not refused, refused[:3]


def follow(copy, *flags):
    command = [arguments.partner, "--api", arguments.api, "--copy", str(copy), *flags]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def without_seats(one):
    for channel in one["channels"]:
        channel.pop("free_seats", None)
        channel.pop("waiting", None)
    return one


def source(service):
    found, cursor = {}, ""
    while True:
        status, page = service.call("GET", f"/seminars?limit=100{cursor}")
        assert status == 200, page
        found |= {one["id"]: without_seats(one) for one in page["data"]}
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


def copied(folder):
    files = (Path(folder) / "seminars").glob("*.json")
    return {file.stem: without_seats(json.loads(file.read_text())["seminar"]) for file in files}


def compare(service, folder, name):
    there, here = source(service), copied(folder)
    differing = [one for one in there.keys() | here.keys() if there.get(one) != here.get(one)]
    print(f"  {name}: {len(here)} seminars, {len(differing)} differ from the source")
    return not differing


service = Service()
work = Path(arguments.work)
began = time.monotonic()
push(service, [seminar(number, f"Seminar {number}") for number in range(arguments.seminars)])
print(f"== pushed {arguments.seminars} seminars in {time.monotonic() - began:.1f} s")
print("== a first sync")
print("  " + follow(work / "first"))
good = compare(service, work / "first", "first")

print("== offline for seven days: 2,100 changes")
chosen = random.Random(1)
for day in range(7):
    numbers = chosen.sample(range(arguments.seminars), min(300, arguments.seminars))
    push(service, [seminar(number, f"Seminar {number}, Tag {day}") for number in numbers])
line = follow(work / "first")
print("  " + line)
changes = int(line.split(";")[1].split()[0])
if changes != 7 * min(300, arguments.seminars):
    print("FAULT the copy was not brought up to date by the changes alone")
    good = False
good &= compare(service, work / "first", "first")

print(f"== {WRITERS} writers, {RATE} changes a second together, {FOLLOWERS} followers killed at random, {arguments.seconds} s")
written, ended = [0] * WRITERS, threading.Event()


def write(nth):
    own, dice = Service(), random.Random(nth)
    due = time.monotonic()
    while not ended.is_set():
        due += WRITERS / RATE
        time.sleep(max(0.0, due - time.monotonic()))
        number = dice.randrange(arguments.seminars)
        body = seminar(number, f"Titel {dice.randrange(10**9)}")
        body.pop("external_id")
        status, answer = own.call("PUT", f"/organisations/spielwiese/seminars/n-{number}?system=check", body)
        assert status == 200, answer
        written[nth] += 1


def restart(nth, kills):
    dice = random.Random(100 + nth)
    command = [arguments.partner, "--api", arguments.api, "--copy", str(work / f"follower-{nth}"), "--follow", "--limit", "100"]
    while not ended.is_set():
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as follower:
            ended.wait(dice.uniform(0.2, 4.0))
            follower.send_signal(signal.SIGKILL)
        kills[nth] += 1
        ended.wait(dice.uniform(0.0, 1.0))


for n in range(FOLLOWERS):
    # From where the copy stands: whoever is killed in the middle of a first sync only ever begins it again.
    shutil.copytree(work / "first", work / f"follower-{n}")
kills = [0] * FOLLOWERS
threads = [threading.Thread(target=write, args=(n,)) for n in range(WRITERS)]
threads += [threading.Thread(target=restart, args=(n, kills)) for n in range(FOLLOWERS)]
began = time.monotonic()
for thread in threads:
    thread.start()
time.sleep(arguments.seconds)
took = time.monotonic() - began
ended.set()
for thread in threads:
    thread.join()
print(f"  {sum(written)} changes, {sum(written) / took:.0f} a second; {sum(kills)} kills")
for n in range(FOLLOWERS):
    line = follow(work / f"follower-{n}")
    print("  " + line)
    if int(line.split(";")[1].split()[0]) >= sum(written):
        print(f"FAULT follower {n} did not follow while it ran")
        good = False
    good &= compare(service, work / f"follower-{n}", f"follower {n}")
sys.exit(0 if good else 1)
