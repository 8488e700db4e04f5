"""What `noroshi doctor` finds of a database, stage by stage."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from noroshi.config.database import Database
from noroshi.ports.examination import run_steps
from noroshi.stores.postgres.connection import connect
from noroshi.stores.postgres.examination import DatabaseExamination
from tests import postgres as postgres_server
from tests.ports import free_port


async def _stages(database, *, ahead=timedelta(0)):
    steps = DatabaseExamination(database, lambda: datetime.now(UTC) + ahead).steps()
    return {stage.name: stage async for stage in run_steps(steps, time.monotonic)}


async def test_a_clock_that_is_off_from_the_databases_is_told(postgres):
    database = Database(url=postgres.url())
    fast, right = await _stages(database, ahead=timedelta(minutes=-3)), await _stages(database)
    said = [one.en for one in fast["database"].remarks if "clock of this computer" in one.en]
    assert len(said) == 1 and ("-180 s" in said[0] or "-179 s" in said[0])
    assert not any("clock of this computer" in one.en for one in right["database"].remarks)


async def test_of_a_database_that_is_well_all_stages_are(postgres):
    stages = await _stages(Database(url=postgres.url()))
    assert {stage.state for stage in stages.values()} == {"ok"}
    assert stages["postgres"].found.en.endswith("without TLS (prefer)")
    assert "postgres, " in stages["database"].found.en
    assert stages["news"].found.en == "received immediately" and not stages["news"].remarks
    assert not stages["connections"].remarks
    (no_standby,) = stages["database"].remarks
    assert "synchronous_standby_names is empty" in no_standby.en


async def test_a_database_that_is_away_is_told_with_whoever_mends_it_and_nothing_else_is_reached():
    port = free_port()
    stages = await _stages(Database(url=f"postgresql://noroshi@127.0.0.1:{port}/noroshi"))
    assert [stage.state for stage in stages.values()] == ["failed", *3 * ["not reached"]]
    remedy = stages["postgres"].remedy
    assert remedy.who.en == "the PostgreSQL administrator"
    assert f"refuses connections on port {port}" in remedy.meaning.en
    assert remedy.lines == (f"pg_isready -h 127.0.0.1 -p {port}",)


async def test_an_encoding_in_which_not_every_text_fits_is_refused(postgres):
    connection = await connect(Database(url=postgres.url()), "noroshi")
    await connection.execute(
        "create database latin encoding 'LATIN1' locale 'C' template template0"
    )
    await connection.close()
    stages = await _stages(Database(url=postgres.url("latin")))
    assert stages["database"].state == "failed"
    assert "the encoding LATIN1. Noroshi requires UTF8" in stages["database"].remedy.meaning.en


async def test_behind_a_pooler_without_another_way_the_doctor_says_that_news_is_not_heard(
    postgres,
):
    stages = await _stages(Database(url=postgres.url(), pooler=True))
    assert "once a second" in stages["news"].found.en
    (remark,) = stages["news"].remarks
    assert "listen_url" in remark.en


@pytest.fixture
def small():
    """A server that waits for a standby that does not come, and has few connections."""
    settings = {"synchronous_standby_names": "absent", "max_connections": "12"}
    with postgres_server.server(postgres_server.SHARED | settings) as server:
        yield server


async def test_who_waits_for_a_standby_and_what_is_left_is_told(small):
    database = Database(url=small.url())
    writer = await connect(database, "noroshi")
    task = asyncio.create_task(writer.execute("create table one (n integer)"))
    looker = await connect(database, "noroshi")
    while not await looker.fetchval(  # noqa: ASYNC110  there is no event for it
        "select count(*) from pg_stat_activity where wait_event = 'SyncRep'"
    ):
        await asyncio.sleep(0.05)
    stages = await _stages(database)
    assert "waiting for a synchronous standby" in stages["database"].remarks[0].en
    assert stages["connections"].remarks
    task.cancel()
    for one in (writer, looker):
        one.terminate()
    await asyncio.gather(task, return_exceptions=True)
