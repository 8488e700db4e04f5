"""Count what happens, so that many may count at once."""

from __future__ import annotations

from noroshi.stores.postgres.session import Session

SLOTS = 32
ADD = f"""
insert into counter values ($1, 1 + pg_backend_pid() % {SLOTS}, $2)
on conflict (name, slot) do update set value = counter.value + excluded.value"""  # noqa: S608  our own text


async def add_to_counter(db: Session, name: str, count: int) -> None:
    """Raise a counter; its value is the sum of its slots."""
    if count:
        await db.run(ADD, name, count)
