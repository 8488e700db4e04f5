"""Operations that examine: a route stage by stage, or this computer. Nothing is ever sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from noroshi.core.definitions.problems import Problem, suggestion
from noroshi.core.definitions.value_syntax import is_address
from noroshi.core.digest import waits_since
from noroshi.core.mail import DIRECT, Answer, Network, Receipt, Route, Verdict
from noroshi.core.model import Monitor
from noroshi.core.translation import NOTHING, Message, _, plain
from noroshi.definitions.accounts_of_routes import account_of, mark_of, resource_of
from noroshi.definitions.compilation import Plan
from noroshi.definitions.token_destinations import host_of
from noroshi.guides.microsoft365 import PORTAL, WORLDWIDE_ALONE, national_replacements
from noroshi.knowledge.explanation import Explanation
from noroshi.oauth.account import Account
from noroshi.oauth.high_volume import role_at
from noroshi.oauth.token_provider import secret_of, token_of
from noroshi.oauth.well_known_clouds import CLOUDS
from noroshi.operations import sign_in_operations
from noroshi.operations.diagnostic_answers import Examined, KnownDown, Looked, StageName
from noroshi.ports import QueuedEnvelope, RouteOutage, TransportContext
from noroshi.ports.examination import Exam, Examination, Remedy, Step, Whose
from noroshi.service.diagnostics.agent_steps import AgentExamination, ComputerOfAgent
from noroshi.service.diagnostics.clock import ClockStep
from noroshi.service.diagnostics.instance_steps import examination_of
from noroshi.service.errors import ConflictError, InvalidArgumentError, NotFoundError
from noroshi.service.mail.compose import NO_MAILBOX
from noroshi.service.operation import Person, offers
from noroshi.service.operation_context import OperationGroup
from noroshi.service.sign_in.account_steps import SignInSteps, server_of, values_of
from noroshi.service.sign_in.authorization import NO_ROUTE
from noroshi.transports.diagnostics.connection_remedies import explanation_of
from noroshi.transports.diagnostics.http import graph_explanation

MICROSOFT = (
    "office365.com",
    "outlook.com",
    "office365.us",
    "partner.outlook.cn",
    "mx.microsoft",
)
"""The ends of the names of Exchange Online's mail servers."""
HEALTH = "https://status.cloud.microsoft"
PAGES = (PORTAL, HEALTH, *WORLDWIDE_ALONE)
OF_MICROSOFT: Mapping[Whose, Message] = {
    Whose.ADMINISTRATOR: _("your Microsoft 365 administrator"),
    Whose.PROVIDER: plain("Microsoft"),
}
OF_GOOGLE: Mapping[Whose, Message] = {
    Whose.ADMINISTRATOR: _("your Google Workspace administrator"),
    Whose.PROVIDER: plain("Google"),
}
ADVICE: Mapping[str, Callable[[Answer], Explanation]] = {
    "smtp": lambda answer: explanation_of(answer.code, answer.enhanced, answer.text),
    "graph": lambda answer: graph_explanation(answer.code, answer.text),
}
"""The lookup of a server's answer in the knowledge tables, by kind of route."""
NOT_EXAMINED = _(
    "Routes of type {kind} have no diagnostic stages, so {route} cannot be diagnosed."
)
NO_TARGET = _(
    "There is no route “{given}”, nor an instance of that name with monitors{instead}."
)
BAD_TO = _("The recipient is not valid.")
SYSTEM = _("This computer")


