"""Texts for people: made where something happens, translated when the reader is known.

A text is written in English, as `_("{host} refuses connections")`. That English is its key in
the catalogues (`noroshi/locale`), and the store keeps key and arguments. A key whose wording was
edited stays in the catalogues, so that what was stored under it still reads well.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from functools import lru_cache, partial, reduce
from gettext import NullTranslations
from typing import Any, ClassVar, Literal, NamedTuple, Self

from noroshi.core.sentences import is_sentence
from noroshi.imports import ONE_AT_A_TIME
from noroshi.locale import catalogue

Language = Literal["ja", "en"]
LANGUAGES: tuple[Language, ...] = ("en", "ja")
"""All languages that texts are translated into; the language of the keys comes first."""
UNCASED = frozenset({"ja"})
"""Languages without capitals: a name at the start of a sentence stays as it is."""
Argument = str | int | float | bool | None
"""The types of values that fill a place of a text, beside another text; any other value is
filled in as `str` has it."""


class Medium(StrEnum):
    """Name where a text is read: what the text tells to do is done there in another way."""

    TERMINAL = "terminal"
    PAGE = "page"
    MAIL = "mail"


class Terminal(NamedTuple):
    """The terminal of somebody who named a home folder: the commands that it shows name it as
    well."""

    home: str


ReadAt = Medium | Terminal
"""The medium of a text; Medium.TERMINAL is a terminal for which no home folder was named."""


def terminal_of(home: str) -> ReadAt:
    """Return the terminal of somebody who named that home folder; "": none was named."""
    return Terminal(home) if home else Medium.TERMINAL


class Mark(NamedTuple):
    """Say what the letters of a text from `start` up to `end` stand for: a page of the manager, a
    setting."""

    start: int
    end: int
    meaning: object


class MarkedText(str):
    """Hold a text for a page, with marks of what its parts stand for. A text that is made of it
    has the words alone."""

    __slots__ = ("marks",)
    marks: tuple[Mark, ...]

    def __new__(cls, text: str, marks: tuple[Mark, ...] = ()) -> Self:
        """Mark parts of a text, in order."""
        marked = super().__new__(cls, text)
        marked.marks = marks
        return marked


def marked_text(text: str, meaning: object) -> MarkedText:
    """Return a text that stands for something as a whole."""
    return MarkedText(text, (Mark(0, len(text), meaning),))


def marks_of(text: str) -> tuple[Mark, ...]:
    """Return what parts of a text stand for, as far as it is known."""
    return text.marks if isinstance(text, MarkedText) else ()


class Message:
    """Hold a text that is read in the language of its reader.

    `id` is the English text, and the key, with {places} for `arguments`. `context` tells texts
    apart that are one in English and several elsewhere. With `several`, the argument named `by`
    decides between `id`, for one, and `several`. `translations` came along with a text that is
    in no catalogue: that of a plug-in, of a file, or of a row from before there were
    catalogues.
    """

    __slots__ = ("_texts", "arguments", "by", "context", "id", "several", "translations")
    filled_along: ClassVar[bool] = False
    """True if the places are filled with those of the text that it stands in."""
    is_step: ClassVar[bool] = False
    """True if it tells a reader what to do, mostly by a command at its end, to be copied."""

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
        self._texts: dict[tuple[str, Medium], str] | None = None

    def say(self, language: str, medium: ReadAt = Medium.TERMINAL) -> str:
        """Return the text in a language; in English if there is no translation."""
        if not self.arguments:
            return self._wording(language, medium)
        if isinstance(medium, Terminal):
            if self._has_command():  # not kept, as there may be any number of homes
                return self._filled_text(language, medium)
            medium = Medium.TERMINAL
        if self._texts is None:
            self._texts = {}
        if (language, medium) not in self._texts:
            self._texts[language, medium] = self._filled_text(language, medium)
        return self._texts[language, medium]

    @property
    def en(self) -> str:
        """Return the text in English."""
        return self.say("en")

    @property
    def ja(self) -> str:
        """Return the text in Japanese."""
        return self.say("ja")

    def both(self, medium: ReadAt = Medium.TERMINAL) -> dict[str, str]:
        """Return the text in each language, as the API and the door answer it, or as a page
        does."""
        return {language: self.say(language, medium) for language in LANGUAGES}

    @property
    def places(self) -> frozenset[str]:
        """Return the names of the text's {places}."""
        places = _places(self.id) | _places(self.several)
        return places | {self.by} if self.by else places

    @property
    def empty_places(self) -> frozenset[str]:
        """Return the names of what it still has to be filled with."""
        places_of_arguments = (
            message.empty_places for message in self._filled_along().values()
        )
        return (self.places - self.arguments.keys()).union(*places_of_arguments)

    def fill(self, **replacements: object) -> Message:
        """Return the text with its {places} filled; arguments without a place are left out.
        Raises KeyError if a place is left empty."""
        places = self.places
        filled_arguments = {
            name: value.fill(**replacements) for name, value in self._filled_along().items()
        }
        new_arguments = {
            name: _argument(value) for name, value in replacements.items() if name in places
        }
        arguments = {**self.arguments, **filled_arguments, **new_arguments}
        if empty := places - arguments.keys():
            raise KeyError(*sorted(empty), self.id)
        return self.with_arguments(arguments)

    def _filled_along(self) -> Mapping[str, Message]:
        return {
            name: argument
            for name, argument in self.arguments.items()
            if isinstance(argument, Message) and argument.filled_along
        }

    def with_arguments(self, arguments: Mapping[str, Argument | Message]) -> Message:
        """Return the same text with those arguments and no others."""
        return Message(
            self.id,
            arguments=arguments,
            context=self.context,
            several=self.several,
            by=self.by,
            translations=self.translations,
        )

    def _has_command(self) -> bool:
        """Return whether a command is in the text, which names the home folder in a terminal."""
        return any(
            isinstance(argument, Message) and argument._has_command()
            for argument in self.arguments.values()
        )

    def _wording(self, language: str, _medium: ReadAt) -> str:
        if self.translations is not None:
            return self.translations.get(language, self.id)
        if not self.id:
            return ""  # to gettext this is the head of its catalogue
        if not self.several:
            return _translated(language, self.context, self.id)
        number = self.arguments.get(self.by, 0)
        number_text = number.en if isinstance(number, Message) else str(number)
        return _plural_form(language, self.id, self.several, 1 if number_text == "1" else 2)

    def _filled_text(self, language: str, medium: ReadAt) -> str:
        text = self._wording(language, medium)
        try:
            return _formatted(text, _Places(self._rendered(language, medium)))
        except (ValueError, TypeError, LookupError, AttributeError):
            return text  # a row is damaged, or of a version that wants other values

    def _rendered(self, language: str, medium: ReadAt) -> dict[str, Argument]:
        return {
            name: argument.say(language, medium) if isinstance(argument, Message) else argument
            for name, argument in self.arguments.items()
        }

    def __eq__(self, other: object) -> bool:
        """Return True if two texts read the same, even if one is new and the other of an old
        row."""
        if not isinstance(other, Message):
            return NotImplemented
        if self is other:
            return True
        return self.en == other.en and (self._is_made_as(other) or self.ja == other.ja)

    def _is_made_as(self, other: Message) -> bool:
        """Return whether no catalogue is needed to know that both read the same in each language,
        as they do in one: a node whose texts nobody reads in Japanese saves 2 MB."""
        own_parts, other_parts = (
            (one.id, one.context, one.several, one.by, one.translations, one.arguments)
            for one in (self, other)
        )
        return type(self) is type(other) is Message and own_parts == other_parts

    def parts(self) -> Iterator[str]:
        """Yield the texts of which it is made, as a store keeps them."""
        yield self.id
        yield from (self.translations or {}).values()
        for argument in self.arguments.values():
            if isinstance(argument, Message):
                yield from argument.parts()
            elif isinstance(argument, str):
                yield argument

    def __hash__(self) -> int:
        return hash(self.en)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, _source: object, describe: Callable[[Any], Any]
    ) -> Any:
        """Describe the text as the API has it; nothing is read by this."""
        with ONE_AT_A_TIME:
            from noroshi.core.both_languages import Words  # only now: no command needs it

        answered = {
            "type": "function-plain",
            "function": lambda message: Words(en=message.en, ja=message.ja),
            "return_schema": describe(Words),
        }
        return {"type": "is-instance", "cls": cls, "serialization": answered}

    def __repr__(self) -> str:
        return f"Message({self.en!r})"

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self  # nobody changes one


