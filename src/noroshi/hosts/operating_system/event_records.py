"""Select records of Windows' event log, and read them from the XML in which Windows gives them.

https://learn.microsoft.com/windows/win32/wes/eventschema-schema
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from xml.etree import ElementTree

from noroshi.ports import EventQuery, EventRecord

EVENT = "{http://schemas.microsoft.com/win/2004/08/events/event}"
ALWAYS = 0
"""The level of records that are written whatever level is wanted. Windows shows them as
information."""
INFORMATION = 4
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Letters that XML 1.0 has not (2.2, Char). Programs log them, and Windows gives them as they are."""
ESCAPED = re.compile(r"&#(?:x([0-9A-Fa-f]{1,6})|([0-9]{1,7}));")
REPLACEMENT = "\ufffd"


def xpath_of(query: EventQuery) -> str:
    """Return the XPath of a query, as EvtQuery takes it."""
    levels = [level for one in query.levels for level in (one, *_levels_shown_as(one))]
    conditions = [
        _any_of(f"Level={level}" for level in levels),
        f"Provider[{_any_of(f'@Name={_xpath_string(name)}' for name in query.sources)}]"
        if query.sources
        else "",
        _any_of(f"EventID={number}" for number in query.ids),
        f"EventRecordID>{query.after_number}" if query.after_number else "",
    ]
    needed_conditions = [condition for condition in conditions if condition]
    return f"*[System[{' and '.join(needed_conditions)}]]" if needed_conditions else "*"


def event_record(xml: str, text: str) -> EventRecord:
    """Return a record, with its message. Without a message its data are the text. Raises ValueError
    for what is no event."""
    # Windows itself writes it, without a DTD, and escapes what programs put into it.
    try:
        root = ElementTree.fromstring(_without_forbidden_letters(xml))  # noqa: S314
    except ElementTree.ParseError as error:
        raise ValueError(str(error)) from None
    system = root.find(f"{EVENT}System")
    if system is None:
        raise ValueError("an event has a System")
    return EventRecord(
        number=int(system.findtext(f"{EVENT}EventRecordID", "0")),
        created_at=_moment(_attribute(system, "TimeCreated", "SystemTime")),
        source=_attribute(system, "Provider", "Name"),
        event_id=int(system.findtext(f"{EVENT}EventID", "0")),
        level=int(system.findtext(f"{EVENT}Level", "0")),
        text=text or _data_text(root),
    )


def _without_forbidden_letters(xml: str) -> str:
    """Return XML that can be parsed: one letter of one record must not keep a log from being read."""
    return ESCAPED.sub(_escaped_letter, FORBIDDEN.sub(REPLACEMENT, xml))


def _escaped_letter(match: re.Match[str]) -> str:
    number = int(match[1], 16) if match[1] else int(match[2])
    is_letter = number <= 0x10FFFF and not FORBIDDEN.match(chr(number))
    return match[0] if is_letter else REPLACEMENT


def _levels_shown_as(level: int) -> Iterable[int]:
    return (ALWAYS,) if level == INFORMATION else ()


def _any_of(conditions: Iterable[str]) -> str:
    alternatives = " or ".join(conditions)
    return f"({alternatives})" if alternatives else ""


def _xpath_string(text: str) -> str:
    """Return a string of XPath 1.0, which knows no escapes."""
    return f"'{text}'" if "'" not in text else f'"{text}"'


def _attribute(system: ElementTree.Element, element: str, name: str) -> str:
    child = system.find(f"{EVENT}{element}")
    return "" if child is None else child.get(name, "")


def _data_text(root: ElementTree.Element) -> str:
    parts = [
        (element.text or "").strip()
        for container in ("EventData", "UserData")
        for element in root.iterfind(f"{EVENT}{container}//*")
    ]
    return " ".join(part for part in parts if part)


def _moment(text: str) -> datetime:
    """Return a moment of Windows, which has seven digits of a second: Python takes six."""
    seconds, _, fraction = text.removesuffix("Z").partition(".")
    return datetime.fromisoformat(f"{seconds}.{fraction[:6]:0<6}").replace(tzinfo=UTC)
