"""Put the errors of the operating system, its resolver and OpenSSL into the reader's
language."""

from __future__ import annotations

import errno
import sys
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from noroshi.core.translation import Message, plain
from noroshi.knowledge.table_reader import KnowledgeError, TableReader

FILE = Path(__file__).with_name("os_errors.toml")
TABLES = ("system", "resolver", "network", "pickup", "certificate")


def cause_text(error: BaseException) -> Message:
    """Return the words for an error: those that it brings along, those for its number, else its
    text."""
    if isinstance(words := getattr(error, "words", None), Message):
        return words
    system_words = _system_words(error) if isinstance(error, OSError) else None
    error_text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return system_words or plain(error_text)


def words_of(table: str, number: int | None) -> Message | None:
    """Return the words of a table for an error's number; None if it has none, or if the file
    cannot be read now: then there are too many open files, say."""
    try:
        return os_errors()[table].get(number or 0)
    except OSError:
        return None


@cache
def os_errors() -> Mapping[str, Mapping[int, Message]]:
    """Return all tables of the file by their numbers. Raises OSError, KnowledgeError."""
    return read_os_errors(tomllib.loads(FILE.read_text("utf-8")))


def read_os_errors(document: Mapping[str, object]) -> Mapping[str, Mapping[int, Message]]:
    """Return the tables of the file. Raises KnowledgeError with all its problems."""
    problems: list[str] = []
    reader = TableReader("os_errors.toml: ", document, problems)
    tables = {name: _by_number(table) for name, table in reader.tables("words")}
    reader.end()
    problems += [
        f"os_errors.toml: words.{name}: is missing" for name in TABLES if name not in tables
    ]
    if problems:
        raise KnowledgeError(problems)
    return tables


def _by_number(table: TableReader) -> Mapping[int, Message]:
    """Return the words by number: names are those of `errno`, and each system lacks some."""
    message_by_number: dict[int, Message] = {}
    for name, text in table.pairs().items():
        number = getattr(errno, name, None)
        if name.removeprefix("-").isdecimal():
            number = int(name)
        elif not (name.startswith("E") and name.isalnum() and name.isupper()):
            table.problem(name, "must be a number, or a name of errno")
        if number is not None:
            message_by_number[number] = Message(text)
    return message_by_number


if sys.platform == "win32":
    INVALID = (None, 87, 10022)
    """ERROR_INVALID_PARAMETER and WSAEINVAL, which are EINVAL in earnest, and no number of Windows."""

    def _is_known_to_windows_alone(error: OSError) -> bool:
        """Return whether C has no number of its own for an error, and calls it EINVAL."""
        return error.errno == errno.EINVAL and error.winerror not in INVALID
else:

    def _is_known_to_windows_alone(_error: OSError) -> bool:
        return False


def _system_words(error: OSError) -> Message | None:
    """Return the words for an error's number; None for OpenSSL, which has numbers and words of
    its own."""
    if type(error).__module__ == "ssl" or _is_known_to_windows_alone(error):
        return None
    table = "resolver" if type(error).__name__ == "gaierror" else "system"
    return words_of(table, error.errno)
