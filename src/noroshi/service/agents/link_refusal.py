"""The refusals of a request of the link and of a row of a report, with what the answer tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from noroshi.core.agents import JoinRefusal
from noroshi.core.translation import Message, _
from noroshi.link.link_messages import LinkFault
from noroshi.link.message_body import (
    BadBodyError,
    Body,
    BodyTooLargeError,
    EarlierTextMissingError,
    message_in,
)
from noroshi.service.errors import ServiceError

T = TypeVar("T")
JOIN_REFUSALS: Mapping[JoinRefusal, Message] = {
    JoinRefusal.UNKNOWN: _("there is no such invitation"),
    JoinRefusal.EXPIRED: _("the invitation has expired"),
    JoinRefusal.USED: _("another server has already used the invitation"),
    JoinRefusal.NAME_TAKEN: _("another agent has this name"),
    JoinRefusal.REVOKED: _("this agent was removed; it needs a new key to join again"),
}


class LinkRefusedError(ServiceError):
    """Report that a request is refused. `text` is English, for the agent's log, or a text for the
    agent's administrator, which is then its `reason` as well; `retry_after` are the seconds after
    which it may be tried again, 0: nothing is said of it."""

    def __init__(
        self, fault: LinkFault, text: str | Message = "", retry_after: float = 0.0
    ) -> None:
        self.reason = text if isinstance(text, Message) else None
        self.text = text.en if isinstance(text, Message) else text
        super().__init__(f"{fault.value}: {self.text}")
        self.fault, self.retry_after = fault, retry_after


class RowRefusedError(ServiceError):
    """Report why a row cannot be applied, in English."""


def message_of(shape: type[T], body: Body) -> T:
    """Return the message in a body. Raises LinkRefusedError."""
    with body_refusals():
        return message_in(shape, body)


@contextmanager
def body_refusals() -> Iterator[None]:
    """Refuse the request if its body is none. Raises LinkRefusedError."""
    try:
        yield
    except BodyTooLargeError as error:
        raise LinkRefusedError(LinkFault.TOO_LARGE, str(error)) from None
    except EarlierTextMissingError as error:
        raise LinkRefusedError(LinkFault.EARLIER_TEXT, str(error)) from None
    except BadBodyError as error:
        raise LinkRefusedError(LinkFault.MALFORMED, str(error)) from None
