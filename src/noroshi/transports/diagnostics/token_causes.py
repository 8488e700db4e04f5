"""List the remedies by the cause for which a token that was got a moment ago was refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from noroshi.core.translation import Message, _
from noroshi.oauth.jwt_claims import claims_in
from noroshi.ports.examination import Cure, Exam, Remedy, Whose
from noroshi.transports.remedies.remedy import AT_ONCE, EXCHANGE, MINUTES, RIGHTS, WITH_NEXT
from noroshi.transports.smtp import token_diagnosis

SERVICE_PRINCIPAL = ("New-ServicePrincipal -AppId {client_id} `", "  -ObjectId {object_id}")
BULK_ACCESS = ("Add-HVEAppAccess -Identity {user} `", "  -AppIds {object_id}")
HVE = (
    "https://learn.microsoft.com/exchange/mail-flow-best-practices/oauth-high-volume-mails-m365"
)
OBJECT_ID = "<object ID of the enterprise application>"
GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
SHARED_RIGHTS = (
    EXCHANGE,
    "Add-MailboxPermission -Identity {user} `",
    "  -User {person} -AccessRights FullAccess",
    "Add-RecipientPermission -Identity {user} `",
    "  -Trustee {person} -AccessRights SendAs",
)
ANOTHER = Cure(
    whose=Whose.YOU,
    how=(
        _("If {user} was meant, sign in again as {user}: noroshi authorize {route}"),
        _(
            "Open its page in a private window: a browser goes on as whoever is signed in there."
        ),
        _("If {person} is to send from {user}, your administrator allows it:"),
    ),
    takes=_("a sign-in at once, a permission after 30 minutes to 2 hours"),
)
CAUSES: Mapping[Message, Cure] = {
    token_diagnosis.OTHER_AUDIENCE: Cure(
        whose=Whose.YOU,
        how=(
            _(
                "Mend clouds/{cloud}.toml; a cloud that needs no file (microsoft365) has the "
                "right scopes."
            ),
        ),
        lines=(
            'scope = "https://outlook.office.com/SMTP.Send"',
            'app_scope = "https://outlook.office365.com/.default"',
            'graph_scope = "https://graph.microsoft.com/Mail.Send"',
        ),
        takes=WITH_NEXT,
    ),
    token_diagnosis.NO_SCOPE: Cure(
        whose=Whose.ADMINISTRATOR,
        how=(
            _(
                "Entra admin center › App registrations › {client_id} › API permissions › "
                "Microsoft Graph › Delegated: add it and grant consent. Then sign in again:"
            ),
        ),
        lines=("noroshi authorize {route}",),
        takes=MINUTES,
    ),
    token_diagnosis.NO_ROLE: Cure(
        whose=Whose.ADMINISTRATOR,
        how=(
            _(
                "Entra admin center › App registrations › {client_id} › API permissions › Add a "
                "permission: as an application permission; then “Grant admin consent”. Or let "
                "Exchange grant it for this mailbox alone (RBAC for Applications):"
            ),
        ),
        lines=(
            EXCHANGE,
            *SERVICE_PRINCIPAL,
            "New-ManagementScope -Name Noroshi `",
            "  -RecipientRestrictionFilter \"PrimarySmtpAddress -eq '{user}'\"",
            'New-ManagementRoleAssignment -Role "Application SMTP.SendAsApp" `',
            "  -App {client_id} -CustomResourceScope Noroshi",
        ),
        takes=RIGHTS,
    ),
    token_diagnosis.OTHER_PERSON: replace(ANOTHER, lines=SHARED_RIGHTS),
    token_diagnosis.OTHER_SENDER: replace(ANOTHER, lines=SHARED_RIGHTS),
    token_diagnosis.NO_RIGHTS: Cure(
        whose=Whose.ADMINISTRATOR,
        how=(_("Your administrator gives {person} both rights:"),),
        lines=SHARED_RIGHTS,
        takes=RIGHTS,
    ),
    token_diagnosis.ENDED: Cure(
        whose=Whose.YOU,
        how=(_("Let the computer's clock be set by NTP (as root):"),),
        lines=("timedatectl set-ntp true", "timedatectl status"),
        takes=AT_ONCE,
    ),
    token_diagnosis.OF_MAILBOX: Cure(
        whose=Whose.ADMINISTRATOR,
        how=(
            _(
                "Look through these in Exchange Online PowerShell; the last line mends the most "
                "frequent one. A change from within the last two hours may just not act yet."
            ),
        ),
        lines=(
            EXCHANGE,
            "Get-Mailbox -Identity {user} | Format-List RecipientTypeDetails",
            "Get-CASMailbox -Identity {user} | Format-List SmtpClient*",
            "Get-TransportConfig | Format-List SmtpClient*",
            "Set-CASMailbox -Identity {user} `",
            "  -SmtpClientAuthenticationDisabled $false",
        ),
        link="https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/"
        "authenticated-client-smtp-submission",
        takes=RIGHTS,
    ),
    token_diagnosis.OF_APP: Cure(
        whose=Whose.ADMINISTRATOR,
        how=(
            _(
                "In Exchange Online PowerShell, in this order; what is there already says so. "
                "A change from within the last two hours may just not act yet."
            ),
        ),
        lines=(
            EXCHANGE,
            "Get-Mailbox -Identity {user} | Format-List RecipientTypeDetails",
            *SERVICE_PRINCIPAL,
            "Add-MailboxPermission -Identity {user} `",
            "  -User (Get-ServicePrincipal -Identity {client_id}).ObjectId `",
            "  -AccessRights FullAccess",
            "Set-CASMailbox -Identity {user} `",
            "  -SmtpClientAuthenticationDisabled $false",
            "Test-ServicePrincipalAuthorization -Identity {client_id} `",
            "  -Resource {user}",
        ),
        link="https://learn.microsoft.com/exchange/client-developer/legacy-protocols/"
        "how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth",
        takes=RIGHTS,
    ),
    token_diagnosis.NO_BULK_ROLE: Cure(
        whose=Whose.ADMINISTRATOR,
        how=(
            _(
                "Entra admin center › App registrations › {client_id} › API permissions › Add a "
                "permission › APIs my organization uses › Office 365 Exchange Online › Application "
                "› Mail.Send; then “Grant admin consent”. In Exchange Online PowerShell the "
                "account lets the app in:"
            ),
        ),
        lines=(EXCHANGE, *BULK_ACCESS),
        link=HVE,
        takes=RIGHTS,
    ),
    token_diagnosis.OF_BULK: Cure(
        whose=Whose.ADMINISTRATOR,
        how=(
            _(
                "In Exchange Online PowerShell. SMTP.SendAsApp, Full Access and the mailbox's "
                "SMTP AUTH do not matter here."
            ),
        ),
        lines=(EXCHANGE, *BULK_ACCESS),
        link=HVE,
        takes=RIGHTS,
    ),
    token_diagnosis.OF_GRAPH: Cure(
        whose=Whose.ADMINISTRATOR,
        how=(
            _("Entra admin center › Monitoring & health › Sign-in logs. Then sign in again:"),
        ),
        lines=("noroshi authorize {route}",),
        takes=MINUTES,
    ),
}
"""By the sentence of the diagnosis, its places not yet filled."""


def remedy_of_token(
    token: str, found: token_diagnosis.TokenCause, exam: Exam, reply: str
) -> Remedy:
    """Return the remedy by what the token says of itself; an app's own names its enterprise
    application, which Exchange must be told of."""
    object_id = str((claims_in(token) or {}).get("oid", ""))
    shown = object_id if GUID.fullmatch(object_id) else OBJECT_ID
    told = replace(exam, values={**exam.values, "object_id": shown})
    return _of_cause(found, told, reply)


def remedy_of_person(token: str, user: str, exam: Exam, reply: str) -> Remedy | None:
    """Return the remedy where Graph keeps whoever signed in out of another's mailbox; None if it is
    their own."""
    cause = next(token_diagnosis.kept_out(claims_in(token) or {}, user), None)
    return _of_cause(cause, exam, reply) if cause is not None else None


def _of_cause(cause: token_diagnosis.TokenCause, exam: Exam, reply: str) -> Remedy:
    told = replace(exam, values={**exam.values, **cause.values})
    return CAUSES[cause.about].remedy(cause.words, told, reply)
