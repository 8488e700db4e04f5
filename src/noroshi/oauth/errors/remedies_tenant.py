"""List the remedies of a refused sign-in that lie beyond the app: policies of tenants, the service
itself, and other providers than Microsoft."""

from __future__ import annotations

from noroshi.core.translation import _
from noroshi.oauth.errors.remedies import (
    AT_ONCE,
    AUTHENTICATION,
    AUTHORIZE,
    BY_ITSELF,
    MINUTES,
    PERMISSIONS,
    SIGN_IN_LOGS,
    TO_AN_HOUR,
    WITH_APPLY,
)
from noroshi.ports.examination import Cure, Whose

HEALTH = "https://status.cloud.microsoft"
WAIT = Cure(
    whose=Whose.PROVIDER,
    how=(
        _(
            "Nothing has to be done: what waits is sent by itself afterwards. Whether Microsoft knows of an "
            "outage stands on the page below."
        ),
    ),
    link=HEALTH,
    takes=BY_ITSELF,
)
SUPPORT = Cure(
    whose=Whose.PROVIDER,
    how=(
        _(
            "If it stays so for an hour: Microsoft 365 admin center › Support, with the number "
            "and the correlation ID below."
        ),
    ),
    link=HEALTH,
    takes=BY_ITSELF,
)
OTHER_WAIT = Cure(
    whose=Whose.PROVIDER,
    how=(
        _(
            "Nothing has to be done: what waits is sent by itself afterwards. If it lasts, ask whoever "
            "runs {host}."
        ),
    ),
    takes=BY_ITSELF,
)
"""At any other sign-in server than Microsoft's and Google's own."""
OTHER_SECRET = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        _(
            "Compare the client ID {client_id} and the secret with what the server's administrator has. If "
            "the secret is another one, put it in:"
        ),
    ),
    lines=("noroshi secret set {secret}",),
    takes=AT_ONCE,
)
REPORT = Cure(
    whose=Whose.YOU,
    how=(
        _(
            "If tenant and cloud of accounts/{account}.toml are right, write a support bundle "
            "and report it:"
        ),
    ),
    lines=("noroshi doctor --bundle noroshi.zip",),
    takes=AT_ONCE,
)
PERMISSION = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        _(
            "Entra admin center › App registrations › {client_id} › API permissions › Add a "
            "permission: for a person Microsoft Graph › Delegated › SMTP.Send, for an app Office "
            "365 Exchange Online › Application › {app_role}; where mails leave by Graph, "
            "Microsoft Graph › Mail.Send for either. Then “Grant admin consent”."
        ),
    ),
    lines=AUTHORIZE,
    link=PERMISSIONS,
    takes=TO_AN_HOUR,
)
NOT_VALID = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        _(
            "Entra admin center › App registrations › {client_id} › API permissions: remove all of "
            "Office 365 Exchange Online that is not used. A person needs Microsoft Graph › Delegated "
            "› SMTP.Send alone; for an app add Office 365 Exchange Online › Application › "
            "{app_role} once more. Then “Grant admin consent”."
        ),
    ),
    lines=AUTHORIZE,
    link=PERMISSIONS,
    takes=TO_AN_HOUR,
)
PUBLIC_FLOWS = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        _(
            "Entra admin center › App registrations › {client_id} › Authentication › Advanced "
            "settings › “Allow public client flows” › Yes (for a sign-in by code); or put the "
            "client secret in and sign in by the page:"
        ),
    ),
    lines=("noroshi secret set {secret}", *AUTHORIZE),
    link=AUTHENTICATION,
    takes=MINUTES,
)
BY_THE_PAGE = Cure(
    whose=Whose.YOU,
    how=(
        _(
            'An app that signs in by itself (sign_in = "app") is not concerned. A person signs in '
            "by the page in a browser (without --device), with multifactor authentication:"
        ),
    ),
    lines=AUTHORIZE,
    link="https://learn.microsoft.com/entra/fundamentals/security-defaults",
    takes=AT_ONCE,
)
SECURITY_INFO = Cure(
    whose=Whose.YOU,
    how=(
        _(
            "Set up a second factor at the page below, at a place or on a device from which the "
            "organisation allows it. Which those are the administrator sees in the Conditional "
            "Access policy for “Register security information”. Then sign in again:"
        ),
    ),
    lines=AUTHORIZE,
    link="https://aka.ms/mysecurityinfo",
    takes=AT_ONCE,
)
TENANTS = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        _(
            "Is there a proxy that adds the header Restrict-Access-To-Tenants? Whoever runs it "
            "adds {tenant}. Else Entra admin center › External Identities › Cross-tenant access "
            "settings."
        ),
    ),
    link="https://learn.microsoft.com/entra/identity/enterprise-apps/tenant-restrictions",
    takes=MINUTES,
)
FEDERATION = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        _(
            "Whoever runs the organisation's sign-in (AD FS, another identity provider, the "
            "pass-through agent) looks into its log at this time. An app that signs in by itself "
            '(sign_in = "app") needs none of it.'
        ),
    ),
    link=SIGN_IN_LOGS,
    takes=MINUTES,
)
DELEGATION = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        _(
            "Google Admin console › Security › Access and data control › API controls › Manage "
            "Domain Wide Delegation › Add new: client ID {client_id}, scope as below."
        ),
    ),
    lines=("https://mail.google.com/",),
    link="https://admin.google.com/ac/owl/domainwidedelegation",
    takes=TO_AN_HOUR,
)
KEY_FILE = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        _(
            "Google Cloud console › IAM & Admin › Service accounts › the account › Keys › Add "
            "key › JSON; put the file in:"
        ),
    ),
    lines=("noroshi secret set {secret} --file key.json", "timedatectl status"),
    link="https://console.cloud.google.com/iam-admin/serviceaccounts",
    takes=AT_ONCE,
)
OTHER_SCOPE = Cure(
    whose=Whose.YOU,
    how=(
        _(
            "This is what is asked for at {host}, beside openid and offline_access where that "
            "server knows them. Compare it with what the application may ask for there, and put "
            "what differs right in clouds/{cloud}.toml. Then sign in again:"
        ),
    ),
    lines=('scope = "{scope}"', *AUTHORIZE),
    takes=WITH_APPLY,
)
OTHER_APP_SCOPE = Cure(
    whose=Whose.YOU,
    how=(
        _(
            "This is what the application asks for at {host}. Compare it with what it may ask "
            "for there, and put what differs right in clouds/{cloud}.toml."
        ),
    ),
    lines=('app_scope = "{app_scope}"',),
    takes=WITH_APPLY,
)
