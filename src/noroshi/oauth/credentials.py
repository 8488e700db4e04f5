"""Choose the credential by which an account's app proves itself, in the order in which it is tried.

Two secrets or certificates may be there at once: what was taken last comes first, and one that
is refused hands over to the next within the same question, so that no mail waits for it.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Literal, TypeVar

from noroshi.oauth.account import Account
from noroshi.oauth.client_certificates import describe
from noroshi.oauth.errors.messages import (
    CERTIFICATE_MISSING,
    NO_CERTIFICATE,
    NO_PROXY_PASSWORD,
    NO_SECRET,
)
from noroshi.oauth.provider import Client, Credential, SignInError
from noroshi.ports import Clocks
from noroshi.vault import Secret, Vault

T = TypeVar("T")
log = logging.getLogger(__name__)
CREDENTIAL_REFUSED = "invalid_client"
"""RFC 6749, 5.2: client authentication failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedCredential:
    """A credential that an account names; `ends` is the day that was written down for it."""

    entry: str
    kind: Literal["secret", "certificate"]
    ends: date | None = None
    next: bool = False


def named_by(account: Account) -> tuple[NamedCredential, ...]:
    """Return all credentials that the account names, in order: a certificate is stronger than a
    secret."""
    candidates = (
        NamedCredential(entry=account.certificate, kind="certificate"),
        NamedCredential(entry=account.certificate_next, kind="certificate", next=True),
        NamedCredential(entry=account.secret, kind="secret", ends=account.secret_ends),
        NamedCredential(
            entry=account.secret_next, kind="secret", ends=account.secret_next_ends, next=True
        ),
    )
    return tuple(one for one in candidates if one.entry)


class Credentials:
    """Read the credentials that accounts name from the vault."""

    def __init__(self, vault: Vault, clocks: Clocks) -> None:
        self._vault, self._clocks = vault, clocks

    async def stored(self, account: Account) -> tuple[tuple[NamedCredential, Secret], ...]:
        """Return the named credentials that the vault has, in the order of the settings. Raises
        as the vault does."""
        pairs = [(one, await self._vault.get(one.entry)) for one in named_by(account)]
        return tuple((one, value) for one, value in pairs if value is not None)

    async def in_order(self, account: Account, last_entry: str = "") -> tuple[Credential, ...]:
        """Return the credentials in the order to try: `last_entry` first, those that have ended
        last.

        Raises SignInError if the vault has none of the named ones, and as the vault does.
        """
        named_credentials, stored = named_by(account), await self.stored(account)
        if named_credentials and not stored:
            raise _missing_error(account, named_credentials[0])
        ordered = sorted(
            stored, key=lambda one: (self._is_over(*one), one[0].entry != last_entry)
        )
        return tuple(
            Credential(entry=one.entry, kind=one.kind, value=value) for one, value in ordered
        )

    async def proxy_password(self, account: Account) -> Secret | None:
        """Return the password for the network's proxy. Raises SignInError if it is not in the vault."""
        entry = account.network.proxy_password
        password = await self._vault.get(entry) if entry else None
        if entry and password is None:
            message = NO_PROXY_PASSWORD.fill(entry=entry, network=account.network.name)
            raise SignInError(message, error="no_proxy_password", party="setup")
        return password

    def _is_over(self, one: NamedCredential, value: Secret) -> bool:
        now = self._clocks.wall()
        if _own_end(one):
            return _end_in(one, value) <= now
        return one.ends is not None and one.ends < now.date()


async def ask_with_each(
    account: Account,
    credentials: Sequence[Credential],
    proxy_password: Secret | None,
    ask: Callable[[Client], Awaitable[T]],
) -> tuple[str, T]:
    """Ask with each until one is taken; return which one it was, and the answer.

    Raises what the first one was refused with, if none is taken.
    """
    first: SignInError | None = None
    for credential in credentials or (None,):
        client = Client(account=account, credential=credential, proxy_password=proxy_password)
        try:
            answer = await ask(client)
        except SignInError as failure:
            if failure.error != CREDENTIAL_REFUSED:
                raise
            first = first or failure
            if credential and len(credentials) > 1:  # else whoever asked tells it
                _log_refused(account, credential, failure)
        else:
            return credential.entry if credential else "", answer
    assert first is not None  # the loop ran at least once
    raise first.copy()


def _log_refused(account: Account, credential: Credential, failure: SignInError) -> None:
    line = "a credential of %s is refused entry=%s: %s"
    log.warning(line, account.name, credential.entry, failure.words.en)


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialInUse:
    """The credential that was taken last: when it ends, whether it is the second of two, and
    whether it is a certificate."""

    ends: date | None = None
    second: bool = False
    is_certificate: bool = False


def in_use(
    stored: Sequence[tuple[NamedCredential, Secret]], last_entry: str
) -> CredentialInUse:
    """Return the credential that was taken last; before any was taken, the first."""
    last_pair = next(
        (pair for pair in stored if pair[0].entry == last_entry), next(iter(stored), None)
    )
    if last_pair is None:
        return CredentialInUse()
    credential, value = last_pair
    try:
        ends = _end_in(credential, value).date() if _own_end(credential) else credential.ends
    except SignInError:  # told where it is to be used
        ends = None
    return CredentialInUse(
        ends=ends, second=credential.next, is_certificate=_own_end(credential)
    )


def fingerprints_of(secrets: Iterable[Secret]) -> tuple[str, ...]:
    """Return hashes that tell whether any of them has changed; to be kept sealed."""
    return tuple(sorted(sha256(one.reveal().encode()).hexdigest() for one in secrets))


def _own_end(credential: NamedCredential) -> bool:
    return credential.kind == "certificate"


def _end_in(credential: NamedCredential, value: Secret) -> datetime:
    """Return the end that stands in a certificate. Raises SignInError if the entry holds
    none."""
    try:
        return describe(value.reveal()).ends
    except ValueError:
        message = NO_CERTIFICATE.fill(entry=credential.entry)
        raise SignInError(message, error="no_certificate", party="setup") from None


def _missing_error(account: Account, credential: NamedCredential) -> SignInError:
    words = NO_SECRET if credential.kind == "secret" else CERTIFICATE_MISSING
    message = words.fill(name=account.name, account=account.name, secret=credential.entry)
    return SignInError(message, error="no_secret", party="setup")
