"""Answer the messages of agents that are verified."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from noroshi import __version__
from noroshi.core.agents import KEY_AGE, Agent, Machine, revoke, versions_fit
from noroshi.core.printable import printable
from noroshi.core.sender_lease import Sender
from noroshi.core.translation import _
from noroshi.link.agent_key import BadKeyError, thumbprint_of
from noroshi.link.link_messages import (
    FETCH,
    FILE,
    HELLO,
    KEY,
    LEAVE,
    LONGEST_WAIT,
    REPORT,
    SAMPLES,
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
from noroshi.link.message_body import Body
from noroshi.link.report_messages import SuppressionsOfHub
from noroshi.link.signature import BadSignatureError, key_binding, verify
from noroshi.link.update_messages import FilePartRequest
from noroshi.service.agents.agent_leases import Promise
from noroshi.service.agents.agent_presence import LONGEST_NAME
from noroshi.service.agents.hub_state import HubState
from noroshi.service.agents.joining import clean_machine
from noroshi.service.agents.link_refusal import LinkRefusedError, message_of
from noroshi.service.agents.open_waits import OpenWait
from noroshi.service.agents.reporting import Reporting
from noroshi.service.agents.request_verification import Caller, refuse_clone, refuse_revoked
from noroshi.service.agents.update_offers import FilePart

log = logging.getLogger(__name__)
Handler = Callable[[Caller, Body], Awaitable[object]]
Announcement = tuple[str, tuple[str, ...], HubPlace | None, tuple[HubPlace, ...]]
"""An agent's name, the pins of the hub, its place and those of its nodes, as an agent was told them last."""
OTHER_VERSION = _("the hub runs {hub_version}, the agent {agent_version}")
AGAIN_AFTER = 5.0
"""Seconds after which an agent may ask again for what is not ready."""


