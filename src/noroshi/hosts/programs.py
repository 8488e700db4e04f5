"""Decide which programs may be run, and as whom: anew before each run, not at save time alone.

Folders and users come from the process's own file, so that who may edit a monitor may
choose among programs, and never add one.
"""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from noroshi.config.config import Config
from noroshi.config.setting_values import NO_VARIABLE, VARIABLE
from noroshi.core.printable import visible_text
from noroshi.core.translation import SENTENCES, Message, _, joined, list_names, plain
from noroshi.knowledge.os_errors import cause_text
from noroshi.ports import USUAL_BITS, Program, Unmeasurable

if sys.platform == "win32":
    from noroshi.hosts.windows_command import SUFFIXES
    from noroshi.system.owners import closing_command, openings
else:
    import pwd

    from noroshi.system.owners import user_name

DEBIAN = Path("/usr/lib/nagios/plugins")
"""The folder of Debian's monitoring-plugins, whose programs may run when no folder is named."""
USUAL_FOLDERS = () if sys.platform == "win32" else (DEBIAN,)
CARRIERS = frozenset({"check_apt", "check_by_ssh", "negate", "urlize"})
"""Debian's plugins whose arguments name another program to run (negate /bin/sh ...)."""
OWN_SCRIPTS = Path(__file__).parent / "scripts"
"""The folder of Noroshi's own scripts, which only read and which every definition may run."""
OWN = "noroshi:"
"""Begins the name of a script of Noroshi, in place of its folder, which differs between servers."""
NOBODY = "nobody"
WRITABLE = stat.S_IWGRP | stat.S_IWOTH
"""An ACL that lets others write shows in the group's bits as well (acl(5))."""

NO_PROGRAM = _("no program is set; argv takes its full path, then its arguments")
if sys.platform == "win32":
    NOT_WHOLE = _("{path} must be a full path on a local drive, such as C:\\Checks\\disk.exe")
else:
    NOT_WHOLE = _("{path} must be a full path, beginning with /")
MISSING = _("{path} cannot be examined: {why}")
NO_PLUGIN = _(
    "{path} does not exist. On Debian and Ubuntu, Nagios plug-ins are in the packages "
    "monitoring-plugins-basic and monitoring-plugins-standard"
)
NOT_APART = _(
    "{path} does not exist. In argv, the program and each argument are separate entries (in "
    "the manager, one per line)"
)
OUTSIDE = _(
    "{path} is not in a folder whose programs may run ({folders}); add its folder to "
    "`programs` in noroshi.toml"
)
NO_OWN_SCRIPT = _("Noroshi has no script “{path}”; its scripts are {names}")
FOR_WINDOWS = _("{path} is a PowerShell script; it works on Windows only")
NO_FILE = _("{path} is not a regular file")
NOT_EXECUTABLE = _("{path} is not executable (chmod +x)")
FOREIGN = _("{path} belongs to {owner}; programs that may run must belong to {wanted}")
OPEN = _("other users can write to {path} (chmod go-w)")
FOR_ALL = _("{path} is a folder that everyone can write to; put the program elsewhere")
CARRIER = _(
    "{path} runs other programs, so it may run only if `programs` in noroshi.toml lists its "
    "folder"
)
NOT_LISTED = _(
    "noroshi.toml does not allow definitions to set {names}; add this line there: {line}"
)
NO_USER = _("there is no user “{name}” on this computer")
NOT_ALLOWED = _(
    "no script is allowed to run as {name}; `runs_as` in noroshi.toml lists the users that may"
)
NO_OTHER_USER = _(
    "on Windows, every script runs under Noroshi's service account; remove `runs_as` from "
    "the monitor"
)
NO_PROGRAM_NAME = _("the name of {path} must end in one of {suffixes}")
OPEN_TO = _(
    "{names} can change {path}; only administrators may have write access to a program that may "
    "run, and to its folders"
)
OPEN_FOLDER = _(
    "{names} can change {path}; only administrators may have write access to a program that "
    "may run, and to its folders. A folder created in the root of a drive inherits write "
    "access for users. To remove it: {command}"
)
NO_FOLDER = _(
    "{path} is not allowed to run, because `programs` in noroshi.toml lists no folders; add "
    "the folder of this program there"
)
ONLY_ON_WINDOWS = _("only Windows has a 32-bit PowerShell; remove `bits` from the monitor")
ONLY_FOR_POWERSHELL = _(
    "`bits` is for .ps1 files only, and {path} is not one; remove `bits` from the monitor"
)
NOT_ROOT = _("only root can run a program as {name}, and Noroshi runs as {own}")