def _(english: str) -> Message:
    """Return a text that the catalogues hold under its English."""
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


def help_text(text: str) -> Message:
    """Return what a setting's docstring says. A plug-in writes both: "English. / Japanese."."""
    english, separator, japanese = " ".join(text.split()).partition(". / ")
    return bilingual(en=f"{english}.", ja=japanese) if separator else Message(english)


def label_text(text: str) -> Message:
    """Return the label that an option's docstring begins with. A plug-in writes both:
    "English / Japanese"."""
    english, separator, japanese = text.partition(" / ")
    return bilingual(en=english, ja=japanese) if separator else Message(english)


def composed(pattern: str, **arguments: object) -> Message:
    """Return texts put together in the same way in every language, as "{title}: {why}"."""
    return plain(pattern).fill(**arguments)


def joined(messages: Iterable[Message], separator: Message | None = None) -> Message:
    """Return texts one after the other, parted by "; " unless told otherwise."""
    parts = tuple(messages)
    if len(parts) == 1:
        return parts[0]
    names = [f"text{n}" for n in range(len(parts))]
    pattern = "{between}".join(f"{{{name}}}" for name in names)
    separator = plain("; ") if separator is None else separator
    return composed(pattern, between=separator, **dict(zip(names, parts, strict=True)))


def list_names(names: Iterable[str]) -> Message:
    """Return names as a list, with what each language has between the parts of one."""
    return joined(map(plain, names), COMMA)


