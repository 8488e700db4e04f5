"""Envelopes that are lent and settled in one go are as if each had been by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pysqlite3 import dbapi2 as driver

from noroshi.core.delivery import Accepted, OpenCircuit, Retry
from noroshi.core.translation import plain
from noroshi.ports import PARCEL_LEASE
from noroshi.stores.sqlite import leases as sqlite_leases, spool
from noroshi.stores.sqlite.database import open_file
from noroshi.stores.sqlite.migrations import known_migrations
from noroshi.stores.sqlite.store import SqliteStore
from tests.contracts.sample_records import DAWN, LATER, MINUTE, OK, SECOND, letter

BUSY = Retry(DAWN + MINUTE, plain("busy"))
DOWN = OpenCircuit(DAWN, DAWN + MINUTE, plain("no answer"))


@pytest.fixture
async def node(tmp_path):
    store = SqliteStore.open(tmp_path / "noroshi.db", reserve=0)
    yield await store.begin("one", DAWN)
    await store.close()


@pytest.fixture
def db(tmp_path, node):
    opened = open_file(tmp_path / "noroshi.db", driver.sqlite_version_info, known_migrations())
    yield opened.writer
    opened.writer.close()
    opened.reader.close()
    opened.scanner.close()
    opened.selector.close()


@pytest.fixture
def lend(db, node):
    def lend(*leases, now=DAWN, but=(), route="smtp"):
        claims = [sqlite_leases.Claim(node, route, now, lease, but) for lease in leases]
        return sqlite_leases.lend(db, claims)

    return lend


def put(db, *ids, **other):
    for id in ids:
        spool.put(db, letter(id, **other))


def ids(parcels):
    return [parcel and parcel.envelope.id for parcel in parcels]


def waiting(db):
    return {one.envelope.id: (one.due, one.is_leased) for one in spool.queue(db)}


def test_the_most_urgent_go_to_those_who_asked_first_and_the_rest_get_nothing(db, lend):
    put(db, "b", "c")
    spool.put(db, replace(letter("a"), born=DAWN - SECOND))
    parcels = lend("1", "2", "3", "4")
    assert ids(parcels) == ["a", "b", "c", None]
    assert [parcel.lease for parcel in parcels[:3]] == ["1", "2", "3"]


def test_those_lent_in_one_go_are_out_and_one_of_an_order_key_holds_the_next_back(db, lend):
    put(db, "a", "b", order="x")
    put(db, "c")
    assert ids(lend("1", "2", "3")) == ["a", "c", None]
    gone = DAWN + PARCEL_LEASE
    assert waiting(db) == {"a": (gone, True), "c": (gone, True), "b": (DAWN, False)}


def test_nothing_is_lent_twice_in_one_go_or_in_two(db, lend):
    put(db, *"abcd")
    found = ids(lend("1", "2")) + ids(lend("3", "4", "5"))
    assert found == ["a", "b", "c", "d", None]


def test_an_attempt_is_counted_once_for_each_time_it_is_lent(db, lend):
    put(db, "a", "b")
    first = lend("1", "2")
    sqlite_leases.settle(db, [sqlite_leases.End(parcel, LATER, BUSY) for parcel in first])
    again = lend("3", "4", now=DAWN + MINUTE)
    assert [parcel.envelope.attempts for parcel in first + again] == [0, 0, 1, 1]


def test_who_does_not_hold_it_any_more_writes_nothing_and_the_others_do(db, lend):
    put(db, *"abc")
    a, b, c = lend("1", "2", "3")
    ends = [sqlite_leases.End(one, OK, Accepted(DAWN)) for one in (a, replace(b, lease="9"), c)]
    assert sqlite_leases.settle(db, ends) == [True, False, True]
    assert waiting(db) == {"b": (DAWN + PARCEL_LEASE, True)}
    assert [len(spool.envelope(db, one)[1]) for one in "abc"] == [1, 0, 1]


def test_the_next_of_each_order_is_free_once_those_before_it_have_left(db, lend):
    put(db, "a1", "a2", order="a")
    put(db, "b1", "b2", order="b")
    ends = [sqlite_leases.End(parcel, OK, Accepted(DAWN)) for parcel in lend("1", "2")]
    assert sqlite_leases.settle(db, ends) == [True, True]
    assert ids(lend("3", "4")) == ["a2", "b2"]


def test_a_route_that_one_found_down_rests_as_the_last_of_them_says(db, lend):
    put(db, "a", "b")
    well, ill = lend("1", "2")
    ends = [sqlite_leases.End(well, OK, Accepted(DAWN)), sqlite_leases.End(ill, LATER, DOWN)]
    assert sqlite_leases.settle(db, ends) == [True, True]
    assert [one.route for one in spool.route_outages(db)] == ["smtp"]


def test_a_route_is_well_that_took_a_mail_after_it_was_found_down(db, lend):
    put(db, "a", "b")
    ill, well = lend("1", "2")
    ends = [sqlite_leases.End(ill, LATER, DOWN), sqlite_leases.End(well, OK, Accepted(DAWN))]
    assert sqlite_leases.settle(db, ends) == [True, True]
    assert spool.route_outages(db) == []


def test_what_is_told_of_an_end_waits_once_it_is_written_and_not_if_it_is_not(db, lend):
    put(db, "a", "b")
    a, b = lend("1", "2")
    telling = [sqlite_leases.End(a, OK, Accepted(DAWN), (letter("of a"),))]
    telling.append(
        sqlite_leases.End(replace(b, lease="9"), OK, Accepted(DAWN), (letter("of b"),))
    )
    assert sqlite_leases.settle(db, telling) == [True, False]
    assert set(waiting(db)) == {"b", "of a"}
