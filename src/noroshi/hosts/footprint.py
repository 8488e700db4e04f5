"""Describe this node on its computer: where it listens, its files and folders, and the program
itself. Nothing is changed, and nothing that is in a file is told."""

from __future__ import annotations

import os
import platform
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from noroshi import __version__
from noroshi.config.config import FILE, Config
from noroshi.config.web import Web
from noroshi.core.os_errors import why
from noroshi.core.words import NOTHING, Words, plain
from noroshi.hosts.threads import apart
from noroshi.hosts.time_zone import machine_zone
from noroshi.ports import Clocks

LOG_FILE = "noroshi.log"
OWN_CERTIFICATE = "web-cert.pem"
DEBIAN_PLUGINS = Path("/usr/lib/nagios/plugins")
UNITS = ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))

MANAGER = Words(en="Manager and API", ja="マネージャーと API")
MANAGER_TLS = Words(en="TLS, for browsers and programs", ja="TLS (ブラウザーとプログラム)")
MANAGER_HERE = Words(en="for this computer alone", ja="このコンピューターだけに開いています")
OFF = Words(en="off (web = false)", ja="なし (web = false)")
DOOR = Words(en="Door", ja="ドア")
DOOR_IS = Words(en="Unix socket for commands{group}", ja="コマンド用の Unix ソケット{group}")
GROUP = Words(en=", open to the group {group}", ja="、グループ {group} にも開放")
HOME = Words(en="Home folder", ja="ホームフォルダー")
HOME_IS = Words(en="settings, store and key", ja="設定、保存先、鍵")
SETTINGS = Words(en="Settings of the process", ja="プロセスの設定")
SETTINGS_IS = Words(en="read at the start of the node", ja="ノードの起動時に読み込みます")
STORE = Words(en="Store", ja="保存先")
STORE_IS = Words(
    en="definitions, states, queue, ledger, samples; copy it with a backup only",
    ja="定義、状態、送信キュー、台帳、測定値。コピーはバックアップの機能で取ってください",
)
LATEST = Words(en="Store: latest writes", ja="保存先: 最新の書き込み")
LATEST_IS = Words(en="belongs to the store", ja="保存先の一部です")
KEY = Words(en="Key of the vault", ja="保管庫の鍵")
KEY_IS = Words(
    en="opens every secret; keep a copy elsewhere",
    ja="すべての秘密を開きます。控えを別の場所に置いてください",
)
CERTIFICATE = Words(en="Certificate of the manager", ja="マネージャーの証明書")
LOG = Words(en="Noroshi's own log", ja="Noroshi 自身のログ")
LOG_STDERR = Words(
    en="the journal under systemd, else the standard error",
    ja="systemd ではジャーナル、それ以外では標準エラー出力",
)
LOG_FILE_IS = Words(en="5 files of 5 MiB, rotated", ja="5 MiB を5個まで、順に入れ替えます")
PROGRAMS = Words(en="Programs that monitors may run", ja="監視項目が実行してよいプログラム")
BEAT = Words(en="Sign of life", ja="生存通知")
BEAT_ON = Words(en="a URL is fetched once a minute", ja="1分ごとに URL を開いています")
BEAT_OFF = Words(
    en="off: nobody notices if this node dies (beat in noroshi.toml)",
    ja="なし: このノードが止まっても誰も気付けません (noroshi.toml の beat)",
)
FACTS = Words(en="{size}mode {mode}, of {owner}", ja="{size}モード {mode}、所有者 {owner}")
SIZE = Words(en="{size}, ", ja="{size}、")
NOT_THERE = Words(en="is not there", ja="ありません")
LISTENS, FILES, GOES = SORTS = ("listens", "files", "goes")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceShown:
    """One thing that belongs to the node: `sort` is listens, files or goes (what goes out);
    `where` an address or a path, "" where there is none; `facts` what is there now."""

    id: str
    sort: str
    title: Words
    where: str
    about: Words
    facts: Words = NOTHING
    there: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The program that runs, and since when; `zone` is the computer's time zone."""

    version: str
    python: str
    system: str
    zone: str
    began: datetime
    seconds: float


