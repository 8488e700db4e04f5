"""Definitions of how mails leave: routes, networks, accounts, and the clouds of those."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from noroshi.core.definitions.definition import Definition

REDIRECT = "http://localhost/MxMail/"


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteDef(Definition):
    name: str
    title: str = ""
    """Name shown on pages and in mails."""
    kind: str
    """Type of the delivery route: smtp ..."""
    connections: int = 1
    """How many may be open at once, 1 to 100; Exchange Online allows 3."""
    network: str = ""
    """Which network it goes through; directly unless one is given."""
    mails_a_minute: int | None = None
    """For a route without an account: mails per minute; 0 means no limit. The default, here and for the next two, is the server's known limit."""
    mails_an_hour: int | None = None
    """For a route without an account: mails per hour."""
    recipients_a_day: int | None = None
    """The same for recipients in 24 hours."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """What its kind wants to know; `account` names the account it sends for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkDef(Definition):
    name: str
    proxy: str = ""
    """The HTTP proxy to go through, as host:port; connections to others go by CONNECT."""
    proxy_user: str = ""
    """Who logs in to the proxy."""
    proxy_password: str = ""
    """Which entry of the vault holds the proxy's password: its name, never the password."""
    source: str = ""
    """The address of this computer that connections come from."""
    ca_file: str = ""
    """A file of certificates (PEM) to trust beside the system's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDef(Definition):
    id: str = ""
    """Under which name its sign-in is kept, if that is another one than its name; written when it is renamed, and kept."""
    name: str
    cloud: str
    """Which provider: microsoft365, google ..., or one defined in clouds/."""
    tenant: str = ""
    """The directory (tenant) ID."""
    client_id: str
    """The application (client) ID of the app registration."""
    sign_in: Literal["person", "app"] = "person"
    """person: somebody signs in once, in a browser; app: by secret or certificate alone."""
    secret: str = ""
    """Which entry of the vault holds the client secret: its name, never the secret."""
    secret_ends: str = ""
    """The day on which the client secret ends, as in 2027-01-31; no provider tells it."""
    secret_next: str = ""
    """Which entry holds the next client secret; it is used once the other is refused."""
    secret_next_ends: str = ""
    """The day on which the next client secret ends."""
    certificate: str = ""
    """Which entry of the vault holds the client certificate with its key."""
    certificate_next: str = ""
    """Which entry holds the next certificate; it is used once the other is refused."""
    mailbox: str
    """The mail address that it sends as."""
    shared: bool = False
    """Whether that is a shared mailbox: a person with Full Access and Send As signs in for it."""
    reads_inbox: bool = False
    """Whether it may read its own mailbox; whoever signs in consents to that too."""
    redirect: str = REDIRECT
    """The redirect URI of the app registration."""
    renew_every: str = "7d"
    """How long a sign-in may rest before it is renewed by itself, 1h to 80d."""
    network: str = ""
    """Which network sign-ins and tokens go through; directly unless one is given."""
    mails_a_minute: int | None = None
    """Mails that the mailbox may send per minute; 0 means no limit. The default, here and for the next three, is the cloud's."""
    mails_an_hour: int | None = None
    """Mails that the mailbox may send per hour."""
    connections: int | None = None
    """How many of its mails may be on their way at once, by all routes together."""
    recipients_a_day: int | None = None
    """How many recipients it may send to in 24 hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudDef(Definition):
    name: str
    authority: str = ""
    """The https address of the sign-in server; {tenant} in it stands for the account's tenant."""
    scope: str
    """What access is asked for, separated by blanks."""
    app_scope: str = ""
    """What an account with sign_in = "app" asks for; Microsoft's end in /.default."""
    app_grant: Literal["client_credentials", "service_account"] = "client_credentials"
    """How an app gets its tokens; service_account: by Google's key file, for its mailbox."""
    smtp_host: str
    """Its mail server."""
    smtp_port: int = 587
    """The mail server's port."""
    mechanism: Literal["xoauth2", "oauthbearer"] = "xoauth2"
    """How the mail server takes tokens."""
    ca_file: str = ""
    """A file of certificates (PEM) to trust beside the system's."""
    oidc: bool = False
    """true for an OpenID Connect server that is not Microsoft Entra."""
    authorization_endpoint: str = ""
    """Where a person signs in, for a server that does not tell its endpoints by itself."""
    token_endpoint: str = ""
    """Where tokens are given; with it the authority is not asked."""
    device_authorization_endpoint: str = ""
    """Where a sign-in by a code on another device begins; "" where there is none."""
    endpoint_hosts: tuple[str, ...] = ()
    """Hosts other than the authority's that the server may name as its endpoints."""
    authorize_with: str = ""
    """What the sign-in page is given beside what it always is, as a query."""
    client_auth: Literal["post", "basic"] = "post"
    """How a client secret is sent: in the request's body, or by HTTP Basic."""
    graph: str = ""
    """The https address of its Microsoft Graph, without a path; "" where there is none."""
    graph_scope: str = ""
    """What access is asked for to send by Graph."""
    graph_app_scope: str = ""
    """The same for an account with sign_in = "app"."""
    inbox_scope: str = ""
    """What access is asked for to read the account's own mailbox."""
    graph_shared_scope: str = ""
    """What access is asked for to send by Graph from a shared mailbox, by whoever signs in."""
    inbox_shared_scope: str = ""
    """What access is asked for to read a shared mailbox by Graph."""
    imap_host: str = ""
    """By which server that is read where there is no Graph: IMAP in TLS."""
    imap_port: int = 993
    """That server's port."""
    mails_a_minute: int = 0
    """How many mails a mailbox may send a minute; 0 is without a limit."""
    mails_an_hour: int = 0
    """Mails that a mailbox may send per hour; 0 means no limit."""
    connections: int = 0
    """How many connections a mailbox may have at once; 0 is without a limit."""
    recipients_a_day: int = 0
    """How many recipients a mailbox may send to in 24 hours; 0 is without a limit."""
