"""Answers to a sign-in."""

from __future__ import annotations

from noroshi.core.translation import _
from noroshi.ports.examination import Cure, Whose
from noroshi.transports.remedies.remedy import (
    AT_ONCE,
    BY_ITSELF,
    EXCHANGE,
    MINUTES,
    SOON,
    WITH_NEXT,
    Advice,
)

SMTP_AUTH = (
    "https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/"
    "authenticated-client-smtp-submission"
)
IN_ADMIN_CENTER = _(
    "Microsoft 365 admin center › Users › Active users › {user} › Mail › Manage email apps › "
    "tick “Authenticated SMTP”. Or in Exchange Online PowerShell:"
)
AUTH_OFF_FOR_ALL = Advice(
    means=_("SMTP AUTH is switched off for the organisation."),
    act=_(
        "An administrator allows it for this mailbox, whose own setting goes first: "
        "Set-CASMailbox {user} -SmtpClientAuthenticationDisabled $false. Or use a route of kind "
        "graph, which needs no SMTP AUTH."
    ),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        how=(
            _(
                "The sign-in itself is right: neither secret nor password is at fault. Allow "
                "it for this mailbox alone; its own setting goes before the organisation's."
            ),
            IN_ADMIN_CENTER,
        ),
        lines=(
            EXCHANGE,
            "Set-CASMailbox -Identity {user} `",
            "  -SmtpClientAuthenticationDisabled $false",
        ),
        link=SMTP_AUTH,
        takes=SOON,
    ),
)
AUTH_OFF = Advice(
    means=_("SMTP AUTH is switched off for this mailbox."),
    act=_(
        "An administrator allows it: Set-CASMailbox {user} -SmtpClientAuthenticationDisabled "
        "$false (or Authenticated SMTP in the admin center)."
    ),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        how=(
            _("The sign-in itself is right: neither secret nor password is at fault."),
            IN_ADMIN_CENTER,
        ),
        lines=(
            EXCHANGE,
            "Set-CASMailbox -Identity {user} `",
            "  -SmtpClientAuthenticationDisabled $false",
        ),
        link=SMTP_AUTH,
        takes=SOON,
    ),
)
NO_PASSWORDS = Advice(
    means=_("Exchange Online takes no password here."),
    act=_("Sign in by OAuth 2.0, with an account instead of a password in the route."),
    cure=Cure(
        whose=Whose.YOU,
        how=(
            _(
                "Define an account (accounts/NAME.toml), name it in the route in the place of "
                "password, apply, and sign in:"
            ),
        ),
        lines=("noroshi apply DIR", "noroshi authorize {route}"),
        link="https://techcommunity.microsoft.com/blog/exchange/updated-exchange-online-smtp-auth-"
        "basic-authentication-deprecation-timeline/4489835",
        takes=AT_ONCE,
    ),
)
CONDITIONAL_ACCESS = Advice(
    means=_(
        "A policy of the organisation (Conditional Access, security defaults) keeps {user} out."
    ),
    act=_(
        "An administrator finds it under Entra admin center, Sign-in logs, and makes an "
        "exception."
    ),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        how=(
            _(
                "Microsoft Entra admin center › Monitoring & health › Sign-in logs › {user}: "
                "the newest failure names the policy under “Conditional Access”."
            ),
            _(
                "Protection › Conditional Access › Policies › that one › Users › Exclude: "
                "{user}. With security defaults nobody can be excluded: use an app that signs in "
                'by itself (sign_in = "app"), or Graph.'
            ),
        ),
        link="https://entra.microsoft.com/#view/Microsoft_AAD_ConditionalAccess/"
        "ConditionalAccessBlade/~/Policies",
        takes=MINUTES,
    ),
)
KEPT_OUT = Advice(
    means=_("A setting of the organisation keeps {user} out; the reply says which."),
    act=_(
        "An administrator looks at Authenticated SMTP of the mailbox, and at the Sign-in logs in "
        "the Entra admin center."
    ),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        how=(
            _(
                "Microsoft Entra admin center › Monitoring & health › Sign-in logs › {user}: the "
                "newest failure. Then in Exchange Online PowerShell whether SMTP AUTH is allowed:"
            ),
        ),
        lines=(
            EXCHANGE,
            "Get-CASMailbox -Identity {user} | Format-List SmtpClient*",
            "Get-TransportConfig | Format-List SmtpClient*",
        ),
        link=SMTP_AUTH,
        takes=SOON,
    ),
)
WRONG_USER = Advice(
    means=_("The user name or the password is wrong, or the sign-in is blocked."),
    act=_("Put the right password in; see user of the route as well."),
    quiet=True,
    cure=Cure(whose=Whose.YOU, lines=("noroshi secret set {password}",), takes=AT_ONCE),
)
SIGN_IN_REFUSED = Advice(
    means=_("The server did not accept the sign-in, and does not say why."),
    act=_("Check user, and the password or the account of the route."),
    quiet=True,
    cure=Cure(whose=Whose.ADMINISTRATOR, takes=AT_ONCE),
)
OTHER_WAY = Advice(
    means=_("The server does not take this way to sign in."),
    act=_("Set auth of the route to another one, or to auto."),
    cure=Cure(whose=Whose.YOU, lines=('auth = "auto"',), takes=WITH_NEXT),
)
BAD_DATA = Advice(
    means=_("The server did not understand what was said to sign in."),
    act=_("Check mailbox of the account: it must be one mail address."),
    cure=Cure(whose=Whose.YOU, takes=WITH_NEXT),
)
ENDS_TOO_SOON = Advice(
    means=_(
        "The token, though it is fresh, ends too soon for this server, which wants ten "
        "minutes at least."
    ),
    act=_("An administrator lengthens the lifetime that a policy sets for tokens."),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        lines=(
            "Connect-MgGraph -Scopes Policy.Read.All",
            "Get-MgPolicyTokenLifetimePolicy | Format-List DisplayName, Definition",
        ),
        link="https://learn.microsoft.com/entra/identity-platform/configurable-token-lifetimes",
        takes=AT_ONCE,
    ),
)
OUT_OF_ORDER = Advice(
    means=_("The server cannot check sign-ins at the moment."),
    act=_("It is tried again by itself; nothing has to be done."),
    cure=Cure(whose=Whose.PROVIDER, link="https://status.cloud.microsoft", takes=BY_ITSELF),
)
NOT_SIGNED_IN = Advice(
    means=_("The server wants whoever sends to sign in."),
    act=_("Give the route an account, or a password."),
    cure=Cure(
        whose=Whose.YOU,
        lines=('account = "NAME"        # accounts/NAME.toml', "noroshi authorize {route}"),
        takes=WITH_NEXT,
    ),
)
GOOGLE_PASSWORD = Advice(
    means=_(
        "Google wants an app password here (Google Account, Security, App passwords), or OAuth."
    ),
    cure=Cure(
        whose=Whose.YOU,
        how=(_("Make an app password for {user}, and put it in:"),),
        lines=("noroshi secret set {password}",),
        link="https://myaccount.google.com/apppasswords",
        takes=AT_ONCE,
    ),
)
GOOGLE_BROWSER = Advice(
    means=_(
        "Google wants {user} to sign in once with a browser, from this network, and to confirm "
        "that it was they."
    ),
    cure=Cure(
        whose=Whose.YOU, link="https://accounts.google.com/DisplayUnlockCaptcha", takes=MINUTES
    ),
)
GOOGLE_REFUSED = Advice(
    means=_("Google does not accept this user name with this password or token."),
    act=_("Put the password in anew, or sign in again: noroshi authorize {route}."),
    quiet=True,
    cure=Cure(
        whose=Whose.YOU, link="https://support.google.com/a/answer/3726730", takes=AT_ONCE
    ),
)
