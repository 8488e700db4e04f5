"""Definitions as a person writes them: one dataclass for each sort of file, nothing inherited.

The strings under the fields are their help texts. "" and () stand for "not said here".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

EventName = Literal[
    "started",
    "stopped",
    "settings-changed",
    "action-failed",
    "set-aside",
    "came-back",
    "all-is-well",
    "unwatched",
]
REDIRECT = "http://localhost/MxMail/"


class Definition:
    """What reads definitions must refuse unknown names, and takes the help texts from here."""

    __slots__ = ()
    __pydantic_config__: ClassVar[Mapping[str, object]] = {
        "extra": "forbid",
        "use_attribute_docstrings": True,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsDef(Definition):
    warning: float | None = None
    """From this value on the reading is at WARNING."""
    critical: float | None = None
    """From this value on the reading is at CRITICAL."""
    rising: bool | None = None
    """true: high values are bad; false: low ones. Unless given, what the kind says of the reading."""
    margin: float = 0.0
    """How far back behind a limit the value must go before the level ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowDef(Definition):
    """Planned work: nothing is told while it goes on."""

    title: str = ""
    """What is done then, where people read."""
    begins: str
    """When it begins, in the instance's time zone: "22:00", or once, "2026-12-24 22:00"."""
    ends: str
    """When it ends, in the same way; a time of day that is not later is that of the next day."""
    days: tuple[str, ...] = ()
    """On which days of the week it begins: mon, tue, wed, thu, fri, sat, sun; all of them
    unless given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorDef(Definition):
    id: str = ""
    """Made by Noroshi at the first `apply`; keep it, as state and history belong to it."""
    name: str
    """Its name within the group: a-z, 0-9, - and _."""
    title: str = ""
    """What it is called where people read."""
    kind: str
    """Which kind of monitor it is: port, disk, process ..."""
    every: str = ""
    """How often it is measured: "30s", "5m", "1h30m", "1d"; at least 1s."""
    at: tuple[str, ...] | str = ()
    """At which times of day, in the instance's time zone, instead of `every`: "07:30"."""
    days: tuple[str, ...] = ()
    """On which days of the week, for `at`: mon, tue, wed, thu, fri, sat, sun."""
    timeout: str = "20s"
    """How long a measurement may take."""
    patience: int = 1
    """How many measurements in a row it takes to believe a new level, 1 to 100."""
    may_vanish: bool = False
    """Whether items (a volume, a process) may go away without an alarm."""
    rules: tuple[str, ...] | None = None
    """Which rules act on it; [] for none."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """What its kind wants to know."""
    limits: Mapping[str, LimitsDef] = field(default_factory=dict)
    """Limits by reading; an empty table switches the kind's own limits off."""
    maintenance: tuple[WindowDef, ...] = ()
    """Planned work on it, beside its group's and its instance's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDef(Definition):
    name: str
    """Its name within the instance: a-z, 0-9, - and _."""
    title: str = ""
    """What it is called where people read."""
    every: str = ""
    """For all its monitors that say nothing else."""
    at: tuple[str, ...] | str = ()
    """For all its monitors that say nothing else."""
    days: tuple[str, ...] = ()
    """On which days of the week, for `at`."""
    rules: tuple[str, ...] | None = None
    """For all its monitors that say nothing else; [] for none."""
    limits: Mapping[str, Mapping[str, LimitsDef]] = field(default_factory=dict)
    """By kind and reading, for all its monitors that say nothing else."""
    maintenance: tuple[WindowDef, ...] = ()
    """Planned work on all its monitors, beside the instance's."""
    monitor: tuple[MonitorDef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceDef(Definition):
    name: str
    title: str = ""
    """What it is called where people read."""
    address: str = "127.0.0.1"
    """Where network checks reach it: a name or an IP address."""
    zone: str = "UTC"
    """Its time zone, as in Asia/Tokyo."""
    every: str = ""
    """For all its monitors that say nothing else; 1m if nobody says anything."""
    at: tuple[str, ...] | str = ()
    """For all its monitors that say nothing else."""
    days: tuple[str, ...] = ()
    """On which days of the week, for `at`."""
    rules: tuple[str, ...] | None = None
    """For all its monitors that say nothing else."""
    limits: Mapping[str, Mapping[str, LimitsDef]] = field(default_factory=dict)
    """By kind and reading, for all its monitors that say nothing else."""
    maintenance: tuple[WindowDef, ...] = ()
    """Planned work on the whole of it."""
    group: tuple[GroupDef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BlueprintDef(Definition):
    """Groups to add to an instance; ${name} in their texts stands for what is asked for."""

    name: str
    title: str = ""
    """What it is called where people read."""
    title_ja: str = ""
    """The same in Japanese."""
    help: str = ""
    """What it watches, in a sentence."""
    help_ja: str = ""
    """The same in Japanese."""
    asks: Mapping[str, str] = field(default_factory=dict)
    """What is asked for when it is added, with what is taken otherwise; "" must be said."""
    group: tuple[GroupDef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactDef(Definition):
    name: str
    title: str = ""
    """Who it is, where people read."""
    addresses: tuple[str, ...]
    """Mail addresses; each is told."""
    language: Literal["ja", "en"] = "en"
    """In which language."""
    zone: str = "UTC"
    """In which time zone times are written, as in Asia/Tokyo."""
    one_by_one: int = 3
    """How many alarms within a minute come one by one, before those that follow are put
    together; 0: all do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDef(Definition):
    name: str
    action: str
    """What is done: mail ..."""
    contacts: tuple[str, ...]
    """Who is told."""
    routes: tuple[str, ...]
    """By which ways out, the first that can."""
    on: tuple[Literal["warning", "critical", "unknown"], ...] = (
        "warning",
        "critical",
        "unknown",
    )
    """At which levels."""
    when: Literal["change", "each", "first", "nth"] = "change"
    """change: when the level changes; each: at each measurement; first: once in a problem;
    nth: once, at the n-th measurement that finds it so."""
    nth: int | None = None
    """For when = "nth": at which measurement in a row, 1 to 999."""
    most: int = 999
    """How often a level is told of at most, 1 to 999."""
    repeat: str = ""
    """How long until it is told again while it stays so, as in "30m"; at least 1m."""
    recovered: bool = True
    """Whether the end of a problem is told too."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """What the action wants to know: subject, text ..."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationDef(Definition):
    name: str
    events: tuple[EventName, ...]
    """What is told of: started, stopped, settings-changed, action-failed, set-aside,
    came-back, all-is-well, unwatched."""
    contacts: tuple[str, ...]
    """Who is told."""
    routes: tuple[str, ...]
    """By which ways out, the first that can."""
    instances: tuple[str, ...] = ()
    """Of which instances; all of them unless given."""
    action: str = "mail"
    """What is done: mail ..."""
    at: tuple[str, ...] | str = ()
    """For all-is-well: at which times of day, as in "08:00"."""
    days: tuple[str, ...] = ()
    """For all-is-well: on which days of the week: mon, tue, wed, thu, fri, sat, sun."""
    zone: str = "UTC"
    """In which time zone `at` is, as in Asia/Tokyo."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteDef(Definition):
    name: str
    title: str = ""
    """What it is called where people read."""
    kind: str
    """Which kind of way out it is: smtp ..."""
    connections: int = 1
    """How many may be open at once, 1 to 100; Exchange Online allows 3."""
    network: str = ""
    """Which network in networks/ it goes through; "" is directly."""
    mails_a_minute: int = 0
    """For a route without an account: how many mails may leave a minute; 0 is without a limit."""
    recipients_a_day: int = 0
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
    """The day on which the client secret ends, as in "2027-01-31"; no provider tells it."""
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
    """Which network in networks/ sign-ins and tokens go through; "" is directly."""
    mails_a_minute: int | None = None
    """How many mails the mailbox may send a minute; 0 is without a limit. Unless given, what
    the cloud says; the same for the next two."""
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
    connections: int = 0
    """How many connections a mailbox may have at once; 0 is without a limit."""
    recipients_a_day: int = 0
    """How many recipients a mailbox may send to in 24 hours; 0 is without a limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Definitions:
    """All definitions of one version, by name."""

    instances: Mapping[str, InstanceDef] = field(default_factory=dict)
    contacts: Mapping[str, ContactDef] = field(default_factory=dict)
    rules: Mapping[str, RuleDef] = field(default_factory=dict)
    notifications: Mapping[str, NotificationDef] = field(default_factory=dict)
    routes: Mapping[str, RouteDef] = field(default_factory=dict)
    networks: Mapping[str, NetworkDef] = field(default_factory=dict)
    accounts: Mapping[str, AccountDef] = field(default_factory=dict)
    clouds: Mapping[str, CloudDef] = field(default_factory=dict)
    blueprints: Mapping[str, BlueprintDef] = field(default_factory=dict)
