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
    """Name shown on pages and in messages."""
    kind: str
    """Type of the delivery route, such as smtp."""
    connections: int = 1
    """Maximum number of open connections, 1 to 100; Exchange Online allows 3."""
    network: str = ""
    """Network to connect through. Default: a direct connection."""
    mails_a_minute: int | None = None
    """For a route without an account: messages per minute; 0 means no limit. Default: the
    server's known limit."""
    mails_an_hour: int | None = None
    """For a route without an account: messages per hour; 0 means no limit. Default: the
    server's known limit."""
    recipients_a_day: int | None = None
    """For a route without an account: recipients in 24 hours; 0 means no limit. Default: the
    server's known limit."""
    of_hub: bool = False
    """Marks a definition received from the hub. Set by Noroshi; do not change it."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Settings of this type of route; `account` is the account that it sends for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkDef(Definition):
    name: str
    proxy: str = ""
    """HTTP proxy, as host:port; all connections go through it, using CONNECT."""
    proxy_user: str = ""
    """User name for a proxy that requires a login; empty if it requires none."""
    proxy_password: str = ""
    """Vault entry with the proxy's password: the name of the entry, never the password."""
    source: str = ""
    """Address of this computer to connect from."""
    ca_file: str = ""
    """Path of a file with certificates (PEM) to trust in addition to the system's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDef(Definition):
    id: str = ""
    """Name under which the account's sign-in is stored, if it differs from the name. Set by
    Noroshi when the account is renamed; do not change it."""
    name: str
    cloud: str
    """Provider, such as microsoft365 or google, or one defined in clouds/."""
    tenant: str = ""
    """Directory (tenant) ID."""
    client_id: str
    """Application (client) ID of the app registration."""
    sign_in: Literal["person", "app"] = "person"
    """`person`: a user signs in once, in a browser; `app`: the app signs in without a user,
    with its secret or certificate."""
    secret: str = ""
    """Vault entry with the client secret: the name of the entry, never the secret."""
    secret_ends: str = ""
    """Expiry date of the client secret, such as 2027-01-31; no provider reports it."""
    secret_next: str = ""
    """Vault entry with the next client secret; used once the current one is refused."""
    secret_next_ends: str = ""
    """Expiry date of the next client secret."""
    certificate: str = ""
    """Vault entry with the client certificate and its key."""
    certificate_next: str = ""
    """Vault entry with the next certificate; used once the current one is refused."""
    mailbox: str
    """Email address to send from."""
    shared: bool = False
    """Shared mailbox: a user with Full Access and Send As signs in for it."""
    reads_inbox: bool = False
    """Allow Noroshi to read this mailbox; the user who signs in must consent to that too."""
    redirect: str = REDIRECT
    """Redirect URI of the app registration."""
    renew_every: str = "7d"
    """Maximum time without use, 1h to 80d. After that, the refresh token of the sign-in is
    renewed automatically."""
    network: str = ""
    """Network for sign-ins and tokens. Default: a direct connection."""
    mails_a_minute: int | None = None
    """Messages that the mailbox may send per minute; 0 means no limit. Default: the cloud's
    limit."""
    mails_an_hour: int | None = None
    """Messages that the mailbox may send per hour; 0 means no limit. Default: the cloud's
    limit."""
    connections: int | None = None
    """Connections that may be open at the same time, through all routes together. Default: the
    cloud's limit."""
    recipients_a_day: int | None = None
    """Recipients that the mailbox may send to in 24 hours; 0 means no limit. Default: the
    cloud's limit."""
    of_hub: bool = False
    """Marks a definition received from the hub. Set by Noroshi; do not change it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudDef(Definition):
    name: str
    authority: str = ""
    """HTTPS address of the sign-in server; {tenant} stands for the account's tenant."""
    scope: str
    """Permissions (scopes) to request, separated by spaces."""
    app_scope: str = ""
    """Permissions for an account with sign_in = "app"; those of Microsoft end in /.default."""
    app_grant: Literal["client_credentials", "service_account"] = "client_credentials"
    """How an app obtains a token; service_account: with Google's key file, for the account's
    mailbox."""
    smtp_host: str
    """Host name of the mail server."""
    smtp_port: int = 587
    """Port of the mail server."""
    mechanism: Literal["xoauth2", "oauthbearer"] = "xoauth2"
    """SASL mechanism with which the mail server accepts tokens."""
    ca_file: str = ""
    """Path of a file with certificates (PEM) to trust in addition to the system's."""
    oidc: bool = False
    """true for an OpenID Connect server that is not Microsoft Entra."""
    authorization_endpoint: str = ""
    """Authorization endpoint, for a server that does not publish its endpoints."""
    token_endpoint: str = ""
    """Token endpoint; if set, the sign-in server is not asked for its endpoints."""
    device_authorization_endpoint: str = ""
    """Device authorization endpoint; "" if there is none."""
    endpoint_hosts: tuple[str, ...] = ()
    """Additional hosts, besides the authority's, that the server may name as its endpoints."""
    authorize_with: str = ""
    """Additional query parameters of the sign-in page."""
    client_auth: Literal["post", "basic"] = "post"
    """Method of sending the client secret: in the request's body, or by HTTP Basic."""
    graph: str = ""
    """HTTPS address of the cloud's Microsoft Graph, without a path; "" if there is none."""
    graph_scope: str = ""
    """Permissions to request for sending through Graph."""
    graph_app_scope: str = ""
    """Permissions to request for sending through Graph, for an account with sign_in = "app"."""
    inbox_scope: str = ""
    """Permissions to request for reading the account's own mailbox."""
    graph_shared_scope: str = ""
    """Permissions to request from the user for sending through Graph from a shared mailbox."""
    inbox_shared_scope: str = ""
    """Permissions to request for reading a shared mailbox through Graph."""
    imap_host: str = ""
    """IMAP server (TLS) for reading the mailbox where there is no Graph."""
    imap_port: int = 993
    """Port of the IMAP server."""
    mails_a_minute: int = 0
    """Messages that a mailbox may send per minute; 0 means no limit."""
    mails_an_hour: int = 0
    """Messages that a mailbox may send per hour; 0 means no limit."""
    connections: int = 0
    """Connections that a mailbox may open at once; 0 means no limit."""
    recipients_a_day: int = 0
    """Recipients that a mailbox may send to in 24 hours; 0 means no limit."""
