"""Operations that sign a route in."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from noroshi.core.definitions.problems import Problem, suggestion
from noroshi.core.instruction import Instruction, InstructionKind, followed_by, with_instruction
from noroshi.core.mail import Route
from noroshi.core.translation import Message, _
from noroshi.definitions.accounts_of_routes import (
    account_of,
    entries_of,
    resource_of,
    resources_of,
)
from noroshi.definitions.compilation import Plan
from noroshi.definitions.token_destinations import host_of
from noroshi.oauth.account import Account
from noroshi.oauth.credentials import named_by
from noroshi.oauth.errors.messages import CERTIFICATE_MISSING
from noroshi.oauth.high_volume import role_at
from noroshi.oauth.jwt_claims import describe_app_token, describe_reading
from noroshi.oauth.provider import OAuthError, SignInError, UnreachableError
from noroshi.oauth.redirect_url import PASTE_ERROR
from noroshi.oauth.tokens import SignInStatus
from noroshi.operations import sign_in_operations
from noroshi.operations.sign_in_answers import DeviceAsked, OnDevice, Proof, SignIn
from noroshi.operations.status_answers import RouteStatus
from noroshi.ports import NOTHING_QUEUED, QueueCounts, Resource
from noroshi.service.errors import (
    ConflictError,
    InvalidArgumentError,
    NotFoundError,
    OperationFailedError,
)
from noroshi.service.node.secret_rules import unfit
from noroshi.service.operation import Person, note, offers
from noroshi.service.operation_context import OperationGroup
from noroshi.service.sign_in.try_before_save import is_about_secret, require_accepted
from noroshi.vault import Secret, VaultError

SIGNED_IN = "signed in"
"""The state of a route that was down until the sign-in: the next mail shows if it is well."""
ASK_LATER = 10
"""Seconds until a server that could not be asked about a code is asked again."""
NO_ROUTE = _("There is no route “{given}”{instead}.")
NO_ACCOUNT = _("Route “{given}” needs no sign-in: no account is set in its options.")
BY_PASSWORD = followed_by(
    _("Route “{given}” signs in with a password."), InstructionKind.PUT_SECRET
)
ANOTHER_SECRET = Instruction(InstructionKind.GIVE_RIGHT_SECRET)
NOT_BY_ITSELF = followed_by(
    _("A sign-in is not repeated automatically."), InstructionKind.SIGN_IN_AGAIN
)
BAD_SECRET = _("This secret was not saved.")
NO_APP = _("Route “{given}” has no app-only sign-in (sign_in of its account is not app).")
NOT_READ = _(
    "Account “{account}” does not read its mailbox. To allow it, set reads_inbox = true in "
    "the account and apply that first."
)
SEND_FIRST = with_instruction(
    _(
        "First sign in for sending ({instruction}), then again for reading the mailbox: "
        "Microsoft usually requires an administrator's consent for reading, not for sending."
    ),
    InstructionKind.SIGN_IN_PLACE,
)
NOT_HERE = _(
    "The redirect of account “{account}” ({redirect}) does not point to this computer, so "
    "the sign-in cannot be received here. Sign in without --here, and paste the URL."
)


class SignInOperations(OperationGroup):
    """Begun, completed; secrets kept."""

    @offers(sign_in_operations.AUTHORIZE_BEGIN)
    async def authorize_begin(
        self, person: Person, route: str, port: int = 0, read: bool = False
    ) -> SignIn:
        """Return the page to open: "" without a credential in the vault, and for an app by
        itself.

        `port`: on which somebody listens at the browser's computer; 0: nobody does. `read`: it
        is asked to read the account's own mailbox: by itself at Microsoft, where people may consent to
        sending and mostly not to that; else as well.
        """
        plan, account = await self._account_of(route)
        resources = _inbox(account, read=read)
        if not (resources and account.cloud.entra):
            resources = (*resources_of(plan, account), *resources)
        elif not account.app_only:
            await self._require_sending(plan, route, account)
        redirect = _redirect(account, port)
        ask, is_stored = _secret_entry(account, await self._vault.names())
        url = ""
        if is_stored and not account.app_only:
            try:
                url = await self._tokens.begin(account, resources, redirect)
            except (OAuthError, VaultError) as failure:
                raise not_signed_in(route, failure) from None
        return SignIn(
            route=route,
            account=account.name,
            by=account.sign_in,
            url=url,
            redirect=redirect,
            secret=ask,
            secret_kept=is_stored,
            asks=_sort_of_secret(account),
        )

    @offers(sign_in_operations.SET_SECRET)
    async def set_secret(
        self,
        person: Person,
        name: str,
        value: str,
        proved: bool = False,
        to: tuple[str, ...] = (),
    ) -> str:
        """Seal a value under that name, and return the name. The value is never shown again.

        `proved`: an app's secret replaces another one only once the sign-in server takes it.
        `to`: the servers (host:port) that the person was shown; one that an API token without
        programs chose has to be among them.
        """
        _, plan = await self._context.current()
        users = [one for one in plan.accounts.values() if name in _entries(one)]
        # A client secret is copied from a page; a password may well begin with a blank.
        secret = Secret(value.strip() if users else value.strip("\r\n"))
        if problem := unfit(name, secret, users, plan.routes.values()):
            raise InvalidArgumentError(BAD_SECRET, (problem,))
        is_stored = name in await self._vault.names()
        # A URL that is kept says where the header beside it goes.
        await self._context.bindings.check_destinations(
            person, plan, plan, {name: secret.reveal()}
        )
        await self._context.bindings.check_disclosure(person, plan, name, secret.reveal(), to)
        await self._context.bindings.note_token_choice(
            person, plan, plan, {name: secret.reveal()}
        )
        if is_stored and proved:
            await require_accepted(self._tokens, users, name, secret)
        await self._store_secret(person, plan, name, secret)
        await self._wake_users(plan, name)
        note(old_state={"kept": is_stored}, new_state={"kept": True})
        return name

    @offers(sign_in_operations.AUTHORIZE_FINISH)
    async def authorize_finish(self, person: Person, route: str, pasted: str) -> RouteStatus:
        """Complete the sign-in with the address at which the browser ended; waiting mails are
        then sent."""
        _, account = await self._account_of(route)
        old_status = await self._status_of(route)
        try:
            await self._tokens.finish(account, pasted)
        except (OAuthError, VaultError) as failure:
            if (
                getattr(failure, "error", "") == PASTE_ERROR
            ):  # nobody was asked, and all else stands
                raise InvalidArgumentError(failure.words) from None
            raise not_signed_in(route, failure) from None
        return await self._after_sign_in(route, account, old_status)

    @offers(sign_in_operations.AUTHORIZE_DEVICE)
    async def authorize_device(
        self, person: Person, route: str, read: bool = False
    ) -> OnDevice:
        """Return the code, and where a person types it. A code is for one resource: with `read`
        that is the account's own mailbox."""
        plan, account = await self._account_of(route)
        resources = _inbox(account, read=read) or resources_of(plan, account)
        if read and account.cloud.entra:
            await self._require_sending(plan, route, account)
        try:
            attempt = await self._tokens.device_begin(account, resources)
        except (OAuthError, VaultError) as failure:
            raise not_signed_in(route, failure) from None
        return OnDevice(
            route=route,
            account=account.name,
            url=attempt.url,
            code=attempt.user_code,
            seconds=attempt.expires_in,
            wait=attempt.interval,
        )

    @offers(sign_in_operations.AUTHORIZE_DEVICE_ASK)
    async def authorize_device_ask(self, person: Person, route: str) -> DeviceAsked:
        """Return the route once it is signed in; else when to ask again: no sooner (RFC 8628,
        3.5)."""
        _, account = await self._account_of(route)
        old_status = await self._status_of(route)
        try:
            wait = await self._tokens.device_ask(account)
        except UnreachableError as failure:
            return DeviceAsked(wait=ASK_LATER, why=failure.words)
        except (SignInError, VaultError) as failure:
            if getattr(failure, "party", "") == "wait":
                return DeviceAsked(wait=ASK_LATER, why=failure.words)
            raise not_signed_in(route, failure) from None
        if wait:
            return DeviceAsked(wait=wait)
        return DeviceAsked(route=await self._after_sign_in(route, account, old_status))

    @offers(sign_in_operations.AUTHORIZE_APP)
    async def authorize_app(self, person: Person, route: str, read: bool = False) -> Proof:
        """Fetch a token by secret or certificate alone; what waits goes out then. With `read`
        one to read the mailbox as well."""
        plan, account = await self._account_of(route)
        if not account.app_only:
            raise ConflictError(NO_APP.fill(given=route))
        old_status = await self._status_of(route)
        sender = plan.routes[route]
        claims = await self._token_claims(sender, account, resource_of(sender))
        for inbox in _inbox(account, read=read):
            claims += await self._token_claims(sender, account, inbox)
        return Proof(route=await self._after_sign_in(route, account, old_status), token=claims)

    async def _token_claims(
        self, route: Route, account: Account, resource: Resource
    ) -> tuple[Message, ...]:
        """Return the claims of a fresh token; none for servers other than Entra, and none for
        sending by Graph, as those tokens have other claims."""
        try:
            token = await self._tokens.force_new(account, resource)
        except (OAuthError, VaultError) as failure:
            raise not_signed_in(route.name, failure) from None
        if not account.cloud.entra or resource == "graph":
            return ()
        if resource == "inbox":
            return describe_reading(token)
        return describe_app_token(token, role_at(host_of(route)))

    async def _status_of(self, route: str, queue: QueueCounts = NOTHING_QUEUED) -> RouteStatus:
        _, plan = await self._context.current()
        routes = await self._context.routes(plan, queue)
        return next(status for status in routes if status.name == route)

    async def _after_sign_in(
        self, route: str, account: Account, old_status: RouteStatus
    ) -> RouteStatus:
        """Let what waits for this account's routes go out, and return how this one is."""
        _, plan = await self._context.current()
        for other in plan.routes.values():
            if account_of(plan, other) == account:
                await self._wake(other.name)
        status = await self._status_of(route, await self._store.queue_counts())
        old_state, state = (
            SIGNED_IN if s.state == "down" else s.state for s in (old_status, status)
        )
        name = account.name
        note({"account": name, "state": old_state}, {"account": name, "state": state})
        return status

    async def _store_secret(
        self, person: Person, plan: Plan, name: str, secret: Secret
    ) -> None:
        """Keep the secret, bound to its uses. Raises OperationFailedError."""
        # Killed in between, or without room for it, nobody is the owner of what another put in.
        await self._context.bindings.disown(name)
        try:
            await self._vault.put(name, secret)
        except VaultError as failure:
            raise OperationFailedError(failure.words) from None
        await self._context.bindings.bind_anew(person, plan, name)

    async def _require_sending(self, plan: Plan, route: str, account: Account) -> None:
        """Raise ConflictError unless the account is signed in to send: the right to read is
        added to that sign-in, and a sign-in for reading alone would replace it."""
        state = await self._tokens.state(account, resource_of(plan.routes[route]))
        if state.sign not in (SignInStatus.SIGNED_IN, SignInStatus.WAITING):
            raise ConflictError(SEND_FIRST.fill(route=route))

    async def _wake_users(self, plan: Plan, entry: str) -> None:
        """Try routes that rest over an entry of the vault with what is there now."""
        for route in plan.routes.values():
            if entry in _entries_of(route, account_of(plan, route)):
                await self._wake(route.name)

    async def _wake(self, route: str) -> None:
        """Try a route that rests at once, as soon as a mail waits for it."""
        await self._store.wake(route, self._clocks.wall())

    async def _account_of(self, name: str) -> tuple[Plan, Account]:
        _, plan = await self._context.current()
        route = plan.routes.get(name)
        if route is None:
            raise NotFoundError(
                NO_ROUTE.fill(given=name, instead=suggestion(name, plan.routes))
            )
        account = account_of(plan, route)
        if account is None:
            entry = getattr(route.options, "password", "")
            raise ConflictError(
                (BY_PASSWORD if entry else NO_ACCOUNT).fill(given=name, entry=entry)
            )
        return plan, account


