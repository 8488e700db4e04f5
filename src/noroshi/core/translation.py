"""Texts for people: made where something happens, translated when the reader is known.

A text is written in English, as `_("{host} refuses connections")`. That English is its key in
the catalogues (`noroshi/locale`), and the store keeps key and arguments. A key whose wording was
edited stays in the catalogues, so that what was stored under it still reads well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from gettext import NullTranslations
from math import isfinite
from string import Formatter
from typing import Any, Literal, Self

from noroshi.locale import catalogue

Language = Literal["ja", "en"]
Argument = str | int | float | bool | None
"""What a place of a text is filled with, beside a text of its own; anything else as `str` has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The same sentence in English and in Japanese."""

    en: str
    ja: str


class Message:
    """A text in the language of whoever reads it.

    `id` is its English and its key, with {places} for `arguments`. `context` tells texts apart
    that are one in English and several elsewhere. With `several`, the argument named `by`
    decides between `id`, for one, and `several`. `translations` are what came along with a text
    that is in no catalogue: a plug-in's, a file's, a row's of before there were catalogues.
    """

    __slots__ = ("_said", "arguments", "by", "context", "id", "several", "translations")

    def __init__(
        self,
        id: str,
        *,
        arguments: Mapping[str, Argument | Message] | None = None,
        context: str = "",
        several: str = "",
        by: str = "",
        translations: Mapping[str, str] | None = None,
    ) -> None:
        self.id = id
        self.arguments = arguments or {}
        self.context = context
        self.several = several
        self.by = by
        self.translations = translations
        self._said: dict[str, str] | None = None

    def say(self, language: str) -> str:
        """Return it in that language; in English if there is no translation into it."""
        if not self.arguments:
            return self._wording(language)
        if self._said is None:
            self._said = {}
        if language not in self._said:
            self._said[language] = self._filled(language)
        return self._said[language]

    @property
    def en(self) -> str:
        """Its English."""
        return self.say("en")

    @property
    def ja(self) -> str:
        """Its Japanese."""
        return self.say("ja")

    def both(self) -> dict[str, str]:
        """Return it as the API and the door have it."""
        return {"en": self.en, "ja": self.ja}

    def fill(self, **given: object) -> Message:
        """Return it with its {places} filled; what no place asks for is left out. Raises
        KeyError if a place is left empty."""
        wanted = _places(self.id) | _places(self.several)
        wanted = wanted | {self.by} if self.by else wanted
        new = {name: _argument(one) for name, one in given.items() if name in wanted}
        arguments = {**self.arguments, **new}
        if empty := wanted - arguments.keys():
            raise KeyError(*sorted(empty), self.id)
        return Message(
            self.id,
            arguments=arguments,
            context=self.context,
            several=self.several,
            by=self.by,
            translations=self.translations,
        )

    def _wording(self, language: str) -> str:
        if self.translations is not None:
            return self.translations.get(language, self.id)
        if not self.id:
            return ""  # to gettext this is the head of its catalogue
        if not self.several:
            return _translated(language, self.context, self.id)
        number = self.arguments.get(self.by, 0)
        shown = number.en if isinstance(number, Message) else str(number)
        return _counted(language, self.id, self.several, 1 if shown == "1" else 2)

    def _filled(self, language: str) -> str:
        text = self._wording(language)
        try:
            return text.format_map(_Places(self._rendered(language)))
        except (ValueError, TypeError, LookupError, AttributeError):
            return text  # a row is damaged, or of a version that wants other values

    def _rendered(self, language: str) -> dict[str, Argument]:
        return {
            name: one.say(language) if isinstance(one, Message) else one
            for name, one in self.arguments.items()
        }

    def __eq__(self, other: object) -> bool:
        """Tell whether they read the same, be one new and the other of an old row."""
        if not isinstance(other, Message):
            return NotImplemented
        return self is other or (self.en == other.en and self.ja == other.ja)

    def __hash__(self) -> int:
        return hash(self.en)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, _source: object, describe: Callable[[Any], Any]
    ) -> Any:
        """Describe it as the API has it; nothing is read by this."""
        answered = {
            "type": "function-plain",
            "function": cls._answered,
            "return_schema": describe(Words),
        }
        return {"type": "is-instance", "cls": cls, "serialization": answered}

    def _answered(self) -> Words:
        return Words(en=self.en, ja=self.ja)

    def __repr__(self) -> str:
        return f"Message({self.en!r})"

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self  # nobody changes one


def _(english: str) -> Message:
    """Return a text that the catalogues know by its English."""
    return Message(english)


def pgettext(context: str, english: str) -> Message:
    """Return a text whose English alone does not say which one it is."""
    return Message(english, context=context)


def ngettext(one: str, several: str, by: str = "count") -> Message:
    """Return a text in the form that the argument named `by` asks for."""
    return Message(one, several=several, by=by)


def plain(text: str) -> Message:
    """Return a text that is the same in every language: a name, a path, what a program printed."""
    return Message(text, translations={})


def bilingual(*, en: str, ja: str) -> Message:
    """Return a text that brings its Japanese along and is in no catalogue."""
    return Message(en, translations={"ja": ja} if ja != en else {})


def help_text(described: str) -> Message:
    """Return what a setting's docstring says. A plug-in writes "English. / 日本語。" in one."""
    english, both, japanese = " ".join(described.split()).partition(". / ")
    return bilingual(en=f"{english}.", ja=japanese) if both else Message(english)


