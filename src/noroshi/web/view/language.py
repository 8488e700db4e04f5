"""A language, and how times are told in it: what fragments are written with that many share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from noroshi.actions.phrases import MONTHS, WORDS
from noroshi.core.levels import Level
from noroshi.core.translation import Medium, Message, _, pgettext
from noroshi.web.view.page_links import page_text
from noroshi.web.view.state_names import NOT_MEASURED_NAMES
from noroshi.web.view.timestamps import Moment

DATE = _("{day} {month} {year}")
OF_THIS_YEAR = _("{day} {month} {time}")
OF_ANOTHER_YEAR = _("{day} {month} {year} {time}")

LANGUAGE_NAMES: Mapping[str, Message] = {"ja": _("日本語"), "en": pgettext("pages", "English")}


@dataclass(frozen=True, slots=True)
class Tongue:
    """One of our languages."""

    language: str

    def say(self, words: Message | Mapping[str, str], here: str = "") -> str:
        """A text of ours, or of an answer, for the page at the address `here`."""
        language = self.language
        if isinstance(words, Message):
            return page_text(words.say(language, Medium.PAGE), here)
        return page_text(words[language], here)

    def level(self, level: str) -> str:
        """A level's word; "new" is one that was never measured, "stopped" and
        "ended" ones that are not any more."""
        return self.say(NOT_MEASURED_NAMES.get(level) or WORDS[Level(level)])

    def day(self, day: str) -> str:
        """A date of an answer, with the year."""
        at = datetime.fromisoformat(day)
        return self.say(_date(at, DATE))

    def moment(self, at: str | None, now: str, *, seconds: bool = False) -> str:
        """An instant of an answer in this machine's zone: the date only when it is not today's;
        "" for none."""
        if not at:
            return ""
        then, today = (datetime.fromisoformat(one).astimezone() for one in (at, now))
        return Moment(self._short(then, today, seconds=seconds), then)

    def _short(self, then: datetime, today: datetime, *, seconds: bool) -> str:
        if then.date() == today.date():
            return f"{then:%H:%M:%S}" if seconds else f"{then:%H:%M}"
        words = OF_THIS_YEAR if then.year == today.year else OF_ANOTHER_YEAR
        return self.say(_date(then, words))


def _date(at: datetime, words: Message) -> Message:
    return words.fill(day=at.day, month=MONTHS[at.month - 1], year=at.year, time=f"{at:%H:%M}")


TONGUES: Mapping[str, Tongue] = {language: Tongue(language) for language in ("ja", "en")}
