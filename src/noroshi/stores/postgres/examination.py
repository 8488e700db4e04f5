"""Examine the database that is the store: the way to it, what it is like, and who is in the way."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from noroshi.config.database import Database
from noroshi.core.translation import NOTHING, Message, _, ngettext
from noroshi.ports import StoreError
from noroshi.ports.examination import Cure, Exam, Step, StepError, StepResult, Whose, literal
from noroshi.stores.postgres.connection import connect, listen_database, tls_mode
from noroshi.stores.postgres.connection_errors import (
    CONNECT_ERRORS,
    ConnectError,
    explanation_of,
    in_words,
    user_values,
)

APPLICATION = "noroshi/doctor"
PEOPLE = {Whose.ADMINISTRATOR: _("the PostgreSQL administrator")}
WAY, DATABASE = _("Connection to PostgreSQL"), _("Database")
NEWS, ROOM = _("Signals between nodes"), _("Available connections")
CONNECTED = _("PostgreSQL {version} on {host} port {port}, {tls}")
ENCRYPTED, UNENCRYPTED = _("TLS ({mode})"), _("without TLS ({mode})")
OF_DATABASE = _("{database}, {size:.1f} MiB, user {user}")
NOT_UTF8 = _("Database {database} has the encoding {encoding}. Noroshi requires UTF8.")
MAKE_UTF8 = "createdb --owner {user} --encoding UTF8 --template template0 {database}"
NO_STANDBY = _(
    "No standby confirms writes (synchronous_standby_names is empty). If another server "
    "takes over, the most recent changes may be lost."
)
STANDBY_MISSING = ngettext(
    "{count} transaction is waiting for a synchronous standby that does not answer. Until it "
    "does, nothing is written: start the standby, or remove it from "
    "synchronous_standby_names.",
    "{count} transactions are waiting for a synchronous standby that does not answer. Until "
    "it does, nothing is written: start the standby, or remove it from "
    "synchronous_standby_names.",
)
OLD_TRANSACTION = _(
    "The session {session} of {who} has kept a transaction open for {minutes} min, so "
    "PostgreSQL cannot vacuum, and its tables grow. End the session."
)
CLOCK_OFF = _(
    "The clock of this computer differs from that of the database by {seconds:+.0f} s. "
    "Noroshi uses the clock of the database. Correct this computer's clock."
)
HEARD = _("received immediately")
NOT_HEARD = _("not received: nodes poll once a second instead")
NO_LISTEN = _(
    "Connections go through a pooler. Set listen_url to an address that reaches PostgreSQL "
    "itself."
)
USED = _("{used} of {most} connections are in use")
FEW_LEFT = _("Each node needs about ten: raise max_connections, or put PgBouncer in front.")
AT_ONCE = _("immediately")

CHANNEL = "noroshi_doctor"
HEARS_WITHIN, LONG_OPEN = 1.0, 15
"""Seconds; and minutes for which a transaction may be open."""
FEWEST_LEFT, CLOCKS_APART = 20, timedelta(seconds=2)
SESSION = """
select pg_database_size(current_database()), current_user, pg_encoding_to_char(encoding),
    (select ssl from pg_stat_ssl where pid = pg_backend_pid()),
    current_setting('synchronous_standby_names') <> ''
from pg_database where datname = current_database()"""
WAITING = "select count(*) from pg_stat_activity where wait_event = 'SyncRep'"
OPEN_LONG = """
select pid, usename || coalesce(nullif(' (' || application_name || ')', ' ()'), ''),
    (extract(epoch from clock_timestamp() - xact_start) / 60)::integer
