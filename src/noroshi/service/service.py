"""Every operation that a person can ask for. It speaks with the store and never with the engine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence

from noroshi import ports, schema
from noroshi.core.model import Level, Monitor, Route, Sample, State
from noroshi.core.problems import Problem, instead
from noroshi.core.words import Words
from noroshi.definitions import Plan, compile_plan, differences, give_ids, try_templates
from noroshi.oauth.clouds import Account
from noroshi.oauth.pasted import SECRET_ID, looks_like_secret_id
from noroshi.oauth.provider import SignInFailed, Unreachable
from noroshi.oauth.tokens import SignInState, TokenSource
from noroshi.plugins import Plugins
from noroshi.ports import Clocks, Document, Resting, Store, Version, Waiting
from noroshi.service import looking, sending
from noroshi.service.answers import (
    Applied,
    Exported,
    Kind,
    Letter,
    MonitorStatus,
    Planned,
    Queued,
    RouteStatus,
    Sent,
    SignIn,
    Status,
)
from noroshi.service.offer import (
    ADMIN,
    OPERATOR,
    VIEWER,
    Conflict,
    Invalid,
    NotFound,
    Operation,
    Person,
    Trouble,
    operation,
    operations,
)
from noroshi.vault import Secret, Vault, VaultError

MOST_LOOKED_UP = 500
"""Above so many monitors only those that are not OK are shown with their newest reading."""
UNKNOWN_STATE = State()

NO_ROUTE = Words(
    en="There is no route {given}{instead}.", ja="{given} という経路はありません{instead}。"
)
NO_ACCOUNT = Words(
    en="Route {given} needs no sign-in: its options name no account.",
    ja="経路 {given} にサインインは要りません (オプションに account がありません)。",
)
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
NO_MAIL = Words(
    en="There is no mail {id} in the queue. Look with: noroshi queue list",
    ja="送信キューに {id} はありません。noroshi queue list で確かめてください。",
)
NOT_AGAIN = Words(
    en="{id} cannot be tried again: it is being sent now, or it was accepted.",
    ja="{id} は再試行できません。いま送信中か、すでに受領されています。",
)
BAD_DEFINITIONS = Words(
    en="The definitions cannot be used; nothing was changed.",
    ja="定義に誤りがあります。何も変更していません。",
)
BAD_MAIL = Words(
    en="The mail cannot be queued; nothing was sent.",
    ja="送信キューに入れられません。何も送っていません。",
)
NO_SUCH_BASE = Words(
    en="The current version is {number}, not {base}. See: noroshi plan DIR",
    ja="現在の版は {base} ではなく {number} です。noroshi plan で確かめてください。",
)
NOT_THIS_VERSION = Words(
    en="{who} applied version {number} meanwhile. See what differs now: noroshi plan",
    ja="先に {who} が版 {number} を取り込みました。noroshi plan で違いを確かめてください。",
)
BAD_SECRET = Words(en="This secret is not kept.", ja="このシークレットは保存していません。")
EMPTY = Words(en="is empty", ja="何も入力されていません")
CANNOT_COMPILE = Words(
    en="The current definitions cannot be read any more: {why}",
    ja="いまの定義が読めなくなっています: {why}",
)


class Service:
    """The list of operations. Each raises a Refusal that says what to do, or StoreError."""

    def __init__(
        self,
        store: Store,
        plugins: Plugins,
        clocks: Clocks,
        *,
        vault: Vault,
        tokens: TokenSource,
        new_id: Callable[[], str],
        name: str = "node",
    ) -> None:
        self._store, self._plugins, self._clocks = store, plugins, clocks
        self._vault, self._tokens, self._new_id, self._name = vault, tokens, new_id, name
        self._offered = operations(type(self))
        self._known: tuple[Version, Plan] | None = None

    def operations(self) -> Mapping[str, Operation]:
        """What is offered, by name."""
        return self._offered

    # looking

    @operation(role=VIEWER, help=Words(en="How everything is.", ja="全体の状態を表示します。"))
    async def status(self, who: Person) -> Status:
        """Levels, routes and queue at this moment."""
        now = self._clocks.wall()
        version, plan = await self._current()
        states, waiting = await self._store.states(), await self._store.waiting()
        monitors = await self._monitors(plan, states)
        return Status(
            node=self._name,
            version=version.number,
            at=now,
            level=Level.worst(monitor.level for monitor in monitors),
            monitors=monitors,
            routes=await self._routes(plan, waiting),
            queue=looking.counts(waiting),
            troubles=(self._vault.problem,) if self._vault.problem else (),
        )

    async def _monitors(
        self, plan: Plan, states: Mapping[str, State]
    ) -> tuple[MonitorStatus, ...]:
        every = sorted(plan.monitors.values(), key=lambda m: m.path)
        few = len(every) <= MOST_LOOKED_UP
        found = list[MonitorStatus]()
        for monitor in every:
            state = states.get(monitor.id, UNKNOWN_STATE)
            asked = few or state.level is not Level.OK
            sample = await self._sample(monitor) if asked else None
            names = self._plugins.check(monitor.kind).names
            found.append(looking.monitor_status(monitor, state, sample, names))
        return tuple(found)

    async def _sample(self, monitor: Monitor) -> Sample | None:
        return next(iter(await self._store.samples(monitor.id, 1)), None)

    async def _routes(self, plan: Plan, waiting: Iterable[Waiting]) -> tuple[RouteStatus, ...]:
        down = await self._down()
        open_ones = [w.envelope for w in waiting if not w.fate]
        return tuple(
            [
                looking.route_status(
                    route,
                    down.get(route.name),
                    await self._sign_in(plan, route),
                    sum(route.name in envelope.routes for envelope in open_ones),
                )
                for route in plan.routes.values()
            ]
        )

    async def _down(self) -> Mapping[str, Resting]:
        return {resting.route: resting for resting in await self._store.resting()}

    async def _sign_in(self, plan: Plan, route: Route) -> SignInState | None:
        account = _account(plan, route)
        return None if account is None else await self._tokens.state(account)

    @operation(
        role=VIEWER,
        help=Words(en="The kinds that are installed.", ja="使える種別を一覧します。"),
    )
    async def kinds(self, who: Person) -> tuple[Kind, ...]:
        """Monitors, actions and routes that can be defined, with their options."""
        return looking.kinds(self._plugins)

    # definitions

    @operation(
        role=ADMIN,
        help=Words(
            en="What definitions would change.", ja="定義を取り込むと何が変わるかを調べます。"
        ),
    )
    async def plan(self, who: Person, documents: tuple[Document, ...]) -> Planned:
        """Differences and problems; nothing is kept."""
        current = await self._store.current()
        try:
            given = give_ids(documents, current.documents, self._new_id)
            await self._checked(given)
        except schema.Invalid as invalid:
            return Planned(base=current.number, differences=(), problems=invalid.problems)
        return Planned(
            base=current.number, differences=_differ(current.documents, given), problems=()
        )

    @operation(
        role=ADMIN,
        news=True,
        help=Words(en="Bring definitions into force.", ja="定義を有効にします。"),
    )
    async def apply(
        self,
        who: Person,
        documents: tuple[Document, ...],
        base: int | None = None,
        note: str = "",
    ) -> Applied:
        """All of them or, with one mistake, nothing. The same ones again make no version."""
        current = await self._store.current()
        if base is not None and base > current.number:
            raise Conflict(NO_SUCH_BASE.fill(number=current.number, base=base))
        if base is not None and base != current.number:
            raise _overtaken(current)
        try:
            given = give_ids(documents, current.documents, self._new_id)
            plan = await self._checked(given)
        except schema.Invalid as invalid:
            raise Invalid(BAD_DEFINITIONS, invalid.problems) from None
        changed = _differ(current.documents, given)
        if not changed:
            return Applied(version=current.number, differences=())
        version = Version(
            number=current.number + 1,
            documents=given,
            who=who.name,
            at=self._clocks.wall(),
            note=note,
        )
        try:
            number = await self._store.publish(version, list(plan.monitors), current.number)
        except ports.Conflict:
            raise _overtaken(await self._store.current()) from None
        return Applied(version=number, differences=changed)

    @operation(
        role=ADMIN, help=Words(en="The definitions in force.", ja="有効な定義を取り出します。")
    )
    async def export(self, who: Person) -> Exported:
        """The current version's documents."""
        current = await self._store.current()
        return Exported(current.number, current.documents)

    async def _checked(self, documents: tuple[Document, ...]) -> Plan:
        """The plan, its templates tried. Off the loop: 5,000 monitors take a while to read."""
        plan = await asyncio.to_thread(compile_plan, documents, self._plugins)
        if problems := await try_templates(plan, self._plugins):
            raise schema.Invalid(tuple(problems))
        return plan

    async def _current(self) -> tuple[Version, Plan]:
        version = await self._store.current()
        if self._known is None or self._known[0].number != version.number:
            try:
                plan = await asyncio.to_thread(compile_plan, version.documents, self._plugins)
            except schema.Invalid as invalid:  # a kind was uninstalled, say
                raise Trouble(CANNOT_COMPILE.fill(why=invalid), invalid.problems) from None
            self._known = version, plan
        return self._known

    # signing in

    @operation(
        role=ADMIN,
        help=Words(en="Begin to sign a route in.", ja="経路のサインインを始めます。"),
    )
    async def authorize_begin(self, who: Person, route: str) -> SignIn:
        """The page to open. Without a client secret in the vault there is none yet: url is ""."""
        account = await self._account_of(route)
        kept = not account.secret or account.secret in await self._vault.names()
        try:
            url = await self._tokens.begin(account) if kept else ""
        except (SignInFailed, Unreachable, VaultError) as failure:
            raise _not_signed_in(route, failure) from None
        return SignIn(
            route=route, account=account.name, url=url, secret=account.secret, secret_kept=kept
        )

    @operation(
        role=ADMIN,
        help=Words(en="Keep a secret in the vault.", ja="シークレットを保管庫に入れます。"),
    )
    async def set_secret(self, who: Person, name: str, value: str) -> str:
        """Seal it under that name; the answer is the name. The value is never shown again."""
        secret = Secret(value.strip())
        if not secret.reveal() or not name:
            raise Invalid(BAD_SECRET, (Problem("value" if name else "name", EMPTY),))
        _, plan = await self._current()
        users = [account for account in plan.accounts.values() if account.secret == name]
        # Other servers than Entra do hand out secrets in the shape of a GUID.
        entra = any(not account.cloud.oidc for account in users)
        if entra and looks_like_secret_id(secret.reveal()):
            raise Invalid(BAD_SECRET, (Problem("value", SECRET_ID),))
        try:
            await self._vault.put(name, secret)
        except VaultError as failure:
            raise Trouble(failure.words) from None
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
        _, plan = await self._current()
        for other in plan.routes.values():
            if _account(plan, other) == account:
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
        account = _account(plan, route)
        if account is None:
            raise Conflict(NO_ACCOUNT.fill(given=name))
        return account

    # sending

    @operation(role=OPERATOR, news=True, help=Words(en="Send a mail.", ja="メールを送ります。"))
    async def send(
        self,
        who: Person,
        to: tuple[str, ...],
        subject: str,
        text: str,
        routes: tuple[str, ...] = (),
        level: Level = Level.OK,
    ) -> Sent:
        """Queue a mail, one envelope for each contact; durable on return."""
        _, plan = await self._current()
        if problems := sending.faults(plan, to, subject, text, routes):
            raise Invalid(BAD_MAIL, problems)
        number, ids = self._new_id(), list[str]()
        for name in dict.fromkeys(to):
            contact = sending.contact_of(plan, name, subject + text)
            envelope = sending.envelope(
                number=number,
                contact=contact,
                routes=sending.routes_of(plan, contact, routes),
                subject=subject,
                text=text,
                level=level,
                born=self._clocks.wall(),
            )
            await self._store.post(envelope)
            ids.append(envelope.id)
        return Sent(tuple(ids))

    @operation(
        role=VIEWER, help=Words(en="What waits to be sent.", ja="送信キューを一覧します。")
    )
    async def queue_list(self, who: Person) -> tuple[Queued, ...]:
        """What waits and what was set aside, oldest first."""
        down, now = await self._down(), self._clocks.wall()
        return tuple(looking.queued(one, down, now) for one in await self._store.waiting())

    @operation(
        role=VIEWER,
        help=Words(en="One envelope in full.", ja="送信キューの1通を詳しく表示します。"),
    )
    async def queue_show(self, who: Person, id: str) -> Letter:
        """The envelope, its attempts and what they brought, when it is next tried and why."""
        found = await self._store.envelope(id)
        if found is None:
            raise NotFound(NO_MAIL.fill(id=id))
        one, receipts = found
        queued = looking.queued(one, await self._down(), self._clocks.wall())
        return looking.letter(one, queued, receipts)

    @operation(
        role=OPERATOR,
        news=True,
        help=Words(en="Try one again now.", ja="1通をいますぐ再試行します。"),
    )
    async def queue_retry(self, who: Person, id: str) -> Queued:
        """Make it due now, its routes too; one that was set aside waits again."""
        done = await self._store.retry(id, self._clocks.wall())
        found = await self._store.envelope(id)
        if found is None:
            raise NotFound(NO_MAIL.fill(id=id))
        if not done:
            raise Conflict(NOT_AGAIN.fill(id=id))
        return looking.queued(found[0], await self._down(), self._clocks.wall())


def _not_signed_in(route: str, failure: SignInFailed | Unreachable | VaultError) -> Trouble:
    """What the provider said, and what to do now: this is no renewal, which is tried again."""
    if isinstance(failure, SignInFailed) and WRONG_SECRET.intersection(failure.codes):
        return Trouble(failure.words, (Problem("secret", ANOTHER_SECRET.fill(route=route)),))
    if isinstance(failure, Unreachable) or getattr(failure, "who", "") == "wait":
        return Trouble(failure.words, (Problem("", NOT_BY_ITSELF.fill(route=route)),))
    return Trouble(failure.words)


def _account(plan: Plan, route: Route) -> Account | None:
    """Whoever signs in for this route; most kinds of routes need nobody."""
    return plan.accounts.get(getattr(route.options, "account", "") or "")


def _differ(old: Sequence[Document], new: Sequence[Document]) -> tuple[Words, ...]:
    return tuple(difference.words for difference in differences(tuple(old), tuple(new)))


def _overtaken(current: Version) -> Conflict:
    return Conflict(NOT_THIS_VERSION.fill(who=current.who or "?", number=current.number))
