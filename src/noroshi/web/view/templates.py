"""Load the templates of the pages, once for each language: their texts stand in them in
English.

`_`, `pgettext` and `ngettext` are functions of our own and not those of `jinja2.ext.i18n`. A text
has its {places} as everywhere in the program, so it has one entry in the catalogues and one
translation wherever it stands; that extension would fill %(places)s, and knows no wording that
was given up (`core.translation`). What they return is text and no markup: it is escaped where it
is shown, with all that fills it. As globals they are there in a macro that is imported without
context, so there is an environment for each language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from noroshi.core import translation
from noroshi.core.translation import Message
from noroshi.web.view.language import LOCALIZERS, Localizer
from noroshi.web.view.page_links import links
from noroshi.web.view.timestamps import timed


@cache
def templates(language: str) -> Environment:
    """Return the templates in that language: each escapes what it shows, and knows every name
    that it uses."""
    localizer = LOCALIZERS[language]
    environment = Environment(
        loader=PackageLoader("noroshi.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"time": timed, "links": links}
    environment.globals |= {"say": localizer.say, **_functions(localizer)}
    return environment


def _functions(localizer: Localizer) -> Mapping[str, Callable[..., str]]:
    def rendered(text: Message, places: Mapping[str, object]) -> str:
        return localizer.say(text.fill(**places) if places else text)

    def gettext(english: str, /, **places: object) -> str:
        return rendered(translation._(english), places)

    def pgettext(context: str, english: str, /, **places: object) -> str:
        return rendered(translation.pgettext(context, english), places)

    def ngettext(one: str, several: str, /, by: str = "count", **places: object) -> str:
        return rendered(translation.ngettext(one, several, by), places)

    return {"_": gettext, "pgettext": pgettext, "ngettext": ngettext}
