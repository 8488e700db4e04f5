"""Operations on client certificates: made here, brought here, and what of them is uploaded."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from noroshi.core.definitions.problems import Problem, suggestion
from noroshi.core.translation import _, list_names
from noroshi.definitions.accounts_of_routes import account_of
from noroshi.guides.setup_goal import certificate_entry
from noroshi.oauth.account import Account
from noroshi.oauth.client_certificates import (
    CANNOT_OPEN,
    CertificateError,
    describe,
    make,
    read_in_sandbox,
    require_valid,
)
from noroshi.oauth.credentials import named_by
from noroshi.oauth.errors.messages import CERTIFICATE_MISSING
from noroshi.operations import sign_in_operations
from noroshi.operations.sign_in_answers import Certificate
from noroshi.service.errors import (
    ConflictError,
    InvalidArgumentError,
    NotFoundError,
    OperationFailedError,
)
from noroshi.service.node.secrets import named_in
from noroshi.service.operation import Person, note, offers
from noroshi.service.sign_in.authorization import SignInOperations
from noroshi.service.sign_in.try_before_save import require_accepted
from noroshi.vault import Secret, VaultError

LEAST_DAYS, MOST_DAYS = 1, 3650
NOBODY = _("There is no route or account “{given}”{instead}.")
NO_ACCOUNT = _("No account is set for route “{given}”, so it needs no certificate.")
NAMES_NONE = _(
    'No certificate is set for account “{account}”. Add {setting} = "{account}-{suffix}" to '
    "accounts/{account}.toml, and apply it."
)
IS_THERE = _(
    "The vault already has the certificate “{entry}” of {account}, which may be in use for "
    "sending. To keep it and create the next one, use --next; to replace it, use --replace."
)
IS_ANOTHERS = _(
    "The entry “{entry}” is used by {who}. Give account “{account}” another name for its "
    "certificate (certificate), then run this again."
)
BAD_DAYS = _("must be between {least} and {most}")
NOT_KEPT = _("This certificate was not saved.")


class CertificateOperations(SignInOperations):
    """Client certificates."""

    @offers(sign_in_operations.CERTIFICATE_NEW)
    async def create(
        self,
        person: Person,
        name: str,
        next: bool = False,
        replace: bool = False,
        days: int = 730,
        ahead: bool = False,
    ) -> Certificate:
        """Make key and certificate for a route's account, or an account; the key never leaves
        here. `ahead`: before the account names it, under the name that it will have."""
        if not LEAST_DAYS <= days <= MOST_DAYS:
            words = BAD_DAYS.fill(least=LEAST_DAYS, most=MOST_DAYS)
            raise InvalidArgumentError(NOT_KEPT, (Problem("days", words),))
        account, entry = await self._free_entry(
            name, next=next, replace=replace, is_ahead=ahead
        )
        now = self._clocks.wall()
        bundle = await asyncio.to_thread(make, f"noroshi {account.name}", now, days)
        return await self._store_certificate(person, account, entry, bundle)

    @offers(sign_in_operations.CERTIFICATE_IMPORT)
    async def import_pair(
        self,
        person: Person,
        name: str,
        pem: str,
        next: bool = False,
        replace: bool = False,
        ahead: bool = False,
        proved: bool = False,
    ) -> Certificate:
        """Keep a certificate that was made elsewhere, with the private key, both in PEM;
        `ahead` as for a new one. `proved`: it replaces another one only once the sign-in server
        takes it."""
        account, entry = await self._free_entry(
            name, next=next, replace=replace, is_ahead=ahead
        )
        try:
            bundle = await read_in_sandbox(pem.encode())
            require_valid(bundle.reveal(), self._clocks.wall(), may_start_later=next)
        except CertificateError as error:
            raise InvalidArgumentError(error.words) from None
        except OSError:
            raise OperationFailedError(CANNOT_OPEN) from None
        if proved and await self._is_another(entry, bundle):
            await require_accepted(self._tokens, (account,), entry, bundle)
        return await self._store_certificate(person, account, entry, bundle)

    @offers(sign_in_operations.CERTIFICATE_SHOW)
    async def show(self, person: Person, name: str, next: bool = False) -> Certificate:
        """Return the public part of the certificate, for the upload, with thumbprints and end;
        never the key."""
        account, entry = await self._certificate_of(name, next=next)
        try:
            bundle = await self._vault.get(entry)
        except VaultError as failure:
            raise OperationFailedError(failure.words) from None
        if bundle is None:
            raise NotFoundError(CERTIFICATE_MISSING.fill(account=account.name, secret=entry))
        return _answer(account, entry, bundle)

    async def _is_another(self, entry: str, bundle: Secret) -> bool:
        try:
            current = await self._vault.get(entry)
        except VaultError:  # what nobody can read signs nobody in
            return False
        return current is not None and current.reveal() != bundle.reveal()

    async def _store_certificate(
        self, person: Person, account: Account, entry: str, bundle: Secret
    ) -> Certificate:
        previous = await self._previous_certificate(account, entry)
        _, plan = await self._context.current()
        await self._store_secret(person, plan, entry, bundle)
        await self._wake_users(plan, entry)
        certificate = _answer(account, entry, bundle)
        note(previous, _summary(certificate))
        return certificate

    async def _previous_certificate(
        self, account: Account, entry: str
    ) -> Mapping[str, Any] | None:
        """Return whose place it takes, for the audit log; None for what nobody can read as
        well."""
        try:
            current = await self._vault.get(entry)
            return None if current is None else _summary(_answer(account, entry, current))
        except (VaultError, NotFoundError):
            return None

    async def _free_entry(
        self, name: str, *, next: bool, replace: bool, is_ahead: bool
    ) -> tuple[Account, str]:
        """Return the vault entry to put it in. An entry in use is overwritten only if `replace`
        says so."""
        account, entry = await self._certificate_of(name, next=next, is_ahead=is_ahead)
        if other_users := await self._others_with(account, entry):
            words = IS_ANOTHERS.fill(
                entry=entry, who=list_names(other_users), account=account.name
            )
            raise ConflictError(words)
        if not replace and entry in await self._vault.names():
            raise ConflictError(IS_THERE.fill(entry=entry, account=account.name))
        return account, entry

    async def _others_with(self, account: Account, entry: str) -> Sequence[str]:
        """Return who names an entry that this account does not name itself; and whoever would
        send it as a password, key and all."""
        keys = named_in((await self._store.current()).documents).get(entry, ())
        is_own = entry in {one.entry for one in named_by(account)}
        return [key for key in keys if not (is_own and key.startswith("accounts/"))]

    async def _certificate_of(
        self, name: str, *, next: bool, is_ahead: bool = False
    ) -> tuple[Account, str]:
        account = await self._account_named(name)
        entry = account.certificate_next if next else account.certificate
        if is_ahead and not next:
            entry = entry or certificate_entry(account.name)
        if not entry:
            setting, suffix = ("certificate_next", "next") if next else ("certificate", "cert")
            words = NAMES_NONE.fill(account=account.name, setting=setting, suffix=suffix)
            raise ConflictError(words)
        return account, entry

    async def _account_named(self, name: str) -> Account:
        """Return the account of a route of that name, else the account of that name."""
        _, plan = await self._context.current()
        route = plan.routes.get(name)
        account = account_of(plan, route) if route is not None else plan.accounts.get(name)
        if account is None and route is not None:
            raise ConflictError(NO_ACCOUNT.fill(given=name))
        if account is None:
            names = [*plan.routes, *plan.accounts]
            raise NotFoundError(NOBODY.fill(given=name, instead=suggestion(name, names)))
        return account


def _summary(certificate: Certificate) -> Mapping[str, Any]:
    return {"entry": certificate.entry, "sha1": certificate.sha1, "ends": certificate.ends}


def _answer(account: Account, entry: str, bundle: Secret) -> Certificate:
    try:
        description = describe(bundle.reveal())
    except ValueError:
        raise NotFoundError(
            CERTIFICATE_MISSING.fill(account=account.name, secret=entry)
        ) from None
    return Certificate(
        account=account.name,
        entry=entry,
        name=description.name,
        pem=description.pem,
        sha1=description.thumbprints.sha1.upper(),
        sha256=description.thumbprints.sha256.upper(),
        begins=description.begins,
        ends=description.ends,
    )
