"""Define the clouds that need no file, each with all values.

Microsoft's national clouds have the values of Microsoft's pages where these name them
(https://learn.microsoft.com/graph/deployments,
.../entra/identity-platform/authentication-national-cloud). For DoD the scopes of a person and
of an app differ in the host: each is as it is known to be used (sasl-xoauth2's README,
Microsoft's own CSS-Exchange scripts).
"""

from __future__ import annotations

from dataclasses import replace

from noroshi.core.definitions.accounts import host_in
from noroshi.core.translation import Message, _
from noroshi.oauth.account import LOOPBACK, Cloud
from noroshi.oauth.high_volume import NEW_DOMAIN

MICROSOFT365 = Cloud(
    name="microsoft365",
    authority="https://login.microsoftonline.com/{tenant}",
    scope="https://outlook.office.com/SMTP.Send",
    app_scope="https://outlook.office365.com/.default",
    smtp_host="smtp.office365.com",
    smtp_port=587,
    graph="https://graph.microsoft.com",
    graph_scope="https://graph.microsoft.com/Mail.Send",
    graph_app_scope="https://graph.microsoft.com/.default",
    inbox_scope="https://graph.microsoft.com/Mail.Read",
    graph_shared_scope="https://graph.microsoft.com/Mail.Send.Shared",
    inbox_shared_scope="https://graph.microsoft.com/Mail.Read.Shared",
    mails_a_minute=30,
    connections=3,
    recipients_a_day=10_000,
)
"""Worldwide, and GCC, which is no cloud of its own."""
GCC_HIGH = replace(
    MICROSOFT365,
    name="microsoft365-gcc-high",
    authority="https://login.microsoftonline.us/{tenant}",
    scope="https://outlook.office365.us/SMTP.Send",
    app_scope="https://outlook.office365.us/.default",
    smtp_host="smtp.office365.us",
    graph="https://graph.microsoft.us",
    graph_scope="https://graph.microsoft.us/Mail.Send",
    graph_app_scope="https://graph.microsoft.us/.default",
    inbox_scope="https://graph.microsoft.us/Mail.Read",
    graph_shared_scope="https://graph.microsoft.us/Mail.Send.Shared",
    inbox_shared_scope="https://graph.microsoft.us/Mail.Read.Shared",
)
DOD = replace(
    MICROSOFT365,
    name="microsoft365-dod",
    authority="https://login.microsoftonline.us/{tenant}",
    scope="https://outlook.office365.us/SMTP.Send",
    app_scope="https://outlook-dod.office365.us/.default",
    smtp_host="outlook-dod.office365.us",
    graph="https://dod-graph.microsoft.us",
    graph_scope="https://dod-graph.microsoft.us/Mail.Send",
    graph_app_scope="https://dod-graph.microsoft.us/.default",
    inbox_scope="https://dod-graph.microsoft.us/Mail.Read",
    graph_shared_scope="https://dod-graph.microsoft.us/Mail.Send.Shared",
    inbox_shared_scope="https://dod-graph.microsoft.us/Mail.Read.Shared",
)
CHINA = replace(
    MICROSOFT365,
    name="microsoft365-china",
    authority="https://login.partner.microsoftonline.cn/{tenant}",
    scope="https://partner.outlook.cn/SMTP.Send",
    app_scope="https://partner.outlook.cn/.default",
    smtp_host="smtp.partner.outlook.cn",
    graph="https://microsoftgraph.chinacloudapi.cn",
    graph_scope="https://microsoftgraph.chinacloudapi.cn/Mail.Send",
    graph_app_scope="https://microsoftgraph.chinacloudapi.cn/.default",
    inbox_scope="https://microsoftgraph.chinacloudapi.cn/Mail.Read",
    graph_shared_scope="https://microsoftgraph.chinacloudapi.cn/Mail.Send.Shared",
    inbox_shared_scope="https://microsoftgraph.chinacloudapi.cn/Mail.Read.Shared",
)
"""Operated by 21Vianet."""
GOOGLE = Cloud(
    name="google",
    # https://developers.google.com/identity/protocols/oauth2/native-app: without both of these
    # a refresh token comes at the very first consent alone.
    authorize_with="access_type=offline&prompt=consent",
    authorization_endpoint="https://accounts.google.com/o/oauth2/v2/auth",
    token_endpoint="https://oauth2.googleapis.com/token",
    scope="https://mail.google.com/ openid email",
    app_scope="https://mail.google.com/",
    app_grant="service_account",
    inbox_scope="https://mail.google.com/",
    imap_host="imap.gmail.com",
    smtp_host="smtp.gmail.com",
    smtp_port=587,
)
"""Google Workspace and Gmail. Google's sign-in by a code on another device knows no mail scope."""

CLOUDS = {cloud.name: cloud for cloud in (MICROSOFT365, GCC_HIGH, DOD, CHINA, GOOGLE)}

MAIL_DOMAINS = {
    MICROSOFT365.name: ("office365.com", "outlook.com", NEW_DOMAIN),
    GCC_HIGH.name: ("office365.us",),
    DOD.name: ("office365.us",),
    CHINA.name: ("partner.outlook.cn",),
    GOOGLE.name: ("gmail.com", "google.com"),
}
"""The domains of a cloud's mail servers, those for High Volume Email, old TLS and consumers
included."""

OWN_PROFILE = _("custom cloud")
LAB = _("lab")


def mark(cloud: Cloud) -> Message | None:
    """Return the mark beside the kind of a route through this cloud; None for one of ours."""
    if cloud.name in CLOUDS:
        return None
    return LAB if host_in(cloud.token_endpoint or cloud.authority) in LOOPBACK else OWN_PROFILE
