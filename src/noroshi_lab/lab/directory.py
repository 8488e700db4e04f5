"""Hold the lab's directory: tenants with their apps, users and mailboxes, and a ready-made
tenant."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from cryptography import x509

Clock = Callable[[], datetime]
Platform = Literal["web", "public", "spa", "device"]
"""Under what a redirect URI is registered; `device`: the grant that has none."""

REDIRECT_URI = "http://localhost/MxMail/"
LISTENER_URI = "http://localhost"
SMTP_SCOPE = "https://outlook.office.com/SMTP.Send"
APP_SCOPE = "https://outlook.office365.com/.default"
APP_PERMISSION = "SMTP.SendAsApp"
SHARED = "shared@contoso.example"
"""A shared mailbox: nobody signs in as it; the user may, for it."""
BULK = "bulk@contoso.example"
"""An account of High Volume Email."""
_GRAPH = ("Mail.Send", "Mail.ReadWrite")
Factor = Literal["none", "code", "number", "unregistered"]
UserConsent = Literal["microsoft", "allowed", "admins"]
"""The permissions that people may consent to for themselves: all but those to read mail and the
like, which is Microsoft's own policy and the default since late 2025
(manage-app-consent-policies); all; none."""
Basic = Literal["by-date", "on", "off", "removed"]
"""Sign-in by password at SMTP: by Microsoft's calendar, or as an administrator set it."""


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """A secret of an app and when it ends; None: it does not end."""

    value: str = field(repr=False)
    ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class Redirect:
    """Hold a registered redirect URI; the platform decides how the app proves itself."""

    uri: str
    platform: Platform = "web"


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """An app registration; it may ask for any permission, the person consents to it.

    `roles` are the application permissions to which an administrator has consented;
    `permissions` are what RESOURCE/.default stands for when a person signs in.
    """

    client_id: str
    name: str
    redirects: tuple[Redirect, ...]
    secrets: tuple[ClientSecret, ...] = ()
    certificates: tuple[x509.Certificate, ...] = ()
    roles: tuple[str, ...] = ()
    permissions: tuple[str, ...] = (SMTP_SCOPE,)
    public_client: bool = False  # "Allow public client flows": no secret without a redirect URI
    enabled: bool = True
    assigned: frozenset[str] | None = None  # None: everybody may sign in to it


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person who signs in. Many groups make a long token, as they do at Entra ID."""

    upn: str
    password: str = field(repr=False)
    oid: str
    name: str
    groups: tuple[str, ...] = ()
    disabled: bool = False
    admin: bool = False  # may consent for the whole organisation
    factor: Factor = "none"  # what is asked for after the password


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """A mailbox; `open_to` are other users, and client ids of apps, who may send from it.

    `smtp_auth` None takes what the tenant says, as `SmtpClientAuthenticationDisabled` does.
    """

    address: str
    open_to: frozenset[str] = frozenset()
    smtp_auth: bool | None = None
    aliases: frozenset[str] = frozenset()
    send_as: frozenset[str] = frozenset()  # mailboxes that may send under this one's address
    licensed: bool = True
    blocked: bool = False  # restricted for spam
    quota: int = 0  # bytes; 0: without a limit that a test could reach
    saves_sent: bool = True  # MessageCopyForSMTPClientSubmissionEnabled


@dataclass(slots=True, kw_only=True)
class Tenant:
    """An organisation. Apps by client id; users and mailboxes by address in lower case."""

    id: str
    domain: str
    apps: dict[str, App]
    users: dict[str, User]
    mailboxes: dict[str, Mailbox]
    smtp_auth: bool = True
    user_consent: UserConsent = "microsoft"
    blocking: bool = False  # a Conditional Access policy that lets nobody in
    device_codes: bool = True  # False: a policy that blocks the device code flow
    factor_since: datetime | None = None  # since when a policy wants a second factor anew
    sign_in_again: float = 0.0  # hours after which a sign-in must be made anew; 0: never
    service_principals: set[str] = field(default_factory=set)  # apps that Exchange knows
    assignments: set[tuple[str, str]] = field(default_factory=set)
    """RBAC for Applications: client id, and the mailbox that it may send from."""
    graph_closed: set[str] = field(
        default_factory=set
    )  # mailboxes that no app may use by Graph
    basic: Basic = "by-date"
    security_defaults: bool = False
    initial_domain: bool = False  # whether its addresses count as those of onmicrosoft.com
    consents: set[tuple[str, str]] = field(default_factory=set)  # client id, scope: for all
    high_volume: dict[str, set[str]] = field(default_factory=dict)
    """Accounts of High Volume Email, each with the apps that it allows (Add-HVEAppAccess)."""

    def mailbox(self, address: str) -> Mailbox | None:
        """Return the mailbox of an address, by primary address or alias."""
        wanted = address.lower()
        own = self.mailboxes.get(wanted)
        return own or next((m for m in self.mailboxes.values() if wanted in m.aliases), None)

    def has(self, address: str) -> bool:
        """Return whether an address is in the tenant's own domain."""
        return address.rpartition("@")[2].lower() == self.domain


