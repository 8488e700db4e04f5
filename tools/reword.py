"""Put new wordings in the place of old ones: in the program, its tests and the catalogues.

    python tools/reword.py OLD NEW       one text of the program
    python tools/reword.py FILE.jsonl    many: {"old": …, "new": …, "ja": …, "context": …} a line,
                                         with "old_several" and "new_several" for a plural

What may be stored under the old wording stays in the English catalogue, which leads to the new
one. Sentences that tests expect, with their places filled, are replaced where a test has one
whole; the rest is for whoever runs the tests afterwards.
"""

from __future__ import annotations

import ast
import json
import re
import sys
import textwrap
import tokenize
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from io import StringIO
from itertools import accumulate
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from catalogue import (
    ENGLISH,
    JAPANESE,
    ROOT,
    SOURCE,
    catalogue,
    places,
    reword_template,
    texts,
    update,
    write,
)

TESTS = ROOT / "tests"
WIDTH = 88
SHORTEST = 12  # letters of a sentence by which it is known again in a test
NEVER_STORED = (
    "src/noroshi/web/",
    "src/noroshi/cli/",
    "src/noroshi/guides/",
    "src/noroshi_lab/",
)
"""Where texts are shown at once: their old wordings are the key of nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One text's new wording; an empty field stays as it is."""

    old: str
    new: str = ""
    ja: str = ""
    context: str = ""
    old_several: str = ""
    new_several: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Return by which text of the program it is known."""
        return self.context, self.old


Wordings = Mapping[tuple[str, str], str]
"""The new wording of each (context, text)."""


def reword(edits: Sequence[Edit]) -> Iterator[str]:
    """Apply edits; yield what could not be done, a line each."""
    known = {one.key for one in texts()}
    sound = [one for one in edits if one.key in known]
    yield from (f"no such text: {one.old!r}" for one in edits if one.key not in known)
    bad = [one for one in sound if not _fits(one)]
    yield from (f"other places: {one.old!r}: {one.new!r}" for one in bad)
    sound = [one for one in sound if _fits(one)]
    wordings = _wordings(sound)
    pairs = _pairs(sound)
    for path in sorted(SOURCE.rglob("*.py")):
        _rewrite(path, partial(_reword_source, wordings))
    for path in sorted(SOURCE.rglob("templates/*.html")):
        reword_template(path, wordings)
    for path in sorted(SOURCE.rglob("*.toml")):
        _rewrite(path, partial(_reword_quoted, wordings))
    _reword_catalogues(sound)
    update(drop=True)
    for path in sorted(TESTS.rglob("*.py")):
        _rewrite(path, partial(_reword_test, pairs))


def _fits(one: Edit) -> bool:
    old = places(one.old) | places(one.old_several)
    return places(one.new) <= old and places(one.new_several) <= old


def _wordings(edits: Iterable[Edit]) -> Wordings:
    found = dict[tuple[str, str], str]()
    for one in edits:
        if one.new:
            found[one.context, one.old] = one.new
        if one.new_several:
            found[one.context, one.old_several] = one.new_several
    return found


def _rewrite(path: Path, change: Callable[[str], str]) -> None:
    text = path.read_text("utf-8")
    if (new := change(text)) != text:
        path.write_text(new, "utf-8")


def _reword_source(wordings: Wordings, text: str) -> str:
    """Replace the literals of texts in a module's source."""
    tree = ast.parse(text)
    found = [(node, _literal(wordings[key])) for node, key in _called(tree) if key in wordings]
    found += [
        (node, _docstring(wordings["", described], node.col_offset))
        for node, described in _described(tree)
        if ("", described) in wordings
    ]
    return _replaced(text, found)


def _replaced(text: str, literals: Iterable[tuple[ast.Constant, str]]) -> str:
    """Return a source with other literals in the place of some."""
    raw = text.encode()
    starts = [0, *accumulate(map(len, raw.splitlines(keepends=True)))]
    spans = list[tuple[int, int, str]]()
    for node, literal in literals:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        begin = starts[node.lineno - 1] + node.col_offset
        spans.append((begin, starts[node.end_lineno - 1] + node.end_col_offset, literal))
    for begin, end, literal in sorted(spans, reverse=True):
        raw = raw[:begin] + literal.encode() + raw[end:]
    return raw.decode()


