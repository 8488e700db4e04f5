"""Take the steps of the schema: one node at a time, each step a transaction."""

from __future__ import annotations

from functools import cache

from noroshi.core.translation import _
from noroshi.ports import StoreError, StoreFault
from noroshi.stores.migration_steps import Migration, migrations_in
from noroshi.stores.postgres.pool import Pool
from noroshi.stores.postgres.session import Session

NEWER = _(
    "{name} was written by a newer Noroshi (schema {newest}; this one supports {mine}); it was not "
    "changed: use that version"
)
OTHER_STEP = _(
    "{name}: step {number} of its schema differs from that of this Noroshi; it was not changed: "
    "use the version that wrote it"
)
OLDER_SCHEMA = _("{name} has an older schema; the node updates it when it starts")
LOCK = "migration"
HAS_TABLE = "select to_regclass('migration') is not null"
TABLE = (
    "create table if not exists migration (number integer primary key, checksum text not null)"
)


@cache
def known_migrations() -> tuple[Migration, ...]:
    """Return the steps that this program knows, in order."""
    return migrations_in("noroshi.stores.postgres")


async def migrate(pool: Pool, name: str) -> None:
    """Take the steps that are missing. Raise StoreError if the schema is not ours, or newer."""

    if await pool.read(lambda db: is_behind(db, name)):
        await pool.write(lambda db: take_steps(db, name))


async def take_steps(db: Session, name: str) -> None:
    """Take the steps that are missing within a transaction. Raise StoreError as `migrate` does."""
    await db.lock(LOCK)
    await db.run(TABLE)
    for step in await _missing_steps(db, name):
        await db.script(step.sql)
        await db.run("insert into migration values ($1, $2)", step.number, step.checksum)


async def is_behind(db: Session, name: str) -> bool:
    """Return whether steps are missing. Raise StoreError if the schema is not ours, or newer."""
    return not await db.value(HAS_TABLE) or bool(await _missing_steps(db, name))


async def refuse_older(db: Session, name: str) -> None:
    """Raise StoreError where only who may write can bring the schema up to date."""
    if await is_behind(db, name):
        raise StoreError(OLDER_SCHEMA.fill(name=name), StoreFault.OLD)


async def _missing_steps(db: Session, name: str) -> list[Migration]:
    known_steps = {step.number: step for step in known_migrations()}
    checksums = dict(await db.rows("select number, checksum from migration"))
    if max(checksums, default=0) > max(known_steps):
        raise StoreError(NEWER.fill(name=name, newest=max(checksums), mine=max(known_steps)))
    for number, checksum in checksums.items():
        if number not in known_steps or known_steps[number].checksum != checksum:
            raise StoreError(OTHER_STEP.fill(name=name, number=number))
    return [step for number, step in known_steps.items() if number not in checksums]