class DiagnosticOperations(OperationGroup):
    """Begin an examination, and return the stages as they finish."""

    @offers(sign_in_operations.EXAMINE_BEGIN)
    async def begin(
        self, person: Person, route: str = "", to: str = "", instance: str = ""
    ) -> Examined:
        """Begin an examination of a route, or of an instance; without one, of this computer. `to`
        is named as a recipient and never written to; default is the mailbox itself."""
        if to and not is_address(to):
            raise InvalidArgumentError(BAD_TO, (Problem("to", NO_MAILBOX.fill(given=to)),))
        _, plan = await self._context.current()
        if instance:
            return self._begin_instance(plan, instance)
        target = self._route_named(plan, route) if route else None
        outage = await self._outage_with_remedy(plan, target) if target else None
        examination = (
            self._of_route(plan, target, to)
            if target
            else SystemExamination(self._system_steps(plan))
        )
        id = self._context.new_id()
        now = self._clocks.wall()
        self._context.running_examinations.begin(id, examination, now)
        if target:
            self._context.examinations[route] = (
                target,
                self._context.running_examinations.get(id),
            )
        return Examined(
            id=id,
            route=route,
            title=plain(target.title) if target else SYSTEM,
            kind=target.kind if target else "",
            mark=(mark_of(plan, target) if target else None) or NOTHING,
            where=str(getattr(target.options, "where", ""))
            if target
            else self._context.runs_on,
            at=now,
            names=stage_names(examination.steps),
            down=outage,
        )

    def _begin_instance(self, plan: Plan, name: str) -> Examined:
        """Begin to examine an instance by one of its monitors: all have its source."""
        monitors = (one for one in plan.monitors.values() if one.instance.name == name)
        monitor = next(monitors, None)
        if monitor is None or not self._can_examine(monitor):
            names = {one.instance.name for one in plan.monitors.values()} | plan.routes.keys()
            raise NotFoundError(NO_TARGET.fill(given=name, instead=suggestion(name, names)))
        examination = self._of_instance(plan, monitor)
        id, now = self._context.new_id(), self._clocks.wall()
        self._context.running_examinations.begin(id, examination, now)
        return Examined(
            id=id,
            route="",
            title=plain(monitor.instance.title or name),
            kind="",
            mark=NOTHING,
            where=monitor.instance.address,
            at=now,
            names=stage_names(examination.steps),
            instance=name,
        )

    def _can_examine(self, monitor: Monitor) -> bool:
        return self._context.host_of is not None or bool(self._plugins.agent_of(monitor))

    def _of_instance(self, plan: Plan, monitor: Monitor) -> Examination:
        if agent := self._plugins.agent_of(monitor):
            name = monitor.instance.name
            ids = {id for id, one in plan.monitors.items() if one.instance.name == name}
            computer = ComputerOfAgent(agent, name, self._context)
            return AgentExamination(agent, ids, self._context, computer)
        assert self._context.host_of is not None
        context = self._transport_context(plan, DIRECT)
        return examination_of(monitor, self._context.host_of, context)

    async def _outage_with_remedy(self, plan: Plan, route: Route) -> KnownDown | None:
        """Return the outage of a route, with a remedy where no stage will name one."""
        outage = await self._outage_of(route)
        entry = await self._store.envelope(outage.mail) if outage and not outage.early else None
        if outage is None or entry is None:
            return outage
        exam = self._exam(plan, route, "", self._transport_context(plan, route.network))
        return replace(outage, remedy=late_remedy(route, entry[1], exam))

    async def _outage_of(self, route: Route) -> KnownDown | None:
        """Return how the last mails fared: a look may be unable to see it, or it is mended and
        rests."""
        outage = (await self._context.outages()).get(route.name)
        mails = [w for w in await self._store.queue() if route.name in w.envelope.routes]
        waiting = [one for one in mails if not one.state and not one.waits_for_hub]
        if outage is not None:
            return _known_down(outage, waiting)
        # The route is well, and this mail is told to come later (432: busy, say).
        retrying = [one for one in waiting if one.envelope.attempts and one.reason != NOTHING]
        if not retrying:
            return None
        return _postponed(retrying)

    @offers(sign_in_operations.EXAMINE_LOOK)
    async def look(self, person: Person, id: str, seen: int = 0) -> Looked:
        """Return the stages after the first `seen`; wait a few seconds for one. `seen` -1
        returns all stages at once."""
        examination = self._context.running_examinations.get(id)
        stages, is_over = await self._context.running_examinations.since(id, seen)
        steps = stage_names(examination.steps)
        return Looked(tuple(stages), is_over, examination.begun_at, steps)

    async def close(self) -> None:
        """End what is under way."""
        await self._context.running_examinations.close()

    def _route_named(self, plan: Plan, name: str) -> Route:
        route = plan.routes.get(name)
        if route is None:
            raise NotFoundError(
                NO_ROUTE.fill(given=name, instead=suggestion(name, plan.routes))
            )
        return route

    def _of_route(self, plan: Plan, route: Route, recipient: str) -> Examination:
        examine = self._plugins.transport(route.kind).examine
        if examine is None:
            words = NOT_EXAMINED.fill(kind=route.kind, route=route.name)
            raise ConflictError(words)
        context = self._transport_context(plan, route.network)
        return examine(route.options, context, self._exam(plan, route, recipient, context))

    def _transport_context(self, plan: Plan, network: Network) -> TransportContext:
        tokens = token_of(plan.accounts.__getitem__, self._tokens)
        return TransportContext(self._clocks, tokens, secret_of(self._vault), network)

    def _exam(
        self, plan: Plan, route: Route, recipient: str, context: TransportContext
    ) -> Exam:
        account = account_of(plan, route)
        exam = Exam(
            recipient=recipient,
            user_values={
                "route": route.name,
                "route_host": str(getattr(route.options, "host", "")),
                **(_values_of(plan, account, route) if account else {}),
            },
            people=_people(route.options, account),
            reference_host=server_of(account) if account else None,
            replacements=_page_replacements(account.cloud.name) if account else {},
        )
        if account is None:
            return exam
        steps = SignInSteps(account, resource_of(route), self._tokens, context, exam).steps
        return replace(exam, sign_in=steps)

    def _system_steps(self, plan: Plan) -> Sequence[Step]:
        """Return the steps of this computer; the clock is compared with the sign-in servers of
        all accounts."""
        clock = ClockStep(tuple(plan.accounts.values()), self._transport_context(plan, DIRECT))
        return (*(self._context.system() if self._context.system else ()), *clock.steps)


