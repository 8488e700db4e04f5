"""Event log of Windows: how many new records there are of the levels, sources and IDs that are looked
for, and with the words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Literal

from noroshi.checks.logs.filters import Expression, Term, check_match, check_terms, expression
from noroshi.checks.logs.line_matcher import MatchedLines
from noroshi.core.definitions.problems import InvalidValueError
from noroshi.core.marked_names import with_settings
from noroshi.core.model import Limits, Reading
from noroshi.core.translation import Message, _, plain
from noroshi.ports import Check, EventQuery, Host, Outcome, SystemFacts, options

if TYPE_CHECKING:  # what is measured, which definitions need not
    from noroshi.ports import EventRecord

LevelName = Literal["critical", "error", "warning", "information"]
LEVELS: Mapping[str, int] = {"critical": 1, "error": 2, "warning": 3, "information": 4}
LEVEL_OF_NUMBER = {0: "information", 5: "verbose"} | {
    number: name for name, number in LEVELS.items()
}
AT_ONCE = 1000
"""Records that one measurement reads of a log; the next one continues from there."""
MOST_CONDITIONS = 20
"""Sources and IDs: Windows takes a query of some twenty conditions."""
SHOWN = 200  # characters of the first record, beside the number

NO_LOG = with_settings(_("{logs} must contain the name of a log"), "logs")
TOO_MANY = with_settings(
    _("{sources} and {ids} may contain at most {most} entries together"), "sources", "ids"
)
NO_SUCH_ID = with_settings(_("{ids} must be between 0 and 65535"), "ids")
BOTH_QUOTES = _("{name} cannot contain both ' and \"")
NONE = _("no matching event")
FIRST_LOOK = _("first measurement: only events logged from now on are counted")
FIRST = _("first match: {line}")


@options
class Options:
    logs: tuple[str, ...] = ("System", "Application")
    """Event logs

    Names of the logs, as Event Viewer shows them in the properties of a log."""
    levels: tuple[LevelName, ...] = ("critical", "error")
    """Event levels

    Levels of the events to count. If none is selected, events of all levels are counted."""
    sources: tuple[str, ...] = ()
    """Event sources

    Sources of the events to count, such as Disk. Default: all sources."""
    ids: tuple[int, ...] = ()
    """Event IDs

    IDs of the events to count. Default: all IDs."""
    exclude: tuple[str, ...] = ()
    """Events not to count

    Sources, IDs, or both in the form Source:ID; * stands for any text."""
    terms: tuple[Term, ...] = ()
    """Terms to look for in the text of the event, as in a log file. Default: any text."""
    match: Literal["", "all", "any"] = ""
    """Required matches: all terms, or any one of them."""
    ignore_case: bool = False
    """ERROR, Error and error count as the same word."""

    def __post_init__(self) -> None:
        if not all(name.strip() for name in self.logs) or not self.logs:
            raise InvalidValueError(NO_LOG)
        if len(self.sources) + len(self.ids) > MOST_CONDITIONS:
            raise InvalidValueError(TOO_MANY.fill(most=MOST_CONDITIONS))
        if not all(0 <= number <= 0xFFFF for number in self.ids):
            raise InvalidValueError(NO_SUCH_ID)
        for name in self.sources:
            if {"'", '"'} <= set(name):
                raise InvalidValueError(BOTH_QUOTES.fill(name=name))
        if self.terms:
            check_terms(self.terms)
        check_match(self.terms, self.match)

    @property
    def expression(self) -> Expression | None:
        """Return the terms; None if any text will do."""
        if not self.terms:
            return None
        return expression(self.terms, self.match, self.ignore_case)

    def query(self, log: str, after_number: int, most: int) -> EventQuery:
        return EventQuery(
            log=log,
            levels=tuple(LEVELS[name] for name in self.levels),
            sources=self.sources,
            ids=self.ids,
            after_number=after_number,
            most=most,
        )

    def includes(self, record: EventRecord) -> bool:
        source, number = record.source.casefold(), str(record.event_id)
        names = (source, number, f"{source}:{number}")
        return not any(
            fnmatchcase(name, pattern.casefold()) for pattern in self.exclude for name in names
        )


@dataclass(frozen=True, slots=True)
class LogResult:
    """Hold the matches in one log, and the number of the last record that was read."""

    found_lines: MatchedLines
    number: int
    has_begun: bool = True


async def run(options: Options, host: Host, memory: Mapping[str, Any]) -> Outcome:
    system, numbers = await host.system_facts(), memory.get("numbers", {})
    results = {
        log: await _read_log(options, system, log, numbers.get(log)) for log in options.logs
    }
    readings = tuple(_reading(log, result) for log, result in results.items())
    return Outcome(
        readings, {"numbers": {log: result.number for log, result in results.items()}}
    )


async def _read_log(
    options: Options, system: SystemFacts, log: str, number: int | None
) -> LogResult:
    """Read the new records of a log. The first time, only the number of the newest one is noted."""
    matched = MatchedLines()
    if number is None:
        batch = await system.events(EventQuery(log=log, most=0))
        return LogResult(matched, batch.newest, has_begun=False)
    batch = await system.events(options.query(log, number, AT_ONCE))
    for record in batch.records:
        text = " ".join(record.text.split())
        if options.includes(record) and _matches(options.expression, text):
            matched.add(_line(record, text).encode("utf-8", "replace"))
    last = batch.records[-1].number if batch.records else 0
    return LogResult(matched, last if batch.is_partial else max(batch.newest, last))


def _matches(terms: Expression | None, text: str) -> bool:
    return terms is None or terms.matches(text.encode("utf-8", "replace"))


def _line(record: EventRecord, text: str) -> str:
    level = LEVEL_OF_NUMBER.get(record.level, str(record.level))
    moment = f"{record.created_at:%Y-%m-%d %H:%M:%SZ}"
    return f"{moment} {level} {record.source} {record.event_id}: {text}"


def _reading(log: str, result: LogResult) -> Reading:
    lines = result.found_lines.lines
    return Reading("hits", result.found_lines.count, "", log, _note(result), tuple(lines))


def _note(result: LogResult) -> Message:
    if result.found_lines.lines:
        return FIRST.fill(line=plain(result.found_lines.lines[0][:SHOWN]))
    return NONE if result.has_begun else FIRST_LOOK


CHECK = Check(
    kind="eventlog",
    title=_("Event log (Windows)"),
    help=_(
        "Counts new events in the Windows event logs, by level, source, ID and text. This type "
        "is not yet verified on a real Windows system."
    ),
    options=Options,
    limits={"hits": Limits(warning=1)},
    names={"hits": _("Events found")},
    run=run,
    asks_computer=True,
    blocks=True,
    occurrences=frozenset({"hits"}),
    modules=("noroshi.hosts.operating_system.local_system",),
)
