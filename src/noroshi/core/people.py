"""People who log in, what stands for them meanwhile, and what they changed: as it is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from noroshi.core.translation import Message, _, composed, plain

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,62}")
IDLE, LONGEST = timedelta(hours=1), timedelta(hours=12)
"""The time that a session lives without a request, and in all."""
HALF = timedelta(minutes=5)
"""The time that the second step of a log-in may take."""
REAUTHENTICATED_FOR = timedelta(minutes=5)
"""The time for which a password that was given once more holds."""
SAVE_SEEN_EVERY = timedelta(minutes=1)
"""A session's last request is written down no more often than so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody who may log in. `password` is argon2's own text, "" until there is one.

    `code` is the hash of the one-time code by which they choose a password, good until
    `code_until`. `two_steps`: TOTP is on; `step` is the last one used, `recovery` the hashes
    of the codes that are left.
    """

    name: str
    role: str
    made: datetime
    password: str = field(default="", repr=False)
    code: str = field(default="", repr=False)
    code_until: datetime | None = None
    two_steps: bool = False
    step: int = 0
    recovery: tuple[str, ...] = field(default=(), repr=False)


def ends_sessions(new: User, old: User | None) -> bool:
    """Return whether a user comes in another way from now on: whoever got in by the old one is
    out, and so is whoever had that name before."""
    if old is None:
        return True
    return (new.password, new.two_steps) != (old.password, old.two_steps)


def may_open(authenticated_user: User | None, current_user: User | None) -> bool:
    """Return whether a user who was `authenticated` may have a session by what the user is
    now. None authenticated: whoever opens the session asks for no check."""
    return authenticated_user is None or (
        current_user is not None and not ends_sessions(current_user, authenticated_user)
    )


WEB, API = "web", "api"
"""The doors of a user who logs in, and of a program that shows a token."""
DOOR_NAMES: Mapping[str, Message] = {
    "local": _("this computer"),
    WEB: _("browser"),
    API: _("via API"),
    "link": _("connection between agent and hub"),
}
"""The doors as people read them."""
ID_LENGTH = 24
"""Letters of a token's hash that tell it from all others."""


@dataclass(frozen=True, slots=True)
class Maker:
    """Name the maker of a token: a user of the manager, a token itself (`door` api), or a user
    of the node's computer (local), who is not the user of the same name who logs in."""

    name: str
    door: str = WEB

    @classmethod
    def read(cls, stored: str) -> Maker:
        """Return the maker that a token names."""
        name, _unused, door = stored.removesuffix(")").rpartition(" (")
        return cls(name, door) if name and stored.endswith(")") else cls(stored)

    @property
    def words(self) -> Message:
        """Return the maker as people read it: with the door, where it was not the manager."""
        door = DOOR_NAMES.get(self.door)
        if self.door == WEB or door is None:
            return plain(str(self))
        return composed("{name} ({door})", name=self.name, door=door)

    def __str__(self) -> str:
        """Return the maker as a token names it: no name of a user or a token has a blank in
        it."""
        return self.name if self.door == WEB else f"{self.name} ({self.door})"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """Hold a token that a program shows in a person's stead: only the `hash` is kept. `by` made
    it. `programs`: the token may do what runs a program. `until` None: it does not end."""

    name: str
    role: str
    hash: str = field(repr=False)
    by: str
    made: datetime
    until: datetime | None = None
    programs: bool = False

    @property
    def id(self) -> str:
        """Return the id that tells this token from others of the same name; the id lets nobody
        in."""
        return self.hash[:ID_LENGTH]

    @property
    def maker(self) -> Maker:
        """Return who made it."""
        return Maker.read(self.by)

    def is_valid(self, now: datetime) -> bool:
        """Return True if the token has not ended."""
        return self.until is None or now < self.until


def made_with(name: str, tokens: Mapping[str, ApiToken]) -> tuple[str, ...]:
    """Return the tokens that this one made, and those that they made, the youngest line first:
    whoever is cut off while they are ended has ended none before what it made."""
    names = list[str]()
    makers = [name]
    for token in makers:  # which grows meanwhile
        maker = Maker(token, API)
        new_names = [
            name_or_token.name
            for name_or_token in tokens.values()
            if name_or_token.maker == maker and name_or_token.name not in names
        ]
        names += new_names
        makers += new_names
    return tuple(name_or_token for name_or_token in reversed(names) if name_or_token != name)


def is_valid_token(token: ApiToken, tokens: Mapping[str, ApiToken], now: datetime) -> bool:
    """Return True if a token opens anything: it has not ended, and neither was the token
    revoked that made it, nor the one that made that. A token of the same name that is younger
    is another one."""
    visited_names = set[str]()
    current = token
    while current.maker.door == API and current.name not in visited_names:
        visited_names.add(current.name)
        maker = tokens.get(current.maker.name)
        if maker is None or maker.made > current.made:
            return False
        current = maker
    return token.is_valid(now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Hold the session of a browser that logged in; `key` is the hash of the cookie's value.
    `half`: the password was right, and the second step is still to come. `sure`, as stored rows
    call it: the instant until which the password counts that was given once more."""

    key: str = field(repr=False)
    user: str
    begun: datetime
    seen: datetime
    half: bool = False
    sure: datetime | None = None

    @property
    def ends(self) -> datetime:
        """Return when the session is over unless something is asked meanwhile."""
        if self.half:
            return self.begun + HALF
        return min(self.seen + IDLE, self.begun + LONGEST)

    def is_valid(self, now: datetime) -> bool:
        """Return True if the session is not over. A session that was last seen far ahead of now
        is over: the clock was set back, and nobody knows the age of the session."""
        return self.seen - IDLE <= now < self.ends

    def is_reauthenticated(self, now: datetime) -> bool:
        """Return whether the password was given once more a moment ago."""
        return self.sure is not None and self.sure - REAUTHENTICATED_FOR <= now < self.sure


# Its name is that of its schema in the OpenAPI document.
@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """Hold a change that somebody made: `door` is local, web or api, `given` are the arguments
    that are no secrets, `before` and `after` the content then and now.

    `refused` says why the change was not made; `who` is then "" for an unknown person, as a
    name that was typed may be a password. `left_out` refusals before it were not written down.
    """

    at: datetime
    who: str
    door: str
    address: str
    op: str
    given: Mapping[str, Any] = field(default_factory=dict)
    before: Any = None
    after: Any = None
    refused: Message = plain("")
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Person:
    """Hold who asks, and what they may do. `reauthenticated`: they may do what runs a program,
    as the kernel says who they are, or as the password was given once more a moment ago. `id`
    tells them from whoever has the name later."""

    name: str
    roles: frozenset[str]
    door: str = "local"
    address: str = ""
    reauthenticated: bool = True
    id: str = ""
