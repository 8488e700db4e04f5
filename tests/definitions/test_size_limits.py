"""One node takes so many definitions, and one that has more already may still have fewer."""

import json

import pytest

from noroshi.core.stored_message import message_from
from noroshi.definitions.documents import definitions_of
from noroshi.definitions.size_limits import (
    MOST_DEFINITIONS,
    MOST_IN_ALL,
    MOST_MONITORS,
    MOST_OF_AGENT,
    MonitorCounts,
    certain_count_problems,
    count_problems,
    monitor_counts,
    too_heavy,
)
from noroshi.ports import Document
from noroshi.service.large_requests_reader import answer


def instances(count, monitors=0):
    named = [{"name": f"m{n}", "kind": "memory"} for n in range(monitors)]
    body = json.dumps({"group": [{"name": "a", "monitor": named}]})
    return [Document(f"instances/i{n}", body) for n in range(count)]


def told(documents, monitors, previous_documents=(), previous_monitors=0):
    counts = [
        one if isinstance(one, MonitorCounts) else MonitorCounts(one)
        for one in (monitors, previous_monitors)
    ]
    problems = count_problems(documents, counts[0], previous_documents, lambda: counts[1])
    return [one.what.en for one in problems]


def test_what_is_more_than_a_node_takes_is_told_with_both_numbers():
    assert not told(instances(MOST_DEFINITIONS), MOST_MONITORS)
    definitions, monitors = told(instances(MOST_DEFINITIONS + 1), MOST_MONITORS + 1)
    assert "20001 definitions, but one node supports 20000" in definitions
    assert "25001 monitors, but one node supports 25000" in monitors


def test_who_has_more_already_may_take_some_away_and_add_none():
    before = instances(1)
    assert not told(before, MOST_MONITORS + 9, before, MOST_MONITORS + 10)
    assert not told(before, MOST_MONITORS + 10, before, MOST_MONITORS + 10)
    assert told(before, MOST_MONITORS + 11, before, MOST_MONITORS + 10)
    many = instances(MOST_DEFINITIONS + 10)
    assert not told(many[1:], 0, many) and told([*many, *before], 0, many)


def test_monitors_of_agents_count_apart():
    agents = {f"fs{n:04}": 30 for n in range(1000)}
    assert not told([], MonitorCounts(MOST_MONITORS, agents))
    assert not told([], MonitorCounts(0, {"fs01": MOST_OF_AGENT}))
    (problem,) = told([], MonitorCounts(0, {"fs01": MOST_OF_AGENT + 1, "fs02": 1}))
    assert "agent fs01 has 1001 monitors, but one agent supports 1000" in problem
    many = {f"fs{n:04}": MOST_OF_AGENT for n in range(MOST_IN_ALL // MOST_OF_AGENT)}
    assert not told([], MonitorCounts(0, many))
    (problem,) = told([], MonitorCounts(1, many))
    assert "100001 monitors, including those of agents, but one node supports 100000" in problem


def test_an_agent_with_more_already_may_have_fewer_and_no_more():
    before = MonitorCounts(1, {"fs01": MOST_OF_AGENT + 10})
    assert not told([], MonitorCounts(1, {"fs01": MOST_OF_AGENT + 10}), (), before)
    assert told([], MonitorCounts(1, {"fs01": MOST_OF_AGENT + 11}), (), before)
    assert told([], MonitorCounts(1, {"fs02": MOST_OF_AGENT + 10}), (), before)


def test_monitors_are_counted_by_who_measures_them():
    counts = monitor_counts(["", "fs01", "", "fs02", "fs01"])
    assert counts == MonitorCounts(2, {"fs01": 2, "fs02": 1}) and counts.total == 5


def test_a_reader_that_knows_no_agents_refuses_what_is_too_much_for_any_node():
    def of(sources, each):
        named = [{"name": f"m{n}", "kind": "memory"} for n in range(each)]
        body = {"group": [{"name": "a", "monitor": named}]}
        made = [
            Document(f"instances/i{number}", json.dumps(body | {"source": source}))
            for number, source in enumerate(sources)
        ]
        return [one.what.en for one in certain_count_problems(made, definitions_of(made)[0])]

    assert not of(["fs01", "fs02"], MOST_MONITORS)
    (problem,) = of(["ssh", "", "network"], MOST_MONITORS // 3 + 1)
    assert "25002 monitors" in problem
    (problem,) = of(["fs01", "FS01"], MOST_MONITORS // 2 + 1)
    assert "25002 monitors" in problem
    (problem,) = of([f"fs{number}" for number in range(5)], MOST_MONITORS)
    assert "125000 monitors" in problem


@pytest.mark.parametrize(
    ("op", "given"),
    [("plan", {}), ("account_tenant", {"account": "box"}), ("account_try", {"account": "box"})],
)
def test_what_is_only_tried_is_judged_as_what_is_applied(op, given):
    its = [{"key": one.key, "body": one.body} for one in instances(1, MOST_MONITORS + 1)]
    args = given | {"documents" if op == "plan" else "over": its}
    told = answer({"op": op, "echo": False}, json.dumps(args).encode())
    assert told["error"] == "invalid"
    assert "25001 monitors" in message_from(told["problems"][0]["what"]).en


def heavy(*documents):
    return [one.what.en for one in too_heavy(documents, definitions_of(documents)[0])]


def with_windows(count, monitors, own):
    window = {"begins": "22:00", "ends": "23:00"}
    its = [{"name": f"m{n}", "kind": "memory", **own} for n in range(monitors)]
    group = {
        "name": "a",
        "limits": {"memory": {f"r{n}": {} for n in range(10)}},
        "monitor": its,
    }
    return Document(
        "instances/a", json.dumps({"maintenance": [window] * count, "group": [group]})
    )


@pytest.mark.parametrize(("letter", "most"), [("a", 4 << 20), ("\N{FIRE}", 1 << 20)])
def test_text_is_weighed_as_it_lies_in_memory(letter, most):
    def of(length):
        return [Document(f"instances/i{n}", letter * length) for n in range(2)]

    assert not heavy(*of(most - 100))
    (told,) = heavy(*of(most))
    assert "the definitions take 9 MiB" in told and "one request may take 8 MiB" in told


def test_monitors_are_weighed_beside_their_text():
    many = json.dumps(
        {"group": [{"name": "a", "monitor": [{"name": "m", "kind": "x"}] * 5000}]}
    )
    blanks = Document("contacts/a", " " * ((8 << 20) - 900_000))
    assert not heavy(blanks)
    assert heavy(blanks, Document("instances/a", many))


def test_what_grows_with_a_product_is_refused_before_it_is_made():
    own = {"maintenance": [{"begins": "01:00", "ends": "02:00"}]}
    assert not heavy(with_windows(2000, 100, {}))  # shared, as none of them adds to it
    assert not heavy(with_windows(1000, 100, own))
    (told,) = heavy(with_windows(1001, 100, own))
    assert "inherit 100100 entries" in told
    (told,) = heavy(with_windows(0, 10_001, {"limits": {"used": {"critical": 99}}}))
    assert "inherit 100010 entries" in told


def test_so_many_routes_as_no_state_could_be_told_by_are_refused():
    def of(routes, contacts):
        made = [Document(f"routes/r{n}", "{}") for n in range(routes)]
        return (*made, *(Document(f"contacts/c{n}", "{}") for n in range(contacts)))

    assert not heavy(*of(20, 1000))
    (told,) = heavy(*of(1000, 2))
    assert "1000 routes, 0 accounts and 2 contacts" in told