class Around:
    """Of one process, from its settings."""

    def __init__(self, config: Config, clocks: Clocks) -> None:
        self._config, self._clocks = config, clocks
        self._began, self._at = clocks.steady(), clocks.wall()

    @property
    def store(self) -> Path:
        """Return the store's file."""
        return self._config.store

    @property
    def manager(self) -> Web | None:
        """Return where the manager listens; None: there is none."""
        return self._config.web

    def program(self) -> Program:
        """Return its version, what it runs on, and for how many seconds it has run."""
        return Program(
            version=__version__,
            python=platform.python_version(),
            system=f"{platform.system()} {platform.release()} ({platform.machine()})",
            zone=machine_zone(),
            began=self._at,
            seconds=self._clocks.steady() - self._began,
        )

    async def places(self) -> Sequence[PlaceShown]:
        """Return all of them, as they are now."""
        return await apart(lambda: tuple(self._places()))

    def _places(self) -> Iterator[PlaceShown]:
        yield self._manager()
        config = self._config
        shown = GROUP.fill(group=config.door_group) if config.door_group else plain("")
        yield _file("door", DOOR, config.door, DOOR_IS.fill(group=shown), LISTENS)
        yield _file("home", HOME, config.home, HOME_IS)
        yield _file("settings", SETTINGS, config.home / FILE, SETTINGS_IS)
        yield _file("store", STORE, config.store, STORE_IS)
        latest = config.store.with_name(f"{config.store.name}-wal")
        if latest.exists():
            yield _file("latest", LATEST, latest, LATEST_IS)
        yield _file("key", KEY, config.key, KEY_IS)
        if config.web is not None and config.web.secure:
            own = config.home / OWN_CERTIFICATE
            yield _file("certificate", CERTIFICATE, config.web.certificate or own, NOTHING)
        yield self._log()
        for number, folder in enumerate(config.programs or (DEBIAN_PLUGINS,), 1):
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
        host = f"[{web.address}]" if ":" in web.address else web.address
        where = f"{'https' if web.secure else 'http'}://{host}:{web.port}"
        about = MANAGER_HERE if web.loopback else MANAGER_TLS
        names = plain(", ".join(web.hosts))
        return PlaceShown(
            id="manager", sort=LISTENS, title=MANAGER, where=where, about=about, facts=names
        )

    def _log(self) -> PlaceShown:
        if self._config.log == "file":
            return _file("log", LOG, self._config.home / LOG_FILE, LOG_FILE_IS)
        return PlaceShown(id="log", sort=FILES, title=LOG, where="", about=LOG_STDERR)


def _file(id: str, title: Words, path: Path, about: Words, sort: str = FILES) -> PlaceShown:
    facts, there = _facts(path)
    return PlaceShown(
        id=id, sort=sort, title=title, where=str(path), about=about, facts=facts, there=there
    )


def _facts(path: Path) -> tuple[Words, bool]:
    """Return what can be seen of a file or folder from outside, and whether it is there."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return NOT_THERE, False
    except OSError as error:
        return why(error), False
    regular = stat.S_ISREG(found.st_mode)
    size = SIZE.fill(size=size_told(found.st_size)) if regular else NOTHING
    mode, owner = f"{stat.S_IMODE(found.st_mode):04o}", _user(found.st_uid)
    return FACTS.fill(size=size, mode=mode, owner=owner), True


def size_told(size: int) -> str:
    """Bytes in a unit in which they can be read."""
    for length, unit in UNITS:
        if size >= length:
            return f"{size / length:.1f} {unit}"
    return f"{size} B"


def _user(number: int) -> str:
    if os.name != "posix":
        return str(number)
    import pwd

    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:  # of a container that this machine does not know
        return str(number)
