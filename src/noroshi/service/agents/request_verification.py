"""Verify who sends a request of the link, before its body is read."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime

from noroshi.core.agent_lives import HeardLife, LifeHistory
from noroshi.core.agents import Agent, AgentState, Life
from noroshi.core.notices.notice import AgentConflict
from noroshi.core.translation import _
from noroshi.link.agent_key import thumbprint_of
from noroshi.link.link_messages import LinkFault
from noroshi.link.signature import Authorization, BadSignatureError, Signed, body_hash
from noroshi.service.agents.hub_state import DOOR, HubState
from noroshi.service.agents.link_refusal import LinkRefusedError

log = logging.getLogger(__name__)
LONGEST_MARK, MOST_STARTS = 64, 1 << 53
FORGED = _("the request is not signed by an agent of this hub")
CLONED = _("another server has this agent's key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Hold an agent whose signature was verified, and what it signed; `stamped_at` is the time in the
    stamp that came back, in the hub's time."""

    agent: Agent
    signed: Signed
    address: str
    stamped_at: datetime

    def check_body(self, content: bytes) -> None:
        """Raise LinkRefusedError if the bytes are not those that were signed."""
        if body_hash(content) != self.signed.body_hash:
            raise LinkRefusedError(
                LinkFault.BAD_SIGNATURE, "the body does not match the signature"
            )


class RequestVerification:
    """Verify requests by their headers alone. Each refusal is counted by its fault."""

    def __init__(self, state: HubState) -> None:
        self._state = state

    async def caller(self, path: str, authorization: str, address: str) -> Caller:
        """Return who sends a request to that path. Raises LinkRefusedError, and StoreError."""
        try:
            return await self._verified(path, authorization, address)
        except LinkRefusedError as refusal:
            self._state.rates.refusals[refusal.fault.value] += 1
            if refusal.fault is LinkFault.BAD_SIGNATURE:
                await self._state.denied_log.record("agent_request", "", DOOR, address, FORGED)
            raise

    async def _verified(self, path: str, authorization: str, address: str) -> Caller:
        state = self._state
        agent, signed, is_next_key = await self._signer(path, authorization, address)
        state.rates.take(agent.id, state.clocks.steady())
        refuse_revoked(agent)
        await state.refresh_agents()
        stamped_at = (await state.mint()).time_of(signed.stamp)
        if stamped_at is None:
            raise LinkRefusedError(LinkFault.STALE, "the stamp is out of date")
        if is_next_key:
            agent = await self._with_next_key(agent, address)
        await self._check_life(agent, signed.life, address)
        state.presence.note_contact(agent.id, address, signed.life, state.now())
        return Caller(agent=agent, signed=signed, address=address, stamped_at=stamped_at)

    async def _signer(self, path: str, header: str, address: str) -> tuple[Agent, Signed, bool]:
        """Return the agent that signed with one of its keys, what it signed for this hub and that
        path, and whether by the next one."""
        state, now = self._state, self._state.clocks.steady()
        try:
            authorization = Authorization.read(header)
            id = authorization.agent
            state.rates.admit_stranger(id, address, now)
            await state.roster.refresh()
            if (agent := state.roster.agents.get(id)) is None:
                raise BadSignatureError("there is no such agent")
            signed, is_next_key = _signed_with(agent, authorization, state.id, path)
        except BadSignatureError as error:
            state.rates.note_failure(address, now)
            raise LinkRefusedError(LinkFault.BAD_SIGNATURE, str(error)) from None
        state.rates.note_proven(id, address)
        return agent, signed, is_next_key

    async def _with_next_key(self, agent: Agent, address: str) -> Agent:
        """Return the agent with its next key in place of the one before, which no longer counts:
        it was used for the first time."""
        next_key, now = agent.next_key, self._state.now()

        def with_key(current: Agent) -> Agent:
            if current.next_key != next_key:
                return current
            return replace(
                current,
                key=next_key,
                thumbprint=thumbprint_of(next_key),
                next_key="",
                key_since=now,
            )

        changed_agent = await self._state.roster.change(agent.id, with_key)
        if changed_agent is None or changed_agent.key != next_key:
            raise LinkRefusedError(LinkFault.BAD_SIGNATURE, "the key is not this agent's")
        arguments = {"thumbprint": changed_agent.thumbprint}
        await self._state.audit("agent_key", changed_agent.name, address, arguments)
        return changed_agent

    async def _check_life(self, agent: Agent, life: Life, address: str) -> None:
        if not (0 <= life.number < MOST_STARTS and len(life.mark) <= LONGEST_MARK):
            raise LinkRefusedError(LinkFault.BAD_SIGNATURE, "the start record is malformed")
        presence = self._state.presence
        history = presence.lives(agent.id)
        refuse_clone(history, life)
        request = HeardLife(life=life, began_at=self._state.now(), address=address)
        new_history = presence.note_life(agent.id, request, agent.machine.id)
        for clone in new_history.clones:
            if clone not in history.clones:
                await self._report_clone(agent, clone)
        refuse_clone(new_history, life)

    async def _report_clone(self, agent: Agent, clone: HeardLife) -> None:
        log.warning(
            "two machines have the key of agent %s: %s and the one at %s",
            agent.name,
            agent.machine.host_name,
            clone.address,
        )
        arguments = {"address": clone.address, "machine": clone.machine_id}
        await self._state.audit("agent_clone", agent.name, clone.address, arguments, CLONED)
        await self._state.report_conflict(
            AgentConflict.KEY, agent.name, agent.invited_by, "", clone.address, agent.id
        )


def refuse_clone(history: LifeHistory, life: Life, machine_id: str = "") -> None:
    """Raise LinkRefusedError for a life of another machine that has the same key."""
    if history.is_clone(life, machine_id):
        raise LinkRefusedError(LinkFault.CLONED, CLONED.en)


def refuse_revoked(agent: Agent) -> None:
    """Raise LinkRefusedError if an agent may no longer come in."""
    if agent.state is AgentState.REVOKED:
        raise LinkRefusedError(LinkFault.REVOKED, "the hub has removed this agent")


def _signed_with(
    agent: Agent, authorization: Authorization, hub: str, path: str
) -> tuple[Signed, bool]:
    """Return what was signed, and whether by the next key. Raises BadSignatureError."""
    try:
        return authorization.verify(hub, path, agent.key), False
    except BadSignatureError:
        if not agent.next_key:
            raise
        return authorization.verify(hub, path, agent.next_key), True
