"""Show the drill on a terminal: each step as it comes, and all of them at the end."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from noroshi.cli.output.tables import table
from noroshi.cli.output.times import SECONDS, span
from noroshi.command_line.text_width import pad, width
from noroshi.core.translation import COMMA, Message, joined
from noroshi_lab.drill import drill_texts
from noroshi_lab.drill.failure_run import Result
from noroshi_lab.drill.failures import Failure

NARROW = 100
"""Columns, when the output is no terminal."""
GO = "\r\x1b[K"
"""To the line's beginning, and all of it away (ECMA-48, EL)."""
STEPS = ("noticed", "told", "survived", "mended")
EXACT = 10
TIME = 6
"""Columns for how long it took: "13 min"."""


class Shown:
    """Print in one language; `quiet` prints no progress."""

    def __init__(self, language: str, *, quiet: bool) -> None:
        self.language, self._quiet = language, quiet

    def say(self, words: Message) -> None:
        """Print a text by itself."""
        self._print(words.say(self.language))

    def title(self, number: int, count: int, failure: Failure) -> None:
        """Show what is to come."""
        self._print(f"\n{number:>2}/{count}  {failure.title.say(self.language)}")

    def waiting(self, names: Sequence[str], seconds: float) -> None:
        """Show what is waited for: on a line that goes again, where there is somebody who looks
        on."""
        if sys.stdout.isatty() and not self._quiet:
            labels = joined((drill_texts.LABELS[name] for name in names), COMMA)
            words = drill_texts.WAITING.fill(what=labels, span=f"{seconds:.0f}")
            print(f"{GO}       {words.say(self.language)}", end="", flush=True)

    def step(self, name: str, seconds: float, words: Message) -> None:
        """Show what was seen, and after how long."""
        wide = max(width(label.say(self.language)) for label in drill_texts.LABELS.values())
        label = pad(drill_texts.LABELS[name].say(self.language), wide)
        row = ["     ", label, pad(self.span(seconds), TIME), words.say(self.language)]
        room = shutil.get_terminal_size((NARROW, 0)).columns
        self._print("\n".join(table([row], room)))

    def verdict(self, result: Result) -> None:
        """Show whether it passed."""
        passed = drill_texts.PASSED.fill(span=self.span(result.seconds))
        words = drill_texts.FAILED.fill(why=result.why) if result.why else passed
        self._print(f"       {words.say(self.language)}")

    def end(self, results: Sequence[Result], seconds: float, lost: int) -> None:
        """Print all results, a line each, and the totals."""
        self._print("")
        rows = [[head.say(self.language) for head in drill_texts.HEADS]]
        rows += [self._row(number, each) for number, each in enumerate(results, 1)]
        self._print("\n".join(table(rows)))
        bad = sum(each.why is not None for each in results)
        words = drill_texts.SOME_FAILED if bad else drill_texts.ALL_PASSED
        sums = {"bad": bad, "count": len(results), "lost": lost, "span": self.span(seconds)}
        self._print(f"\n{words.fill(**sums).say(self.language)}")

    def span(self, seconds: float) -> str:
        """Return a length of time as it is read: tenths of a second while they count."""
        if round(seconds, 1) < EXACT:
            return SECONDS.fill(n=f"{seconds:.1f}").say(self.language)
        return span(timedelta(seconds=round(seconds))).say(self.language)

    def _row(self, number: int, result: Result) -> list[str]:
        mark = "◆" if result.why else "○"
        title = result.failure.title.say(self.language)
        times = [self._time(result, step) for step in STEPS]
        return [f"{mark} {number:>2}", title, *times]

    def _time(self, result: Result, step: str) -> str:
        return self.span(result.after[step]) if step in result.after else "–"

    def _print(self, text: str) -> None:
        if not self._quiet:
            print(f"{GO}{text}" if sys.stdout.isatty() else text, flush=True)


def as_json(results: Sequence[Result], seconds: float, lost: int) -> str:
    """Return the results for programs: seconds, and the words in both languages."""
    failures = [dict(_plain(each)) for each in results]
    whole = {"failures": failures, "seconds": round(seconds, 1), "lost": lost}
    return json.dumps(whole, ensure_ascii=False, indent=2)


def _plain(result: Result) -> Iterator[tuple[str, Any]]:
    yield "name", result.failure.name
    yield "title", result.failure.title.both()
    yield "passed", result.why is None
    yield "why", result.why.both() if result.why else None
    for step in STEPS:
        if step in result.after:
            yield (step, {"after": round(result.after[step], 1), **result.words[step].both()})
