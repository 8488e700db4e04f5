"""One PostgreSQL for all workers: the first that needs it starts it, and it ends after the last.

Each worker holds a shared lock on a file for as long as it lives, however it ends. A keeper, a
process of its own, starts the server, waits until nobody holds that lock any more, stops the
server and removes its files. The server belongs to an ordinary user, and so does its data.

`POSTGRES_BIN` names the folder of the programs, else it is the newest of Debian's.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.ports import free_port

DEBIAN = Path("/usr/lib/postgresql")
OLDEST = 15
PASSWORD = "only-for-the-tests"
"""Over TCP; the socket asks for none."""
USER, GROUP = "nobody", "nogroup"
"""Whom the server belongs to if root runs the tests; else to who does."""
DIES_WITH_PARENT = ("setpriv", "--pdeathsig=INT")
DROP = (f"--reuid={USER}", f"--regid={GROUP}", "--clear-groups") if os.geteuid() == 0 else ()
STARTS_WITHIN = 280
SHARED: Mapping[str, str] = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_wal_size": "256MB",
    "autovacuum_naptime": "10min",
}
"""A server that is never killed need not survive it."""
SETTINGS: Mapping[str, str] = {
    "max_connections": "200",
    "shared_buffers": "64MB",
    "password_encryption": "scram-sha-256",
    "log_min_messages": "warning",
    "lc_messages": "C",
}


def programs() -> Path:
    """Return the folder of the server's programs."""
    if given := os.environ.get("POSTGRES_BIN"):
        return Path(given)
    found = {int(f.name): f / "bin" for f in DEBIAN.glob("*") if (f / "bin/postgres").exists()}
    newest = max(found, default=0)
    assert newest >= OLDEST, (
        f"no PostgreSQL of {OLDEST} or later in {DEBIAN}: run `make debian`"
    )
    return found[newest]


