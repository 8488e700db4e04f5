"""Check single values of a definition, and report each fault in a sentence of its own."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import timedelta

from noroshi.core.definitions.problems import Place
from noroshi.core.definitions.value_syntax import DAYS, duration, is_zone
from noroshi.core.printable import printable
from noroshi.core.translation import Message, _

NO_LENGTH = _("“{given}” is not a duration; use a format such as 30s, 5m, 1h30m or 1d")
TOO_SHORT = _("“{given}” is too short; it must be at least {least}")
TOO_LONG = _("“{given}” is too long; it must be at most {most}")
OUT_OF_RANGE = _("must be between {least} and {most}, not {given}")
NO_ZONE = _(
    "“{given}” is not a time zone that this computer knows; use a name such as Asia/Tokyo"
)
NO_ADDRESS = _("“{given}” is not an email address")
NO_HOST = _("“{given}” is not a valid host name or address")
NO_LINE = _("must be one line without control characters")
TWICE = _("contains “{given}” twice")


def title(text: str, place: Place) -> None:
    """Check a title. It stands in subjects of mails, where a line break there would begin a
    header."""
    if not is_line(text):
        place.at("title").say(NO_LINE)


def is_line(text: str) -> bool:
    """Return True if a text is one line of visible letters and blanks of any width."""
    return printable(text) == text


def zone(name: str, place: Place) -> str:
    """Return a time zone by its IANA name; UTC in the place of one that is none."""
    if is_zone(name):
        return name
    place.at("zone").say(NO_ZONE, given=name)
    return "UTC"


def host(name: str, place: Place) -> None:
    """Check the name or address of a computer, as far as its form goes."""
    if not name or not name.isprintable() or " " in name:
        place.say(NO_HOST, given=name)


def fingerprints(
    value: tuple[str, ...] | str, form: re.Pattern[str], complaint: Message, place: Place
) -> tuple[str, ...]:
    """Return one fingerprint or several as a tuple, and check the form of each."""
    values = tuple(filter(None, (value,) if isinstance(value, str) else value))
    for fingerprint in values:
        if not form.fullmatch(fingerprint):
            place.say(complaint, given=fingerprint)
    return values


def in_range(value: int, least: int, most: int, place: Place) -> None:
    """Check a whole number within bounds, both included."""
    if not least <= value <= most:
        place.say(OUT_OF_RANGE, given=value, least=least, most=most)


def read_length(text: str, least: str, place: Place, most: str = "") -> timedelta | None:
    """Read a duration within bounds; None if it is not given or wrong."""
    if not text:
        return None
    length = duration(text)
    if length is None:
        place.say(NO_LENGTH, given=text)
    elif length < (duration(least) or length):
        place.say(TOO_SHORT, given=text, least=least)
    elif most and length > (duration(most) or length):
        place.say(TOO_LONG, given=text, most=most)
    else:
        return length
    return None


def one_of(
    names: Collection[str], allowed: Collection[str], sort: Message, none: Message, place: Place
) -> None:
    """Check that there is at least one name, and that each is known and given once."""
    if not names:
        place.say(none)
    all_known(names, allowed, sort, place)


def all_known(
    names: Collection[str], allowed: Collection[str], sort: Message, place: Place
) -> None:
    """Check that each name is known and given once."""
    for name in _unknown(names, allowed, place):
        place.no_such(sort, name, allowed)


def all_days(names: Collection[str], place: Place) -> None:
    """Check that each name is that of a day of the week, and given once."""
    for name in _unknown(names, DAYS, place):
        place.no_such_day(name, DAYS)


def _unknown(names: Collection[str], allowed: Collection[str], place: Place) -> Iterator[str]:
    """Yield each name that is not known; report each known one that is given again."""
    names_so_far = set[str]()
    for name in names:
        if name not in allowed:
            yield name
        elif name in names_so_far:
            place.say(TWICE, given=name)
        names_so_far.add(name)
