"""List what makes Noroshi a service of systemd, and unmakes it, as steps that can also be read.

The steps follow from what is found on the machine, so that a second `install` does only
what is missing.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from noroshi.cli.paths import GROUP, HOME, SERVICE, UNIT_FILE, USER, USER_FILE
from noroshi.cli.systemd.unit import is_ours, unit_text, user_text
from noroshi.core.translation import Message, _, plain

CANNOT_RUN_IT = _(
    "The user {user} cannot run {program}. Install Noroshi in a location that all users can "
    "read, such as /opt/noroshi, not under /root, a home folder or /tmp."
)
CANNOT_NAME_IT = _(
    "systemd cannot start a program with a quote, a backslash or a $ in its path: {program}. "
    "Install Noroshi in another place, such as /opt/noroshi."
)
UNNAMEABLE = frozenset("\"'\\$")
WRITE = _("write {path}")
ITS_OWN = ("/tmp", "/var/tmp")  # noqa: S108 - nothing is written there
"""Folders of which the service has private ones (PrivateTmp=), so that it finds no program
there."""


@dataclass(frozen=True, slots=True)
class Write:
    """A file with this text, 0644."""

    path: str
    text: str

    @property
    def brief(self) -> Message:
        return WRITE.fill(path=self.path)

    def shell(self) -> str:
        head = shlex.join(("install", "-D", "-m", "0644", "/dev/stdin", self.path))
        return f"{head} <<'END'\n{self.text}END"


@dataclass(frozen=True, slots=True)
class Remove:
    """No such file any more."""

    path: str

    @property
    def brief(self) -> Message:
        return plain(self.shell())

    def shell(self) -> str:
        return shlex.join(("rm", "-f", self.path))


@dataclass(frozen=True, slots=True)
class Run:
    """A program; `hint` says what it means if it fails."""

    argv: tuple[str, ...]
    hint: Message | None = None

    @property
    def brief(self) -> Message:
        return plain(self.shell())

    def shell(self) -> str:
        return shlex.join(self.argv)


Step = Write | Remove | Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Hold the state of the machine. `program` is the command that runs Noroshi, with its whole
    path.

    `unit` and `user` are the texts of the two files, None where there is none; `foreign_files`:
    something in the home folder belongs to another user than the service's.
    """

    program: tuple[str, ...]
    unit: str | None = None
    user: str | None = None
    settings: bool = False
    foreign_files: bool = False

    def edited_files(self) -> Iterator[tuple[str, str, str]]:
        """Yield files that somebody changed: path, the text there is, the one we would
        write."""
        files = (USER_FILE, self.user, user_text()), (UNIT_FILE, self.unit, self.expected_unit)
        for path, text, expected in files:
            if text is not None and text != expected and not is_ours(text):
                yield path, text, expected

    @property
    def expected_unit(self) -> str:
        """Return the unit as this version writes it."""
        return unit_text(self.program)

    @property
    def cannot_run_it(self) -> Message:
        return CANNOT_RUN_IT.fill(user=USER, program=self.program[0])

    @property
    def objection(self) -> Message | None:
        """Return why the service could not start this program although its user can; None: it
        can."""
        program = self.program[0]
        if UNNAMEABLE.intersection(program):
            return CANNOT_NAME_IT.fill(program=program)
        hidden = any(PurePosixPath(program).is_relative_to(path) for path in ITS_OWN)
        return self.cannot_run_it if hidden else None


def install_steps(
    installation: Installation, *, start: bool = False, lang: str = "", manager: bool = True
) -> Sequence[Step]:
    """Return what is to be done for a service that runs at each boot, and now if `start`.

    `lang` is the language that was asked for, "" for that of the person's locale. Without
    `manager`, settings that are made have none.
    """
    init_options = () if manager else ("--no-manager",)
    return (
        *_user_steps(installation),
        *_home_steps(installation, ("--lang", lang) if lang else (), init_options),
        *_write_steps(UNIT_FILE, installation.unit, installation.expected_unit),
        Run(("systemctl", "daemon-reload")),
        Run(("systemctl", "enable", SERVICE)),
        *_start_steps(installation, start=start),
    )


def uninstall_steps(installation: Installation) -> Sequence[Step]:
    """Return the steps that stop and remove the service. Home folder and user stay: what is in
    there is not ours."""
    stop = Run(("systemctl", "disable", "--now", SERVICE)), Remove(UNIT_FILE)
    return (
        *(stop if installation.unit is not None else ()),
        *((Remove(USER_FILE),) if installation.user is not None else ()),
        Run(("systemctl", "daemon-reload")),
    )


def script(steps: Sequence[Step]) -> str:
    """Return the steps as a shell script, for who wants to read them or do them by hand."""
    return "\n".join(("set -e", *(step.shell() for step in steps)))


def _user_steps(installation: Installation) -> Iterator[Step]:
    yield from _write_steps(USER_FILE, installation.user, user_text())
    yield Run(("systemd-sysusers", USER_FILE))
    yield _as_user((*installation.program, "--version"), installation.cannot_run_it)


def _home_steps(
    installation: Installation, options: Sequence[str], init_options: Sequence[str]
) -> Iterator[Step]:
    yield Run(("install", "-d", "-m", "0700", "-o", USER, "-g", GROUP, HOME))
    if installation.foreign_files:  # made by root before there was a service
        yield Run(("chown", "-R", "-H", "-h", f"{USER}:{GROUP}", HOME))
    if not installation.settings:
        command = (*installation.program, "--home", HOME, *options, "init", "--service")
        yield _as_user((*command, *init_options))


def _start_steps(installation: Installation, *, start: bool) -> Iterator[Step]:
    if start:
        # `restart` starts one that is stopped, too; without need it would leave a gap.
        verb = "start" if installation.unit == installation.expected_unit else "restart"
        yield Run(("systemctl", verb, SERVICE))


def _write_steps(path: str, current: str | None, text: str) -> Iterator[Step]:
    if current != text:
        yield Write(path, text)


def _as_user(argv: tuple[str, ...], hint: Message | None = None) -> Run:
    return Run(("runuser", "-u", USER, "--", *argv), hint)
