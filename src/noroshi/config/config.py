"""The process's own file, noroshi.toml in the home folder: read strictly, told all at once.

It says what may run and who may come in, so no API ever writes it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from noroshi.config.database import URL_VARIABLE, Database, is_database_url, read_database
from noroshi.config.node_places import Cluster, read_cluster
from noroshi.config.setting_values import (
    SettingsError,
    SettingValueError,
    read_alone,
    read_days,
    read_flag,
    read_folders,
    read_name,
    read_nets,
    read_one_of,
    read_path,
    read_socket,
    read_some_of,
    read_text,
    read_texts,
    read_url,
    read_variables,
)
from noroshi.config.settings_file import DOOR_FILE, FILE, ConfigError, Fault
from noroshi.config.web import PORT, Web, read_web
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.definitions.safe_toml import loads
from noroshi.core.definitions.toml_recovery import Slip, slips
from noroshi.core.network_policy import Net
from noroshi.core.translation import LANGUAGES as TRANSLATED, Message, _, list_names
from noroshi.imports import ONE_AT_A_TIME
from noroshi.system.owners import writers

NO_VARIABLES: Mapping[str, str] = {}
STORE_FILE = "noroshi.db"
LEVELS = ("debug", "info", "warning", "error")
LANGUAGES = ("", *TRANSLATED)
LOGS = ("auto", "stderr", "file")
HUB_REQUESTS = ("try", "doctor", "discover", "update")

NO_FILE = with_commands(
    _("does not exist. Create it with `{command}`, or choose another home folder with --home"),
    command=CommandText("init"),
)
UNREADABLE = _("cannot be read: {why}")
NO_TOML = _("is not valid TOML: {why}")
NO_TOML_AT = _("is not valid TOML at line {line}, column {column}: {why}")
NO_UTF8 = _("is not UTF-8; save the file as UTF-8")
if sys.platform == "win32":
    OPEN_TO_OTHERS = _(
        "is writable by {names}, but it decides which programs may run; remove this permission "
        "under Properties › Security"
    )
else:
    OPEN_TO_OTHERS = _(
        "is writable by everybody, but it decides which programs may run; run `chmod o-w`"
    )
NAME_WANTED = _("is required with a database, as each node that shares it has its own name")
DATABASE_WANTED = _("is only for nodes that share a database: set store.url")
UNKNOWN = _("this setting does not exist; available: {known}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Hold the settings of one process. Paths are absolute; `programs` are folders.

    `runs_as` are the users that a script may name, `program_env` the variables that its `env`
    may set; `language` "" is the caller's own. Whoever knows `beat` may give signs of life in
    our place, so `repr` leaves it out. Days to keep: `history_days` for readings, `ledger_days`
    for settled mails and events, `audit_days` for what people changed. `alone_after_seconds`: so
    long without its hub an agent waits before it sends by its own routes. `may_reach` are networks
    that definitions may reach although they are closed by default. `hub_requests` is what the hub
    may order at any time; `hub_routes`: it may share routes. `web` None: there is no
    manager. With a `database` there is no file of the store: the path is that of its lock alone.
    `cluster` None: there is no link to the other nodes on the database.
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
    history_days: int = 7
    ledger_days: int = 365
    audit_days: int = 365
    alone_after_seconds: int = 120
    may_reach: tuple[Net, ...] = ()
    hub_requests: tuple[str, ...] = HUB_REQUESTS
    hub_routes: bool = True
    web: Web | None = None
    database: Database | None = None
    cluster: Cluster | None = None


def read_config(home: Path, environment: Mapping[str, str] = NO_VARIABLES) -> Config:
    """Read the settings in a home folder; the `environment` may name another database. Raise
    ConfigError with all problems of the settings."""
    file = home / FILE
    table, problems = _load(file), list[Fault]()
    if url := environment.get(URL_VARIABLE):
        table["store"] = _with_url(table.get("store"), url)
    settings: dict[str, Any] = {}
    for name, setting in SETTINGS.items():
        try:
            settings[name] = setting.read(home, table.get(name, setting.default))
        except SettingValueError as error:
            problems.append(Fault(f"{file}: {name}", error.words))
        except SettingsError as error:
            problems += [Fault(f"{file}: {name}", words) for words in error.words]
    setting_names = list_names(SETTINGS)
    problems += [
        Fault(f"{file}: {name}", UNKNOWN.fill(known=setting_names))
        for name in table.keys() - SETTINGS
    ]
    if isinstance(settings.get("store"), Database) and "name" not in table:
        problems.append(Fault(f"{file}: name", NAME_WANTED))
    if settings.get("cluster") is not None and isinstance(settings.get("store"), Path):
        problems.append(Fault(f"{file}: cluster", DATABASE_WANTED))
    if problems:
        raise ConfigError(tuple(sorted(problems, key=lambda p: p.location)))
    if isinstance(database := settings["store"], Database):
        settings |= {"store": home / STORE_FILE, "database": database}
    return Config(home=home, **settings)


def _with_url(store: object, url: str) -> object:
    return {**store, "url": url} if isinstance(store, dict) else {"url": url}


def _read_store(home: Path, value: object) -> Path | Database:
    if isinstance(value, Mapping):
        return read_database(home, value)
    if isinstance(value, str) and is_database_url(value):
        return read_database(home, {"url": value})
    return read_path(home, value)


def _load(file: Path) -> dict[str, Any]:
    try:
        if names := writers(file):
            words = OPEN_TO_OTHERS.fill(names=list_names(names))
            raise ConfigError((Fault(str(file), words),))
        return _parse(file, file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        words = NO_FILE
    except OSError as error:
        with ONE_AT_A_TIME:
            from noroshi.knowledge.os_errors import (
                cause_text,  # only now: each command reads this file
            )

        words = UNREADABLE.fill(why=cause_text(error))
    except UnicodeDecodeError:
        words = NO_UTF8
    raise ConfigError((Fault(str(file), words),))


def _parse(file: Path, text: str) -> dict[str, Any]:
    try:
        return loads(text)
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits, a list 500 deep
        slips_found = slips(text, str(error))
    raise ConfigError(tuple(Fault(str(file), _slip(slip)) for slip in slips_found))


def _slip(slip: Slip) -> Message:
    if not slip.line:
        return NO_TOML.fill(why=slip.cause)
    return NO_TOML_AT.fill(line=slip.line, column=slip.column, why=slip.cause)


@dataclass(frozen=True, slots=True)
class Setting:
    """Hold one line of the file: its reader, its default and its help."""

    read: Callable[[Path, object], object]
    default: str | list[str] | int | Mapping[str, int | str]
    help: Message


if sys.platform == "win32":
    DOOR_HELP = _("The pipe through which commands reach a running node.")
    GROUP_HELP = _(
        "Members of this local or domain group are operators: they can view the state, send\n"
        "messages, handle messages and alarms, and stop and start monitoring."
    )
    PROGRAMS_HELP = _(
        "Folders with programs and scripts that monitors may run. Only administrators, SYSTEM "
        "and\n"
        "Noroshi's service may have write access. Default: none."
    )
    LOG_HELP = _(
        'Destination of Noroshi\'s own log: "auto" is "file" in a service, else standard error;\n'
        '"stderr" is standard error; "file" is noroshi.log in this folder, 5 files of 5 MiB.'
    )
else:
    DOOR_HELP = _("The socket through which commands reach a running node.")
    GROUP_HELP = _(
        "Members of this group are operators: they can view the state, send messages,\n"
        "handle messages and alarms, and stop and start monitoring. They must be able to reach\n"
        'the socket: set door to a path outside this folder, such as "/run/noroshi/door.sock".'
    )
    PROGRAMS_HELP = _(
        "Folders with programs that monitors may run. Default: only Debian's Nagios plug-ins.\n"
        "A list replaces the default; include /usr/lib/nagios/plugins to keep it."
    )
    LOG_HELP = _(
        'Destination of Noroshi\'s own log: "auto" is the journal under systemd, else standard\n'
        'error; "stderr" is standard error; "file" is noroshi.log in this folder, 5 files of 5 '
        "MiB."
    )

SETTINGS: Mapping[str, Setting] = {
    "name": Setting(read_name, "node", _("Name of the node.")),
    "store": Setting(
        _read_store,
        STORE_FILE,
        _(
            "The store: everything that must survive a crash. A file, or a PostgreSQL database:\n"
            'store.url = "postgresql://noroshi@db1,db2/noroshi", store.password_file = "db-password".'
        ),
    ),
    "cluster": Setting(
        read_cluster,
        {"listen": ""},
        _(
            "With a database that several nodes share: the IP address and port at which the other "
            "nodes\n"
            'reach this one, such as cluster.listen = "10.0.0.1:7665". Then the manager, the API and\n'
            'the port for agents answer on each node. Set cluster.address = "host:port" if the '
            "others\n"
            'reach this one by another address, and cluster.agents = "host:port" if agents reach '
            "each\n"
            "node by its own address."
        ),
    ),
    "key": Setting(
        read_path, "key", _("The only key that decrypts the secrets. Keep a copy elsewhere.")
    ),
    "door": Setting(read_socket, DOOR_FILE, DOOR_HELP),
    "door_group": Setting(read_text, "", GROUP_HELP),
    "programs": Setting(read_folders, [], PROGRAMS_HELP),
    "runs_as": Setting(read_texts, [], _("Users that scripts may run as.")),
    "program_env": Setting(
        read_variables,
        [],
        _(
            "Environment variables that a script's env may set, by full name. Leave out those that\n"
            "make programs load or run other code (such as LD_PRELOAD and PYTHONPATH)."
        ),
    ),
    "language": Setting(
        read_one_of(LANGUAGES),
        "",
        _('Language of the commands: "en", "ja", or "" for the user\'s own language.'),
    ),
    "log": Setting(read_one_of(LOGS), "auto", LOG_HELP),
    "log_level": Setting(
        read_one_of(LEVELS),
        "info",
        _("Lowest severity that is logged: debug, info, warning or error."),
    ),
    "beat": Setting(
        read_url,
        "",
        _(
            "A URL that is fetched once a minute while all is well, such as the ping URL of a\n"
            "Healthchecks check: if the requests stop, that service notifies you that Noroshi itself "
            "is down."
        ),
    ),
    "history_days": Setting(
        read_days,
        7,
        _(
            "Number of days that readings stay in the history of the monitors. A reading takes about "
            "26\n"
            "bytes of disk space."
        ),
    ),
    "ledger_days": Setting(
        read_days, 365, _("Number of days that sent messages and events stay in the ledger.")
    ),
    "audit_days": Setting(
        read_days, 365, _("Number of days that changes stay in the audit log.")
    ),
    "alone_after_seconds": Setting(
        read_alone,
        120,
        _(
            "Number of seconds without contact with this node after which an agent that has a route of\n"
            "its own sends its notifications itself: 90 to 3600."
        ),
    ),
    "may_reach": Setting(
        read_nets,
        [],
        _(
            "Exceptions: blocked addresses that routes, sign-ins and web page monitors may connect "
            "to.\n"
            "By default, Noroshi blocks addresses where a cloud hands out credentials "
            "(169.254.169.254\n"
            "and others), and the manager's own address. Examples: 169.254.169.254, 169.254.0.0/16."
        ),
    ),
    "hub_requests": Setting(
        read_some_of(HUB_REQUESTS),
        list(HUB_REQUESTS),
        _(
            'Requests that the hub may send at any time: "try" measures a monitor now,\n'
            '"doctor" checks what can be read here, "discover" lists disks, services and ports,\n'
            '"update" installs a version signed by the hub, if that was allowed when this server was\n'
            "added."
        ),
    ),
    "hub_routes": Setting(
        read_flag,
        True,
        _(
            "true: the hub may share its delivery routes with this server, which uses them only while\n"
            "the hub is unavailable, and only for the hub's notifications."
        ),
    ),
    "web": Setting(
        read_web,
        {"port": PORT},
        _(
            "Address of the manager, for browsers and the API; false: no manager. By default it is\n"
            'open only to this computer. To open it to others, set address = "0.0.0.0" and\n'
            'hosts = ["name", …]. It then uses TLS, with certificate and key (PEM files) or with a\n'
            "self-signed certificate."
        ),
    ),
}


def sample(**chosen_settings: str | bool) -> str:
    """Return the file that `init` writes: each setting with its help in both languages; only
    the chosen settings are in force."""
    blocks = list[str]()
    for key, setting in SETTINGS.items():
        help_texts = [setting.help.say(language) for language in reversed(TRANSLATED)]
        help_lines = [line for text in help_texts for line in text.split("\n")]
        default = _in_toml(setting.default)
        line = (
            f"{key} = {_in_toml(chosen_settings[key])}"
            if key in chosen_settings
            else f"# {key} = {default}"
        )
        blocks.append("\n".join([*(f"# {text}" for text in help_lines), line]))
    return "\n\n".join(blocks) + "\n"


def _in_toml(default: object) -> str:
    if isinstance(default, Mapping):
        items = [f"{name} = {_in_toml(value)}" for name, value in default.items()]
        return "{ " + ", ".join(items) + " }"
    if isinstance(default, list):
        return "[" + ", ".join(f'"{one}"' for one in default) + "]"
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, str):
        return f"'{default}'" if "\\" in default else f'"{default}"'
    return str(default)
