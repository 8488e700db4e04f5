"""What Python's reader of TOML says of a slip, told in the reader's language."""

import re
import tomllib

import pytest

from noroshi.core.definitions.toml_errors import toml_cause, toml_error_text
from tests.sweeps import sweep

SLIPS = [
    "a = ",
    "a = nope",
    "a = 'x",
    'a = "\\',
    'a = "\\q"',
    'a = "\\ud800"',
    'a = "\\uzzzz"',
    "a 5",
    "= 5",
    "[a",
    "[[a]",
    "[a]\n[a]",
    "a = 1\na = 2",
    "a = 1 b = 2",
    "a = [1, 2",
    "a = {b = 1",
    "a = {b = 1, b = 2}",
    "a = {b = 1}\na.c = 2",
    "a = 2026-13-01",
    "a = 'x\x01'",
    "a = 1 # x\x01",
    "a.b = 1\n[a]",
    "[a.b]\n[a]\nb.c = 1",
]


@sweep("slip", SLIPS)
def test_a_slip_is_told_in_japanese_too(slip):
    with pytest.raises(tomllib.TOMLDecodeError) as caught:
        tomllib.loads(slip)
    said = toml_error_text(re.sub(r" \(at line.*", "", str(caught.value)))
    assert re.search("[ぁ-ん一-鿿]", said.ja), said
    assert not re.search("[ぁ-ん一-鿿]", said.en)


def test_what_is_not_known_keeps_its_own_words():
    assert toml_error_text("Something new").ja == "Something new"


CAUSES = [
    pytest.param('a = "x\n', 'a quotation mark (") is missing in this line', id="not closed"),
    pytest.param('a = "x', 'a quotation mark (") is missing in this line', id="at the end"),
    pytest.param('a = x"\n', 'a quotation mark (") is missing in this line', id="not opened"),
    pytest.param(
        'a = ["a, "b"]\n', 'a quotation mark (") is missing in this line', id="in a list"
    ),
    pytest.param("a = web 1 # x\n", 'text must be in quotation marks: a = "web 1"', id="bare"),
    pytest.param("a = “web”\n", 'text must be in quotation marks: a = "web"', id="typographic"),
    pytest.param(
        'a = "C:\\users"\n',
        "in double quotation marks a \\ must be doubled; or use single ones: a = 'C:\\users'",
        id="a path of Windows",
    ),
    pytest.param(
        "a = 0x\n", "Expected newline or end of document after a statement", id="other"
    ),
    pytest.param("a = \n", "Invalid value", id="nothing there"),
]


@pytest.mark.parametrize(("text", "cause"), CAUSES)
def test_a_slip_is_told_by_its_cause(text, cause):
    with pytest.raises(tomllib.TOMLDecodeError) as caught:
        tomllib.loads(text)
    told = toml_cause(re.sub(r" \(at line.*", "", str(caught.value)), text.partition("\n")[0])
    assert told.en == cause
    assert re.search("[ぁ-ん一-鿿]", told.ja)


def test_a_long_line_of_blanks_is_read_once():
    told = toml_cause("Expected '=' after a key in a key/value pair", " " * 100_000 + "x")
    assert told.en == "Expected '=' after a key in a key/value pair"
