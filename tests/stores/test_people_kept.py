"""A password and the end of its sessions are one transaction of the file: both, or neither."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from noroshi.core.people import Session, User
from noroshi.ports import StoreError
from noroshi.stores.sqlite.store import SqliteStore
from tests.contracts.sample_records import DAWN

OLD = User(name="sato", role="admin", made=DAWN, password="$argon2id$old")
NEW = replace(OLD, password="$argon2id$new")
BREAKS = (
    "create trigger breaks before delete on session begin select raise(abort, 'broken'); end"
)


async def test_where_the_sessions_cannot_be_ended_the_password_is_the_old_one(tmp_path):
    """As if it were killed between the two: what stands on the disk is what was before."""
    file = tmp_path / "noroshi.db"
    store = SqliteStore.open(file, reserve=0)
    await store.put_user(OLD, None)
    await store.put_session(Session(key="1", user="sato", begun=DAWN, seen=DAWN))
    # Open to the end: with it POSIX would give up the store's locks.
    with closing(sqlite3.connect(file)) as other:
        with other:
            other.execute(BREAKS)
        with pytest.raises(StoreError, match="broken"):
            await store.put_user(NEW, OLD)
        assert await store.users() == {"sato": OLD} and await store.session("1") is not None
        with other:
            other.execute("drop trigger breaks")
        assert await store.put_user(NEW, OLD) and await store.session("1") is None
        await store.close()
