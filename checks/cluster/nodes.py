"""Two PostgreSQL under Patroni with a witness, HAProxy before them, PgBouncer in between: all on 127.0.0.1, all Debian packages."""

import json
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

PG_BIN = os.environ["EINLASS_PG_BIN_DIR"]
# Patroni reports a lost leader after this many seconds at the latest.
TTL = 20


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def until(what, condition, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            found = condition()
        except (OSError, urllib.error.URLError, subprocess.CalledProcessError, json.JSONDecodeError):
            found = None
        if found:
            return found
        time.sleep(0.1)
    raise TimeoutError(f"{what}: not within {seconds} s")


class Processes:
    """What was started here, so that nothing else is ever ended."""

    def __init__(self, folder):
        self.folder, self.running = folder, {}

    def start(self, name, command, user=None, env=None):
        log = open(self.folder / f"{name}.log", "ab")
        self.running[name] = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, user=user, group=user,
                                              extra_groups=[] if user else None, env=env, start_new_session=True, cwd=self.folder)
        return self.running[name]

    def kill(self, name, how=signal.SIGKILL):
        process = self.running.pop(name, None)
        if process and process.poll() is None:
            process.send_signal(how)
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
        return process

    def end(self):
        for name in reversed(list(self.running)):
            self.kill(name, signal.SIGTERM)


class Cluster:
    """`synchronous`: a commit is acknowledged when the replica has it on disk; without it a failover may lose what was acknowledged.
    Not the strict form: with one replica, nothing could be written until the lost machine is back. A primary that goes on alone
    takes the replica off the list of who may follow it first, so nothing acknowledged is lost by that."""

    def __init__(self, folder, processes, user="postgres"):
        self.folder, self.processes, self.user = folder, processes, user
        (self.rest1, self.rest2, self.pg1, self.pg2, self.raft1, self.raft2, self.raft3, self.primary, self.replica, self.bouncer,
         self.front) = free_ports(11)
        self.rest, self.pg, self.raft = [self.rest1, self.rest2], [self.pg1, self.pg2], [self.raft1, self.raft2, self.raft3]

    def start(self, synchronous):
        owner = pwd.getpwnam(self.user)
        os.chmod(self.folder, 0o755)
        for name in ["node0", "node1", "raft"]:
            path = self.folder / name
            path.mkdir(mode=0o700)
            os.chown(path, owner.pw_uid, owner.pw_gid)
        partners = [f"127.0.0.1:{port}" for port in self.raft]
        for number in range(2):
            self._write(f"node{number}.yml", self._node(number, partners, synchronous))
        self._write("witness.yml", {"raft": {"self_addr": partners[2], "partner_addrs": partners[:2], "data_dir": str(self.folder / "raft")}})
        self.processes.start("witness", ["patroni_raft_controller", str(self.folder / "witness.yml")], self.user)
        for number in range(2):
            self.start_node(number)
            if number == 0:
                until("the first primary", lambda: self.role(0) == "primary", 60)
        until("a replica", lambda: self.replica_ready(synchronous), 90)
        for _ in range(30):
            if self.sql(self.leader(), "SELECT 1 FROM pg_roles WHERE rolname = 'einlass'", check=False) == "1":
                break
            self.sql(self.leader(), "CREATE ROLE einlass LOGIN", check=False)
        self.sql(self.leader(), "CREATE DATABASE einlass OWNER einlass", check=False)

    def start_node(self, number):
        self.processes.start(f"patroni{number}", ["patroni", str(self.folder / f"node{number}.yml")], self.user)

    def _write(self, name, content):
        # JSON is YAML.
        (self.folder / name).write_text(json.dumps(content, indent=1))

    def _node(self, number, partners, synchronous):
        others = [one for at, one in enumerate(partners) if at != number]
        return {
            "scope": "einlass",
            "name": f"node{number}",
            "restapi": {"listen": f"127.0.0.1:{self.rest[number]}", "connect_address": f"127.0.0.1:{self.rest[number]}"},
            "raft": {"self_addr": partners[number], "partner_addrs": others, "data_dir": str(self.folder / "raft")},
            "bootstrap": {
                "dcs": {
                    "ttl": TTL, "loop_wait": 2, "retry_timeout": 5, "maximum_lag_on_failover": 1 << 40,
                    "synchronous_mode": synchronous,
                    "postgresql": {"use_pg_rewind": True, "parameters": {
                        "max_connections": 120, "shared_buffers": "256MB", "wal_level": "replica", "hot_standby": "on",
                        "wal_log_hints": "on", "max_wal_senders": 6, "wal_sender_timeout": "10s", "wal_receiver_timeout": "10s",
                        "wal_keep_size": "512MB",
                        "lc_messages": "C"}},
                },
                "initdb": [{"encoding": "UTF8"}, {"locale": "C.UTF-8"}, "data-checksums"],
                "pg_hba": ["local all all trust", "host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust"],
            },
            "postgresql": {
                "listen": f"127.0.0.1:{self.pg[number]}", "connect_address": f"127.0.0.1:{self.pg[number]}",
                "data_dir": str(self.folder / f"node{number}" / "data"), "bin_dir": PG_BIN, "pgpass": str(self.folder / f"node{number}" / "pgpass"),
                "authentication": {"replication": {"username": "replicator"}, "superuser": {"username": "postgres"}},
                "parameters": {"unix_socket_directories": str(self.folder / f"node{number}")},
            },
            "tags": {},
        }

    def ask(self, number):
        """What Patroni says of a node, whatever the status it says it with."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.rest[number]}/patroni")
        try:
            with urllib.request.urlopen(request, timeout=2) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return json.load(error)

    def role(self, number):
        try:
            told = self.ask(number)
        except OSError:
            return None
        return {"master": "primary"}.get(told.get("role"), told.get("role")) if told.get("state") == "running" else None

    def leader(self):
        return next(number for number in range(2) if self.role(number) == "primary")

    def replica_ready(self, synchronous):
        leader = self.leader()
        state = self.sql(leader, "SELECT string_agg(state || ' ' || sync_state, ',') FROM pg_stat_replication", check=False)
        return ("sync" in state.split(" ") if synchronous else "streaming" in state) and self.role(1 - leader) == "replica"

    def sql(self, number, text, database="postgres", check=True):
        command = [f"{PG_BIN}/psql", "-h", "127.0.0.1", "-p", str(self.pg[number]), "-U", "postgres", "-d", database, "-XAtqc", text]
        result = subprocess.run(command, capture_output=True, text=True, timeout=60, env={**os.environ, "PGCONNECT_TIMEOUT": "3"})
        if check and result.returncode:
            raise RuntimeError(result.stderr)
        return result.stdout.strip()

    def postmaster(self, number):
        return int((self.folder / f"node{number}" / "data" / "postmaster.pid").read_text().split()[0])

    def crash(self, number):
        """The machine is gone: Patroni and the whole PostgreSQL at once, without a word."""
        postmaster = self.postmaster(number)
        children = subprocess.run(["pgrep", "-P", str(postmaster)], capture_output=True, text=True).stdout.split()
        self.processes.kill(f"patroni{number}")
        for pid in [postmaster, *map(int, children)]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def receiver(self, number):
        """The process on a replica that receives what the primary writes."""
        children = subprocess.run(["pgrep", "-P", str(self.postmaster(number)), "-a"], capture_output=True, text=True).stdout
        return next(int(line.split()[0]) for line in children.splitlines() if "walreceiver" in line)

    def stop(self):
        for number in range(2):
            self.processes.kill(f"patroni{number}", signal.SIGTERM)
            pid_file = self.folder / f"node{number}" / "data" / "postmaster.pid"
            if pid_file.exists():
                # Patroni leaves its PostgreSQL running where it was killed itself.
                try:
                    os.kill(int(pid_file.read_text().split()[0]), signal.SIGQUIT)
                except (ProcessLookupError, ValueError):
                    pass


HAPROXY = """
global
    maxconn 2000