def _called(tree: ast.Module) -> Iterator[tuple[ast.Constant, tuple[str, str]]]:
    """Yield the literals of texts in calls, each with its context and itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            match node.func.id, node.args:
                case "_", [ast.Constant(value=str(text)) as one]:
                    yield one, ("", text)
                case "pgettext", [ast.Constant(value=str(context)), ast.Constant() as one]:
                    yield one, (context, str(one.value))
                case "ngettext", [ast.Constant() as one, ast.Constant() as several, *_by]:
                    yield one, ("", str(one.value))
                    yield several, ("", str(several.value))


def _described(tree: ast.Module) -> Iterator[tuple[ast.Constant, str]]:
    """Yield the docstrings of settings, each with the text that it is."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name.endswith(("Options", "Def")):
            for line in node.body:
                if isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant):
                    yield line.value, " ".join(str(line.value.value).split())


def _literal(text: str) -> str:
    """Return a text as Python's source has it; the formatter indents it."""
    parts = [part for line in text.splitlines(keepends=True) for part in _wrapped(line)]
    return "\n".join(map(_quoted, parts))


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _wrapped(line: str) -> Iterator[str]:
    """Yield the parts of a line, each as long as a line of source may be."""
    part = ""
    for word in re.findall(r"\S*\s*", line):
        if part and len(part) + len(word) > WIDTH:
            yield part
            part = ""
        part += word
    yield part


def _docstring(text: str, indent: int) -> str:
    lines = textwrap.wrap(f'"""{text}"""', 96 - indent, break_on_hyphens=False)
    return f"\n{' ' * indent}".join(lines)


def _reword_quoted(wordings: Wordings, text: str) -> str:
    """Replace texts in TOML: between quotes, or a line of a longer value."""
    for (_context, old), new in wordings.items():
        text = text.replace(_quoted(old), _quoted(new))
        literal = f"'{new}'" if "'" not in new else _quoted(new)
        text = text.replace(f"'{old}'", literal)
        text = text.replace(f"\n{old}\n", f"\n{new}\n")
    return text


def _reword_catalogues(edits: Iterable[Edit]) -> None:
    english, japanese = catalogue(ENGLISH), catalogue(JAPANESE)
    files = {one.key: one.file for one in texts()}
    files |= _files(japanese)
    for one in edits:
        _reword_japanese(japanese, one)
        if not (one.new or one.new_several):
            continue
        for entry in english:
            if one.new and entry.id and _first(_string(entry)) == one.old:
                entry.string = one.new if isinstance(_string(entry), str) else _forms(one)
        if not files.get(one.key, "").startswith(NEVER_STORED):
            old = (one.old, one.old_several) if one.old_several else one.old
            new = _new_id(one)
            english.add(old, new, context=one.context or None)
    write(english, ENGLISH)
    write(japanese)


def _first(forms: str | tuple[str, ...]) -> str:
    return forms if isinstance(forms, str) else next(iter(forms), "")


def _forms(one: Edit) -> tuple[str, str]:
    """Return the new wording for one and for several."""
    new = one.new or one.old
    return new, one.new_several or one.old_several or new


def _files(japanese: Catalog) -> Mapping[tuple[str, str], str]:
    """Return where each text stood before it was edited: the first place that is stored."""
    found = dict[tuple[str, str], str]()
    for entry in japanese:
        if entry.id:
            english = entry.id if isinstance(entry.id, str) else entry.id[0]
            here = [file for file, _line in entry.locations]
            kept = [file for file in here if not file.startswith(NEVER_STORED)]
            found[entry.context or "", english] = next(iter([*kept, *here]), "")
    return found


def _reword_japanese(japanese: Catalog, one: Edit) -> None:
    entry = japanese.get(one.old, one.context or None)
    if entry is None:
        return
    translation: str | tuple[str, ...] = _string(entry)
    if one.ja:
        translation = (one.ja,) if isinstance(translation, tuple) else one.ja
    if not one.new and not one.new_several:
        entry.string = translation
    elif japanese.get(one.new or one.old, one.context or None) in (None, entry):
        if one.old_several:
            japanese.delete(one.old, one.context or None)
        japanese.add(_new_id(one), translation, context=one.context or None)


def _new_id(one: Edit) -> str | tuple[str, str]:
    return _forms(one) if one.old_several else one.new or one.old


