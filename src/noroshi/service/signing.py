"""Operations that sign a route in."""

from __future__ import annotations

from noroshi.core.model import Route
from noroshi.core.problems import Problem, instead
from noroshi.core.words import Words
from noroshi.definitions.needs import account_of
from noroshi.oauth.claims import look_into
from noroshi.oauth.clouds import Account
from noroshi.oauth.pasted import SECRET_ID, looks_like_secret_id
from noroshi.oauth.provider import SignInFailed, Unreachable
from noroshi.service.answers import Proof, RouteStatus, SignIn
from noroshi.service.desk import Desk
from noroshi.service.offer import ADMIN, Conflict, Invalid, NotFound, Person, Trouble, operation
from noroshi.vault import Secret, VaultError, reserved

NO_ROUTE = Words(
    en="There is no route {given}{instead}.", ja="{given} という経路はありません{instead}。"
)
NO_ACCOUNT = Words(
    en="Route {given} needs no sign-in: its options name no account.",
    ja="経路 {given} にサインインは要りません (オプションに account がありません)。",
)
BY_PASSWORD = Words(
    en="Route {given} signs in with a password. Put it in: noroshi secret set {entry}",
    ja="経路 {given} はパスワードでサインインします。noroshi secret set {entry} で"
    "入れてください。",
)
ENTRIES = ("password", "url_entry", "header_entry")
"""The options of a route that name an entry of the vault."""
WRONG_SECRET = frozenset({7000215, 7000222})
"""Entra's codes for a client secret that is wrong, or has ended."""
ANOTHER_SECRET = Words(
    en="Give the right one: noroshi authorize {route} --secret-file FILE",
    ja="正しい値は noroshi authorize {route} --secret-file ファイル で入れ直してください",
)
NOT_BY_ITSELF = Words(
    en="A sign-in is not repeated by itself; do it again: noroshi authorize {route}",
    ja="サインインは自動では繰り返しません。noroshi authorize {route} をもう一度実行してください",
)
BAD_SECRET = Words(en="This secret is not kept.", ja="このシークレットは保存していません。")
EMPTY = Words(en="is empty", ja="何も入力されていません")
NO_APP = Words(
    en="Route {given} does not sign in by itself (sign_in of its account is not app).",
    ja="経路 {given} はアプリだけではサインインしません (アカウントの sign_in が app ではありません)。",
)


