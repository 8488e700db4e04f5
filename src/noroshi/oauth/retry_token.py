"""Show an account's token as a route does: after a refusal one fresh one, once in an outage.

Entra answers an app that asks in a loop with AADSTS50196, and Exchange Online throttles a mailbox
that fails again and again: while the fresh token is refused too, no further one is forced.
"""

from __future__ import annotations

import asyncio

from noroshi.ports import Resource, TransportContext
from noroshi.vault import Secret


class RetryToken:
    """Share one token among several sends at once."""

    def __init__(self, context: TransportContext, account: str, resource: Resource) -> None:
        self._context, self._account, self._resource = context, account, resource
        self._is_forced = False
        self._latest: Secret | None = None
        self._lock = asyncio.Lock()

    async def token(self) -> Secret:
        """Return the token. Raises RouteError, as `refresh_once` does."""
        return await self._request(force=False)

    async def refresh_once(self, refused_token: Secret) -> Secret | None:
        """Return a token in the place of a refused one; None: there is no fresher one to be had.

        Whoever comes while one is being asked for waits, and gets the same; so does a refusal that
        comes only after the fresh one was taken.
        """
        async with self._lock:
            if self._latest is not None and self._latest != refused_token:
                return self._latest
            new_token = await self._request(force=not self._is_forced)
            self._is_forced = True  # not before: who could not be asked is asked again
        return None if new_token == refused_token else new_token

    def mark_accepted(self) -> None:
        """Note that the other side took it: the outage is over."""
        self._is_forced = False

    async def _request(self, *, force: bool) -> Secret:
        self._latest = Secret(await self._context.token(self._account, force, self._resource))
        return self._latest
