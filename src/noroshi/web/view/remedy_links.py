"""Where an operation's text names a command that only shows something, or that a page does as
well, a page names the page. The texts themselves stay as the command line shows them. Pure.

What has no page (an entry of the vault for a monitor, say) is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from noroshi.core.words import Words
from noroshi.web.view import remedy_links_mail

COMMAND, OPTION = "noroshi ", "--"
PLACES: Mapping[str, Words] = {
    "status --all": Words(en="the overview", ja="「概況」"),
    "alarms": Words(en="the page of alarms", ja="「アラーム」"),
    "silence list": Words(en="the page of alarms", ja="「アラーム」"),
    "ledger": Words(en="the ledger", ja="「台帳」"),
    "queue list": Words(en="the queue", ja="「送信キュー」"),
    "versions": Words(en="the versions", ja="「定義の版」"),
    "plan(?: DIR)?": Words(en="the versions", ja="「定義の版」"),
}
"""What shows the same as these commands."""
END = r"(?=$|[;)。])"
Swaps = Sequence[tuple[str, str]]
IN_ENGLISH: Swaps = (
    (r" \(as a command: --set \S+\)", ""),
    ("See what differs now: noroshi plan", "See in the versions what differs now."),
    ("If that is meant: noroshi apply --empty DIR", "If that is meant, tick the box below."),
    ("To end all .*: noroshi apply --empty DIR", "To end all watching, tick the box below."),
    (r": noroshi queue show \S+", ""),
    ("Give them another: noroshi queue edit ID .*", "Give them another in the queue."),
    ("to give one up: noroshi queue drop ID", "to give one up, open it in the queue."),
    (r"take it back first: noroshi alarm take-back \S+", "take it back first."),
    ("of what waits: noroshi queue edit", "of what waits in the queue"),
    (r"does that: noroshi user password \S+", "does that."),
    (r"does: noroshi user totp --off \S+", "switches it off on the page of users."),
    (r" \(With an API token: one that was made with --programs\.\)", ""),
    (
        r"by that way until it is put in: noroshi secret set \S+",
        "by that way until it is put in.",
    ),
)
IN_JAPANESE: Swaps = (
    (r" \(コマンドでは --set \S+\)", ""),
    (r" \(API トークンなら、--programs を付けて作ったものが必要です\)", ""),
    (
        "であれば: noroshi apply --empty フォルダー",
        "であれば、下の欄にチェックを入れてください。",
    ),
    (r": noroshi queue show \S+", ""),
    ("にするには: noroshi queue edit ID .*", "にするには「送信キュー」で開いてください。"),
    ("取りやめるには: noroshi queue drop ID", "取りやめるには「送信キュー」で開いてください。"),
    (r"取り消してください: noroshi alarm take-back \S+", "取り消してください。"),
    (" noroshi queue edit で", "「送信キュー」で"),
    (r" noroshi user password \S+ で", "「利用者」の画面で"),
    (r" noroshi user totp --off \S+ を実行します", "「利用者」の画面で無効にします"),
    (r"その経路では送れません: noroshi secret set \S+", "その経路では送れません。"),
)
"""What else is done in the manager."""


def _english() -> Iterator[tuple[str, str]]:
    yield from IN_ENGLISH
    yield from remedy_links_mail.IN_ENGLISH
    for command, place in PLACES.items():
        yield f"See: noroshi {command}{END}", f"See {place.en}."
        yield f"Look (?:at|with): noroshi {command}{END}", f"Look at {place.en}."
        yield f"Look again: noroshi {command}{END}", f"Look again at {place.en}."
        yield f": noroshi {command}{END}", f": see {place.en}"


def _japanese() -> Iterator[tuple[str, str]]:
    yield from IN_JAPANESE
    yield from remedy_links_mail.IN_JAPANESE
    for command, place in PLACES.items():
        yield f"noroshi {command} で", f"{place.ja}で"
        yield f": noroshi {command}{END}", f" ({place.ja}で確かめられます)"


def _ready(swaps: Iterator[tuple[str, str]]) -> Sequence[tuple[re.Pattern[str], str]]:
    return [(re.compile(pattern), text) for pattern, text in swaps]


SWAPS = {"en": _ready(_english()), "ja": _ready(_japanese())}


def on_page(text: str, language: str) -> str:
    """The same text for somebody who reads it in a browser."""
    if COMMAND not in text and OPTION not in text:
        return text
    for pattern, place in SWAPS["ja" if language == "ja" else "en"]:
        text = pattern.sub(place, text)
    return text
