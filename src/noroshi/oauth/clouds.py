"""Where an account's tokens come from and which mail server takes them: the cloud profiles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from noroshi.core.model import DIRECT, Network

REDIRECT = "http://localhost/MxMail/"
"""Nothing listens there: the browser stops at it, and the person pastes its address back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """One provider. No value is derived from another: the national clouds follow no pattern."""

    name: str
    authority: str
    """https; `{tenant}` in it stands for the account's tenant."""
    scope: str
    """Scopes of one resource, separated by blanks; what a sign-in always needs is added."""
    app_scope: str = ""
    """The scope of an app that signs in by itself; "" where none may."""
    smtp_host: str
    smtp_port: int
    ca_file: str = ""
    """Certificates to trust instead of the system's, in PEM; "" for the system's."""
    oidc: bool = False
    """Whether the authority is any OpenID Connect server's rather than Microsoft Entra's."""
    graph: str = ""
    """Where Microsoft Graph is, https and a host; "" where there is none."""
    graph_scope: str = ""
    graph_app_scope: str = ""
    """What is asked for to send by Graph, by a person and by an app that signs in by itself."""
    inbox_scope: str = ""
    """What is asked for to read the account's own mailbox."""
    mails_a_minute: int = 0
    connections: int = 0
    recipients_a_day: int = 0
    """What one mailbox may do: mails a minute, connections at once, recipients in 24 hours; 0
    is without a limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A mailbox and the app registration through which its mail leaves."""

    name: str
    cloud: Cloud
    tenant: str
    client_id: str
    secret: str
    """Which entry of the vault holds the client secret; "" for a public client, which has none."""
    mailbox: str
    redirect: str = REDIRECT
    sign_in: Literal["person", "app"] = "person"
    """app: by the client secret alone (client credentials, RFC 6749 4.4); nobody signs in."""
    network: Network = DIRECT

    @property
    def authority(self) -> str:
        """The authority's address for this account's tenant."""
        return self.cloud.authority.replace("{tenant}", quote(self.tenant, safe=""))

    @property
    def identity(self) -> str:
        """To whom a refresh token of this account may be shown: it is never sent elsewhere.

        An app that signs in by itself is told apart: what a person began is not its own.
        """
        alone = " app" if self.sign_in == "app" else ""
        return f"{self.authority} {self.client_id}{alone}"


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
    mails_a_minute=30,
    connections=3,
    recipients_a_day=10_000,
)

CLOUDS = {cloud.name: cloud for cloud in (MICROSOFT365,)}
