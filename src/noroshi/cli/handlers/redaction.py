"""Redact texts that leave this computer for support.

Nothing of what Noroshi says holds a secret; but a person may have written one where none
belongs: into the arguments or the environment of a program, or into a URL. Whatever looks like
a secret is masked.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from noroshi.definitions.toml import toml

MASK = "…"
KEYS = ("api", "access", "private", "account")
NAMES = rf"pass(?:word|wd|phrase)?|pwd|secret|token|(?:{'|'.join(KEYS)})[_-]?key"
"""Names that secrets have anywhere; URLs have more."""
# A log may have a line of megabytes. So each of these takes a whole run of letters at once and
# keeps it (`++`), also where nothing of it is a secret: from within it, it would be read again and
# again, as often as it has letters.
IN_URL = re.compile(r"(\w++)(?:(://)[^/@\s\"']++@)?")
NO_ERROR_PAGE = r"(?:(?<!/error)|(?!\?code=\d{3,8}(?!\w)))"
"""Not at the number of a refusal: login.microsoftonline.com/error?code=7000215 explains it."""
IN_QUERY = re.compile(
    rf"(?i){NO_ERROR_PAGE}([?&;](?:[\w-]*(?:{NAMES}|sig(?:nature)?|code|key))=)[^&;\s\"']+"
)
WORDS_BEFORE = "|".join(
    f"(?<={name})"
    for name in (
        *("pass", "password", "passwd", "passphrase", "pwd", "secret", "token"),
        *(f"{one}{joint}key" for one in KEYS for joint in ("", "_")),
    )
)
KEYS_BEFORE = "|".join(f"(?<={one}-key)" for one in KEYS)
"""Requires that a name of NAMES ends here, with a hyphen in it or without."""
IN_OPTION = re.compile(
    rf"(?i)((?<![\w-])(?:[\w-]++(?:{WORDS_BEFORE}|{KEYS_BEFORE})[\"']?\s*+[=:]"
    rf"|(?=\w*+-)[\w-]++(?:{WORDS_BEFORE})(?=\s)"
    rf"|(?=\w*+-\w*+-)[\w-]++(?:{KEYS_BEFORE})(?=\s))\s*+)"
    r"(?:\"[^\"]*+\"|'[^']*+'|[^\s\"',;]++)"
)
"""`password = "x"` and `--password x`; but no "password" or "token" of a sentence."""
BEARER = re.compile(r"(?i)(bearer\s++)[\w.~+/=-]{8,}+")
JWT = re.compile(r"\beyJ[\w-]{8,}+(\.[\w-]++\.[\w-]*+)?")
IN_PATH = re.compile(r"(\w++)(?:(://[^/?#\s\"']++)/[^\s\"']++)?")
IN_QUOTES = re.compile(r"""(?s)\"{3}.*?(?:\"{3}|\Z)|'{3}.*?(?:'{3}|\Z)|["'][^\n]*""")
ADDRESS = re.compile(r"[\w.+%-]++(@[\w-]++(?:\.[\w-]++)++)?")
ENTRY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,62}")
NAMES_AN_ENTRY = frozenset(
    {
        "secret",
        "secret_next",
        "certificate",
        "certificate_next",
        "password",
        "proxy_password",
        "url_entry",
        "header_entry",
    }
)
"""Settings that hold the name of an entry of the vault, and never what is in it."""
ALL_OF_IT = frozenset({"env", "beat"})
"""Settings whose values are masked whatever they look like."""
URLS = frozenset({"url"})
"""Settings of which only the host is shown: the path of a hook is its secret."""


class Redactor:
    """`addresses`: mail addresses too are masked, the same one always in the same way."""

    def __init__(self, *, addresses: bool = False) -> None:
        self._addresses = addresses
        self._masked_addresses: dict[str, str] = {}

    def text(self, text: str) -> str:
        """Redact a text of a person's, of a log or of a server."""
        text = JWT.sub(_without_token, BEARER.sub(rf"\1{MASK}", text))
        text = IN_QUERY.sub(rf"\1{MASK}", IN_URL.sub(_without_user, text))
        return ADDRESS.sub(self._address, text) if self._addresses else text

    def log(self, text: str) -> str:
        """Redact a text where options of programs may be quoted, too."""
        return IN_OPTION.sub(rf"\1{MASK}", self.text(text))

    def value(self, value: Any, name: str = "") -> Any:
        """Redact a value of JSON's own types, with all that is in it."""
        if name in ALL_OF_IT:
            return _mask_all(value)
        if isinstance(value, Mapping):
            return {self.text(key): self.value(one, key) for key, one in value.items()}
        if isinstance(value, list | tuple):  # without a node an answer has tuples
            return self._arguments(value)
        if not isinstance(value, str):
            return value
        if name in URLS:
            return IN_PATH.sub(_without_path, self.text(value))
        if name in NAMES_AN_ENTRY:
            return value if ENTRY.fullmatch(value) or not value else MASK
        return self.text(value)

    def _arguments(self, values: Sequence[Any]) -> list[Any]:
        """Redact arguments of a program: what follows `--password` is a secret."""
        redacted_values, hide = list[Any](), False
        for one in values:
            option = isinstance(one, str) and re.fullmatch(rf"(?i)--?[\w-]*(?:{NAMES})", one)
            if hide:
                redacted_values.append(MASK)
            elif isinstance(one, str):
                redacted_values.append(IN_OPTION.sub(rf"\1{MASK}", self.text(one)))
            else:
                redacted_values.append(self.value(one))
            hide = bool(option)
        return redacted_values

    def _address(self, match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0]
        alias = self._masked_addresses.setdefault(
            match[0].lower(), f"address-{len(self._masked_addresses) + 1}"
        )
        return f"{alias}@masked.invalid"


def _without_token(match: re.Match[str]) -> str:
    return match[0] if match[1] is None else MASK


def _without_user(match: re.Match[str]) -> str:
    return match[0] if match[2] is None else f"{match[1]}{match[2]}{MASK}@"


def _without_path(match: re.Match[str]) -> str:
    return match[0] if match[2] is None else f"{match[1]}{match[2]}/{MASK}"


def _mask_all(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict.fromkeys(value, MASK)
    return MASK if value else value


def redact_settings(text: str, redactor: Redactor) -> str:
    """Return noroshi.toml without secrets, however they are written: whoever knows the URL of
    `beat` may give signs of life in our place. A text that is no TOML is returned with all that
    stands in quotes masked."""
    try:
        return toml(redactor.value(tomllib.loads(text)))
    except (ValueError, TypeError, RecursionError):
        return IN_QUOTES.sub(f'"{MASK}"', text)
