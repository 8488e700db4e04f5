"""Switches for what Exchange allows, and for how the mailbox stands."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from noroshi.core.words import Words
from noroshi_lab.lab.limits import MEGABYTE, Limits, Manner
from noroshi_lab.lab.state import Board
from noroshi_lab.lab.switches.kinds import Switch, counted, flag, number, spanned

_MOST = 100_000_000


def _of(board: Board) -> Limits:
    return board.limits


def _manner(board: Board, value: str) -> None:
    board.limits.manner = next(each for each in get_args(Manner) if each == value)


def _size(board: Board, value: str) -> None:
    board.limits.size = int(number(value, 0.001, 150) * MEGABYTE)


def _quota(board: Board, value: str) -> None:
    board.keep(replace(board.mailbox, quota=int(number(value, 0, 1_000_000) * MEGABYTE)))


def _sender(board: Board, value: str) -> None:
    board.keep(replace(board.mailbox, blocked=value == "blocked"))


def _sent_items(board: Board, value: str) -> None:
    board.keep(replace(board.mailbox, saves_sent=value == "kept"))


def _unknown(board: Board, value: str) -> None:
    board.limits.unknown = "kept" if value == "kept" else "returned"


LIMITS = (
    Switch(
        name="throttling",
        values=get_args(Manner),
        help=Words(
            en="what happens above the mails a minute: they are delayed, or refused (432 4.3.2)",
            ja="1分あたりの通数を超えたとき。delay では待たせ、reject では拒否します (432 4.3.2)",
        ),
        get=lambda board: board.limits.manner,
        put=_manner,
    ),
    counted(
        "mails-a-minute",
        _of,
        "a_minute",
        _MOST,
        Words(en="mails a minute of one mailbox", ja="1つのメールボックスの1分あたりの通数"),
    ),
    counted(
        "recipients",
        _of,
        "recipients",
        _MOST,
        Words(
            en="recipients of one mail; more: 452 4.5.3", ja="1通の宛先の数。超えると 452 4.5.3"
        ),
    ),
    counted(
        "recipients-a-day",
        _of,
        "recipients_a_day",
        _MOST,
        Words(
            en="recipients of one mailbox in 24 hours; more: 554 5.2.0",
            ja="1つのメールボックスの24時間の宛先の数。超えると 554 5.2.0",
        ),
    ),
    counted(
        "licences",
        _of,
        "licences",
        _MOST,
        Words(
            en="the tenant's licences, which decide its external recipients in 24 hours; more: "
            "550 5.7.233; 0 is a trial with 5,000: 550 5.7.232",
            ja="テナントのライセンス数。24時間の外部の宛先の数が決まり、超えると 550 5.7.233。"
            "0 は試用版で 5,000 まで (550 5.7.232)",
        ),
    ),
    flag(
        "sender-domain",
        "initial",
        "own",
        lambda board: board.tenant,
        "initial_domain",
        Words(
            en="initial: it sends from onmicrosoft.com; above 100 external recipients in 24 hours "
            "550 5.7.236",
            ja="initial では onmicrosoft.com から送ります。24時間の外部の宛先が100を超えると 550 5.7.236",
        ),
    ),
    Switch(
        name="size",
        kind="number",
        help=Words(
            en="megabytes of one mail (MaxSendSize); more: 552 5.3.4",
            ja="1通の大きさの上限 (MB、MaxSendSize)。超えると 552 5.3.4",
        ),
        get=lambda board: f"{board.limits.size / MEGABYTE:g}",
        put=_size,
    ),
    Switch(
        name="mailbox-quota",
        kind="number",
        help=Words(
            en="megabytes of the sending mailbox, Sent Items too; full: 554 5.2.2; 0: no limit",
            ja="送信元メールボックスの容量 (MB)。送信済みアイテムも含み、いっぱいになると 554 5.2.2。"
            "0 では制限なし",
        ),
        get=lambda board: f"{board.mailbox.quota / MEGABYTE:g}",
        put=_quota,
    ),
    Switch(
        name="sent-items",
        values=("kept", "none"),
        help=Words(
            en="whether what is sent is kept in Sent Items", ja="送信済みアイテムに残すかどうか"
        ),
        get=lambda board: "kept" if board.mailbox.saves_sent else "none",
        put=_sent_items,
    ),
    Switch(
        name="sender",
        values=("allowed", "blocked"),
        help=Words(
            en="the mailbox's standing; blocked for spam: 550 5.1.8",
            ja="送信元の状態。スパムで制限されると 550 5.1.8",
        ),
        get=lambda board: "blocked" if board.mailbox.blocked else "allowed",
        put=_sender,
    ),
    flag(
        "send-as-wording",
        "old",
        "new",
        lambda board: board.submission,
        "old_wording",
        Words(
            en="what a foreign sender is told: new 554 5.2.252, old 550 5.7.60",
            ja="別の差出人への拒否の文言。new では 554 5.2.252、old では 550 5.7.60",
        ),
    ),
    counted(
        "errors",
        _of,
        "errors",
        _MOST,
        Words(
            en="errors of one kind within errors-for, after which the sender is throttled "
            "(550 5.2.25x); 0: never",
            ja="errors-for の間に同じ種類のエラーがこの回数になると、送信者が制限されます "
            "(550 5.2.25x)。0 では制限しません",
        ),
    ),
    spanned(
        "errors-for",
        _of,
        "errors_for",
        Words(en="over which time errors are counted", ja="エラーを数える時間"),
    ),
    Switch(
        name="unknown-recipients",
        values=("returned", "kept"),
        help=Words(
            en="mail to nobody in the own domain: returned by a report to the sender, or kept",
            ja="自ドメインの存在しない宛先。returned では送信元に配信不能レポートが届きます",
        ),
        get=lambda board: board.limits.unknown,
        put=_unknown,
    ),
    spanned(
        "report-after",
        _of,
        "report_after",
        Words(
            en="until a report of non-delivery arrives", ja="配信不能レポートが届くまでの時間"
        ),
    ),
    spanned(
        "tar-pit",
        _of,
        "tar_pit",
        Words(
            en="how long a refused sign-in at SMTP is kept waiting (really 5s)",
            ja="SMTP のサインインを拒否するまで待たせる時間 (実際は5秒)",
        ),
    ),
    spanned(
        "idle",
        _of,
        "idle",
        Words(
            en="how long an SMTP connection may be idle; afterwards 421 4.4.1; 0s: for ever",
            ja="何も送らない SMTP 接続を保つ時間。過ぎると 421 4.4.1。0s では切りません",
        ),
    ),
)
