"""The address of a PostgreSQL that is to be the store, in noroshi.toml or in the environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote

from noroshi.config.setting_values import NO_SUCH, SettingsError
from noroshi.core.printable import visible_text
from noroshi.core.translation import Message, _, list_names

URL_VARIABLE = "NOROSHI_STORE_URL"
"""In the environment, in place of what noroshi.toml says of the store."""
SCHEMES = ("postgresql", "postgres")
SETTING_NAMES = ("url", "listen_url", "password_file", "pooler")
PORT = "5432"
PLACE_PARTS = ("user", "host", "port", "dbname", "database")
QUERY_PARTS = (
    *PLACE_PARTS,
    *("sslmode", "sslrootcert", "sslcert", "sslkey", "target_session_attrs", "passfile"),
)
"""Parts of an address that may stand in its query (libpq's names), beside the password."""
MODES = ("disable", "prefer", "require", "verify-ca", "verify-full")

NO_TABLE = _("must be a path, or a table with url and any of {known}")
NO_ADDRESS = _(
    "{name} must have the format postgresql://user@host/database, with several hosts as "
    "host1,host2"
)
PASSWORD_IN_URL = _(
    "{name} must not contain the password. Store it in a file that only Noroshi's user may "
    "read, and specify that file in password_file, or use PGPASSFILE"
)
NO_FILE_NAME = _("password_file must be the name of a file")
NO_POOLER = _("pooler must be true or false")
NO_PART = _("{name}: “{given}” is not known; available: {known}")
NO_MODE = _("sslmode “{given}” is not valid; use one of {known}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """Hold the address of a database, which has no password in it.

    `listen_url` is an address that no pooler stands before, for what is to be heard at once.
    `pooler`: PgBouncer stands before `url`, and lends a connection for one transaction.
    """

    url: str
    listen_url: str = ""
    password_file: Path | None = None
    pooler: bool = False

    @property
    def hosts(self) -> tuple[str, ...]:
        """Return the hosts, or folders of sockets, in their order."""
        return tuple(host for host, port in self.addresses)

    @property
    def addresses(self) -> tuple[tuple[str, int], ...]:
        """Return the hosts, or folders of sockets, with their ports."""
        query = self.query
        hosts = _parts(self.url).netloc.rpartition("@")[2] or query.get("host", "")
        ports = query.get("port", PORT).split(",")
        host_parts = [_host_and_port(host) for host in hosts.split(",") if host]
        return tuple(
            (host, int(port or ports[min(number, len(ports) - 1)]))
            for number, (host, port) in enumerate(host_parts)
        )

    @property
    def place(self) -> str:
        """Return where the database is, in short: its hosts and its name."""
        hosts = [f"{host}:{port}" for host, port in self.addresses]
        return f"{','.join(hosts)}/{self.name}"

    @property
    def name(self) -> str:
        """Return the name of the database."""
        path, query = unquote(_parts(self.url).path), self.query
        return path or query.get("dbname", "") or query.get("database", "") or self.user

    @property
    def user(self) -> str:
        """Return the user of the database."""
        user = _parts(self.url).netloc.rpartition("@")[0].partition(":")[0]
        return unquote(user) or self.query.get("user", "")

    @property
    def query(self) -> Mapping[str, str]:
        """Return what the address asks for beside the place, such as sslmode."""
        parts = _parts(self.url).query
        query_values = (
            parse_qs(parts, strict_parsing=True, keep_blank_values=True) if parts else {}
        )
        return {name: values[-1] for name, values in query_values.items()}


def read_database(home: Path, table: object) -> Database:
    """Read the settings. Raise SettingsError."""
    if not isinstance(table, Mapping):
        raise SettingsError((NO_TABLE.fill(known=list_names(SETTING_NAMES[1:])),))
    if faults := tuple(_faults(table)):
        raise SettingsError(faults)
    file = table.get("password_file")
    return Database(
        url=table["url"],
        listen_url=table.get("listen_url", ""),
        password_file=home / file if file else None,
        pooler=table.get("pooler", False),
    )


def is_database_url(text: str) -> bool:
    """Return True if a text is the address of a database rather than a path."""
    return text.partition("://")[0] in SCHEMES and "://" in text


def _faults(table: Mapping[str, Any]) -> Iterator[Message]:
    for name in table.keys() - set(SETTING_NAMES):
        yield NO_SUCH.fill(given=name, known=list_names(SETTING_NAMES))
    yield from _url_faults("url", table.get("url", ""))
    if table.get("listen_url", "") != "":
        yield from _url_faults("listen_url", table["listen_url"])
    file = table.get("password_file", "password")
    if not isinstance(file, str) or not file:
        yield NO_FILE_NAME
    if not isinstance(table.get("pooler", False), bool):
        yield NO_POOLER


def _url_faults(name: str, url: object) -> Iterator[Message]:
    if not isinstance(url, str) or not _is_whole(url):
        yield NO_ADDRESS.fill(name=name)
        return
    query = Database(url=url).query
    if ":" in _parts(url).netloc.rpartition("@")[0] or "password" in query:
        yield PASSWORD_IN_URL.fill(name=name)
    for unknown in query.keys() - {*QUERY_PARTS, "password"}:
        yield NO_PART.fill(
            name=name, given=visible_text(unknown), known=list_names(QUERY_PARTS)
        )
    if query.get("sslmode", MODES[0]) not in MODES:
        yield NO_MODE.fill(given=visible_text(query["sslmode"]), known=list_names(MODES))


def _is_whole(url: str) -> bool:
    try:
        database = Database(url=url)
        return bool(
            is_database_url(url) and url.isprintable() and database.addresses and database.name
        )
    except ValueError:  # a port that is no number, a bracket that is not closed
        return False


class _Parts(NamedTuple):
    netloc: str
    path: str
    query: str


def _parts(url: str) -> _Parts:
    """Split an address. It may name several hosts, which urllib refuses if one is an IPv6 address."""
    place, _mark, query = url.partition("://")[2].partition("?")
    netloc, _slash, path = place.partition("/")
    return _Parts(netloc, path, query)


def _host_and_port(text: str) -> tuple[str, str]:
    """Split a host and its port; an IPv6 address stands in brackets."""
    if text.startswith("/"):
        return text, ""
    if text.startswith("["):
        host, _bracket, port_part = text[1:].partition("]")
        return str(IPv6Address(host)), port_part.removeprefix(":")
    host, _colon, port = text.partition(":")
    return unquote(host), port
