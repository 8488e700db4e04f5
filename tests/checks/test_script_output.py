"""What programs print, read as numbers: tables, and whatever hypothesis thinks of."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from noroshi.checks import script_output
from noroshi.ports import Unmeasurable
from tests.sweeps import sweep

DISK = """\
DISK OK - free space: / 3326 MB (56%); | /=2643MB;5948;5958;0;5968
/ 15272 MB (77%);
/boot 68 MB (69%);
/home 69357 MB (27%); | /boot=68MB;88;93;0;98
/home=69357MB;253404;253409;0;253414
/var/log=818MB;970;975;0;980
"""

ODD = [
    "'",
    "' ",
    "'a",
    "'a ",
    "''",
    "'' ",
    "a=",
    "=1 ",
    "a=1' ",
    "'a''",
    "'a'=1'",
    "'a'=1 ",
    "1",
    "1.",
]


@pytest.mark.parametrize(
    ("output", "value", "unit"),
    [
        ("42", 42, ""),
        ("some words\n\n-1.5e3\n\n", -1500, ""),
        ("12.5 %", 12.5, "%"),
        ("3,25 ms", 3.25, "ms"),
        (".5", 0.5, ""),
        ("17度", 17, "度"),
    ],
)
def test_the_last_line_is_the_number(output, value, unit):
    reading = script_output.number(output, "value", "")
    assert (reading.name, reading.value, reading.unit) == ("value", value, unit)


def test_the_unit_that_is_given_counts():
    assert script_output.number("42 ms", "took", " s").unit == " s"


@pytest.mark.parametrize(
    "output", ["42\nall fine", "2026-04-01", "nan", "inf", "1e999", "1 2", "--1", "0x10", "."]
)
def test_what_is_no_number_is_quoted(output):
    with pytest.raises(Unmeasurable, match="last line must be a number, but") as caught:
        script_output.number(output, "value", "")
    assert output in caught.value.words.en and output in caught.value.words.ja


def test_at_most_200_characters_are_quoted():
    with pytest.raises(Unmeasurable) as caught:
        script_output.number("x" * 5000, "value", "")
    assert 200 < len(caught.value.words.en) < 270


def test_nothing_is_told_as_nothing():
    with pytest.raises(Unmeasurable) as caught:
        script_output.number(" \n", "value", "")
    assert caught.value.words.ja.startswith("プログラムが何も出力しませんでした。")


def test_json_has_numbers_by_name_and_by_item():
    text = '{"age": 3, "items": {"a": {"used": 1.5, "free": 2}, "b": {"used": -3}}}'
    readings = script_output.json_readings(text)
    assert [(r.item, r.name, r.value) for r in readings] == [
        ("", "age", 3),
        ("a", "used", 1.5),
        ("a", "free", 2),
        ("b", "used", -3),
    ]


def test_half_a_character_in_json_is_a_question_mark_as_no_store_could_keep_it():
    found = script_output.json_readings(r'{"\ud83d": 1, "items": {"/\udca9": {"used": 2}}}')
    assert [(reading.item, reading.name) for reading in found] == [("", "?"), ("/?", "used")]


@sweep(
    ("output", "problem"),
    [
        pytest.param("", r"not a JSON object: \(it printed nothing\)", id="nothing"),
        pytest.param("[1]", r"not a JSON object: \[1\]", id="a list"),
        pytest.param("{", "not a JSON object: {", id="half an object"),
        pytest.param('{"a": NaN}', "not a JSON object", id="NaN"),
        pytest.param(
            '{"a": 1e999}',
            "a in the program's JSON output is not a number: inf",
            id="too large",
        ),
        pytest.param(
            '{"a": true}', "a in the program's JSON output is not a number: True", id="a truth"
        ),
        pytest.param(
            '{"a": "1"}', "a in the program's JSON output is not a number: '1'", id="a text"
        ),
        pytest.param(
            '{"items": 1}', "items in the program's JSON output is not an object: 1", id="items"
        ),
        pytest.param(
            '{"items": {"x": 1}}',
            "x in the program's JSON output is not an object: 1",
            id="an item",
        ),
        pytest.param(
            '{"items": {"x": {"y": null}}}',
            r"x\.y in the program's JSON output is not a number",
            id="in it",
        ),
        pytest.param('{"a": ' * 60000, "not a JSON object", id="without a bottom"),
        pytest.param(
            f'{{"a": {"9" * 4000}}}',
            "a in the program's JSON output is not a number",
            id="endless digits",
        ),
        pytest.param(
            f'{{"a": {"9" * 5000}}}', "not a JSON object", id="more than Python reads"
        ),
    ],
)
def test_json_that_cannot_be_read_is_told_with_its_place(output, problem):
    with pytest.raises(Unmeasurable, match=problem):
        script_output.json_readings(output)


def test_a_report_of_several_lines_has_its_data_in_two_places():
    report = script_output.nagios(DISK)
    assert report.text == "DISK OK - free space: / 3326 MB (56%);"
    assert [(r.name, r.value, r.unit) for r in report.readings] == [
        ("/", 2643, "MB"),
        ("/boot", 68, "MB"),
        ("/home", 69357, "MB"),
        ("/var/log", 818, "MB"),
    ]


@sweep(
    ("data", "expected"),
    [
        pytest.param("a=1", [("a", 1, "")], id="bare"),
        pytest.param("a=1s b=2%;;;0;100", [("a", 1, "s"), ("b", 2, "%")], id="with units"),
        pytest.param("'C:\\ Used'=5GB;8;9", [("C:\\ Used", 5, "GB")], id="quoted"),
        pytest.param("'it''s'=1", [("it's", 1, "")], id="a quote in quotes"),
        pytest.param("'a=b'=1", [("a=b", 1, "")], id="an equals sign in quotes"),
        pytest.param("a=-1.5e-3", [("a", -0.0015, "")], id="negative and small"),
        pytest.param("a=0,5ms", [("a", 0.5, "ms")], id="decimal comma"),
        pytest.param("a=1;@10:20;~:5", [("a", 1, "")], id="ranges"),
        pytest.param("a=U b=2", [("b", 2, "")], id="not known"),
        pytest.param("junk 'open=1 b=2", [("b", 2, "")], id="after what is no datum"),
        pytest.param("a=1e999 b=2", [("b", 2, "")], id="too large"),
        pytest.param("status=1", [("status ", 1, "")], id="the name of the exit code"),
        pytest.param("", [], id="none"),
    ],
)
def test_performance_data(data, expected):
    report = script_output.nagios(f"OK | {data}")
    assert [(r.name, r.value, r.unit) for r in report.readings] == expected


@given(st.text())
def test_no_report_is_too_odd(output):
    report = script_output.nagios(output)
    assert len(report.text) <= 200


@sweep("odd", ODD)
def test_sixty_four_kibibytes_of_anything_are_read_at_once(odd):
    script_output.nagios("OK | " + odd * (64 * 1024 // len(odd)))
    with pytest.raises(Unmeasurable):
        script_output.number(odd * (64 * 1024 // len(odd)) + "!", "value", "")
