"""What jobs report: kept at once, by whoever may, for a monitor that waits for it."""

from dataclasses import replace

import pytest

from noroshi.checks import heartbeat
from noroshi.core.levels import Level
from noroshi.core.model import Cause, Change, ItemState, Limits, Reading, Sample, State
from noroshi.core.translation import NOTHING, plain
from noroshi.ports import Beat
from noroshi.service import NotFoundError, administrator, member, run_as_json
from noroshi.service.operation import run
from noroshi.stores.memory.store import MemoryStore
from noroshi.testing import FaultyStore
from tests.service.clients import InProcessClient, apply_definitions
from tests.service.harness import DISK, Harness

MONITORS = [
    {"name": name, "kind": "heartbeat", "options": {"job": name, "every": "1d"}}
    for name in ("backup", "sync")
]
WEB1 = {"group": [{"name": "jobs", "monitor": MONITORS}]}
TOM = member("tom")


@pytest.fixture
async def harness():
    found = Harness(FaultyStore(MemoryStore()), (DISK, heartbeat.CHECK))
    await apply_definitions(InProcessClient(found), instances__web1=WEB1)
    return found


async def beat(harness, name, who=TOM, **more):
    return await run(harness.service, who, "beat", {"name": name, **more})


@pytest.mark.parametrize("who", [TOM, administrator("root")], ids=["a member", "root"])
async def test_whoever_may_operate_may_report(harness, who):
    kept = await beat(harness, "backup", who)
    assert kept == Beat(at=harness.time.now)
    assert await harness.store.beats() == {"backup": kept}


async def test_a_failure_is_kept_with_its_words(harness):
    await beat(harness, "backup", ok=False, text="no space on tape")
    kept = (await harness.store.beats())["backup"]
    assert (kept.ok, kept.text) == (False, "no space on tape")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        pytest.param("two\r\nlines ", "two lines", id="line breaks"),
        pytest.param("\x1b[31mred\x00", "[31mred", id="what a terminal would obey"),
        pytest.param("失敗\u2028しました", "失敗 しました", id="a Japanese text"),
        pytest.param("x" * 501, "x" * 499 + "…", id="too long"),
        pytest.param("\ud800", "", id="half a letter"),
    ],
)
async def test_its_words_become_one_line_that_can_be_shown(harness, text, kept):
    assert (await beat(harness, "sync", text=text)).text == kept


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "bakcup",
            "No heartbeat monitor expects reports from the job “bakcup” (did you mean backup?).",
        ),
        ("x", "available: backup, sync"),
    ],
)
async def test_a_job_that_nobody_waits_for_is_refused_with_what_was_meant(harness, name, said):
    with pytest.raises(NotFoundError) as caught:
        await beat(harness, name)
    assert said in caught.value.words.en
    assert await harness.store.beats() == {}


async def test_a_store_that_is_full_keeps_nothing_and_says_so(harness):
    harness.store.is_failing = True
    told = await run_as_json(harness.service, TOM, "beat", {"name": "backup"})
    assert told["error"] == "trouble" and "full" in told["words"]["en"]


async def test_the_engine_looks_up_after_a_report(harness):
    assert harness.service.operations()["beat"].declaration.news


async def test_status_says_what_a_job_said_while_it_stands_failed(harness):
    note = plain("backup reported that it failed: no space on tape")
    found = Reading("failed", 1, note=note)
    cause = Cause(found, Limits(critical=1))
    words = await shown(harness, ItemState(level=Level.CRITICAL, cause=cause), found)
    assert words == note


async def test_status_says_nothing_out_of_date_of_a_job_that_is_well(harness):
    then = Reading("overdue", 0, note=plain("backup reported a week ago"))
    words = await shown(harness, ItemState(cause=Cause(then)), replace(then, note=NOTHING))
    assert words.en == "Overdue: no"


async def shown(harness, item, reading):
    """What status says of the job's monitor, when that was written of it."""
    now = harness.time.now
    block = await harness.store.lease_monitors(await harness.store.begin("node", now), now)
    for id in block.states:
        sample = Sample(now, (reading,))
        change = Change(monitor=id, state=State(items={"": item}), samples=(sample,))
        assert await harness.store.commit(block.fence, change)
    return (await harness.service.status.status(TOM)).monitors[0].items[0].words