@dataclass(frozen=True, slots=True)
class Identity:
    """Hold the user whom a program runs as, in the kernel's numbers."""

    uid: int
    gid: int
    groups: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ClearedProgram:
    """Hold a program that may run: its file, and the user that it runs as (None: as we are)."""

    path: Path
    identity: Identity | None


@dataclass(frozen=True, slots=True)
class ProgramRules:
    """`folders`: whose programs may run. `runs_as`: the users that a monitor may name. `env`: the
    variables that it may set; a list of what may, as nobody can list all that makes some
    program load or run what lies outside the folders."""

    folders: tuple[Path, ...] = ()
    runs_as: tuple[str, ...] = ()
    env: tuple[str, ...] = ()

    def clear(self, program: Program) -> ClearedProgram:
        """Look at a program just before it runs; Unmeasurable with all that forbids it."""
        if problems := self.problems(program):
            raise Unmeasurable(_joined_problems(problems))
        try:
            path = full_path(program.argv[0])
            return ClearedProgram(real_path(path), identity(program.runs_as))
        except KeyError:
            words = NO_USER.fill(name=program.runs_as or NOBODY)
            raise Unmeasurable(words) from None
        except OSError as error:  # removed in this very moment
            words = MISSING.fill(path=program.argv[0], why=cause_text(error))
            raise Unmeasurable(words) from error

    def problems(self, program: Program) -> tuple[Message, ...]:
        """Return all problems that forbid this program; none if it may run. The method touches
        the file system."""
        return (
            *self._of_path(program),
            *self._of_variables(program.env),
            *user_problems(program.runs_as, self.runs_as),
            *bits_problems(program),
        )

    def _of_path(self, program: Program) -> Iterator[Message]:
        if not program.argv:
            yield NO_PROGRAM
            return
        path = full_path(program.argv[0])
        if path.startswith(OWN):
            yield NO_OWN_SCRIPT.fill(path=path, names=list_names(own_script_names()))
            return
        if not is_whole(path):
            yield NOT_WHOLE.fill(path=path)
            return
        try:
            target = real_path(path)
            yield from self._of_place(target)
            yield from _of_file(target)
            yield from _of_owners(target)
        except (OSError, ValueError) as error:  # ValueError: a NUL in the path
            yield _missing_text(path, error).fill(path=path, why=cause_text(error))

    def _of_place(self, target: Path) -> Iterator[Message]:
        """Yield what forbids the place, all links followed: one that leads out of the folder
        leads nowhere."""
        if is_own_script(target):
            return
        folders = self.folders or USUAL_FOLDERS
        if not folders:
            yield NO_FOLDER.fill(path=target)
            return
        if not any(target.is_relative_to(os.path.realpath(folder)) for folder in folders):
            yield OUTSIDE.fill(path=target, folders=list_names(map(str, folders)))
        if not self.folders and target.name in CARRIERS:
            yield CARRIER.fill(path=target)

    def _of_variables(self, names: Iterable[str]) -> Iterator[Message]:
        unlisted_names = list[str]()
        for name in names:
            if not VARIABLE.fullmatch(name):
                yield NO_VARIABLE.fill(given=visible_text(name))
            elif name not in self.env:
                unlisted_names.append(name)
        if unlisted_names:
            quoted_names = ", ".join(f'"{name}"' for name in (*self.env, *unlisted_names))
            line = f"program_env = [{quoted_names}]"
            yield NOT_LISTED.fill(names=list_names(unlisted_names), line=line)


def program_rules(config: Config) -> ProgramRules:
    """Return what a node's own file lets definitions run."""
    return ProgramRules(config.programs, config.runs_as, config.program_env)


def own_script_names() -> Sequence[str]:
    """Return the names of Noroshi's own scripts, as definitions write them."""
    return sorted(f"{OWN}{path.name}" for path in OWN_SCRIPTS.glob("*.ps1"))


def is_own_script(path: Path) -> bool:
    """Return whether a file, all links followed, is one of Noroshi's own scripts."""
    return str(path.parent) == os.path.realpath(OWN_SCRIPTS) and path.suffix == ".ps1"


def full_path(name: str) -> str:
    """Return the path of an own script that is named; any other path as it is."""
    if name not in own_script_names():
        return name
    return str(OWN_SCRIPTS / name.removeprefix(OWN))


def real_path(path: str) -> Path:
    """Return the file itself, all links followed; OSError if there is none."""
    return Path(os.path.realpath(path, strict=True))


def _missing_text(path: str, error: Exception) -> Message:
    """Return the words for a program that is not there, with what is most likely meant."""
    if not isinstance(error, FileNotFoundError):
        return MISSING
    if path.split()[1:] and Path(path.split()[0]).exists():
        return NOT_APART
    return NO_PLUGIN if Path(path).is_relative_to(DEBIAN) else MISSING


