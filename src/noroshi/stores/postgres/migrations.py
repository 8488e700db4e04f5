"""Take the steps of the schema: one node at a time, each step a transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from noroshi import __version__
from noroshi.core.node_versions import UNKNOWN, suits
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
OLDER_NODES = _(
    "{name} needs step {number} of its schema, with which running nodes of version "
    "{versions} cannot work. Stop all nodes, then start them with the new version"
)
OLDER_SCHEMA = _("{name} has an older schema; the node updates it when it starts")
LOCK = "migration"
LIVING_VERSIONS = "select distinct version from lease where until > noroshi_now()"
HAS_VERSIONS = """
select exists (select 1 from information_schema.columns
    where table_schema = current_schema() and table_name = 'lease' and column_name = 'version')"""
HAS_LIVING_NODE = "select 1 from lease where until > noroshi_now() limit 1"
HAS_CLOCK = "select to_regproc('noroshi_now') is not null"
HAS_LEASES = "select to_regclass('lease') is not null"
PUT_OLDEST_VERSION = "update migration set beside = $1 where number = $2"
HAS_TABLE = "select to_regclass('migration') is not null"
TABLE = (
    "create table if not exists migration (number integer primary key, checksum text not null)"
)


@cache
def known_migrations() -> tuple[Migration, ...]:
    """Return the steps that this program knows, in order."""
    return migrations_in("noroshi.stores.postgres")


@dataclass(frozen=True, slots=True)
class Schema:
    """Hold what a program knows of the schema: its version and its steps."""

    version: str = __version__
    steps: tuple[Migration, ...] = field(default_factory=known_migrations)


async def migrate(pool: Pool, name: str, schema: Schema) -> None:
    """Take the steps that are missing. Raise StoreError if the schema is not ours, or newer by a
    step that this version cannot work with, or if living nodes cannot work with a missing one."""
    if await pool.read(lambda db: is_behind(db, name, schema)):
        await pool.write(lambda db: take_steps(db, name, schema))


async def take_steps(db: Session, name: str, schema: Schema) -> None:
    """Take the steps that are missing within a transaction. Raise StoreError as `migrate` does."""
    await db.lock(LOCK)
    await db.run(TABLE)
    missing_steps = await _missing_steps(db, name, schema)
    await _refuse_beside_older(db, name, missing_steps)
    for step in missing_steps:
        await db.script(step.sql)
        sql = "insert into migration (number, checksum) values ($1, $2)"
        await db.run(sql, step.number, step.checksum)
        if step.oldest_version:
            await db.run(PUT_OLDEST_VERSION, step.oldest_version, step.number)


async def has_schema(db: Session) -> bool:
    """Return whether there are tables of a store."""
    return bool(await db.value(HAS_TABLE))


async def is_behind(db: Session, name: str, schema: Schema) -> bool:
    """Return whether steps are missing. Raise StoreError if the schema is not ours, or newer."""
    return not await has_schema(db) or bool(await _missing_steps(db, name, schema))


async def refuse_older(db: Session, name: str, schema: Schema) -> None:
    """Raise StoreError where only who may write can bring the schema up to date."""
    if await is_behind(db, name, schema):
        raise StoreError(OLDER_SCHEMA.fill(name=name), StoreFault.OLD)


async def living_versions(db: Session) -> Sequence[str]:
    """Return the versions of the nodes that live; "" for one that is too old to tell."""
    if await db.value(HAS_VERSIONS):
        return [version for (version,) in await db.rows(LIVING_VERSIONS)]
    lives = await db.value(HAS_LEASES) and await db.value(HAS_CLOCK)
    return [UNKNOWN] if lives and await db.value(HAS_LIVING_NODE) else []


async def _refuse_beside_older(db: Session, name: str, steps: Sequence[Migration]) -> None:
    """Raise StoreError if a node lives that cannot work with a step that is about to be taken."""
    versions = await living_versions(db)
    for step in steps:
        if stuck_versions := [one for one in versions if not suits(step.oldest_version, one)]:
            words = ", ".join(one or "?" for one in sorted(stuck_versions))
            raise StoreError(OLDER_NODES.fill(name=name, number=step.number, versions=words))


async def _missing_steps(db: Session, name: str, schema: Schema) -> list[Migration]:
    known_steps = {step.number: step for step in schema.steps}
    checksums = dict(await db.rows("select number, checksum from migration"))
    newest_known = max(known_steps)
    await _refuse_newer(db, name, schema, [one for one in checksums if one > newest_known])
    for number, checksum in checksums.items():
        is_known = number in known_steps and known_steps[number].checksum == checksum
        if number <= newest_known and not is_known:
            raise StoreError(OTHER_STEP.fill(name=name, number=number))
    return [step for number, step in known_steps.items() if number not in checksums]


async def _refuse_newer(
    db: Session, name: str, schema: Schema, newer_steps: Sequence[int]
) -> None:
    """Raise StoreError if this version cannot work with steps that it does not know."""
    if not newer_steps:
        return
    sql = "select beside from migration where number = any($1::integer[])"
    rows = await db.rows(sql, list(newer_steps))
    if not all(suits(oldest_version, schema.version) for (oldest_version,) in rows):
        mine = max(step.number for step in schema.steps)
        raise StoreError(NEWER.fill(name=name, newest=max(newer_steps), mine=mine))
