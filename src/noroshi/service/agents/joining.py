"""Let servers join by an invitation."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import replace

from noroshi.core.agents import Agent, Invitation, JoinRefusal, Machine, agents_by, free_name
from noroshi.core.notices.notice import AgentConflict
from noroshi.core.printable import printable
from noroshi.core.translation import _
from noroshi.link.agent_key import BadKeyError, thumbprint_of
from noroshi.link.link_messages import JoinAnswer, JoinRequest, LinkFault
from noroshi.link.message_body import BadBodyError, Body, message_in
from noroshi.link.signature import BadSignatureError, join_binding, verify
from noroshi.service.agents.agent_presence import LONGEST_NAME
from noroshi.service.agents.hub_state import DOOR, HubState
from noroshi.service.agents.link_refusal import JOIN_REFUSALS, LinkRefusedError

log = logging.getLogger(__name__)
MOST_ADDRESSES = 20
NOT_PROVED = _("the server could not prove that it holds its key and has verified this hub")


class Joining:
    """Decide who becomes an agent, and write down who did and who tried."""

    def __init__(self, state: HubState) -> None:
        self._state = state

    async def join(self, body: Body, address: str) -> JoinAnswer:
        """Let a server join. Raises LinkRefusedError, and StoreError."""
        state = self._state
        try:
            state.rates.admit_joining(address, state.clocks.steady())
            answer = await self._joined(_request_in(body), address)
        except LinkRefusedError as refusal:
            state.rates.refusals[refusal.fault.value] += 1
            if refusal.fault is LinkFault.BAD_SIGNATURE:
                await state.denied_log.record("agent_join", "", DOOR, address, NOT_PROVED)
            raise
        state.rates.note_joined(address)
        return answer

    async def _joined(self, request: JoinRequest, address: str) -> JoinAnswer:
        state, secret_hash = self._state, _hash_of(request.secret)
        invitation = await self._invitation(secret_hash, address)
        self._check_proof(request, secret_hash)
        candidate = self._candidate(request, invitation)
        known_ids = (await state.store.agents()).keys()
        result = await state.store.admit(secret_hash, candidate, state.now())
        if isinstance(result, JoinRefusal):
            await self._note_refusal(invitation, candidate, address, result)
            raise LinkRefusedError(LinkFault.INVITATION, JOIN_REFUSALS[result].en)
        await state.roster.reload()
        if result.id not in known_ids:
            log.info("agent %s joined from %s", result.name, address)
            arguments = {"invitation": invitation.id, "thumbprint": result.thumbprint}
            await state.audit("agent_join", result.name, address, arguments)
        return JoinAnswer(
            agent=result.id,
            name=result.name,
            hub=state.id,
            hub_name=state.name,
            pins=state.pins,
            stamp=(await state.mint()).create(),
        )

    async def _invitation(self, secret_hash: str, address: str) -> Invitation:
        """Return the invitation of a secret; a stranger who guesses costs no more than this."""
        invitations = await self._state.store.invitations()
        for one in invitations.values():
            if one.hash == secret_hash:
                return one
        unknown = JOIN_REFUSALS[JoinRefusal.UNKNOWN]
        await self._state.denied_log.record("agent_join", "", DOOR, address, unknown)
        raise LinkRefusedError(LinkFault.INVITATION, unknown.en)

    def _check_proof(self, request: JoinRequest, secret_hash: str) -> None:
        """Raise LinkRefusedError unless the key's owner saw this hub. Where another server ends
        TLS, the hub does not know which key was seen."""
        try:
            signed = verify(request.proof, request.key)
            pin = bytes.fromhex(signed.stamp)
        except (BadSignatureError, ValueError):
            raise LinkRefusedError(LinkFault.BAD_SIGNATURE, "the proof is malformed") from None
        if signed != join_binding(secret_hash, pin):
            raise LinkRefusedError(
                LinkFault.BAD_SIGNATURE, "the proof belongs to another join request"
            )
        if self._state.pins and signed.stamp not in self._state.pins:
            raise LinkRefusedError(
                LinkFault.BAD_SIGNATURE, "the agent connected to a different server"
            )

    def _candidate(self, request: JoinRequest, invitation: Invitation) -> Agent:
        proposal = request.name or request.machine.host_name
        try:
            thumbprint = thumbprint_of(request.key)
        except BadKeyError as error:
            raise LinkRefusedError(LinkFault.MALFORMED, str(error)) from None
        return Agent(
            id=self._state.new_id(),
            name=free_name(proposal, self._state.reserved_names),
            key=request.key,
            thumbprint=thumbprint,
            machine=clean_machine(request.machine),
            joined_at=self._state.now(),
            invited_by=invitation.creator,
            invitation=invitation.id,
            version=printable(request.version)[:LONGEST_NAME],
        )

    async def _note_refusal(
        self, invitation: Invitation, candidate: Agent, address: str, refusal: JoinRefusal
    ) -> None:
        """Write down who tried an invitation that is used or over: it may be stolen."""
        log.warning(
            "a join from %s (%s) by an invitation of %s is refused: %s",
            address,
            candidate.machine.host_name,
            invitation.creator,
            JOIN_REFUSALS[refusal].en,
        )
        arguments = {"invitation": invitation.id, "machine": candidate.machine.host_name}
        await self._state.audit(
            "agent_join", invitation.creator, address, arguments, JOIN_REFUSALS[refusal]
        )
        if refusal is JoinRefusal.USED:
            await self._state.report_conflict(
                AgentConflict.INVITATION,
                await self._agents_of(invitation),
                invitation.creator,
                candidate.machine.host_name,
                address,
                invitation.id,
            )

    async def _agents_of(self, invitation: Invitation) -> str:
        """Return the names of those who used an invitation."""
        agents = (await self._state.store.agents()).values()
        return ", ".join(one.name for one in agents_by(invitation, agents))


def clean_machine(machine: Machine) -> Machine:
    """Return what an agent says of its computer, in bounds and without what a terminal obeys."""
    return replace(
        machine,
        host_name=_clean_text(machine.host_name),
        id=_clean_text(machine.id),
        system=_clean_text(machine.system),
        addresses=tuple(map(_clean_text, machine.addresses[:MOST_ADDRESSES])),
    )


def _clean_text(text: str) -> str:
    return printable(text[:LONGEST_NAME])


def _request_in(body: Body) -> JoinRequest:
    try:
        return message_in(JoinRequest, body)
    except BadBodyError as error:
        raise LinkRefusedError(LinkFault.MALFORMED, str(error)) from None


def _hash_of(secret: str) -> str:
    try:
        return hashlib.sha256(bytes.fromhex(secret)).hexdigest()
    except ValueError:
        raise LinkRefusedError(
            LinkFault.INVITATION, JOIN_REFUSALS[JoinRefusal.UNKNOWN].en
        ) from None
