"""Why a mailbox cannot be read by Microsoft Graph, and what mends it."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus

from noroshi.core.instruction import ANY_ROUTE, InstructionKind, with_instruction
from noroshi.core.mail import Fault
from noroshi.core.printable import printable
from noroshi.core.translation import NOTHING, Message, _
from noroshi.network.graph_errors import problem_in
from noroshi.network.http import Reply
from noroshi.ports import RouteError

LONGEST_QUOTE = 300
NO_ANSWER = _(
    "{where} did not answer while the mailbox was read: the connection was lost, or no reply "
    "arrived in time"
)
REPLIED = _("{where} replied: {reply}")
ADVISED = _("{advice} {said}")
NO_RIGHT = with_instruction(
    _(
        "The account has no permission to read its mailbox. The app needs the Microsoft Graph "
        "permission Mail.Read (for a user of a shared mailbox, Mail.Read.Shared and Full "
        "Access): as a delegated permission for a user, who then signs in again ({instruction}), "
        "or as an application permission with admin consent for an app. Mail.ReadBasic is not "
        "enough. If Noroshi should not read the mailbox, set reads_inbox = false."
    ),
    InstructionKind.SIGN_IN_TO_READ_PLACE,
    route=ANY_ROUTE,
)
NO_MAILBOX = _(
    "The mailbox setting of the account must be the address of a licensed mailbox in "
    "Exchange Online."
)
OF_MAILBOX = ("MailboxNotEnabledForRESTAPI", "ErrorInvalidUser", "ResourceNotFound")


def is_of_mailbox(reply: Reply) -> bool:
    """Return True if a 404 is about the whole mailbox, not about a mail or a folder in it."""
    return problem_in(reply).code in OF_MAILBOX


def of_reply(reply: Reply, server: str, now: datetime) -> RouteError:
    """Return the error of an answer that is no list and no mail, with whose fault it is."""
    reply_text = REPLIED.fill(
        where=server, reply=f"{reply.status} {_reply_text(reply)}"[:LONGEST_QUOTE]
    )
    fault, advice = _fault_and_advice(reply)
    words = reply_text if advice == NOTHING else ADVISED.fill(said=reply_text, advice=advice)
    return RouteError(words, reply.status, fault, reply.retry_at(now))


def _fault_and_advice(reply: Reply) -> tuple[Fault, Message]:
    # Two texts by the status: rows of knowledge have a remedy, which nobody would see of these.
    match reply.status:
        case 401:
            return Fault.SIGN_IN, NO_RIGHT
        case 403:
            return Fault.PERMISSION, NO_RIGHT
        case 404 if is_of_mailbox(reply):
            return Fault.SETUP, NO_MAILBOX
        case _:
            return Fault.SERVER, NOTHING


def _reply_text(reply: Reply) -> str:
    """Return the reply on one line, without what a terminal would obey."""
    try:
        phrase = HTTPStatus(reply.status).phrase
    except ValueError:
        phrase = ""
    line = " ".join((problem_in(reply).text or phrase).split())
    return printable(line).rstrip(" .")
