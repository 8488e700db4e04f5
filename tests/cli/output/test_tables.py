"""Columns on a terminal, where a Japanese letter takes two."""

from shutil import get_terminal_size

import pytest

from noroshi.cli.output.tables import table
from noroshi.command_line.text_width import pad, paragraphs, terminal_columns, width, wrap


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        pytest.param("disk", 4, id="Latin"),
        pytest.param("危険", 4, id="Japanese"),
        pytest.param("◆ 危険", 6, id="a mark is one column wide"),
        pytest.param("ﾃﾞｨｽｸ", 5, id="half-width kana"),
        pytest.param("か\u3099", 2, id="a combining sound mark"),
        pytest.param("", 0, id="nothing"),
    ],
)
def test_a_text_is_as_wide_as_a_terminal_shows_it(text, columns):
    assert width(text) == columns


def test_padding_counts_columns():
    assert pad("危険", 6) == "危険  "


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param("one two three", ["one two", "three"], id="at blanks"),
        pytest.param("監視項目です", ["監視項目", "です"], id="between Japanese letters"),
        pytest.param("監視項目。次", ["監視項", "目。次"], id="no full stop begins a line"),
        pytest.param("監視項「目", ["監視項", "「目"], id="no bracket ends a line"),
        pytest.param("averylongword x", ["averylongword", "x"], id="a word is never cut"),
        pytest.param("", [""], id="nothing is one line"),
    ],
)
def test_lines_are_broken_where_a_reader_expects_it(text, lines):
    assert wrap(text, 9) == lines


def test_paragraphs_keep_their_indent():
    assert paragraphs("a\n\n  one two", 6) == "a\n\n  one\n  two"


def test_columns_stand_under_each_other_in_any_language():
    rows = [("○ 正常", "/データ", "a"), ("▨", "/", "b")]
    assert table(rows) == ["○ 正常  /データ  a", "▨       /        b"]


def test_the_last_column_is_wrapped_under_itself():
    rows = [("a", "one two three four five six seven eight nine")]
    assert table(rows, 44) == ["a  one two three four five six seven eight", "   nine"]


def test_the_last_column_goes_below_where_there_is_no_room_beside():
    rows = [("a long first cell", "one two three four five six"), ("b", "")]
    told = ["a long first cell", "    one two three four five", "    six", "b"]
    assert table(rows, 28) == told


def test_a_cell_that_is_very_long_pushes_no_other_row_aside():
    rows = [("/", "x"), ("/data", "y"), ("/a/mount/point/of/great/length", "z")]
    told = ["/", "    x", "/data", "    y", "/a/mount/point/of/great/length", "    z"]
    assert table(rows, 40) == told
    assert table(rows, 60)[:2] == ["/      x", "/data  y"]


def test_a_table_of_nothing_has_no_lines():
    assert table([]) == []


@pytest.mark.parametrize("said", ["", "0", "-1", "x", "72", "²", "9" * 5000])
def test_the_terminal_is_as_wide_as_python_says(monkeypatch, said):
    monkeypatch.setenv("COLUMNS", said)
    assert terminal_columns(100) == get_terminal_size((100, 0)).columns