def _entries(account: Account) -> tuple[str, ...]:
    return tuple(use.entry for use in named_by(account))


def _entries_of(route: Route, account: Account | None) -> set[str]:
    """Return the entries of the vault that a route shows to others: to a provider or server, to
    a proxy on the way."""
    networks = [route.network] if account is None else [route.network, account.network]
    of_account = () if account is None else _entries(account)
    return {network.proxy_password for network in networks}.union(
        entries_of(route), of_account
    ) - {""}


def _inbox(account: Account, *, read: bool) -> tuple[Resource, ...]:
    """Return the right to read the account's mailbox, if `read` asks for it."""
    if not read:
        return ()
    if not account.reads_inbox:
        raise ConflictError(NOT_READ.fill(account=account.name))
    return ("inbox",)


def _redirect(account: Account, port: int) -> str:
    """Return the redirect URI, with a port at which somebody listens, if one is given."""
    if not port:
        return account.redirect
    if account.app_only or account.redirects_here:
        return account.redirect_at(port)
    words = NOT_HERE.fill(account=account.name, redirect=account.redirect)
    raise ConflictError(words)


def _secret_entry(account: Account, names: Collection[str]) -> tuple[str, bool]:
    """Return the entry that a person is asked for, and whether there is one already that would
    do."""
    entries = _entries(account)
    is_stored = not entries or any(entry in names for entry in entries)
    if not is_stored and not account.secret:
        entry = account.certificate
        raise ConflictError(CERTIFICATE_MISSING.fill(account=account.name, secret=entry))
    return account.secret, is_stored


def _sort_of_secret(account: Account) -> str:
    if account.app_only and account.cloud.app_grant == "service_account":
        return "key file"
    return "entra" if account.cloud.entra else "secret"


def not_signed_in(route: str, failure: OAuthError | VaultError) -> OperationFailedError:
    """Return the provider's refusal as an error, and what to do now: unlike a renewal, a
    sign-in is not tried again."""
    codes = failure.code_names if isinstance(failure, SignInError) else ()
    problems = tuple(_mendings(route, failure))
    return OperationFailedError(failure.words, problems, codes)


def _mendings(route: str, failure: OAuthError | VaultError) -> Iterator[Problem]:
    if isinstance(failure, SignInError) and is_about_secret(failure.codes):
        yield Problem("secret", ANOTHER_SECRET.fill(route=route))
    elif isinstance(failure, UnreachableError) or getattr(failure, "party", "") == "wait":
        yield Problem("", NOT_BY_ITSELF.fill(route=route))
