"""A text that a test says is not shown is said to be shown by another one, or was put in by a test.
Else the one that says it is not there would never fail again once the text is reworded."""

import ast
import re
from pathlib import Path

TESTS = Path(__file__).parent
PROSE = re.compile(r"[A-Za-z]{2}[ ,.:']+[A-Za-z]|[ぁ-んァ-ヶ一-龠]")


def said_to_be_absent(tree):
    """The literals of `assert "a text" not in …`, each alone or joined by `and`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            for part in joined_by_and(node.test):
                if isinstance(part, ast.Compare) and isinstance(part.ops[0], ast.NotIn):
                    yield from literals([part.left])


def joined_by_and(test):
    parts = test.values if isinstance(test, ast.BoolOp) else [test]
    return parts if isinstance(getattr(test, "op", ast.And()), ast.And) else []


def literals(nodes):
    return [n for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)]


def test_each_text_that_is_said_to_be_absent_is_there_elsewhere():
    absent, others = [], [path.read_text("utf-8") for path in (TESTS / "data").rglob("*.txt")]
    for path in sorted(TESTS.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        found = [one for one in said_to_be_absent(tree) if PROSE.search(one.value)]
        absent += [(str(path.relative_to(TESTS)), one.lineno, one.value) for one in found]
        others += [one.value for one in literals(ast.walk(tree)) if one not in found]
    there = "\n".join(others)
    assert len(absent) > 50
    assert [one for one in absent if one[-1].strip() not in there] == []
