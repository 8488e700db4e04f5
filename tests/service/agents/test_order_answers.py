"""What an agent answers to an order is read as what agents say is: bounded, neutral, and nothing of it
runs or leads anywhere."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from noroshi import schema
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.model import Instance, Monitor, Reading, Sample
from noroshi.core.reported_text import UnfitReportError
from noroshi.core.translation import Message, plain
from noroshi.link.order_messages import (
    MOST_ANSWER,
    Discovered,
    Examined,
    ExaminedStage,
    MeasuredOnTrial,
    OrderAnswer,
    ProgramFound,
    ServiceFound,
)
from noroshi.ports import Listener, Memory, Volume
from noroshi.service.agents.order_answers import (
    MOST_FOUND,
    answer_in,
    clean_discovery,
    clean_examination,
    clean_trial,
    result_of,
)
from noroshi.service.errors import OperationFailedError

NOW = datetime(2026, 4, 1, 6, 0, tzinfo=UTC)
DISKS = Monitor(
    id="m",
    name="disks",
    instance=Instance(name="files"),
    group="base",
    kind="disk",
    options=None,
)
EVIL = "evil\x1b[2J\u202e"
HUGE = Message("{x:>1000000000}", arguments={"x": "1"})


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("forbidden", "noroshi.toml on fs01 does not allow this request"),
        ("expired", "did not process the request in time"),
        ("interrupted", "has since been restarted"),
        ("failed", "could not carry out the request: evil?[2J?"),
        ("of a later version", "could not carry out the request: evil?[2J?"),
    ],
)
def test_an_order_that_was_not_done_says_why(outcome, words):
    answer = OrderAnswer(order="o1", outcome=outcome, words=plain(EVIL))
    with pytest.raises(OperationFailedError) as refusal:
        result_of(answer, Discovered, "fs01")
    assert words in refusal.value.words.en


def test_a_command_in_the_words_of_an_agent_is_no_command_here():
    words = with_commands(plain("run {it}"), it=CommandText("leave"))
    answer = schema.value(
        OrderAnswer, schema.text(OrderAnswer(order="o1", outcome="failed", words=words))
    )
    with pytest.raises(OperationFailedError) as refusal:
        result_of(answer, Discovered, "fs01")
    assert type(refusal.value.words.arguments["why"]) is Message


@pytest.mark.parametrize("body", ["", "[]", "{", '{"zone": 7}', '"' + "x" * MOST_ANSWER + '"'])
def test_what_is_no_result_is_told_as_that(body):
    answer = OrderAnswer(order="o1", outcome="done", body=body)
    with pytest.raises(OperationFailedError, match="cannot process"):
        result_of(answer, Discovered, "fs01")
    assert answer_in(body) is None


def test_a_computer_has_what_a_computer_can_have():
    zone = "Asia/Tokyo"
    found = Discovered(
        zone=zone,
        volumes=(Volume(EVIL, 100, 50), Volume("/a", 10, 11), Volume("/b", 1 << 62, 0)),
        memory=Memory(total=10, available=11),
        cores=-4,
        programs=(ProgramFound(name=EVIL, count=-1),) * (MOST_FOUND + 1),
        services=(ServiceFound(name=EVIL, is_running=True),) * (MOST_FOUND + 1),
        listeners=(Listener("0.0.0.0", 443), Listener("x; rm", 22), Listener("::1", 70000)),
    )
    clean = clean_discovery(found)
    assert (clean.zone, clean.memory, clean.cores) == (zone, None, 0)
    assert clean.volumes == (Volume("evil?[2J?", 100, 50),)
    assert clean.listeners == (Listener("0.0.0.0", 443),)
    assert clean.programs[0] == ProgramFound(name="evil?[2J?", count=0)
    assert clean.services[0] == ServiceFound(name="evil?[2J?", is_running=True)
    assert len(clean.programs) == len(clean.services) == MOST_FOUND
    for odd in ("../../etc/passwd", "Nowhere/City", "a\x00b"):
        assert clean_discovery(Discovered(zone=odd)).zone == ""


def test_stages_are_text():
    stage = ExaminedStage(name=EVIL, finding=HUGE, remarks=(plain(EVIL),) * 100)
    (clean,) = clean_examination(Examined(stages=(stage,))).stages
    assert clean.name == "evil?[2J?" and len(clean.finding.en) < 100
    assert clean.remarks[0].en == "evil?[2J?" and len(clean.remarks) < 100


def test_a_trial_is_a_sample_like_any_that_an_agent_reports():
    reading = Reading("used", 95.0, "%", EVIL)
    trial = MeasuredOnTrial(
        sample=Sample(NOW, (reading,), memory={"x": 1}), seconds=1e9, preview=(plain(EVIL),)
    )
    clean = clean_trial(trial, DISKS, NOW)
    assert clean.sample.readings[0].item == "evil?[2J?" and not clean.sample.memory
    assert clean.seconds <= 3600 and clean.preview[0].en == "evil?[2J?"
    unfit = MeasuredOnTrial(sample=Sample(NOW), seconds=float("nan"))
    with pytest.raises(UnfitReportError):
        clean_trial(unfit, DISKS, NOW)
