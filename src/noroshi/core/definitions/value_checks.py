"""Single values of a definition held to what they may be, each with its own sentence."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from noroshi.core.definitions.problems import Place
from noroshi.core.definitions.value_syntax import duration, is_zone
from noroshi.core.printable import printable
from noroshi.core.translation import Message, _

NO_LENGTH = _('{given} is not a duration; write it as in "30s", "5m", "1h30m" or "1d"')
TOO_SHORT = _("{given} is too short; it must be at least {least}")
TOO_LONG = _("{given} is too long; it must be at most {most}")
OUT_OF_RANGE = _("{given} must be between {least} and {most}")
NO_ZONE = _("{given} is not a time zone that this computer knows; write it as in Asia/Tokyo")
NO_ADDRESS = _("{given} is not a mail address")
NO_HOST = _("{given} is not a valid host name or address")
NO_LINE = _("must be one line without control characters")
TWICE = _("contains {given} twice")


def title(given: str, place: Place) -> None:
    """Check a title. It stands in subjects of mails, where a line break there would begin a
    header."""
    if not is_line(given):
        place.at("title").say(NO_LINE)


def is_line(given: str) -> bool:
    """Return whether it is one line of what can be seen, blanks of every width among it."""
    return printable(given) == given


def zone(given: str, place: Place) -> str:
    """Return a time zone by its IANA name; UTC in the place of one that is none."""
    if is_zone(given):
        return given
    place.at("zone").say(NO_ZONE, given=given)
    return "UTC"


def host(given: str, place: Place) -> None:
    """Check a computer's name or address, as far as its shape goes."""
    if not given or not given.isprintable() or " " in given:
        place.say(NO_HOST, given=given)


def in_range(given: int, least: int, most: int, place: Place) -> None:
    """Check a whole number within bounds, both included."""
    if not least <= given <= most:
        place.say(OUT_OF_RANGE, given=given, least=least, most=most)


def read_length(given: str, least: str, place: Place, most: str = "") -> timedelta | None:
    """Read a duration within bounds; None if it is not given or wrong."""
    if not given:
        return None
    length = duration(given)
    if length is None:
        place.say(NO_LENGTH, given=given)
    elif length < (duration(least) or length):
        place.say(TOO_SHORT, given=given, least=least)
    elif most and length > (duration(most) or length):
        place.say(TOO_LONG, given=given, most=most)
    else:
        return length
    return None


def one_of(
    given: Collection[str], known: Collection[str], sort: Message, none: Message, place: Place
) -> None:
    """At least one name, each known and there once."""
    if not given:
        place.say(none)
    all_known(given, known, sort, place)


def all_known(
    given: Collection[str], known: Collection[str], sort: Message, place: Place
) -> None:
    """Names, each known and there once."""
    seen = set[str]()
    for name in given:
        if name not in known:
            place.no_such(sort, name, known)
        elif name in seen:
            place.say(TWICE, given=name)
        seen.add(name)
