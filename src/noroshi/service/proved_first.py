"""A credential is shown to the sign-in server, on trial: what is refused takes nothing's place."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from noroshi.core.problems import Problem
from noroshi.core.words import Words
from noroshi.oauth import aadsts_app
from noroshi.oauth.advised import Advice
from noroshi.oauth.clouds import Account
from noroshi.oauth.credentials import named_by
from noroshi.oauth.provider import Credential, SignInFailed, Unreachable
from noroshi.oauth.tokens import TokenSource
from noroshi.service.answers_proving import AppTried
from noroshi.service.offer import Trouble
from noroshi.vault import Secret, VaultError

NO_SECRET_SENT = 7000218
WRONG_SECRET = frozenset({7000215, 7000222})
"""Entra's codes for a client secret that is wrong, or has ended."""
ANOTHER_SECRET = Words(
    en="Put the right one in: noroshi secret set {secret}",
    ja="正しい値を入れてください: noroshi secret set {secret}",
)
STAYS = Words(
    en="{why}\nSo it is not kept: “{entry}” in the vault stays what it was.",
    ja="{why}\nそのため保存していません。保管庫の「{entry}」は元のままです。",
)
WRONG: tuple[Advice, ...] = (
    aadsts_app.ADMIN_APP,
    aadsts_app.TENANT_NEEDED,
    aadsts_app.WRONG_CLOUD,
    aadsts_app.WRONG_SECRET,
    aadsts_app.ENDED_SECRET,
    aadsts_app.WRONG_CERTIFICATE,
    aadsts_app.CLOCK,
)
"""What a sign-in would be refused for as well. Other refusals are of this way to ask alone, as a
policy for apps is."""
FIELD_OF: Mapping[Advice, str] = {
    aadsts_app.ADMIN_APP: "client_id",
    aadsts_app.TENANT_NEEDED: "tenant",
    aadsts_app.WRONG_CLOUD: "cloud",
    aadsts_app.WRONG_SECRET: "secret",
    aadsts_app.ENDED_SECRET: "secret",
}
OF_OURS = frozenset({"no_secret", "no_certificate", "no_proxy_password"})


async def tried(
    tokens: TokenSource,
    account: Account,
    credential: Credential | None = None,
    *,
    bare: bool = False,
) -> AppTried:
    """Whether the server takes it, or else what the vault has; with `bare` whether it knows the
    app. Raises Trouble if it does not."""
    try:
        await tokens.tried(account, bare=bare, instead=credential)
    except SignInFailed as failure:
        if bare and NO_SECRET_SENT in failure.codes:
            return AppTried(sure=True)
        if failure.error in OF_OURS or _is_wrong(failure):
            raise unproved(account, failure, credential) from None
        return AppTried(sure=False, why=failure.words)
    except (Unreachable, VaultError) as failure:
        raise unproved(account, failure, credential) from None
    return AppTried(sure=True)


async def refusal(
    tokens: TokenSource,
    account: Account,
    credential: Credential | None = None,
    *,
    bare: bool = False,
) -> SignInFailed | None:
    """What a sign-in would be refused for as well; None: for nothing that can be told before.
    Raises Unreachable and VaultError."""
    try:
        await tokens.tried(account, bare=bare, instead=credential)
    except SignInFailed as failure:
        return failure if _is_wrong(failure) else None
    return None


async def see_that_it_is_taken(
    tokens: TokenSource, accounts: Iterable[Account], entry: str, value: Secret
) -> None:
    """By the server of each account that would show it from now on. Raises Trouble."""
    for account, credential in shown_by(accounts, entry, value):
        try:
            await tried(tokens, account, credential)
        except Trouble as refused:
            words = STAYS.fill(why=refused.words, entry=entry)
            raise Trouble(words, refused.problems) from None


def shown_by(
    accounts: Iterable[Account], entry: str, value: Secret
) -> Iterator[tuple[Account, Credential]]:
    """Who shows an entry as a credential, of servers that can be asked about it by itself."""
    for account in accounts:
        for one in named_by(account):
            if one.entry == entry and account.cloud.entra:
                yield account, Credential(entry=entry, kind=one.kind, value=value)


def unproved(
    account: Account,
    failure: SignInFailed | Unreachable | VaultError,
    credential: Credential | None = None,
) -> Trouble:
    """What was said, and where the secret goes if that is at fault: no route is needed for it."""
    if isinstance(failure, SignInFailed) and is_about_secret(failure.codes):
        secret = credential.entry if credential else account.secret
        return Trouble(failure.words, (Problem("secret", ANOTHER_SECRET.fill(secret=secret)),))
    return Trouble(failure.words)


def field_of(failure: SignInFailed) -> str:
    """Which setting of an account a refusal is about; "" where that is not sure."""
    found = (aadsts_app.BY_CODE.get(code) for code in failure.codes)
    return next((FIELD_OF[one] for one in found if one is not None and one in FIELD_OF), "")


def is_about_secret(codes: Collection[int]) -> bool:
    """Whether another client secret mends it."""
    return not WRONG_SECRET.isdisjoint(codes)


def _is_wrong(failure: SignInFailed) -> bool:
    return any(aadsts_app.BY_CODE.get(code) in WRONG for code in failure.codes)
