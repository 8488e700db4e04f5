"""The kinds that this process knows, looked up by name."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from noroshi import schema
from noroshi.core.mail import Envelope
from noroshi.core.model import Alarm, Contact, Monitor, Rule
from noroshi.core.network_policy import CLOSED, NetworkPolicy
from noroshi.core.notices.notice import Notice
from noroshi.ports import Action, Check, Topic, TransportKind

log = logging.getLogger(__name__)
LONGEST_FACTS = 4000
P = TypeVar("P", Check, Action, TransportKind)


class UnknownKind(LookupError):
    """No plug-in of that kind is installed."""


class Plugins:
    """Checks, actions and transports by kind. Two of the same kind are refused at start; a mapping
    is taken as it is, so that its kinds are imported when they are asked for.

    `runs_on` is the computer's name, which alarms tell; `agent_of` returns the agent that measures
    a monitor, "" for none; `policy` is where no route may lead.
    """

    def __init__(
        self,
        checks: Mapping[str, Check] | Iterable[Check],
        actions: Iterable[Action],
        transports: Mapping[str, TransportKind] | Iterable[TransportKind],
        runs_on: str = "",
        closed: NetworkPolicy = CLOSED,
        agent_of: Callable[[Monitor], str] = lambda _monitor: "",
    ) -> None:
        self._runs_on, self.policy, self.agent_of = runs_on, closed, agent_of
        self.checks = _by_kind(checks)
        self.actions = _by_kind(actions)
        self.transports = _by_kind(transports)

    def load(self) -> None:
        """Import all kinds, for whoever lists them. It may take long, so it is for a thread."""
        for family in (self.checks, self.actions, self.transports):
            for kind in family:
                _ = family[kind]

    def check(self, kind: str) -> Check:
        """Raises UnknownKind, as do `action` and `transport`."""
        return _find(self.checks, kind)

    def action(self, kind: str) -> Action:
        return _find(self.actions, kind)

    def transport(self, kind: str) -> TransportKind:
        return _find(self.transports, kind)

    def draft(
        self,
        monitor: Monitor,
        rule: Rule,
        contact: Contact,
        alarms: tuple[Alarm, ...],
        *,
        recorded: bool = True,
    ) -> Mapping[str, Any]:
        """Return what the rule's action sends; if that fails, the plain words, marked.
        `recorded`: the store has these alarms by the time it is sent."""
        try:
            check = self.check(monitor.kind)
            topic = self._topic(monitor, check, recorded=recorded)
            draft = self.action(rule.action).draft
            return _require_storable(draft(rule.options, contact, topic, alarms))
        except Exception as bug:  # what a user wrote must not stop the watch
            log.exception("cannot draft %s for rule %s", rule.action, rule.id)
            lines = [f"{monitor.path} {a.event.item}: {a.event.after.name}" for a in alarms]
            return {"subject": lines[0], "text": "\n".join(lines), "plain": repr(bug)}

    def _topic(self, monitor: Monitor, check: Check, *, recorded: bool) -> Topic:
        agent = self.agent_of(monitor)
        host = agent or self._runs_on
        return Topic(monitor, check.title, check.names, host, recorded, check.yes_no, agent)

    def notice(self, action: str, contact: Contact, about: Notice) -> Mapping[str, Any]:
        """Return what an action of that kind tells a contact; if it cannot draft a notice, the
        plain facts."""
        try:
            draft = self.action(action).notice
            if draft is not None:
                return _require_storable(draft(contact, about))
        except Exception:  # a bug in a text must keep nothing from being told
            log.exception("cannot draft a notice by %s", action)
        subject = f"[Noroshi] {about.happening.value}"
        return {"subject": subject, "text": str(about)[:LONGEST_FACTS]}

    def together(self, members: Sequence[Envelope], now: datetime) -> Mapping[str, Any]:
        """Return what a digest says in place of its members: the digest draft of their action;
        if the action cannot draft one, the plain words of all members."""
        payloads = [one.payload for one in members]
        try:
            draft = self.action(members[0].action).draft_digest
            if draft is not None:
                return _require_storable(draft(payloads, now))
        except Exception:  # a bug in a text must keep no alarm from being told
            log.exception("cannot draft a digest by %s", members[0].action)
        texts = [str(payload.get("text", "")) for payload in payloads]
        return {"subject": f"[Noroshi] {len(members)}", "text": "\n\n".join(texts)}

    async def finish(self, envelopes: tuple[Envelope, ...]) -> tuple[Envelope, ...]:
        """Do what the drafts left to be done off the loop: a user's templates."""
        return tuple([await self._finish(envelope) for envelope in envelopes])

    async def _finish(self, envelope: Envelope) -> Envelope:
        action = self.actions.get(envelope.action)
        if action is None or action.finish is None:
            return envelope
        try:
            finished = _require_storable(await action.finish(envelope.payload))
            return replace(envelope, payload=finished)
        except Exception as bug:  # or nothing of this turn would ever be written down
            log.exception("cannot finish %s", envelope.id)
            return replace(envelope, payload={**envelope.payload, "plain": repr(bug)})


def _require_storable(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """Raises for what no store could write: all that is written with it would wait for ever."""
    schema.text(payload)
    return payload


def _by_kind(plugins: Mapping[str, P] | Iterable[P]) -> Mapping[str, P]:
    if isinstance(plugins, Mapping):
        return plugins
    by_kind: dict[str, P] = {}
    for plugin in plugins:
        if by_kind.setdefault(plugin.kind, plugin) is not plugin:
            raise ValueError(f"two plug-ins of kind {plugin.kind!r}")
    return by_kind


def _find(plugins: Mapping[str, P], kind: str) -> P:
    try:
        return plugins[kind]
    except KeyError:
        raise UnknownKind(f"no {kind!r}; installed: {', '.join(sorted(plugins))}") from None
