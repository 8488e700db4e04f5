"""Render texts, levels and times in one language, for fragments that many readers share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from noroshi.core.date_text import MONTHS
from noroshi.core.levels import Level
from noroshi.core.state_names import LEVEL_NAMES, NOT_MEASURED_NAMES
from noroshi.core.translation import Medium, Message, _, pgettext
from noroshi.web.view.page_links import page_text
from noroshi.web.view.timestamps import Moment

DATE = _("{day} {month} {year}")
OF_THIS_YEAR = _("{day} {month} {time}")
OF_ANOTHER_YEAR = _("{day} {month} {year} {time}")

LANGUAGE_NAMES: Mapping[str, Message] = {"ja": _("日本語"), "en": pgettext("pages", "English")}


@dataclass(frozen=True, slots=True)
class Localizer:
    """Render for one of our languages."""

    language: str

    def say(self, words: Message, page_address: str = "") -> str:
        """Return a text of ours, or of an answer, for the page at `page_address`."""
        return page_text(words.say(self.language, Medium.PAGE), page_address)

    def level(self, level: Level | str) -> str:
        """Return the word of a level; "new" is not measured yet, "stopped" and "ended" are not
        measured any more."""
        if isinstance(level, Level):
            return self.say(LEVEL_NAMES[level])
        return self.say(NOT_MEASURED_NAMES.get(level) or LEVEL_NAMES[Level(level)])

    def day(self, day: date) -> str:
        """Return a date of an answer, with the year."""
        return self.say(_date(day, DATE))

    def moment(self, at: datetime | None, now: datetime, *, seconds: bool = False) -> str:
        """Return an instant of an answer in this machine's zone: the date only when it is not
        today's; "" for none."""
        if not at:
            return ""
        local_time, local_now = (one.astimezone() for one in (at, now))
        return Moment(self._short(local_time, local_now, seconds=seconds), local_time)

    def _short(self, local_time: datetime, local_now: datetime, *, seconds: bool) -> str:
        if local_time.date() == local_now.date():
            return f"{local_time:%H:%M:%S}" if seconds else f"{local_time:%H:%M}"
        words = OF_THIS_YEAR if local_time.year == local_now.year else OF_ANOTHER_YEAR
        return self.say(_date(local_time, words))


def _date(at: date, words: Message) -> Message:
    return words.fill(day=at.day, month=MONTHS[at.month - 1], year=at.year, time=f"{at:%H:%M}")


LOCALIZERS: Mapping[str, Localizer] = {
    language: Localizer(language) for language in ("ja", "en")
}
