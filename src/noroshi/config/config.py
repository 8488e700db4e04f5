"""The process's own file, noroshi.toml in the home folder: read strictly, told all at once.

It says what may run and who may come in, so no API ever writes it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from noroshi.config.setting_values import (
    Wrong,
    read_days,
    read_folders,
    read_name,
    read_nets,
    read_one_of,
    read_path,
    read_socket,
    read_text,
    read_texts,
    read_url,
    read_variables,
)
from noroshi.config.web import PORT, Unusable, Web, read_web
from noroshi.core.definitions.toml_recovery import Slip, slips
from noroshi.core.network_policy import Net
from noroshi.core.translation import Message, _
from noroshi.knowledge.os_errors import why

FILE = "noroshi.toml"
LEVELS = ("debug", "info", "warning", "error")
LANGUAGES = ("", "en", "ja")
LOGS = ("auto", "stderr", "file")
WRITABLE_BY_OTHERS = 0o002

NO_FILE = _("does not exist. `noroshi init` makes it; another home folder is chosen by --home")
UNREADABLE = _("cannot be read: {why}")
NO_TOML = _("is not TOML: {why}")
NO_TOML_AT = _("is not TOML at line {line}, column {column}: {why}")
NO_UTF8 = _("is not UTF-8; save the file as UTF-8")
OPEN_TO_ALL = _("anybody may write to it, and it names what may run; do `chmod o-w`")
UNKNOWN = _("there is no such setting; there are {known}")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with the file, and where."""

    where: str
    what: Message


