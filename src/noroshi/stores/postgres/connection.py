"""Say how to connect to a database: where, as whom, how TLS is verified, and by which password."""

from __future__ import annotations

import ssl
import stat
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import asyncpg

from noroshi.config.database import Database
from noroshi.core.translation import _
from noroshi.knowledge.os_errors import cause_text
from noroshi.ports import StoreError
from noroshi.stores.postgres.connection_errors import CONNECT_ERRORS, ConnectError, TooOldError

if sys.platform == "win32":
    from noroshi.system.owners import readers

OLDEST_VERSION = 15
CONNECT_WITHIN = 5.0
"""Seconds for one host, of which another may follow."""
LONGEST_APPLICATION = 63
"""Bytes of application_name that PostgreSQL keeps."""
WRITABLE = "read-write"
SYSTEM = "system"
"""In place of a file of certificates: those that this computer trusts."""
LOCALHOST = "localhost"

UNREADABLE_PASSWORD = _("The database's password cannot be read from {path} ({why}).")
OPEN_PASSWORD = _(
    "The file {path} with the database's password is readable by others. Only Noroshi's user "
    "should be able to read it (mode 0600)."
)
UNREADABLE_CERTIFICATE = _("The certificate {path} cannot be used: {why}")


async def connect(database: Database, application: str, **options: Any) -> Any:
    """Return a connection of asyncpg to the first host that answers and can be written to. Raise
    ConnectError, or StoreError for a file that cannot be used.

    Each host has its own time: asyncpg gives all of them one, so that a server that is switched off
    would leave none for the next. `options` are asyncpg's.
    """
    arguments = connect_arguments(database, application) | options
    errors = dict[tuple[str, int], Exception]()
    for address in database.addresses:
        try:
            return await _connect_to(address, arguments)
        except CONNECT_ERRORS as error:
            errors[address] = error
    raise ConnectError(database, errors)


async def _connect_to(address: tuple[str, int], arguments: Mapping[str, Any]) -> Any:
    host, port = address
    connection = await asyncpg.connect(host=host, port=port, **arguments)
    if connection.get_server_version().major < OLDEST_VERSION:
        version = connection.get_settings().server_version  # gone once the connection has ended
        connection.terminate()
        raise TooOldError(version)
    return connection


def connect_arguments(database: Database, application: str) -> dict[str, Any]:
    """Return the arguments of asyncpg.connect for each host. Raise StoreError for a file that
    cannot be used.

    The only parameter of the session is its name: PgBouncer refuses those that it does not know.
    """
    query = database.query
    return {
        "user": database.user or None,
        "database": database.name,
        "password": _password(database.password_file) if database.password_file else None,
        "passfile": query.get("passfile"),
        "ssl": _tls(database),
        "target_session_attrs": query.get("target_session_attrs", WRITABLE),
        "server_settings": {"application_name": application[:LONGEST_APPLICATION]},
        "statement_cache_size": 0 if database.pooler else 100,
        "timeout": CONNECT_WITHIN,
    }


def listen_database(database: Database) -> Database | None:
    """Return the address by which one can listen; None: there is none behind a pooler."""
    if database.listen_url:
        return replace(database, url=database.listen_url, listen_url="", pooler=False)
    return None if database.pooler else database


def _password(file: Path) -> Callable[[], str]:
    """Return a way to read the password anew for each connection, as it may be changed."""

    def read() -> str:
        try:
            is_open = _is_open(file)
            text = file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise StoreError(
                UNREADABLE_PASSWORD.fill(path=file, why=cause_text(error))
            ) from None
        if is_open:
            raise StoreError(OPEN_PASSWORD.fill(path=file))
        return text.rstrip("\r\n")

    return read


if sys.platform == "win32":

    def _is_open(file: Path) -> bool:
        return bool(readers(file))
else:

    def _is_open(file: Path) -> bool:
        return bool(stat.S_IMODE(file.stat().st_mode) & 0o077)


def tls_mode(database: Database) -> str:
    """Return how TLS is verified, as libpq names it: in full, unless it is told otherwise or all
    of the way is on this computer."""
    is_here = all(_is_here(host) for host in database.hosts)
    return database.query.get("sslmode", "prefer" if is_here else "verify-full")


def _is_here(host: str) -> bool:
    try:
        return host.startswith("/") or host == LOCALHOST or ip_address(host).is_loopback
    except ValueError:
        return False


def _tls(database: Database) -> ssl.SSLContext | str | None:
    mode, query = tls_mode(database), database.query
    if all(host.startswith("/") for host in database.hosts):
        return None
    if not mode.startswith("verify"):
        return mode
    authorities = query.get("sslrootcert", SYSTEM)
    context = _trusting(Path(authorities) if authorities != SYSTEM else None)
    context.check_hostname = mode == "verify-full"
    if certificate := query.get("sslcert"):
        _present(context, certificate, query.get("sslkey"))
    return context


def _trusting(authorities: Path | None) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=authorities)
    except OSError as error:  # ssl.SSLError is one
        words = UNREADABLE_CERTIFICATE.fill(path=authorities, why=cause_text(error))
        raise StoreError(words) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _present(context: ssl.SSLContext, certificate: str, key: str | None) -> None:
    try:
        # A key that is locked would have OpenSSL ask at the terminal.
        context.load_cert_chain(certificate, key, password="")
    except OSError as error:
        words = UNREADABLE_CERTIFICATE.fill(path=certificate, why=cause_text(error))
        raise StoreError(words) from None
