"""Operation that finds out which part of an account is wrong, before anybody signs in."""

from __future__ import annotations

from collections.abc import AsyncIterator

from noroshi.oauth.account import Account
from noroshi.oauth.credentials import named_by
from noroshi.oauth.provider import Credential, SignInError, UnreachableError
from noroshi.operations import sign_in_operations
from noroshi.operations.sign_in_answers import AccountChecked
from noroshi.service.node.secret_rules import unfit
from noroshi.service.operation import Person, offers
from noroshi.service.sign_in.probes import ProbeOperations
from noroshi.service.sign_in.try_before_save import field_of, refusal
from noroshi.vault import Secret, VaultError

WAIT = "wait"


class AccountCheckOperations(ProbeOperations):
    """Check the tenant, then the app, then the secret: each tells something only once the one
    before is right."""

    @offers(sign_in_operations.ACCOUNT_CHECK)
    async def account_check(
        self, person: Person, account: str, secret: str = ""
    ) -> AccountChecked:
        """Return the first that is; nothing for a provider that is not Microsoft. `secret` is
        tried instead of the one that is kept, and is kept nowhere."""
        target = await self._trial_account(person, account, secret=secret.strip())
        if not target.cloud.entra:
            return AccountChecked()
        value = secret.strip()
        if value and (problem := unfit(target.secret or account, Secret(value), (target,))):
            return AccountChecked(field="secret", why=problem.what)
        try:
            async for failure, field in self._refusals(target, value):
                return AccountChecked(field=field_of(failure) or field, why=failure.words)
        except (UnreachableError, VaultError) as failure:
            return AccountChecked(why=failure.words)
        return AccountChecked()

    async def _refusals(
        self, account: Account, secret: str
    ) -> AsyncIterator[tuple[SignInError, str]]:
        """Yield each refusal, and the field that it is about unless the refusal itself names
        it."""
        try:
            await self._tokens.tenant(account)
        except SignInError as failure:
            yield failure, "" if failure.party == WAIT else "tenant"
        if error := await refusal(self._tokens, account, bare=True):
            yield error, "client_id"
        credential = await self._trial_credential(account, secret)
        if credential and (error := await refusal(self._tokens, account, credential)):
            yield error, "secret"

    async def _trial_credential(self, account: Account, secret: str) -> Credential | None:
        """Return the secret to be tried: that one, else the one that is kept."""
        entry = next((one for one in named_by(account) if one.kind == "secret"), None)
        if entry is None:
            return None
        value = Secret(secret) if secret else await self._vault.get(entry.entry)
        if value is None:
            return None
        return Credential(entry=entry.entry, kind="secret", value=value)
