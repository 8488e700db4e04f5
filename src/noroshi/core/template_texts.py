"""Put our texts into templates, where they stand in English as they do in the program.

`_`, `pgettext` and `ngettext` are functions of our own and not those of `jinja2.ext.i18n`. A text
has its {places} as everywhere in the program, so it has one entry in the catalogues and one
translation wherever it stands; that extension would fill %(places)s, and knows no wording that
was given up (`core.translation`). What they return is text and no markup: it is escaped where it
is shown, with all that fills it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from noroshi.core import translation
from noroshi.core.translation import Message


class Html(str):
    """Hold markup that is ready, for templates: all that is not ours in it is escaped."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


def text_functions(say: Callable[[Message], str]) -> Mapping[str, Callable[..., str]]:
    """Return the functions that a template calls with a text, by name; `say` renders it."""

    def rendered(text: Message, places: Mapping[str, object]) -> str:
        return say(text.fill(**places) if places else text)

    def gettext(english: str, /, **places: object) -> str:
        return rendered(translation._(english), places)

    def pgettext(context: str, english: str, /, **places: object) -> str:
        return rendered(translation.pgettext(context, english), places)

    def ngettext(one: str, several: str, /, by: str = "count", **places: object) -> str:
        return rendered(translation.ngettext(one, several, by), places)

    return {"_": gettext, "pgettext": pgettext, "ngettext": ngettext}