@dataclass(frozen=True, slots=True)
class Server:
    """Hold where a server is to be reached, and by which process it runs."""

    folder: str
    port: int
    pid: int

    @property
    def socket(self) -> str:
        return f"{self.folder}/socket"

    @property
    def certificate(self) -> str:
        """Return the file of a secure server's certificate, which it issued itself."""
        return f"{self.folder}/data/server.crt"

    @property
    def log(self) -> Path:
        return Path(self.folder, "log")

    def make_database(self) -> str:
        """Make an empty database, and return its name."""
        name = f"database_{uuid.uuid4().hex}"
        to = ("-h", self.socket, "-p", str(self.port), "-U", "noroshi", "-d", "postgres")
        _run("psql", "-q", *to, "-c", f"create database {name}")
        return name

    def url(self, database: str = "postgres") -> str:
        """Return the address by the socket, without a password."""
        return f"postgresql://noroshi@/{database}?host={self.socket}&port={self.port}"

    def tcp_url(self, database: str = "postgres", user: str = "noroshi") -> str:
        """Return the address by TCP, which asks for PASSWORD."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"


@contextlib.contextmanager
def server(settings: Mapping[str, str] = SHARED, *, secure: bool = False) -> Iterator[Server]:
    """Run a server of its own; `settings` {} keep what is committed through kill -9. A `secure`
    one has a certificate for localhost, and lets nobody in as `barred`."""
    folder = make_folder()
    if secure:
        _secure(folder)
    try:
        yield (one := start(folder, free_port(), settings))
        stop(one.pid)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def make_folder() -> Path:
    """Make a folder that the server's user can reach, in memory if the tests' files are there."""
    place = os.environ.get("PYTEST_DEBUG_TEMPROOT") or tempfile.gettempdir()
    folder = Path(tempfile.mkdtemp(prefix="noroshi-postgres-", dir=place))
    (folder / "socket").mkdir()
    (folder / "password").write_text(PASSWORD)
    _give(folder, folder / "socket", folder / "password")
    _run("initdb", *_initdb(folder))
    return folder


def _give(*paths: Path) -> None:
    if os.geteuid() == 0:
        for path in paths:
            shutil.chown(path, USER, GROUP)


def _initdb(folder: Path) -> Sequence[str]:
    return (
        *("-D", str(folder / "data"), "-U", "noroshi", "--no-sync", "--no-instructions"),
        *("--auth-local=trust", "--auth-host=scram-sha-256"),
        *("--pwfile", str(folder / "password"), "-E", "UTF8", "--locale=C.UTF-8"),
    )


def _secure(folder: Path) -> None:
    key, certificate = folder / "data/server.key", folder / "data/server.crt"
    names = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
    files = ("-keyout", str(key), "-out", str(certificate))
    made = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
    subprocess.run(
        [*made, "-nodes", "-days", "2", *names, *files], check=True, capture_output=True
    )
    _give(key, certificate)
    access = folder / "data/pg_hba.conf"
    access.write_text(f"host all barred all reject\n{access.read_text()}")
    certificate.chmod(0o644)


def start(folder: Path, port: int, settings: Mapping[str, str]) -> Server:
    """Start the server of a folder, and return once it accepts connections."""
    given = {**SETTINGS, **settings, "unix_socket_directories": str(folder / "socket")}
    options = [part for name, value in given.items() for part in ("-c", f"{name}={value}")]
    command = ["-D", str(folder / "data"), "-h", "127.0.0.1", "-p", str(port), *options]
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(as_user("postgres", *command), stdout=log, stderr=log)
    await_answer(process, str(folder / "socket"), port, folder / "log")
    process.returncode = 0  # whoever stops it waits for it, by its number
    return Server(str(folder), port, process.pid)


def await_answer(process: subprocess.Popen[bytes], host: str, port: int, log: Path) -> None:
    """Return once a server that was started answers."""
    ready = as_user("pg_isready", "-q", "-h", host, "-p", str(port))
    end = time.monotonic() + STARTS_WITHIN
    while subprocess.run(ready, check=False).returncode:
        lives = process.poll() is None and time.monotonic() < end
        assert lives, f"PostgreSQL does not start: {log.read_text()}"
        time.sleep(0.05)


def stop(pid: int, how: signal.Signals = signal.SIGINT) -> None:
    """End a server that this process started; SIGINT cuts all connections and writes down."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, how)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, 0)


def as_user(program: str, *arguments: str) -> list[str]:
    """Return the command that runs one of the server's programs as the user whom it belongs to."""
    return [*DIES_WITH_PARENT, *DROP, str(programs() / program), *arguments]


def _run(program: str, *arguments: str) -> None:
    subprocess.run(as_user(program, *arguments), check=True, stdout=subprocess.DEVNULL)


@contextlib.contextmanager
def shared_server(place: Path) -> Iterator[Server]:
    """Use the server of all workers that name the same place."""
    place.mkdir(exist_ok=True)
    with (place / "users").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)  # waits while a keeper stops the last one
        yield _find_or_start(place)


def _find_or_start(place: Path) -> Server:
    with (place / "start").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / "server.json").exists():
            keeper = [sys.executable, "-m", "tests.postgres", str(place)]
            root = Path(__file__).parent.parent
            with (place / "keeper.log").open("ab") as log:
                process = subprocess.Popen(keeper, cwd=root, stderr=log, start_new_session=True)
                process.returncode = 0  # it outlives us
            _await_file(place)
    return Server(**json.loads((place / "server.json").read_text()))


def _await_file(place: Path) -> None:
    end = time.monotonic() + STARTS_WITHIN
    while not (place / "server.json").exists():
        assert time.monotonic() < end, (place / "keeper.log").read_text()
        time.sleep(0.05)


def keep(place: Path) -> None:
    """Run the server of that place until none of its users lives."""
    with server() as one, (place / "users").open("a") as users:
        (place / "new").write_text(json.dumps(asdict(one)))
        (place / "new").rename(place / "server.json")
        fcntl.flock(users, fcntl.LOCK_EX)
        (place / "server.json").unlink()


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