class _Sentences(Message):
    """Texts of which each is a sentence: what fills them fills each."""

    __slots__ = ()
    filled_along = True

    def _filled_along(self) -> Mapping[str, Message]:
        messages = {
            name: argument
            for name, argument in self.arguments.items()
            if isinstance(argument, Message)
        }
        return {
            name: argument
            for name, argument in messages.items()
            if argument.translations is None
        }

    def with_arguments(self, arguments: Mapping[str, Argument | Message]) -> Message:
        return _Sentences(self.id, arguments=arguments)


def sentences(first: Message, second: Message) -> Message:
    """Return a sentence and the one after it; `fill` fills the {places} of both."""
    return _Sentences(_FOLLOWED.id, arguments={"first": first, "second": second})


def join_sentences(texts: Iterable[str], language: str) -> str:
    """Return texts of that language on one line, parted by a blank, or by what stands between
    two sentences there: in Japanese, nothing."""
    return reduce(partial(_next_to, language), filter(None, texts), "")


def _next_to(language: str, first: str, second: str) -> str:
    if not first:
        return second
    if first.endswith(FULL_STOP.say(language)):
        return _FOLLOWED.fill(first=first, second=second).say(language)
    return f"{first} {second}"


def known_language(language_of_reader: str) -> Language:
    """Return the language of a reader, as far as texts are translated into it; else English."""
    return next(
        (language for language in LANGUAGES if language == language_of_reader), LANGUAGES[0]
    )


def most_common_language(reader_languages: Iterable[str]) -> Language:
    """Return the language that most of these readers have; English for none."""
    languages = Counter(map(known_language, reader_languages))
    return max(
        sorted(languages), key=lambda language: languages[language], default=LANGUAGES[0]
    )


def in_each_language(make: Callable[[str], str]) -> Message:
    """Return what `make` returns for each language: a page, or a text that is cut."""
    return Message(
        make("en"), translations={language: make(language) for language in LANGUAGES[1:]}
    )


def reads_alike(text: Message) -> bool:
    """Return whether a text is the same wherever it is read: it has no instruction and no command
    in it."""
    media = (Medium.PAGE, Terminal("/"))
    return all(text.say("en", medium) == text.en for medium in media)


def with_wording(text: Message, change: Callable[[str], str]) -> Message:
    """Return a text with `change` made to the wording in each language; if that changes
    nothing, the same text, which still knows the medium."""
    reworded = in_each_language(lambda language: change(text.say(language)))
    return text if reworded == text else reworded


def quotes(text: Message, reply: str) -> bool:
    """Return whether somebody else's reply stands in a text, word for word."""
    if not reply or (text.translations is not None and reply in text.id):
        return True  # nothing; or as a whole, or in a row of before there were arguments
    arguments = text.arguments.values()
    return any(
        quotes(argument, reply) if isinstance(argument, Message) else reply in str(argument)
        for argument in arguments
    )


