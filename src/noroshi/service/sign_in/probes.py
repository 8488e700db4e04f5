"""Operations that prove a sign-in piece by piece, before any mail is sent: the tenant, the app,
the secret or certificate, and the claims of the token."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from noroshi import schema
from noroshi.core.definitions.problems import first_of, suggestion
from noroshi.core.translation import _
from noroshi.definitions.accounts_of_routes import resource_of
from noroshi.definitions.compilation import Plan, compile_plan
from noroshi.oauth.account import Account
from noroshi.oauth.credentials import named_by
from noroshi.oauth.jwt_claims import OPAQUE, read_claims
from noroshi.oauth.provider import Credential, OAuthError, SignInError, UnreachableError
from noroshi.operations import sign_in_operations
from noroshi.operations.sign_in_answers import AppTried, SecretTried, TenantFound, TokenSeen
from noroshi.ports import Document, Resource, Version
from noroshi.service.definitions.apply import BAD_DEFINITIONS
from noroshi.service.errors import InvalidArgumentError, NotFoundError, OperationFailedError
from noroshi.service.node.secret_rules import unfit
from noroshi.service.operation import Person, offers
from noroshi.service.sign_in.authorization import BAD_SECRET, SignInOperations, not_signed_in
from noroshi.service.sign_in.trial_definitions import trial_definitions
from noroshi.service.sign_in.try_before_save import credentials_for, probe_error, try_credential
from noroshi.vault import Secret, VaultError

NO_ACCOUNT = _("There is no account “{given}”{instead}.")
NO_TENANT = _("Tenant {tenant}: {why}")
NO_ENTRA = _("Cloud “{cloud}” is not Microsoft's, so it has no tenants.")


class ProbeOperations(SignInOperations):
    """Prove each piece of a sign-in as soon as it can be proved."""

    @offers(sign_in_operations.ACCOUNT_TENANT)
    async def account_tenant(
        self, person: Person, account: str, over: tuple[Document, ...] = ()
    ) -> TenantFound:
        """Return the ID of the account's tenant, asked of the sign-in server; a domain of the
        organisation will do as tenant. `over`: trial definitions, which are not put in
        force."""
        target = await self._trial_account(person, account, over)
        if not target.cloud.entra:
            raise NotFoundError(NO_ENTRA.fill(cloud=target.cloud.name))
        try:
            id = await self._tokens.tenant(target)
        except SignInError as failure:
            words = NO_TENANT.fill(tenant=target.tenant, why=failure.words)
            raise OperationFailedError(words, codes=failure.code_names) from None
        except (UnreachableError, VaultError) as failure:
            raise probe_error(target, failure) from None
        return TenantFound(id=id, host=urlsplit(target.authority).netloc)

    @offers(sign_in_operations.ACCOUNT_TRY)
    async def account_try(
        self,
        person: Person,
        account: str,
        bare: bool = False,
        over: tuple[Document, ...] = (),
        secret: str = "",
        to: tuple[str, ...] = (),
    ) -> AppTried:
        """Ask for a token that nobody uses. `bare`: without a credential, which proves the app.
        `over`: definitions as they would be, and `secret` in the place of the vault's: neither is
        kept or put in force. `to`: as in `set_secret`."""
        target = await self._trial_account(person, account, over, secret, to)
        if not secret:
            return await try_credential(self._tokens, target, bare=bare)
        value = Secret(secret.strip())
        if problem := unfit(target.secret, value, (target,)):
            raise InvalidArgumentError(BAD_SECRET, (problem,))
        return await try_credential(
            self._tokens, target, Credential(entry=target.secret, kind="secret", value=value)
        )

    @offers(sign_in_operations.SECRET_TRY)
    async def secret_try(self, person: Person, name: str) -> tuple[SecretTried, ...]:
        """Ask the server of each account whose app shows it; none if it is no such secret."""
        _, plan = await self._context.current()
        secret = await self._entry(name)
        if secret is None:
            return ()
        credentials = tuple(credentials_for(plan.accounts.values(), name, secret))
        return tuple([await self._probe(account, one) for account, one in credentials])

    @offers(sign_in_operations.TOKEN_LOOK)
    async def token_look(self, person: Person, route: str) -> TokenSeen:
        """Return the audience, the permissions and the owner of the token; ask for one if there
        is none."""
        plan, account = await self._account_of(route)
        resource: Resource = resource_of(plan.routes[route])
        try:
            token = await self._tokens.token(account, resource=resource)
        except (OAuthError, VaultError) as failure:
            raise not_signed_in(route, failure) from None
        claims = read_claims(token, resource)
        if claims is None or not account.cloud.entra:  # others have claims of their own
            return TokenSeen(good=True, words=(OPAQUE,))
        return TokenSeen(
            good=claims.is_for_resource
            and not claims.missing_right(resource, is_shared=account.is_shared),
            permits=claims.permits,
            person=claims.person,
            object_id=claims.object_id,
            until=claims.ends,
            words=claims.describe(resource, account.mailbox, is_shared=account.is_shared),
        )

    async def _entry(self, name: str) -> Secret | None:
        try:
            return await self._vault.get(name)
        except VaultError as failure:
            raise OperationFailedError(failure.words) from None

    async def _probe(self, account: Account, credential: Credential) -> SecretTried:
        ends = next(one.ends for one in named_by(account) if one.entry == credential.entry)
        try:
            answer = await try_credential(self._tokens, account, credential)
        except OperationFailedError as refusal:
            result = SecretTried(account=account.name, taken=False, refused=True, ends=ends)
            return replace(result, why=refusal.words)
        return SecretTried(account=account.name, taken=answer.sure, why=answer.why, ends=ends)

    async def _trial_account(
        self,
        person: Person,
        name: str,
        trial_documents: tuple[Document, ...] = (),
        secret: str = "",
        named_places: tuple[str, ...] = (),
    ) -> Account:
        """Return the account as it would be with these definitions. What the vault keeps goes
        where it is kept for, as when they are applied; a `secret` that is typed goes where a
        token chose only if that is among `named_places`, as when it is kept. Raises
        InvalidArgumentError, NotFoundError, ConflictError, ReauthenticationRequiredError."""
        version, plan = await self._context.current()
        trial_plan = plan
        if trial_documents:
            _require_account(name, {*plan.accounts, *_accounts_in(trial_documents)})
            trial_plan = await asyncio.to_thread(
                self._trial_plan, name, version, plan, trial_documents
            )
            await self._context.bindings.check_destinations(person, trial_plan, plan)
        _require_account(name, trial_plan.accounts)
        account = trial_plan.accounts[name]
        if secret:
            await self._context.bindings.check_disclosure(
                person, trial_plan, account.secret, secret, named_places
            )
        return account

    def _trial_plan(
        self, name: str, version: Version, plan: Plan, trial_documents: tuple[Document, ...]
    ) -> Plan:
        """Return the plan of that account alone. Raises InvalidArgumentError."""
        try:
            documents = trial_definitions(name, version.documents, plan, trial_documents)
            return compile_plan(documents, self._plugins)
        except schema.Invalid as invalid:
            raise InvalidArgumentError(BAD_DEFINITIONS, first_of(invalid.problems)) from None


def _accounts_in(documents: Iterable[Document]) -> Iterator[str]:
    for one in documents:
        type, _, name = one.key.partition("/")
        if type == "accounts":
            yield name


def _require_account(name: str, accounts: Collection[str]) -> None:
    """Raise NotFoundError unless it is among them."""
    if name not in accounts:
        raise NotFoundError(NO_ACCOUNT.fill(given=name, instead=suggestion(name, accounts)))
