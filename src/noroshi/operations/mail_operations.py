"""Operations on mails and the queue."""

from __future__ import annotations

from noroshi.core.roles import ADMIN, OPERATOR, VIEWER
from noroshi.core.translation import _, ngettext
from noroshi.operations.declaration import Argument, Verb, operation

MAIL = Argument("id", "ID", _("ID, as shown by `noroshi queue list`"))
QUEUE_SEEN = operation(
    "queue_seen",
    OPERATOR,
    help=_("Record that a message arrived in the inbox."),
    label=_("Message arrival confirmed"),
    verb=Verb(
        words="queue seen",
        help=_("confirm, under your name, that one message arrived in the inbox"),
        done_message=_("Arrival of {id} is confirmed: {subject}"),
        arguments=(MAIL,),
    ),
)
LEDGER = operation("ledger", VIEWER, help=_("Show the outcome of each alarm."))
QUEUE_MAIL = operation("queue_mail", VIEWER, help=_("Show a message as it will be sent."))
SEND = operation(
    "send",
    OPERATOR,
    help=_("Send a message."),
    label=_("Message sent"),
    secret=("text",),
    news=True,
)
QUEUE_LIST = operation("queue_list", VIEWER, help=_("List the messages in the queue."))
QUEUE_SHOW = operation(
    "queue_show", VIEWER, help=_("Show the details of one message in the queue.")
)
QUEUE_RETRY = operation(
    "queue_retry",
    OPERATOR,
    help=_("Retry one message now."),
    label=_("Message retried"),
    button=_("Retry now"),
    news=True,
)
QUEUE_RETRY_ALL = operation(
    "queue_retry_all",
    OPERATOR,
    help=_("Retry all waiting messages now."),
    label=_("All waiting messages retried"),
    button=_("Retry all now"),
    news=True,
    verb=Verb(
        words="queue retry-all",
        help=_("retry all waiting messages now; held and undeliverable ones stay as they are"),
        done_message=ngettext(
            "Retrying {count} message now.", "Retrying {count} messages now."
        ),
    ),
)
QUEUE_HOLD = operation(
    "queue_hold",
    OPERATOR,
    help=_("Hold one message."),
    label=_("Message held"),
    button=_("Hold"),
    verb=Verb(
        words="queue hold",
        help=_("hold one message; the messages queued behind it wait too"),
        done_message=_("{id} is held: {subject}. The messages behind it wait too."),
        arguments=(MAIL,),
    ),
)
QUEUE_RELEASE = operation(
    "queue_release",
    OPERATOR,
    help=_("Release a held or undeliverable message."),
    label=_("Message released"),
    button=_("Release"),
    news=True,
)
QUEUE_DROP = operation(
    "queue_drop",
    ADMIN,
    help=_("Drop one message."),
    label=_("Message dropped"),
    button=_("Drop message"),
    news=True,
    verb=Verb(
        words="queue drop",
        help=_("drop one message: it stays on record and is never sent"),
        done_message=_("{id} was dropped and will not be sent: {subject}"),
        arguments=(MAIL,),
    ),
)
QUEUE_EDIT = operation(
    "queue_edit",
    ADMIN,
    help=_("Correct the addresses or routes of one message."),
    label=_("Address or route of a message changed"),
    button=_("Change addresses or routes"),
    news=True,
)
