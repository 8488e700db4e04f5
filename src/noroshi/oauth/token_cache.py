"""Access tokens that are good for a while: in memory, and sealed for others who share the store.

Who waited while another asked finds the answer here, and so does the next life of a node.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import get_args

from noroshi.oauth.account import Account
from noroshi.oauth.provider import Tokens
from noroshi.ports import Clocks, Resource, StoreError
from noroshi.vault import ACCESS, Secret, Vault, VaultError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """An access token, and how long it may be handed out, on the steady clock."""

    token: Secret
    got: float
    until: float


class Accesses:
    """The entries `access/<account>/<resource>`."""

    def __init__(self, vault: Vault, clocks: Clocks, margin: float) -> None:
        """`margin`: seconds before its end at which a token is no longer handed out."""
        self._vault, self._clocks, self._margin = vault, clocks, margin

    async def found(self, account: Account, resource: Resource) -> Access | None:
        """One that is still good. Raises as the store does."""
        try:
            sealed = await self._vault.get(_name(account, resource))
        except VaultError:  # of another key, say: another is got, and sealed in its place
            return None
        if sealed is None:
            return None
        kept = json.loads(sealed.reveal())
        if kept["for"] != print_of(account):
            return None
        age = (self._clocks.wall() - datetime.fromisoformat(kept["got"])).total_seconds()
        lasts = self._lasts(kept["lasts"])
        if not 0 <= age < lasts:  # below 0: the clock was set back, and nobody knows its age
            return None
        got = self._clocks.steady() - age
        return Access(token=Secret(kept["token"]), got=got, until=got + lasts)

    async def keep(
        self, account: Account, resource: Resource, tokens: Tokens, asked: float
    ) -> Access:
        """Take up what was asked for at an instant of the steady clock, and seal it for others;
        a store that cannot take it costs them a question, and us nothing."""
        passed = self._clocks.steady() - asked
        kept = {
            "token": tokens.access.reveal(),
            "got": self._clocks.wall().isoformat(),
            "lasts": tokens.expires_in - passed,
            "for": print_of(account),
        }
        try:
            await self._vault.put(_name(account, resource), Secret(json.dumps(kept)))
        except StoreError as error:
            log.info("an access token of %s is in memory alone: %s", account.name, error)
        until = asked + self._lasts(tokens.expires_in)
        return Access(token=tokens.access, got=asked, until=until)

    async def drop(self, account: Account) -> None:
        """Those of all resources: somebody signs in anew, perhaps another person."""
        try:
            for resource in get_args(Resource):
                await self._vault.remove(_name(account, resource))
        except StoreError as error:
            log.info("what %s had is still in the store: %s", account.name, error)

    def _lasts(self, seconds: float) -> float:
        # A server whose tokens are short-lived would be asked at each mail: half their life then.
        return seconds - min(self._margin, seconds / 2)


def print_of(account: Account) -> str:
    """What changes with any setting of an account but for what it and its cloud are called."""
    cloud = replace(account.cloud, name="")
    alike = replace(account, name=account.kept_as, id="", cloud=cloud)
    return sha256(repr(alike).encode()).hexdigest()


def _name(account: Account, resource: Resource) -> str:
    return f"{ACCESS}{account.kept_as}/{resource}"
