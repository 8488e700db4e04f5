"""What is counted in a text of ours is one or several: "1 alarm", never "1 alarms"."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from noroshi.core.words import Words

SOURCES = Path(__file__).parents[2] / "src"
COUNTS = "count|times|tried|days|hours|minutes|left|forgotten|hits|routes"
ONE_AS_SEVERAL = re.compile(
    rf"\{{(?:{COUNTS})\}}\s+(?:more |older |of the last )?(?!(?:is|was|has|does|this)\b)[a-z]+s\b"
)
"""A place for a number, and then a noun that is always in the plural."""


def english(source):
    """Each text after `en=`, with its line."""
    for node in ast.walk(ast.parse(source)):
        said = node.value if isinstance(node, ast.keyword) and node.arg == "en" else None
        if isinstance(said, ast.Constant) and isinstance(said.value, str):
            yield said.lineno, said.value


def found_in(source):
    return [
        (line, m[0]) for line, text in english(source) for m in ONE_AS_SEVERAL.finditer(text)
    ]


def test_no_text_tells_one_as_several():
    sources = {path: path.read_text(encoding="utf-8") for path in SOURCES.rglob("*.py")}
    assert sum(len(list(english(source))) for source in sources.values()) > 1000
    found = {str(path): bad for path, source in sources.items() if (bad := found_in(source))}
    assert found == {}


@pytest.mark.parametrize(
    ("text", "bad"),
    [
        ("{count} silences are there", ["{count} silences"]),
        ("and {count} more problems", ["{count} more problems"]),
        ("{count:silence is|silences are} there", []),
        ("there are {count} of this name", []),
        ("{name} signs in", []),
    ],
)
def test_the_sweep_finds_what_it_is_for(text, bad):
    assert [what for _, what in found_in(f"Words(en={text!r}, ja='')")] == bad


@pytest.mark.parametrize(("count", "said"), [(1, "1 alarm waits"), (0, "0 alarms wait")])
def test_one_is_told_as_one(count, said):
    words = Words(en="{count:alarm waits|alarms wait}", ja="{count}件")
    assert words.fill(count=count).en == said
