"""List the remedies of a refused sign-in step by step: pages as the portals name them, lines to
copy.

{route}, {tenant}, {client_id}, {mailbox} ... are the user's own values. The deep links into the
Entra admin center are known from practice; no page of Microsoft's promises them.
"""

from __future__ import annotations

from noroshi.core.translation import _
from noroshi.ports.examination import Cure, Whose

ENTRA = "https://entra.microsoft.com/#view/"
APP = ENTRA + "Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/{page}/appId/{{client_id}}"
CREDENTIALS, PERMISSIONS = APP.format(page="Credentials"), APP.format(page="CallAnAPI")
AUTHENTICATION, OVERVIEW = APP.format(page="Authentication"), APP.format(page="Overview")
POLICIES = ENTRA + "Microsoft_AAD_ConditionalAccess/ConditionalAccessBlade/~/Policies"
SIGN_IN_LOGS = "https://learn.microsoft.com/entra/identity/monitoring-health/concept-sign-ins"
AUTHORIZE = ("noroshi authorize {route}",)

AT_ONCE = _("at once")
MINUTES = _("some minutes")
TO_AN_HOUR = _("some minutes, up to an hour")
BY_ITSELF = _("by itself, mostly within minutes")
WITH_APPLY = _("at once after: noroshi apply DIR")

