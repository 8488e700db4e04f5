"""Several envelopes are posted in one transaction: a file that cannot take one takes none."""

from __future__ import annotations

import pytest

from noroshi.ports import StoreError
from noroshi.stores.sqlite.store import SqliteStore
from tests.contracts.sample_records import letter


async def test_where_one_cannot_be_kept_none_is(tmp_path):
    store = SqliteStore.open(tmp_path / "noroshi.db", reserve=0)
    unfit = letter("b", contact="half a \ud83d letter")
    with pytest.raises((StoreError, UnicodeError)):
        await store.post(letter("a"), unfit)
    assert await store.queue() == []
    assert await store.post(letter("a"), letter("b")) == 2
    await store.close()
