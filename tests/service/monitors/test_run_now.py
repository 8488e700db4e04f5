"""Trying a monitor: everything that was read and judged, and nothing kept."""

from dataclasses import replace

import pytest

from noroshi.core.model import Limits, Reading, Sample
from noroshi.core.translation import bilingual, plain
from noroshi.plugins import Plugins
from noroshi.ports import Document, Unmeasurable
from noroshi.service import Service, ServiceParts
from noroshi.service.errors import NotFoundError
from noroshi.service.operation_context import OperationContext
from noroshi.testing import FakeHost
from tests.service.clients import ErrorAnswer, InProcessClient, apply_definitions
from tests.service.harness import AKI, DISK, MAIL, POST, Harness, documents

FULL = Reading("used", 95.0, "%", "/var")
ROOMY = Reading("used", 12.0, "%", "/")
LINES = bilingual(en="line 1: hit", ja="1行目: 一致")
NO_LOG = bilingual(en="no file matches", ja="ファイルがありません")


def given(**changed):
    return tuple(Document(**one) for one in documents(**changed))


async def shows_lines(_options, _host):
    return [LINES]


async def finds_no_log(_options, _host):
    raise Unmeasurable(NO_LOG)


async def fails(_options, _host):
    raise KeyError("line")


class Bench(Harness):
    """A harness whose process measures, too."""

    def __init__(self, *readings, fault=None, preview=shows_lines):
        super().__init__()
        self.readings, self.fault = readings, fault
        check = replace(DISK, limits={"used": Limits(warning=80, critical=90)})
        self.service = Service(
            OperationContext(
                self.store,
                Plugins((replace(check, preview=preview),), (MAIL,), (POST,)),
                self.time.clocks,
                ServiceParts(
                    vault=self.vault,
                    tokens=self.tokens,
                    new_id=self.new_id,
                    runs_on="here",
                    measure=self.measure,
                    host_of=lambda _monitor: FakeHost(),
                ),
            )
        )

    async def measure(self, _monitor, memory):
        self.time.pass_by(seconds=2)
        return Sample(self.time.now, self.readings, {"seen": 1}, fault=self.fault)

    async def apply(self):
        return await self.service.definitions.apply(AKI, given())


async def test_what_is_tried_and_is_not_in_force_stands_in_the_audit_log_for_no_version_has_it():
    harness = Bench(FULL)
    await harness.apply()
    for more in ({}, {"documents": documents()}):
        await InProcessClient(harness)("try_monitor", monitor="disks", **more)
        row = (await harness.store.audit_log(1))[0]
        options = {"options": {"include": ("*",)}} if more else {}
        assert row.after == {"monitor": "web1/base/disks", "level": "critical"} | options


async def test_a_trial_tells_what_was_read_how_it_is_judged_and_who_would_be_told():
    harness = Bench(FULL, ROOMY)
    await harness.apply()
    tried = await harness.service.trials.try_monitor(AKI, "disks")
    assert (tried.runs_on, tried.target, tried.seconds) == ("here", "127.0.0.1", 2.0)
    assert [(r.item, r.value.en, r.level.value) for r in tried.readings] == [
        ("/var", "95%", "critical"),
        ("/", "12%", "ok"),
    ]
    assert tried.readings[0].limits.en == "WARNING 80%, CRITICAL 90%"
    assert tried.readings[0].limits.ja == "注意 80% 以上、危険 90% 以上"
    (rule,) = tried.rules
    assert (rule.item, rule.speaks, rule.contacts) == ("/var", True, ("ops",))
    assert tried.seen == (LINES,)


async def test_a_trial_leaves_no_trace():
    harness = Bench(FULL)
    await harness.apply()
    before = await harness.store.states()
    await harness.service.trials.try_monitor(AKI, "disks")
    assert await harness.store.states() == before
    assert await harness.store.queue() == []
    (id,) = before
    assert await harness.store.samples(id) == []
    assert await harness.store.recall(id) == (before[id], {})


async def test_a_trial_that_cannot_measure_says_why():
    harness = Bench(fault=bilingual(en="no such disk", ja="ありません"))
    await harness.apply()
    tried = await harness.service.trials.try_monitor(AKI, "disks")
    assert (tried.level.value, tried.fault.en) == ("unknown", "no such disk")


@pytest.mark.parametrize(
    ("fault", "preview", "seen"),
    [
        pytest.param(NO_LOG, finds_no_log, (), id="said already"),
        pytest.param(None, finds_no_log, (NO_LOG,), id="not said yet"),
        pytest.param(None, fails, (plain("KeyError('line')"),), id="a bug"),
    ],
)
async def test_what_cannot_be_shown_does_not_hide_what_was_measured(fault, preview, seen):
    harness = Bench(*([] if fault else [FULL]), fault=fault, preview=preview)
    await harness.apply()
    tried = await harness.service.trials.try_monitor(AKI, "disks")
    assert (tried.fault, tried.seen) == (fault, seen)


async def test_definitions_that_are_not_in_force_yet_can_be_tried():
    harness = Bench(ROOMY)
    tried = await harness.service.trials.try_monitor(AKI, "web1/base/disks", given())
    assert tried.level.value == "ok"
    assert (await harness.store.current()).number == 0


async def test_a_process_that_does_not_measure_says_so(ask):
    await apply_definitions(ask)
    with pytest.raises(ErrorAnswer, match="runs no measurements"):
        await ask("try_monitor", monitor="disks")


async def test_a_monitor_that_is_not_there_cannot_be_tried():
    harness = Bench()
    await harness.apply()
    with pytest.raises(Exception, match="There is no monitor “nothing”"):
        await harness.service.trials.try_monitor(AKI, "nothing")


async def test_a_name_that_several_monitors_have_is_told_with_their_paths():
    harness = Bench(ROOMY)
    group = {"name": "base", "monitor": [{"name": "disks", "kind": "disk"}]}
    both = given(instances__web2={"group": [group]})
    with pytest.raises(NotFoundError) as refusal:
        await harness.service.trials.try_monitor(AKI, "disks", both)
    assert "“disks”: web1/base/disks, web2/base/disks." in refusal.value.words.en
