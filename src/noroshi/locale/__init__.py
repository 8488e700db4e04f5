"""Find the translation of a text: the catalogues of this folder, read when first asked for."""

from __future__ import annotations

import gettext
import struct
from functools import cache

DOMAIN = "noroshi"


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return the translations into that language; an empty catalogue if there are none, or if
    they cannot be read: then every text is in English.

    The catalogue of English holds what was reworded alone: by the old wording, which is the key
    of what is stored, that of today.
    """
    try:
        return gettext.translation(DOMAIN, __path__[0], [language], fallback=True)
    except (OSError, ValueError, struct.error):
        return gettext.NullTranslations()
