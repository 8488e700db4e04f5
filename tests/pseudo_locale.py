"""A copy of the program whose second language is English in pseudo letters: a text that is in no
catalogue keeps its plain ones and is seen at once."""

from __future__ import annotations

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

from babel.messages.mofile import write_mo

from tools.catalogue import SOURCE, catalogue

PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
PSEUDO = "ȧƀƈḓḗƒɠħīĵķŀḿƞǿƥɋřşŧŭṽẇẋẏẑȦƁƇḒḖƑƓĦĪĴĶĿḾȠǾƤɊŘŞŦŬṼẆẊẎẐ"
LETTERS = str.maketrans(PLAIN, PSEUDO)
BACK = str.maketrans(PSEUDO, PLAIN)
PLACE = re.compile(r"(\{\{|\}\}|\{[^{}]*\}|%(?:\(\w+\))?[sr]\b|%%)")


def pseudo(text: str) -> str:
    """Return a text in pseudo letters; its places stay."""
    parts = PLACE.split(text)
    return "".join(one if n % 2 else one.translate(LETTERS) for n, one in enumerate(parts))


def program(into: Path) -> Path:
    """Copy the program below a folder; return what PYTHONPATH has to be for it."""
    # With what is compiled, which holds for the copy too; but for what somebody compiles just now.
    shutil.copytree(SOURCE, into, ignore=shutil.ignore_patterns("*.pyc.*"))
    compiled = into / "noroshi/locale/ja/LC_MESSAGES/noroshi.mo"
    texts = catalogue()
    for one in texts:
        if one.id:
            several = not isinstance(one.id, str)
            one.string = (pseudo(one.id[1]),) if several else pseudo(str(one.id))
    with compiled.open("wb") as file:
        write_mo(file, texts)
    return into


UNSEEN = {"script", "style", "svg", "code", "pre", "textarea"}
READ_OUT = {"title", "aria-label", "placeholder", "alt"}
NO_TEXT = re.compile(r"[\w.+-]*[/@:=_.\d-][\w/@:=_.-]*|\b[A-Z]+\b", re.ASCII)
"""Paths, addresses, names with a sign in them, and abbreviations."""
WORD = re.compile(r"(?<![^\W\d_])[A-Za-z]{4,}(?![^\W\d_])")


class Shown(HTMLParser):
    """Collects what a page shows, and what a screen reader reads out."""

    def __init__(self) -> None:
        super().__init__()
        self.texts, self._within = list[str](), list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSEEN:
            self._within.append(tag)
        self.texts += [text for name, text in attrs if name in READ_OUT and text]

    def handle_endtag(self, tag: str) -> None:
        if tag in self._within:
            self._within.remove(tag)

    def handle_data(self, data: str) -> None:
        if not self._within:
            self.texts.append(data)


def texts(page: str) -> list[str]:
    """Return what is read of a page, or of a text."""
    shown = Shown()
    shown.feed(page)
    shown.close()
    return shown.texts


def plain_words(page: str) -> set[str]:
    """Return the words of a page, or of a text, that are in plain letters."""
    return {word for text in texts(page) for word in WORD.findall(NO_TEXT.sub(" ", text))}


def words(listed: str) -> set[str]:
    """Return the words of a list of exceptions."""
    return set(listed.split())
