"""Switches of the provider that is not Microsoft."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

from noroshi.core.translation import Message, _
from noroshi_lab.lab.other_provider.provider import (
    ClientAuth,
    Granted,
    Offline,
    Passwords,
    Provider,
    Refresh,
)
from noroshi_lab.lab.state import Board
from noroshi_lab.lab.switches.kinds import Switch, counted, flag, spanned


def _of(board: Board) -> Provider:
    return board.elsewhere.provider


def _word(name: str, field: str, words: Any, help: Message) -> Switch:
    """Return one of the words that a field may be."""

    def put(board: Board, value: str) -> None:
        setattr(_of(board), field, value)

    return Switch(
        name=f"elsewhere-{name}", values=get_args(words), help=help, get=_getter(field), put=put
    )


def _getter(field: str) -> Callable[[Board], str]:
    return lambda board: str(getattr(_of(board), field))


def _sign_ins(board: Board, value: str) -> None:
    if value == "revoked":
        board.elsewhere.authority.forget()


ELSEWHERE = (
    _word(
        "offline",
        "offline",
        Offline,
        _(
            "request for a refresh token: by the scope offline_access, or (as at Google) by "
            "access_type=offline, and then only at the first consent or with prompt=consent"
        ),
    ),
    _word(
        "refresh",
        "refresh",
        Refresh,
        _("refresh tokens: rotating (using one twice revokes all), or lasting"),
    ),
    _word(
        "granted",
        "granted",
        Granted,
        _(
            "scopes granted at a sign-in: all requested; or fewer: offline_access is dropped without "
            "prompt=consent. A renewal with more scopes gets invalid_scope"
        ),
    ),
    Switch(
        name="elsewhere-sign-ins",
        values=("kept", "revoked"),
        momentary=True,
        help=_("revoked: all existing sign-ins end (invalid_grant)"),
        get=lambda board: "kept",
        put=_sign_ins,
    ),
    _word(
        "client-auth",
        "client_auth",
        ClientAuth,
        _("transfer of the app's secret: by HTTP Basic, in the body, or either"),
    ),
    flag(
        "elsewhere-delegation",
        "granted",
        "missing",
        _of,
        "delegated",
        _("permission of the service account to act for users; missing: unauthorized_client"),
    ),
    _word(
        "passwords", "passwords", Passwords, _("passwords at SMTP: only app passwords, or none")
    ),
    spanned("elsewhere-token-life", _of, "token_life", _("lifetime of an access token")),
    spanned(
        "elsewhere-refresh-life", _of, "refresh_life", _("lifetime of an unused refresh token")
    ),
    counted(
        "elsewhere-recipients-a-day",
        _of,
        "recipients_a_day",
        10_000_000,
        _("recipients of one mailbox in 24 hours; above: 550 5.4.5"),
    ),
)