def sentence(text: Message) -> Message:
    """Return a text as a separate sentence: most reasons stand within other sentences too. An
    instruction is one already: a command has no full stop."""
    if text.is_step or text.say("en", Medium.PAGE) != text.en:
        return text
    first, second = text.arguments.get("first"), text.arguments.get("second")
    if isinstance(first, Message) and isinstance(second, Message) and second.is_step:
        return sentences(sentence(first), second)
    if not reads_alike(text):
        return text
    formatted = in_each_language(
        lambda language: with_full_stop(with_capital(text.say(language), language), language)
    )
    return text if formatted == text else formatted


def with_full_stop(text: str, language: str) -> str:
    """Return a text of that language with a full stop, if it has none."""
    return text if is_sentence(text) else text + FULL_STOP.say(language)


def with_capital(text: str, language: str) -> str:
    """Return a text of that language with a capital at its start, unless a name stands there."""
    first = text.partition(" ")[0]  # a host's name stays as it is
    has_case = language not in UNCASED and first.isalpha()
    return text[:1].upper() + text[1:] if has_case else text


def each_once(messages: Iterable[Message]) -> Message:
    """Return texts one after the other, each only once."""
    return joined(dict.fromkeys(messages))


NOTHING = plain("")
COMMA = _(", ")
"""Between the parts of a list."""
SENTENCES = pgettext("between sentences", "; ")
FULL_STOP = pgettext("at the end of a sentence", ".")
_FOLLOWED = _("{first} {second}")
_LARGEST = 2**63 - 1  # of numbers that every reader of JSON takes


def _argument(value: object) -> Argument | Message:
    """Return a value as every store and reader of JSON has it, and as `format` shows it."""
    if value is None or isinstance(value, Message | MarkedText | bool):
        return value
    if isinstance(value, int) and abs(value) <= _LARGEST:
        return int(value)
    if isinstance(value, float):
        return float(value)
    return format(value) if isinstance(value, str | int) else str(value)


def _translated(language: str, context: str, english: str) -> str:
    """Return the wording of today, in that language."""
    today = _lookup(catalogue("en"), context, english)
    return today if language == "en" else _lookup(catalogue(language), context, today)


def _lookup(catalogue: NullTranslations, context: str, text: str) -> str:
    return catalogue.pgettext(context, text) if context else catalogue.gettext(text)


def _plural_form(language: str, singular: str, plural: str, number: int) -> str:
    """Return the wording of today for that number, in that language."""
    today = catalogue("en")
    forms = today.ngettext(singular, plural, 1), today.ngettext(singular, plural, 2)
    if language == "en":
        return forms[number > 1]
    return catalogue(language).ngettext(*forms, number)


class _Places(dict[str, Argument]):
    """Fill a text. A translation of another version of Noroshi may want more: it is shown with
    that place as it is written."""

    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


def _formatted(text: str, places: _Places) -> str:
    """Return a text with its places filled, and with the marks of what fills them."""
    if not any(map(_marks_in, places.values())):
        return text.format_map(places)
    with ONE_AT_A_TIME:
        from string import Formatter  # only now: importing it compiles patterns of its own

    parts, marks = list[str](), list[Mark]()
    formatter, length = Formatter(), 0
    for literal, name, spec, conversion in formatter.parse(text):
        value: Any = "" if name is None else formatter.get_field(name, (), places)[0]
        formatted = formatter.format_field(
            formatter.convert_field(value, conversion), spec or ""
        )
        length += len(literal)
        if formatted == value:
            marks += (_shifted_mark(mark, length) for mark in _marks_in(value))
        length += len(formatted)
        parts += (literal, formatted)
    return MarkedText("".join(parts), tuple(marks))


def _marks_in(value: object) -> tuple[Mark, ...]:
    return marks_of(value) if isinstance(value, str) else ()


def _shifted_mark(mark: Mark, offset: int) -> Mark:
    return Mark(mark.start + offset, mark.end + offset, mark.meaning)


@lru_cache(maxsize=8192)  # the program has fewer texts
def _places(text: str) -> frozenset[str]:
    """Return the names of a text's places."""
    if "{" not in text:
        return frozenset()
    with ONE_AT_A_TIME:
        from string import Formatter  # only now, as above

    names = (name for _text, name, _spec, _conversion in Formatter().parse(text) if name)
    return frozenset(re.split(r"[.\[]", name, maxsplit=1)[0] for name in names)
