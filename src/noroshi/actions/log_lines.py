"""Lines of a log that an alarm is about: the first few in the mail, all of them beside it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from noroshi.actions.alarm_batch import Telling
from noroshi.actions.letter import HARMFUL, Quote, tidy
from noroshi.core.model import Event
from noroshi.core.translation import NOTHING, _, ngettext

SHOWN = 5
MOST_ATTACHED = 200
LONGEST_NAME = 60
# A BOM and CRLF, as it is opened by a double click on Windows: Notepad before Windows 10
# 1903 and Outlook's preview take a file without a BOM for the system's code page (CP932 in
# Japan), and Notepad before 1809 shows lines ended by LF alone as one.
BOM, LINE_END = "\ufeff", "\r\n"
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")  # no files on Windows
FORBIDDEN = re.compile(r'[<>:"/\\|?*\n]')
ALL = _("Lines found ({count})")
SOME = _("Lines found (the first {shown} of {count})")
BESIDE = _(", all lines in {name}")
LEFT_OUT = ngettext("({count} more line omitted)", "({count} more lines omitted)")


def quote(event: Event, told: Telling, *, attached: bool) -> Quote | None:
    """Return the first lines of what an event is about; None if it has none."""
    lines = lines_of(event)
    if not lines:
        return None
    title = (ALL if len(lines) <= SHOWN else SOME).fill(shown=SHOWN, count=len(lines))
    beside = BESIDE.fill(name=file_name(told)) if attached else NOTHING
    shown = tuple(lines[:SHOWN])
    return Quote(title.say(told.language) + beside.say(told.language), shown)


def lines_of(event: Event) -> tuple[str, ...]:
    return event.cause.reading.lines if event.cause.reading else ()


def attachments(told: Telling) -> list[dict[str, str]]:
    """Return one file with all lines of all items, or none; each `name`, `type` and `text`."""
    lines = list(_all_lines(told))
    if not lines:
        return []
    left = len(lines) - MOST_ATTACHED
    kept = lines[:MOST_ATTACHED]
    kept += [LEFT_OUT.fill(count=left).say(told.language)] if left > 0 else []
    text = BOM + "".join(f"{line}{LINE_END}" for line in kept)
    return [{"name": file_name(told), "type": "text/plain", "text": text}]


def file_name(told: Telling) -> str:
    """Return a name that every file system takes."""
    return f"{safe(told.topic.monitor.name) or 'monitor'}-lines.txt"


def safe(name: str) -> str:
    """Return as much of a name as may stand in a file's name on Windows, macOS and Linux
    alike."""
    kept = HARMFUL.sub("_", FORBIDDEN.sub("_", unicodedata.normalize("NFC", name)))
    kept = kept[:LONGEST_NAME].strip(" .")
    return f"_{kept}" if RESERVED.fullmatch(kept) else kept


def _all_lines(told: Telling) -> Iterator[str]:
    """Under its item's name, where there are several."""
    events: Sequence[Event] = [a.event for a in told.alarms if lines_of(a.event)]
    for event in events:
        if len(events) > 1:
            yield f"== {event.item or told.topic.monitor.name} =="
        yield from (tidy(line).replace("\n", "\ufffd") for line in lines_of(event))
