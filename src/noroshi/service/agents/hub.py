"""The hub: what the endpoints of the link call, and what operations ask of agents."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from noroshi import schema
from noroshi.core.agents import Agent, AgentState, LastSeen, revoke
from noroshi.link.link_messages import JoinAnswer
from noroshi.link.message_body import Body
from noroshi.link.order_messages import OrderVerb
from noroshi.link.update_messages import UpdateBegun, UpdateReport
from noroshi.ports import Clocks, Store, StoreError
from noroshi.service.agents.configurations import Configuration
from noroshi.service.agents.conversation import Conversation
from noroshi.service.agents.hub_state import HubParts, HubState
from noroshi.service.agents.install_file_reader import NoInstallFileError
from noroshi.service.agents.joining import Joining
from noroshi.service.agents.order_answers import result_of
from noroshi.service.agents.order_book import NOT_CONNECTED
from noroshi.service.agents.request_verification import Caller, RequestVerification
from noroshi.service.agents.roster import FRESH_FOR
from noroshi.service.errors import OperationFailedError
from noroshi.vault import Vault, VaultError

T = TypeVar("T")
log = logging.getLogger(__name__)
FLUSH_EVERY = 5.0
"""Seconds between two writings of what was last heard."""
TIDY_EVERY = 3600.0
JUST_HEARD = timedelta(seconds=15)
"""An agent that was heard within this time waits soon, if it does not yet."""
MOMENT = 0.05
"""Seconds between two looks at what changed, however much is committed."""
INVITATIONS_KEPT = timedelta(days=30)
"""The time for which an invitation that is over is still listed."""


class AgentHub:
    """Take in agents, verify and answer their requests, and change them for operations.

    From the first request on it looks by itself for what changed, until it is closed.
    """

    def __init__(self, store: Store, vault: Vault, clocks: Clocks, parts: HubParts) -> None:
        self._state = HubState(store, vault, clocks, parts)
        self._verification = RequestVerification(self._state)
        self._joining = Joining(self._state)
        self._flushed_at = self._tidied_at = clocks.steady() - TIDY_EVERY
        self._conversation = Conversation(self._state)
        self._watching: asyncio.Task[None] | None = None

    # what the endpoints call

    async def stamp(self) -> str:
        """Return a fresh stamp, for an answer. Raises StoreError."""
        return (await self._state.mint()).create()

    async def join(self, body: Body, address: str) -> JoinAnswer:
        """Let a server join. Raises LinkRefusedError, and StoreError."""
        self._watch()
        return await self._joining.join(body, address)

    async def caller(self, path: str, authorization: str, address: str) -> Caller:
        """Return who sends a request, by its headers alone. Raises LinkRefusedError, and
        StoreError."""
        self._watch()
        return await self._verification.caller(path, authorization, address)

    async def answer(self, caller: Caller, name: str, body: Body) -> object:
        """Return the answer to a message of the link. A `wait` is held until there is news.
        Raises LinkRefusedError, and StoreError."""
        return await self._conversation.answer(caller, name, body)

    # what operations ask

    @property
    def id(self) -> str:
        """Return the id by which agents know this hub."""
        return self._state.id

    @property
    def pins(self) -> tuple[str, ...]:
        """Return the pins of the TLS keys by which agents know this hub, in hexadecimal digits,
        the preferred one first; () while nobody listens."""
        return self._state.pins

    @property
    def refusals(self) -> Mapping[str, int]:
        """Return how many requests were refused since the start, by fault."""
        return dict(self._state.rates.refusals)

    async def agents(self) -> Mapping[str, Agent]:
        """Return all agents, by id, also those that were revoked. Raises StoreError."""
        await self._state.roster.reload()
        return self._state.roster.agents

    async def last_seen(self) -> Mapping[str, LastSeen]:
        """Return what was last heard of each agent, by its id. Raises StoreError."""
        await self._state.presence.load()
        return self._state.presence.last_seen()

    def configuration_of(self, id: str) -> Configuration | None:
        """Return the configuration of an agent; None where nothing is known of it yet."""
        return self._state.book.of_agent(id)

    def is_waiting(self, id: str) -> bool:
        """Return whether a request of an agent is held now."""
        return id in self._state.open_waits

    async def order(
        self,
        agent: str,
        verb: OrderVerb,
        shape: type[T],
        target: str = "",
        seconds: float = 30.0,
    ) -> T:
        """Have the agent of that name do something within these seconds, and return what it
        answers; `shape` is what the verb has in `link.order_messages`. Raises
        OperationFailedError, and StoreError."""
        agents = (await self.agents()).values()
        matches = (
            one for one in agents if one.name == agent and one.state is AgentState.ACTIVE
        )
        known_agent = next(matches, None)
        if known_agent is None or not self._is_connected(known_agent.id):
            raise OperationFailedError(NOT_CONNECTED.fill(agent=agent))
        answer = await self._state.orders.give(known_agent, verb, target, seconds)
        return await asyncio.to_thread(result_of, answer, shape, agent)

    def _is_connected(self, id: str) -> bool:
        """Return whether an agent waits, or may be about to: whoever was just heard is."""
        if self._state.open_waits.is_connected(id):
            return True
        last_seen = self._state.presence.last_seen().get(id)
        if last_seen is None:
            return False
        return self._state.now() - last_seen.last_contact < JUST_HEARD

    async def update(self, agent: Agent) -> str:
        """Have an agent update itself to this hub's file, and return the version. Raises
        OperationFailedError with what the agent or this node has against it, and StoreError."""
        try:
            offer = await self._state.updates.offer()
        except (NoInstallFileError, VaultError) as error:
            raise OperationFailedError(error.words) from None
        target = schema.text(offer)
        answer = await self.order(agent.name, OrderVerb.UPDATE, UpdateBegun, target)
        self._state.presence.note_update(agent.id, answer.version)
        return answer.version

    async def update_key(self) -> str:
        """Return the key by which this hub signs updates (a JWK); "" while the vault is closed.
        Raises StoreError."""
        return await self._state.updates.public_key()

    def update_reports(self) -> Mapping[str, UpdateReport]:
        """Return how far the last update of each agent is, by its id, as far as it was heard since
        this node began."""
        return self._state.presence.updates

    def unchanged_configurations(self) -> AbstractContextManager[None]:
        """Tell no agent of a new configuration until the block ends, in which an agent is renamed
        and the definitions that name it."""
        return self._state.book.unchanged()

    async def rename(self, id: str, name: str) -> Agent | None:
        """Give an agent another name; None if there is none of that id, or another agent has
        that name. Raises StoreError."""
        return await self._state.roster.change(id, lambda agent: replace(agent, name=name))

    async def share(self, id: str, routes: Collection[str]) -> Agent | None:
        """Share these routes with an agent, and no others; None if there is none of that id.
        Raises StoreError."""
        shared_routes = tuple(sorted(routes))
        return await self._state.roster.change(
            id, lambda agent: replace(agent, shared_routes=shared_routes)
        )

    async def forget(self, agent: Agent) -> bool:
        """Delete an agent that was removed; False if it is not as given any more. Raises
        StoreError."""
        return await self._state.roster.forget(agent)

    async def revoke(self, id: str) -> Agent | None:
        """Let an agent no longer come in; None if there is none of that id. Its request that
        waits ends at once. Raises StoreError."""
        now = self._state.now()
        result = await self._state.roster.change(id, lambda agent: revoke(agent, now))
        self._state.rates.forget(id)
        self._state.report_rates.forget(id)
        self._conversation.forget(id)
        return result

    # what it does by itself

    def _watch(self) -> None:
        if self._watching is None:
            self._watching = asyncio.create_task(self._look_on())

    async def _look_on(self) -> None:
        """See without end what changed, and write down what was heard."""
        while True:
            await self._state.store.wait(timedelta(seconds=FRESH_FOR))
            await asyncio.sleep(MOMENT)
            try:
                await self._look()
            except StoreError as error:
                log.warning("the agents cannot be read or written now: %s", error)
            except Exception:  # a fault of ours must not end it for good
                log.exception("the hub could not look for what changed")

    async def _look(self) -> None:
        await self._state.refresh()
        await self._state.refresh_suppressions()
        now = self._state.clocks.steady()
        if now - self._flushed_at >= FLUSH_EVERY:
            self._flushed_at = now
            await self.flush()
        if now - self._tidied_at >= TIDY_EVERY:
            self._tidied_at = now
            await self.forget_invitations()

    async def flush(self) -> None:
        """Write down what was heard of agents. Raises StoreError."""
        await self._state.presence.flush()

    async def forget_invitations(self) -> None:
        """Delete invitations that are over for long. Raises StoreError."""
        cutoff = self._state.now() - INVITATIONS_KEPT
        for one in (await self._state.store.invitations()).values():
            if one.expires_at < cutoff:
                await self._state.store.drop_invitation(one.id)

    async def close(self) -> None:
        """Write down what was heard, and look no more."""
        if self._watching is None:
            return
        self._watching.cancel()
        await asyncio.wait((self._watching,))
        self._watching = None
        with suppress(StoreError):
            await self.flush()
