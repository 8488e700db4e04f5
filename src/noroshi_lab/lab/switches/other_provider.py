"""Switches of the provider that is not Microsoft."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

from noroshi.core.words import Words
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


def _word(name: str, field: str, words: Any, help: Words) -> Switch:
    """One of the words that a field may be."""

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
        Words(
            en="what a refresh token is asked for by: the scope offline_access, or (as at Google) "
            "access_type=offline, and then it comes with the first consent or prompt=consent alone",
            ja="更新トークンの求め方。scope では offline_access、access-type では (Google と同じく) "
            "access_type=offline で、最初の同意か prompt=consent のときだけ渡します",
        ),
    ),
    _word(
        "refresh",
        "refresh",
        Refresh,
        Words(
            en="refresh tokens: rotating, and one that is used twice ends them all; or lasting",
            ja="更新トークン。rotating では毎回替わり、2回使われると全部が無効になります。"
            "lasting では替わりません",
        ),
    ),
    _word(
        "granted",
        "granted",
        Granted,
        Words(
            en="scopes granted at a sign-in: all that were requested; or fewer: offline_access is dropped "
            "without prompt=consent. A renewal that asks for more gets invalid_scope",
            ja="サインインで許可するスコープ。asked では要求のとおり。fewer では、prompt=consent がなければ "
            "offline_access を外します。許可より広いスコープの更新は invalid_scope",
        ),
    ),
    Switch(
        name="elsewhere-sign-ins",
        values=("kept", "revoked"),
        momentary=True,
        help=Words(
            en="revoked ends all that there are (invalid_grant)",
            ja="revoked で今あるサインインをすべて取り消します (invalid_grant)",
        ),
        get=lambda board: "kept",
        put=_sign_ins,
    ),
    _word(
        "client-auth",
        "client_auth",
        ClientAuth,
        Words(
            en="how the app sends its secret: by HTTP Basic, in the body, or either",
            ja="アプリのシークレットの送り方。HTTP Basic、本文、どちらでも",
        ),
    ),
    flag(
        "elsewhere-delegation",
        "granted",
        "missing",
        _of,
        "delegated",
        Words(
            en="whether the service account may act for people; missing: unauthorized_client",
            ja="サービス アカウントが利用者の代わりに送れるか。missing では unauthorized_client",
        ),
    ),
    _word(
        "passwords",
        "passwords",
        Passwords,
        Words(
            en="passwords at SMTP: app passwords alone, or none",
            ja="SMTP のパスワード。アプリ パスワードだけを受け付けるか、何も受け付けないか",
        ),
    ),
    spanned(
        "elsewhere-token-life",
        _of,
        "token_life",
        Words(en="how long an access token holds", ja="アクセス トークンの有効期間"),
    ),
    spanned(
        "elsewhere-refresh-life",
        _of,
        "refresh_life",
        Words(
            en="how long a refresh token holds without being used",
            ja="使わない更新トークンの有効期間",
        ),
    ),
    counted(
        "elsewhere-recipients-a-day",
        _of,
        "recipients_a_day",
        10_000_000,
        Words(
            en="recipients of one mailbox in 24 hours; more: 550 5.4.5",
            ja="1つのメールボックスの24時間の宛先の数。超えると 550 5.4.5",
        ),
    ),
)
