"""Read or make the origin of a store's ids: its installation, and the life of this opening."""

from __future__ import annotations

import secrets

from noroshi.core.mail import Origin
from noroshi.stores.postgres.session import Session

NOTE = "installation"
"""Under this name the installation is noted, so that it goes with each dump."""
INSTALLATION_BYTES, LIFE_BYTES = 8, 5
"""Of chance: so much that no two in the world are alike, and no two lives of one of them."""


async def origin_of(db: Session) -> Origin:
    """Return the store's installation, made now if it has none yet, with a life that no one
    had."""
    sql = "insert into note values ($1, $2) on conflict do nothing"
    await db.run(sql, NOTE, secrets.token_hex(INSTALLATION_BYTES))
    installation = await db.value("select body from note where name = $1", NOTE)
    return Origin(str(installation), secrets.token_hex(LIFE_BYTES))
