"""Keep the codes that are typed on another device, for the session that asked for them.

The codes are never part of an address: a foreign link could show an attacker's code in our
page, and have somebody sign that in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

MOST = 50


@dataclass(frozen=True, slots=True)
class Code:
    """Hold a code, where it is typed, and until when; `wait` seconds until it may be asked
    about."""

    code: str
    url: str
    valid_until: datetime
    wait: int


class Codes:
    """Keep the newest code of each session and route."""

    def __init__(self) -> None:
        self._codes = dict[tuple[str, str], Code]()

    def keep(self, key: str, route: str, code: Code) -> None:
        """Keep a code in the place of an earlier one."""
        self._codes.pop((key, route), None)
        self._codes[key, route] = code
        while len(self._codes) > MOST:
            del self._codes[next(iter(self._codes))]

    def code_of(self, key: str, route: str) -> Code | None:
        """Return the code that this session asked for."""
        return self._codes.get((key, route))

    def forget(self, key: str, route: str) -> None:
        """Forget a code that was used."""
        self._codes.pop((key, route), None)