class Signing(Desk):
    """Begun, completed; secrets kept."""

    @operation(
        role=ADMIN,
        help=Words(en="Begin to sign a route in.", ja="経路のサインインを始めます。"),
    )
    async def authorize_begin(self, who: Person, route: str) -> SignIn:
        """The page to open: "" without a client secret in the vault, and for an app by itself."""
        account = await self._account_of(route)
        kept = not account.secret or account.secret in await self._vault.names()
        page = kept and account.sign_in == "person"
        try:
            url = await self._tokens.begin(account) if page else ""
        except (SignInFailed, Unreachable, VaultError) as failure:
            raise _not_signed_in(route, failure) from None
        return SignIn(
            route=route,
            account=account.name,
            by=account.sign_in,
            url=url,
            secret=account.secret,
            secret_kept=kept,
        )

    @operation(
        role=ADMIN,
        news=True,
        help=Words(en="Keep a secret in the vault.", ja="シークレットを保管庫に入れます。"),
    )
    async def set_secret(self, who: Person, name: str, value: str) -> str:
        """Seal it under that name; the answer is the name. The value is never shown again."""
        _, plan = await self._current()
        users = [account for account in plan.accounts.values() if account.secret == name]
        # A client secret is copied from a page; a password may well begin with a blank.
        secret = Secret(value.strip() if users else value.strip("\r\n"))
        if not secret.reveal() or not name:
            raise Invalid(BAD_SECRET, (Problem("value" if name else "name", EMPTY),))
        if why := reserved(name):
            raise Invalid(BAD_SECRET, (Problem("name", why),))
        # Other servers than Entra do hand out secrets in the shape of a GUID.
        entra = any(not account.cloud.oidc for account in users)
        if entra and looks_like_secret_id(secret.reveal()):
            raise Invalid(BAD_SECRET, (Problem("value", SECRET_ID),))
        try:
            await self._vault.put(name, secret)
        except VaultError as failure:
            raise Trouble(failure.words) from None
        for route in plan.routes.values():
            account = account_of(plan, route)
            alone = account is not None and account.sign_in == "app" and account.secret == name
            if alone or name in _entries_of(route, account):
                await self._wake(route.name)
        return name

    @operation(
        role=ADMIN,
        news=True,
        help=Words(en="Complete a sign-in.", ja="サインインを完了します。"),
    )
    async def authorize_finish(self, who: Person, route: str, pasted: str) -> RouteStatus:
        """Complete it with the address at which the browser ended; what waits goes out then."""
        account = await self._account_of(route)
        try:
            await self._tokens.finish(account, pasted)
        except (SignInFailed, Unreachable, VaultError) as failure:
            raise _not_signed_in(route, failure) from None
        return await self._signed_in(route, account)

    @operation(
        role=ADMIN,
        news=True,
        help=Words(
            en="Prove that an app signs in by itself.",
            ja="アプリだけでサインインできることを確かめます。",
        ),
    )
    async def authorize_app(self, who: Person, route: str) -> Proof:
        """Fetch a token by the client secret alone; what waits goes out then."""
        account = await self._account_of(route)
        if account.sign_in != "app":
            raise Conflict(NO_APP.fill(given=route))
        try:
            token = await self._tokens.prove(account)
        except (SignInFailed, Unreachable, VaultError) as failure:
            raise _not_signed_in(route, failure) from None
        # Other servers than Entra have claims of their own.
        seen = () if account.cloud.oidc else look_into(token)
        return Proof(route=await self._signed_in(route, account), token=seen)

    async def _signed_in(self, route: str, account: Account) -> RouteStatus:
        """What waits for this account's routes goes out; how this one is."""
        _, plan = await self._current()
        for other in plan.routes.values():
            if account_of(plan, other) == account:
                await self._wake(other.name)
        routes = await self._routes(plan, await self._store.waiting())
        return next(status for status in routes if status.name == route)

    async def _wake(self, route: str) -> None:
        """A route that rests is tried at once; one envelope that may use it is enough for that."""
        if route not in await self._down():
            return
        for one in await self._store.waiting():
            mine = not one.fate and route in one.envelope.routes
            if mine and await self._store.retry(one.envelope.id, self._clocks.wall()):
                return

    async def _account_of(self, name: str) -> Account:
        _, plan = await self._current()
        route = plan.routes.get(name)
        if route is None:
            raise NotFound(NO_ROUTE.fill(given=name, instead=instead(name, plan.routes)))
        account = account_of(plan, route)
        if account is None:
            entry = getattr(route.options, "password", "")
            raise Conflict((BY_PASSWORD if entry else NO_ACCOUNT).fill(given=name, entry=entry))
        return account


def _entries_of(route: Route, account: Account | None) -> set[str]:
    """What the vault has for a route to show to others: to a server, to a proxy on the way."""
    networks = [route.network] if account is None else [route.network, account.network]
    options = [getattr(route.options, field, "") for field in ENTRIES]
    return {network.proxy_password for network in networks}.union(options) - {""}


def _not_signed_in(route: str, failure: SignInFailed | Unreachable | VaultError) -> Trouble:
    """What the provider said, and what to do now: this is no renewal, which is tried again."""
    if isinstance(failure, SignInFailed) and WRONG_SECRET.intersection(failure.codes):
        return Trouble(failure.words, (Problem("secret", ANOTHER_SECRET.fill(route=route)),))
    if isinstance(failure, Unreachable) or getattr(failure, "who", "") == "wait":
        return Trouble(failure.words, (Problem("", NOT_BY_ITSELF.fill(route=route)),))
    return Trouble(failure.words)
