"""What is done in one go, and in which order, by the thread that writes."""

from __future__ import annotations

import pytest

from noroshi.stores.sqlite.batch import SharedWork, do_all


def alone(name, seen):
    return lambda db: seen.append(name) or name


def alike(kind, given, seen):
    def all_of(db, several):
        seen.append((kind, *several))
        return [f"{kind}{one}" for one in several]

    return SharedWork(kind, all_of, given)


def test_each_piece_gets_its_own_answer_and_those_of_a_kind_are_done_in_one_go():
    seen = []
    kinds = [("a", 1), ("b", 2), ("a", 3), ("b", 4), ("a", 5)]
    found = do_all(None, [alike(kind, given, seen) for kind, given in kinds])
    assert found == ["a1", "b2", "a3", "b4", "a5"]
    assert seen == [("a", 1, 3, 5), ("b", 2, 4)]


def test_nothing_passes_a_piece_that_must_be_done_by_itself():
    seen = []
    works = [alike("a", 1, seen), alone("x", seen), alike("a", 2, seen), alike("a", 3, seen)]
    assert do_all(None, works) == ["a1", "x", "a2", "a3"]
    assert seen == [("a", 1), "x", ("a", 2, 3)]


def test_a_piece_that_may_be_joined_can_be_done_alone():
    seen = []
    assert alike("a", 7, seen)(None) == "a7"
    assert seen == [("a", 7)]


def test_what_one_of_them_raises_comes_out():
    def all_of(db, several):
        raise KeyError(several[0])

    with pytest.raises(KeyError):
        do_all(None, [SharedWork("a", all_of, 1), SharedWork("a", all_of, 2)])
