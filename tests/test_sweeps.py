"""A sweep gives the test each case, and passes only if all of them do."""

import pytest

from tests.sweeps import sweep


def test_each_case_is_given_in_turn_and_what_is_no_name_of_the_table_is_a_fixture():
    seen = []

    @sweep(("one", "other"), [(1, 2), pytest.param(3, 4, id="more")])
    def looked(kept, one, other):
        seen.append((kept, one, other))

    looked(kept="k")
    assert seen == [("k", 1, 2), ("k", 3, 4)]


@pytest.mark.parametrize("at", ["first", "last"])
def test_a_case_that_fails_is_named_and_holds_up_no_other(at):
    seen = []

    @sweep("case", ["first", "other", "last"])
    def looked(case):
        seen.append(case)
        assert case != at

    with pytest.raises(AssertionError, match=rf"^1 of 3 cases failed\n\[{at}\] test_sweeps.py"):
        looked()
    assert seen == ["first", "other", "last"]


def test_cases_that_a_function_makes_are_made_when_they_are_looked_at():
    made, seen = [], []

    def cases():
        made.append(True)
        yield from ("first", "last")

    @sweep("case", cases)
    def looked(case):
        seen.append(case)

    assert made == []
    looked()
    assert seen == ["first", "last"]


def test_a_function_that_makes_no_case_is_refused_when_they_are_looked_at():
    @sweep("case", list)
    def looked(case):
        pass

    with pytest.raises(ValueError, match="no case"):
        looked()


async def test_it_does_so_in_a_test_that_waits():
    @sweep("case", ["a", "b"], ids=["the one", "the other"])
    async def looked(case):
        with pytest.raises(KeyError):
            {"a": 0}[case]

    with pytest.raises(AssertionError, match=r"^1 of 2 cases failed\n\[the one\]"):
        await looked()


def test_sweeps_of_sweeps_name_both_cases():
    @sweep("one", [1, 2])
    @sweep("other", [3, 4])
    def looked(one, other):
        assert (one, other) != (2, 3)

    with pytest.raises(AssertionError, match=r"(?s)1 of 2 cases.*\[2\].*1 of 2 cases.*\[3\]"):
        looked()


@pytest.mark.parametrize(
    ("names", "cases", "ids"),
    [
        ("case", [], None),
        ("another", ["a"], None),
        ("case", ["a", "b"], ["a"]),
        ("case", [pytest.param("a", marks=pytest.mark.long)], None),
    ],
    ids=["no case", "a name that the test lacks", "too few ids", "a mark"],
)
def test_a_table_that_cannot_be_looked_at_is_refused(names, cases, ids):
    with pytest.raises(ValueError, match=r"case|another"):

        @sweep(names, cases, ids)
        def looked(case):
            pass
