"""A rule and an account are the same under another name, by an id that only a renamed one has."""

from itertools import count

import pytest

from noroshi.definitions.document_content import content, document
from noroshi.definitions.folder import read_folder, write_folder
from noroshi.definitions.rename import key_after_rename, with_new_names
from noroshi.definitions.stable_ids import as_it_was, keep_ids
from noroshi.ports import Document


def made(**ids):
    """Rules by name, "" without an id."""
    return tuple(
        document(f"rules/{name}", {"action": "mail"} | ({"id": id} if id else {}))
        for name, id in ids.items()
    )


def shown(documents):
    return {one.key.partition("/")[2]: content(one).get("id", "") for one in documents}


def given(documents, current=()):
    numbers = count(1)
    return keep_ids(documents, current, lambda: f"NEW{next(numbers)}")


@pytest.mark.parametrize(
    ("current", "after", "ids"),
    [
        pytest.param({}, {"a": ""}, {"a": ""}, id="none is needed"),
        pytest.param({"b": "a"}, {"b": ""}, {"b": "a"}, id="its name has one"),
        pytest.param({"b": "a"}, {"b": "c"}, {"b": "c"}, id="its own"),
        pytest.param({"b": "a"}, {"b": "a", "a": ""}, {"b": "a", "a": "new1"}, id="old name"),
        pytest.param({"b": "a"}, {"a": ""}, {"a": ""}, id="back by its folder"),
        pytest.param({"b": "a"}, {"b": "", "a": "a"}, {"b": "", "a": "a"}, id="taken"),
        pytest.param(
            {"b": "a"}, {"a": "", "b": ""}, {"b": "a", "a": "new1"}, id="both without"
        ),
    ],
)
def test_one_without_an_id_gets_one_only_where_it_needs_it(current, after, ids):
    found, problems = given(made(**after), made(**current))
    assert shown(found) == ids and not problems


@pytest.mark.parametrize(
    ("documents", "where", "why"),
    [
        (made(a="x", b="x"), "rules/b.toml: id", "already used by rules/a"),
        (made(a="A b"), "rules/a.toml: id", "not a valid ID"),
        ((document("rules/a", {"id": 7}),), "rules/a.toml: id", "not a valid ID"),
    ],
    ids=["twice", "no name", "a number"],
)
def test_an_id_that_cannot_be_is_told(documents, where, why):
    _, (problem,) = given(documents)
    assert problem.where == where and why in problem.what.en


@pytest.mark.parametrize("first", ["b", "z"])
def test_the_name_of_one_that_is_there_as_ever_is_no_id_for_another(first):
    current = made(n="")
    found, (problem,) = given((*made(**{first: "n"}), *current), current)
    assert (
        problem.where == f"rules/{first}.toml: id"
        and "already used by rules/n" in problem.what.en
    )
    assert shown(found) == {first: "", "n": ""}


def test_what_no_file_can_say_is_left_to_whoever_reads_all_of_it():
    half = (Document("rules/a", '{"title":"\\ud800"}'),)
    assert given(half) == (half, ())


def test_the_same_id_of_a_rule_and_an_account_is_no_matter():
    account = document("accounts/a", {"id": "x"})
    found, problems = given((*made(a="x"), account))
    assert not problems and found[1] == account


def test_a_rule_keeps_its_first_name_as_its_id_and_needs_none_once_it_has_it_again():
    once = with_new_names(made(a=""), {"rules/a": "b"})
    twice = with_new_names(once, {"rules/b": "c"})
    assert (shown(once), shown(twice)) == ({"b": "a"}, {"c": "a"})
    assert with_new_names(twice, {"rules/c": "a"}) == made(a="")


@pytest.mark.parametrize(
    ("before", "after", "now"),
    [
        pytest.param({"a": ""}, {"b": ""}, None, id="another that says the same"),
        pytest.param({"a": ""}, {"b": "a", "c": ""}, "rules/b", id="it, and another"),
        pytest.param({"a": "x"}, {"x": ""}, "rules/x", id="back to its first name"),
    ],
)
def test_under_which_name_a_rule_is_now_goes_by_its_id(before, after, now):
    assert key_after_rename(made(**before), made(**after), "rules/a") == now


def test_an_earlier_version_is_not_given_the_id_of_what_has_its_name_now():
    now = made(b="a", a="new1")
    assert shown(given(as_it_was(made(a=""), now), now)[0]) == {"a": "a"}


def test_ids_and_titles_are_written_to_files_and_read_back_byte_for_byte(tmp_path):
    given = (
        document("accounts/mail1", {"id": "box", "cloud": "google"}),
        document("notifications/day", {"title": '毎朝 "8" 時', "events": ["started"]}),
        document("rules/night", {"id": "all", "title": "夜間の当番", "action": "mail"}),
    )
    write_folder(tmp_path, given)
    night = (tmp_path / "rules" / "night.toml").read_text(encoding="utf-8")
    assert night == 'id = "all"\ntitle = "夜間の当番"\naction = "mail"\n'
    assert read_folder(tmp_path) == given
    write_folder(tmp_path, read_folder(tmp_path))
    assert (tmp_path / "rules" / "night.toml").read_text(encoding="utf-8") == night
