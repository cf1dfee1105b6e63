"""A PostgreSQL cluster of one's own, reached through a socket; and copies of it. Standard library only."""

import os
import pathlib
import pwd
import shutil
import subprocess
import time

# PostgreSQL does not run as root.
AS = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups", "--"] if os.geteuid() == 0 else []


def own(path: pathlib.Path) -> pathlib.Path:
    """A folder of whoever runs the servers."""
    path.mkdir(parents=True, exist_ok=True)
    if AS:
        account = pwd.getpwnam("postgres")
        os.chown(path, account.pw_uid, account.pw_gid)
    path.chmod(0o700)
    return path


class Cluster:
    def __init__(self, programs: pathlib.Path, folder: pathlib.Path) -> None:
        self.programs = programs
        folder.mkdir(exist_ok=True)
        folder.chmod(0o711)
        self.folder, self.data = folder, folder / "data"
        # Everybody may knock; only this account knows where.
        self.socket = own(folder / "s")
        self.socket.chmod(0o711)
        self.process: subprocess.Popen[bytes] | None = None

    def program(self, name: str, *arguments: str, **more: object) -> subprocess.CompletedProcess[str]:
        command = [*AS, str(self.programs / name), *arguments]
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, timeout=600, check=False, **more)
        if done.returncode != 0:
            raise SystemExit(f"{name}: {done.stderr[-2000:]}")
        return done

    def initialise(self) -> None:
        own(self.data)
        self.program("initdb", "-D", str(self.data), "-U", "einlass", "-A", "trust", "--no-locale", "-E", "UTF8")

    def start(self, *settings: str) -> None:
        options = [word for setting in ("listen_addresses=", "log_min_messages=warning", *settings) for word in ("-c", setting)]
        command = [*AS, str(self.programs / "postgres"), "-D", str(self.data), "-k", str(self.socket), *options]
        log = (self.folder / "postgres.log").open("ab")
        self.process = subprocess.Popen(command, cwd="/", stdout=log, stderr=log)
        for _ in range(600):
            if self.process.poll() is not None:
                raise SystemExit((self.folder / "postgres.log").read_text()[-2000:])
            if self.says("SELECT NOT pg_is_in_recovery()", "postgres") == "t":
                return
            time.sleep(0.1)
        raise SystemExit("the database did not get ready in a minute")

    def stop(self) -> None:
        if self.process:
            self.process.send_signal(2)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.send_signal(3)
                self.process.wait(30)
            self.process = None

    def url(self, database: str = "einlass") -> str:
        return f"postgresql://einlass@/{database}?host={self.socket}"

    def psql(self, database: str) -> list[str]:
        return [str(self.programs / "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", self.url(database)]

    def says(self, sql: str, database: str = "einlass") -> str | None:
        """What it answers, `None` where it does not."""
        done = subprocess.run([*self.psql(database), "-c", sql], capture_output=True, text=True, timeout=300, check=False)
        return done.stdout.strip() if done.returncode == 0 else None

    def sql(self, sql: str, database: str = "einlass") -> str:
        done = subprocess.run(self.psql(database), input=sql, capture_output=True, text=True, timeout=600, check=False)
        if done.returncode != 0:
            raise SystemExit(f"{sql[:200]}: {done.stderr[-2000:]}")
        return done.stdout.strip()


class Session:
    """One connection that keeps its transaction."""

    def __init__(self, cluster: Cluster) -> None:
        self.process = subprocess.Popen(
            cluster.psql("einlass"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def ask(self, sql: str) -> list[str]:
        self.process.stdin.write(f"{sql};\n\\echo --end--\n")
        self.process.stdin.flush()
        lines = []
        for line in self.process.stdout:
            if line.rstrip("\n") == "--end--":
                return lines
            lines.append(line.rstrip("\n"))
        raise SystemExit(f"the session ended at: {sql[:200]}")

    def end(self) -> None:
        self.process.stdin.close()
        self.process.wait(30)


TABLES = """SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"""
CHECKSUM = "SELECT '{0} ' || count(*) || ' ' || coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '') FROM public.{0} t"


def checksums(ask) -> dict[str, str]:
    """Of each table how many rows and a digest over all of them; `ask` answers in lines."""
    lines = [ask(CHECKSUM.format(table))[0].strip() for table in ask(TABLES)]
    return {line.split(" ")[0]: line for line in lines}


def copy_of(folder: pathlib.Path, to: pathlib.Path) -> None:
    shutil.copytree(folder, to, symlinks=True)
    if AS:
        account = pwd.getpwnam("postgres")
        for path in [to, *to.rglob("*")]:
            os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)
    to.chmod(0o700)
