"""Describe this node on its computer: the addresses that it listens at, its files and folders,
and the program itself. Nothing is changed, and no content of a file is told."""

from __future__ import annotations

import platform
import stat
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from noroshi import __version__
from noroshi.config.config import Config
from noroshi.config.settings_file import FILE
from noroshi.config.web import Web
from noroshi.core.host_port import authority
from noroshi.core.translation import NOTHING, Message, _, list_names, plain
from noroshi.hosts.programs import USUAL_FOLDERS
from noroshi.hosts.threads import run_in_thread
from noroshi.hosts.time_zone import machine_zone
from noroshi.knowledge.os_errors import cause_text
from noroshi.ports import Clocks
from noroshi.system.owners import owner_name

if sys.platform == "win32":
    from noroshi.system.named_pipe import pipe_name

LOG_FILE = "noroshi.log"
OWN_CERTIFICATE = "web-cert.pem"
UNITS = ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))

MANAGER = _("Manager and API")
MANAGER_TLS = _("TLS, for browsers and programs")
MANAGER_HERE = _("reachable from this computer only")
OFF = _("off (web = false)")
if sys.platform == "win32":
    DOOR = _("Named pipe")
    DOOR_IS = _("named pipe for commands{group}")
else:
    DOOR = _("Socket")
    DOOR_IS = _("Unix socket for commands{group}")
GROUP = _(", open to the group {group}")
HOME = _("Home folder")
HOME_IS = _("settings, store and key")
SETTINGS = _("Node settings")
SETTINGS_IS = _("read when the node starts")
STORE = _("Store")
STORE_IS = _("definitions, states, queue, ledger, samples; to copy the store, make a backup")
LATEST = _("Store: latest writes")
LATEST_IS = _("belongs to the store")
KEY = _("Vault key")
KEY_IS = _("decrypts all secrets; keep a copy elsewhere")
CERTIFICATE = _("Certificate of the manager")
LOG = _("Noroshi's own log")
LOG_STDERR = _("the journal under systemd, otherwise standard error")
LOG_FILE_IS = _("5 files of 5 MiB, rotated")
PROGRAMS = _("Folders of programs that monitors may run")
BEAT = _("External heartbeat")
BEAT_ON = _("a URL is requested every minute")
BEAT_OFF = _(
    "off: nobody is notified if this node fails or becomes unreachable (to turn it on, set "
    "“beat” in noroshi.toml)"
)
FACTS = _("{size}mode {mode}, owner {owner}")
SIZE = _("{size}, ")
NOT_THERE = _("does not exist")
LISTENS, FILES, GOES = SORTS = ("listens", "files", "goes")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceShown:
    """Show one thing that belongs to the node: `sort` is listens, files or goes (what goes
    out); `where` an address or a path, "" where there is none; `facts` what is there now."""

    id: str
    sort: str
    title: Message
    where: str
    about: Message
    facts: Message = NOTHING
    there: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The program that runs, and since when; `zone` is the computer's time zone."""

    version: str
    python: str
    system: str
    zone: str
    started_at: datetime
    seconds: float


class Surroundings:
    """Hold the surroundings of one process, from its settings."""

    def __init__(self, config: Config, clocks: Clocks) -> None:
        self._config, self._clocks = config, clocks
        self._started_at, self._started_wall = clocks.steady(), clocks.wall()

    @property
    def store(self) -> Path:
        """Return the store's file."""
        return self._config.store

    @property
    def manager(self) -> Web | None:
        """Return where the manager listens; None: there is none."""
        return self._config.web

    def program(self) -> Program:
        """Return the version of the program, the system that it runs on, and the seconds that
        it has run."""
        return Program(
            version=__version__,
            python=platform.python_version(),
            system=f"{platform.system()} {platform.release()} ({platform.machine()})",
            zone=machine_zone(),
            started_at=self._started_wall,
            seconds=self._clocks.steady() - self._started_at,
        )

    async def places(self) -> Sequence[PlaceShown]:
        """Return all of them, as they are now."""
        return await run_in_thread(lambda: tuple(self._places()))

    def _places(self) -> Iterator[PlaceShown]:
        yield self._manager()
        config = self._config
        yield _door(config)
        yield _file("home", HOME, config.home, HOME_IS)
        yield _file("settings", SETTINGS, config.home / FILE, SETTINGS_IS)
        yield _file("store", STORE, config.store, STORE_IS)
        write_ahead_log = config.store.with_name(f"{config.store.name}-wal")
        if write_ahead_log.exists():
            yield _file("latest", LATEST, write_ahead_log, LATEST_IS)
        yield _file("key", KEY, config.key, KEY_IS)
        if config.web is not None and config.web.secure:
            own_certificate = config.home / OWN_CERTIFICATE
            yield _file(
                "certificate", CERTIFICATE, config.web.certificate or own_certificate, NOTHING
            )
        yield self._log()
        for number, folder in enumerate(config.programs or USUAL_FOLDERS, 1):
            yield _file(f"programs-{number}", PROGRAMS, folder, NOTHING)
        yield PlaceShown(
            id="beat",
            sort=GOES,
            title=BEAT,
            where="",
            about=BEAT_ON if config.beat else BEAT_OFF,
        )

    def _manager(self) -> PlaceShown:
        web = self._config.web
        if web is None:
            return PlaceShown(
                id="manager", sort=LISTENS, title=MANAGER, where="", about=OFF, there=False
            )
        url = f"{'https' if web.secure else 'http'}://{authority(web.address, web.port)}"
        reach_text = MANAGER_HERE if web.loopback else MANAGER_TLS
        names = list_names(web.hosts)
        return PlaceShown(
            id="manager", sort=LISTENS, title=MANAGER, where=url, about=reach_text, facts=names
        )

    def _log(self) -> PlaceShown:
        if self._config.log == "file":
            return _file("log", LOG, self._config.home / LOG_FILE, LOG_FILE_IS)
        return PlaceShown(id="log", sort=FILES, title=LOG, where="", about=LOG_STDERR)


def _door(config: Config) -> PlaceShown:
    group_text = GROUP.fill(group=config.door_group) if config.door_group else plain("")
    description = DOOR_IS.fill(group=group_text)
    if sys.platform == "win32":  # a pipe is no file: to look whether it exists would open it
        name = pipe_name(str(config.door))
        return PlaceShown(id="door", sort=LISTENS, title=DOOR, where=name, about=description)
    return _file("door", DOOR, config.door, description, LISTENS)


def _file(
    id: str, title: Message, path: Path, description: Message, sort: str = FILES
) -> PlaceShown:
    facts, exists = _facts(path)
    return PlaceShown(
        id=id,
        sort=sort,
        title=title,
        where=str(path),
        about=description,
        facts=facts,
        there=exists,
    )


def _facts(path: Path) -> tuple[Message, bool]:
    """Return what can be seen of a file or folder from outside, and whether it is there."""
    try:
        file_status = path.stat()
    except FileNotFoundError:
        return NOT_THERE, False
    except OSError as error:
        return cause_text(error), False
    is_regular = stat.S_ISREG(file_status.st_mode)
    size = SIZE.fill(size=size_text(file_status.st_size)) if is_regular else NOTHING
    mode, owner = f"{stat.S_IMODE(file_status.st_mode):04o}", owner_name(path)
    return FACTS.fill(size=size, mode=mode, owner=owner), True


def size_text(size: int) -> str:
    """Return bytes in a unit in which they can be read."""
    for length, unit in UNITS:
        if size >= length:
            return f"{size / length:.1f} {unit}"
    return f"{size} B"
