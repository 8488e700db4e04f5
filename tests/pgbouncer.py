"""PgBouncer in transaction mode before a server of the tests: a process of an ordinary user, in a folder
of its own."""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from noroshi.config.database import Database
from tests import postgres
from tests.ports import free_port
from tests.postgres import PASSWORD, USER, Server

PROGRAM = "/usr/sbin/pgbouncer"
SETTINGS = """
[databases]
* = host={server.socket} port={server.port} user=noroshi
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir = {folder}
auth_type = scram-sha-256
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = {connections}
max_client_conn = 200
max_prepared_statements = {prepared}
"""


@dataclass(frozen=True, slots=True)
class Pooler:
    """Hold where a pooler is to be reached."""

    server: Server
    port: int
    password_file: Path

    def database(self, name: str) -> Database:
        """Return a database as a node behind the pooler is told of it."""
        return Database(url=self.tcp_url(name), password_file=self.password_file, pooler=True)

    def tcp_url(self, database: str) -> str:
        """Return the address through the pooler, which asks for PASSWORD."""
        return replace(self.server, port=self.port).tcp_url(database)


@contextlib.contextmanager
def pooler(server: Server, *, connections: int = 4, prepared: int = 0) -> Iterator[Pooler]:
    """Run a pooler with so few connections to the server that clients have to share them. `prepared`: how
    many prepared statements it keeps for a client; 0, as before its version 1.21: none."""
    place = tempfile.mkdtemp(prefix="noroshi-pgbouncer-", dir=Path(server.folder).parent)
    folder, port = Path(place), free_port()
    given = {"server": server, "port": port, "folder": folder, "connections": connections}
    (folder / "ini").write_text(SETTINGS.format(**given, prepared=prepared))
    (folder / "users").write_text(f'"noroshi" "{PASSWORD}"\n')
    password_file = folder / "password"
    password_file.write_text(PASSWORD)
    password_file.chmod(0o600)
    if postgres.DROP:
        for path in (folder, folder / "ini", folder / "users"):
            shutil.chown(path, USER, postgres.GROUP)
    command = [*postgres.DIES_WITH_PARENT, *postgres.DROP, PROGRAM, "-q", str(folder / "ini")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        postgres.await_answer(process, "127.0.0.1", port, folder / "log")
        yield Pooler(server, port, password_file)
    finally:
        process.send_signal(signal.SIGQUIT)
        process.wait()
        shutil.rmtree(folder)
