"""Print a mail's bytes: all that can be read, and what cannot only counted."""

from __future__ import annotations

import re

from noroshi.core.translation import ngettext

FOLDED = ngettext("… {count} more line of base64", "… {count} more lines of base64")
FEW = 24
SHOWN = 4
BASE64 = re.compile(r"(?m)^(?:[A-Za-z0-9+/]{60,}={0,2}\n)+(?:[A-Za-z0-9+/]+={0,2}\n)?")


def folded(raw: str, language: str) -> str:
    """Return the mail, with every long block of base64 cut to the first lines."""

    def fold(found: re.Match[str]) -> str:
        lines = found[0].splitlines()
        if len(lines) <= FEW:
            return found[0]
        rest = FOLDED.fill(count=len(lines) - SHOWN).say(language)
        return "\n".join([*lines[:SHOWN], rest]) + "\n"

    return BASE64.sub(fold, raw)