def _string(entry: Message) -> str | tuple[str, ...]:
    return entry.string if isinstance(entry.string, str) else tuple(entry.string or ())


@dataclass(frozen=True, slots=True)
class Sentence:
    """One as a test has it, its places filled: `anchor` is its longest part without places."""

    anchor: str
    pattern: re.Pattern[str]
    new: str


def _pairs(edits: Iterable[Edit]) -> Sequence[Sentence]:
    """Return how the texts are found in tests, in both languages."""
    japanese, found = catalogue(JAPANESE), list[Sentence]()
    for one in edits:
        entry = japanese.get(one.old, one.context or None)
        known = _string(entry) if entry else ""
        known = known if isinstance(known, str) else known[0]
        for old, new in (
            (one.old, one.new),
            (one.old_several, one.new_several),
            (known, one.ja),
        ):
            if old and new and old != new and (sentence := _sentence(old, new)):
                found.append(sentence)
    return sorted(found, key=lambda one: -len(one.anchor))


def _sentence(old: str, new: str) -> Sentence | None:
    try:
        parts = list(Formatter().parse(old))
    except ValueError:
        return None
    anchor = max((part[0] for part in parts), key=len)
    if len(anchor) < (SHORTEST if old.isascii() else SHORTEST // 2):
        return None
    found, seen = list[str](), set[str]()
    for literal, name, _spec, _conversion in parts:
        found.append(re.escape(literal))
        if name is not None:
            place = _group(name)
            found.append(f"(?P={place})" if place in seen else rf"(?P<{place}>[^\n]{{0,200}}?)")
            seen.add(place)
    end = "$" if parts[-1][1] is not None else ""
    return Sentence(anchor, re.compile("".join(found) + end), new)


def _group(place: str) -> str:
    return re.sub(r"\W", "_", place)


def _reword_test(sentences: Sequence[Sentence], text: str) -> str:
    lines = text.encode().splitlines(keepends=True)
    changes = list[tuple[ast.Constant, str]]()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            new = _with_new_wordings(node.value, sentences)
            if new != node.value and _is_plain(_source(lines, node)):
                is_long = node.end_lineno != node.lineno  # then it stands between parentheses
                changes.append((node, _literal(new) if is_long else _quoted(new)))
    return _replaced(text, changes)


def _source(lines: Sequence[bytes], node: ast.Constant) -> str:
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    found = b"".join(lines[node.lineno - 1 : node.end_lineno])
    behind = len(lines[node.end_lineno - 1]) - node.end_col_offset
    return found[node.col_offset : len(found) - behind].decode()


def _is_plain(literal: str) -> bool:
    """Return whether it is one or more ordinary strings; an f-string is for a person."""
    try:
        tokens = list(tokenize.generate_tokens(StringIO(f"({literal})").readline))
    except (tokenize.TokenError, SyntaxError, IndentationError):
        return False
    strings = [one.string for one in tokens if one.type == tokenize.STRING]
    return bool(strings) and all(
        one[0] in "\"'" and not one.startswith('"""') for one in strings
    )


def _with_new_wordings(text: str, sentences: Sequence[Sentence]) -> str:
    for one in sentences:
        if one.anchor in text and (found := one.pattern.search(text)):
            given = {name: value or "" for name, value in found.groupdict().items()}
            if (filled := _fill(one.new, given)) is not None:
                text = text[: found.start()] + filled + text[found.end() :]
    return text


def _fill(pattern: str, given: Mapping[str, str]) -> str | None:
    parts = list[str]()
    for literal, name, _spec, _conversion in Formatter().parse(pattern):
        parts.append(literal)
        if name is not None:
            if _group(name) not in given:
                return None
            parts.append(given[_group(name)])
    return "".join(parts)


def _read(path: Path) -> Iterator[Edit]:
    for line in path.read_text("utf-8").splitlines():
        if line.strip():
            given = {name: value for name, value in json.loads(line).items() if value}
            yield Edit(**given)


def main() -> int:
    """Do what the command says."""
    match sys.argv[1:]:
        case [file] if file.endswith(".jsonl"):
            edits = list(_read(Path(file)))
        case [old, new]:
            edits = [Edit(old=old, new=new)]
        case _:
            print(__doc__)
            return 2
    left = list(reword(edits))
    print("\n".join(left), end="\n" if left else "")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
