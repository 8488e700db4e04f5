"""Hand tokens and passwords to transports, or say why there are none."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from noroshi.core.instruction import InstructionKind, followed_by
from noroshi.core.mail import Fault
from noroshi.core.translation import _
from noroshi.oauth.account import Account
from noroshi.oauth.provider import SignInError, UnreachableError
from noroshi.oauth.tokens import TokenSource
from noroshi.ports import Resource, RouteError, StoreError
from noroshi.vault import Vault, VaultError

NO_ENTRY = followed_by(_("the vault has no entry “{entry}”."), InstructionKind.PUT_SECRET)
STORE_AWAY = _("the sign-in cannot be read from the store or saved in it: {why}")


def token_of(
    account_of: Callable[[str], Account], tokens: TokenSource
) -> Callable[[str, bool, Resource], Awaitable[str]]:
    """Return a function for ports.TransportContext.token."""

    async def token(name: str, force: bool, resource: Resource) -> str:
        account = account_of(name)
        try:
            return (await tokens.token(account, force=force, resource=resource)).reveal()
        except SignInError as failure:
            fault = Fault.SERVER if failure.party == "wait" else Fault.SIGN_IN
            raise RouteError(failure.words, fault=fault) from None
        except UnreachableError as error:
            raise RouteError(error.words, fault=error.fault) from None
        except VaultError as error:
            raise RouteError(error.words, fault=Fault.SETUP) from None
        except StoreError as error:
            # The route's, or each mail that waits would ask the provider for a token again.
            raise RouteError(STORE_AWAY.fill(why=error), fault=Fault.SERVER) from None

    return token


def secret_of(vault: Vault) -> Callable[[str], Awaitable[str]]:
    """Return a function for ports.TransportContext.secret."""

    async def secret(name: str) -> str:
        try:
            secret_value = await vault.get(name)
        except VaultError as error:
            raise RouteError(error.words, fault=Fault.SETUP) from None
        except StoreError as error:
            raise RouteError(STORE_AWAY.fill(why=error), fault=Fault.SERVER) from None
        if secret_value is None:
            raise RouteError(NO_ENTRY.fill(entry=name), fault=Fault.SIGN_IN)
        return secret_value.reveal()

    return secret
