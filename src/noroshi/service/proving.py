"""Operations that prove a sign-in piece by piece, before any mail is sent: the tenant, the app,
its secret or certificate, and what the token says."""

from __future__ import annotations

from urllib.parse import urlsplit

from noroshi.core.problems import Problem, instead
from noroshi.core.words import Words
from noroshi.definitions.needs import resource_of
from noroshi.oauth import aadsts_app
from noroshi.oauth.advised import Advice
from noroshi.oauth.claims import OPAQUE
from noroshi.oauth.clouds import Account
from noroshi.oauth.provider import SignInFailed, Unreachable
from noroshi.oauth.seen import seen_in
from noroshi.ports import Resource
from noroshi.service.answers_proving import AppTried, TenantFound, TokenSeen
from noroshi.service.offer import ADMIN, NotFound, Person, Trouble, operation
from noroshi.service.signing import WRONG_SECRET, Signing, not_signed_in
from noroshi.vault import VaultError

NO_ACCOUNT = Words(
    en="There is no account {given}{instead}.",
    ja="{given} というアカウントはありません{instead}。",
)
ANOTHER_SECRET = Words(
    en="Put the right one in: noroshi secret set {secret}",
    ja="正しい値を入れてください: noroshi secret set {secret}",
)
NO_ENTRA = Words(
    en="The cloud {cloud} is not Microsoft's, so it has no tenants.",
    ja="クラウド {cloud} は Microsoft のものではないため、テナントがありません。",
)
NO_SECRET_SENT = 7000218
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
OF_OURS = frozenset({"no_secret", "no_certificate", "no_proxy_password"})


class Proving(Signing):
    """Each as soon as it can be."""

    @operation(
        role=ADMIN,
        changes=False,
        help=Words(
            en="Whether an account's tenant is there.",
            ja="アカウントのテナントがあるかどうかを確かめます。",
        ),
    )
    async def account_tenant(self, who: Person, account: str) -> TenantFound:
        """Its ID, asked of the sign-in server; a domain of the organisation will do as tenant."""
        meant = await self._named(account)
        if not meant.cloud.entra:
            raise NotFound(NO_ENTRA.fill(cloud=meant.cloud.name))
        try:
            id = await self._tokens.tenant(meant)
        except (SignInFailed, Unreachable, VaultError) as failure:
            raise _unproved(meant, failure) from None
        return TenantFound(id=id, host=urlsplit(meant.authority).netloc)

    @operation(
        role=ADMIN,
        changes=False,
        help=Words(
            en="Whether an account's app and its secret are right.",
            ja="アカウントのアプリとシークレットが正しいかどうかを確かめます。",
        ),
    )
    async def account_try(self, who: Person, account: str, bare: bool = False) -> AppTried:
        """Ask for a token that nobody uses. `bare`: without a credential, which proves the app."""
        meant = await self._named(account)
        try:
            await self._tokens.tried(meant, bare=bare)
        except SignInFailed as failure:
            if bare and NO_SECRET_SENT in failure.codes:
                return AppTried(sure=True)
            if failure.error in OF_OURS or _is_wrong(failure):
                raise _unproved(meant, failure) from None
            return AppTried(sure=False, why=failure.words)
        except (Unreachable, VaultError) as failure:
            raise _unproved(meant, failure) from None
        return AppTried(sure=True)

    @operation(
        role=ADMIN,
        changes=False,
        help=Words(
            en="What a route's token says of itself.",
            ja="送信経路のトークンの中身を確かめます。",
        ),
    )
    async def token_look(self, who: Person, route: str) -> TokenSeen:
        """For whom it is, what it permits, whose it is; it is asked for if there is none."""
        plan, account = await self._account_of(route)
        resource: Resource = resource_of(plan.routes[route])
        try:
            token = await self._tokens.token(account, resource=resource)
        except (SignInFailed, Unreachable, VaultError) as failure:
            raise not_signed_in(route, failure) from None
        seen = seen_in(token, resource)
        if seen is None or not account.cloud.entra:  # others have claims of their own
            return TokenSeen(good=True, words=(OPAQUE,))
        return TokenSeen(
            good=seen.fits and not seen.lacks(resource, shared=account.shared),
            permits=seen.permits,
            person=seen.person,
            object_id=seen.object_id,
            until=seen.until,
            words=seen.told(resource, account.mailbox, shared=account.shared),
        )

    async def _named(self, name: str) -> Account:
        _, plan = await self._current()
        found = plan.accounts.get(name)
        if found is None:
            near = instead(name, plan.accounts)
            raise NotFound(NO_ACCOUNT.fill(given=name, instead=near))
        return found


def _unproved(account: Account, failure: SignInFailed | Unreachable | VaultError) -> Trouble:
    """What was said, and where the secret goes if that is at fault: no route is needed for it."""
    if isinstance(failure, SignInFailed) and WRONG_SECRET.intersection(failure.codes):
        entry = ANOTHER_SECRET.fill(secret=account.secret)
        return Trouble(failure.words, (Problem("secret", entry),))
    return Trouble(failure.words)


def _is_wrong(failure: SignInFailed) -> bool:
    return any(aadsts_app.BY_CODE.get(code) in WRONG for code in failure.codes)
