"""How an examination is shown: a line for each stage, and the remedy below the one that stopped."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from noroshi.cli.context import CommandContext, at_home
from noroshi.cli.output.tables import pad, width, wrap
from noroshi.cli.output.times import clock
from noroshi.cli.terminal_escape import obey
from noroshi.core.words import Words

Answer = Mapping[str, Any]
MARKS = {"ok": "✓", "failed": "◆", "not reached": "·"}
STATES: Mapping[str, Words] = {
    "ok": Words(en="ok", ja="通過"),
    "failed": Words(en="failed", ja="停止"),
    "not reached": Words(en="not reached", ja="未到達"),
}
WHO, HOW = Words(en="Who", ja="担当"), Words(en="How", ja="直し方")
TAKES, PAGE = Words(en="Takes", ja="反映まで"), Words(en="Page", ja="ページ")
REPLY = Words(en="Reply", ja="相手の返答")
MILLISECONDS = "{:,.0f} ms"
REMARK = "▲ "
DOWN = Words(
    en="Since {since} no mail leaves by it: {why} ({count} waiting). The stages below send none, "
    "so they cannot see this.",
    ja="{since} からこの経路で送信できていません: {why} (待機 {count}通)。下の診断ではメールを送らない"
    "ため、この問題は見つかりません。",
)
RESTS = Words(
    en="Since {since} no mail leaves by it: {why} ({count} waiting).",
    ja="{since} からこの経路で送信できていません: {why} (待機 {count}通)。",
)
PUT_OFF = Words(
    en="Mails for it wait since {since}, tried in vain: {count} ({why}). The stages "
    "below send none, so they cannot see this.",
    ja="{since} から{count}通が送信待ちです ({why})。下の診断ではメールを送らないため、"
    "この問題は見つかりません。",
)
NARROW, NARROWEST = 100, 60
TIME = 8
"""Columns of a stage's time: 9,999 ms."""
CLEAR = "\r\x1b[K"
"""ECMA-48, 8.3.41 (EL): the line is wiped from its beginning."""
WAITING = "  … {title}"


class Page:
    """Writes as the stages come; `text` is all that was written."""

    def __init__(self, asked: CommandContext, *, silent: bool) -> None:
        self._asked, self._silent = asked, silent
        self._room = max(shutil.get_terminal_size((NARROW, 0)).columns, NARROWEST)
        self._lines = list[str]()
        self._titles = self._states = 0
        self._live = not silent and sys.stdout.isatty()

    @property
    def text(self) -> str:
        return "\n".join(self._lines) + "\n"

    def begin(self, begun: Answer) -> None:
        """The heading; how wide the columns are."""
        say = self._asked.say
        self._titles = max([width(say(one["title"])) for one in begun["names"]], default=0)
        self._states = max(width(say(STATES[state])) for state in ("ok", "failed"))
        title = say(begun["title"])
        name = begun["route"] or title
        shown = f"{name} ({title})" if title and begun["route"] else name
        mark = say(begun["mark"])
        kind = f"{begun['kind']} [{mark}]" if mark else begun["kind"]
        told = [part for part in (shown, kind, begun["where"]) if part]
        self.gap()
        self._say("  ".join(told))
        if down := begun["down"]:
            self._say(*self._hung(f"  {REMARK}", say(_known(down))))
            if down["remedy"]:
                self._say("", *self._remedy(down["remedy"]), "")

    def gap(self) -> None:
        """One empty line between what belongs together and the next of its kind."""
        if self._lines and self._lines[-1]:
            self._say("")

    def end(self, lines: Sequence[str]) -> None:
        """What came of all of it."""
        self.gap()
        self._say(*lines)

    def wait_for(self, names: Sequence[Answer]) -> None:
        """On a terminal, what is being looked at now."""
        if self._live and names:
            title = self._asked.say(names[0]["title"])
            obey(CLEAR)
            print(WAITING.format(title=title), end="", flush=True)

    def show(self, stage: Answer) -> None:
        """Its line; remarks and remedy below."""
        if self._live:
            obey(CLEAR)
        self._say(*self._stage(stage))

    def _say(self, *lines: str) -> None:
        self._lines += lines
        if not self._silent:
            print("\n".join(lines), flush=True)

    def _stage(self, stage: Answer) -> Iterator[str]:
        say, state = self._asked.say, stage["state"]
        time = stage["milliseconds"]
        shown = "" if time is None else MILLISECONDS.format(time)
        head = "  ".join(
            (
                f"  {MARKS[state]} {pad(say(stage['title']), self._titles)}",
                pad(say(STATES[state]), self._states),
                f"{shown:>{TIME}}",
                "",
            )
        )
        yield from self._hung(head, say(stage["found"]))
        for remark in stage["remarks"]:
            yield from self._hung(" " * 4 + REMARK, say(remark))
        if stage["remedy"] is not None:
            yield from ("", *self._remedy(stage["remedy"]), "")

    def _remedy(self, remedy: Answer) -> Iterator[str]:
        """What it means; then who, how, when, where and the other side's own words."""
        say = self._asked.say
        yield from self._hung(" " * 4, say(remedy["meaning"]))
        yield ""
        wide = max(width(say(words)) for words in (WHO, HOW, TAKES, PAGE, REPLY))
        for words, lines in self._parts(remedy):
            label = f"    {pad(say(words), wide)}  "
            for line in lines:
                yield f"{label}{line}".rstrip()
                label = " " * width(label)

    def _parts(self, remedy: Answer) -> Iterator[tuple[Words, Iterable[str]]]:
        say = self._asked.say
        yield WHO, self._wrapped(say(remedy["who"]))
        how = [line for step in remedy["how"] for line in self._wrapped(say(step))]
        home = getattr(self._asked.given, "home", "")
        copied = [f"  {at_home(line, home)}" for line in remedy["lines"]]
        if how or copied:
            yield HOW, [*how, *copied]
        if takes := say(remedy["takes"]):
            yield TAKES, self._wrapped(takes)
        if remedy["link"]:
            yield PAGE, [remedy["link"]]
        if remedy["reply"]:
            yield REPLY, self._wrapped(remedy["reply"])

    def _wrapped(self, text: str) -> list[str]:
        return wrap(text, self._room - 16)

    def _hung(self, head: str, text: str) -> Iterator[str]:
        """Wrapped beside its head, which stands before the first line alone."""
        for line in wrap(text, self._room - width(head)):
            yield f"{head}{line}".rstrip()
            head = " " * width(head)


def _known(down: Answer) -> Words:
    """What the node knows, and whether the stages below could find it."""
    words = PUT_OFF if not down["down"] else RESTS if down["early"] else DOWN
    since = clock(down["since"], datetime.now(UTC))
    return words.fill(since=since, why=Words(**down["why"]), count=down["waiting"])