class Conversation:
    """Answer each message by its name."""

    def __init__(self, state: HubState) -> None:
        self._state = state
        self._reporting = Reporting(state)
        self._announced: dict[str, Announcement] = {}
        self._handlers: Mapping[str, Handler] = {
            HELLO: self._hello,
            WAIT: self._wait,
            FETCH: self._fetch,
            KEY: self._key,
            LEAVE: self._leave,
            REPORT: self._reporting.report,
            SAMPLES: self._reporting.samples,
            FILE: self._file,
        }

    async def answer(self, caller: Caller, name: str, body: Body) -> object:
        """Return the answer to a message. Raises LinkRefusedError, and StoreError."""
        caller.check_body(body.content)
        handler = self._handlers.get(name)
        if handler is None:
            raise LinkRefusedError(LinkFault.MALFORMED, "unknown message type")
        return await handler(caller, body)

    def forget(self, agent: str) -> None:
        """Drop what is kept in memory of an agent that was removed."""
        self._announced.pop(agent, None)
        self._reporting.forget(agent)

    async def _hello(self, caller: Caller, body: Body) -> HelloAnswer:
        state, hello = self._state, message_of(HelloRequest, body)
        _refuse_other_version(hello.version)
        machine = clean_machine(hello.machine)
        life = caller.signed.life
        refuse_clone(
            state.presence.note_machine(caller.agent.id, life, machine.id), life, machine.id
        )
        agent = await self._note_hello(caller, hello, machine)
        configuration = self._configuration_name(agent.id)
        if configuration == hello.configuration:
            await self._note_secrets(agent)  # a hub that was restored may not know
        self._announced[agent.id] = self._announcement(agent)
        return HelloAnswer(
            hub_name=state.name,
            name=agent.name,
            pins=state.pins,
            configuration="" if configuration == hello.configuration else configuration,
            clock=state.clock,
            position=await self._reporting.position_of(agent.id),
            alone_after=state.leases.terms.alone_after.total_seconds(),
            fates=await state.store.last_fate_number(),
            place=state.place,
            nodes=state.node_places,
        )

    async def _note_hello(self, caller: Caller, hello: HelloRequest, machine: Machine) -> Agent:
        """Return the agent as it describes itself now. Raises LinkRefusedError if it was removed
        meanwhile."""
        version = printable(hello.version)[:LONGEST_NAME]

        def greeted(agent: Agent) -> Agent:
            # The id is that of the machine that was enrolled: by it a clone is told apart.
            enrolled_id = agent.machine.id or machine.id
            return replace(
                agent,
                machine=replace(machine, id=enrolled_id),
                version=version,
                life=caller.signed.life,
                own_route=hello.own_route,
                accepts_routes=hello.accepts_routes,
            )

        state = self._state
        agent = await state.roster.change(caller.agent.id, greeted) or caller.agent
        refuse_revoked(agent)
        state.presence.note_hello(agent.id, hello, state.now())
        state.fates.begin(agent.id)
        state.leases.note_contact(agent.id, caller.stamped_at)
        return agent

    async def _wait(self, caller: Caller, body: Body) -> WaitAnswer:
        request, id = message_of(WaitRequest, body), caller.agent.id
        self._state.presence.note_wait(id, request, self._state.now())
        promise = Promise(
            sender=request.sender,
            alone_after=request.alone_after,
            stamped_at=caller.stamped_at,
            is_caught_up=await self._reporting.is_caught_up(id, request.last),
        )
        await self._state.note_sender(caller.agent, promise)
        await self._state.refresh_suppressions()
        hold = self._hold(request)
        with self._state.open_waits.open(id) as wait:
            try:
                async with asyncio.timeout(hold):
                    await self._until_news(id, request, wait)
            except TimeoutError:
                pass
        return await self._news(self._agent(id), request)

    def _hold(self, request: WaitRequest) -> float:
        """Return for how many seconds a request is held; with a promise so that the lease never runs
        out while the link is up."""
        hold = max(0.0, min(request.hold, LONGEST_WAIT))
        if request.sender is not Sender.HUB:
            return hold
        longest_hold = self._state.leases.longest_hold(request.alone_after)
        return min(hold, longest_hold.total_seconds())

    async def _until_news(self, id: str, request: WaitRequest, wait: OpenWait) -> None:
        while not wait.is_over and not self._has_news(self._agent(id), request):
            await wait.next_news()

    def _agent(self, id: str) -> Agent:
        """Return an agent as it is now. Raises LinkRefusedError if it was removed."""
        agent = self._state.roster.agents.get(id)
        if agent is None:
            raise LinkRefusedError(LinkFault.REVOKED, "the hub no longer recognises this agent")
        refuse_revoked(agent)
        return agent

    def _has_news(self, agent: Agent, request: WaitRequest) -> bool:
        return (
            self._last_announcement(agent) != self._announcement(agent)
            or bool(self._new_configuration(agent, request))
            or self._state.orders.has_news(agent.id, request.orders)
            or self._new_suppressions(agent, request) is not None
            or self._state.fates.has_news(agent.id, request.fates)
        )

    def _announcement(self, agent: Agent) -> Announcement:
        return agent.name, self._state.pins, self._state.place, self._state.node_places

    def _last_announcement(self, agent: Agent) -> Announcement:
        return self._announced.get(agent.id, self._announcement(agent))

    def _new_suppressions(self, agent: Agent, request: WaitRequest) -> SuppressionsOfHub | None:
        suppressions = self._state.suppressions.of_agent(agent.id)
        if suppressions is None or request.suppressions in (None, suppressions.name):
            return None
        return suppressions

    def _new_configuration(self, agent: Agent, request: WaitRequest) -> str:
        name = self._configuration_name(agent.id)
        is_known = name in (request.configuration, request.refused_configuration)
        return "" if is_known else name

    def _configuration_name(self, id: str) -> str:
        configuration = self._state.book.of_agent(id)
        return "" if configuration is None else configuration.name

    async def _news(self, agent: Agent, request: WaitRequest) -> WaitAnswer:
        state = self._state
        announcement = self._announcement(agent)
        is_announced = self._announced.get(agent.id) == announcement
        # An agent that did not hear the answer says hello, and is told all of it again.
        self._announced[agent.id] = announcement
        return WaitAnswer(
            configuration=self._new_configuration(agent, request),
            name="" if is_announced else agent.name,
            pins=() if is_announced else state.pins,
            new_key=state.now() - (agent.key_since or agent.joined_at) >= KEY_AGE,
            suppressions=self._new_suppressions(agent, request),
            orders=tuple(state.orders.news(agent.id, request.orders)),
            fates=await state.fates.news(agent, request.fates),
            witness_rank=state.witness_rank(agent.id),
            clock=state.clock,
            place=None if is_announced else state.place,
            nodes=None if is_announced else state.node_places,
        )

    async def _fetch(self, caller: Caller, body: Body) -> FetchAnswer:
        """Return the agent's own configuration as it is now, whichever of its own it names: it
        may be another one since."""
        request, agent = message_of(FetchRequest, body), caller.agent
        if self._state.book.is_of_other(request.configuration, agent.id):
            log.warning("agent %s asked for the configuration of another agent", agent.name)
            raise LinkRefusedError(LinkFault.MALFORMED, "this is not your configuration")
        configuration = self._state.book.of_agent(agent.id)
        if configuration is None:
            raise LinkRefusedError(
                LinkFault.BUSY, "the configuration is not ready", AGAIN_AFTER
            )
        return FetchAnswer(
            configuration=configuration.name,
            documents=configuration.documents,
            states=await self._reporting.states_of(agent),
            secrets=await self._state.secrets.sealed(agent, configuration, self._state.id),
        )

    async def _file(self, caller: Caller, body: Body) -> FilePart:
        return await self._state.updates.part(
            caller.agent.id, message_of(FilePartRequest, body)
        )

    async def _note_secrets(self, agent: Agent) -> None:
        configuration = self._state.book.of_agent(agent.id)
        if configuration is not None:
            await self._state.secrets.note_given(agent, configuration.entries)

    async def _key(self, caller: Caller, body: Body) -> Accepted:
        request, id = message_of(KeyRequest, body), caller.agent.id
        try:
            thumbprint = thumbprint_of(request.key)
            is_proved = verify(request.proof, request.key) == key_binding(caller.signed)
        except BadKeyError as error:
            raise LinkRefusedError(LinkFault.MALFORMED, str(error)) from None
        except BadSignatureError:
            is_proved = False
        if not is_proved:
            raise LinkRefusedError(LinkFault.BAD_SIGNATURE, "the proof is malformed")
        agents = self._state.roster.agents.values()
        if any(one.thumbprint == thumbprint and one.id != id for one in agents):
            raise LinkRefusedError(LinkFault.MALFORMED, "the key is another agent's")
        if thumbprint != caller.agent.thumbprint:
            await self._change(id, lambda agent: replace(agent, next_key=request.key))
        return Accepted(life=caller.signed.life)

    async def _leave(self, caller: Caller, body: Body) -> Accepted:
        now = self._state.now()
        await self._change(caller.agent.id, lambda agent: revoke(agent, now))
        await self._state.audit("agent_leave", caller.agent.name, caller.address, {})
        return Accepted(life=caller.signed.life)

    async def _change(self, id: str, change: Callable[[Agent], Agent]) -> None:
        if await self._state.roster.change(id, change) is None:
            raise LinkRefusedError(LinkFault.REVOKED, "the hub no longer recognises this agent")


def _refuse_other_version(version: str) -> None:
    """Raise LinkRefusedError if an agent's version and that of this hub differ too much."""
    if not versions_fit(__version__, version):
        agent_version = printable(version)[:LONGEST_NAME]
        text = OTHER_VERSION.fill(hub_version=__version__, agent_version=agent_version)
        raise LinkRefusedError(LinkFault.VERSION, text)
