"""Remember refusals, so that a provider is not asked in vain, restarts included.

In memory they end by the steady clock; the entry `refused/<account>` is what another process,
or the next life, goes by. A new sign-in, other settings or another secret void it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from noroshi.core.reserved_entries import REFUSALS
from noroshi.core.stored_message import message_from, stored_form
from noroshi.core.translation import Message
from noroshi.oauth.account import Account
from noroshi.oauth.provider import SignInError
from noroshi.ports import Clocks, Resource, StoreError
from noroshi.vault import Secret, Vault, VaultError

log = logging.getLogger(__name__)
BUSY, LONGEST_WAIT = 60.0, 3600.0
LOOK_AGAIN = 1800.0
"""Seconds until what an administrator may have mended, unseen by us, is tried again."""
OUR_OWN = frozenset(
    {
        "app",
        "never_signed_in",
        "other_account",
        "no_secret",
        "no_certificate",
        "no_proxy_password",
        "no_scope",
        "no_key_file",
    }
)
"""Refusals that are read from settings and vault: they need not be remembered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalKey:
    """Say what a refusal was about: with others it is void."""

    signed_in: datetime | None
    """The time of the sign-in; None for an app by itself."""
    fingerprints: tuple[str, ...] = ()
    """The credentials there were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedRefusal:
    """Hold a refusal, since when it holds, and until when it is not put to the test."""

    failure: SignInError
    key: RefusalKey
    first: datetime
    """The time from which somebody could know of the refusal."""
    refused_at: datetime
    hold: float | None
    """Seconds; None: until somebody signs in."""


class RefusalCache:
    """Keep refusals by account and resource: a token for one may be refused while the other's is
    not."""

    def __init__(self, vault: Vault, clocks: Clocks) -> None:
        self._vault, self._clocks = vault, clocks
        self._unsaved_refusals: dict[tuple[str, str], CachedRefusal] = {}
        self._ends: dict[tuple[str, str], tuple[datetime, float]] = {}

    async def raise_remembered(
        self, account: Account, resource: Resource, now: RefusalKey
    ) -> None:
        """Raise the remembered refusal, unless something has changed since or the hold is
        over."""
        refusal = (await self.all(account)).get(resource)
        if refusal is None or self._is_void(refusal, now):
            return
        if refusal.hold is None or self._clocks.steady() < self._end(
            account, resource, refusal
        ):
            raise refusal.failure.copy()

    async def remember(
        self, account: Account, resource: Resource, failure: SignInError, key: RefusalKey
    ) -> None:
        """Keep a refusal; in memory where the store cannot take it."""
        if failure.error in OUR_OWN:
            return
        refusals = await self.all(account)
        previous, now = refusals.get(resource), self._clocks.wall()
        is_repeated = previous is not None and previous.failure.party == failure.party
        refusal = CachedRefusal(
            failure=failure.copy(),
            key=key,
            first=previous.first if previous is not None and is_repeated else now,
            refused_at=now,
            hold=_hold(failure),
        )
        slot = account.fingerprint, resource
        self._ends[slot] = now, self._clocks.steady() + (refusal.hold or 0)
        self._unsaved_refusals[slot] = refusal
        await self._put(account, {**refusals, resource: refusal})

    async def forget(self, account: Account, resource: Resource | None = None) -> None:
        """Forget the refusals of one resource or of all: it is mended, or somebody says so."""
        refusals = await self.all(account)
        remaining_refusals = {
            name: one for name, one in refusals.items() if resource not in (None, name)
        }
        for name in refusals.keys() - remaining_refusals.keys():
            self._unsaved_refusals.pop((account.fingerprint, name), None)
            self._ends.pop((account.fingerprint, name), None)
        if remaining_refusals.keys() != refusals.keys() or await self._entry(account) is None:
            await self._put(account, remaining_refusals)

    async def valid(
        self, account: Account, now: RefusalKey, resource: Resource | None = None
    ) -> dict[str, CachedRefusal]:
        """Return the refusals that still hold, of one resource or of all. Raises as the vault
        does."""
        return {
            name: one
            for name, one in (await self.all(account)).items()
            if resource in (None, name) and not self._is_void(one, now)
        }

    async def all(self, account: Account) -> dict[str, CachedRefusal]:
        """Return all remembered refusals for these settings. Raises as the store does."""
        record = await self._entry(account) or {}
        refusals = dict[str, CachedRefusal]()
        if record.get("for") == account.fingerprint:
            refusals = {name: _parse(one) for name, one in record["refused"].items()}
        fingerprint = account.fingerprint
        return refusals | {
            name: one
            for (owner, name), one in self._unsaved_refusals.items()
            if owner == fingerprint
        }

    async def _entry(self, account: Account) -> dict[str, Any] | None:
        """Return the entry; None if it does not open, as one of another key: nothing hangs on
        it."""
        try:
            secret = await self._vault.get(f"{REFUSALS}{account.storage_name}")
        except VaultError:
            return None
        record: dict[str, Any] = json.loads(secret.reveal()) if secret is not None else {}
        return record

    def _end(self, account: Account, resource: str, refusal: CachedRefusal) -> float:
        """Return the end of the hold on the steady clock. A refusal from another life of the
        node ends by the wall clock, at most `hold` seconds from now."""
        slot = account.fingerprint, resource
        refused_at, end = self._ends.get(slot, (None, 0.0))
        if refused_at != refusal.refused_at:
            hold = refusal.hold or 0.0
            age = (self._clocks.wall() - refusal.refused_at).total_seconds()
            end = self._clocks.steady() + min(max(hold - age, 0.0), hold)
            self._ends[slot] = refusal.refused_at, end
        return end

    def _is_void(self, refusal: CachedRefusal, now: RefusalKey) -> bool:
        if refusal.key.signed_in != now.signed_in:
            return True
        return refusal.failure.party != "user" and refusal.key.fingerprints != now.fingerprints

    async def _put(self, account: Account, refusals: Mapping[str, CachedRefusal]) -> None:
        record = {
            "for": account.fingerprint,
            "refused": {name: _as_plain(one) for name, one in refusals.items()},
        }
        try:
            await self._vault.put(
                f"{REFUSALS}{account.storage_name}", Secret(json.dumps(record))
            )
        except StoreError as error:
            log.info("a refusal of %s is in memory alone: %s", account.name, error)
            return
        for name in refusals:
            self._unsaved_refusals.pop((account.fingerprint, name), None)


def _hold(failure: SignInError) -> float | None:
    if failure.party == "user":
        return None
    if failure.party == "wait":
        return min(failure.retry_after or BUSY, LONGEST_WAIT)
    return LOOK_AGAIN


def _as_plain(refusal: CachedRefusal) -> dict[str, Any]:
    failure, key = refusal.failure, refusal.key
    return {
        "words": stored_form(failure.words),
        "error": failure.error,
        "who": failure.party,
        "suberror": failure.suberror,
        "codes": failure.codes,
        "correlation_id": failure.correlation_id,
        "said": failure.description,
        "signed_in": key.signed_in.isoformat() if key.signed_in else None,
        "prints": key.fingerprints,
        "first": refusal.first.isoformat(),
        "at": refusal.refused_at.isoformat(),
        "hold": refusal.hold,
    }


def _parse(record: Mapping[str, Any]) -> CachedRefusal:
    signed_in = record["signed_in"]
    return CachedRefusal(
        failure=SignInError(
            _message_of(record),
            error=record["error"],
            party=record["who"],
            suberror=record["suberror"],
            codes=tuple(record["codes"]),
            correlation_id=record["correlation_id"],
            description=record.get("said", ""),
        ),
        key=RefusalKey(
            signed_in=datetime.fromisoformat(signed_in) if signed_in else None,
            fingerprints=tuple(record["prints"]),
        ),
        first=datetime.fromisoformat(record["first"]),
        refused_at=datetime.fromisoformat(record["at"]),
        hold=record["hold"],
    )


def _message_of(record: Mapping[str, Any]) -> Message:
    """Return the text of a record; records from before the catalogues hold both languages."""
    return message_from(
        record["words"] if "words" in record else {n: record[n] for n in ("en", "ja")}
    )
