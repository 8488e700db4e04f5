"""A store in PostgreSQL for each test: a database of the worker's own, emptied in milliseconds.

`truncate` makes new files for each table and takes 130 ms, a new database 70 ms; to delete the few
rows that a test left takes 4.
"""

from __future__ import annotations

import itertools
from contextlib import asynccontextmanager

import asyncpg

from noroshi.config.database import Database
from noroshi.ports import NO_LOAN
from noroshi.stores.column_values import number
from noroshi.stores.postgres.store import PostgresStore

EMPTY = """
do $$
declare
    one record;
begin
    for one in select quote_ident(tablename) as name from pg_tables
        where schemaname = 'public' and tablename !~ '^sample_'
    loop
        execute format('delete from %s', one.name);
        execute format('insert into %1$s overriding system value select * from initial.%1$s', one.name);
    end loop;
    for one in select quote_ident(sequencename) as name from pg_sequences where schemaname = 'public'
    loop
        perform setval(one.name, 1, false);
    end loop;
end
$$"""
KEEP = """
do $$
declare
    one record;
begin
    create schema initial;
    for one in select quote_ident(tablename) as name from pg_tables
        where schemaname = 'public' and tablename !~ '^sample_'
    loop
        execute format('create table initial.%1$s as table public.%1$s', one.name);
    end loop;
end
$$"""

HAND_IN = """
create table handed_clock (at bigint);
insert into handed_clock values (0);
create or replace function noroshi_now() returns bigint language sql volatile as
$$ select at from handed_clock $$"""


class Databases:
    """Lend the worker's databases on a server, each to one store at a time. `handed_clock`: their
    clock is the one that was handed in last."""

    def __init__(self, server, prefix, *, handed_clock=False):
        self._server, self._prefix, self._handed_clock = server, prefix, handed_clock
        self._numbers, self._free = itertools.count(), []

    @asynccontextmanager
    async def lent(self):
        """Lend an empty database by its URL."""
        name = self._free.pop() if self._free else await self._make()
        url = self._server.url(name)
        yield url
        await self._empty(url)
        self._free.append(name)

    async def _make(self):
        name = f"{self._prefix}_{next(self._numbers)}"
        await self._execute(self._server.url(), f"create database {name}")
        await (await open_store(self._server.url(name))).close()
        if self._handed_clock:
            await self._execute(self._server.url(name), HAND_IN)
        await self._execute(self._server.url(name), KEEP)
        return name

    async def _empty(self, url):
        await self._execute(url, EMPTY)

    async def _execute(self, url, sql):
        connection = await asyncpg.connect(url)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()


async def open_store(url):
    return await PostgresStore.open(Database(url=url))


class TimedStore(PostgresStore):
    """Set the clock of its database, which `HAND_IN` made, to the time that each verb hands in, so that a
    test that drives other stores through simulated time drives this one, too."""

    async def begin(self, name, now):
        await self._set_clock(now)
        return await super().begin(name, now)

    async def end(self, node, now):
        await self._set_clock(now)
        await super().end(node, now)

    async def lease_monitors(self, node, now, loan=NO_LOAN, left_out=()):
        await self._set_clock(now)
        return await super().lease_monitors(node, now, loan, left_out)

    async def renew(self, fence, now):
        await self._set_clock(now)
        return await super().renew(fence, now)

    async def acquire_lock(self, name, holder, expires_at, now):
        await self._set_clock(now)
        return await super().acquire_lock(name, holder, expires_at, now)

    async def _set_clock(self, now):
        await self._write(lambda db: db.run("update handed_clock set at = $1", number(now)))


async def open_timed_store(url, pooler=None):
    """Open such a store, by a pooler if there is one."""
    if pooler is None:
        return await TimedStore.open(Database(url=url))
    return await TimedStore.open(pooler.database(Database(url=url).name))
