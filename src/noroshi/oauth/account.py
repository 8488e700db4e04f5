"""Describe where an account's tokens come from and what they are for: a cloud, and an account in it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from hashlib import sha256
from typing import Literal
from urllib.parse import quote, urlsplit, urlunsplit

from noroshi.core.definitions.accounts import host_in
from noroshi.core.definitions.schema_mail import REDIRECT
from noroshi.core.host_port import authority
from noroshi.core.mail import DIRECT, Network
from noroshi.oauth.high_volume import MAILBOX_ROLE, role_at
from noroshi.ports import Resource

REST_BEFORE_RENEWAL = timedelta(days=7)
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
MICROSOFT = frozenset(
    {
        "login.microsoftonline.com",
        "login.microsoftonline.us",
        "login.microsoftonline.de",
        "login.partner.microsoftonline.cn",
        "login.chinacloudapi.cn",
        "login.microsoft.com",
        "login.windows.net",
        "login.live.com",
        "sts.windows.net",
        "login.sovcloud-identity.fr",
        "login.sovcloud-identity.de",
        "login.sovcloud-identity.sg",
    }
)
"""Hosts at which Microsoft's clouds sign people in, old names and regional ones included."""
MICROSOFTS = (".login.microsoft.com", ".microsoftonline.com", ".microsoftonline.us")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """Describe one provider. No value is derived from another: the national clouds follow no
    pattern."""

    name: str
    authority: str = ""
    """https; `{tenant}` in it stands for the account's tenant."""
    scope: str
    """Scopes of one resource, separated by blanks; what a sign-in always needs is added."""
    app_scope: str = ""
    """The scope of an app that signs in by itself; "" where none may."""
    app_grant: Literal["client_credentials", "service_account"] = "client_credentials"
    """service_account: by the key of Google's key file, on behalf of the mailbox (RFC 7523)."""
    smtp_host: str
    smtp_port: int
    mechanism: Literal["xoauth2", "oauthbearer"] = "xoauth2"
    ca_file: str = ""
    """Certificates to trust beside the system's, in PEM."""
    oidc: bool = False
    """The authority is any OpenID Connect server rather than Microsoft Entra."""
    authorization_endpoint: str = ""
    token_endpoint: str = ""
    device_authorization_endpoint: str = ""
    """Named as in RFC 8414; with `token_endpoint` no server is asked where they are."""
    endpoint_hosts: tuple[str, ...] = ()
    """Hosts, other than the authority's, at which the server may name endpoints."""
    authorize_with: str = ""
    """More that the sign-in page is given, as a query."""
    client_auth: Literal["post", "basic"] = "post"
    graph: str = ""
    """The address of Microsoft Graph, https and a host; "" where there is none."""
    graph_scope: str = ""
    graph_app_scope: str = ""
    """The scopes to send by Graph, for a person and for an app that signs in by itself."""
    inbox_scope: str = ""
    """The scope to read the account's own mailbox."""
    graph_shared_scope: str = ""
    inbox_shared_scope: str = ""
    """The same two at Graph where a person signs in for a shared mailbox. SMTP and IMAP have one
    scope for both."""
    imap_host: str = ""
    imap_port: int = 993
    """The server by which it is read where there is no Graph, in TLS from the first byte."""
    mails_a_minute: int = 0
    mails_an_hour: int = 0
    connections: int = 0
    recipients_a_day: int = 0
    """The limits of one mailbox: mails a minute and an hour, connections at once, recipients in
    24 hours; 0 is no limit."""

    @property
    def entra(self) -> bool:
        """Return whether the cloud is asked in Microsoft Entra's way."""
        return not self.oidc and not self.token_endpoint

    def scope_for(self, resource: Resource, *, app_only: bool, is_shared: bool = False) -> str:
        """Return the scope to use a resource, for a person (`is_shared`: one who acts for a shared
        mailbox) or for an app alone; "" where the cloud has none. Ask for one resource at a time: a
        token has one audience."""
        if app_only:
            # An app may at Graph what an administrator granted it there, reading included.
            by_imap = resource == "inbox" and not self.graph
            at_graph = self.inbox_scope if by_imap else self.graph_app_scope
            return self.app_scope if resource == "smtp" else at_graph
        if is_shared and self.graph and resource != "smtp":
            return self.graph_shared_scope if resource == "graph" else self.inbox_shared_scope
        return {"smtp": self.scope, "graph": self.graph_scope, "inbox": self.inbox_scope}[
            resource
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Describe a mailbox and the app registration through which mail is sent."""

    name: str
    cloud: Cloud
    tenant: str
    client_id: str
    secret: str = ""
    """The vault entry of the client secret; "" for a public client, which has none."""
    secret_ends: date | None = None
    secret_next: str = ""
    secret_next_ends: date | None = None
    certificate: str = ""
    """The vault entry of the client certificate with the private key."""
    certificate_next: str = ""
    mailbox: str
    id: str = ""
    """The name under which the sign-in is stored; "" for `name`."""
    is_shared: bool = False
    """A person with rights to the mailbox signs in, as nobody can sign in as the mailbox."""
    reads_inbox: bool = False
    redirect: str = REDIRECT
    sign_in: Literal["person", "app"] = "person"
    """app: by secret or certificate alone (client credentials, RFC 6749 4.4); nobody signs in."""
    renew_every: timedelta = REST_BEFORE_RENEWAL
    """How long the refresh token may rest before it is renewed."""
    network: Network = DIRECT
    route: str = field(default="", compare=False)
    """The first route of the account, for the commands in instructions; "" if there is none."""
    hosts: tuple[str, ...] = field(default=(), compare=False, repr=False)
    """The mail servers of the account's routes, for the permissions in instructions."""

    @property
    def storage_name(self) -> str:
        """Return the name of the sign-in's vault entries and lock: it stays when the account is
        renamed."""
        return self.id or self.name

    @property
    def fingerprint(self) -> str:
        """Return a hash that changes with every setting but the names of the account and the
        cloud."""
        unnamed_account = replace(
            self, name=self.storage_name, id="", cloud=replace(self.cloud, name="")
        )
        return sha256(repr(unnamed_account).encode()).hexdigest()

    @property
    def app_only(self) -> bool:
        """Return whether the app signs in by itself."""
        return self.sign_in == "app"

    @property
    def login_hint(self) -> str:
        """Name the person who is expected to sign in; "" where it may be one of several."""
        return "" if self.is_shared else self.mailbox

    @property
    def authority(self) -> str:
        """Return the authority's address for this account's tenant."""
        return self.at_tenant(self.cloud.authority)

    @property
    def identity(self) -> str:
        """Name the server and app to which a refresh token of this account may be shown: it is
        never sent elsewhere.

        An app that signs in by itself has another identity: it does not own the tokens of a
        person's sign-in.
        """
        suffix = " app" if self.app_only else ""
        server = self.cloud.token_endpoint or self.cloud.authority
        return f"{self.at_tenant(server)} {self.client_id}{suffix}"

    def scope_for(self, resource: Resource) -> str:
        """Return the scope to use a resource; "" where the cloud has none."""
        return self.cloud.scope_for(resource, app_only=self.app_only, is_shared=self.is_shared)

    @property
    def app_role(self) -> str:
        """Return the role that the app needs in Exchange Online to hand in mails at the servers of
        the routes."""
        roles = dict.fromkeys(role_at(host) for host in self.hosts)
        return ", ".join(roles) or MAILBOX_ROLE

    def at_tenant(self, url: str) -> str:
        """Return an address of the cloud, for this account's tenant."""
        return url.replace("{tenant}", quote(self.tenant, safe=""))

    def redirect_at(self, port: int) -> str:
        """Return the redirect with another port, unless it says one itself: at loopback RFC
        8252 (7.3) and Entra let it differ, and many another server wants the very one that is
        registered."""
        parts = urlsplit(self.redirect)
        if has_port(self.redirect):
            return self.redirect
        return urlunsplit(parts._replace(netloc=authority(parts.hostname or "", port)))

    @property
    def redirects_here(self) -> bool:
        """Return whether the redirect can be listened for on the computer of the browser."""
        return self.redirect.startswith("http://") and host_in(self.redirect) in LOOPBACK


def has_port(url: str) -> bool:
    """Return whether an address names its port."""
    return urlsplit(url).netloc.rpartition("]")[2].partition(":")[2] != ""


def as_app(account: Account) -> Account:
    """Return the same account with an app that signs in by itself. At a cloud for people alone, ask
    for Entra's word for all that an app may do at a resource."""
    cloud = account.cloud
    if not cloud.app_scope:
        cloud = replace(cloud, app_scope=_all_of_resource(cloud.scope))
    return replace(account, sign_in="app", cloud=cloud)


def _all_of_resource(scope: str) -> str:
    """Return RESOURCE/.default for RESOURCE/PERMISSION; "" where no word of it is such a
    one."""
    audiences = (word.rpartition("/")[0] for word in scope.split() if word.count("/") > 2)
    return next((f"{resource}/.default" for resource in audiences), "")


def is_microsoft(url: str) -> bool:
    """Return whether Microsoft signs people in at this address."""
    host = host_in(url)
    return host in MICROSOFT or host.endswith(MICROSOFTS)
