"""Put together how things stand from what the store and the sign-ins know. All of it is
pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from noroshi import schema
from noroshi.actions.phrases import YES_NO
from noroshi.core.delivery import failure_words
from noroshi.core.digest import ALARM_ROWS
from noroshi.core.instruction import InstructionKind, followed_by
from noroshi.core.levels import Level
from noroshi.core.mail import EnvelopeState, Receipt, Route
from noroshi.core.model import ItemState, Monitor, Sample, State
from noroshi.core.route_readiness import RouteEvidence, sends
from noroshi.core.sentences import without_stop
from noroshi.core.translation import (
    NOTHING,
    SENTENCES,
    Message,
    _,
    joined,
    plain,
    quotes,
    reads_alike,
    with_wording,
)
from noroshi.definitions.accounts_of_routes import NOT_IN_VAULT, is_retiring
from noroshi.definitions.compilation import OPEN, Kinds
from noroshi.oauth.tokens import SignInState, SignInStatus
from noroshi.operations.kind_answers import Kind
from noroshi.operations.mail_answers import Attempt, Letter, Queued, Said
from noroshi.operations.status_answers import (
    Counts,
    ItemStatus,
    MonitorStatus,
    NodeStatus,
    RouteStatus,
    StoppedBy,
)
from noroshi.ports import (
    Action,
    Arrival,
    Check,
    NodeLease,
    QueueCounts,
    QueuedEnvelope,
    RoundTripFacts,
    RouteOutage,
    TransportKind,
)
from noroshi.service.alarms.alarm_view import NO_SUPPRESSION, MonitorSuppression, holder
from noroshi.service.alarms.level_explanation import newest_findings, reason
from noroshi.service.definitions.disabled_text import disabled_message
from noroshi.service.mail import delivery_status
from noroshi.service.mail.agent_senders import AgentSenders
from noroshi.service.monitors.reading_text import limits_text

NEVER_MEASURED = _("not measured yet")
FIRST_TURN = _("waiting for its turn")
MAY_BE_FOLDED = _("waiting for its turn, alone or combined with others in one message")
LENT = _("being sent now")
IS_DOWN = _("route “{route}” is down: {why}")
OF_ROUTE = plain("{route}: {why}")
NEVER_SIGNED_IN = followed_by(_("nobody has signed in yet."), InstructionKind.SIGN_IN)
BY_HAND = {EnvelopeState.HELD: _("held by {who}"), EnvelopeState.DROPPED: _("dropped by {who}")}
TOLD_IN = followed_by(_("combined with others in one message."), InstructionKind.SHOW_MAIL)
NO_MARKS: Mapping[str, Message] = {}
STATES = {SignInStatus.NEVER: "not signed in", SignInStatus.NEEDED: "needs somebody"}


def kinds(plugins: Kinds) -> tuple[Kind, ...]:
    """Return the kinds of monitors, actions and routes, with their options."""
    families: Mapping[str, Mapping[str, Check | Action | TransportKind]] = {
        "monitor": plugins.checks,
        "action": plugins.actions,
        "route": plugins.transports,
    }
    return tuple(
        Kind(
            family=family,
            kind=kind.kind,
            title=kind.title,
            help=kind.help,
            options=schema.form(kind.options),
            readings=getattr(kind, "names", {}),
            limits={
                name: limits_text(limits, _limit_unit(kind, name))
                for name, limits in getattr(kind, "limits", {}).items()
            },
            units={
                name: unit for name in getattr(kind, "names", {}) if (unit := _unit(kind, name))
            },
            yes_no=tuple(sorted(getattr(kind, "yes_no", ()))),
            defaults=getattr(kind, "limits", {}),
            open=family == "monitor" and kind.kind in OPEN,
            runs=getattr(kind, "runs", False),
            by_network=getattr(kind, "by_network", False),
        )
        for family, plugins_of_family in families.items()
        for kind in sorted(plugins_of_family.values(), key=lambda k: k.kind)
    )


def _unit(kind: object, reading: str) -> str:
    return kind.unit(reading) if isinstance(kind, Check) else ""


def _limit_unit(kind: object, reading: str) -> str:
    is_yes_no = isinstance(kind, Check) and reading in kind.yes_no
    return YES_NO if is_yes_no else _unit(kind, reading)


def monitor_status(
    monitor: Monitor,
    state: State,
    sample: Sample | None,
    check: Check,
    stop: StoppedBy | None = None,
    suppression: MonitorSuppression = NO_SUPPRESSION,
) -> MonitorStatus:
    """Return the status of a monitor, with the newest readings at hand, if any, and with
    acknowledgements, silences and comments. A stopped monitor has no level: the last known one
    no longer holds."""
    if monitor.disabled:
        return _disabled_status(monitor, sample, stop)
    findings = newest_findings(monitor, state, sample)
    items = [
        ItemStatus(
            item=name,
            level=item.level,
            since=item.level_since,
            words=reason(item, findings.get(name), monitor.patience, check),
            acknowledged=holder(suppression.acknowledged.get(name)),
        )
        for name, item in _visible_items(state)
    ]
    if not items:
        first = ItemStatus(item="", level=Level.OK, since=None, words=NEVER_MEASURED)
        items = [first]
    return MonitorStatus(
        path=monitor.path,
        title=monitor.title,
        group_title=monitor.group_title,
        instance_title=monitor.instance.title,
        kind=monitor.kind,
        level=state.level,
        known=bool(state.items),
        measured=sample.measured_at if sample is not None else None,
        items=tuple(items),
        silent=suppression.silent,
        maintenance=suppression.maintenance,
    )


def _disabled_status(
    monitor: Monitor, sample: Sample | None, stop: StoppedBy | None
) -> MonitorStatus:
    stop = stop or StoppedBy(path=monitor.path)
    item = ItemStatus(item="", level=Level.OK, since=stop.at, words=disabled_message(stop))
    return MonitorStatus(
        path=monitor.path,
        title=monitor.title,
        group_title=monitor.group_title,
        instance_title=monitor.instance.title,
        kind=monitor.kind,
        level=Level.OK,
        known=False,
        measured=sample.measured_at if sample is not None else None,
        items=(item,),
        stopped=stop,
    )


def _visible_items(state: State) -> list[tuple[str, ItemState]]:
    """Return the items to show. The measuring itself is an item too; while it is well and
    others are there, it is silent."""
    return [
        (name, item)
        for name, item in state.items.items()
        if name or item.level is not Level.OK or len(state.items) == 1
    ]


def route_status(
    route: Route,
    outage: RouteOutage | None,
    sign_in: SignInState | None,
    waiting: int,
    mark: Message = NOTHING,
    accepted: datetime | None = None,
    trip: RoundTripFacts | None = None,
    other: Message = NOTHING,
    missing_entries: tuple[str, ...] = (),
    failed_stage: Message = NOTHING,
) -> RouteStatus:
    """Return the status of a route. A missing sign-in comes first: it is why the route is down.
    `missing_entries` are vault entries that the route names and the vault does not have;
    `failed_stage` is the stage at which the last diagnosis stopped."""
    state, since, waits_until, reason = "well", None, None, NOTHING
    if outage is not None:
        state, since, waits_until = "down", outage.down_since, outage.open_until
        reason = outage.reason
    if sign_in is not None and sign_in.sign is not SignInStatus.SIGNED_IN:
        state, since = STATES.get(sign_in.sign, "down"), sign_in.changed_at or since
        is_never_signed_in = sign_in.sign is SignInStatus.NEVER
        reason = (
            NEVER_SIGNED_IN.fill(route=route.name) if is_never_signed_in else sign_in.reason
        )
    if missing_entries:
        state, reason = "needs somebody", NOT_IN_VAULT.fill(entry=missing_entries[0])
    is_signed_in = sign_in is None or sign_in.sign is SignInStatus.SIGNED_IN
    evidence = RouteEvidence(
        is_open=outage is not None,
        lacks_secret=bool(missing_entries),
        is_signed_in=is_signed_in,
        has_token=sign_in is not None and sign_in.has_token,
        accepted=accepted is not None,
        failed=bool(failed_stage.en),
    )
    return RouteStatus(
        name=route.name,
        title=route.title,
        kind=route.kind,
        state=state,
        sends=sends(evidence),
        since=since,
        until=waits_until,
        why=reason,
        waiting=waiting,
        mark=mark,
        other=other,
        accepted=accepted,
        arrives=None if trip is None else delivery_status.round_trip_answer(trip),
        where=str(getattr(route.options, "where", "")),
        account=str(getattr(route.options, "account", "")),
        network=route.network.name,
        lacks=missing_entries,
        retiring=is_retiring(route),
        examined_in_vain=failed_stage,
        **_of_sign_in(sign_in),
    )


def _of_sign_in(sign_in: SignInState | None) -> Mapping[str, Any]:
    if sign_in is None:
        return {}
    names = ("renewed", "user", "ends", "by_next", "by_certificate")
    return {name: getattr(sign_in, name) for name in names}


def counts(queue: QueueCounts) -> Counts:
    """Return the spool in numbers."""
    return Counts(
        waiting=queue.waiting_count,
        out=queue.leased_count,
        held=queue.held_count,
        set_aside=queue.set_aside_count,
        alarms=queue.alarm_count,
        oldest=queue.oldest,
    )


def queued(
    one: QueuedEnvelope,
    outages: Mapping[str, RouteOutage],
    now: datetime,
    senders: AgentSenders,
    marks: Mapping[str, Message] = NO_MARKS,
) -> Queued:
    """Return one envelope, when it is next tried, and why not at once."""
    envelope = one.envelope
    next_try, reason_to_wait = senders.wait(one) or _next_try(one, outages, now)
    return Queued(
        id=envelope.id,
        state=one.delivery_state,
        contact=envelope.contact,
        to=envelope.to,
        subject=str(envelope.payload.get("subject", "")),
        routes=envelope.routes,
        attempts=one.receipt_count + one.is_leased,
        born=envelope.born,
        next=next_try,
        because=reason_to_wait,
        marks={name: marks[name] for name in envelope.routes if name in marks},
        sender=senders.sender(one),
        sender_since=one.custody_since,
    )


def _next_try(
    one: QueuedEnvelope, outages: Mapping[str, RouteOutage], now: datetime
) -> tuple[datetime | None, Message]:
    if one.digest:
        return None, TOLD_IN.fill(mail=one.digest)
    if one.state in BY_HAND:
        return None, BY_HAND[one.state].fill(who=one.reason)
    if one.state:
        return None, one.reason
    if one.is_leased:
        return None, LENT
    outages_of_routes = [outages.get(name) for name in one.envelope.routes]
    open_outages = [r for r in outages_of_routes if r is not None and r.open_until > now]
    if open_outages and len(open_outages) == len(outages_of_routes):
        next_probe = min(r.open_until for r in open_outages)
        return max(one.due, next_probe), _reasons(_outage_reasons(open_outages))
    if one.reason == NOTHING:
        return one.due, MAY_BE_FOLDED if ALARM_ROWS in one.envelope.payload else FIRST_TURN
    last_reason = () if one.reason in (r.reason for r in open_outages) else (one.reason,)
    return one.due, _reasons((*_outage_reasons(open_outages), *last_reason))


def _outage_reasons(outages: Sequence[RouteOutage]) -> tuple[Message, ...]:
    """Return why each route is down; of several with the same reason only of the one that is
    probed first."""
    first_by_reason = dict[Message, RouteOutage]()
    for outage in sorted(outages, key=lambda outage: outage.open_until):
        first_by_reason.setdefault(outage.reason, outage)
    return tuple(
        IS_DOWN.fill(route=outage.route, why=outage.reason)
        for outage in outages
        if first_by_reason[outage.reason] is outage
    )


def _reasons(reasons: Sequence[Message]) -> Message:
    """Return reasons as one; the stop of each would stand amid the whole."""
    return joined(map(_without_stop, reasons), SENTENCES) if len(reasons) > 1 else reasons[0]


def _without_stop(reason: Message) -> Message:
    return with_wording(reason, without_stop) if reads_alike(reason) else reason


def letter(
    one: QueuedEnvelope,
    queued: Queued,
    receipts: Sequence[Receipt],
    arrivals: Sequence[Arrival] = (),
    limits: Mapping[str, Message] = MappingProxyType({}),
    roles: Collection[str] = (),
) -> Letter:
    """Return one envelope in full, for people of these roles. `limits`: by route, what is not
    known of what it took."""
    envelope, state = one.envelope, delivery_status.state_of(one.delivery_state, arrivals)
    because = _refusals(one, receipts) if one.state is EnvelopeState.SET_ASIDE else None
    return Letter(
        queued=replace(queued, state=state, because=because or queued.because),
        text=str(envelope.payload.get("text", "")),
        reached=envelope.reached,
        refused=envelope.refused,
        alarms=envelope.alarms,
        members=envelope.members,
        thread=envelope.thread,
        tried=tuple(_attempt(receipt, roles) for receipt in receipts),
        arrived=delivery_status.arrival_answers(arrivals),
        unproved=delivery_status.unproved(state, receipts, limits),
    )


def _refusals(one: QueuedEnvelope, receipts: Sequence[Receipt]) -> Message | None:
    """Return the last reason of each route that did not take a mail; None: they have one reason,
    or it was set aside for another one."""
    reasons = {
        receipt.route: reason
        for receipt in receipts
        if (reason := failure_words(receipt.answers.values())) != NOTHING
    }
    if len(set(reasons.values())) < 2 or one.reason not in reasons.values():
        return None
    return _reasons(
        [OF_ROUTE.fill(route=route, why=reason) for route, reason in reasons.items()]
    )


def _attempt(receipt: Receipt, roles: Collection[str]) -> Attempt:
    answers = tuple(
        Said(
            address=address,
            verdict=answer.verdict,
            code=answer.code,
            enhanced=answer.enhanced,
            text=answer.text_for(roles),
            words=answer.words,
            quoted=quotes(answer.words, answer.text_for(roles)),
        )
        for address, answer in receipt.answers.items()
    )
    return Attempt(receipt.at, receipt.provider_id, answers, receipt.route, receipt.sent_by)


def node_statuses(leases: Sequence[NodeLease]) -> tuple[NodeStatus, ...]:
    """Return the nodes that share the store, each with its part of the monitors that nodes hold."""
    held_count = sum(one.monitor_count for one in leases)
    return tuple(
        NodeStatus(
            name=one.name,
            monitor_count=one.monitor_count,
            share=one.monitor_count / held_count if held_count else 0.0,
            renewed_at=one.renewed_at,
            is_alive=one.is_alive,
            sends=one.sends,
            has_left=one.has_left,
            version=one.version,
            held_since=one.held_since,
            address=one.address,
            unusable_version=one.unusable_version,
            unusable_reason=one.unusable_reason,
        )
        for one in leases
    )