def _joined_problems(problems: Sequence[Message]) -> Message:
    return joined(problems, SENTENCES)


if sys.platform == "win32":
    WHOLE = re.compile(r"[A-Za-z]:[\\/][^:]+")
    """A path on a drive. A further colon would name a stream within a file."""

    def is_whole(path: str) -> bool:
        """Return True for a full path on a drive of this computer."""
        return WHOLE.fullmatch(path) is not None

    def identity(runs_as: str) -> Identity | None:
        """Return None: a program runs as this process does."""
        return None

    def user_problems(name: str, allowed: Sequence[str]) -> Iterator[Message]:
        """Yield what forbids to run a program as the user of this name; "": as this process."""
        if name:
            yield NO_OTHER_USER

    def bits_problems(program: Program) -> Iterator[Message]:
        """Yield what forbids the PowerShell that a program asks for."""
        path = program.argv[0] if program.argv else ""
        if program.bits != USUAL_BITS and not path.lower().endswith(".ps1"):
            yield ONLY_FOR_POWERSHELL.fill(path=path)

    def _of_file(target: Path) -> Iterator[Message]:
        if not is_whole(str(target)):  # a drive letter of a network share
            yield NOT_WHOLE.fill(path=target)
        elif not target.is_file():
            yield NO_FILE.fill(path=target)
        elif target.suffix.lower() not in SUFFIXES:
            yield NO_PROGRAM_NAME.fill(path=target, suffixes=" ".join(SUFFIXES))

    def _of_owners(target: Path) -> Iterator[Message]:
        """Yield who else could change the file or exchange it."""
        for place, names in openings(target):
            words = OPEN_FOLDER if place.is_dir() else OPEN_TO
            command = plain(closing_command(place))
            yield words.fill(path=place, names=list_names(names), command=command)
else:

    def user_problems(name: str, allowed: Sequence[str]) -> Iterator[Message]:
        """Yield what forbids to run a program as the user of this name; "": as the usual one."""
        own_uid = os.geteuid()
        if not name or (user_uid := _uid(name)) == own_uid != 0:
            return
        if user_uid is None:
            yield NO_USER.fill(name=name)
        elif own_uid != 0:
            yield NOT_ROOT.fill(name=name, own=user_name(own_uid))
        elif name != NOBODY and name not in allowed:
            yield NOT_ALLOWED.fill(name=name)

    def bits_problems(program: Program) -> Iterator[Message]:
        """Yield what forbids the PowerShell that a program asks for."""
        if program.bits != USUAL_BITS:
            yield ONLY_ON_WINDOWS

    def is_whole(path: str) -> bool:
        """Return True for a full path."""
        return path.startswith("/")

    def _of_owners(target: Path) -> Iterator[Message]:
        for ancestor in (target, *target.parents):
            yield from _of_owner(ancestor)

    def identity(runs_as: str) -> Identity | None:
        """Return the identity to take for this user name, as root; None: keep our own. Raise
        KeyError for nobody's name."""
        if os.geteuid() != 0:
            return None
        user = pwd.getpwnam(runs_as or NOBODY)
        groups = os.getgrouplist(user.pw_name, user.pw_gid) if runs_as else [user.pw_gid]
        return Identity(user.pw_uid, user.pw_gid, tuple(groups))

    def _of_file(target: Path) -> Iterator[Message]:
        mode = target.stat().st_mode
        if not stat.S_ISREG(mode):
            yield NO_FILE.fill(path=target)
        elif is_own_script(target):
            yield FOR_WINDOWS.fill(path=f"{OWN}{target.name}")
        elif not mode & (stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH):
            yield NOT_EXECUTABLE.fill(path=target)

    def _of_owner(place: Path) -> Iterator[Message]:
        """Yield the faults of owner and mode of a file or of a folder above it, by which somebody
        could put another file in its place.

        So none can be swapped between this look and the start, but by those we trust. Not
        running as root, we trust our own user as well: whoever acts as that user already is us.
        A sticky bit makes no folder safe: it stops others' files from being replaced, not made.
        """
        status = place.stat()
        trusted_uids = {0, os.geteuid()}
        if status.st_uid not in trusted_uids:
            owners = " / ".join(user_name(uid) for uid in sorted(trusted_uids))
            yield FOREIGN.fill(path=place, owner=user_name(status.st_uid), wanted=owners)
        if status.st_mode & WRITABLE:
            # /tmp is of use to others only as it is: nobody must be told to close it.
            yield (FOR_ALL if status.st_mode & stat.S_ISVTX else OPEN).fill(path=place)

    def _uid(name: str) -> int | None:
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            return None
