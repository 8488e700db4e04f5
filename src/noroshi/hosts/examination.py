"""This computer, as far as a node needs it: program, store, files and who may read them, door, port.

No step needs another one. Nothing is changed.
"""

from __future__ import annotations

import os
import platform
import shutil
import stat
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from pysqlite3 import dbapi2 as driver

from noroshi import __version__
from noroshi.config.config import Config
from noroshi.config.settings_file import FILE
from noroshi.core.command_text import CommandText
from noroshi.core.translation import Message, _, list_names, ngettext, plain
from noroshi.hosts.manager_port import look_at_port
from noroshi.hosts.threads import run_in_thread
from noroshi.knowledge.knowledge_files import knowledge
from noroshi.knowledge.os_errors import cause_text
from noroshi.ports import Store
from noroshi.ports.examination import Cure, Exam, Step, StepError, StepResult, Whose, literal
from noroshi.system.owners import is_group, owner_name
from noroshi.vault import KeyRing, VaultError
from noroshi.vault.keys import SOURCE_WORDS

if sys.platform == "win32":
    from noroshi.system.named_pipe import is_pipe_open, pipe_name
    from noroshi.system.owners import readers, writers
else:
    from noroshi.system.owners import user_name

OTHERS_WRITE, OTHERS_READ = 0o022, 0o044
LEAST_ROOM, LITTLE_ROOM = 32 << 20, 500 << 20
"""Bytes free below which no samples are kept (stores/sqlite/disk_reserve.py), and which are few."""
AT_ONCE = _("immediately")

PROGRAM, SQLITE = _("Program"), plain("SQLite")
HOME, KEY = _("Home folder"), _("Key")
ROOM = _("Free space")
MANAGER = _("Manager")
VERSIONS = _("Noroshi {own}, Python {python}, {system}")
OF_STORE = _("{version}, {path}, {size:.1f} MiB")
STORE_ILL = _("The store has a problem: {why}.")
HOME_FOREIGN = _(
    "{path} belongs to {owner}, but Noroshi runs as {user} and cannot write there."
)
AWAY = _("{path} cannot be examined: {why}.")
OF_KEY = ngettext(
    "decrypts the only entry ({source})", "decrypts all {count} entries ({source})"
)
EMPTY_VAULT = _("the vault is empty ({source})")
KEY_FAILS = _("The key does not decrypt {names}: they were encrypted with a different key.")
NO_RING = _("not examined here")
FREE = _("{free} free in {folder}")
NO_ROOM = _("{folder} has {free} free. Samples are no longer saved; alarms are still sent.")
FEW = _("Only {free} is free in {folder}; below 32 MiB, samples are no longer saved.")
GROUP = _(", group {group}")
NO_DOOR = _("{path}: nothing is listening there")
NO_GROUP = _("The group {group}, set as door_group in {file}, does not exist.")
if sys.platform == "win32":
    DOOR, MAKE_GROUP = _("Pipe"), "New-LocalGroup {group}"
    STORE_READ = _(
        "{path}, which holds messages and addresses, is readable by {names}. Remove this "
        "permission under Properties › Security."
    )
    OF_HOME = _("{path}, owner {owner}")
    HOME_OPEN = _(
        "{path} is writable by {names}, who could replace the key or the store there. Remove "
        "this permission under Properties › Security."
    )
    OF_DOOR = _("{path} (open{group})")
    VOLUMES, SHOW = "Get-Volume", 'Get-Acl "{path}" | Format-List'
    ROOM_LINES = (VOLUMES, 'Get-ChildItem "{folder}" | Sort-Object Length -Descending')
else:
    DOOR, MAKE_GROUP = _("Socket"), "groupadd --system {group}"
    STORE_READ = _(
        "Users other than Noroshi's can read {path} (mode {mode}), which holds messages and "
        "addresses. Run: chmod 600 {path}"
    )
    OF_HOME = _("{path}, owner {owner} (mode {mode})")
    HOME_OPEN = _(
        "Users other than its owner can write to {path} (mode {mode}) and could replace the key "
        "or the store there."
    )
    OF_DOOR = _("{path} (mode {mode}{group})")
    VOLUMES, SHOW = "df -h", "ls -ld {path}"
    ROOM_LINES = ("df -h {folder}", "du -sh {folder}/*")


