"""Switches of the mail side: SMTP AUTH, permissions and passwords."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from noroshi.core.translation import _
from noroshi_lab.lab.directory import SHARED, Basic
from noroshi_lab.lab.scopes import HIGH_VOLUME
from noroshi_lab.lab.state import Board
from noroshi_lab.lab.switches.kinds import Switch, flag, later, number, spanned

_MOST_SECONDS, _MOST_CONNECTIONS = 600.0, 1000


def _tenant_smtp(board: Board, value: str) -> None:
    board.tenant.smtp_auth = value == "on"


def _mailbox_smtp(board: Board, value: str) -> None:
    board.keep(replace(board.mailbox, smtp_auth={"on": True, "off": False}.get(value)))


def _principal(board: Board, value: str) -> None:
    known = board.tenant.service_principals
    (known.add if value == "registered" else known.discard)(board.app.client_id)


def _mailbox_right(board: Board, value: str) -> None:
    others = board.mailbox.open_to - {board.app.client_id}
    own = {board.app.client_id} if value == "granted" else set()
    board.keep(replace(board.mailbox, open_to=others | own))


def _delegate(board: Board, value: str) -> None:
    box = board.tenant.mailboxes.get(SHARED)
    if box is not None:
        own = {board.user.upn} if value == "granted" else set()
        board.keep(replace(box, open_to=box.open_to - {board.user.upn} | own))


def _may_for_shared(board: Board) -> bool:
    box = board.tenant.mailboxes.get(SHARED)
    return box is not None and board.user.upn in box.open_to


def _assignment(board: Board, value: str) -> None:
    known, pair = board.tenant.assignments, (board.app.client_id, board.mailbox.address)
    (known.add if value == "assigned" else known.discard)(pair)


def _licence(board: Board, value: str) -> None:
    board.keep(replace(board.mailbox, licensed=value == "assigned"))


def _basic(board: Board, value: str) -> None:
    board.tenant.basic = next(each for each in get_args(Basic) if each == value)


def _latency(board: Board, value: str) -> None:
    board.faults.delay = number(value, 0, _MOST_SECONDS)


def _connections(board: Board, value: str) -> None:
    board.faults.connections = int(number(value, 0, _MOST_CONNECTIONS))


def _high_volume(board: Board, value: str) -> None:
    others = tuple(role for role in board.app.roles if role != HIGH_VOLUME)
    own = (HIGH_VOLUME,) if value == "consented" else ()
    board.keep(replace(board.app, roles=others + own))


EXCHANGE = (
    Switch(
        name="high-volume",
        values=("unconsented", "consented"),
        help=_(
            "the app's permission for High Volume Email (Mail.Send of Exchange Online); unconsented: "
            "535 5.7.3 there"
        ),
        get=lambda board: "consented" if HIGH_VOLUME in board.app.roles else "unconsented",
        put=_high_volume,
    ),
    Switch(
        name="tenant-smtp-auth",
        values=("on", "off"),
        help=_(
            "Authenticated SMTP of the whole tenant (Set-TransportConfig); off: 535 5.7.139 … Tenant"
        ),
        get=lambda board: "on" if board.tenant.smtp_auth else "off",
        put=later("tenant-smtp-auth", _tenant_smtp),
    ),
    Switch(
        name="mailbox-smtp-auth",
        values=("inherit", "on", "off"),
        help=_(
            "Authenticated SMTP of the mailbox (Set-CASMailbox); off: 535 5.7.139 … Mailbox"
        ),
        get=lambda board: {True: "on", False: "off", None: "inherit"}[board.mailbox.smtp_auth],
        put=later("mailbox-smtp-auth", _mailbox_smtp),
    ),
    Switch(
        name="service-principal",
        values=("registered", "missing"),
        help=_(
            "registration of the app in Exchange (New-ServicePrincipal); missing: 535 5.7.3"
        ),
        get=lambda board: (
            "registered"
            if board.app.client_id in board.tenant.service_principals
            else "missing"
        ),
        put=later("service-principal", _principal),
    ),
    Switch(
        name="mailbox-permission",
        values=("granted", "missing"),
        help=_(
            "permission of the app on the mailbox (Add-MailboxPermission); missing: 535 5.7.3"
        ),
        get=lambda board: (
            "granted" if board.app.client_id in board.mailbox.open_to else "missing"
        ),
        put=later("mailbox-permission", _mailbox_right),
    ),
    Switch(
        name="delegate",
        values=("granted", "missing"),
        help=_(
            "permissions of the user on the shared mailbox (Full Access, Send As); missing: 535 "
            "5.7.3, 403 ErrorAccessDenied"
        ),
        get=lambda board: "granted" if _may_for_shared(board) else "missing",
        put=later("delegate", _delegate),
    ),
    Switch(
        name="rbac",
        values=("none", "assigned"),
        help=_(
            "the app's role “Application SMTP.SendAsApp” (RBAC for Applications); used if there is "
            "no consent in Entra ID"
        ),
        get=lambda board: (
            "assigned"
            if (board.app.client_id, board.mailbox.address) in board.tenant.assignments
            else "none"
        ),
        put=later("rbac", _assignment),
    ),
    Switch(
        name="licence",
        values=("assigned", "removed"),
        help=_("licence of the mailbox; removed: 535 5.7.3"),
        get=lambda board: "assigned" if board.mailbox.licensed else "removed",
        put=later("licence", _licence),
    ),
    spanned(
        "propagation",
        lambda board: board.pending,
        "delay",
        _("time until Exchange applies a changed permission (in reality 30m to 2h)"),
    ),
    Switch(
        name="basic",
        values=get_args(Basic),
        help=_(
            "password sign-in: by-date is on before 2026-12-31 and off afterwards (535 5.7.139); on: "
            "turned on again by an administrator; removed: 550 5.7.30"
        ),
        get=lambda board: board.tenant.basic,
        put=_basic,
    ),
    flag(
        "security-defaults",
        "on",
        "off",
        lambda board: board.tenant,
        "security_defaults",
        _("security defaults; on: password sign-in gets 535 5.7.139"),
    ),
    Switch(
        name="connections",
        kind="number",
        help=_("maximum SMTP connections of one mailbox; above: 432 4.3.2"),
        get=lambda board: str(board.faults.connections),
        put=_connections,
    ),
    Switch(
        name="latency",
        kind="number",
        help=_("seconds before each SMTP reply"),
        get=lambda board: f"{board.faults.delay:g}",
        put=_latency,
    ),
)