SIGN_IN = Cure(
    whose=Whose.YOU,
    how=(
        _(
            "Sign in as {mailbox}, in a browser on any computer; with --device by a code on a "
            "phone:"
        ),
    ),
    lines=AUTHORIZE,
    takes=AT_ONCE,
)
SECRET = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        _(
            "Entra admin center › App registrations › {client_id} › Certificates & secrets › "
            "New client secret. Copy its Value (not the secret ID); it is shown only once."
        ),
        _(
            "Put it in, in the place of the old one, and write its last day into secret_ends of "
            "accounts/{account}.toml, so that you are told in time:"
        ),
    ),
    lines=("noroshi secret set {secret}",),
    link=CREDENTIALS,
    takes=AT_ONCE,
)
CERTIFICATE = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        _("Write the certificate that is used here into a file:"),
        _(
            "Entra admin center › App registrations › {client_id} › Certificates & secrets › "
            "Certificates › Upload certificate: that file; then compare the thumbprints."
        ),
    ),
    lines=("noroshi cert show {account} --out noroshi.cer",),
    link=CREDENTIALS,
    takes=MINUTES,
)
CLOCK = Cure(
    whose=Whose.YOU,
    how=(_("Let the computer's clock be set by NTP (as root), then look at it:"),),
    lines=("timedatectl set-ntp true", "timedatectl status"),
    takes=AT_ONCE,
)
OWN_CONSENT = Cure(
    whose=Whose.YOU,
    how=(
        _(
            "Where the sign-in page wants an administrator's approval: Entra admin center › App "
            "registrations › {client_id} › API permissions: the permission must be listed "
            "(Microsoft Graph › Delegated › {permission}) › “Grant admin consent”."
        ),
        _("Sign in again, and choose Accept:"),
    ),
    lines=AUTHORIZE,
    link=PERMISSIONS,
    takes=AT_ONCE,
)
CONSENT = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        _(
            "Entra admin center › App registrations › {client_id} › API permissions: the "
            "permission must be listed (Microsoft Graph › Delegated › {permission}) › “Grant "
            "admin consent”."
        ),
        _("Then sign in again:"),
    ),
    lines=AUTHORIZE,
    link=PERMISSIONS,
    takes=MINUTES,
)
APP_CONSENT = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        _(
            "Entra admin center › App registrations › {client_id} › API permissions › Add a "
            "permission › APIs my organization uses › Office 365 Exchange Online › Application "
            "permissions › {app_role} (for Graph: Microsoft Graph › Mail.Send) › “Grant admin "
            "consent”."
        ),
    ),
    lines=AUTHORIZE,
    link=PERMISSIONS,
    takes=TO_AN_HOUR,
)
POLICY = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        _(
            "Entra admin center › Monitoring & health › Sign-in logs › {mailbox}: the newest "
            "failure names the policy under “Conditional Access”."
        ),
        _(
            "Protection › Conditional Access › Policies › that one: exclude {mailbox}, or name "
            "this site's address as a trusted location. Then sign in again:"
        ),
    ),
    lines=AUTHORIZE,
    link=POLICIES,
    takes=MINUTES,
)
APP_POLICY = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        _(
            "Entra admin center › Protection › Conditional Access › Policies › the one for "
            "workload identities: exclude the app {client_id}, or this site's address. What "
            "waits is then sent by itself."
        ),
    ),
    link=POLICIES,
    takes=MINUTES,
)
RISK = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        _(
            "Entra admin center › Protection › Identity Protection › Risky users › {mailbox} › "
            "Dismiss user risk, once it is sure that nobody else signed in. Then:"
        ),
    ),
    lines=AUTHORIZE,
    link=ENTRA + "Microsoft_AAD_IAM/IdentityProtectionMenuBlade/~/RiskyUsers",
    takes=MINUTES,
)
REGISTRATION = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        _(
            "Entra admin center › App registrations: the app with the ID {client_id} must be "
            "there, in the tenant {tenant}. Enterprise applications › the app › Properties › "
            "“Enabled for users to sign in” must be Yes."
        ),
        _("If the ID here is wrong, mend client_id or tenant in accounts/{account}.toml."),
    ),
    link=OVERVIEW,
    takes=MINUTES,
)
SETTINGS = Cure(
    whose=Whose.YOU,
    how=(
        _(
            "Compare accounts/{account}.toml with the page Overview of the app in the Entra "
            "admin center: Application (client) ID, Directory (tenant) ID; and the cloud."
        ),
    ),
    lines=('client_id = "{client_id}"', 'tenant = "{tenant}"', 'cloud = "{cloud}"'),
    link=OVERVIEW,
    takes=WITH_APPLY,
)
CLOUD = Cure(
    whose=Whose.YOU,
    how=(
        _(
            "Take the cloud in which the tenant is: microsoft365, microsoft365-gcc-high, "
            "microsoft365-dod or microsoft365-china."
        ),
    ),
    lines=('cloud = "microsoft365"        # accounts/{account}.toml',),
    takes=WITH_APPLY,
)
REDIRECT = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        _(
            "Entra admin center › App registrations › {client_id} › Authentication › Platform "
            "configurations › Web › Redirect URIs: exactly this line, the slash at its end "
            "included:"
        ),
    ),
    lines=("{redirect}",),
    link=AUTHENTICATION,
    takes=MINUTES,
)
PLATFORM = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        _(
            "Entra admin center › App registrations › {client_id} › Authentication: delete the "
            "redirect URI under “Single-page application” or “Mobile and desktop applications”, "
            "and add it under “Web”. Then sign in again:"
        ),
    ),
    lines=("{redirect}", *AUTHORIZE),
    link=AUTHENTICATION,
    takes=MINUTES,
)
LICENCE = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        _(
            "Microsoft 365 admin center › Users › Active users › {mailbox} › Licenses and apps: "
            "one with Exchange Online. If there is one, look at scope and app_scope of the cloud."
        ),
    ),
    link="https://admin.microsoft.com/#/users",
    takes=TO_AN_HOUR,
)
SCOPE = Cure(
    whose=Whose.YOU,
    how=(
        _(
            "Check scope (for an app: app_scope, which ends in /.default) of the cloud {cloud}, "
            "letter by letter: one resource alone."
        ),
    ),
    lines=('scope = "{scope}"', 'app_scope = "{app_scope}"'),
    takes=WITH_APPLY,
)
USER = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        _(
            "Microsoft 365 admin center › Users › Active users › {mailbox}: is it there, not "
            "deleted, and is the sign-in allowed? A shared mailbox has its sign-in blocked by "
            "design: sign in as somebody who may send for it."
        ),
    ),
    lines=AUTHORIZE,
    link="https://admin.microsoft.com/#/users",
    takes=TO_AN_HOUR,
)
ASSIGNMENT = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        _(
            "Entra admin center › Enterprise applications › the app {client_id} › Users and "
            "groups › Add user/group: {mailbox}. Or Properties › “Assignment required?” › No."
        ),
    ),
    lines=AUTHORIZE,
    takes=MINUTES,
)
