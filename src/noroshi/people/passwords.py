"""Hash passwords by argon2id (RFC 9106), off the loop, and no more than a few at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from noroshi.core.translation import Message, _
from noroshi.imports import ONE_AT_A_TIME
from noroshi.people.authentication_errors import BusyError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

T = TypeVar("T")
AT_ONCE, MOST_WAITING = 2, 16
"""Each takes 64 MiB and a tenth of a second of a core: the watch comes first."""
SHORTEST, LONGEST = 12, 256
TOO_SHORT = _("must have at least {least} characters")
TOO_LONG = _("must have at most {most} characters")
IS_THE_NAME = _("must not be the user name, or a single repeated character")


def password_problem(name: str, password: str) -> Message | None:
    """Return why the password is not allowed for that person; None: it is (NIST SP 800-63B,
    3.1.1)."""
    if len(password) < SHORTEST:
        return TOO_SHORT.fill(least=SHORTEST)
    if len(password) > LONGEST:
        return TOO_LONG.fill(most=LONGEST)
    remaining_text = password.casefold().replace(name.casefold(), "")
    return IS_THE_NAME if len(set(remaining_text)) < 3 else None


class Passwords:
    """Make and check password hashes. `hasher` sets the cost."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._custom_hasher = hasher
        self._turns, self._waiting_count = asyncio.Semaphore(AT_ONCE), 0

    @cached_property
    def _hasher(self) -> PasswordHasher:
        if self._custom_hasher is not None:
            return self._custom_hasher
        with ONE_AT_A_TIME:
            from argon2 import PasswordHasher  # only now: most processes never ask

        return PasswordHasher()

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash("of nobody")

    async def hash(self, password: str) -> str:
        """Return argon2's own text for it. Raises BusyError."""
        return await self._in_turn(lambda: self._hasher.hash(_bytes(password)))

    async def is_right(self, password_hash: str, password: str) -> bool:
        """Return whether the password is the stored one. Without a stored one ("") it takes as
        long, and is not. Raises BusyError."""
        return await self._in_turn(lambda: self._verify(password_hash, password))

    def _verify(self, password_hash: str, password: str) -> bool:
        with ONE_AT_A_TIME:
            from argon2.exceptions import InvalidHashError, VerificationError

        try:
            self._hasher.verify(password_hash or self._nobodys, _bytes(password[: LONGEST + 1]))
        except (VerificationError, InvalidHashError):
            return False
        return bool(password_hash)

    async def _in_turn(self, work: Callable[[], T]) -> T:
        if self._waiting_count >= MOST_WAITING:
            raise BusyError
        self._waiting_count += 1
        try:
            async with self._turns:
                return await asyncio.to_thread(work)
        finally:
            self._waiting_count -= 1


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
