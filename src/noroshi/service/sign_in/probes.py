"""Operations that prove a sign-in piece by piece, before any mail is sent: the tenant, the app,
its secret or certificate, and what the token says."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from noroshi import schema
from noroshi.core.definitions.problems import first_of, suggestion
from noroshi.core.translation import _
from noroshi.definitions import Plan
from noroshi.definitions.accounts_of_routes import resource_of
from noroshi.definitions.compilation import compile_plan
from noroshi.oauth.account import Account
from noroshi.oauth.credentials import named_by
from noroshi.oauth.jwt_claims import OPAQUE, read_claims
from noroshi.oauth.provider import Credential, OAuthError, SignInError, UnreachableError
from noroshi.ports import Document, Resource, Version
from noroshi.service.definitions.apply import BAD_DEFINITIONS
from noroshi.service.errors import InvalidArgumentError, NotFoundError, OperationFailedError
from noroshi.service.node.secret_rules import unfit
from noroshi.service.operation import ADMIN, Person, operation
from noroshi.service.sign_in.authorization import BAD_SECRET, SignInOperations, not_signed_in
from noroshi.service.sign_in.sign_in_answers import (
    AppTried,
    SecretTried,
    TenantFound,
    TokenSeen,
)
from noroshi.service.sign_in.trial_definitions import trial_definitions
from noroshi.service.sign_in.try_before_save import shown_by, tried, unproved
from noroshi.vault import Secret, VaultError

NO_ACCOUNT = _("There is no account {given}{instead}.")
NO_TENANT = _("Tenant {tenant}: {why}")
NO_ENTRA = _("The cloud {cloud} is not Microsoft's, so it has no tenants.")


class ProbeOperations(SignInOperations):
    """Each as soon as it can be."""

    @operation(role=ADMIN, changes=False, help=_("Check whether an account's tenant exists."))
    async def account_tenant(
        self, who: Person, account: str, over: tuple[Document, ...] = ()
    ) -> TenantFound:
        """Return its ID, asked of the sign-in server; a domain of the organisation will do as
        tenant. `over`: definitions as they would be, which are put in force nowhere."""
        meant = await self._as_would_be(who, account, over)
        if not meant.cloud.entra:
            raise NotFoundError(NO_ENTRA.fill(cloud=meant.cloud.name))
        try:
            id = await self._tokens.tenant(meant)
        except SignInError as failure:
            words = NO_TENANT.fill(tenant=meant.tenant, why=failure.words)
            raise OperationFailedError(words, codes=failure.code_names) from None
        except (UnreachableError, VaultError) as failure:
            raise unproved(meant, failure) from None
        return TenantFound(id=id, host=urlsplit(meant.authority).netloc)

    @operation(
        role=ADMIN,
        changes=False,
        secret=("secret",),
        help=_("Check whether an account's app and secret are correct."),
    )
    async def account_try(
        self,
        who: Person,
        account: str,
        bare: bool = False,
        over: tuple[Document, ...] = (),
        secret: str = "",
        to: tuple[str, ...] = (),
    ) -> AppTried:
        """Ask for a token that nobody uses. `bare`: without a credential, which proves the app.
        `over`: definitions as they would be, and `secret` in the place of the vault's: neither is
        kept or put in force. `to`: as in `set_secret`."""
        meant = await self._as_would_be(who, account, over, secret, to)
        if not secret:
            return await tried(self._tokens, meant, bare=bare)
        value = Secret(secret.strip())
        if problem := unfit(meant.secret, value, (meant,)):
            raise InvalidArgumentError(BAD_SECRET, (problem,))
        return await tried(
            self._tokens, meant, Credential(entry=meant.secret, kind="secret", value=value)
        )

    @operation(
        role=ADMIN, changes=False, help=_("Check whether sign-in servers accept a vault entry.")
    )
    async def secret_try(self, who: Person, name: str) -> tuple[SecretTried, ...]:
        """For each account whose app shows it; none if it is no such secret."""
        _, plan = await self._current()
        kept = await self._entry(name)
        if kept is None:
            return ()
        shown = tuple(shown_by(plan.accounts.values(), name, kept))
        return tuple([await self._said_of(account, one) for account, one in shown])

    @operation(role=ADMIN, changes=False, help=_("Show the contents of a route's token."))
    async def token_look(self, who: Person, route: str) -> TokenSeen:
        """For whom it is, what it permits, whose it is; it is asked for if there is none."""
        plan, account = await self._account_of(route)
        resource: Resource = resource_of(plan.routes[route])
        try:
            token = await self._tokens.token(account, resource=resource)
        except (OAuthError, VaultError) as failure:
            raise not_signed_in(route, failure) from None
        seen = read_claims(token, resource)
        if seen is None or not account.cloud.entra:  # others have claims of their own
            return TokenSeen(good=True, words=(OPAQUE,))
        return TokenSeen(
            good=seen.fits and not seen.lacks(resource, shared=account.shared),
            permits=seen.permits,
            person=seen.person,
            object_id=seen.object_id,
            until=seen.until,
            words=seen.described(resource, account.mailbox, shared=account.shared),
        )

    async def _entry(self, name: str) -> Secret | None:
        try:
            return await self._vault.get(name)
        except VaultError as failure:
            raise OperationFailedError(failure.words) from None

    async def _said_of(self, account: Account, shown: Credential) -> SecretTried:
        ends = next(one.ends for one in named_by(account) if one.entry == shown.entry)
        try:
            answer = await tried(self._tokens, account, shown)
        except OperationFailedError as refused:
            found = SecretTried(account=account.name, taken=False, refused=True, ends=ends)
            return replace(found, why=refused.words)
        return SecretTried(account=account.name, taken=answer.sure, why=answer.why, ends=ends)

    async def _as_would_be(
        self,
        who: Person,
        name: str,
        over: tuple[Document, ...] = (),
        secret: str = "",
        to: tuple[str, ...] = (),
    ) -> Account:
        """The account as it would be with these definitions. What the vault keeps goes where it
        is kept for, as when they are applied; a `secret` that is typed goes where a token chose
        only if that is among `to`, as when it is kept. Raises InvalidArgumentError,
        NotFoundError, ConflictError, ReauthenticationRequired."""
        version, plan = await self._current()
        after = plan
        if over:
            _check_there(name, {*plan.accounts, *_accounts_in(over)})
            after = await asyncio.to_thread(self._trial_plan, name, version, plan, over)
            await self._binding.check_destinations(who, after, plan)
        _check_there(name, after.accounts)
        account = after.accounts[name]
        if secret:
            await self._binding.check_disclosure(who, after, account.secret, secret, to)
        return account

    def _trial_plan(
        self, name: str, version: Version, plan: Plan, over: tuple[Document, ...]
    ) -> Plan:
        """Return the plan of that account alone. Raises InvalidArgumentError."""
        try:
            documents = trial_definitions(name, version.documents, plan, over)
            return compile_plan(documents, self._plugins)
        except schema.Invalid as invalid:
            raise InvalidArgumentError(BAD_DEFINITIONS, first_of(invalid.problems)) from None


def _accounts_in(documents: Iterable[Document]) -> Iterator[str]:
    for one in documents:
        type, _, name = one.key.partition("/")
        if type == "accounts":
            yield name


def _check_there(name: str, accounts: Collection[str]) -> None:
    """Raise NotFoundError unless it is among them."""
    if name not in accounts:
        raise NotFoundError(NO_ACCOUNT.fill(given=name, instead=suggestion(name, accounts)))
