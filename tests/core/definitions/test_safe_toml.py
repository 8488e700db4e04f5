"""What would take long to read is no TOML of anybody's."""

import tomllib

import pytest
from hypothesis import given, strategies as st

from noroshi.core.definitions.safe_toml import MOST_PARTS, TOO_MANY_PARTS, loads
from tests.sweeps import sweep

PARTS = ["a", '"a b"', "'a.b'", r'"\""', "é"]
FORMS = [
    "{} = 1",
    "[{}]",
    "[[ {} ]]",
    "x = {{{} = 1}}",
    "y = 1\n{} = 1",
    'y = {{b = """ " """, {} = 1}}',
    'y = {{b = """x"""", {} = 1}}',
    "y = {{b = '''x'' ''', {} = 1}}",
    "y = {{b = '\"', {} = 1}}",
    "# it's\n{} = 1",
]


@sweep("part", PARTS)
@sweep("blank", ["", " ", "\t "])
@sweep("form", FORMS)
def test_a_name_of_a_hundred_thousand_parts_is_refused_at_once(part, blank, form):
    with pytest.raises(ValueError, match=TOO_MANY_PARTS):
        loads(form.format(f"{blank}.{blank}".join([part] * 100_000)))


def test_what_people_write_is_read():
    name = ".".join(["a"] * MOST_PARTS)
    text = (
        f'{name} = "www.example.com, 192.168.0.1, {"." * 1000}, {"a. " * 1000}\\"{"a." * 99}"'
    )
    assert loads(text)["a"]["a"]


@pytest.mark.parametrize(
    "text",
    [
        '"' * 500_000,
        "'" * 500_000,
        "a." * 30 + "b" * 500_000,
        "'." * 250_000,
        '"' + r"\"." * 200_000,
        '"""' + r'\""".' * 100_000,
        " " * 500_000 + "." * 50,
        "a b." * 100_000,
    ],
)
def test_what_only_looks_like_one_is_looked_at_once(text):
    with pytest.raises(ValueError):
        loads(text)


@given(st.text(alphabet="ab.\"'\\ \n=[]{}#1", max_size=80))
def test_all_else_is_read_as_python_reads_it(text):
    try:
        wanted = tomllib.loads(text)
    except ValueError:
        return
    assert loads(text) == wanted
