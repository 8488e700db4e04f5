"""Collect what may be sent now of the notifications of agents."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from noroshi.core.mail import POSSIBLE_SENDER, Envelope
from noroshi.core.sender_lease import SendRight

SendRights = Callable[[], Collection[SendRight]]
"""Return which notifications of agents may be sent at this moment."""


def no_rights() -> Collection[SendRight]:
    """Return none: this node is neither a hub nor an agent."""
    return ()


class SendRightSources:
    """Join the rights that a node has as a hub, for its agents, and as an agent, for itself."""

    def __init__(
        self, of_hub: SendRights = no_rights, of_agent: SendRights = no_rights
    ) -> None:
        self.of_hub, self.of_agent = of_hub, of_agent

    def current(self) -> Collection[SendRight]:
        """Return all rights of this moment; of a hub alone the same object while they are the
        same, as they are asked for with each claim."""
        rights_of_hub, own_rights = self.of_hub(), self.of_agent()
        return (*rights_of_hub, *own_rights) if own_rights else rights_of_hub


def with_possible_sender(envelope: Envelope, rights: Collection[SendRight]) -> Envelope:
    """Return an envelope as a transport is given it: with the node that may have sent it
    already."""
    own_right = SendRight(envelope.agent, envelope.custody)
    node = next((one.possible_sender for one in rights if one == own_right), "")
    if not node:
        return envelope
    return replace(envelope, payload={**envelope.payload, POSSIBLE_SENDER: node})


def may_begin(envelope: Envelope, rights: Collection[SendRight]) -> bool:
    """Return whether an attempt may begin now; the node's own mails need no right."""
    return not envelope.agent or SendRight(envelope.agent, envelope.custody) in rights
