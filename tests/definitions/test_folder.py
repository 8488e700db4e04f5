"""A folder of TOML files comes in whole or not at all, and goes out so that it comes in again."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given, strategies as st

from noroshi.definitions.document_content import content, document
from noroshi.definitions.folder import read_folder, write_folder
from noroshi.definitions.toml import toml
from noroshi.schema import Invalid

MONITOR = {
    "name": "root",
    "kind": "disk",
    "id": "01JA0000000000000000000000",
    "options": {"exclude": ["/media/*"], "deep": {"er": [{"a": 1}, 2]}},
    "limits": {"used": {"warning": 80.5, "critical": 90}, "free": {}},
}
WEB = document(
    "instances/web1",
    {"title": "Web 一号", "group": [{"name": "os", "monitor": [MONITOR]}, {"name": "none"}]},
)
OPS = document("contacts/ops", {"addresses": ["ops@example.com"], "language": "ja"})


def put(folder, **files):
    for name, text in files.items():
        file = folder / name.replace("__", "/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())


def problems_of(folder):
    with pytest.raises(Invalid) as caught:
        read_folder(folder)
    return [str(problem) for problem in caught.value.problems]


def test_what_is_written_is_read_again(tmp_path):
    write_folder(tmp_path / "out", (OPS, WEB))
    assert read_folder(tmp_path / "out") == (OPS, WEB)


def test_a_file_has_first_what_a_person_looks_for(tmp_path):
    write_folder(tmp_path, (WEB,))
    assert (tmp_path / "instances/web1.toml").read_text(encoding="utf-8") == (
        'title = "Web 一号"\n'
        "\n[[group]]\n"
        'name = "os"\n'
        "\n[[group.monitor]]\n"
        'id = "01JA0000000000000000000000"\n'
        'name = "root"\n'
        'kind = "disk"\n'
        "\n[group.monitor.limits.free]\n"
        "\n[group.monitor.limits.used]\n"
        "critical = 90\n"
        "warning = 80.5\n"
        "\n[group.monitor.options]\n"
        'exclude = ["/media/*"]\n'
        "\n[group.monitor.options.deep]\n"
        "er = [{ a = 1 }, 2]\n"
        "\n[[group]]\n"
        'name = "none"\n'
    )


def test_files_whose_definition_is_gone_are_taken_away(tmp_path):
    write_folder(tmp_path, (OPS, WEB))
    write_folder(tmp_path, (WEB,))
    assert read_folder(tmp_path) == (WEB,)


def test_a_folder_with_other_peoples_files_is_left_as_it_is(tmp_path):
    put(tmp_path, thesis__txt="years of work")
    put(tmp_path, instances__notes="x")
    with pytest.raises(Invalid) as caught:
        write_folder(tmp_path, (WEB,))
    assert [problem.where for problem in caught.value.problems] == [
        "instances/notes",
        "thesis/txt",
    ]
    assert not (tmp_path / "instances/web1.toml").exists()


def test_what_people_keep_beside_definitions_is_no_definition(tmp_path):
    write_folder(tmp_path, (OPS,))
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/config").write_text("")
    (tmp_path / "README.md").write_text("ours")
    write_folder(tmp_path, (OPS, WEB))
    assert read_folder(tmp_path) == (OPS, WEB)


@pytest.mark.parametrize("key", ["instances/../../web1", "instances", "users/me", "rules/A"])
def test_no_definition_is_written_outside_its_folder(tmp_path, key):
    with pytest.raises(Invalid):
        write_folder(tmp_path / "out", (document(key, {}),))
    assert not (tmp_path / "out").exists()


def test_a_folder_that_does_not_exist_is_named(tmp_path):
    none = tmp_path / "none"
    words = "does not exist; choose the folder that holds the definitions"
    assert problems_of(none) == [f"{none}: {words}"]


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path):
    file = tmp_path / "rules.toml"
    file.touch()
    words = "is not a folder; choose the one that holds the definitions"
    assert problems_of(file) == [f"{file}: {words}"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            "title = \n",
            "rules/x.toml: is not valid TOML at line 1, column 9: Invalid value",
            id="no value",
        ),
        pytest.param(
            b"# \xe4\n# \xff\n",
            "rules/x.toml: line 1 is not UTF-8; save the file as UTF-8",
            id="not UTF-8",
        ),
        pytest.param(
            "x = " + "[" * 9999, "rules/x.toml: cannot be read as TOML", id="nested without end"
        ),
        pytest.param(
            "y = 1\nx = " + "9" * 9999,
            "rules/x.toml: is not valid TOML at line 2, column 5: a number with too many digits",
            id="a number without end",
        ),
        pytest.param(
            "x = 0x" + "f" * 9999,
            "rules/x.toml: cannot be read as TOML",
            id="the same in hexadecimal",
        ),
        pytest.param(
            f"{'a.' * 500}a = 1",
            "rules/x.toml: cannot be read as TOML",
            id="a name of 500 parts",
        ),
        pytest.param(
            "when = 07:30:00",
            'rules/x.toml: when: dates and times must be in quotation marks: "07:30"',
            id="a time",
        ),
        pytest.param(
            "a = [{name = 'b', c = inf}]",
            "rules/x.toml: a.b.c: must be a finite number",
            id="infinity",
        ),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_why(tmp_path, text, said):
    put(tmp_path, **{"rules__x.toml": text})
    assert problems_of(tmp_path)[0].startswith(said)


def test_files_that_are_no_definitions_are_named(tmp_path):
    put(tmp_path, **{"stray.toml": "", "rules__Ops.toml": "", "routes__a.toml~": ""})
    said = problems_of(tmp_path)
    assert [line.partition(":")[0] for line in said] == [
        "routes/a.toml~",
        "rules/Ops.toml",
        "stray.toml",
    ]
    assert "is not a definition: a definition is NAME.toml in one of the folders" in said[0]


def test_a_file_from_windows_is_read(tmp_path):
    put(tmp_path, **{"contacts__ops.toml": b"\xef\xbb\xbfaddresses = ['a@b.test']\r\n"})
    assert content(read_folder(tmp_path)[0]) == {"addresses": ["a@b.test"]}


def test_the_problems_of_all_files_are_said_at_once(tmp_path):
    put(tmp_path, **{"rules__a.toml": "x", "rules__b.toml": "y", "instances__c.toml": "z"})
    assert len(problems_of(tmp_path)) == 3


def test_several_mistakes_of_one_file_are_said_at_once(tmp_path):
    """A newcomer mended one, and was told the next."""
    put(tmp_path, **{"rules__a.toml": 'title = "x\naction = mail\n', "rules__b.toml": "y"})
    said = problems_of(tmp_path)
    assert [line.partition(",")[0] for line in said] == [
        "rules/a.toml: is not valid TOML at line 1",
        "rules/a.toml: is not valid TOML at line 2",
        "rules/b.toml: is not valid TOML at line 1",
    ]


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
PLAIN = st.one_of(
    TEXT,
    st.booleans(),
    st.integers(-(2**63), 2**63),
    st.floats(allow_nan=False, allow_infinity=False),
)
ANY = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(TEXT, ANY, max_size=5))
def test_whatever_json_can_say_comes_back_out_of_toml(given):
    assert tomllib.loads(toml(given)) == given
