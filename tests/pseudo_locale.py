"""A copy of the program whose second language is English in pseudo letters: a text that is in no
catalogue keeps its plain ones and is seen at once."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from babel.messages.mofile import write_mo

from tools.catalogue import SOURCE, catalogue

PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
PSEUDO = "ȧƀƈḓḗƒɠħīĵķŀḿƞǿƥɋřşŧŭṽẇẋẏẑȦƁƇḒḖƑƓĦĪĴĶĿḾȠǾƤɊŘŞŦŬṼẆẊẎẐ"
LETTERS = str.maketrans(PLAIN, PSEUDO)
PLACE = re.compile(r"(\{\{|\}\}|\{[^{}]*\}|%\(\w+\)s|%%)")


def pseudo(text: str) -> str:
    """Return a text in pseudo letters; its places stay."""
    parts = PLACE.split(text)
    return "".join(one if n % 2 else one.translate(LETTERS) for n, one in enumerate(parts))


def program(into: Path) -> Path:
    """Copy the program below a folder; return what PYTHONPATH has to be for it."""
    shutil.copytree(SOURCE, into, ignore=shutil.ignore_patterns("__pycache__"))
    compiled = into / "noroshi/locale/ja/LC_MESSAGES/noroshi.mo"
    texts = catalogue()
    for one in texts:
        if one.id:
            several = not isinstance(one.id, str)
            one.string = (pseudo(one.id[1]),) if several else pseudo(str(one.id))
    with compiled.open("wb") as file:
        write_mo(file, texts)
    return into
