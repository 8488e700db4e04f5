"""What is left out on Windows is there elsewhere: no name outlives its test."""

from __future__ import annotations

from pathlib import Path

from tests.windows.left_out import FILES, FIXTURES, TESTS

ROOT = Path(__file__).parents[2]


def test_each_name_is_that_of_a_test():
    gone = [
        name
        for name in TESTS
        if f"def {name.partition('::')[2].partition('[')[0]}("
        not in (ROOT / name.partition("::")[0]).read_text("utf-8")
    ]
    assert gone == []


def test_each_file_is_there():
    assert [name for name in FILES if not (ROOT / name).exists()] == []


def test_each_fixture_is_there():
    texts = [file.read_text("utf-8") for file in (ROOT / "tests").rglob("conftest.py")]
    missing = [name for name in FIXTURES if not any(f"def {name}(" in text for text in texts)]
    assert missing == []
