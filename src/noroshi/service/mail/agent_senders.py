"""Tell who sends the notifications of agents, and why the hub holds some of them back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from noroshi.core.mail import EnvelopeState
from noroshi.core.sender_lease import Custody, HubReason
from noroshi.core.sources import by_agent
from noroshi.core.translation import NOTHING, Message, _
from noroshi.ports import QueuedEnvelope
from noroshi.service.agents.agent_leases import AgentLeases

THIS_NODE = _("this node")
THE_HUB = _("the hub")
BOTH_MAY = _("this node, and possibly agent {agent} too")
HELD_BACK = _(
    "held back, because agent {agent} has lost contact with this node and may send it itself"
)
TAKEN_OVER = _("agent {agent} has taken it over to send it itself")
LEFT_TO_HUB = _("the hub sends it")


class AgentSenders:
    """Tell it for the queue and the ledger. `agent_name` returns the name of an agent of this hub by
    its id; "": there is none, so the notification is this node's own, as an agent of another hub."""

    def __init__(self, leases: AgentLeases, agent_name: Callable[[str], str]) -> None:
        self._leases, self._agent_name = leases, agent_name

    def sender(self, one: QueuedEnvelope) -> Message:
        """Return who sends a notification, or sent it; NOTHING for the node's own mails."""
        if not one.envelope.agent:
            return NOTHING
        name = self._agent_name(one.envelope.agent)
        custody = one.envelope.custody
        if not name:
            return THE_HUB if custody is Custody.HUB else THIS_NODE
        if custody is Custody.HUB:
            return THIS_NODE
        is_sent_here = one.state is EnvelopeState.ACCEPTED and custody is Custody.AGENT
        return BOTH_MAY.fill(agent=name) if is_sent_here else by_agent(name)

    def wait(self, one: QueuedEnvelope) -> tuple[datetime | None, Message] | None:
        """Return why a waiting notification may not be sent now, and when it may at the latest; None:
        nothing of this holds it up."""
        agent, custody = one.envelope.agent, one.envelope.custody
        if not agent or one.state or one.is_leased:
            return None
        name = self._agent_name(agent)
        if not name:
            return (None, LEFT_TO_HUB) if custody is Custody.HUB else None
        reason = self._leases.reason(agent, custody)
        if reason.may_send:
            return None
        words = TAKEN_OVER if reason is HubReason.WITH_AGENT else HELD_BACK
        return self._leases.grace_at(agent), words.fill(agent=name)
