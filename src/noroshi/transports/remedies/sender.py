"""Answers about whoever sends: the mailbox, its rights, its allowance, its organisation."""

from __future__ import annotations

from noroshi.core.translation import _
from noroshi.ports.examination import Cure, Whose
from noroshi.transports.remedies.remedy import (
    A_DAY,
    AN_HOUR,
    BY_ITSELF,
    EXCHANGE,
    RIGHTS,
    SOON,
    SUPPORT,
    WITH_NEXT,
    Advice,
)

LEARN = "https://learn.microsoft.com/"
LIMITS = LEARN + (
    "office365/servicedescriptions/exchange-online-service-description/exchange-online-limits"
)
SEND_AS = Advice(
    means=_(
        "Three addresses matter: {user} signed in, mails come from {sender} (From), and "
        "{envelope} is the envelope's sender. Whoever signs in needs the right Send As for the "
        "others."
    ),
    act=_(
        "Add-RecipientPermission {sender} -Trustee {user} -AccessRights SendAs (for an app "
        "the trustee is its service principal). Or leave sender out, so that mails come from "
        "{user}. Exchange takes up to 2 hours to act on it."
    ),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        how=(
            _(
                "Exchange admin center › Recipients › Mailboxes › {sender} › Delegation › Send "
                "as: add {user}. Or in Exchange Online PowerShell (for an app the trustee is its "
                "service principal):"
            ),
            _(
                "Or leave sender (and envelope_sender) out of the route, so that mails come "
                "from {user}."
            ),
        ),
        lines=(
            EXCHANGE,
            "Add-RecipientPermission -Identity {sender} `",
            "  -Trustee {user} -AccessRights SendAs",
        ),
        link=LEARN + "powershell/module/exchange/add-recipientpermission",
        takes=RIGHTS,
    ),
)
HVE = LEARN + "exchange/mail-flow-best-practices/high-volume-mails-m365"
NO_BULK_ACCOUNT = Advice(
    means=_(
        "{user} is no account of High Volume Email, and this server takes mails from such accounts "
        "alone."
    ),
    act=_(
        "Name the High Volume Email account as the mailbox of the route's account (or as user of "
        "the route). For a mailbox leave out host: it sends by Exchange Online's own server."
    ),
    cure=Cure(
        whose=Whose.YOU,
        how=(
            _(
                "Exchange admin center › Mail flow › High Volume Email lists those accounts. "
                "Name one of them as mailbox of accounts/{account}.toml (or as user of the route)."
            ),
            _("To send from the mailbox {user} itself, leave host out of the route."),
        ),
        lines=('mailbox = "hve@contoso.com"',),
        link=HVE,
        takes=WITH_NEXT,
    ),
)
BULK_SENDER = Advice(
    means=_(
        "High Volume Email sends from the account {user} alone. Here mails come from {sender} (From), "
        "and {envelope} is the envelope's sender."
    ),
    act=_(
        "Leave sender and envelope_sender out of the route, so that mails come from {user}. No "
        "right to send as others helps there."
    ),
    cure=Cure(whose=Whose.YOU, link=HVE, takes=WITH_NEXT),
)
SENDER_REFUSED = Advice(
    means=_(
        "The server accepts no mail from {envelope}, the envelope's sender, to any recipient. "
        "Mails come from {sender} (From)."
    ),
    act=_(
        "Give the route a sender that the server allows to whoever signs in, mostly the "
        "address of that user; or have its administrator allow {envelope}."
    ),
    cure=Cure(
        whose=Whose.YOU,
        how=(
            _(
                "Set sender, or envelope_sender, of the route to an address that the server "
                "allows to whoever signs in. Or ask its administrator to allow {envelope} "
                "(Postfix: smtpd_sender_login_maps)."
            ),
        ),
        lines=('sender = "alerts@example.com"',),
        takes=WITH_NEXT,
    ),
)
SENDER_UNSURE = Advice(
    means=_(
        "The server cannot check {envelope}, the envelope's sender, at the moment, usually because "
        "its domain is not found."
    ),
    act=_(
        "It is tried again by itself. If it continues, correct sender, or envelope_sender, of "
        "the route."
    ),
    cure=Cure(whose=Whose.PROVIDER, takes=BY_ITSELF),
)
BLOCKED = Advice(
    means=_("Exchange has blocked the sender {sender}, mostly for spam."),
    act=_(
        "An administrator unblocks it under Microsoft Defender, Restricted entities; that "
        "takes up to an hour."
    ),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        how=(
            _(
                "Look first whether somebody else has the mailbox's password. Then Microsoft "
                "Defender › Email & collaboration › Review › Restricted entities › {sender} › "
                "Unblock, or in Exchange Online PowerShell:"
            ),
        ),
        lines=(EXCHANGE, "Remove-BlockedSenderAddress -SenderAddress {sender}"),
        link="https://security.microsoft.com/restrictedentities",
        takes=AN_HOUR,
    ),
)
DAY_USED_UP = Advice(
    means=_("The mailbox has sent to as many recipients as it may in 24 hours (10,000)."),
    act=_(
        "It is tried again by itself; fewer mails (repeat, patience) or another mailbox help."
    ),
    cure=Cure(whose=Whose.YOU, link=LIMITS, takes=A_DAY),
)
TENANT_USED_UP = Advice(
    means=_(
        "The whole organisation has sent to as many external recipients as it may in 24 hours "
        "(Exchange admin center, Reports, Mail flow)."
    ),
    act=_("It is tried again by itself."),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        how=(
            _(
                "Exchange admin center › Reports › Mail flow › Tenant outbound external "
                "recipients: it shows who sends so much. Recipients within the organisation do "
                "not count."
            ),
        ),
        link="https://admin.exchange.microsoft.com/#/reports/mailflowreportsmain",
        takes=A_DAY,
    ),
)
OWN_DOMAIN = Advice(
    means=_("Addresses under onmicrosoft.com may send to 100 external recipients a day."),
    act=_("Send from an address of the organisation's own domain (sender)."),
    cure=Cure(whose=Whose.YOU, lines=('sender = "alerts@example.com"',), takes=WITH_NEXT),
)
MAILBOX_FULL = Advice(
    means=_("The mailbox {user} is full, of its own Sent Items mostly."),
    act=_(
        "Empty it and give it a retention policy, or switch the copies off: Set-Mailbox {user} "
        "-MessageCopyForSMTPClientSubmissionEnabled $false."
    ),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        how=(
            _(
                "Delete what lies in Sent Items of {user} (in Outlook, or by a retention "
                "policy), and let no more copies be kept there:"
            ),
        ),
        lines=(
            EXCHANGE,
            "Get-MailboxStatistics -Identity {user} | Format-List TotalItemSize",
            "Set-Mailbox -Identity {user} `",
            "  -MessageCopyForSMTPClientSubmissionEnabled $false",
        ),
        link=LEARN + "exchange/troubleshoot/send-emails/smtp-submission-improvements",
        takes=SOON,
    ),
)
THROTTLED = Advice(
    means=_("Exchange throttles this mailbox, as the same error came again and again."),
    act=_("It lets up by itself some time after the cause is mended."),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        how=(
            _(
                "Mend what the reply names (no right to send as the sender, a full mailbox, "
                "too many or wrong recipients, no licence); the throttle lets up some time "
                "afterwards by itself."
            ),
        ),
        link=LEARN + "exchange/mail-flow-best-practices/"
        "continuous-error-throttling-smtp-auth-submissions",
        takes=SOON,
    ),
)
NO_LICENCE = Advice(
    means=_("The mailbox {user} has no valid licence."),
    act=_("An administrator assigns one."),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        how=(
            _(
                "Microsoft 365 admin center › Users › Active users › {user} › Licenses and "
                "apps: assign one with Exchange Online. A shared mailbox needs one as well if an "
                "app sends by it."
            ),
        ),
        link="https://admin.microsoft.com/#/users",
        takes=SOON,
    ),
)
NOT_SUBMITTED = Advice(
    means=_(
        "Exchange Online did not let the mailbox {user} hand the mail in; the reply says why."
    ),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        how=(
            _(
                "Search Microsoft's pages for the name that ends in Exception in the reply, or "
                "give the reply as it stands to Microsoft's support."
            ),
        ),
        link=LEARN + "exchange/troubleshoot/send-emails/smtp-submission-improvements",
        takes=SUPPORT,
    ),
)
TENANT_BLOCKED = Advice(
    means=_("Microsoft has stopped all mail of the organisation for now."),
    act=_("An administrator asks its support why."),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        how=(
            _(
                "Microsoft 365 admin center › Support › Help & support: ask with the reply as "
                "it stands. A new or trial tenant is let out once it has a paid licence."
            ),
        ),
        link="https://admin.microsoft.com/#/support",
        takes=SUPPORT,
    ),
)
UNKNOWN_DOMAIN = Advice(
    means=_("The domain of {sender} is no accepted domain of the organisation."),
    act=_("Add it in the Microsoft 365 admin center, or send from another address (sender)."),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        how=(
            _(
                "Microsoft 365 admin center › Settings › Domains › Add domain. Or give the "
                "route a sender of a domain that is there:"
            ),
        ),
        lines=(EXCHANGE, "Get-AcceptedDomain | Format-Table DomainName, DomainType"),
        link="https://admin.microsoft.com/#/Domains",
        takes=AN_HOUR,
    ),
)
GOOGLE_DAY = Advice(
    means=_(
        "Google lets this user send no more for 24 hours (500 mails a day, 2,000 with "
        "Workspace)."
    ),
    act=_("It is tried again by itself."),
    cure=Cure(whose=Whose.YOU, link="https://support.google.com/a/answer/166852", takes=A_DAY),
)
MANY_CONNECTIONS = Advice(
    means=_(
        "More connections of this mailbox are open at once than the server allows (Exchange "
        "Online: 3)."
    ),
    act=_("It is tried again by itself; whatever else sends by the same mailbox counts too."),
    cure=Cure(
        whose=Whose.YOU,
        how=(
            _(
                "Give other programs a mailbox of their own, or Noroshi fewer connections "
                "(connections of the account)."
            ),
        ),
        link="https://aka.ms/concurrent_sending",
        takes=BY_ITSELF,
    ),
)