defaults
    mode tcp
    timeout connect 2s
    timeout client 60s
    timeout server 60s
    timeout check 2s
    default-server inter 500 fall 2 rise 1 on-marked-down shutdown-sessions
listen primary
    bind 127.0.0.1:{primary}
    option httpchk GET /primary
    http-check expect status 200
    server node0 127.0.0.1:{pg1} check port {rest1}
    server node1 127.0.0.1:{pg2} check port {rest2}
listen replica
    bind 127.0.0.1:{replica}
    option httpchk GET /replica
    http-check expect status 200
    server node0 127.0.0.1:{pg1} check port {rest1}
    server node1 127.0.0.1:{pg2} check port {rest2}
listen front
    mode http
    bind 127.0.0.1:{front}
    balance roundrobin
    option httpchk GET /health/live
    http-check expect status 200
    option redispatch
    retries 2
{instances}
"""

PGBOUNCER = """
[databases]
einlass = host=127.0.0.1 port={primary} dbname=einlass user=einlass
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {bouncer}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 40
max_client_conn = 400
server_login_retry = 1
server_connect_timeout = 3
query_wait_timeout = 5
server_lifetime = 300
ignore_startup_parameters = extra_float_digits,options
"""


def start_doors(cluster, instances):
    """HAProxy and PgBouncer."""
    folder, processes = cluster.folder, cluster.processes
    lines = "\n".join(f"    server einlass{at} 127.0.0.1:{port} check" for at, port in enumerate(instances))
    (folder / "haproxy.cfg").write_text(HAPROXY.format(instances=lines, **vars(cluster)))
    (folder / "pgbouncer.ini").write_text(PGBOUNCER.format(**vars(cluster)).replace("auth_type = any", "auth_type = any\nlogfile = /dev/null\npidfile ="))
    processes.start("haproxy", [shutil.which("haproxy") or "/usr/sbin/haproxy", "-db", "-f", str(folder / "haproxy.cfg")])
    processes.start("pgbouncer", [shutil.which("pgbouncer") or "/usr/sbin/pgbouncer", str(folder / "pgbouncer.ini")], cluster.user)


def folder_for(user):
    path = pathlib.Path(subprocess.run(["mktemp", "-d"], check=True, capture_output=True, text=True).stdout.strip())
    owner = pwd.getpwnam(user)
    os.chown(path, owner.pw_uid, owner.pw_gid)
    return path
