"""Answers to mail that comes without a sign-in, and to the way in which it comes."""

from __future__ import annotations

from noroshi.core.translation import _
from noroshi.ports.examination import Cure, Whose
from noroshi.transports.remedies.remedy import (
    AN_HOUR,
    BY_ITSELF,
    EXCHANGE,
    RIGHTS,
    SUPPORT,
    WITH_NEXT,
    Advice,
)

CONNECTORS = "https://admin.exchange.microsoft.com/#/connectors"
MAKE_CONNECTOR = (
    EXCHANGE,
    "New-InboundConnector -Name Noroshi -ConnectorType OnPremises `",
    "  -SenderDomains * -SenderIPAddresses <public address> -RequireTls $true",
)
HOW_TO_CONNECT = _(
    "Exchange admin center › Mail flow › Connectors › Add a connector › from Your "
    "organization's email server, by this site's public IP address; or in Exchange Online "
    "PowerShell, with that address in its place:"
)
CONNECTOR = Advice(
    means=_("Exchange Online does not know this computer as yours."),
    act=_(
        "In the Exchange admin center, Mail flow, Connectors, an administrator makes one from "
        "your organisation's mail server that names this site's public address, or the "
        "certificate of the route (option certificate); the sender's domain must be an accepted "
        "domain."
    ),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        how=(HOW_TO_CONNECT,),
        lines=MAKE_CONNECTOR,
        link=CONNECTORS,
        takes=AN_HOUR,
    ),
)
DIRECT_SEND_OFF = Advice(
    means=_(
        "The organisation rejects direct send (Set-OrganizationConfig -RejectDirectSend $true)."
    ),
    act=_(
        "Make a connector for this site's public address, or sign in: an account with a route "
        "to smtp.office365.com, or of kind graph."
    ),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        how=(HOW_TO_CONNECT,),
        lines=MAKE_CONNECTOR,
        link=CONNECTORS,
        takes=AN_HOUR,
    ),
)
REPUTATION = Advice(
    means=_(
        "Exchange Online holds mails from this computer's public address back, as it does not "
        "know it."
    ),
    act=_("A connector for that address, or signing in with an account, ends that."),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        how=(HOW_TO_CONNECT,),
        lines=MAKE_CONNECTOR,
        link=CONNECTORS,
        takes=AN_HOUR,
    ),
)
BANNED = Advice(
    means=_("Microsoft has banned this sender or this computer's address."),
    act=_("Its support lifts that: delist@microsoft.com, or https://sender.office.com."),
    cure=Cure(
        whose=Whose.PROVIDER,
        how=(
            _(
                "Ask for the removal with the address that the reply names; or let mails leave "
                "by signing in (an account), which does not go by this computer's address."
            ),
        ),
        link="https://sender.office.com",
        takes=SUPPORT,
    ),
)
RELAY = Advice(
    means=_("The server takes mails for its own domains alone from whoever does not sign in."),
    act=_("Sign in (password or account), or have this computer allowed to relay there."),
    cure=Cure(whose=Whose.ADMINISTRATOR, takes=RIGHTS),
)
EHLO_NAME = Advice(
    means=_("The server does not take the name that we give it."),
    act=_("Set ehlo in the route to this computer's full name."),
    cure=Cure(whose=Whose.YOU, lines=('ehlo = "server1.example.com"',), takes=WITH_NEXT),
)
OLD_TLS = Advice(
    means=_(
        "Something between us and Exchange Online speaks TLS 1.0 or 1.1; Noroshi itself begins "
        "with 1.2."
    ),
    cure=Cure(
        whose=Whose.NETWORK,
        how=(
            _(
                "Have the gateway or virus scanner that looks into mail connections brought up "
                "to date, or let connections to {host} pass it."
            ),
        ),
        link="https://aka.ms/smtp_auth_tls",
        takes=WITH_NEXT,
    ),
)
WANTS_TLS = Advice(
    means=_("The server takes mails in TLS alone."),
    act=_("Set protection of the route to starttls, or tls."),
    cure=Cure(whose=Whose.YOU, lines=('protection = "starttls"',), takes=WITH_NEXT),
)
BY_IPV4 = Advice(
    means=_("The server takes less by IPv6."),
    act=_("Have this route come from an IPv4 address: source in its network."),
    cure=Cure(
        whose=Whose.YOU,
        lines=('source = "192.0.2.10"        # networks/NAME.toml',),
        takes=WITH_NEXT,
    ),
)
CLOSES = Advice(
    means=_("The server is busy or being restarted, and closes the connection."),
    act=_("It is tried again by itself."),
    cure=Cure(whose=Whose.PROVIDER, link="https://status.cloud.microsoft", takes=BY_ITSELF),
)
RELAY_LIMIT = Advice(
    means=_("The organisation sends more by Google's relay than it may just now."),
    act=_("It is tried again by itself."),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        link="https://support.google.com/a/answer/2956491",
        takes=BY_ITSELF,
    ),
)
NO_ROOM = Advice(
    means=_("The server has no room or no memory left at the moment."),
    act=_("It is tried again by itself."),
    cure=Cure(whose=Whose.PROVIDER, takes=BY_ITSELF),
)
NOT_UNDERSTOOD = Advice(
    means=_("The server did not understand a command that every mail server knows."),
    act=_(
        "A firewall that looks into SMTP may have changed it on the way; have that switched "
        "off."
    ),
    cure=Cure(whose=Whose.NETWORK, takes=WITH_NEXT),
)
