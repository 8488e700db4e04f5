"""`noroshi beat`, typed as a job's script types it."""

import json

import pytest

from noroshi.checks import heartbeat
from noroshi.ports import Document
from tests.cli.command_process import a_node, typed
from tests.cli.test_asking_a_node import HEAVY, LOADED, READER
from tests.service.harness import AKI, DISK, Harness, documents

MONITOR = {"name": "b", "kind": "heartbeat", "options": {"job": "backup", "every": "1d"}}
WEB1 = {"group": [{"name": "jobs", "monitor": [MONITOR]}]}


@pytest.fixture
async def harness(tmp_path):
    found = Harness(checks=(DISK, heartbeat.CHECK))
    async with a_node(tmp_path, found.service):
        given = tuple(Document(**one) for one in documents(instances__web1=WEB1))
        await found.service.definitions.apply(AKI, given)
        yield found


async def test_a_report_is_kept_and_nothing_is_printed(harness, tmp_path):
    told = await typed("beat", "backup", home=tmp_path)
    assert (told.code, told.out, told.err) == (0, "", "")
    assert (await harness.store.beats())["backup"].ok


@pytest.mark.parametrize(
    "typed_so",
    [
        pytest.param(("backup", "--fail", "exit code 3"), id="after --fail"),
        pytest.param(("backup", "exit code 3", "--fail"), id="before --fail"),
    ],
)
async def test_a_failure_is_told_in_the_jobs_own_words(harness, tmp_path, typed_so):
    told = await typed("beat", *typed_so, "--json", home=tmp_path)
    assert told.code == 0, told.err
    assert json.loads(told.out)["text"] == "exit code 3"
    assert not (await harness.store.beats())["backup"].ok


async def test_a_failure_needs_no_words(harness, tmp_path):
    assert (await typed("beat", "backup", "--fail", home=tmp_path)).code == 0
    assert not (await harness.store.beats())["backup"].ok


@pytest.mark.parametrize(
    ("language", "said"), [("en", "did you mean backup?"), ("ja", "backup のことでしょうか")]
)
async def test_a_slip_is_refused_with_what_was_meant(harness, tmp_path, language, said):
    told = await typed("beat", "bakcup", "--lang", language, home=tmp_path)
    assert (told.code, told.out) == (5, "")
    assert said in told.err


async def test_a_report_costs_a_job_nothing_heavy(harness, tmp_path):
    told = await typed("beat", "backup", home=tmp_path, before=LOADED)
    assert told.code == 0
    assert [name for name in (*HEAVY, READER) if name in told.err.splitlines()] == []


async def test_without_a_name_it_says_how(tmp_path):
    assert (await typed("beat", home=tmp_path)).code == 2