@dataclass(frozen=True, slots=True)
class SystemExamination:
    """Examine this computer: the steps, none of which needs another."""

    steps: Sequence[Step]

    async def close(self) -> None:
        """Hold nothing open."""


def _known_down(outage: RouteOutage, waiting: Sequence[QueuedEnvelope]) -> KnownDown:
    free_mail = next((one.envelope.id for one in waiting if not one.is_leased), "")
    return KnownDown(
        outage.down_since,
        outage.reason,
        len(waiting),
        early=outage.can_probe,
        mail=free_mail,
        until=outage.open_until,
    )


def _postponed(waiting: Sequence[QueuedEnvelope]) -> KnownDown:
    since = min(waits_since(one.envelope) for one in waiting)
    first = min(waiting, key=lambda one: one.due)
    mail = "" if first.is_leased else first.envelope.id
    return KnownDown(
        since, waiting[0].reason, len(waiting), down=False, mail=mail, until=first.due
    )


def stage_names(steps: Sequence[Step]) -> tuple[StageName, ...]:
    """Return the names of all stages of an examination."""
    return tuple(StageName(step.name, step.title) for step in steps)


def _values_of(plan: Plan, account: Account, route: Route) -> Mapping[str, str]:
    parties = getattr(route.options, "parties", None)
    user = parties.user if parties else account.mailbox
    return {
        **values_of(account),
        "user": user,
        "app_role": role_at(host_of(route)),
        "graph_route": _graph_route(plan, account),
    }


def _graph_route(plan: Plan, account: Account) -> str:
    """Return a route by Graph from the same mailbox, with whichever account; "" if there is
    none."""
    for route in plan.routes.values():
        other = account_of(plan, route) if route.kind == "graph" else None
        if other is not None and other.mailbox == account.mailbox:
            return route.name
    return ""


def _page_replacements(cloud: str) -> Mapping[str, str]:
    """Return what stands in the place of Microsoft's pages: at a server that is none of Microsoft's
    nothing does."""
    return national_replacements(cloud) if cloud in CLOUDS else dict.fromkeys(PAGES, "")


def _people(options: Any, account: Account | None) -> Mapping[Whose, Message]:
    """Return the names of the people who can mend a thing."""
    host = str(getattr(options, "host", "")).lower().rstrip(".")
    if account is not None:
        if account.cloud.entra and account.cloud.name in CLOUDS:
            return OF_MICROSOFT
        return OF_GOOGLE if account.cloud.name == "google" else {}
    return OF_MICROSOFT if host.endswith(MICROSOFT) else {}


def late_remedy(route: Route, receipts: Sequence[Receipt], exam: Exam) -> Remedy | None:
    """Return the remedy for the route's newest answer that took no mail, if the server sent
    one."""
    table = ADVICE.get(route.kind)
    last = next((one for one in reversed(receipts) if one.route == route.name), None)
    if table is None or last is None:
        return None
    refusals = (one for one in last.answers.values() if one.verdict is not Verdict.ACCEPTED)
    answer = next((one for one in refusals if one.code), None)
    return None if answer is None else table(answer).remedy(_with_parties(route, exam))


def _with_parties(route: Route, exam: Exam) -> Exam:
    """Return the examination with what the route sends as; what was replied stands beside the
    remedy already."""
    parties = getattr(route.options, "parties", None)
    if parties is None:
        return exam
    facts = {"user": parties.user, "sender": parties.sender, "envelope": parties.envelope}
    return replace(
        exam, user_values={**exam.user_values, **{k: v for k, v in facts.items() if v}}
    )
