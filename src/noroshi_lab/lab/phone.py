"""The simulated phone: one-time codes (RFC 6238), and a number to type in (number matching)."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import datetime

from noroshi_lab.lab.directory import User

_STEP = 30  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Hold a sign-in that waits for the number on the page; `answer` None: not answered yet."""

    number: str
    answer: bool | None = None


class Phone:
    """Everybody's phone. Nobody holds it, so what it shows is on a page of the lab's."""

    def __init__(self) -> None:
        self._requests: dict[str, Request] = {}

    def code(self, user: User, now: datetime, *, steps: int = 0) -> str:
        """Return the six digits that the phone shows, or did so many steps of 30 s ago."""
        step = int(now.timestamp()) // _STEP - steps
        key = hashlib.sha256(f"{user.oid} {user.password}".encode()).digest()
        mac = hmac.new(key, step.to_bytes(8, "big"), "sha1").digest()
        at = mac[-1] & 0x0F
        return f"{(int.from_bytes(mac[at : at + 4], 'big') & 0x7FFF_FFFF) % 1_000_000:06}"

    def takes(self, user: User, code: str, now: datetime) -> bool:
        """Return whether a code is right; the one before still is."""
        given = code.replace(" ", "").encode()
        known = (self.code(user, now, steps=steps).encode() for steps in (0, 1))
        return any(hmac.compare_digest(given, each) for each in known)

    def ask(self, user: User) -> str:
        """Return the number that the sign-in page shows; it takes the place of an earlier
        one."""
        number = str(10 + secrets.randbelow(90))
        self._requests[user.upn] = Request(number=number)
        return number

    def asked(self, user: User) -> bool:
        """Return whether a sign-in waits for this user's phone."""
        request = self._requests.get(user.upn)
        return request is not None and request.answer is None

    def answer(self, upn: str, number: str) -> None:
        """Take what the person typed in; "" denies. Anything but the number denies too."""
        request = self._requests.get(upn)
        if request is not None and request.answer is None:
            right = hmac.compare_digest(number.strip().encode(), request.number.encode())
            self._requests[upn] = replace(request, answer=right)

    def outcome(self, user: User) -> bool | None:
        """Return what came of the request, which ends with it; None: nothing yet."""
        request = self._requests.get(user.upn)
        if request is None or request.answer is None:
            return None
        return self._requests.pop(user.upn).answer
