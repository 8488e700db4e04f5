"""The lab's switches: what an administrator, or an accident, changes in the simulated tenant.

Each acts on the first tenant, its first app and user, and that user's mailbox.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import get_args

from noroshi.core.words import Words
from noroshi.lab.faults import Faults
from noroshi.lab.grants import Grants
from noroshi.lab.model import (
    APP_PERMISSION,
    App,
    ClientSecret,
    Directory,
    Factor,
    Mailbox,
    Tenant,
    User,
)

_PAST = datetime(2000, 1, 1, tzinfo=UTC)
_MOST_SECONDS, _MOST_CONNECTIONS = 600.0, 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Lab:
    """What the switches reach."""

    directory: Directory
    faults: Faults
    grants: Grants

    @property
    def tenant(self) -> Tenant:
        return self.directory.tenants[0]

    @property
    def app(self) -> App:
        return next(iter(self.tenant.apps.values()))

    @property
    def user(self) -> User:
        return next(iter(self.tenant.users.values()))

    @property
    def mailbox(self) -> Mailbox:
        return self.tenant.mailboxes[self.user.upn]

    def keep(self, changed: App | User | Mailbox) -> None:
        """Puts a changed record in the place of the one before."""
        if isinstance(changed, App):
            self.tenant.apps[changed.client_id] = changed
        elif isinstance(changed, User):
            self.tenant.users[changed.upn] = changed
        else:
            self.tenant.mailboxes[changed.address] = changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """One switch; `values` () takes a number."""

    name: str
    values: tuple[str, ...]
    help: Words
    get: Callable[[Lab], str]
    put: Callable[[Lab, str], None]


def _tenant_flag(name: str, yes: str, no: str, field: str, help: Words) -> Switch:
    def put(lab: Lab, value: str) -> None:
        setattr(lab.tenant, field, value == yes)

    return Switch(
        name=name,
        values=(yes, no),
        help=help,
        get=lambda lab: yes if getattr(lab.tenant, field) else no,
        put=put,
    )


def _mailbox_smtp(lab: Lab, value: str) -> None:
    lab.keep(replace(lab.mailbox, smtp_auth={"on": True, "off": False}.get(value)))


def _factor(lab: Lab, value: str) -> None:
    factor = next(each for each in get_args(Factor) if each == value)
    lab.keep(replace(lab.user, factor=factor))


def _permission(lab: Lab, value: str) -> None:
    lab.keep(replace(lab.app, roles=(APP_PERMISSION,) if value == "consented" else ()))


def _principal(lab: Lab, value: str) -> None:
    known = lab.tenant.service_principals
    (known.add if value == "registered" else known.discard)(lab.app.client_id)


def _mailbox_right(lab: Lab, value: str) -> None:
    others = lab.mailbox.open_to - {lab.app.client_id}
    mine = {lab.app.client_id} if value == "granted" else set()
    lab.keep(replace(lab.mailbox, open_to=others | mine))


def _secret(lab: Lab, value: str) -> None:
    ends = None if value == "valid" else _PAST
    secrets = tuple(ClientSecret(each.value, ends) for each in lab.app.secrets)
    lab.keep(replace(lab.app, secrets=secrets))


def _revoke(lab: Lab, value: str) -> None:
    if value == "revoked":
        lab.grants.revoke(lab.user.upn)


def _latency(lab: Lab, value: str) -> None:
    lab.faults.delay = min(max(float(value), 0.0), _MOST_SECONDS)


def _connections(lab: Lab, value: str) -> None:
    lab.faults.connections = min(max(int(float(value)), 0), _MOST_CONNECTIONS)


SWITCHES = (
    _tenant_flag(
        "tenant-smtp-auth",
        "on",
        "off",
        "smtp_auth",
        Words(
            en="SMTP AUTH of the whole tenant (Set-TransportConfig); off: 535 5.7.139 … Tenant",
            ja="テナント全体の SMTP AUTH (Set-TransportConfig)。off では 535 5.7.139 … Tenant",
        ),
    ),
    Switch(
        name="mailbox-smtp-auth",
        values=("inherit", "on", "off"),
        help=Words(
            en="SMTP AUTH of the mailbox (Set-CASMailbox); off: 535 5.7.139 … Mailbox",
            ja="メールボックスの SMTP AUTH (Set-CASMailbox)。off では 535 5.7.139 … Mailbox",
        ),
        get=lambda lab: {True: "on", False: "off", None: "inherit"}[lab.mailbox.smtp_auth],
        put=_mailbox_smtp,
    ),
    Switch(
        name="second-factor",
        values=get_args(Factor),
        help=Words(
            en="what is asked for after the password; unregistered: AADSTS50079",
            ja="パスワードの次に求めるもの。unregistered では AADSTS50079",
        ),
        get=lambda lab: lab.user.factor,
        put=_factor,
    ),
    _tenant_flag(
        "user-consent",
        "allowed",
        "admins",
        "user_consent",
        Words(
            en="whether people may consent for themselves; admins: AADSTS90094",
            ja="利用者自身が同意できるかどうか。admins では AADSTS90094",
        ),
    ),
    _tenant_flag(
        "conditional-access",
        "blocking",
        "open",
        "blocking",
        Words(
            en="a policy that lets nobody in: AADSTS53003",
            ja="誰もサインインできなくする条件付きアクセス。AADSTS53003",
        ),
    ),
    Switch(
        name="account",
        values=("enabled", "disabled"),
        help=Words(
            en="the user account; disabled: AADSTS50057",
            ja="利用者アカウント。disabled では AADSTS50057",
        ),
        get=lambda lab: "disabled" if lab.user.disabled else "enabled",
        put=lambda lab, value: lab.keep(replace(lab.user, disabled=value == "disabled")),
    ),
    Switch(
        name="sign-ins",
        values=("kept", "revoked"),
        help=Words(
            en="revoked ends all that there are (AADSTS50173); a new one holds again",
            ja="revoked で今あるサインインをすべて取り消します (AADSTS50173)。新しいものは有効です",
        ),
        get=lambda lab: "kept",
        put=_revoke,
    ),
    Switch(
        name="secret",
        values=("valid", "ended"),
        help=Words(
            en="the client secret; ended: AADSTS7000222",
            ja="クライアント シークレット。ended では AADSTS7000222",
        ),
        get=lambda lab: "ended" if any(s.ends for s in lab.app.secrets) else "valid",
        put=_secret,
    ),
    Switch(
        name="app-permission",
        values=("consented", "unconsented"),
        help=Words(
            en="admin consent to SMTP.SendAsApp; without it tokens have no roles: 535 5.7.3",
            ja="SMTP.SendAsApp への管理者の同意。ないとトークンに roles がなく 535 5.7.3",
        ),
        get=lambda lab: "consented" if APP_PERMISSION in lab.app.roles else "unconsented",
        put=_permission,
    ),
    Switch(
        name="service-principal",
        values=("registered", "missing"),
        help=Words(
            en="whether Exchange knows the app (New-ServicePrincipal); missing: 535 5.7.3",
            ja="Exchange にアプリが登録されているか (New-ServicePrincipal)。missing では 535 5.7.3",
        ),
        get=lambda lab: (
            "registered" if lab.app.client_id in lab.tenant.service_principals else "missing"
        ),
        put=_principal,
    ),
    Switch(
        name="mailbox-permission",
        values=("granted", "missing"),
        help=Words(
            en="the app's right to the mailbox (Add-MailboxPermission); missing: 535 5.7.3",
            ja="アプリのメールボックスへの権限 (Add-MailboxPermission)。missing では 535 5.7.3",
        ),
        get=lambda lab: "granted" if lab.app.client_id in lab.mailbox.open_to else "missing",
        put=_mailbox_right,
    ),
    Switch(
        name="connections",
        values=(),
        help=Words(
            en="how many SMTP connections one mailbox may have; more: 432 4.3.2",
            ja="1つのメールボックスに許す SMTP 接続の数。超えると 432 4.3.2",
        ),
        get=lambda lab: str(lab.faults.connections),
        put=_connections,
    ),
    Switch(
        name="latency",
        values=(),
        help=Words(en="seconds before each SMTP answer", ja="SMTP の応答ごとに待つ秒数"),
        get=lambda lab: f"{lab.faults.delay:g}",
        put=_latency,
    ),
)


def find(name: str) -> Switch | None:
    """The switch of that name."""
    return next((each for each in SWITCHES if each.name == name), None)


def takes(switch: Switch, value: str) -> bool:
    """Whether a value is one of the switch's."""
    if switch.values:
        return value in switch.values
    return value.replace(".", "", 1).isdecimal() and value.isascii()