from pg_stat_activity
where xact_start < clock_timestamp() - make_interval(mins => $1) and backend_type = 'client backend'
order by xact_start limit 1"""
USAGE = """
select count(*), current_setting('max_connections')::integer from pg_stat_activity
where backend_type = 'client backend'"""


class DatabaseExamination:
    """Look at a database by a connection of its own, which the last step closes."""

    def __init__(self, database: Database, wall: Callable[[], datetime]) -> None:
        self._database, self._wall = database, wall
        self._connection: Any = None

    def steps(self) -> Sequence[Step]:
        """Return the stages; the others need the first one."""
        stages: tuple[tuple[str, Message, Callable[[], Awaitable[StepResult]]], ...] = (
            ("postgres", WAY, self._way),
            ("database", DATABASE, self._look_at_database),
            ("news", NEWS, self._news),
            ("connections", ROOM, self._room),
        )
        return tuple(
            Step(name=n, title=t, take=self._closing_after(look)) for n, t, look in stages
        )

    def _closing_after(
        self, look: Callable[[], Awaitable[StepResult]]
    ) -> Callable[[], Awaitable[StepResult]]:
        async def take() -> StepResult:
            try:
                return await look()
            except BaseException as error:  # whatever it was, the connection must not stay open
                await self._close()
                if isinstance(error, CONNECT_ERRORS):
                    raise self._step_error(self._database.addresses[0], error) from None
                raise

        return take

    async def _way(self) -> StepResult:
        try:
            self._connection = await connect(self._database, APPLICATION)
        except ConnectError as failure:
            address, error = next(iter(failure.errors.items()))
            raise self._step_error(address, error) from None
        except StoreError as error:  # a file that cannot be used
            raise StepError(NOTHING, _own_cure().remedy(error.words, Exam())) from None
        version = self._connection.get_settings().server_version
        is_encrypted = await self._connection.fetchval(
            "select ssl from pg_stat_ssl where pid = pg_backend_pid()"
        )
        tls = (ENCRYPTED if is_encrypted else UNENCRYPTED).fill(mode=tls_mode(self._database))
        host, port = await self._address()
        return StepResult(CONNECTED.fill(version=version, host=host, port=port, tls=tls))

    async def _address(self) -> tuple[str, int]:
        """Return where the server says that it is; by a socket it says nothing."""
        sql = "select host(inet_server_addr()), inet_server_port()"
        host, port = await self._connection.fetchrow(sql)
        return (host, port) if host else self._database.addresses[0]

    def _step_error(self, address: tuple[str, int], error: BaseException) -> StepError:
        error_text, explanation = in_words(error), explanation_of(error)
        if explanation is None:
            return StepError(NOTHING, _own_cure().remedy(error_text, Exam()))
        values = user_values(self._database, address)
        exam = Exam(user_values=values, people=PEOPLE)
        return StepError(NOTHING, explanation.remedy(exam, error_text.en))

    async def _look_at_database(self) -> StepResult:
        size, user, encoding, _ssl, has_standby = await self._connection.fetchrow(SESSION)
        name = self._database.name
        if encoding != "UTF8":
            words = NOT_UTF8.fill(database=name, encoding=encoding)
            line = literal(MAKE_UTF8.format(user=user, database=name))
            raise StepError(NOTHING, _own_cure(line).remedy(words, Exam(people=PEOPLE)))
        summary = OF_DATABASE.fill(database=name, size=size / 2**20, user=user)
        return StepResult(summary, tuple([one async for one in self._remarks(has_standby)]))

    async def _remarks(self, has_standby: bool) -> Any:
        if not has_standby:
            yield NO_STANDBY
        offset = self._wall() - await self._connection.fetchval("select clock_timestamp()")
        if abs(offset) > CLOCKS_APART:
            yield CLOCK_OFF.fill(seconds=offset.total_seconds())
        if count := await self._connection.fetchval(WAITING):
            yield STANDBY_MISSING.fill(count=count)
        if row := await self._connection.fetchrow(OPEN_LONG, LONG_OPEN):
            yield OLD_TRANSACTION.fill(session=row[0], who=row[1], minutes=row[2])

    async def _news(self) -> StepResult:
        """Send something to ourselves: behind a pooler it is never heard, and nothing says so."""
        heard_at = listen_database(self._database)
        if heard_at is None or not await self._hears(heard_at):
            return StepResult(NOT_HEARD, (NO_LISTEN,))
        return StepResult(HEARD)

    async def _hears(self, database: Database) -> bool:
        news_event, word = asyncio.Event(), secrets.token_hex(8)
        listener = await connect(database, APPLICATION)
        try:
            await listener.add_listener(
                CHANNEL, lambda *news: news_event.set() if news[-1] == word else None
            )
            await self._connection.execute("select pg_notify($1, $2)", CHANNEL, word)
            with suppress(TimeoutError):
                await asyncio.wait_for(news_event.wait(), HEARS_WITHIN)
        finally:
            await listener.close()
        return news_event.is_set()

    async def _room(self) -> StepResult:
        used_count, most = await self._connection.fetchrow(USAGE)
        await self._close()
        remarks = (FEW_LEFT,) if most - used_count < FEWEST_LEFT else ()
        return StepResult(USED.fill(used=used_count, most=most), remarks)

    async def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(*CONNECT_ERRORS):
                await connection.close()


def _own_cure(*lines: str) -> Cure:
    return Cure(party=Whose.ADMINISTRATOR if lines else Whose.YOU, lines=lines, delay=AT_ONCE)