class System:
    """Examine the computer around one home folder."""

    def __init__(
        self,
        config: Config,
        store: Store,
        ring: KeyRing | None,
        database_steps: Callable[[], Sequence[Step]] | None = None,
    ) -> None:
        self._config, self._store, self._ring = config, store, ring
        self._database_steps = database_steps

    def steps(self) -> Sequence[Step]:
        """Return the stages; none of them needs another one to be well, but those of a database."""
        stages: tuple[tuple[str, Message, Callable[[], Awaitable[StepResult]]], ...] = (
            ("program", PROGRAM, self._program),
            ("sqlite", SQLITE, self._sqlite),
            ("home", HOME, self._home),
            ("key", KEY, self._key),
            ("room", ROOM, self._room),
            ("door", DOOR, self._door),
            ("manager", MANAGER, self._manager),
        )
        steps = [Step(name=n, title=t, take=look, is_independent=True) for n, t, look in stages]
        if self._database_steps is None:
            return tuple(steps)
        return (*(one for one in steps if one.name != "sqlite"), *self._database_steps())

    async def _program(self) -> StepResult:
        system = f"{platform.system()} {platform.release()} ({platform.machine()})"
        facts = {"own": __version__, "python": platform.python_version(), "system": system}
        return StepResult(VERSIONS.fill(**facts))

    async def _sqlite(self) -> StepResult:
        path = self._config.store
        is_lost = await self._store.is_lost()
        if (trouble := await self._store.trouble()) is not None:
            words = STORE_ILL.fill(why=trouble)
            if is_lost:
                cure = knowledge().cures["computer.bring_back"]
                raise StepError(plain(""), cure.remedy(words, Exam()))
            raise _step_error(words, VOLUMES, CommandText("check-store"))
        file_status = await _stat(path)
        version = f"SQLite {driver.sqlite_version}"
        summary = OF_STORE.fill(version=version, path=path, size=file_status.st_size / 2**20)
        if sys.platform == "win32":
            names = await run_in_thread(lambda: readers(path))
            remarks = (STORE_READ.fill(path=path, names=list_names(names)),) if names else ()
            return StepResult(summary, remarks)
        if file_status.st_mode & (OTHERS_READ | OTHERS_WRITE):
            return StepResult(summary, (STORE_READ.fill(path=path, mode=_mode(file_status)),))
        return StepResult(summary)

    async def _home(self) -> StepResult:
        path = self._config.home
        file_status = await _stat(path)
        owner = await run_in_thread(lambda: owner_name(path))
        if sys.platform == "win32":
            if names := await run_in_thread(lambda: writers(path)):
                raise _step_error(HOME_OPEN.fill(path=path, names=list_names(names)))
            return StepResult(OF_HOME.fill(path=path, owner=owner))
        else:
            facts = {"path": path, "owner": owner, "mode": _mode(file_status)}
            if file_status.st_mode & OTHERS_WRITE:
                raise _step_error(HOME_OPEN.fill(**facts), f"chmod go-w {path}")
            if os.geteuid() not in (0, file_status.st_uid):
                user = user_name(os.geteuid())
                raise _step_error(
                    HOME_FOREIGN.fill(**facts, user=user), f"chown -R {user} {path}"
                )
            return StepResult(OF_HOME.fill(**facts))

    async def _key(self) -> StepResult:
        if self._ring is None:
            return StepResult(NO_RING)
        try:
            key_check = await self._ring.check()
        except VaultError as error:
            raise _step_error(
                error.words, CommandText("key check"), CommandText("key restore", "FILE")
            ) from None
        unreadable_entries = sorted(
            name for name, fault in key_check.entries.items() if fault is not None
        )
        if unreadable_entries:
            words = KEY_FAILS.fill(names=list_names(unreadable_entries))
            raise _step_error(
                words, CommandText("key check"), CommandText("key restore", "FILE")
            )
        source = SOURCE_WORDS[key_check.source].fill(path=key_check.path)
        if not key_check.entries:
            return StepResult(EMPTY_VAULT.fill(source=source))
        return StepResult(OF_KEY.fill(count=len(key_check.entries), source=source))

    async def _room(self) -> StepResult:
        folder = self._config.store.parent
        free = (await run_in_thread(lambda: shutil.disk_usage(folder))).free
        facts = {"folder": folder, "free": f"{free / 2**30:.1f} GiB"}
        if free < LEAST_ROOM:
            facts["free"] = f"{free / 2**20:.0f} MiB"
            lines = (line.format(folder=folder) for line in ROOM_LINES)
            raise _step_error(NO_ROOM.fill(**facts), *lines)
        remarks = (FEW.fill(**facts),) if free < LITTLE_ROOM else ()
        return StepResult(FREE.fill(**facts), remarks)

    async def _door(self) -> StepResult:
        path, group = self._config.door, self._config.door_group
        if group and not await run_in_thread(lambda: is_group(group)):
            words = NO_GROUP.fill(group=group, file=FILE)
            raise _step_error(words, MAKE_GROUP.format(group=group))
        group_text = GROUP.fill(group=group) if group else plain("")
        if sys.platform == "win32":
            pipe = pipe_name(str(path))
            if not await run_in_thread(lambda: is_pipe_open(pipe)):
                return StepResult(NO_DOOR.fill(path=pipe))
            return StepResult(OF_DOOR.fill(path=pipe, group=group_text))
        try:
            file_status = await run_in_thread(path.stat)
        except OSError:
            return StepResult(NO_DOOR.fill(path=path))
        return StepResult(OF_DOOR.fill(path=path, mode=_mode(file_status), group=group_text))

    async def _manager(self) -> StepResult:
        return await look_at_port(self._config.web)


async def _stat(path: Path) -> os.stat_result:
    try:
        return await run_in_thread(path.stat)
    except OSError as error:
        words = AWAY.fill(path=path, why=cause_text(error))
        raise _step_error(words, SHOW.format(path=path)) from None


def _step_error(words: Message, *lines: str | CommandText) -> StepError:
    copied_lines = tuple(literal(line) if isinstance(line, str) else line for line in lines)
    cure = Cure(party=Whose.YOU, lines=copied_lines, delay=AT_ONCE)
    return StepError(plain(""), cure.remedy(words, Exam()))


def _mode(file_status: os.stat_result) -> str:
    return f"{stat.S_IMODE(file_status.st_mode):04o}"
