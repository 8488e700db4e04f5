"""Lines of a log that an alarm is about: the first few in the mail, all of them beside it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from noroshi.actions.alarm_batch import AlarmBatch
from noroshi.actions.letter import HARMFUL, Quote, tidy
from noroshi.core.model import Event
from noroshi.core.translation import _, ngettext

LINES_SHOWN = 5
MOST_ATTACHED = 200
LONGEST_NAME = 60
# A BOM and CRLF, as it is opened by a double click on Windows: Notepad before Windows 10
# 1903 and Outlook's preview take a file without a BOM for the system's code page (CP932 in
# Japan), and Notepad before 1809 shows lines ended by LF alone as one.
BOM, LINE_END = "\ufeff", "\r\n"
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")  # no files on Windows
FORBIDDEN = re.compile(r'[<>:"/\\|?*\n]')
ALL = _("Lines found ({count})")
FIRST_LINES = _("Lines found (first {shown} of {count})")
ALL_ATTACHED = _("Lines found ({count}; also in the attached {name})")
FIRST_LINES_ATTACHED = _(
    "Lines found (first {shown} of {count}; all lines are in the attached {name})"
)
LEFT_OUT = ngettext("({count} more line omitted)", "({count} more lines omitted)")


def quote(event: Event, batch: AlarmBatch, *, is_attached: bool) -> Quote | None:
    """Return the first lines of what an event is about; None if it has none."""
    lines = lines_of(event)
    if not lines:
        return None
    if len(lines) <= LINES_SHOWN:
        title = ALL_ATTACHED if is_attached else ALL
    else:
        title = FIRST_LINES_ATTACHED if is_attached else FIRST_LINES
    title = title.fill(shown=LINES_SHOWN, count=len(lines), name=file_name(batch))
    return Quote(title.say(batch.language), tuple(lines[:LINES_SHOWN]))


def lines_of(event: Event) -> tuple[str, ...]:
    return event.cause.reading.lines if event.cause.reading else ()


def attachments(batch: AlarmBatch) -> list[dict[str, str]]:
    """Return one file with all lines of all items, or none; each `name`, `type` and `text`."""
    lines = list(_all_lines(batch))
    if not lines:
        return []
    excess = len(lines) - MOST_ATTACHED
    attached_lines = lines[:MOST_ATTACHED]
    attached_lines += [LEFT_OUT.fill(count=excess).say(batch.language)] if excess > 0 else []
    text = BOM + "".join(f"{line}{LINE_END}" for line in attached_lines)
    return [{"name": file_name(batch), "type": "text/plain", "text": text}]


def file_name(batch: AlarmBatch) -> str:
    """Return a name that every file system takes."""
    return f"{safe(batch.topic.monitor.name) or 'monitor'}-lines.txt"


def safe(name: str) -> str:
    """Return as much of a name as may stand in a file's name on Windows, macOS and Linux
    alike."""
    safe_name = HARMFUL.sub("_", FORBIDDEN.sub("_", unicodedata.normalize("NFC", name)))
    safe_name = safe_name[:LONGEST_NAME].strip(" .")
    return f"_{safe_name}" if RESERVED.fullmatch(safe_name) else safe_name


def _all_lines(batch: AlarmBatch) -> Iterator[str]:
    """Yield the log lines; where there are several items, each item's lines follow its name."""
    events: Sequence[Event] = [a.event for a in batch.alarms if lines_of(a.event)]
    for event in events:
        if len(events) > 1:
            yield f"== {event.item or batch.topic.monitor.name} =="
        yield from (tidy(line).replace("\n", "\ufffd") for line in lines_of(event))
