"""Say what is wrong with a mailbox, whatever it is read by."""

from __future__ import annotations

from datetime import datetime, timedelta

from noroshi.core.instruction import ANY_ROUTE, InstructionKind, with_instruction
from noroshi.core.mail import Fault
from noroshi.core.translation import _
from noroshi.ports import RouteError

LARGEST_REPORT = 2**18
"""The most bytes that are fetched of a report, which says in its beginning what it is about."""
LATE = timedelta(minutes=15)
"""A mail is stamped when it is received, and shows once it is filed: a later one may be before
it, so that far back is read again."""

ASK_FOR_IT = with_instruction(
    _("{why} ({instruction})"), InstructionKind.SIGN_IN_TO_READ, route=ANY_ROUTE
)


def until_of(since: datetime, newest: datetime, *, has_more: bool) -> datetime:
    """Return from when on to read the next time."""
    if not has_more:
        return max(since, newest - LATE)
    # All of one instant is read at once, or one would never come past it.
    return newest if newest > since else since + timedelta(seconds=1)


def of_token(trouble: RouteError) -> RouteError:
    """Return the error of a token that could not be had, with what to do: one that may send need
    not be one that may read."""
    if trouble.fault is not Fault.SIGN_IN:
        return trouble
    words = ASK_FOR_IT.fill(why=trouble.words)
    return RouteError(words, trouble.code, trouble.fault, trouble.retry_at)
