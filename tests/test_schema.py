"""What goes into the store comes out of it as it was."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Annotated, Literal

import pytest
from annotated_types import Ge, Le, Len

from noroshi import answer_json, schema
from noroshi.core.definitions.problems import InvalidValueError
from noroshi.core.levels import Level
from noroshi.core.mail import Answer, Envelope, Receipt, Verdict
from noroshi.core.model import Cause, Event, Limits, Reading, Suppression
from noroshi.core.translation import bilingual
from noroshi.ports import options
from tests.sweeps import sweep

NOON = datetime(2026, 4, 1, 12, 0, 0, 123456, tzinfo=UTC)
USED = Reading("used", 93.5, "%", "/var", bilingual(en="nearly full", ja="ほぼ満杯です"))
CAUSE = Cause(USED, Limits(warning=80, critical=90, margin=2.5), bilingual(en="a", ja="あ"))
EVENT = Event(
    id="m.7",
    monitor="m",
    path="web/os/disk",
    item="/var",
    at=NOON,
    before=Level.OK,
    after=Level.CRITICAL,
    since=None,
    cause=CAUSE,
)
ENVELOPE = Envelope(
    id="m.7/r/ops",
    routes=("smtp", "graph"),
    contact="ops",
    to=("a@example.test",),
    order="m/ops",
    alarms=("m.7/r/ops",),
    payload={"subject": "危険", "lines": [1, 2.5, None, {"deep": True}]},
    born=NOON,
    thread=("m.1/r/ops",),
    reached=("b@example.test",),
)
RECEIPT = Receipt(
    at=NOON, answers={"a@example.test": Answer(Verdict.REFUSED, "no such user", 550, "5.1.1")}
)


@dataclass(frozen=True)
class Lasts:
    how_long: timedelta


@options
class Settings:
    size: int
    name: str = ""


@pytest.mark.parametrize(
    "value",
    [EVENT, ENVELOPE, RECEIPT, Suppression(silenced=NOON), Lasts(timedelta(hours=1.5))],
    ids=lambda value: type(value).__name__,
)
def test_a_value_comes_back_as_it_was_stored(value):
    assert schema.value(type(value), schema.text(value)) == value


def test_a_text_that_is_no_such_value_says_so():
    with pytest.raises(schema.Unreadable, match=r"not a valid record: .*`id`"):
        schema.value(Event, '{"items": 3}')


def test_a_value_as_plain_data_has_only_what_json_knows():
    assert answer_json.as_json(Suppression(parents=Level.UNKNOWN)) == {
        "silenced": None,
        "parents": "unknown",
        "acknowledged": {},
        "maintenance": None,
        "setting_up": {},
        "hub_offset": "P0D",
    }


def test_all_problems_are_named_with_their_places_in_both_languages():
    with pytest.raises(schema.Invalid) as caught:
        schema.read(Settings, {"size": "large", "colour": "red"}, "web.disk")
    assert [str(p) for p in caught.value.problems] == [
        "web.disk.size: must be a whole number, not “large”",
        "web.disk.colour: there is no such setting; available: name, size",
    ]
    assert (
        caught.value.problems[0].say("ja")
        == "web.disk.size: 整数を指定してください (「large」が指定されています)"
    )


@options
class Inner:
    name: str
    size: int = 0


@options
class Outer:
    count: Annotated[int, Ge(1), Le(9)] = 1
    ratio: float = 0.5
    colour: Literal["red", "green"] = "red"
    level: Level = Level.OK
    at: str | tuple[str, ...] = ()
    word: Annotated[str, Len(2, 4)] = "abc"
    inner: tuple[Inner, ...] = ()
    named: Mapping[str, Inner] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.ratio > 1:
            raise ValueError("ratio is above 1 / ratio が1を超えています")
        if self.ratio < 0:
            raise InvalidValueError(
                bilingual(en="ratio is below 0", ja="ratio が0より小さいです")
            )


@sweep(
    ("given", "en", "ja"),
    [
        pytest.param(
            {"count": 0},
            "count: must be at least 1",
            "count: 1 以上を指定してください",
            id="too little",
        ),
        pytest.param(
            {"count": 10},
            "count: must be at most 9",
            "count: 9 以下を指定してください",
            id="too much",
        ),
        pytest.param(
            {"count": 1.5},
            "count: must be a whole number, not a fraction",
            "count: 整数を指定してください (小数が指定されています)",
            id="a fraction",
        ),
        pytest.param(
            {"ratio": " 90% "},
            "ratio: must be a number, not “90%”",
            "ratio: 数値を指定してください (「90%」が指定されています)",
            id="no number, short",
        ),
        pytest.param(
            {"ratio": "hunter2!"},
            "ratio: must be a number, not text",
            "ratio: 数値を指定してください (文字列が指定されています)",
            id="no number, long enough for a password",
        ),
        pytest.param(
            {"count": "\x1b[2J"},
            "count: must be a whole number, not “?[2J”",
            "count: 整数を指定してください (「?[2J」が指定されています)",
            id="no number, and nothing a terminal would obey",
        ),
        pytest.param(
            {"ratio": None},
            "ratio: must be a number, not an empty value",
            "ratio: 数値を指定してください (空の値が指定されています)",
            id="nothing",
        ),
        pytest.param(
            {"colour": "blue"},
            "colour: must be one of: red, green",
            "colour: red、green のいずれかにしてください",
            id="no choice",
        ),
        pytest.param(
            {"level": "bad"},
            "level: must be one of: ok, warning, critical, unknown",
            "level: ok、warning、critical、unknown のいずれかにしてください",
            id="no member",
        ),
        pytest.param(
            {"at": 5},
            "at: must be text or a list, not a whole number",
            "at: 文字列か配列を指定してください (整数が指定されています)",
            id="neither of two",
        ),
        pytest.param(
            {"word": "a"},
            "word: must have at least 2 characters",
            "word: 2文字以上で指定してください",
            id="too short",
        ),
        pytest.param(
            {"inner": [{"name": "a", "size": "x"}]},
            "inner.a.size: must be a whole number, not “x”",
            "inner.a.size: 整数を指定してください (「x」が指定されています)",
            id="in a list, by name",
        ),
        pytest.param(
            {"inner": [{"name": "a"}, {}]},
            "inner.2.name: is missing",
            "inner.2.name: 指定がありません",
            id="in a list, by number",
        ),
        pytest.param(
            {"named": {"x": {"name": "a", "siez": 1}}},
            "named.x.siez: there is no such setting (did you mean size?)",
            "named.x.siez: この設定はありません。size のことでしょうか",
            id="misspelt, deep inside",
        ),
        pytest.param(
            {"inner": {}},
            "inner: must be a list, not a table",
            "inner: 配列を指定してください (テーブルが指定されています)",
            id="no list",
        ),
        pytest.param(
            {"named": {"x": 1}},
            "named.x: must be a table, not a whole number",
            "named.x: テーブルを指定してください (整数が指定されています)",
            id="no table",
        ),
        pytest.param(
            {"ratio": 2},
            "ratio is above 1",
            "ratio が1を超えています",
            id="the value's own words",
        ),
        pytest.param(
            {"ratio": -1},
            "ratio is below 0",
            "ratio が0より小さいです",
            id="the value's own Words",
        ),
    ],
)
def test_a_problem_says_what_would_be_right(given, en, ja):
    with pytest.raises(schema.Invalid) as caught:
        schema.read(Outer, given)
    (problem,) = caught.value.problems
    assert (problem.say("en"), problem.say("ja")) == (en, ja)


def test_a_place_in_a_file_stands_behind_the_files_name():
    with pytest.raises(schema.Invalid) as caught:
        schema.read(Outer, {"count": 0}, "rules/ops.toml: ")
    assert str(caught.value) == "rules/ops.toml: count: must be at least 1"


def test_a_problem_never_repeats_what_may_be_a_secret():
    with pytest.raises(schema.Invalid) as caught:
        schema.read(Settings, {"size": "s3cret"})
    assert "s3cret" not in repr(caught.value) + repr(caught.value.problems)


@options
class Counted:
    size: int = 0
    share: float | None = None
    sure: bool = False
    either: int | bool = 0
    text: str = ""
    by_name: Mapping[str, float] = field(default_factory=dict)
    sizes: tuple[int, ...] = ()


TRUE_FOR_A_NUMBER = {
    "a whole number": ({"size": True}, "a.toml: size", "a whole number"),
    "a number": ({"share": False}, "a.toml: share", "a number"),
    "in a table": ({"by_name": {"used": True}}, "a.toml: by_name.used", "a number"),
    "in a list": ({"sizes": [1, True]}, "a.toml: sizes.2", "a whole number"),
}


@pytest.mark.parametrize("case", TRUE_FOR_A_NUMBER)
def test_a_truth_value_is_no_number(case):
    given, where, wanted = TRUE_FOR_A_NUMBER[case]
    with pytest.raises(schema.Invalid) as refused:
        schema.read(Counted, given, "a.toml: ")
    (problem,) = refused.value.problems
    assert problem.where == where
    assert problem.what.en == f"must be {wanted}, not true or false"
    found, problems = schema.read_most(Counted, given | {"sure": True}, "a.toml: ")
    assert (found.sure, problems) == (True, (problem,))


def test_a_truth_value_stands_where_one_is_wanted():
    given = {"sure": True, "either": True, "size": 1}
    assert schema.read(Counted, given).either is True


EXPLAINED = '''
from noroshi.ports import options

@options
class Explained:
    size: int = 0
    """How large it is."""
'''


def test_a_help_text_is_read_once_from_its_source(tmp_path, monkeypatch):
    """A node draws forms for months; an update of its package replaces the files meanwhile."""
    source = tmp_path / "explained_settings.py"
    source.write_text(EXPLAINED)
    monkeypatch.syspath_prepend(tmp_path)
    settings = import_module("explained_settings").Explained
    first = schema.form(settings)
    source.unlink()
    assert first["properties"]["size"]["description"] == "How large it is."
    assert schema.form(settings) == first


def test_nothing_may_stand_where_it_is_wanted():
    assert schema.read(int | None, None) is None


AT_ONCE = """
import sys, threading
from dataclasses import field, make_dataclass
from noroshi import schema

sys.setswitchinterval(1e-6)
NAMES = [f"f{n}" for n in range(40)]
TEXT = '{"part": {%s}}' % ", ".join(f'"{name}": 1' for name in reversed(NAMES))

def types(n):
    part = make_dataclass(f"Part{n}", [(name, int, field(default=0)) for name in NAMES])
    return [make_dataclass(f"Whole{n}_{k}", [("part", part)]) for k in range(4)]

def read(wanted, ready):
    ready.wait()
    assert schema.value(wanted, TEXT).part.f39 == 1

for n in range(60):
    ready, wanted = threading.Barrier(8), types(n)
    threads = [threading.Thread(target=read, args=(wanted[k % 4], ready)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
print("whole")
"""


def test_threads_that_read_a_type_for_the_first_time_at_once_do_not_end_the_process():
    """msgspec lets another thread see what it knows of a class before it is whole (SIGSEGV)."""
    done = subprocess.run([sys.executable, "-c", AT_ONCE], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "whole\n"), done.stderr
