"""Keep the catalogues of texts in step with the program.

    python tools/catalogue.py update   add what is new; --drop: and leave out what nobody uses
    python tools/catalogue.py check    tell what is missing, unused, fuzzy or at odds with its English,
                                       and where Japanese stands in the code

A text is what `_`, `pgettext` and `ngettext` are called with, in Python and in templates, the
docstring of a setting, and what the files of knowledge (`noroshi/knowledge/*.toml`), the guides
and the blueprints tell people.
A wording that is given up stays in the English catalogue, which leads to that of today: it is
still the key of what is stored.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"
LOCALE = SOURCE / "noroshi/locale"
JAPANESE = LOCALE / "ja/LC_MESSAGES/noroshi.po"
ENGLISH = LOCALE / "en/LC_MESSAGES/noroshi.po"
WIDTH = 96
TEMPLATE_WIDTH = 120
TEMPLATE = Environment(keep_trailing_newline=True)
KNOWLEDGE = "knowledge/*.toml"
FOR_PEOPLE = ("meaning", "action", "steps", "takes", "words")
"""The keys of a file of knowledge that hold texts."""
ALONE = re.compile(r"\{[\w.]+\}")
"""An instruction that stands in the place of a text."""
FUNCTIONS = ("_", "pgettext", "ngettext")
GUIDES = "noroshi/guides/*.toml"
BLUEPRINTS = "noroshi/definitions/blueprints/*.toml"
PERCENT = re.compile(r"%(?:\((\w+)\))?([sr])\b")
"""Places as argparse has them."""
JAPANESE_LETTER = re.compile("[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f]")
"""Kana, kanji and their marks."""
FULL_WIDTH = re.compile("[\uff08\uff09\uff1a\uff10-\uff19]")
SPACE_BEFORE_COUNTER = re.compile("[0-9}] (?:件|秒|分|台|本)")
"""What the glossary rules out in Japanese texts."""
ALPHABETS = {
    "noroshi/actions/letter_words.py": "where a line of Japanese may break",
    "noroshi/command_line/text_width.py": "where a line of Japanese may break",
    "noroshi/core/sentences.py": "how sentences end that people and programs write",
    "noroshi/cli/setup/dialogue.py": "how people answer yes and no",
    "noroshi/core/time_input.py": "how people write a day",
    "noroshi/web/view/search.py": "how people call everything",
    "noroshi/web/forms/normalize.py": "what people put between the parts of a list",
    "noroshi/core/definitions/toml_errors.py": "what people type for quotation marks",
    "noroshi/oauth/redirect_url.py": "what stands around an address that is pasted",
    "noroshi/web/view/language.py": "what a language is called by those who read it",
    "noroshi/transports/mime/charsets.py": "what ISO-2022-JP has two names for",
}
"""The files of the program in which Japanese is read or written by letter, and what for: no text
for people is among them."""
BEGUN = datetime(2026, 11, 28, tzinfo=UTC)
"""A fixed day: a catalogue changes where its texts do, and nowhere else."""


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
    """Yield every text of the program, source by source."""
    yield from _of_python()
    yield from _of_templates()
    yield from _of_knowledge()
    yield from _of_guides()
    yield from _of_blueprints()


def _of_python() -> Iterator[Found]:
    for path in sorted(SOURCE.rglob("*.py")):
        file = path.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield from _called(node, file)
            elif isinstance(node, ast.ClassDef) and node.name.endswith(("Options", "Def")):
                yield from _described(node, file)


def _of_templates() -> Iterator[Found]:
    for path in sorted(SOURCE.rglob("templates/*.html")):
        file = path.relative_to(ROOT).as_posix()
        for function, given in template_calls(path.read_text("utf-8")):
            yield from _found(function, [one.text for one in given], file)


def _of_knowledge() -> Iterator[Found]:
    for path in sorted(SOURCE.rglob(KNOWLEDGE)):
        file = path.relative_to(ROOT).as_posix()
        for text in _for_people(tomllib.loads(path.read_text("utf-8"))):
            yield Found(text, "", "", file)


def _for_people(value: object, *, told: bool = False) -> Iterator[str]:
    """Yield the texts of a table; `told`: all that is in it is one."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _for_people(one, told=told or key in FOR_PEOPLE)
    elif isinstance(value, list):
        for one in value:
            yield from _for_people(one, told=told)
    elif told and isinstance(value, str) and not ALONE.fullmatch(value):
        yield value


