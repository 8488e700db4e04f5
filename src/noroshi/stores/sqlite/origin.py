"""Read or make the origin of a store's ids: its installation, and the life of this opening."""

from __future__ import annotations

import secrets

from noroshi.core.mail import Origin
from noroshi.stores.sqlite.types import Connection

NOTE = "installation"
"""Under this name the installation is noted, so that it goes with each backup."""
INSTALLATION_BYTES, LIFE_BYTES = 8, 5
"""Of chance: so much that no two in the world are alike, and no two lives of one of them."""


def origin_of(db: Connection) -> Origin:
    """Return the store's installation, made now if it has none yet, with a life that no one
    had."""
    return Origin(
        _stored_installation(db) or _make_installation(db), secrets.token_hex(LIFE_BYTES)
    )


def _stored_installation(db: Connection) -> str:
    row = db.execute("select body from note where name = ?", (NOTE,)).fetchone()
    return str(row[0]) if row else ""


def _make_installation(db: Connection) -> str:
    """Make the installation id in the file itself, not in the WAL: a lost WAL must not take it
    along."""
    sql = "insert or ignore into note values (?, ?)"
    db.execute(sql, (NOTE, secrets.token_hex(INSTALLATION_BYTES)))
    db.execute("pragma wal_checkpoint(truncate)").fetchone()
    return _stored_installation(db)
