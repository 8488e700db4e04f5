"""argparse's own sentences in the reader's language.

argparse asks gettext for each of them, in the domain and the language of the process. Here both
are ours while a command line is parsed.
"""

from __future__ import annotations

import argparse
import gettext
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager

from noroshi import locale
from noroshi.core.printable import visible_text
from noroshi.core.translation import _, list_names, ngettext

REQUIRED = _("the following arguments are required: %s")
SENTENCES = (
    _("usage: "),
    _("argument %(argument_name)s: %(message)s"),
    _("expected one argument"),
    _("expected at most one argument"),
    _("expected at least one argument"),
    ngettext("expected %s argument", "expected %s arguments"),
    REQUIRED,
    _("one of the arguments %s is required"),
    _("unrecognized arguments: %s"),
    _("not allowed with argument %s"),
    _("ignored explicit argument %r"),
    _("ambiguous option: %(option)s could match %(matches)s"),
    _("invalid choice: %(value)r (choose from %(choices)s)"),
    _("invalid %(type)s value: %(value)r"),
)
"""The sentences of argparse, in Python 3.11 to 3.14, about a command line with mistakes."""
WHOLE = _("must be a whole number, not “{given}”")
VARIABLE = "LANGUAGE"
"""The first that gettext asks for the language (and the documentation of the module)."""


@contextmanager
def argparse_language(language: str, environ: MutableMapping[str, str]) -> Iterator[None]:
    """Have argparse speak a language within the context, by the environment of the process;
    English if there is no readable catalogue. For a program that has no threads yet."""
    if not locale.is_readable(language):
        yield
        return
    domain, previous = gettext.textdomain(), environ.get(VARIABLE)
    gettext.bindtextdomain(locale.DOMAIN, locale.__path__[0])
    gettext.textdomain(locale.DOMAIN)
    environ[VARIABLE] = language
    try:
        yield
    finally:
        gettext.textdomain(domain)
        if previous is None:
            del environ[VARIABLE]
        else:
            environ[VARIABLE] = previous


def with_list(sentence: str, language: str) -> str:
    """Return a sentence of argparse; the missing arguments, between which it has commas, as the
    language lists names."""
    start, end = REQUIRED.say(language).split("%s")
    if not (sentence.startswith(start) and sentence.endswith(end)):
        return sentence
    names = sentence.removeprefix(start).removesuffix(end).split(", ")
    return f"{start}{list_names(names).say(language)}{end}"


def whole_number(language: str, text: str) -> int:
    """Read what argparse would call an int. Raises ArgumentTypeError in that language."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            WHOLE.fill(given=visible_text(text)).say(language)
        ) from None
