"""`noroshi try`: a monitor measured and judged now; nothing of it is kept or sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.handlers.apply import documents_of
from noroshi.cli.output.levels import shown
from noroshi.cli.output.routes import listed
from noroshi.cli.output.tables import columns, table
from noroshi.core.translation import _, bilingual

Answer = Mapping[str, Any]
RUNS_ON = _("runs on: {host}   target: {target}   took {seconds} s")
READ = _("Readings")
NOTHING_READ = _("Found nothing to measure.")
NO_LIMITS = _("no limits")
JUDGED = _("Levels judged")
TELLS = _("Decisions of the rules")
WOULD = _("would notify {contacts} by {routes}: {because}")
WOULD_NOT = _("would notify nobody: {because}")
NO_RULES = _("Nobody would be notified: nothing is wrong now, or no rule acts on this monitor.")
NOTHING_KEPT = _("This was a test: nothing was saved or sent.")


def try_(asked: CommandContext) -> int:
    """Everything that was read and judged; exit code 0 whatever the level is."""
    given = asked.given
    documents = documents_of(asked, Path(given.folder)) if given.folder else None
    tried = asked.call("try_monitor", monitor=given.monitor, documents=documents)
    if given.json:
        asked.print_json(tried)
    else:
        print("\n".join(_page(asked, tried)))
    return exits.DONE


def _page(asked: CommandContext, tried: Answer) -> Iterator[str]:
    yield f"{shown(tried['level'], asked.language)}  {tried['path']} ({tried['kind']})"
    seconds = f"{tried['seconds']:.2f}"
    where = RUNS_ON.fill(host=tried["runs_on"], target=tried["target"], seconds=seconds)
    yield f"  {asked.say(where)}"
    yield from ("", asked.say(READ))
    yield from _readings(asked, tried)
    yield from (f"  {line}" for words in tried["seen"] for line in _lines(asked, words))
    yield from ("", asked.say(JUDGED))
    rows = [
        (shown(i["level"], asked.language), i["item"], asked.say(i["words"]))
        for i in tried["items"]
    ]
    yield from (f"  {line}" for line in table(rows, columns() - 2))
    yield from ("", asked.say(TELLS))
    yield from _rules(asked, tried["rules"], tried["marks"])
    yield from ("", asked.say(NOTHING_KEPT))


def _lines(asked: CommandContext, words: Mapping[str, str]) -> Sequence[str]:
    return asked.say(words).splitlines()


def _readings(asked: CommandContext, tried: Answer) -> Iterator[str]:
    if tried["fault"] is not None:
        yield f"  {asked.say(tried['fault'])}"
    elif not tried["readings"]:
        yield f"  {asked.say(NOTHING_READ)}"
    rows = [
        (
            asked.say(one["name"]),
            one["item"],
            asked.say(one["value"]),
            shown(one["level"], asked.language),
            asked.say(one["limits"]) or asked.say(NO_LIMITS),
            asked.say(one["note"]),
        )
        for one in tried["readings"]
    ]
    yield from (f"  {line}" for line in table(rows, columns() - 2))
    yield from (f"    {line}" for one in tried["readings"] for line in one["lines"])


def _rules(asked: CommandContext, found: Sequence[Answer], marks: Answer) -> Iterator[str]:
    if not found:
        yield f"  {asked.say(NO_RULES)}"
    rows = [_rule(asked, one, marks) for one in found]
    yield from (f"  {line}" for line in table(rows, columns() - 2))


def _rule(asked: CommandContext, one: Answer, marks: Answer) -> tuple[str, ...]:
    words = WOULD if one["speaks"] else WOULD_NOT
    said = words.fill(
        contacts=", ".join(one["contacts"]),
        routes=listed(asked, one["routes"], marks, " > "),
        because=bilingual(**one["because"]),
    )
    return (one["called"], one["item"], asked.say(said))
