"""The template of our mails, ready for each language.

Importing this module reads and compiles the template, which takes as long as rendering a few
hundred mails: a command that sends no mail does without, and a node imports it before the first
turn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from noroshi.actions.letter import one_line, tidy
from noroshi.actions.letter_gauge import shares
from noroshi.actions.letter_look import (
    GROUNDS,
    INKS,
    LINE,
    MONOSPACE,
    ground_of,
    ink_of,
    look,
    tint,
)
from noroshi.actions.letter_words import (
    level_text,
    phrase_html,
    quoted_lines,
    safe_html,
    text_lines,
)
from noroshi.core.template_texts import text_functions
from noroshi.core.translation import LANGUAGES, Language

FILTERS: Mapping[str, Callable[..., Any]] = {
    "text": safe_html,
    "texts": text_lines,
    "phrased": phrase_html,
    "one_line": one_line,
    "lines": lambda text: tidy(text).strip().split("\n"),
    "quoted_lines": quoted_lines,
    "named": level_text,
    "shares": shares,
    "look": look,
    "tint": tint,
    "ink": ink_of,
    "ground": ground_of,
}
PALETTE = {"inks": INKS, "grounds": GROUNDS, "line": LINE, "MONOSPACE": MONOSPACE}


def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("noroshi.actions"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= FILTERS
    return environment.get_template("mail.html", globals=PALETTE)


def _macros(template: Template, language: Language) -> Any:
    functions = text_functions(lambda text: text.say(language))
    return template.make_module({"language": language, **functions})


def macros_by_language() -> Mapping[str, Any]:
    """Return the macros of the template, all in each language."""
    template = _template()
    return {language: _macros(template, language) for language in LANGUAGES}


MACROS = macros_by_language()
