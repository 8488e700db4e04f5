"""Answers about one mail, about its recipients, and those that no row of the table names."""

from __future__ import annotations

from noroshi.core.translation import _
from noroshi.ports.examination import Cure, Whose
from noroshi.transports.remedies.remedy import (
    AN_HOUR,
    AT_ONCE,
    BY_ITSELF,
    EXCHANGE,
    SOON,
    WITH_NEXT,
    Advice,
)

MANY_RECIPIENTS = Advice(
    means=_("The mail has more recipients than the server takes at once."),
    act=_("The others follow in a further mail by themselves."),
    cure=Cure(whose=Whose.YOU, takes=BY_ITSELF),
)
TOO_OFTEN = Advice(
    means=_("This recipient has been sent more mails than its mailbox takes within an hour."),
    act=_(
        "It is tried again by itself; put more of them together (one_by_one of the contact)."
    ),
    cure=Cure(whose=Whose.YOU, lines=("one_by_one = 3",), takes=AN_HOUR),
)
NO_SUCH_RECIPIENT = Advice(
    means=_("There is no such recipient."),
    act=_("Mend the address in the contact, and of what waits: noroshi queue edit."),
    cure=Cure(whose=Whose.YOU, takes=WITH_NEXT),
)
BAD_SENDER = Advice(
    means=_("To the server {envelope}, the envelope's sender, is not a mail address."),
    act=_("Mend sender, or envelope_sender, of the route."),
    cure=Cure(whose=Whose.YOU, lines=('sender = "alerts@example.com"',), takes=WITH_NEXT),
)
NOT_LET_IN = Advice(
    means=_(
        "This recipient takes mails from certain senders alone, and {sender} is none of them."
    ),
    act=_(
        "Whoever looks after that mailbox or group lets {sender} in; in Exchange it is its "
        "delivery management (AcceptMessagesOnlyFrom, RequireSenderAuthenticationEnabled)."
    ),
    cure=Cure(whose=Whose.ADMINISTRATOR, takes=SOON),
)
BAD_MAIL = Advice(
    means=_("The server found the mail itself not as the rules for mails want it (RFC 5322)."),
    act=_(
        "Something on the way may have changed it; if not, it is Noroshi's fault: report it "
        "with the reply."
    ),
    cure=Cure(whose=Whose.NETWORK),
)
TOO_LARGE = Advice(
    means=_("The mail is larger than the server takes from this mailbox."),
    act=_(
        "Attach less (attach_lines), or have the limit raised: Set-Mailbox {user} -MaxSendSize."
    ),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        lines=(EXCHANGE, "Set-Mailbox -Identity {user} -MaxSendSize 100MB"),
        takes=SOON,
    ),
)
BUSY_MAILBOX = Advice(
    means=_("The server means “later”, though it says 554: a mailbox is busy."),
    act=_("It is tried again by itself."),
    cure=Cure(whose=Whose.PROVIDER, takes=BY_ITSELF),
)
NOT_NOW = Advice(
    means=_("The server wants to be asked again later; the reply says why."),
    act=_("It is tried again by itself."),
    cure=Cure(whose=Whose.PROVIDER, takes=BY_ITSELF),
)
NOT_KNOWN = Advice(
    means=_("The server refused, for a reason that Noroshi does not know; the reply says it."),
    act=_("Give the reply as it stands to whoever runs the server."),
    cure=Cure(whose=Whose.ADMINISTRATOR, takes=AT_ONCE),
)
