"""Keep the catalogues of texts in step with the program.

    python tools/catalogue.py update   add what is new, mark what nobody uses any more
    python tools/catalogue.py check    tell what is missing, unused, fuzzy or at odds with its English

A text is what `_`, `pgettext` and `ngettext` are called with, and the docstring of a setting.
A text whose wording is edited moves to the English catalogue: its old wording is still the key
of what is stored, and is translated to the new one (`retired`).
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"
LOCALE = SOURCE / "noroshi/locale"
JAPANESE = LOCALE / "ja/LC_MESSAGES/noroshi.po"
RETIRED = "retired"
"""The comment of an entry whose wording was edited; stored rows have it still."""
WIDTH = 96


@dataclass(frozen=True, slots=True)
class Found:
    """One text of the program, and the file that it stands in."""

    id: str
    several: str
    context: str
    file: str

    @property
    def key(self) -> tuple[str, str]:
        """Return what tells it from other texts."""
        return self.context, self.id

    @property
    def forms(self) -> str | tuple[str, str]:
        """Return its English as a catalogue has it."""
        return (self.id, self.several) if self.several else self.id


def texts() -> Iterator[Found]:
    """Yield every text of the program, file by file."""
    for path in sorted(SOURCE.rglob("*.py")):
        file = path.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield from _called(node, file)
            elif isinstance(node, ast.ClassDef) and node.name.endswith(("Options", "Def")):
                yield from _described(node, file)


def _called(call: ast.Call, file: str) -> Iterator[Found]:
    assert isinstance(call.func, ast.Name)
    given = [one.value for one in call.args if isinstance(one, ast.Constant)]
    words = [one for one in given if isinstance(one, str)]
    if len(words) != len(call.args) or not words:
        return
    match call.func.id:
        case "_":
            yield Found(words[0], "", "", file)
        case "pgettext":
            yield Found(words[1], "", words[0], file)
        case "ngettext":
            yield Found(words[0], words[1], "", file)


def _described(cls: ast.ClassDef, file: str) -> Iterator[Found]:
    for field, text in zip(cls.body, cls.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr):
            said = text.value.value if isinstance(text.value, ast.Constant) else None
            if isinstance(said, str):
                yield Found(" ".join(said.split()), "", "", file)


def catalogue() -> Catalog:
    """Read the Japanese catalogue."""
    with JAPANESE.open("rb") as file:
        return read_po(file, locale="ja")


def update() -> None:
    """Write the catalogue anew: a text without a translation is added, empty."""
    old, new = catalogue(), fresh()
    for one in texts():
        known = old.get(one.id, one.context or None)
        add(new, one, known.string if known and _fits(known, one) else "")
    for entry in old:
        if RETIRED in entry.auto_comments and entry.id not in new:
            new[entry.id] = entry
    write(new)


def fresh() -> Catalog:
    """Return an empty catalogue with our head."""
    return Catalog(locale="ja", project="noroshi", charset="utf-8", fuzzy=False)


def add(to: Catalog, one: Found, translation: str | tuple[str, ...]) -> None:
    """Put a text into a catalogue; one that is there gets one more place."""
    empty: str | tuple[str, ...] = ("",) if one.several else ""
    to.add(
        one.forms, translation or empty, locations=[(one.file, 0)], context=one.context or None
    )


def write(one: Catalog) -> None:
    """Write the Japanese catalogue."""
    with JAPANESE.open("wb") as file:
        write_po(file, one, width=WIDTH, include_lineno=False, omit_header=False)


def _fits(known: Message, one: Found) -> bool:
    return known.pluralizable == bool(one.several)


def faults() -> Iterator[str]:
    """Yield what is wrong with the Japanese catalogue, a line each."""
    used, ours = {one.key: one for one in texts()}, catalogue()
    for one in used.values():
        if ours.get(one.id, one.context or None) is None:
            yield f"missing: {one.id!r} ({one.file})"
    for entry in ours:
        if not entry.id:
            continue  # the head
        english = entry.id if isinstance(entry.id, str) else entry.id[0]
        if (entry.context or "", english) not in used and RETIRED not in entry.auto_comments:
            yield f"unused: {english!r}"
        yield from _of_entry(entry, english)


def _of_entry(entry: Message, english: str) -> Iterator[str]:
    ids = (entry.id,) if isinstance(entry.id, str) else entry.id
    must, may = places(english), frozenset().union(*map(places, ids))
    translations = (entry.string,) if isinstance(entry.string, str) else entry.string
    if entry.fuzzy:
        yield f"fuzzy: {english!r}"
    for text in translations:
        if not text:
            yield f"not translated: {english!r}"
        elif not must <= places(text) <= may:
            yield f"other places in the translation: {english!r}: {text!r}"


def places(text: str) -> frozenset[str]:
    """Return the names of a text's places; of one that is no pattern, none."""
    try:
        return frozenset(name for _text, name, _spec, _as in Formatter().parse(text) if name)
    except ValueError:
        return frozenset()


def main() -> int:
    """Do what the command says."""
    if sys.argv[1:] == ["update"]:
        update()
        return 0
    wrong = list(faults())
    print("\n".join(wrong), end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
