"""Keep the link to one hub: send the next request, look at the answer, and go on, without end.

`link_state` decides; here it is done. The watch of this node never waits for any of it.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from noroshi import __version__
from noroshi.agent.enrolment import Enrolment, configuration_in, keep_enrolment, name_from_hub
from noroshi.agent.hub_addresses import HubAddresses
from noroshi.agent.hub_contacts import HubContacts
from noroshi.agent.hub_notifications import HubNotifications
from noroshi.agent.key_chain import KeyChain, keep_keys, read_keys
from noroshi.agent.link_client import HubAddress, LinkClient, Signer
from noroshi.agent.link_errors import HubNotReachedError, LinkRefusedError
from noroshi.agent.link_settings import NodeCalls
from noroshi.agent.link_state import (
    ConfigurationAccepted,
    ConfigurationRefused,
    HubNotReached,
    KeyReplaced,
    LinkReason,
    LinkRequest,
    LinkStep,
    News,
    Outcome,
    RequestRefused,
    first_step,
    next_step,
)
from noroshi.agent.link_status import PHASES, TURNED_AWAY, LinkPhase, LinkStatus
from noroshi.agent.order_desk import OrderDesk
from noroshi.core.agents import KEY_AGE, Life, Machine
from noroshi.core.clock_shift import shift_state
from noroshi.core.report import ReportLog
from noroshi.core.sender_lease import Sender
from noroshi.core.translation import NOTHING, Message, _
from noroshi.link.agent_key import BadKeyError
from noroshi.link.link_messages import (
    FETCH,
    HELLO,
    KEY,
    WAIT,
    Accepted,
    FetchAnswer,
    FetchRequest,
    HelloAnswer,
    HelloRequest,
    HubPlace,
    KeyRequest,
    LinkFault,
    WaitAnswer,
    WaitRequest,
)
from noroshi.link.signature import sign
from noroshi.ports import Clocks, RouteError, Store, StoreError
from noroshi.schema import Unreadable
from noroshi.vault import Vault, VaultError

log = logging.getLogger(__name__)
SHORTEST_HOLD = 0.9
"""A wait asks to be held for this share of the longest time or more, so that agents do not ask at
one instant."""
ANSWER_MARGIN = 20.0
"""Seconds for which the answer to a wait may be late: then the connection is taken for dead."""
EARLY = 1.0
"""Seconds: a wait that is answered sooner, without news, was not held."""
CLOCK_MOVED = timedelta(seconds=30)
"""By so much the clocks may part until silences of the hub are asked for again."""
MOST_PROBLEMS, LONGEST_PROBLEM = 20, 500

REMOVED = _(
    "this server was removed from the hub. This node keeps monitoring with its current "
    "definitions, but reports nothing to the hub"
)
CLONED = _(
    "another server has the same key and is the one registered with the hub. On this server, "
    "leave the hub and join it again"
)
OTHER_VERSION = _("the versions of the hub and this node differ too much: {message}")
KEY_UNKNOWN = _("the hub does not recognise this node's key")
HUB_BUSY = _("the hub is busy")
REFUSED = _("the hub refused a request: {message}")
NO_KEYS = _("this node's key is not in the vault")
BUG = _("internal error in Noroshi; see the log for details")
TROUBLES = {
    LinkFault.REVOKED: REMOVED,
    LinkFault.CLONED: CLONED,
    LinkFault.VERSION: OTHER_VERSION,
    LinkFault.BAD_SIGNATURE: KEY_UNKNOWN,
    LinkFault.BUSY: HUB_BUSY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkParts:
    """Hold what the link works with. `uniform` draws a number between two, `sleep` waits for
    seconds. `machine` describes this computer, `kinds` names the kinds of monitors. `life` returns
    the run of this process; `client` makes a client for an enrolment. `accepts_routes`: the hub may
    share routes."""

    store: Store
    vault: Vault
    clocks: Clocks
    uniform: Callable[[float, float], float]
    sleep: Callable[[float], Awaitable[object]]
    machine: Callable[[], Machine]
    kinds: tuple[str, ...]
    notifications: HubNotifications
    life: Callable[[], Awaitable[Life]]
    client: Callable[[Enrolment], LinkClient]
    accepts_routes: bool = False


class LinkLoop:
    """The link to one hub. `status` is how it is now."""

    def __init__(self, enrolment: Enrolment, parts: LinkParts, calls: NodeCalls) -> None:
        self.enrolment, self._parts, self._calls = enrolment, parts, calls
        self.status = LinkStatus(phase=LinkPhase.CONNECTING, phase_since=parts.clocks.wall())
        self._client = parts.client(enrolment)
        self._addresses = enrolment.addresses
        self.contacts = HubContacts()
        self._announced_route = False
        """True if this node told the hub last that it has a route of its own."""
        self._keys: KeyChain | None = None
        hub_clock = parts.notifications.hub_clock
        self._orders = OrderDesk(parts.store, hub_clock.now, calls.carry_out)
        self._suppressions = ""
        """The name of what people at the hub say, as it is in use here."""
        self._used_offset = timedelta(0)
        self._refused_answer: tuple[FetchAnswer, int] | None = None
        """The configuration that was not taken up, and the version of the definitions then."""

    async def run(self) -> None:
        """Keep the link, without end."""
        step = await self._first_step()
        try:
            while True:
                await self._parts.sleep(self._parts.uniform(step.pause.least, step.pause.most))
                outcome = await self._outcome(step)
                step = next_step(step.state, outcome)
                await self._note(step.reason)
        finally:
            self._client.close()
            await self._orders.close()

    async def _first_step(self) -> LinkStep:
        try:
            values = await self._parts.store.get_values()
            return first_step(configuration_in(values).configuration)
        except (StoreError, Unreadable):
            return first_step("")

    async def _outcome(self, step: LinkStep) -> Outcome:
        """Send the request of a step, and return what came of it."""
        try:
            return await self._send(step)
        except LinkRefusedError as refusal:
            self._parts.notifications.note_contact()
            await self._note_refusal(refusal)
            return RequestRefused(refusal.fault, refusal.pause)
        except HubNotReachedError as error:
            self._set_trouble(error.words)
            self._use_place(self._addresses.place_after_failure(self._place))
        except (VaultError, StoreError, RouteError) as error:
            self._set_trouble(error.words)
        except BadKeyError:
            self._set_trouble(NO_KEYS)
        except Exception:  # a fault of ours must not end the link for good
            log.exception("the link to the hub met with a bug")
            self._set_trouble(BUG)
            self._use_place(self._addresses.place_after_failure(self._place))
        return HubNotReached()

    async def _send(self, step: LinkStep) -> Outcome:
        match step.request:
            case LinkRequest.HELLO:
                return await self._hello(step)
            case LinkRequest.WAIT:
                return await self._retry_refused(step) or await self._wait(step)
            case LinkRequest.FETCH:
                return await self._fetch(step)
            case LinkRequest.KEY:
                return await self._replace_key()

    async def _hello(self, step: LinkStep) -> Outcome:
        sent_at, notifications = self._now(), self._parts.notifications
        self._announced_route = notifications.has_route
        request = HelloRequest(
            version=__version__,
            machine=self._parts.machine(),
            kinds=self._parts.kinds,
            configuration=step.state.configuration,
            clock=sent_at.timestamp(),
            backlog=(await self._log()).backlog,
            own_route=self._announced_route,
            accepts_routes=self._parts.accepts_routes,
        )
        signer, asked_at = await self.signer(), self._parts.clocks.steady()
        answer = await self._client.ask(HELLO, request, HelloAnswer, signer)
        self._set_contact()
        notifications.hub_clock.note_answer(answer.clock, asked_at)
        notifications.note_hello(answer)
        self._set_clock_offset(sent_at, answer.clock)
        addresses = self._addresses.with_answer(self._place).with_announced(answer.place)
        addresses = addresses.with_nodes(answer.nodes)
        await self._update_enrolment(answer.hub_name, answer.name, answer.pins, addresses)
        return News(configuration=answer.configuration, is_key_due=await self._is_key_due())

    async def _wait(self, step: LinkStep) -> Outcome:
        started_at, notifications = self._parts.clocks.steady(), self._parts.notifications
        if notifications.has_route is not self._announced_route:
            return await self._hello(step)
        if place := self._addresses.place_to_try(started_at):
            return await self._try_place(place, step)
        longest_hold = notifications.longest_hold
        hold = self._parts.uniform(SHORTEST_HOLD * longest_hold, longest_hold)
        # Before the end of the log is read: what was sent until now must stand in it.
        sender = notifications.sender_of_request(self._client.stamp_received_at)
        self._reconsider_suppressions()
        request = await self._wait_request(step, hold, sender)
        signer = await self.signer()
        answer = await self._client.ask(WAIT, request, WaitAnswer, signer, hold + ANSWER_MARGIN)
        self._set_contact()
        notifications.hub_clock.note_answer(answer.clock, started_at)
        notifications.note_answer(sender)
        notifications.note_rank(answer.witness_rank)
        has_news = await self._take_news(answer)
        is_early = self._parts.clocks.steady() - started_at < EARLY and not has_news
        return News(
            configuration=answer.configuration,
            is_key_due=answer.new_key or await self._is_key_due(),
            is_early=is_early,
        )

    async def _wait_request(self, step: LinkStep, hold: float, sender: Sender) -> WaitRequest:
        notifications, report_log = self._parts.notifications, await self._log()
        return WaitRequest(
            configuration=step.state.configuration,
            refused_configuration=step.state.refused_configuration,
            problems=tuple(
                str(problem)[:LONGEST_PROBLEM]
                for problem in self.status.problems[:MOST_PROBLEMS]
            ),
            hold=round(hold, 1),
            clock=round(self._now().timestamp(), 3),
            backlog=report_log.backlog,
            sender=sender,
            alone_after=notifications.alone_after,
            last=report_log.last,
            fates=notifications.fates,
            suppressions=self._suppressions,
            orders=await self._orders.last_number(),
            update=self._calls.update_report(),
        )

    async def _take_news(self, answer: WaitAnswer) -> bool:
        """Take what an answer brings, except the configuration; return whether that was anything."""
        await self._parts.notifications.settle(answer.fates)
        addresses = self._addresses.with_announced(answer.place).with_nodes(answer.nodes)
        has_news = await self._update_enrolment("", answer.name, answer.pins, addresses)
        has_news |= bool(answer.fates)
        has_news |= await self._orders.take(answer.orders)
        has_news |= await self._put_suppressions(answer)
        return has_news

    async def _try_place(self, place: HubPlace, step: LinkStep) -> Outcome:
        """Go over to the address that the hub announced; if it does not answer there, stay."""
        known_place = self._place
        self._addresses = self._addresses.with_attempt(self._parts.clocks.steady())
        self._use_place(place)
        try:
            outcome = await self._hello_again(step)
        except Exception as error:  # also what is no address: the one that works stays in use
            log.warning("the hub is not reached at its new address %s: %s", place.host, error)
            self._use_place(known_place)
            return await self._wait(step)
        log.info("the hub is asked at its new address %s port %d", place.host, place.port)
        return outcome

    async def _hello_again(self, step: LinkStep) -> Outcome:
        """Say hello, by the stamp of the refusal if the first one was too old."""
        try:
            return await self._hello(step)
        except LinkRefusedError as refusal:
            if not refusal.is_stale:
                raise
            return await self._hello(step)

    @property
    def _place(self) -> HubPlace:
        """Return where the next request goes."""
        return HubPlace(host=self._client.address.host, port=self._client.address.port)

    def _use_place(self, place: HubPlace) -> None:
        address = HubAddress(place.host, place.port, self.enrolment.pins)
        self._client.use_address(address)

    async def _put_suppressions(self, answer: WaitAnswer) -> bool:
        """Judge by what people at the hub say by now, if that is news; return whether it is."""
        if answer.suppressions is None:
            return False
        offset = self._parts.notifications.hub_clock.offset
        await self._calls.put_suppressions(answer.suppressions, -offset)
        self._suppressions, self._used_offset = answer.suppressions.name, offset
        return True

    def _reconsider_suppressions(self) -> None:
        """Ask for all suppressions again if the offset of the clocks has changed since: they end at
        other times by this clock."""
        offset = self._parts.notifications.hub_clock.offset
        if abs(offset - self._used_offset) > CLOCK_MOVED:
            self._suppressions = ""

    async def _fetch(self, step: LinkStep) -> Outcome:
        request = FetchRequest(configuration=step.state.offered_configuration)
        answer = await self._client.ask(FETCH, request, FetchAnswer, await self.signer())
        self._set_contact()
        return await self._bring_into_force(answer)

    async def _retry_refused(self, step: LinkStep) -> Outcome | None:
        """Take up a configuration that was refused, if the node's own definitions changed since."""
        if self._refused_answer is None or not step.state.refused_configuration:
            return None
        answer, version = self._refused_answer
        if await self._parts.store.current_number() == version:
            return None
        outcome = await self._bring_into_force(answer)
        return outcome if isinstance(outcome, ConfigurationAccepted) else None

    async def _bring_into_force(self, answer: FetchAnswer) -> Outcome:
        problems = await self._calls.take_up(self.enrolment, self._by_own_clock(answer))
        self.status = replace(self.status, problems=problems)
        if not problems:
            self._refused_answer = None
            self._suppressions = ""  # what is said of new monitors was left out
            return ConfigurationAccepted(answer.configuration)
        self._refused_answer = answer, await self._parts.store.current_number()
        log.warning(
            "the configuration of the hub is not taken up problems=%d first=%s",
            len(problems),
            problems[0],
        )
        return ConfigurationRefused(answer.configuration)

    def _by_own_clock(self, answer: FetchAnswer) -> FetchAnswer:
        offset = self._parts.notifications.hub_clock.offset
        states = {id: shift_state(state, -offset) for id, state in answer.states.states.items()}
        return replace(answer, states=replace(answer.states, states=states))

    async def _replace_key(self) -> Outcome:
        keys = (await self._read_keys()).with_next()
        await self._keep_keys(keys)
        signer = await self.signer()
        proof = sign(self._client.binding(KEY, signer), self.enrolment.agent, keys.next)
        request = KeyRequest(key=keys.next.public_text, proof=proof)
        await self._client.ask(KEY, request, Accepted, signer)
        self._set_contact()
        await self._keep_keys(keys.advanced())
        self.enrolment = replace(self.enrolment, key_since=self._now())
        await keep_enrolment(self._parts.store, self.enrolment)
        log.info("the agent's key is replaced")
        return KeyReplaced()

    async def _log(self) -> ReportLog:
        report_log = await self._parts.store.report_log()
        self._parts.notifications.note_log(report_log)
        return report_log

    async def _is_key_due(self) -> bool:
        keys = await self._read_keys()
        return bool(keys.next_key) or self._now() - self.enrolment.key_since >= KEY_AGE

    @property
    def stamp(self) -> str:
        """Return the last stamp that the hub gave; "" if none."""
        return self._client.stamp

    async def signer(self) -> Signer:
        """Return who signs now. Raises VaultError, BadKeyError or StoreError."""
        keys, life = await self._read_keys(), await self._parts.life()
        return Signer(self.enrolment.hub, self.enrolment.agent, keys.current, life)

    async def _read_keys(self) -> KeyChain:
        if self._keys is None:
            self._keys = await read_keys(self._parts.vault)
        if self._keys is None:
            raise VaultError(NO_KEYS)
        return self._keys

    async def _keep_keys(self, keys: KeyChain) -> None:
        if keys != self._keys:
            await keep_keys(self._parts.vault, keys)
            self._keys = keys

    async def _update_enrolment(
        self, hub_name: str, name: str, pins: tuple[str, ...], addresses: HubAddresses
    ) -> bool:
        """Keep what the hub says of itself and of this agent, if that is news; return whether it
        is. An empty value is none."""
        self._addresses = addresses
        updated = replace(
            self.enrolment,
            hub_name=name_from_hub(hub_name) or self.enrolment.hub_name,
            name=name_from_hub(name) or self.enrolment.name,
            pins=pins or self.enrolment.pins,
        ).with_addresses(addresses)
        if updated == self.enrolment:
            return False
        await keep_enrolment(self._parts.store, updated)
        if updated.pins != self.enrolment.pins:
            self._client.address = replace(self._client.address, pins=updated.pins)
        self.enrolment = self._parts.notifications.enrolment = updated
        return True

    async def _note_refusal(self, refusal: LinkRefusedError) -> None:
        if refusal.fault is LinkFault.STALE:
            return
        if refusal.fault is LinkFault.BAD_SIGNATURE and self._keys is not None:
            await self._keep_keys(self._keys.with_other_key())
        words = TROUBLES.get(refusal.fault, REFUSED)
        self._set_trouble(words.fill(message=refusal.words))

    async def _note(self, reason: LinkReason) -> None:
        """Note the phase that a reason means, and tell a new one in the log; people, if they must do
        something."""
        phase = PHASES.get(reason, self.status.phase)
        if phase is LinkPhase.LINKED:
            self.status = replace(self.status, trouble=NOTHING)
        if phase is self.status.phase:
            return
        self.status = replace(self.status, phase=phase, phase_since=self._now())
        if phase is LinkPhase.LINKED:
            log.info("the link to the hub is up hub=%s", self.enrolment.hub_name)
        else:
            log.warning("the link to the hub is %s: %s", phase.value, self.status.trouble.en)
        if phase in TURNED_AWAY:
            await self._calls.report_refusal(self.enrolment, self.status)

    def _set_trouble(self, words: Message) -> None:
        self.status = replace(self.status, trouble=words)

    def _set_contact(self) -> None:
        self._parts.notifications.note_contact()
        self.status = replace(self.status, last_contact=self._now())
        self.contacts.note()

    def _set_clock_offset(self, sent_at: datetime, hub_clock: float) -> None:
        """The hub looked at its clock about halfway between question and answer."""
        if not hub_clock:
            return
        middle = sent_at + (self._now() - sent_at) / 2
        offset = middle - datetime.fromtimestamp(hub_clock, UTC)
        self.status = replace(self.status, clock_offset=offset or timedelta(0))

    def _now(self) -> datetime:
        return self._parts.clocks.wall()
