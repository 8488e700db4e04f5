"""Say why the hub was not reached, or what it refused. By itself, as it costs no import."""

from __future__ import annotations

from noroshi.agent.enrolment import Enrolment
from noroshi.core.host_port import authority
from noroshi.core.message_error import MessageError
from noroshi.core.translation import Message, _, plain
from noroshi.link.link_messages import LinkFault

OTHER_HUB = _(
    "This node already belongs to hub {hub} at {where}. To join another one, or the same one "
    "with a new key, leave it first."
)


class OtherHubError(MessageError):
    """Report that the node belongs to another hub."""

    def __init__(self, enrolment: Enrolment) -> None:
        address = authority(enrolment.host, enrolment.port)
        super().__init__(OTHER_HUB.fill(hub=enrolment.hub_name, where=address))


class HubNotReachedError(MessageError):
    """Report that there was no answer of the hub, in words for an administrator."""


class LinkRefusedError(Exception):
    """Report that the hub refused a request. `message` is English, `reason` the same in words for
    an administrator, if the hub gave any. `pause`: the seconds of Retry-After."""

    def __init__(
        self,
        fault: LinkFault,
        message: str,
        pause: float | None = None,
        reason: Message | None = None,
    ) -> None:
        super().__init__(f"{fault.value}: {message}")
        self.fault, self.message, self.pause, self.reason = fault, message, pause, reason

    @property
    def words(self) -> Message:
        """Return what the hub said, as well as it is known."""
        return self.reason or plain(self.message or self.fault.value)

    @property
    def is_stale(self) -> bool:
        """Return whether the same request may succeed with the stamp that came with the refusal."""
        return self.fault is LinkFault.STALE
