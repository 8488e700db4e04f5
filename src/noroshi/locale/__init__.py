"""Find the translation of a text: the catalogues of this folder, read when first asked for."""

from __future__ import annotations

import gettext
import struct
from functools import cache

from noroshi.imports import ONE_AT_A_TIME

DOMAIN = "noroshi"


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return the translations into that language; an empty catalogue if there are none, or if
    they cannot be read: then every text is in English.

    The catalogue of English holds what was reworded alone: by the old wording, which is the key
    of what is stored, that of today.
    """
    try:
        with open(_file(language), "rb") as file:  # noqa: PTH123  # gettext.translation loads locale
            return gettext.GNUTranslations(file)
    except FileNotFoundError:
        return gettext.NullTranslations()
    except (OSError, ValueError, LookupError, struct.error) as error:
        _warn(language, error)
        return gettext.NullTranslations()


def is_readable(language: str) -> bool:
    """Return whether there is a catalogue of that language, and it could be read."""
    return isinstance(catalogue(language), gettext.GNUTranslations)


def _warn(language: str, error: Exception) -> None:
    with ONE_AT_A_TIME:
        import logging  # only now: a command that is to be quick logs nothing
    log = logging.getLogger(__name__)
    log.warning("the texts in %s cannot be read from %s: %s", language, _file(language), error)


def _file(language: str) -> str:
    return f"{__path__[0]}/{language}/LC_MESSAGES/{DOMAIN}.mo"
