"""Of what is asked for together one may be bad; where nothing can be reached, all hear of it at once."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from noroshi.config.database import Database
from noroshi.ports import StoreError
from noroshi.stores.postgres.connection_errors import ConnectError
from noroshi.stores.postgres.gathered import Gathered
from noroshi.stores.postgres.transaction_errors import store_error

DATABASE = Database(url="postgresql://noroshi@db.example.com/noroshi")


def _raised(cause):
    """Return an error as the pool raises it."""
    error = store_error(DATABASE, cause)
    error.__cause__ = cause
    return error


async def _asked(error):
    """Ask for twenty that all fail; return how many of each go were asked for, and the answers."""
    sizes = []

    async def all_of(batch):
        sizes.append(len(batch))
        raise error

    gathered = Gathered(all_of)
    asked = [gathered.do("", number) for number in range(20)]
    return sizes, await asyncio.gather(*asked, return_exceptions=True)


@pytest.mark.parametrize(
    "cause",
    [
        ConnectionResetError("gone"),
        TimeoutError(),
        ConnectError(DATABASE, {("db.example.com", 5432): OSError("unreachable")}),
        asyncpg.LockNotAvailableError("canceling statement due to lock timeout"),
    ],
    ids=["connection broke", "no answer", "no connection", "locked table"],
)
async def test_without_a_database_none_waits_for_the_others_to_fail(cause):
    sizes, answers = await _asked(_raised(cause))
    assert sizes == [20]
    assert all(isinstance(one, StoreError) for one in answers)


async def test_an_error_that_one_may_have_brought_is_looked_for_one_by_one():
    sizes, answers = await _asked(_raised(UnicodeError("surrogates not allowed")))
    assert sizes == [20, *[1] * 20]
    assert all(isinstance(one, StoreError) for one in answers)
