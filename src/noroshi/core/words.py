"""A text in both languages, side by side, so that neither can be forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from string import Formatter
from typing import Any, Literal

Language = Literal["ja", "en"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The same sentence in English and in Japanese."""

    en: str
    ja: str

    def say(self, language: str) -> str:
        """Return the sentence in that language; English for a language that we do not speak."""
        return self.ja if language == "ja" else self.en

    def fill(self, **given: object) -> Words:
        """Both sentences with their {places} filled; a `Words` fills in its own language, and
        {count:mail waits|mails wait} says "1 mail waits" and "2 mails wait"."""
        return Words(
            en=_filled(self.en, _in("en", given)), ja=_filled(self.ja, _in("ja", given))
        )


NOTHING = Words(en="", ja="")


def plain(text: str) -> Words:
    """Return a text that is the same in every language: a name, a path, what a program
    printed."""
    return Words(en=text, ja=text)


def paired(text: str) -> Words:
    """Split a help text that settings have on one line, "English. / 日本語。"; else it is plain."""
    en, both, ja = " ".join(text.split()).partition(". / ")
    return Words(en=f"{en}.", ja=ja) if both else plain(text)


def joined(texts: Iterable[Words]) -> Words:
    """Texts one after the other, each only once."""
    once = tuple(dict.fromkeys(texts))
    return Words(en="; ".join(t.en for t in once), ja="; ".join(t.ja for t in once))


class _Counting(Formatter):
    """Knows one from several; it is slower than `str.format`, and asked only where there is need."""

    def format_field(self, value: Any, spec: str) -> Any:
        one, several, more = spec.partition("|")
        if not several:
            return super().format_field(value, spec)
        return f"{value} {one if str(value) == '1' else more}"


_COUNTING = _Counting()


def _filled(text: str, given: dict[str, object]) -> str:
    return _COUNTING.vformat(text, (), given) if "|" in text else text.format(**given)


def _in(language: str, given: dict[str, object]) -> dict[str, object]:
    return {k: v.say(language) if isinstance(v, Words) else v for k, v in given.items()}
