"""Switches for what Exchange allows, and for how the mailbox stands."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from noroshi.core.translation import _
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
        help=_("messages above the limit per minute: delayed, or refused (432 4.3.2)"),
        get=lambda board: board.limits.manner,
        put=_manner,
    ),
    counted("mails-a-minute", _of, "a_minute", _MOST, _("messages per minute of one mailbox")),
    counted(
        "recipients", _of, "recipients", _MOST, _("recipients of one message; above: 452 4.5.3")
    ),
    counted(
        "recipients-a-day",
        _of,
        "recipients_a_day",
        _MOST,
        _("recipients of one mailbox in 24 hours; above: 554 5.2.0"),
    ),
    counted(
        "licences",
        _of,
        "licences",
        _MOST,
        _(
            "licences of the tenant, which determine its limit of external recipients in 24 hours; "
            "above: 550 5.7.233; 0: a trial with a limit of 5,000: 550 5.7.232"
        ),
    ),
    flag(
        "sender-domain",
        "initial",
        "own",
        lambda board: board.tenant,
        "initial_domain",
        _(
            "initial: the tenant sends from onmicrosoft.com; above 100 external recipients in 24 "
            "hours: 550 5.7.236"
        ),
    ),
    Switch(
        name="size",
        kind="number",
        help=_("maximum size of one message in MB (MaxSendSize); above: 552 5.3.4"),
        get=lambda board: f"{board.limits.size / MEGABYTE:g}",
        put=_size,
    ),
    Switch(
        name="mailbox-quota",
        kind="number",
        help=_(
            "size of the sending mailbox in MB, with Sent Items; full: 554 5.2.2; 0: no limit"
        ),
        get=lambda board: f"{board.mailbox.quota / MEGABYTE:g}",
        put=_quota,
    ),
    Switch(
        name="sent-items",
        values=("kept", "none"),
        help=_("keep sent mail in Sent Items"),
        get=lambda board: "kept" if board.mailbox.saves_sent else "none",
        put=_sent_items,
    ),
    Switch(
        name="sender",
        values=("allowed", "blocked"),
        help=_("state of the mailbox; blocked for spam: 550 5.1.8"),
        get=lambda board: "blocked" if board.mailbox.blocked else "allowed",
        put=_sender,
    ),
    flag(
        "send-as-wording",
        "old",
        "new",
        lambda board: board.submission,
        "old_wording",
        _("refusal of another user's sender address: new 554 5.2.252, old 550 5.7.60"),
    ),
    counted(
        "errors",
        _of,
        "errors",
        _MOST,
        _(
            "errors of one type within errors-for after which the sender is throttled (550 5.2.25x); "
            "0: never"
        ),
    ),
    spanned("errors-for", _of, "errors_for", _("period in which errors are counted")),
    Switch(
        name="unknown-recipients",
        values=("returned", "kept"),
        help=_(
            "mail to an unknown recipient in the organisation's own domain: returned with a report "
            "to the sender, or kept"
        ),
        get=lambda board: board.limits.unknown,
        put=_unknown,
    ),
    spanned("report-after", _of, "report_after", _("time until a non-delivery report arrives")),
    spanned(
        "tar-pit",
        _of,
        "tar_pit",
        _("delay before a sign-in at SMTP is refused (in reality 5s)"),
    ),
    spanned(
        "idle",
        _of,
        "idle",
        _("idle timeout of an SMTP connection; afterwards 421 4.4.1; 0s: none"),
    ),
)
