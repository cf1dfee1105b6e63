"""See README.md. Exit code 0: with a synchronous replica nothing that was acknowledged was lost, and without one something was."""

import argparse
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import nodes
import people

PASSWORD = "Sieben Printen auf dem Dach"
SEATS = 100_000


class Einlass:
    """Three instances behind HAProxy. They share the keys, as instances must."""

    def __init__(self, cluster, binary, bounced):
        self.cluster, self.binary, self.ports = cluster, binary, nodes.free_ports(3)
        port = cluster.bouncer if bounced else cluster.primary
        direct = f"postgresql://einlass@127.0.0.1:{cluster.primary}/einlass"
        self.env = {
            "PATH": os.environ["PATH"], "HOME": str(cluster.folder), "EINLASS_LOG": "warn", "EINLASS_DEMO_PASSWORD": PASSWORD,
            "DATABASE_URL": f"postgresql://einlass@127.0.0.1:{port}/einlass", "EINLASS_MIGRATE_DATABASE_URL": direct,
            "EINLASS_REPLICA_URL": f"postgresql://einlass@127.0.0.1:{cluster.replica}/einlass",
            "EINLASS_PUBLIC_URL": f"http://127.0.0.1:{cluster.front}",
            "EINLASS_STATEMENT_CACHE": "off" if bounced else "on", "EINLASS_DRAIN_SECONDS": "0",
        }

    def start(self):
        for at, port in enumerate(self.ports):
            demo = ["--demo"] if at == 0 else []
            data = str(self.cluster.folder / "data")
            self.cluster.processes.start(f"einlass{at}", [self.binary, "serve", *demo, "--listen", f"127.0.0.1:{port}", "--data-dir", data],
                                         env=self.env)
            nodes.until(f"instance {at}", lambda port=port: people.Front(port).call("GET", "/health/ready")[0] == 200, 60)


def measure(binary, synchronous, seconds, bounced=True):
    """Loses the primary under load, with what it acknowledged in its last seconds unsent; and gives it back as a replica."""
    folder = nodes.folder_for("postgres")
    processes = nodes.Processes(folder)
    cluster = nodes.Cluster(folder, processes)
    told = {"synchronous": synchronous}
    try:
        cluster.start(synchronous)
        einlass = Einlass(cluster, binary, bounced)
        nodes.start_doors(cluster, einlass.ports)
        einlass.start()
        nodes.until("the front", lambda: people.Front(cluster.front).call("GET", "/api/v1/seminars")[0] == 200, 30)
        seminar = people.open_seminar(people.Front(cluster.front), PASSWORD, SEATS)
        told["replica_reads"] = replica_reads(cluster)
        ledger = people.Ledger()
        threads = people.run(cluster.front, seminar, ledger, 8)
        time.sleep(seconds)
        told["per_second"] = round(len(ledger.acknowledged) / seconds)
        old = cluster.leader()
        # What is written from here on does not reach the replica: the moments before a machine is lost.
        freeze(cluster, old)
        time.sleep(3)
        crashed = time.monotonic()
        cluster.crash(old)
        nodes.until("another primary", lambda: cluster.role(1 - old) == "primary", 90)
        told["promoted_after"] = round(time.monotonic() - crashed, 1)
        count = len(ledger.acknowledged)
        nodes.until("registrations go on", lambda: len(ledger.acknowledged) > count + 8, 60)
        told["registrations_after"] = round(time.monotonic() - crashed, 1)
        cluster.start_node(old)
        nodes.until("the old primary as a replica", lambda: cluster.replica_ready(synchronous), 120)
        time.sleep(seconds / 2)
        ledger.over.set()
        for thread in threads:
            thread.join(30)
        told |= judge(cluster, ledger, seminar)
    except TimeoutError as error:
        told["fault"] = str(error)
        told["logs"] = str(tails(folder))
    finally:
        processes.end()
        cluster.stop()
        processes.end()
        subprocess.run(["rm", "-rf", str(folder)], check=False)
    return told


def tails(folder):
    return {log.name: log.read_text(errors="replace")[-600:] for log in folder.glob("*.log")}


def freeze(cluster, leader):
    found = subprocess.run(["pgrep", "-P", str(cluster.postmaster(leader)), "-a"], capture_output=True, text=True).stdout
    for line in found.splitlines():
        if "walsender" in line:
            os.kill(int(line.split()[0]), signal.SIGSTOP)


def replica_reads(cluster):
    """How many of twenty readings of a calendar, which may be some seconds old, were the replica's."""
    replica, front = 1 - cluster.leader(), people.Front(cluster.front)

    def committed():
        # Idle back ends tell what they counted after ten seconds.
        time.sleep(11)
        return int(cluster.sql(replica, "SELECT xact_commit FROM pg_stat_database WHERE datname = 'einlass'"))

    idle = committed()
    idle = committed() - idle
    before = committed()
    for _ in range(20):
        status, *_ = front.call("GET", "/api/v1/seminars.ics?organisation=staedteregion-aachen")
        assert status == 200, status
    return max(0, committed() - before - idle)


def judge(cluster, ledger, seminar):
    rows = cluster.sql(cluster.leader(), f"SELECT given_name || ' ' || id FROM registrations WHERE seminar_id = '{seminar}'", "einlass")
    stored = {}
    for row in rows.splitlines():
        name, registration = row.split()
        stored.setdefault(name, []).append(registration)
    seats = cluster.sql(cluster.leader(), f"SELECT taken FROM channels WHERE seminar_id = '{seminar}'", "einlass")
    return {
        "acknowledged": len(ledger.acknowledged),
        "lost": sum(1 for name, registration in ledger.acknowledged.items() if registration not in stored.get(name, [])),
        "twice": sum(1 for ids in stored.values() if len(ids) > 1),
        "seats_wrong": int(int(seats or -1) != len(stored)),
        "not_acknowledged": {str(status): count for status, count in ledger.errors.items()},
        "longest_silence": round(ledger.longest_silence(), 1),
        "reads": ledger.reads, "failed_reads": ledger.failed_reads,
    }


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--binary", required=True)
    arguments.add_argument("--seconds", type=int, default=10)
    arguments.add_argument("--json", help="also write the figures here")
    arguments = arguments.parse_args()
    # So that what was started, each in a session of its own, is ended and removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    good = measure(arguments.binary, True, arguments.seconds)
    print("synchronous ", json.dumps(good))
    control = measure(arguments.binary, False, arguments.seconds)
    print("control     ", json.dumps(control))
    faults = [f"{name} is {good.get(name)}" for name in ["lost", "twice", "seats_wrong", "failed_reads"] if good.get(name) != 0]
    faults += [one["fault"] for one in [good, control] if "fault" in one]
    if good.get("replica_reads", 0) < 20:
        faults.append(f"of 20 calendars the replica read {good.get('replica_reads')}")
    if not control.get("lost"):
        faults.append("the control lost nothing: the check sees nothing")
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps({"synchronous": good, "control": control}, indent=1))
    print(*(f"FAILED: {fault}" for fault in faults), sep="\n")
    print(f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
