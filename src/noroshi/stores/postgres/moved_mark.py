"""Refuse a database whose store was moved elsewhere, so that nobody goes on with it by accident."""

from __future__ import annotations

from noroshi.core.translation import _
from noroshi.ports import StoreError, StoreFault
from noroshi.stores.contents import MOVED_TO
from noroshi.stores.postgres.session import Session

MOVED_AWAY = _(
    "the store in database {name} was moved to {target}. Name that in noroshi.toml (store). To return to the "
    "state before the move, delete the row moved-to of the table note; then no node may run on "
    "{target}"
)


async def refuse_moved(db: Session) -> None:
    """Raise StoreError if the store was moved."""
    sql = "select current_database(), body from note where name = $1"
    row = await db.row(sql, MOVED_TO)
    if row is not None:
        raise StoreError(MOVED_AWAY.fill(name=row[0], target=row[1]), StoreFault.GONE)
