"""Find out what an error of PostgreSQL, or of the way to it, means, and who can mend it."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Mapping
from functools import reduce

import asyncpg

from noroshi.config.database import Database
from noroshi.core.translation import Message, _, sentences
from noroshi.knowledge.explanation import Explanation
from noroshi.knowledge.knowledge_files import knowledge
from noroshi.knowledge.os_errors import cause_text
from noroshi.ports import StoreError, StoreFault

QUOTED_ERROR = _("PostgreSQL reports “{said}”")
QUOTED_CLIENT_ERROR = _("Noroshi's library for PostgreSQL reports “{said}”")
EXPLAINED = _("{meaning} ({said})")
VERSION = _("its version is {version}")
NAMED = _("{place}: {words}")
ROWS = "postgres."
MEANINGS: Mapping[str, str] = {
    "25006": "read_only",
    "26000": "pooler",
    "28000": "not_allowed",
    "28P01": "wrong_password",
    "3D000": "no_database",
    "42501": "no_rights",
    "42P05": "pooler",
    "53100": "full",
    "53200": "memory",
    "53300": "too_many",
    "53400": "too_many",
    "55P03": "locked",
    "57P01": "cut_off",
    "57P02": "cut_off",
    "57P03": "starting",
    "57P05": "cut_off",
    "58030": "damaged",
    "XX001": "damaged",
    "XX002": "damaged",
}
"""The rows of knowledge/postgres.toml, by PostgreSQL's codes (SQLSTATE)."""
FAULTS: Mapping[str, StoreFault] = {
    "read_only": StoreFault.READ_ONLY,
    "full": StoreFault.FULL,
    "damaged": StoreFault.BROKEN,
    "locked": StoreFault.LOCKED,
}
CONNECTION_LOST = "08"
LOST = re.compile(r"(connection|pool) (is|was) clos|connection has been released")
"""asyncpg's own words of a connection that has ended, or of its pool."""
REJECTED_TLS = "rejected SSL upgrade"
"""asyncpg's own words where a server answers that it has no TLS."""


class TooOldError(Exception):
    """Report a server that is older than what Noroshi needs."""


CONNECT_ERRORS = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    TooOldError,
)
"""All by which a connection fails, or is not made; TimeoutError is among them, as an OSError."""


def fault_of(error: BaseException) -> StoreFault:
    """Return the kind of an error, as callers tell them apart."""
    return FAULTS.get(meaning_of(error), StoreFault.OTHER)


def explanation_of(error: BaseException) -> Explanation | None:
    """Return what is known of an error; None: nothing is, or it cannot be looked up now."""
    name = meaning_of(error)
    try:
        return knowledge().explanations.get(f"{ROWS}{name}") if name else None
    except OSError:  # too many open files, say
        return None


def meaning_of(error: BaseException) -> str:
    """Return the name of the row that explains an error; "": none does."""
    if isinstance(error, asyncpg.TargetServerAttributeNotMatched):
        return "read_only"
    if isinstance(error, TooOldError):
        return "too_old"
    code = str(getattr(error, "sqlstate", None) or "")
    if code.startswith(CONNECTION_LOST) or is_lost_connection(error):
        return MEANINGS.get(code, "cut_off")
    return MEANINGS.get(code, "") or _meaning_on_the_way(error)


def is_lost_connection(error: BaseException) -> bool:
    """Return whether asyncpg says by its own error that a connection is no longer there. It says the
    same by its class of a query that it does not send, or of a way to log in that it does not know."""
    return isinstance(error, asyncpg.InterfaceError) and LOST.search(str(error)) is not None


def _meaning_on_the_way(error: BaseException) -> str:
    match error:
        case socket.gaierror():
            return "unknown_host"
        case ssl.SSLError():
            return "certificate"
        case ConnectionRefusedError():
            return "refused"
        case FileNotFoundError():
            return "no_socket"
        case ConnectionError() if REJECTED_TLS in str(error):
            return "no_tls"
        case ConnectionError():
            return "cut_off"
        case OSError():  # TimeoutError is one
            return "no_answer"
    return ""


def in_words(error: BaseException) -> Message:
    """Return an error's own words; PostgreSQL's are quoted."""
    if isinstance(error, TooOldError):
        return VERSION.fill(version=error)
    if isinstance(error, asyncpg.InterfaceError):
        return QUOTED_CLIENT_ERROR.fill(said=error)
    if isinstance(error, asyncpg.PostgresError):
        return QUOTED_ERROR.fill(said=error)
    return cause_text(error)


def user_values(database: Database, address: tuple[str, int]) -> Mapping[str, str]:
    """Return the values that an explanation names."""
    host, port = address
    values = {"host": host, "port": str(port)}
    return values | {"database": database.name, "db_user": database.user}


class ConnectError(StoreError):
    """Report why there is no connection to a database, host by host."""

    def __init__(self, database: Database, errors: Mapping[tuple[str, int], Exception]) -> None:
        self.errors = errors
        texts = [_error_text(database, *one) for one in errors.items()]
        faults = {fault_of(error) for error in errors.values()}
        fault = faults.pop() if len(faults) == 1 else StoreFault.OTHER
        super().__init__(
            NAMED.fill(place=database.place, words=reduce(sentences, texts)), fault
        )


def _error_text(database: Database, address: tuple[str, int], error: Exception) -> Message:
    error_text, explanation = in_words(error), explanation_of(error)
    if explanation is None or isinstance(error, StoreError):
        return error_text
    meaning = explanation.meaning
    values = user_values(database, address)
    meaning = meaning.fill(**{name: values[name] for name in meaning.empty_places})
    return EXPLAINED.fill(meaning=meaning, said=error_text)
