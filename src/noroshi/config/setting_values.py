"""Read a value of noroshi.toml, by what it is to be; or say what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from noroshi.config.settings_file import LONGEST_SOCKET
from noroshi.core.message_error import MessageError
from noroshi.core.network_policy import Net
from noroshi.core.printable import visible_text
from noroshi.core.translation import Message, _, list_names

MOST_DAYS = 36_500
LEAST_ALONE, MOST_ALONE = 90, 3600
NO_TEXT = _("must be a string in quotes")
NO_LIST = _("must be a list of strings")
NO_NAME = _(
    "“{given}” is not a valid name: use letters, digits, - and _, at most 63 characters"
)
NO_CHOICE = _("“{given}” is not valid; use one of {known}")
NOT_ABSOLUTE = _(
    "“{given}” must begin with /: the path must not depend on the working directory"
)
NO_DAYS = _("must be a number of days, 1 to {most}")
NO_ALONE = _("must be a number of seconds, {least} to {most}")
NO_FLAG = _("must be true or false")
NO_NET = _("“{given}” is not an address or network such as 192.0.2.7 or 192.0.2.0/24")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
NO_VARIABLE = _("“{given}” is not a valid name for an environment variable")
NO_URL = _("must be a URL that begins with http:// or https://, without a user name or spaces")
NO_SUCH = _("there is no setting “{given}”; available: {known}")
TOO_LONG = _("{given} is too long for a socket (at most {most} bytes)")


class SettingValueError(MessageError):
    """A fault of a value, in words."""


class SettingsError(ValueError):
    """Report that a table of settings cannot be used; `words` say all that is wrong with it."""

    def __init__(self, words: tuple[Message, ...]) -> None:
        super().__init__("; ".join(message.en for message in words))
        self.words = words


def read_text(_home: Path, value: object) -> str:
    if not isinstance(value, str):
        raise SettingValueError(NO_TEXT)
    return value


def read_texts(_home: Path, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise SettingValueError(NO_LIST)
    return tuple(value)


def read_variables(home: Path, value: object) -> tuple[str, ...]:
    """Names of environment variables, each in full: a pattern would let in what it was not
    meant for."""
    names = read_texts(home, value)
    for name in names:
        if not VARIABLE.fullmatch(name):
            raise SettingValueError(NO_VARIABLE.fill(given=visible_text(name)))
    return names


def read_name(home: Path, value: object) -> str:
    text = read_text(home, value)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}", text):
        raise SettingValueError(NO_NAME.fill(given=visible_text(text)))
    return text


def read_path(home: Path, value: object) -> Path:
    """Return a whole path; one that is not whole is meant from the home folder."""
    text = read_text(home, value)
    if not text:
        raise SettingValueError(NO_TEXT)
    return home / text


def read_socket(home: Path, value: object) -> Path:
    path = read_path(home, value)
    if len(bytes(path)) > LONGEST_SOCKET:
        raise SettingValueError(TOO_LONG.fill(given=path, most=LONGEST_SOCKET))
    return path


def read_alone(_home: Path, value: object) -> int:
    """Seconds without the hub."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise SettingValueError(NO_ALONE.fill(least=LEAST_ALONE, most=MOST_ALONE))
    if not LEAST_ALONE <= value <= MOST_ALONE:
        raise SettingValueError(NO_ALONE.fill(least=LEAST_ALONE, most=MOST_ALONE))
    return value


def read_flag(_home: Path, value: object) -> bool:
    if not isinstance(value, bool):
        raise SettingValueError(NO_FLAG)
    return value


def read_days(_home: Path, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_DAYS:
        raise SettingValueError(NO_DAYS.fill(most=MOST_DAYS))
    return value


def read_nets(home: Path, value: object) -> tuple[Net, ...]:
    return tuple(_net(text) for text in read_texts(home, value))


def _net(text: str) -> Net:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        raise SettingValueError(NO_NET.fill(given=visible_text(text))) from None


def read_url(home: Path, value: object) -> str:
    text = read_text(home, value)
    if not text:
        return text
    try:
        url_parts = urlsplit(text)
        is_supported = (
            url_parts.scheme in ("http", "https") and url_parts.hostname and url_parts.port != 0
        )
    except ValueError:  # a port that is no number, a bracket that is not closed
        raise SettingValueError(NO_URL) from None
    if not is_supported or url_parts.username is not None or not re.fullmatch(r"[!-~]+", text):
        raise SettingValueError(NO_URL)
    return text


def read_folders(home: Path, value: object) -> tuple[Path, ...]:
    folders = tuple(Path(text) for text in read_texts(home, value))
    for folder in folders:
        if not folder.is_absolute():
            raise SettingValueError(NOT_ABSOLUTE.fill(given=visible_text(str(folder))))
    return folders


def read_some_of(choices: tuple[str, ...]) -> Callable[[Path, object], tuple[str, ...]]:
    """Return a way to read a list of some of these words."""
    read_choice = read_one_of(choices)

    def read(home: Path, value: object) -> tuple[str, ...]:
        return tuple(read_choice(home, text) for text in read_texts(home, value))

    return read


def read_one_of(choices: tuple[str, ...]) -> Callable[[Path, object], str]:
    """Return a way to read one of these words, and no other."""

    def read(home: Path, value: object) -> str:
        text = read_text(home, value)
        if text not in choices:
            choice_list = list_names(f'"{choice}"' for choice in choices)
            raise SettingValueError(NO_CHOICE.fill(given=visible_text(text), known=choice_list))
        return text

    return read