class ConfigError(ValueError):
    """The file cannot be used; `problems` says all that is wrong with it."""

    def __init__(self, problems: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(f"{p.where}: {p.what.en}" for p in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The settings of one process. Paths are whole; `programs` are folders.

    `runs_as` are the users that a script may name, `program_env` the variables that its `env`
    may set; `language` "" is the caller's own. Whoever knows `beat` may give signs of life in
    our place, so it is not shown. `ledger_days` is how long settled mails and events are kept,
    `audit_days` what people changed. `may_reach` is open to definitions although it is closed
    by itself. `web` None: there is no manager.
    """

    home: Path
    store: Path
    key: Path
    door: Path
    name: str = "node"
    door_group: str = ""
    programs: tuple[Path, ...] = ()
    runs_as: tuple[str, ...] = ()
    program_env: tuple[str, ...] = ()
    language: str = ""
    log: str = "auto"
    log_level: str = "info"
    beat: str = field(default="", repr=False)
    ledger_days: int = 365
    audit_days: int = 365
    may_reach: tuple[Net, ...] = ()
    web: Web | None = None


def read_config(home: Path) -> Config:
    """Read the settings in a home folder. Raise ConfigError with all that is wrong with
    them."""
    file = home / FILE
    given, problems = _load(file), list[Fault]()
    values: dict[str, Any] = {}
    for name, setting in SETTINGS.items():
        try:
            values[name] = setting.read(home, given.get(name, setting.default))
        except Wrong as wrong:
            problems.append(Fault(f"{file}: {name}", wrong.words))
        except Unusable as unusable:
            problems += [Fault(f"{file}: {name}", words) for words in unusable.words]
    known = ", ".join(SETTINGS)
    problems += [
        Fault(f"{file}: {name}", UNKNOWN.fill(known=known)) for name in given.keys() - SETTINGS
    ]
    if problems:
        raise ConfigError(tuple(sorted(problems, key=lambda p: p.where)))
    return Config(home=home, **values)


def _load(file: Path) -> dict[str, Any]:
    try:
        if file.stat().st_mode & WRITABLE_BY_OTHERS:
            raise ConfigError((Fault(str(file), OPEN_TO_ALL),))
        text = file.read_text(encoding="utf-8")
        return tomllib.loads(text)
    except FileNotFoundError:
        words = NO_FILE
    except OSError as error:
        words = UNREADABLE.fill(why=why(error))
    except tomllib.TOMLDecodeError as error:
        found = slips(text, str(error))
        raise ConfigError(tuple(Fault(str(file), _slip(one)) for one in found)) from None
    except UnicodeDecodeError:
        words = NO_UTF8
    raise ConfigError((Fault(str(file), words),))


def _slip(slip: Slip) -> Message:
    if not slip.line:
        return NO_TOML.fill(why=slip.why)
    return NO_TOML_AT.fill(line=slip.line, column=slip.column, why=slip.why)


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of the file: how it is read, what it is if it is not given, its help."""

    read: Callable[[Path, object], object]
    default: str | list[str] | int | dict[str, int]
    help: Message


SETTINGS: Mapping[str, Setting] = {
    "name": Setting(read_name, "node", _("The node's name.")),
    "store": Setting(read_path, "noroshi.db", _("Where all that must survive a crash lives.")),
    "key": Setting(
        read_path,
        "key",
        _("The key that seals the secrets. Keep a copy elsewhere: there is no other."),
    ),
    "door": Setting(
        read_socket, "door.sock", _("The socket through which commands reach a running node.")
    ),
    "door_group": Setting(
        read_text,
        "",
        _(
            "Members of this group are operators: they look, send, handle mails and alarms, and\n"
            "stop and start what is watched. They must reach the socket: set door to a path\n"
            'outside this folder, such as "/run/noroshi/door.sock".'
        ),
    ),
    "programs": Setting(
        read_folders,
        [],
        _(
            "Folders whose programs monitors may run. None: only Debian's Nagios plug-ins;\n"
            "naming any folder replaces the default; add /usr/lib/nagios/plugins to keep it."
        ),
    ),
    "runs_as": Setting(read_texts, [], _("Users that a script may run as.")),
    "program_env": Setting(
        read_variables,
        [],
        _(
            "Environment variables that a script's env may set, by their full names. Leave out those\n"
            "that make programs load or run other code (LD_PRELOAD, PYTHONPATH and the like)."
        ),
    ),
    "language": Setting(
        read_one_of(LANGUAGES),
        "",
        _('Language of the commands: "en", "ja", or "" for that of whoever asks.'),
    ),
    "log": Setting(
        read_one_of(LOGS),
        "auto",
        _(
            'Where Noroshi\'s own log goes: "auto" is the journal under systemd, else the\n'
            'standard error; "stderr"; "file" is noroshi.log in this folder, 5 files of 5 MiB.'
        ),
    ),
    "log_level": Setting(
        read_one_of(LEVELS),
        "info",
        _("The least that is logged: debug, info, warning or error."),
    ),
    "beat": Setting(
        read_url,
        "",
        _(
            "A URL that is fetched once a minute while all goes well, such as a check of\n"
            "Healthchecks: when it hears nothing, it tells you that Noroshi itself is dead."
        ),
    ),
    "ledger_days": Setting(
        read_days, 365, _("How many days mails that were sent, and events, stay in the ledger.")
    ),
    "audit_days": Setting(
        read_days, 365, _("How many days the audit log keeps what people changed.")
    ),
    "may_reach": Setting(
        read_nets,
        [],
        _(
            "Addresses that routes, sign-ins and monitors of web pages may lead to although they\n"
            "are closed to them: those where a cloud hands out credentials (169.254.169.254 and\n"
            "others), and that of the manager. Written as 169.254.169.254 or 169.254.0.0/16."
        ),
    ),
    "web": Setting(
        read_web,
        {"port": PORT},
        _(
            "Where the manager listens for browsers and the API; false: there is none. It is open\n"
            'to this computer alone; to others with address = "0.0.0.0" and hosts = ["name", …],\n'
            "by TLS: with certificate and key (files in PEM), or with a certificate of its own."
        ),
    ),
}


def sample(**given: str) -> str:
    """Return the file that `init` writes: each setting with its help in both languages; only
    those that are given are in force."""
    parts = list[str]()
    for key, setting in SETTINGS.items():
        told = [*setting.help.ja.split("\n"), *setting.help.en.split("\n")]
        default = _in_toml(setting.default)
        line = f'{key} = "{given[key]}"' if key in given else f"# {key} = {default}"
        parts.append("\n".join([*(f"# {text}" for text in told), line]))
    return "\n\n".join(parts) + "\n"


def _in_toml(default: object) -> str:
    if isinstance(default, dict):
        return "{ " + ", ".join(f"{name} = {value}" for name, value in default.items()) + " }"
    return f'"{default}"' if isinstance(default, str) else str(default)
