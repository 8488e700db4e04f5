"""Answers of Microsoft Graph and of webhooks."""

from __future__ import annotations

from noroshi.core.translation import _
from noroshi.ports.examination import Cure, Whose
from noroshi.transports.remedies.remedy import (
    AT_ONCE,
    BY_ITSELF,
    EXCHANGE,
    MINUTES,
    RIGHTS,
    SOON,
    WITH_NEXT,
    Advice,
)

ENTRA_APP = (
    "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/"
)
GRAPH_SIZE = Advice(
    means=_("Microsoft Graph takes mails of 3 MB at most."),
    act=_("Name a route of kind smtp after this one, or attach less (attach_lines)."),
    cure=Cure(whose=Whose.YOU, takes=WITH_NEXT),
)
GRAPH_ACCESS = Advice(
    means=_("Whoever signs in may not send from the mailbox {user}."),
    act=_(
        "A person needs the delegated permission Mail.Send (for a shared mailbox "
        "Mail.Send.Shared, with shared = true in the account, and Full Access and Send As "
        "there); an app needs the application permission Mail.Send with "
        "admin consent, or the role Application Mail.Send in Exchange (RBAC for Applications) "
        "that has this mailbox in its scope."
    ),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        how=(
            _(
                "A person: Entra admin center › App registrations › the app › API permissions › "
                "Microsoft Graph › Delegated › Mail.Send, grant consent, and sign in again: "
                "noroshi authorize {route}. For a shared mailbox it is Mail.Send.Shared, and "
                "shared = true in the account {account} before the sign-in."
            ),
            _(
                "An app: Mail.Send as an application permission holds for every mailbox. "
                "Better, for this one alone, in Exchange Online PowerShell (RBAC for "
                "Applications):"
            ),
        ),
        lines=(
            EXCHANGE,
            "New-ServicePrincipal -AppId {client_id} `",
            "  -ObjectId <object ID of the enterprise application>",
            "New-ManagementScope -Name Noroshi `",
            "  -RecipientRestrictionFilter \"PrimarySmtpAddress -eq '{user}'\"",
            'New-ManagementRoleAssignment -Role "Application Mail.Send" `',
            "  -App {client_id} -CustomResourceScope Noroshi",
            "Test-ServicePrincipalAuthorization -Identity {client_id} `",
            "  -Resource {user}",
        ),
        link=ENTRA_APP + "CallAnAPI/appId/{client_id}",
        takes=RIGHTS,
    ),
)
GRAPH_MAILBOX = Advice(
    means=_("There is no mailbox {user} in this organisation, or not in Exchange Online."),
    act=_("Check mailbox of the account, and its tenant."),
    cure=Cure(
        whose=Whose.YOU,
        lines=(EXCHANGE, "Get-Recipient -Identity {user} | Format-List RecipientTypeDetails"),
        takes=WITH_NEXT,
    ),
)
GRAPH_TOKEN = Advice(
    means=_("Microsoft Graph does not accept the token."),
    act=_("Sign in again: noroshi authorize {route}."),
    quiet=True,
    cure=Cure(whose=Whose.YOU, lines=("noroshi authorize {route}",), takes=AT_ONCE),
)
GRAPH_REFUSES = Advice(
    means=_("Microsoft Graph does not allow it; the reply says why."),
    act=_("An administrator looks at the app's permissions and at the sign-in logs of Entra."),
    cure=Cure(
        whose=Whose.ADMINISTRATOR, link=ENTRA_APP + "CallAnAPI/appId/{client_id}", takes=MINUTES
    ),
)
GRAPH_FULL = Advice(
    means=_("The mailbox {user} is full, of its own Sent Items mostly."),
    act=_(
        "Empty it, and give it a retention policy: by Graph a copy of each mail is always kept."
    ),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        how=(
            _(
                "Delete what lies in Sent Items of {user} in Outlook; then let it be deleted after "
                "30 days in Exchange Online PowerShell:"
            ),
        ),
        lines=(
            EXCHANGE,
            'New-RetentionPolicyTag "Noroshi Sent Items" -Type SentItems `',
            "  -RetentionEnabled $true -AgeLimitForRetention 30 `",
            "  -RetentionAction DeleteAndAllowRecovery",
            'New-RetentionPolicy "Noroshi" -RetentionPolicyTagLinks "Noroshi Sent Items"',
            'Set-Mailbox -Identity {user} -RetentionPolicy "Noroshi"',
        ),
        link="https://learn.microsoft.com/powershell/module/exchange/new-retentionpolicytag",
        takes=SOON,
    ),
)
BAD_REQUEST = Advice(
    means=_("Microsoft Graph found this mail not as it wants it; the reply says what."),
    act=_(
        "Check its recipients; if they are right, it is Noroshi's fault: report it with the "
        "reply."
    ),
    cure=Cure(whose=Whose.YOU, takes=WITH_NEXT),
)
BUSY = Advice(
    means=_("The other side is busy, and wants fewer requests at once."),
    act=_("It is tried again by itself, after the time that the answer names."),
    cure=Cure(
        whose=Whose.PROVIDER,
        link="https://learn.microsoft.com/graph/throttling-limits",
        takes=BY_ITSELF,
    ),
)
HOOK_GONE = Advice(
    means=_(
        "Nothing takes messages at that URL any more: the webhook or workflow was removed or "
        "switched off."
    ),
    act=_("Make a new one, and put its URL in."),
    cure=Cure(
        whose=Whose.YOU,
        how=(
            _(
                "Teams: the channel › … › Workflows › “Post to a channel when a webhook request "
                "is received”. Slack: the app › Incoming Webhooks. Then put the new URL in:"
            ),
        ),
        lines=("noroshi secret set {url_entry}",),
        takes=AT_ONCE,
    ),
)
HOOK_SECRET = Advice(
    means=_("The secret is missing or another one."),
    act=_("Put it in anew (noroshi secret set; see url_entry and header_entry of the route)."),
    cure=Cure(
        whose=Whose.YOU,
        lines=("noroshi secret set {url_entry}", "noroshi secret set {header_entry}"),
        takes=AT_ONCE,
    ),
)
HOOK_FAILED = Advice(
    means=_("The other side took the request and could not deliver the message."),
    act=_("It is tried again by itself."),
    cure=Cure(whose=Whose.PROVIDER, takes=BY_ITSELF),
)
HOOK_REFUSES = Advice(
    means=_("The other side does not take this message; the reply says why."),
    act=_("Check shape of the route, and what the other side asks for."),
    cure=Cure(whose=Whose.YOU, takes=WITH_NEXT),
)
HOOK_FORBIDS = Advice(
    means=_("The other side does not let us post there."),
    act=_(
        "Whoever runs it allows this computer, or the channel, and then it goes on by itself."
    ),
    cure=Cure(whose=Whose.ADMINISTRATOR, takes=BY_ITSELF),
)
REDIRECTED = Advice(
    means=_("It points to another address, which is never followed."),
    act=_("Give the final address, or look whether a proxy or a log-in page is in between."),
    cure=Cure(whose=Whose.NETWORK, takes=WITH_NEXT),
)
