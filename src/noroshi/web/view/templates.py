"""Load the templates of the pages, which have the English texts, once for each language.

The functions of texts (`core.template_texts`) are globals, so a macro that is imported without
context has them too. That is why each language has its own environment.
"""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from noroshi.core.template_texts import text_functions
from noroshi.web.view.language import LOCALIZERS
from noroshi.web.view.page_links import links
from noroshi.web.view.timestamps import iso_text, timed


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
    environment.filters |= {"iso": iso_text, "time": timed, "links": links}
    environment.globals |= {"say": localizer.say, **text_functions(localizer.say)}
    return environment
