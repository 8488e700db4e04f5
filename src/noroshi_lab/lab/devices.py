"""Device codes (RFC 8628): an app without a browser waits while a person signs in elsewhere."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass
from datetime import datetime, timedelta

from noroshi_lab.lab.directory import App, Tenant, User
from noroshi_lab.lab.refusals import Refusal
from noroshi_lab.lab.scopes import Scopes

LIVES = timedelta(minutes=15)
INTERVAL = timedelta(seconds=5)
_SLACK = timedelta(seconds=0.5)
_KNOWN = timedelta(hours=2)  # a code that has ended is told from one that never was
_LETTERS = "".join(c for c in string.ascii_uppercase + string.digits if c not in "AEIOU01")


@dataclass(slots=True, kw_only=True)
class Waiting:
    """An app that waits, and what came of it."""

    tenant: Tenant
    app: App
    scopes: Scopes
    user_code: str
    until: datetime
    interval: timedelta = INTERVAL
    polled: datetime | None = None
    user: User | None = None
    declined: bool = False
    redeemed: bool = False


class Devices:
    """Keep all apps that wait, by device code."""

    def __init__(self) -> None:
        self._waiting: dict[str, Waiting] = {}

    def begin(
        self, tenant: Tenant, app: App, scopes: Scopes, now: datetime
    ) -> tuple[str, Waiting]:
        """Return a device code, and what the person is told."""
        self._waiting = {k: w for k, w in self._waiting.items() if now - w.until < _KNOWN}
        user_code = "".join(secrets.choice(_LETTERS) for _ in range(9))
        code = "1." + secrets.token_urlsafe(200)
        self._waiting[code] = Waiting(
            tenant=tenant, app=app, scopes=scopes, user_code=user_code, until=now + LIVES
        )
        return code, self._waiting[code]

    def typed(self, user_code: str, now: datetime) -> Waiting | None:
        """Return who waits under the code that a person typed in; None: nobody, or no more."""
        wanted = user_code.replace(" ", "").replace("-", "").upper()
        for each in self._waiting.values():
            open_still = each.user is None and not each.declined and now < each.until
            if each.user_code == wanted and open_still:
                return each
        return None

    def poll(self, code: str, app: App, now: datetime) -> Waiting:
        """Return the sign-in that the person has finished, once; a Refusal says what is the
        matter."""
        found = self._waiting.get(code)
        if found is None or found.app.client_id != app.client_id:
            raise Refusal(70018)
        if found.redeemed:
            raise Refusal(54005)
        if found.declined:
            raise Refusal(65004, error="authorization_declined")
        if now >= found.until:
            raise Refusal(70020)
        if found.user is None:
            raise self._not_yet(found, now)
        found.redeemed = True
        return found

    def _not_yet(self, found: Waiting, now: datetime) -> Refusal:
        """RFC 8628, 3.5: who asks too often waits five seconds longer from now on."""
        hasty = found.polled is not None and now - found.polled < found.interval - _SLACK
        found.polled = now
        if not hasty:
            return Refusal(70016)
        found.interval += INTERVAL
        return Refusal(70016, error="slow_down")
