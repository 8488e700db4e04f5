"""Several mistakes of one file are told at once, and none that is none."""

import re
import tomllib
from itertools import combinations
from pathlib import Path

import pytest

from noroshi.core.definitions.toml_recovery import LARGEST, MOST_SLIPS, slips
from tests.sweeps import sweep

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").rglob("*.toml"))
WORDS = re.compile(r'^(\s*[\w.-]+ = .*)"(\]?)$')


def told(text):
    with pytest.raises(tomllib.TOMLDecodeError) as caught:
        tomllib.loads(text)
    return slips(text, str(caught.value))


def lines(text):
    return [one.line for one in told(text)]


def test_two_mistakes_of_one_file_are_told_at_once():
    first, second = told('title = "Operations\naddresses = ["a@b.test"]\nlanguage = ja\n')
    assert (first.line, second.line) == (1, 3)
    assert "quotation mark" in first.cause.en
    assert second.cause.en == 'text must be in quotation marks: language = "ja"'


MISTAKES = [
    pytest.param('a = "x\nb: 1\nc = 2\nd = y\n', [1, 2, 4], id="three in a row"),
    pytest.param('a = [\n  "x,\n  "y"\n]\nb = z\n', [2, 5], id="in a list"),
    pytest.param('a = ["x, "y"]\nb = z\n', [1, 2], id="a list on a line"),
    pytest.param('a = ["x" "y"]\nb = z\n', [1, 2], id="no comma"),
    pytest.param('[[group]\nname = "x\n[[group]]\n', [1, 2], id="a head"),
    pytest.param("a = 1\na = 2\nb = z\n", [2, 3], id="given twice"),
    pytest.param('a = "x\r\nb = z\r\n', [1, 2], id="a file from Windows"),
]


@pytest.mark.parametrize(("text", "numbers"), MISTAKES)
def test_what_is_wrong_by_itself_is_told(text, numbers):
    assert lines(text) == numbers


UNSURE = [
    pytest.param('a = [\n  "x"\n  "y"\n]\nb = z\n', [3], id="a list goes on"),
    pytest.param('a = ["x"\nb = 1\nc = 2\n', [2], id="a list without end"),
    pytest.param('a = [ "x\n  "y",\n  "z",\n]\nb = 1\n', [1], id="the list's first line"),
    pytest.param('a = """ \\q\nb = z\n"""\n', [1], id="a text of several lines"),
    pytest.param("[a]\nx = 1\n[b\nx = 1\n[b]\nx = 1\n", [3], id="the head of what follows"),
    pytest.param('["a]\nx = 1\n', [1], id="a head in quotes"),
]


@pytest.mark.parametrize(("text", "numbers"), UNSURE)
def test_what_may_come_of_an_earlier_mistake_is_not_called_one(text, numbers):
    assert lines(text) == numbers


@sweep("file", EXAMPLES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_of_two_quotes_that_are_missing_anywhere_both_are_told(file):
    whole = file.read_text(encoding="utf-8").splitlines()
    places = [at for at, line in enumerate(whole) if WORDS.match(line)]
    for pair in combinations(places, 2):
        broken = [WORDS.sub(r"\1\2", x) if at in pair else x for at, x in enumerate(whole)]
        assert lines("\n".join(broken)) == [at + 1 for at in pair]


def test_so_many_are_told_and_no_more():
    assert len(told("a = x\n" * 1000)) == MOST_SLIPS
    assert len(told("a = x\n" * LARGEST)) == 1


def test_what_has_no_place_is_told_as_it_was():
    (one,) = told("a = [")
    assert one.line == 0
