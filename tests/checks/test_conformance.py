"""What every check promises, whoever wrote it."""

from __future__ import annotations

import dataclasses
import inspect
import re

import pytest

from noroshi import checks, schema
from noroshi.core.mail import Fault
from noroshi.core.model import Limits
from noroshi.core.translation import Message, help_text, plain
from noroshi.hosts.files import LocalFiles
from noroshi.ports import (
    AccountFacts,
    AgentFacts,
    Beat,
    CounterValue,
    EventBatch,
    Memory,
    NodeFacts,
    NodeLease,
    Process,
    Processor,
    ProgramResult,
    QueueFacts,
    RegistryValue,
    RouteFacts,
    ServiceFact,
    TaskFact,
    Unmeasurable,
    UpdateFacts,
    Volume,
)
from noroshi.testing import DAWN, FakeHost
from tests.sweeps import sweep

GIVEN = {
    "heartbeat": {"job": "backup", "every": "1d"},
    "http": {"url": "http://127.0.0.1:1/"},  # where nothing listens
    "logfile": {"path": "/no/log", "terms": ({"word": "ERROR"},), "may_be_missing": True},
    "process": {"name": "init"},
    "noroshi-account": {"account": "m365"},
    "noroshi-route": {"route": "smtp1"},
    "counter": {"counter": r"\System\Processes"},
    "registry": {"key": r"HKLM\SOFTWARE\Contoso", "expected": "1"},
    "service": {"include": ("nginx",)},
    "script": {"argv": ("/usr/lib/nagios/plugins/check_dummy", "0")},
}
JAPANESE = re.compile("[぀-ヿ一-鿿]")


class Mute:
    """A host that can answer nothing."""

    async def address(self):
        raise Unmeasurable(plain("the host cannot be asked"))

    network = volumes = processes = memory = processor = now = self_facts = address
    system_facts = address

    async def beat(self, job):
        raise Unmeasurable(plain("the host cannot be asked"))

    async def run(self, program):
        raise Unmeasurable(plain("the host cannot be asked"))

    async def with_files(self, work):
        raise Unmeasurable(plain("the host cannot be asked"))


each_check = sweep("check", checks.BUILT_IN, ids=lambda check: check.kind)


def options_of(check):
    return schema.read(check.options, GIVEN.get(check.kind, {}))


def is_bilingual(words: Message) -> bool:
    return bool(words.en) and not JAPANESE.search(words.en) and bool(JAPANESE.search(words.ja))


@each_check
def test_its_texts_are_there_in_both_languages(check):
    assert is_bilingual(check.title) and is_bilingual(check.help)
    assert [name for name, words in check.names.items() if not is_bilingual(words)] == []


@each_check
def test_every_option_has_its_help_in_both_languages(check):
    for name, field in schema.form(check.options)["properties"].items():
        assert is_bilingual(help_text(field.get("description", ""))), name


@each_check
def test_options_are_values(check):
    options = options_of(check)
    for field in dataclasses.fields(options):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(options, field.name, None)
    assert not hasattr(options, "__dict__")  # so nothing else can be set
    assert options == schema.read(check.options, GIVEN.get(check.kind, {}))


@each_check
def test_unknown_options_are_refused(check):
    given = {**GIVEN.get(check.kind, {}), "bogus": 1}
    with pytest.raises(schema.Invalid, match=r"x\.bogus"):
        schema.read(check.options, given, at="x")


@each_check
def test_limits_are_for_readings_that_have_a_name(check):
    assert check.limits.keys() <= check.names.keys()
    assert all(isinstance(limits, Limits) for limits in check.limits.values())


@each_check
def test_what_happens_and_is_no_state_is_among_its_readings(check):
    assert check.occurrences <= check.names.keys()


class Own:
    """A node that knows all of itself."""

    async def route(self, name):
        return RouteFacts(down_since=DAWN, fault=Fault.SERVER, last_accepted=DAWN)

    async def account(self, name):
        return AccountFacts(is_well=True, ends=DAWN.date(), renewed_at=DAWN)

    async def queue(self):
        return QueueFacts()

    async def agents(self):
        return [AgentFacts(name="fs01", silence=100, refused_rows=1)]

    async def nodes(self):
        gone = NodeLease(
            name="two", monitor_count=0, renewed_at=DAWN, is_alive=False, sends=False
        )
        return [gone, dataclasses.replace(gone, name="three", has_left=True)]

    async def node(self):
        return NodeFacts()


class Managed:
    """An operating system in which all is to be told."""

    async def services(self, names):
        return [ServiceFact(name="nginx", state="failed", start_type="manual", run="1")]

    async def updates(self):
        return UpdateFacts(names=("openssl",), needs_reboot=True, listed_at=DAWN)

    async def tasks(self, names):
        return [TaskFact(name="backup", failure="1", last_run=DAWN)]

    async def registry_value(self, key, name, *, is_32_bit=False):
        return RegistryValue(text="2", number=2)

    async def events(self, query):
        return EventBatch()

    async def counter_values(self, path, *, is_english=True):
        return [CounterValue(value=1.0)]


@each_check
async def test_its_readings_have_names(check):
    options = options_of(check)
    with_all = FakeHost(
        [Volume("/", 10, 5)],
        [Process(1, "init", ())],
        ProgramResult(0, "fine", ""),
        memory=Memory(total=8, available=4, swap_total=2, swap_free=1),
        processors=[
            Processor(cores=2, total=n, busy=n, iowait=0, steal=0, load=1) for n in (10, 20)
        ],
        beats={"backup": Beat(at=DAWN)},
        files=LocalFiles(),
        own=Own(),
        system=Managed(),
        address="localhost",
    )
    try:
        outcome = await check.run(options, with_all, {})
    except Unmeasurable:
        outcome = None
    assert check.kind == "port" or {r.name for r in outcome.readings} <= check.names.keys()
    if outcome is not None:
        # What a form shows beforehand is what comes with the value, where one comes with it.
        told = {r.name: r.unit for r in outcome.readings if r.unit.strip()}
        assert check.kind == "script" or told == {name: check.unit(name) for name in told}


@each_check
def test_what_has_a_unit_has_a_name(check):
    assert {*check.shares, *check.units, *check.yes_no} <= check.names.keys()
    assert not {*check.shares, *check.units} & check.yes_no


@each_check
async def test_a_host_that_cannot_answer_makes_it_unmeasurable(check):
    options = options_of(check)
    with pytest.raises(Unmeasurable):
        await check.run(options, Mute(), {})


class Asked(Mute):
    """A mute host that knows whether it was asked where it is."""

    asked = False

    async def address(self):
        self.asked = True
        return await super().address()

    network = Mute.address


@each_check
async def test_what_asks_where_the_host_is_says_where_it_goes(check):
    options = options_of(check)
    host = Asked()
    with pytest.raises(Unmeasurable):
        await check.run(options, host, {})
    assert host.asked is hasattr(options, "address")
    assert not host.asked or check.goes_to(options, "192.0.2.7") == "192.0.2.7"


@each_check
def test_an_address_among_the_options_is_where_it_goes(check):
    options = options_of(check)
    if hasattr(options, "address"):
        elsewhere = dataclasses.replace(options, address="192.0.2.8")
        assert check.goes_to(elsewhere, "192.0.2.7") == "192.0.2.8"
    else:
        assert (check.goes_to is not None) is hasattr(options, "url")


@each_check
def test_its_module_says_what_it_watches(check):
    assert inspect.getdoc(inspect.getmodule(check.run))
