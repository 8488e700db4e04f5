"""Send alarms past the spool while the store can take nothing.

Beside each monitor whose check could not be written stands a shadow of its state, which goes on
from check to check. Nothing of it is ever written: once the store works, the checks are repeated.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from noroshi.core.levels import Level
from noroshi.core.mail import NO_ORIGIN, Envelope, Origin, Verdict, with_origin
from noroshi.core.model import Change, Monitor, Sample, State, Suppression
from noroshi.core.notices.emergency import APART, closing_mail, emergency_mails
from noroshi.core.reckon import reckon
from noroshi.core.translation import Message, plain
from noroshi.engine import journal
from noroshi.plugins import Plugins
from noroshi.ports import Clocks, StoreError, Transport

log = logging.getLogger(__name__)

TRIES_BEFORE_SENDING = (
    2  # the first failure may be a short one: mails leave when the second try fails, too
)
STEP, NO_ROUTE_TOOK_IT = 1.0, 60.0
LONGEST_SEND = 45.0  # seconds that one route has: the next one may be well
MOST_WAITING = 50  # envelopes a monitor and contact


@dataclass
class Shadow:
    """Hold a monitor as it would stand if its checks could be written; `sent_mails` is by
    contact.

    `serial` is that of the last event that was surely written; `sending`: a mail that tells of
    the monitor is under way, and whom it reaches is not known yet.
    """

    monitor: Monitor
    state: State
    serial: int
    try_count: int = 0
    sending: bool = False
    error: Message = field(default_factory=lambda: plain(""))
    waiting_mails: dict[str, Envelope] = field(default_factory=dict)
    sent_mails: dict[str, Envelope] = field(default_factory=dict)

    def add(self, mail: Envelope) -> None:
        """Add a waiting mail; of too many for one contact the oldest goes, as the newest says
        how the monitor stands."""
        waiting_mails = self.waiting_mails
        of_contact = [
            id
            for id, waiting_mail in waiting_mails.items()
            if waiting_mail.contact == mail.contact
        ]
        if len(of_contact) >= MOST_WAITING:
            del waiting_mails[of_contact[0]]
        waiting_mails[mail.id] = mail


WaitingMails = Sequence[tuple[Shadow, Envelope]]
"""The mails to be sent, each with the monitor that it is of."""


class Emergency:
    """Record what could not be written, and send it. Only the engine's loop calls it."""

    def __init__(
        self,
        plugins: Plugins,
        clocks: Clocks,
        transports: Callable[[], Mapping[str, Transport]],
        origin: Origin = NO_ORIGIN,
        may_send: Callable[[], bool] = lambda: True,
    ) -> None:
        self._origin, self._may_send = origin, may_send
        self._plugins, self._clocks, self._transports = plugins, clocks, transports
        self._shadows: dict[str, Shadow] = {}
        self._not_before: dict[tuple[str, str], float] = {}

    # what the watcher reports

    async def record_failure(
        self,
        monitor: Monitor,
        state: State,
        sample: Sample | None,
        suppression: Suppression,
        error: StoreError,
        *,
        is_retry: bool,
    ) -> None:
        """Record a check that could not be written. `is_retry`: it only repeats one, and is no sample
        more."""
        earlier_shadow = self._shadows.get(monitor.id)
        shadow = earlier_shadow or self._shadows.setdefault(
            monitor.id, Shadow(monitor, state, state.serial)
        )
        shadow.try_count, shadow.error, shadow.monitor = (
            shadow.try_count + 1,
            error.words,
            monitor,
        )
        if earlier_shadow is not None and is_retry:
            return
        now, draft = self._clocks.wall(), partial(self._plugins.draft, recorded=False)
        life = self._origin.life
        change = reckon(monitor, shadow.state, sample, suppression, now, draft, life)
        shadow.state = change.state
        for envelope in await self._plugins.finish(change.envelopes):
            shadow.add(envelope)

    def is_concerned_by(self, id: str) -> bool:
        """Return whether a check of this monitor could not be written, and that is not over yet."""
        return id in self._shadows

    def reconcile(self, id: str, state: State) -> None:
        """Compare with what the store has: perhaps only the answer of the store was lost."""
        shadow = self._shadows.get(id)
        if shadow is not None and state.serial > shadow.serial:
            del self._shadows[id]

    def with_threads(self, change: Change) -> Change:
        """Return the change with envelopes that answer what was sent of this monitor past the
        spool."""
        shadow = self._shadows.get(change.monitor)
        if shadow is None or not shadow.sent_mails:
            return change
        sent_as = {contact: mail.known_as for contact, mail in shadow.sent_mails.items()}
        mails = tuple(
            replace(mail, thread=(sent_as[mail.contact], *mail.thread))
            if mail.contact in sent_as
            else mail
            for mail in change.envelopes
        )
        return replace(change, envelopes=mails)

    def closing_mails(self, change: Change, *, is_watched: bool = True) -> Iterable[Envelope]:
        """Return the mails that are owed to those who were told, and will now hear nothing else of
        it."""
        shadow = self._shadows.get(change.monitor)
        if shadow is None or not _calm(change.state):
            return ()
        contacts = shadow.sent_mails.keys() - {mail.contact for mail in change.envelopes}
        if shadow.state.level is Level.OK:  # its end was sent past the spool as well
            contacts &= {mail.contact for mail in shadow.waiting_mails.values()}
        now = self._clocks.wall()
        sent_mails = (
            mail for contact, mail in shadow.sent_mails.items() if contact in contacts
        )
        return [
            closing_mail(mail, shadow.monitor, now, is_monitored=is_watched)
            for mail in sent_mails
        ]

    def record_success(self, change: Change) -> None:
        """Record that the store has this check, so that all goes the usual way again."""
        shadow = self._shadows.get(change.monitor)
        if shadow is None:
            return
        if shadow.sending:  # the next check knows who heard of it, and sees to its end
            shadow.try_count = 0
        elif change.envelopes or _calm(change.state) or not shadow.sent_mails:
            del self._shadows[change.monitor]
        else:  # nobody was told in the usual way yet, as more samples are wanted first
            shadow.try_count, shadow.waiting_mails = 0, {}

    def forget(self, id: str) -> None:
        """Forget a monitor that is no longer watched, or begins anew."""
        self._shadows.pop(id, None)

    def discard_unsent(self) -> None:
        """Forget what nobody was told of yet, as another node may have all monitors, and finds it
        itself."""
        for id, shadow in list(self._shadows.items()):
            shadow.try_count, shadow.waiting_mails = 0, {}
            if not shadow.sent_mails and not shadow.sending:
                del self._shadows[id]

    # sending

    async def step(self) -> float:
        """Send what is due; return the seconds to pause."""
        if not self._may_send():
            return STEP
        down_routes = set[str]()
        late_shadows = (
            s
            for s in self._shadows.values()
            if s.try_count >= TRIES_BEFORE_SENDING and s.waiting_mails
        )
        for instance in dict.fromkeys(s.monitor.instance.name for s in late_shadows):
            await self._send_of(instance, down_routes)
        return STEP

    async def _send_of(self, instance: str, down_routes: set[str]) -> None:
        shadows = [s for s in self._shadows.values() if s.monitor.instance.name == instance]
        shadow_mails = [
            (shadow, mail) for shadow in shadows for mail in shadow.waiting_mails.values()
        ]
        if not shadow_mails:  # the store came back while mails of another instance were sent
            return
        for shadow, _ in shadow_mails:
            shadow.sending = True
        try:
            await self._send_all(instance, shadow_mails, down_routes)
        finally:
            for shadow, _ in shadow_mails:
                shadow.sending = False

    async def _send_all(
        self, instance: str, shadow_mails: WaitingMails, down_routes: set[str]
    ) -> None:
        waiting_mails, error = [mail for _, mail in shadow_mails], shadow_mails[0][0].error
        for unsigned in emergency_mails(waiting_mails, instance, error, self._clocks.wall()):
            mail = with_origin(unsigned, self._origin)
            recipient = (instance, mail.contact)
            if self._clocks.steady() < self._not_before.get(recipient, 0.0):
                continue
            route = await self._send(mail, down_routes)
            pause = NO_ROUTE_TOOK_IT if route is None else APART
            self._not_before[recipient] = self._clocks.steady() + pause
            journal.sent_past_spool(mail, route)
            if route is not None:
                _mark_sent(shadow_mails, mail)

    async def _send(self, mail: Envelope, down_routes: set[str]) -> str | None:
        """Return the first route that accepts a mail for somebody; those left are tried by the
        next."""
        route_name, transports = None, self._transports()
        for route in mail.routes:
            if not mail.to or route in down_routes or route not in transports:
                continue
            verdicts = await self._attempt(transports[route], mail)
            if Verdict.ROUTE_DOWN in verdicts.values():
                down_routes.add(route)
            reached_addresses = tuple(a for a in mail.to if verdicts.get(a) is Verdict.ACCEPTED)
            route_name = route_name or (route if reached_addresses else None)
            remaining_addresses = tuple(a for a in mail.to if a not in reached_addresses)
            mail = replace(
                mail, to=remaining_addresses, reached=(*mail.reached, *reached_addresses)
            )
        return route_name

    async def _attempt(self, transport: Transport, mail: Envelope) -> Mapping[str, Verdict]:
        try:
            async with asyncio.timeout(LONGEST_SEND):
                receipt = await transport.send(mail)
        except TimeoutError:
            return dict.fromkeys(mail.to, Verdict.ROUTE_DOWN)
        except Exception:  # a transport's bug must not keep the next route from being tried
            log.exception("transport failed on %s", mail.id)
            return {}
        return {address: answer.verdict for address, answer in receipt.answers.items()}


def _mark_sent(shadow_mails: WaitingMails, sent_mail: Envelope) -> None:
    """Remove what this mail held from what waits; what came meanwhile stays."""
    for shadow, mail in shadow_mails:
        if mail.contact == sent_mail.contact:
            shadow.sent_mails[sent_mail.contact] = sent_mail
            shadow.waiting_mails.pop(mail.id, None)


def _calm(state: State) -> bool:
    """Return whether all is well, and no sample says otherwise."""
    return all(i.level is Level.OK and not i.pending_levels for i in state.items.values())