class Directory:
    """All tenants, found by GUID or by domain; a test may change them while the lab runs."""

    def __init__(self, tenants: Iterable[Tenant]) -> None:
        self.tenants = tuple(tenants)

    def home_of(self, mailbox: str) -> Tenant:
        """Return the tenant of a mailbox that there is."""
        return next(each for each in self.tenants if mailbox in each.mailboxes)

    def tenant(self, name: str) -> Tenant | None:
        """Return the tenant of that GUID or domain."""
        wanted = name.lower()
        return next((t for t in self.tenants if wanted in (t.id, t.domain)), None)


def make_tenant(
    *,
    app: App,
    users: Iterable[User],
    mailboxes: Iterable[Mailbox],
    tenant_id: str | None = None,
) -> Tenant:
    """Return the tenant contoso.example with one app."""
    return Tenant(
        id=tenant_id or str(uuid.uuid4()),
        domain="contoso.example",
        apps={app.client_id: app},
        users={user.upn: user for user in users},
        mailboxes={mailbox.address: mailbox for mailbox in mailboxes},
    )


def new_secret() -> str:
    """Return the value of a client secret, as Entra ID makes them."""
    return "lab8Q~" + secrets.token_urlsafe(26)


def ready_made(saved: Mapping[str, object], certificate: x509.Certificate) -> Directory:
    """Return a directory to begin with; ids and secrets of an earlier start are taken up again.

    A node that has signed in to this lab thus stays signed in when the lab is restarted.
    """

    def saved_or(name: str, fresh: str) -> str:
        return str(saved.get(name, fresh))

    app = App(
        client_id=saved_or("client_id", str(uuid.uuid4())),
        name="Noroshi",
        redirects=(Redirect(REDIRECT_URI), Redirect(LISTENER_URI, "public")),
        secrets=(ClientSecret(saved_or("client_secret", new_secret())),),
        certificates=(certificate,),
        roles=(APP_PERMISSION, "Mail.Send", "Mail.ReadWrite"),
        permissions=(SMTP_SCOPE, *(f"https://graph.microsoft.com/{name}" for name in _GRAPH)),
        public_client=True,
    )
    sender = User(
        upn="alerts@contoso.example",
        password=saved_or("password", secrets.token_urlsafe(12)),
        oid=saved_or("user_oid", str(uuid.uuid4())),
        name="Alerts",
        factor="code",
    )
    admin = User(
        upn="admin@contoso.example",
        password=saved_or("admin_password", secrets.token_urlsafe(12)),
        oid=saved_or("admin_oid", str(uuid.uuid4())),
        name="Administrator",
        admin=True,
        factor="number",
    )
    mailboxes = [
        Mailbox(address=sender.upn, open_to=frozenset({app.client_id})),
        Mailbox(address=SHARED, open_to=frozenset({sender.upn})),
        Mailbox(address="ops@contoso.example"),
    ]
    tenant = make_tenant(
        app=app,
        users=[sender, admin],
        mailboxes=mailboxes,
        tenant_id=saved_or("tenant_id", str(uuid.uuid4())),
    )
    tenant.service_principals.add(app.client_id)
    tenant.high_volume[BULK] = {app.client_id}
    return Directory([tenant])