def composed(pattern: str, **given: object) -> Message:
    """Return texts put together in the same way in every language, as "{title}: {why}"."""
    return plain(pattern).fill(**given)


def joined(texts: Iterable[Message], between: Message | None = None) -> Message:
    """Return texts one after the other, parted by "; " unless told otherwise."""
    parts = tuple(texts)
    if len(parts) == 1:
        return parts[0]
    names = [f"text{n}" for n in range(len(parts))]
    pattern = "{between}".join(f"{{{name}}}" for name in names)
    between = plain("; ") if between is None else between
    return composed(pattern, between=between, **dict(zip(names, parts, strict=True)))


def each_once(texts: Iterable[Message]) -> Message:
    """Return texts one after the other, each only once."""
    return joined(dict.fromkeys(texts))


NOTHING = plain("")
COMMA = _(", ")
"""Between the parts of a list."""
SENTENCES = pgettext("between sentences", "; ")
_LARGEST = 2**63 - 1  # of numbers that every reader of JSON takes


def stored(message: Message) -> dict[str, Any]:
    """Return a text as a store keeps it; `restored` reads it again."""
    arguments = message.arguments
    numbers = (one for one in arguments.values() if isinstance(one, float))
    if (not arguments and message.translations is not None) or not all(map(isfinite, numbers)):
        return message.both()  # what JSON has no number for is kept as it is read
    kept = {name: _storable(one) for name, one in arguments.items()}
    optional = {
        "context": message.context,
        "several": message.several,
        "by": message.by,
        "translations": message.translations,
    }
    given = {name: one for name, one in optional.items() if one not in ("", None)}
    return {"id": message.id, "arguments": kept, **given}


def restored(kept: object) -> Message:
    """Return the text that was stored, by this form or by that of before the catalogues.

    Raises TypeError if it is neither.
    """
    match kept:
        case {"id": str(id), "arguments": dict(arguments), **more}:
            return Message(
                id,
                arguments={
                    str(name): _restored_argument(one) for name, one in arguments.items()
                },
                context=_text(more.get("context", "")),
                several=_text(more.get("several", "")),
                by=_text(more.get("by", "")),
                translations=_translations(more.get("translations")),
            )
        case {"en": str(en), "ja": str(ja)}:
            return bilingual(en=en, ja=ja)
    raise TypeError(f"no stored text: {type(kept).__name__}")


def _restored_argument(kept: object) -> Argument | Message:
    if isinstance(kept, dict):
        return restored(kept)
    if kept is None or isinstance(kept, str | int | float):
        return kept
    raise TypeError(f"no argument of a text: {type(kept).__name__}")


def _text(kept: object) -> str:
    if isinstance(kept, str):
        return kept
    raise TypeError(f"no text: {type(kept).__name__}")


def _translations(kept: object) -> Mapping[str, str] | None:
    if kept is None:
        return None
    if isinstance(kept, dict):
        return {_text(language): _text(one) for language, one in kept.items()}
    raise TypeError(f"no translations: {type(kept).__name__}")


def _argument(given: object) -> Argument | Message:
    """Return a value as every store and reader of JSON has it, and as `format` shows it."""
    if isinstance(given, Message) or given is None or isinstance(given, bool):
        return given
    if isinstance(given, int) and abs(given) <= _LARGEST:
        return int(given)
    if isinstance(given, float):
        return float(given)
    return format(given) if isinstance(given, str | int) else str(given)


def _storable(given: Argument | Message) -> Argument | dict[str, Any]:
    return stored(given) if isinstance(given, Message) else given


def _translated(language: str, context: str, english: str) -> str:
    """Return the wording of today, in that language."""
    today = _found(catalogue("en"), context, english)
    return today if language == "en" else _found(catalogue(language), context, today)


def _found(known: NullTranslations, context: str, text: str) -> str:
    return known.pgettext(context, text) if context else known.gettext(text)


def _counted(language: str, one: str, several: str, number: int) -> str:
    """Return the wording of today for that number, in that language."""
    today = catalogue("en")
    forms = today.ngettext(one, several, 1), today.ngettext(one, several, 2)
    if language == "en":
        return forms[number > 1]
    return catalogue(language).ngettext(*forms, number)


class _Places(dict[str, Argument]):
    """What fills a text. A translation of another version of Noroshi may want more: it is shown
    with that place as it is written."""

    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


@lru_cache(maxsize=8192)  # the program has fewer texts
def _places(text: str) -> frozenset[str]:
    """Return the names of a text's places."""
    names = (name for _text, name, _spec, _conversion in Formatter().parse(text) if name)
    return frozenset(re.split(r"[.\[]", name, maxsplit=1)[0] for name in names)
