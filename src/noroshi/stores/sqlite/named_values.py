"""Secrets, which are sealed, and texts, each under its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from noroshi.stores.sqlite.types import Connection


def put_secret(db: Connection, name: str, sealed_secret: bytes) -> None:
    db.execute("insert or replace into secret values (?, ?)", (name, sealed_secret))


def get_secret(db: Connection, name: str) -> bytes | None:
    row = db.execute("select sealed from secret where name = ?", (name,)).fetchone()
    return None if row is None else bytes(row[0])


def secret_names(db: Connection) -> Sequence[str]:
    return [name for (name,) in db.execute("select name from secret order by name")]


def get_secrets(db: Connection) -> Mapping[str, bytes]:
    rows = db.execute("select name, sealed from secret order by name")
    return {name: bytes(sealed) for name, sealed in rows}


def drop_secret(db: Connection, name: str) -> bool:
    return db.execute("delete from secret where name = ?", (name,)).rowcount > 0


def put_value(db: Connection, name: str, text: str) -> None:
    db.execute("insert or replace into note values (?, ?)", (name, text))


def get_values(db: Connection) -> Mapping[str, str]:
    return dict(db.execute("select name, body from note order by name").fetchall())
