"""Names in a text are listed as the language of its reader lists them: Japanese has no comma."""

import ast
from collections.abc import Iterator
from pathlib import Path

import noroshi
import noroshi_lab
from tests.source_trees import nodes_of

PACKAGES = [Path(package.__path__[0]) for package in (noroshi, noroshi_lab)]
BY_COMMA = 'join(", ")'


def is_joined_by_comma(node: ast.AST) -> bool:
    """Return whether a call joins texts by the comma of English."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "join"
        and isinstance(node.func.value, ast.Constant)
        and node.func.value.value == ", "
    )


def english_lists(nodes) -> Iterator[int]:
    """Yield the lines where a text is filled with names between which English commas stand."""
    for node in nodes:
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in {"fill", "say"}
        ):
            values = [keyword.value for keyword in node.keywords]
            parts = [part for value in values for part in ast.walk(value)]
            yield from (part.lineno for part in parts if is_joined_by_comma(part))


def test_a_list_that_is_joined_by_hand_is_found():
    found = ast.walk(
        ast.parse('A.fill(n=1, names=", ".join(names))\nB.fill(names=list_names(n))')
    )
    assert list(english_lists(found)) == [1]


def test_no_text_is_filled_with_an_english_list():
    found = [
        f"{path}:{line}"
        for package in PACKAGES
        for path in sorted(package.rglob("*.py"))
        for line in english_lists(nodes_of(path))
    ]
    assert found == []


def test_pages_have_commas_only_in_fields_that_are_sent_back():
    lines = [
        line
        for path in sorted((PACKAGES[0] / "web/templates").glob("*.html"))
        for line in path.read_text(encoding="utf-8").replace(" | join", "|join").splitlines()
        if BY_COMMA in line
    ]
    assert lines and all(' value="' in line for line in lines), lines
