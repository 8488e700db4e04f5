"""Definitions as a person writes them: one dataclass for each sort of file, nothing inherited.

What is watched and who is told stands here; how it leaves, in `schema_mail`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from noroshi.core.definitions.definition import Definition
from noroshi.core.definitions.schema_mail import AccountDef, CloudDef, NetworkDef, RouteDef

EventName = Literal[
    "started",
    "stopped",
    "settings-changed",
    "action-failed",
    "set-aside",
    "came-back",
    "all-is-well",
    "unwatched",
    "agent-refused",
    "hub-refused",
    "hub-unreachable",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsDef(Definition):
    warning: float | None = None
    """Value at which the reading becomes WARNING."""
    critical: float | None = None
    """Value at which the reading becomes CRITICAL."""
    rising: bool | None = None
    """Direction in which values get worse: higher or lower. Default: that of the type."""
    margin: float = 0.0
    """Hysteresis: how far the value must move back past a limit before the level improves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowDef(Definition):
    """Planned work: nothing is told while it goes on."""

    title: str = ""
    """The planned work, as shown on pages."""
    begins: str
    """A time such as 22:00 (recurring), or a date and time such as 2026-12-24 22:00 (once), in
    the instance's time zone."""
    ends: str
    """In the same format. A time of day before the start falls on the next day."""
    days: tuple[str, ...] = ()
    """The maintenance starts on these days. Default: every day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorDef(Definition):
    id: str = ""
    """Assigned by Noroshi at the first `apply`. Keep this ID: state and history belong to
    it."""
    name: str
    """Unique within the group; a-z, 0-9, - and _."""
    title: str = ""
    """Name shown on pages and in messages."""
    kind: str
    """Type of monitor, such as port, disk or process."""
    every: str = ""
    """Interval between measurements, such as 30s, 5m, 1h30m or 1d; at least 1s."""
    at: tuple[str, ...] | str = ()
    """Times of day in the instance's time zone, such as 07:30, instead of an interval."""
    days: tuple[str, ...] = ()
    """Days of the week for the measurements at those times."""
    timeout: str = "20s"
    """Time limit for one measurement."""
    patience: int = 1
    """Consecutive measurements required to change the level, 1 to 100."""
    may_vanish: bool = False
    """Raise no alarm if an item (a volume, a process) disappears."""
    rules: tuple[str, ...] | None = None
    """Rules that apply; without any, nobody is notified."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Settings of this type of monitor."""
    limits: Mapping[str, LimitsDef] = field(default_factory=dict)
    """Limits by reading. An empty table turns off the default limits of the type."""
    maintenance: tuple[WindowDef, ...] = ()
    """Maintenance of this monitor, in addition to that of its group and instance."""
    network: str = ""
    """For web pages: network to connect through. Default: a direct connection."""
    enabled: bool = True
    """If this is turned off, the monitor takes no measurements until it is turned on again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDef(Definition):
    name: str
    """Unique within the instance; a-z, 0-9, - and _."""
    title: str = ""
    """Name shown on pages and in messages."""
    every: str = ""
    """Interval for monitors that do not set one."""
    at: tuple[str, ...] | str = ()
    """Times of day for monitors that do not set any."""
    days: tuple[str, ...] = ()
    """Days of the week for the measurements at those times."""
    rules: tuple[str, ...] | None = None
    """Rules for monitors that do not set their own; without any, nobody is notified."""
    limits: Mapping[str, Mapping[str, LimitsDef]] = field(default_factory=dict)
    """Limits by type and reading, for monitors that do not set their own."""
    maintenance: tuple[WindowDef, ...] = ()
    """Maintenance of all monitors of the group, in addition to that of the instance."""
    enabled: bool = True
    """If this is turned off, no monitor of the group takes measurements, regardless of its own
    setting."""
    monitor: tuple[MonitorDef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SshHopDef(Definition):
    address: str = ""
    """Name or IP address of the jump host."""
    port: int = 22
    """Port of the SSH server."""
    user: str = ""
    """User to log in as."""
    key: str = ""
    """Name of the vault entry with the private key, without a passphrase."""
    password: str = ""
    """Name of the vault entry with the password."""
    host_key: tuple[str, ...] | str = ()
    """Fingerprint of the host key, such as SHA256:…, as `ssh-keygen -l` prints it. If several
    are given, any of them is accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SshDef(Definition):
    user: str = ""
    """User to log in as. Root is not required."""
    port: int = 22
    """Port of the SSH server."""
    key: str = ""
    """Name of the vault entry with the private key, without a passphrase."""
    password: str = ""
    """Name of the vault entry with the password."""
    host_key: tuple[str, ...] | str = ()
    """Fingerprint of the host key, such as SHA256:…, as `ssh-keygen -l` prints it. If several
    are given, any of them is accepted."""
    jump: SshHopDef | None = None
    """Jump host, through which the connection is made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WinrmDef(Definition):
    user: str = ""
    """User to log in as, such as SERVER\\noroshi, EXAMPLE\\noroshi or noroshi@EXAMPLE.COM."""
    password: str = ""
    """Name of the vault entry with the password."""
    certificate: str = ""
    """Name of the vault entry with a client certificate and its private key, in PEM format,
    instead of user and password."""
    authentication: Literal["auto", "ntlm", "kerberos", "certificate"] = "auto"
    """Authentication method. auto: the certificate if one is set, otherwise NTLM."""
    protocol: Literal["https", "http"] = "https"
    """With http, NTLM or Kerberos encrypts each message, and the server shows no certificate."""
    port: int = 0
    """Port of WinRM. Default (0): 5986 for https, 5985 for http."""
    fingerprint: tuple[str, ...] | str = ()
    """SHA-256 fingerprint of the server's certificate, such as SHA256:…, if no trusted CA
    issued it. If several are given, any of them is accepted."""
    ca_file: str = ""
    """File with the CA certificates to trust in addition to those of this computer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceDef(Definition):
    name: str
    title: str = ""
    """Name shown on pages and in messages."""
    address: str = "127.0.0.1"
    """Name or IP address that network checks connect to."""
    source: str = ""
    """Source of the measurements: the name of this node or of an agent, `ssh` to log in over
    SSH, `winrm` to log in to Windows over WinRM, or `network` for network checks only. Default:
    this node if the address is its own, otherwise `network`."""
    ssh: SshDef | None = None
    """SSH login settings, used with `source = "ssh"`."""
    winrm: WinrmDef | None = None
    """WinRM login settings, used with `source = "winrm"`."""
    zone: str = "UTC"
    """Time zone, such as Asia/Tokyo."""
    every: str = ""
    """Interval for monitors that do not set or inherit one. Default: 1m."""
    at: tuple[str, ...] | str = ()
    """Times of day for monitors that do not set or inherit any."""
    days: tuple[str, ...] = ()
    """Days of the week for the measurements at those times."""
    rules: tuple[str, ...] | None = None
    """Rules for monitors that do not set or inherit any."""
    limits: Mapping[str, Mapping[str, LimitsDef]] = field(default_factory=dict)
    """Limits by type and reading, for monitors that do not set their own."""
    maintenance: tuple[WindowDef, ...] = ()
    """Maintenance of the whole instance."""
    enabled: bool = True
    """If this is turned off, monitoring of the instance is stopped and nothing is measured."""
    of_hub: bool = False
    """Marks a definition received from the hub. Set by Noroshi; do not change it."""
    group: tuple[GroupDef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BlueprintMonitorDef(MonitorDef):
    title_ja: str = ""
    """Title in Japanese, for users who add the blueprint in Japanese."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlueprintGroupDef(GroupDef):
    title_ja: str = ""
    """Title in Japanese, for users who add the blueprint in Japanese."""
    monitor: tuple[BlueprintMonitorDef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BlueprintDef(Definition):
    """Groups to add to an instance; ${name} in their texts stands for what is asked for."""

    name: str
    title: str = ""
    """Name shown on pages and in messages."""
    title_ja: str = ""
    """Name shown in Japanese on pages and in messages."""
    help: str = ""
    """Description in one sentence."""
    help_ja: str = ""
    """Description in Japanese, in one sentence."""
    asks: Mapping[str, str] = field(default_factory=dict)
    """Values to ask for when the blueprint is added, with their defaults; "" means required."""
    group: tuple[BlueprintGroupDef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactDef(Definition):
    name: str
    title: str = ""
    """Name of the contact, shown on pages and in messages."""
    addresses: tuple[str, ...]
    """All of these addresses are notified."""
    language: Literal["ja", "en"] = "en"
    """Language of the messages to this contact; each user chooses the language of the pages."""
    zone: str = "UTC"
    """Time zone of times in messages, such as Asia/Tokyo."""
    one_by_one: int = 3
    """Number of alarms within a minute that are sent individually; further alarms are combined.
    0: never combine."""
    of_hub: bool = False
    """Marks a definition received from the hub. Set by Noroshi; do not change it."""
    hub_id: str = ""
    """ID that the hub knows this definition by. Set by Noroshi; do not change it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDef(Definition):
    id: str = ""
    """ID under which the rule's earlier notifications are kept, if it differs from the name.
    Set by Noroshi when the rule is renamed; do not change it."""
    name: str
    title: str = ""
    """Name shown on pages and in messages."""
    action: str
    """Type of action, such as mail."""
    contacts: tuple[str, ...]
    """Contacts to notify, each in its own language and time zone."""
    routes: tuple[str, ...]
    """Delivery routes; each message goes through the first one that works."""
    on: tuple[Literal["warning", "critical", "unknown"], ...] = (
        "warning",
        "critical",
        "unknown",
    )
    """Levels that cause a notification."""
    when: Literal["change", "each", "first", "nth"] = "change"
    """When to send a notification about a problem: when its level changes, at each measurement,
    once, or once at the nth measurement."""
    nth: int | None = None
    """With `when = "nth"`: number of consecutive measurements with the problem before the
    notification is sent, 1 to 999."""
    most: int = 999
    """Maximum number of notifications about one problem at the same level, 1 to 999."""
    repeat: str = ""
    """Interval for repeating the notification of an unchanged problem, such as 30m; at least
    1m."""
    recovered: bool = True
    """Also notify when the problem ends."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Settings of the action, such as subject and text."""
    of_hub: bool = False
    """Marks a definition received from the hub. Set by Noroshi; do not change it."""
    hub_id: str = ""
    """ID that the hub knows this definition by. Set by Noroshi; do not change it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationDef(Definition):
    name: str
    title: str = ""
    """Name shown on pages and in messages."""
    events: tuple[EventName, ...]
    """Events that cause a notification."""
    contacts: tuple[str, ...]
    """Contacts to notify, each in its own language and time zone."""
    routes: tuple[str, ...]
    """Delivery routes; each message goes through the first one that works."""
    instances: tuple[str, ...] = ()
    """Instances whose events cause a notification. Default: all of them. This selection does
    not affect messages that failed, bounced or are undeliverable, nor events of the hub and
    agents."""
    action: str = "mail"
    """Type of action, such as mail."""
    at: tuple[str, ...] | str = ()
    """Times of day for the status report, such as 08:00."""
    days: tuple[str, ...] = ()
    """Days of the week for that report."""
    zone: str = "UTC"
    """Time zone of those times, such as Asia/Tokyo."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Definitions:
    """All definitions of one version, by name. `may_have_agents`: the source of an instance may be
    an agent."""

    instances: Mapping[str, InstanceDef] = field(default_factory=dict)
    contacts: Mapping[str, ContactDef] = field(default_factory=dict)
    rules: Mapping[str, RuleDef] = field(default_factory=dict)
    notifications: Mapping[str, NotificationDef] = field(default_factory=dict)
    routes: Mapping[str, RouteDef] = field(default_factory=dict)
    networks: Mapping[str, NetworkDef] = field(default_factory=dict)
    accounts: Mapping[str, AccountDef] = field(default_factory=dict)
    clouds: Mapping[str, CloudDef] = field(default_factory=dict)
    blueprints: Mapping[str, BlueprintDef] = field(default_factory=dict)
    may_have_agents: bool = False