def _of_guides() -> Iterator[Found]:
    """Yield what the guides say: each line of `how` is a text, and no line of PowerShell."""
    for file, guide in _tables(GUIDES):
        for step in guide["step"]:
            lines = step["how"].strip().splitlines()
            said = [step["title"], *lines, step.get("shows", ""), step.get("note", "")]
            yield from (Found(text, "", "", file) for text in said if text)
        for failure in guide["failure"]:
            yield from (Found(failure[key], "", "", file) for key in ("means", "act"))


def _of_blueprints() -> Iterator[Found]:
    """Yield the titles and the helps of the blueprints, their groups and monitors."""
    for file, blueprint in _tables(BLUEPRINTS):
        groups = blueprint["group"]
        monitors = [monitor for group in groups for monitor in group["monitor"]]
        for one in (blueprint, *groups, *monitors):
            yield from (
                Found(one[key], "", "", file) for key in ("title", "help") if key in one
            )


def _tables(pattern: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(SOURCE.glob(pattern)):
        yield path.relative_to(ROOT).as_posix(), tomllib.loads(path.read_text("utf-8"))


def _called(call: ast.Call, file: str) -> Iterator[Found]:
    assert isinstance(call.func, ast.Name)
    given = [one.value for one in call.args if isinstance(one, ast.Constant)]
    words = [one for one in given if isinstance(one, str)]
    if len(words) != len(call.args) or not words:
        return
    yield from _found(call.func.id, words, file)


def _found(function: str, words: Sequence[str], file: str) -> Iterator[Found]:
    match function:
        case "_":
            yield Found(words[0], "", "", file)
        case "pgettext":
            yield Found(words[1], "", words[0], file)
        case "ngettext":
            yield Found(words[0], words[1], "", file)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a template, in the terms of its lexer, and where it stands."""

    kind: str
    raw: str
    begin: int

    @property
    def end(self) -> int:
        """Return where the next one begins."""
        return self.begin + len(self.raw)


@dataclass(frozen=True, slots=True)
class TemplateText:
    """A text that a template gives to `_` and the like: one literal, or several in a row."""

    text: str
    literals: tuple[Token, ...]


def template_calls(source: str) -> Iterator[tuple[str, Sequence[TemplateText]]]:
    """Yield the functions of texts that a template calls, each with the texts that it is given."""
    rest = deque(one for one in _tokens(source) if one.kind != "whitespace")
    while len(rest) > 1:
        name = rest.popleft()
        if name.kind == "name" and name.raw in FUNCTIONS and rest[0].raw == "(":
            rest.popleft()
            yield name.raw, list(_given(rest))


def _tokens(source: str) -> Iterator[Token]:
    begin = 0
    for _line, kind, raw in TEMPLATE.lex(source):
        yield Token(kind, raw, begin)
        begin += len(raw)
    assert begin == len(source), "the lexer leaves something out"


def _given(rest: deque[Token]) -> Iterator[TemplateText]:
    """Take the texts that stand first among what a function is given."""
    while rest[0].kind == "string":
        found = list[Token]()
        while rest[0].kind == "string":
            found.append(rest.popleft())
        text = "".join(ast.literal_eval(one.raw) for one in found)
        yield TemplateText(text, tuple(found))
        if rest[0].raw == ",":
            rest.popleft()


def _described(cls: ast.ClassDef, file: str) -> Iterator[Found]:
    for field, text in zip(cls.body, cls.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr):
            said = text.value.value if isinstance(text.value, ast.Constant) else None
            # One with a blank line begins with the setting's label (noroshi/help_texts.py).
            for part in said.split("\n\n", 1) if isinstance(said, str) else ():
                yield Found(" ".join(part.split()), "", "", file)


def catalogue(path: Path = JAPANESE) -> Catalog:
    """Read a catalogue, the Japanese one unless told otherwise."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def update(*, drop: bool = False) -> None:
    """Write the catalogue anew: a text without a translation is added, empty. What nobody uses
    stays, for `check` to tell of, unless it is to be dropped."""
    old, new = catalogue(), fresh()
    for one in texts():
        known = old.get(one.id, one.context or None)
        add(new, one, _string(known) if known and _fits(known, one) else "")
    for entry in old:
        english = entry.id if isinstance(entry.id, str) else entry.id[0]
        if english and not drop and new.get(english, entry.context) is None:
            new.add(entry.id, _string(entry), context=entry.context)
    write(new)


def reword_template(path: Path, wordings: Mapping[tuple[str, str], str]) -> None:
    """Put new wordings in one template: of each (context, text) that has one."""
    source = path.read_text("utf-8")
    places = list[tuple[int, int, str]]()
    for function, given in template_calls(source):
        context = given[0].text if function == "pgettext" else ""
        for one in given[1:] if context else given:
            if new := wordings.get((context, one.text)):
                places.append((one.literals[0].begin, one.literals[-1].end, new))
    for begin, end, new in reversed(places):
        source = source[:begin] + template_literal(new) + source[end:]
    if places:
        path.write_text(folded(source), "utf-8")


def template_literal(text: str) -> str:
    """Return a text as a template has it."""
    mark = "'" if '"' in text and "'" not in text else '"'
    return mark + text.replace("\\", "\\\\").replace(mark, f"\\{mark}") + mark


def folded(source: str) -> str:
    """Return a template whose lines are not too long: an expression goes on in the next line, and
    so does a text, as a second literal."""
    begin = 0
    while begin < len(source):
        end, most = source.find("\n", begin), begin + TEMPLATE_WIDTH
        end = len(source) if end < 0 else end
        folds = _folds(source) if end > most else ()
        if fits := [one for one in folds if begin < one.begin < most]:
            whole = [one for one in fits if one.parts and end - one.end + 2 <= TEMPLATE_WIDTH]
            fold = max(whole or fits, key=lambda one: one.begin)
            source = source[: fold.begin] + fold.text + source[fold.end :]
            end = source.index("\n", fold.begin)
        begin = end + 1
    return source


@dataclass(frozen=True, slots=True)
class Fold:
    """Where a line of a template may end: from where to where stands what instead. `parts`: it
    parts an expression, and neither a text nor what ends the expression."""

    begin: int
    end: int
    text: str
    parts: bool


def _folds(source: str) -> Iterator[Fold]:
    tokens = list(_tokens(source))
    for before, one, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if one.kind == "whitespace" and before.kind != "block_begin" and "\n" not in one.raw:
            parts = after.kind not in ("variable_end", "block_end")
            yield Fold(one.begin, one.end, "\n  ", parts)
    for _function, given in template_calls(source):
        for literal in (literal for text in given for literal in text.literals):
            for space in re.finditer(r"(?<=\S) (?=\S)", literal.raw[:-1]):
                at = literal.begin + space.end()
                yield Fold(at, at, f"{literal.raw[0]}\n  {literal.raw[0]}", parts=False)


def _string(entry: Message) -> str | tuple[str, ...]:
    return entry.string if isinstance(entry.string, str) else tuple(entry.string or ())


def fresh() -> Catalog:
    """Return an empty catalogue with our head."""
    return Catalog(
        locale="ja",
        header_comment="# Japanese translations of Noroshi's texts (decision 1).",
        project="Noroshi",
        version="1",
        creation_date=BEGUN,
        revision_date=BEGUN,
        last_translator="-",
        language_team="-",
        msgid_bugs_address="-",
        charset="utf-8",
        fuzzy=False,
    )


def add(to: Catalog, one: Found, translation: str | tuple[str, ...]) -> None:
    """Put a text into a catalogue; one that is there gets one more place."""
    empty: str | tuple[str, ...] = ("",) if one.several else ""
    to.add(
        one.forms, translation or empty, locations=[(one.file, 0)], context=one.context or None
    )


def write(one: Catalog, path: Path = JAPANESE) -> None:
    """Write a catalogue, the Japanese one unless told otherwise."""
    with path.open("wb") as file:
        write_po(file, one, width=WIDTH, include_lineno=False, omit_header=False)


def _fits(known: Message, one: Found) -> bool:
    return known.pluralizable == bool(one.several)


def faults() -> Iterator[str]:
    """Yield what is wrong with the catalogues, a line each."""
    used, ours = {one.key: one for one in texts()}, catalogue()
    for one in used.values():
        if ours.get(one.id, one.context or None) is None:
            yield f"missing: {one.id!r} ({one.file})"
    for entry in ours:
        if not entry.id:
            continue  # the head
        english = entry.id if isinstance(entry.id, str) else entry.id[0]
        if (entry.context or "", english) not in used:
            yield f"unused: {english!r}"
        yield from _of_entry(entry, english)
    yield from _of_given_up(used)
    yield from japanese_in_code()


def japanese_in_code(source: Path = SOURCE) -> Iterator[str]:
    """Yield where Japanese stands in the code below a folder, but for the alphabets."""
    found = dict[str, int]()
    for path in sorted(source.rglob("*.py")):
        lines = enumerate(path.read_text("utf-8").splitlines(), 1)
        if there := [number for number, line in lines if JAPANESE_LETTER.search(line)]:
            found[path.relative_to(source).as_posix()] = there[0]
    for file, line in found.items():
        if file not in ALPHABETS:
            yield f"Japanese in the code: src/{file}:{line}"
    for file in ALPHABETS.keys() - found.keys():
        yield f"no Japanese any more: src/{file}"


def _of_given_up(used: Collection[tuple[str, str]]) -> Iterator[str]:
    ids = {id for _context, id in used}
    for entry in catalogue(ENGLISH):
        if not entry.id:
            continue
        old, new = _first(entry.id), _first(entry.string or "")
        if (entry.context or "", old) in used and old != new:
            yield f"given up, and used: {old!r}"
        if new not in ids:
            yield f"given up for what nobody uses: {old!r}: {new!r}"
        if not places(new) <= places(old):
            yield f"more places than what is stored has: {old!r}: {new!r}"


def _first(forms: str | list[str] | tuple[str, ...]) -> str:
    return forms if isinstance(forms, str) else forms[0]


def _of_entry(entry: Message, english: str) -> Iterator[str]:
    ids = (entry.id,) if isinstance(entry.id, str) else entry.id
    must, may = places(english), frozenset().union(*map(places, ids))
    translations = (entry.string,) if isinstance(entry.string, str) else entry.string or ("",)
    if entry.fuzzy:
        yield f"fuzzy: {english!r}"
    for text in translations:
        if not text:
            yield f"not translated: {english!r}"
        elif not must <= places(text) <= may:
            yield f"other places in the translation: {english!r}: {text!r}"
        elif fault := style_fault(text):
            yield f"{fault}: {english!r}: {text!r}"


def style_fault(text: str) -> str:
    """Return which rule of the glossary a Japanese text breaks; "" if none."""
    if FULL_WIDTH.search(text):
        return "full-width bracket, colon or digit"
    return "space before a counter" if SPACE_BEFORE_COUNTER.search(text) else ""


def places(text: str) -> frozenset[tuple[str, str]]:
    """Return a text's places, each with its format; of one that is no pattern, none."""
    percent = frozenset((name, kind) for name, kind in PERCENT.findall(text))
    try:
        found = Formatter().parse(text)
        return percent | {(name, spec or "") for _text, name, spec, _as in found if name}
    except ValueError:
        return percent


def main() -> int:
    """Do what the command says."""
    match sys.argv[1:]:
        case ["update"]:
            update()
            return 0
        case ["update", "--drop"]:
            update(drop=True)
            return 0
    wrong = list(faults())
    print("\n".join(wrong), end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
