"""Switches of the sign-in side: apps, people, policies and what they have agreed to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

from noroshi.core.translation import Message, _
from noroshi_lab.lab.clock import read_moment, read_span, write_span
from noroshi_lab.lab.directory import APP_PERMISSION, ClientSecret, Factor, UserConsent
from noroshi_lab.lab.state import Board
from noroshi_lab.lab.switches.kinds import Switch, flag, number

READING = (
    "https://graph.microsoft.com/Mail.Read",
    "https://graph.microsoft.com/Mail.Read.Shared",
)
_PAST = datetime(2000, 1, 1, tzinfo=UTC)
_LEAST, _LONGEST = timedelta(seconds=1), timedelta(days=3650)


def _factor(board: Board, value: str) -> None:
    factor = next(each for each in get_args(Factor) if each == value)
    board.keep(replace(board.user, factor=factor))


def _policy(board: Board, value: str) -> None:
    board.tenant.blocking = value == "blocking"
    board.tenant.factor_since = board.clock() if value == "second-factor" else None


def _shown_policy(board: Board) -> str:
    if board.tenant.blocking:
        return "blocking"
    return "second-factor" if board.tenant.factor_since else "open"


def _secret(board: Board, value: str) -> None:
    known = {"valid": None, "ended": _PAST}
    ends = known[value] if value in known else read_moment(value, board.clock())
    secrets = tuple(ClientSecret(each.value, ends) for each in board.app.secrets)
    board.keep(replace(board.app, secrets=secrets))


def _shown_secret(board: Board) -> str:
    ends = [each.ends for each in board.app.secrets]
    if not ends or None in ends:
        return "valid"
    last = max(each for each in ends if each is not None)
    return f"{last:%Y-%m-%dT%H:%M:%SZ}" if last > board.clock() else "ended"


def _sign_ins(board: Board, value: str) -> None:
    if value != "kept":
        board.grants.revoke(board.user.upn, public_only=value == "password-changed")


def _consent(board: Board, value: str) -> None:
    if value == "withdrawn":
        board.grants.consents.withdraw(board.directory.tenants)


def _permission(board: Board, value: str) -> None:
    others = tuple(role for role in board.app.roles if role != APP_PERMISSION)
    own = (APP_PERMISSION,) if value == "consented" else ()
    board.keep(replace(board.app, roles=others + own))


def _assigned(board: Board, value: str) -> None:
    board.keep(replace(board.app, assigned=frozenset() if value == "missing" else None))


def _enabled(board: Board, value: str) -> None:
    board.keep(replace(board.app, enabled=value == "enabled"))


def _public(board: Board, value: str) -> None:
    board.keep(replace(board.app, public_client=value == "allowed"))


def _life(
    name: str,
    get: Callable[[Board], timedelta],
    put: Callable[[Board, timedelta], None],
    help: Message,
) -> Switch:
    def within(board: Board, value: str) -> None:
        put(board, min(max(read_span(value) or _LEAST, _LEAST), _LONGEST))

    return Switch(
        name=name, kind="span", help=help, get=lambda board: write_span(get(board)), put=within
    )


def _token_life(board: Board, span: timedelta) -> None:
    board.grants.scribe.seconds = int(span.total_seconds())


def _code_life(board: Board, span: timedelta) -> None:
    board.grants.lives.code = span


def _refresh_life(board: Board, span: timedelta) -> None:
    board.grants.lives.refresh = span


def _sign_in_again(board: Board, value: str) -> None:
    board.tenant.sign_in_again = number(value, 0, 87_600)


def _retry_after(board: Board, value: str) -> None:
    board.faults.retry_after = str(int(number(value, 0, 86_400)))


def _lines(board: Board, value: str) -> None:
    board.answers.lines = "crlf" if value == "crlf" else "spaces"


def _user_consent(board: Board, value: str) -> None:
    policy = next(each for each in get_args(UserConsent) if each == value)
    board.tenant.user_consent = policy


def _readings(board: Board) -> set[tuple[str, str]]:
    return {(board.app.client_id, scope) for scope in READING}


def _reading(board: Board, value: str) -> None:
    if value == "granted":
        board.tenant.consents |= _readings(board)
    else:
        board.tenant.consents -= _readings(board)


def _shown_reading(board: Board) -> str:
    return "granted" if _readings(board) <= board.tenant.consents else "none"


ENTRA = (
    Switch(
        name="second-factor",
        values=get_args(Factor),
        help=_("second factor after the password; unregistered: AADSTS50079"),
        get=lambda board: board.user.factor,
        put=_factor,
    ),
    Switch(
        name="user-consent",
        values=get_args(UserConsent),
        help=_(
            "permissions to which users can consent themselves: microsoft (default policy): all "
            "except reading mail and similar; allowed: all; admins: none. Otherwise AADSTS90094"
        ),
        get=lambda board: board.tenant.user_consent,
        put=_user_consent,
    ),
    Switch(
        name="reading-consent",
        values=("none", "granted"),
        help=_(
            "administrator's consent to read the mailbox (Mail.Read, delegated), for the whole "
            "organisation"
        ),
        get=_shown_reading,
        put=_reading,
    ),
    Switch(
        name="consent",
        values=("kept", "withdrawn"),
        momentary=True,
        help=_(
            "withdrawn: everybody's consent is revoked (AADSTS65001) until it is given again"
        ),
        get=lambda board: "kept",
        put=_consent,
    ),
    Switch(
        name="conditional-access",
        values=("open", "blocking", "second-factor"),
        help=_(
            "Conditional Access policy; blocking: everybody is refused (AADSTS53003); second-factor: "
            "earlier sign-ins are not refreshed (AADSTS50076)"
        ),
        get=_shown_policy,
        put=_policy,
    ),
    Switch(
        name="sign-in-frequency",
        kind="number",
        help=_("hours after which a new sign-in is required (AADSTS70043); 0: never"),
        get=lambda board: f"{board.tenant.sign_in_again:g}",
        put=_sign_in_again,
    ),
    flag(
        "device-code",
        "allowed",
        "blocked",
        lambda board: board.tenant,
        "device_codes",
        _("policy for the device code flow; blocked: AADSTS53003"),
    ),
    Switch(
        name="account",
        values=("enabled", "disabled"),
        help=_("the user account; disabled: AADSTS50057"),
        get=lambda board: "disabled" if board.user.disabled else "enabled",
        put=lambda board, value: board.keep(replace(board.user, disabled=value == "disabled")),
    ),
    Switch(
        name="sign-ins",
        values=("kept", "revoked", "password-changed"),
        momentary=True,
        help=_(
            "revoked (like a reset by an administrator): all existing sign-ins end (AADSTS50173); "
            "password-changed: those of public clients end. A new sign-in is valid"
        ),
        get=lambda board: "kept",
        put=_sign_ins,
    ),
    Switch(
        name="secret",
        values=("valid", "ended"),
        kind="moment",
        help=_("expiry date of the client secrets; afterwards AADSTS7000222"),
        get=_shown_secret,
        put=_secret,
    ),
    Switch(
        name="app",
        values=("enabled", "disabled"),
        help=_("the app registration; disabled: AADSTS7000112"),
        get=lambda board: "enabled" if board.app.enabled else "disabled",
        put=_enabled,
    ),
    Switch(
        name="public-client",
        values=("allowed", "forbidden"),
        help=_(
            "“Allow public client flows”; forbidden: device codes need a secret, AADSTS7000218"
        ),
        get=lambda board: "allowed" if board.app.public_client else "forbidden",
        put=_public,
    ),
    Switch(
        name="assignment",
        values=("open", "missing"),
        help=_(
            "missing: the app requires an assignment that the user does not have (AADSTS50105)"
        ),
        get=lambda board: "open" if board.app.assigned is None else "missing",
        put=_assigned,
    ),
    Switch(
        name="app-permission",
        values=("consented", "unconsented"),
        help=_("admin consent to SMTP.SendAsApp; without it tokens have no roles: 535 5.7.3"),
        get=lambda board: "consented" if APP_PERMISSION in board.app.roles else "unconsented",
        put=_permission,
    ),
    _life(
        "token-life",
        lambda board: timedelta(seconds=board.grants.token_seconds),
        _token_life,
        _("lifetime of an access token"),
    ),
    _life(
        "code-life",
        lambda board: board.grants.lives.code,
        _code_life,
        _("lifetime of the code in a redirect URL (AADSTS70008)"),
    ),
    _life(
        "refresh-life",
        lambda board: board.grants.lives.refresh,
        _refresh_life,
        _("lifetime of an unused refresh token (AADSTS700082)"),
    ),
    Switch(
        name="retry-after",
        kind="number",
        help=_("seconds in Retry-After of 429 and 503"),
        get=lambda board: board.faults.retry_after,
        put=_retry_after,
    ),
    Switch(
        name="error-lines",
        values=("spaces", "crlf"),
        help=_("separator between the parts of error_description"),
        get=lambda board: board.answers.lines,
        put=_lines,
    ),
)
