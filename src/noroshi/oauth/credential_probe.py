"""Ask a sign-in server whether it takes a credential, so that nothing is kept and nothing used up.

An app that signs in by itself gets a token, which nobody uses. Where a person signed in at
another server than Entra, only a renewal shows the credential; but the refresh token that is kept
is not risked for it: a server that rotates takes it for used, and whoever loses the answer has to
sign in again. A made-up one is shown instead. A server authenticates the client as well as it
looks at the token (RFC 6749, 6); that this one does so first, a made-up credential shows, which
it must refuse in another way.
"""

from __future__ import annotations

import asyncio
import secrets

from noroshi.oauth.account import Account
from noroshi.oauth.client_certificates import make
from noroshi.oauth.credentials import CREDENTIAL_REFUSED, Credentials, ask_with_each
from noroshi.oauth.provider import Client, Credential, SignInError
from noroshi.oauth.refresh import ProviderOf, check_scope
from noroshi.ports import Clocks, Resource
from noroshi.vault import Secret

ALSO_REFUSED = "unauthorized_client"
"""The error of some servers for a wrong secret, such as Keycloak; of others, for a grant that
is not allowed."""
ANY_NAME, ONE_DAY = "noroshi", 1


class CredentialProbe:
    """Try an app's credential without leaving a trace in the vault."""

    def __init__(
        self, *, provider_of: ProviderOf, clocks: Clocks, credentials: Credentials
    ) -> None:
        self._provider_of, self._clocks = provider_of, clocks
        self._credentials = credentials

    async def token(
        self,
        account: Account,
        resource: Resource,
        *,
        without_credential: bool = False,
        credential: Credential | None = None,
    ) -> Secret:
        """Get a token by the app's credentials alone, by the one that is given, or
        `without_credential`: shown none."""
        check_scope(account, resource)
        credentials: tuple[Credential, ...] = (credential,) if credential else ()
        if not without_credential and not credentials:
            credentials = await self._credentials.in_order(account)
        proxy = await self._credentials.proxy_password(account)
        provider = self._provider_of(account.cloud)
        _, tokens = await ask_with_each(
            account, credentials, proxy, lambda client: provider.app_only(client, resource)
        )
        return tokens.access

    async def credential_valid(
        self, account: Account, credential: Credential | None = None
    ) -> bool:
        """Return whether the server tells this credential, or else the vault's, from a made-up one.

        Raises SignInError if it tells it for a wrong one, or is busy; UnreachableError, and as the
        vault does.
        """
        tried_credential = credential or next(
            iter(await self._credentials.in_order(account)), None
        )
        if tried_credential is None:
            return False
        refusal = await self._refusal_of(account, tried_credential)
        if refusal is None:  # it takes whatever it is shown
            return False
        if refusal.error == CREDENTIAL_REFUSED:
            raise refusal.copy()
        refusal_of_wrong = await self._refusal_of(
            account, await self._made_up(tried_credential)
        )
        if refusal_of_wrong is not None and refusal_of_wrong.error != refusal.error:
            return True
        if refusal.error == ALSO_REFUSED:
            raise refusal.copy()
        return False

    async def tenant(self, account: Account) -> str:
        """Return the ID of the account's tenant, as the sign-in server tells it."""
        proxy = await self._credentials.proxy_password(account)
        client = Client(account=account, proxy_password=proxy)
        return await self._provider_of(account.cloud).tenant(client)

    async def _refusal_of(
        self, account: Account, tried_credential: Credential
    ) -> SignInError | None:
        """Return the server's refusal of a refresh token that it never gave; None if it took it."""
        proxy = await self._credentials.proxy_password(account)
        client = Client(account=account, credential=tried_credential, proxy_password=proxy)
        made_up = Secret(secrets.token_urlsafe(32))
        try:
            await self._provider_of(account.cloud).refresh(client, made_up, "smtp")
        except SignInError as failure:
            if failure.party == "wait":
                raise
            return failure
        return None

    async def _made_up(self, model: Credential) -> Credential:
        value = Secret(secrets.token_urlsafe(24))
        if model.kind == "certificate":
            value = await asyncio.to_thread(make, ANY_NAME, self._clocks.wall(), ONE_DAY)
        return Credential(entry=model.entry, kind=model.kind, value=value)
