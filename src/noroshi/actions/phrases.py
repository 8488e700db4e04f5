"""Put levels, reasons, values, times and spans into the words of a mail, in both languages."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import timedelta

from noroshi.core.levels import Level, Reason, RuleTrigger
from noroshi.core.model import Limits, Rule
from noroshi.core.state_names import LEVEL_NAMES
from noroshi.core.translation import NOTHING, Message, _, pgettext, plain

MARKS: Mapping[Level, str] = {
    Level.OK: "○",
    Level.WARNING: "▲",
    Level.CRITICAL: "◆",
    Level.UNKNOWN: "▨",
}
RECOVERED = _("RECOVERED")
ENDED_WORD = _("NO LONGER MONITORED")
STOPPED_WORD = _("MONITORING STOPPED")

REASONS: Mapping[Reason, Message] = {
    Reason.NEW_LEVEL: _("the level changed"),
    Reason.NEW_CAUSE: _("a different reading is now the cause"),
    Reason.RECOVERED: _("the problem ended"),
    Reason.ENDED: _("monitoring ended; it is not known whether the problem persists"),
    Reason.REPEAT: _("the problem persists, and the repeat interval has passed"),
    Reason.FOUND_AGAIN: _("more matches were found"),
    Reason.EACH_TIME: _("the problem still exists, and the rule notifies at each measurement"),
    Reason.NTH_TIME: _(
        "the problem has lasted for the number of consecutive measurements set in the rule"
    ),
    Reason.OVERDUE: _("the problem exists, and nobody has been notified yet"),
    Reason.AFTER_SILENCE: _("silence or maintenance ended, and the problem persists"),
    Reason.RECOVERED_MEANWHILE: _("the problem ended during silence or maintenance"),
    Reason.NOT_ASKED: _("the rule does not include this level"),
    Reason.NOT_YET: _(
        "the problem has not yet lasted for the number of consecutive measurements set in the "
        "rule"
    ),
    Reason.NEVER_TOLD: _("the problem has ended, but nobody had been notified of it"),
    Reason.PASSED: _("nothing more was found; there is no recovery to report"),
    Reason.TOO_SOON: _("the problem persists; the repeat interval has not passed"),
    Reason.ENOUGH: _("the maximum number of notifications set in the rule is reached"),
    Reason.SILENCED: _("a user silenced notifications"),
    Reason.MAINTENANCE: _("maintenance is in progress"),
    Reason.ACKNOWLEDGED: _("a user acknowledged the alarm"),
    Reason.SETTING_UP: _(
        "setup is still in progress; a notification is sent if nothing changes within 15 minutes"
    ),
    Reason.HOST_DOWN: _(
        "a host or monitor that this monitor depends on has a problem, which is reported instead"
    ),
}
NO_REPEAT = _("the problem persists; the rule sends no repeat notifications")
YES_NO = "yes/no"
"""Stands for the unit of a reading that is 1 for yes and 0 for no, where it is shown."""
YES, NO = pgettext("reading", "yes"), pgettext("reading", "no")
AT_LIMIT = _("{level} {limit}")
IF_YES, IF_NO = _("“yes” is {level}"), _("“no” is {level}")
SIZES = ("B", "KB", "MB", "GB", "TB", "PB")
UNITS: Mapping[str, Message] = {
    "s": _("{number} s"),
    "min": _("{number} min"),
    "h": _("{number} h"),
    "d": _("{number} d"),
}
TWO_UNITS = _("{larger} {smaller}")
DAYS_AND_HOURS = pgettext("days and hours", "{larger} {smaller}")
"""Apart from the other two units: "1 d 2 h" side by side may be 2 hours a day in a language."""
FROM_LIMIT, UP_TO = pgettext("a limit above", "{value}"), pgettext("a limit below", "{value}")
FROM_TIME = pgettext("a limit above, of a time span", "{value}")
UP_TO_TIME = pgettext("a limit below, of a time span", "{value}")


def decision_text(reason: Reason, rule: Rule | None) -> Message:
    """Return why a rule notified or did not: a rule may have no interval that could pass."""
    repeats = rule is None or rule.repeat is not None or rule.trigger is RuleTrigger.EACH
    return NO_REPEAT if reason is Reason.TOO_SOON and not repeats else REASONS[reason]


def quantity(value: float, unit: str = "", language: str = "en") -> str:
    """Return a number with its unit, as short as it can be told: 95.2%, 1,234 ms, 96 GB, 5 min."""
    return quantity_words(value, unit).say(language)


def quantity_words(value: float, unit: str = "") -> Message:
    """Return a number with its unit as a message, for a reader whose language is not known
    yet."""
    unit = unit.strip()
    if unit == YES_NO:
        return YES if value else NO
    if is_time(unit):
        return UNITS[unit].fill(number=_number(value))
    if unit == "B":
        return plain(_size(value))
    separator = "" if unit in ("", "%") else " "
    return plain(f"{_number(value)}{separator}{unit}")


def is_time(unit: str) -> bool:
    """Return True if a unit measures time: such units are words in each language."""
    return unit.strip() in UNITS


def _number(value: float) -> str:
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    if abs(value) < 1:
        return f"{value:.3g}"
    places = 0 if abs(value) >= 1000 else 1 if abs(value) >= 10 else 2
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _size(value: float) -> str:
    """Return bytes by powers of 1024, as Windows and df -h tell them."""
    power = 0
    while abs(value) >= 1024 and power < len(SIZES) - 1:
        value, power = value / 1024, power + 1
    return f"{_number(value)} {SIZES[power]}"


def threshold(limits: Limits, level: Level, unit: str, language: str) -> str:
    """Return the limit that stands for a level, with the side that is bad where the language
    says it; "" for none."""
    return threshold_words(limits, level, unit).say(language)


def threshold_words(limits: Limits, level: Level, unit: str) -> Message:
    """Return the limit that stands for a level, for whoever will read it; NOTHING for none."""
    value = {Level.WARNING: limits.warning, Level.CRITICAL: limits.critical}.get(level)
    if value is None:
        return NOTHING
    if is_time(unit):
        template = FROM_TIME if limits.rising else UP_TO_TIME
    else:
        template = FROM_LIMIT if limits.rising else UP_TO
    return template.fill(value=quantity_words(value, unit))


def limit_of_level(limits: Limits, level: Level, unit: str) -> Message:
    """Return a level with its limit, such as "CRITICAL 90%", or with the answer that it stands
    for where a reading is yes or no; NOTHING if there is no limit."""
    limit = threshold_words(limits, level, unit)
    if limit == NOTHING:
        return NOTHING
    if unit == YES_NO:
        return (IF_YES if limits.rising else IF_NO).fill(level=LEVEL_NAMES[level])
    return AT_LIMIT.fill(level=LEVEL_NAMES[level], limit=limit)


def span(length: timedelta) -> Message:
    """Return a length of time in its two largest units."""
    seconds = max(0, round(length.total_seconds()))
    parts: list[tuple[int, str]] = [
        (seconds // 86400, "d"),
        (seconds // 3600 % 24, "h"),
        (seconds // 60 % 60, "min"),
        (seconds % 60, "s"),
    ]
    first = next((n for n, (count, _unit) in enumerate(parts) if count), len(parts) - 1)
    shown_parts = [part for part in parts[first : first + 2] if part[0]] or parts[-1:]
    lengths = [UNITS[unit].fill(number=count) for count, unit in shown_parts]
    if len(lengths) == 1:
        return lengths[0]
    template = DAYS_AND_HOURS if shown_parts[0][1] == "d" else TWO_UNITS
    return template.fill(larger=lengths[0], smaller=lengths[1])


def padded(label: str, width: int) -> str:
    """Filled up with blanks; a Japanese character is two wide."""
    width_on_screen = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in label)
    return label + " " * (width - width_on_screen)
