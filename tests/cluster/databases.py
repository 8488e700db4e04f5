"""A database on two servers, of which one is the synchronous standby of the other, on small volumes."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext

from tests import postgres
from tests.e2e.world import until
from tests.ports import free_port
from tests.stores.volumes import fill, tmpfs

Network = Callable[[], AbstractContextManager[None]]
"""Enters the network in which a server is to run. Whoever starts a server must outlive it, as a thread, too."""
DATABASE = "noroshi"
SETTINGS = {"wal_keep_size": "256MB", "max_wal_size": "256MB", "hot_standby": "on"}
IS_SYNCHRONOUS = "select count(*) from pg_stat_replication where sync_state = 'sync'"


class Place:
    """A folder for a server of the pair, its port, and a small volume for the tables."""

    def __init__(self, name: str, stack: ExitStack, size: int, network: Network) -> None:
        self.name, self._network = name, network
        with network():
            self.port = free_port()
        self.folder = postgres.make_folder()
        stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self.volume = stack.enter_context(tmpfs(self.folder / "volume", size))
        shutil.chown(self.volume, *_owner())
        self.server: postgres.Server | None = None

    def start(self) -> None:
        with self._network():
            self.server = postgres.start(self.folder, self.port, SETTINGS)

    def stop(self, how: signal.Signals) -> None:
        if self.server is not None:
            postgres.stop(self.server.pid, how)
            self.server = None

    def ask(self, sql: str, database: str = "postgres") -> str:
        """Return what psql says."""
        where = ("-h", f"{self.folder}/socket", "-p", str(self.port), "-U", "noroshi")
        command = postgres.as_user("psql", "-qAtX", *where, "-d", database, "-c", sql)
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def wait_for(self, standby: str) -> None:
        """Let commits wait for that standby; "": for none."""
        with (self.folder / "data/postgresql.auto.conf").open("a") as settings:
            settings.write(f"synchronous_standby_names = '{standby}'\n")
        self.ask("select pg_reload_conf()")

    def copy_of(self, other: Place) -> None:
        """Become a copy of another one, which follows it."""
        shutil.rmtree(self.folder / "data")
        for left in self.volume.iterdir():
            shutil.rmtree(left)
        host = f"host={other.folder}/socket port={other.port} user=noroshi"
        source = f"{host} application_name={self.name}"
        volumes = f"{other.volume}={self.volume}"
        how = (
            "-R",
            "-X",
            "stream",
            "--checkpoint=fast",
            "--no-sync",
            f"--tablespace-mapping={volumes}",
        )
        command = postgres.as_user(
            "pg_basebackup", "-d", source, *how, "-D", f"{self.folder}/data"
        )
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


class Pair:
    """Two places, of which one is the primary, and the other one its synchronous standby."""

    def __init__(
        self, stack: ExitStack, size: int = 200, network: Network = nullcontext
    ) -> None:
        self.places = tuple(Place(name, stack, size, network) for name in ("east", "west"))
        self.primary, self.standby = self.places
        stack.callback(self._end)
        self.primary.start()
        self.primary.ask(f"create tablespace small location '{self.primary.volume}'")
        self.primary.ask(f"create database {DATABASE} tablespace small")
        self.follow()

    def follow(self) -> None:
        """Make the standby anew, and let commits wait for it."""
        self.standby.stop(signal.SIGQUIT)
        self.standby.copy_of(self.primary)
        self.standby.start()
        self.primary.wait_for(self.standby.name)
        until(lambda: self.primary.ask(IS_SYNCHRONOUS) == "1", "the standby to be synchronous")

    def promote(self) -> None:
        """Kill the primary, and let the standby take its place."""
        self.primary.stop(signal.SIGQUIT)
        self.primary, self.standby = self.standby, self.primary
        with (self.primary.folder / "data/postgresql.auto.conf").open("a") as settings:
            settings.write("synchronous_standby_names = ''\n")
        self.primary.ask("select pg_reload_conf()")
        self.primary.ask("select pg_promote()")

    def restart(self, how: signal.Signals, pause: float) -> None:
        self.primary.stop(how)
        time.sleep(pause)
        self.primary.start()

    @contextmanager
    def full(self):
        """Leave no room for the primary's tables meanwhile."""
        filler = fill(self.primary.volume)
        try:
            yield
        finally:
            filler.unlink()

    def cut_connections(self, count: int) -> None:
        """End so many connections of nodes, as an administrator may."""
        self.primary.ask(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name"
            f" like 'noroshi/%' order by random() limit {count}"
        )

    def _end(self) -> None:
        for place in self.places:
            place.stop(signal.SIGQUIT)


def _owner() -> tuple[str, str]:
    return postgres.USER, postgres.GROUP
