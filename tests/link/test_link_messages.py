"""Messages of another version: what this one does not know is ignored, what is missing is default."""

from __future__ import annotations

import json

import pytest

from noroshi import schema
from noroshi.core.report import START
from noroshi.core.sender_lease import Sender
from noroshi.link.link_messages import HelloAnswer, HelloRequest, WaitAnswer, WaitRequest
from noroshi.link.report_messages import HubFate, ReportAnswer, ReportRequest

FATE = HubFate(number=7, envelope="a.1/mail/anna", fate="accepted")
LATER = {"from_a_later_version": [1, {"two": None}]}
MACHINE = {"id": "m", "host_name": "fs01", "system": "Linux"}


@pytest.mark.parametrize(
    ("shape", "fields"),
    [
        (HelloRequest, {"version": "1.2.0", "machine": {**MACHINE, **LATER}}),
        (HelloAnswer, {"hub_name": "hub1", "name": "fs01", "pins": []}),
        (WaitRequest, {}),
        (WaitAnswer, {"fates": [{"number": 7, "envelope": "e", "fate": "accepted", **LATER}]}),
        (ReportRequest, {"start": {}}),
        (ReportAnswer, {"reception": "apply", "position": {}}),
    ],
)
def test_fields_of_a_later_version_are_ignored(shape, fields):
    message = schema.value(shape, json.dumps({**fields, **LATER}))
    assert schema.value(shape, schema.text(message)) == message


def test_an_agent_of_an_earlier_version_promises_nothing_and_has_no_route():
    request = schema.value(WaitRequest, "{}")
    assert (request.sender, request.last, request.fates) == (Sender.HUB_ONLY, START, 0)
    hello = schema.value(HelloRequest, json.dumps({"version": "1", "machine": MACHINE}))
    assert not hello.own_route


def test_an_agent_of_an_earlier_version_takes_no_suppressions_and_stored_no_order():
    request = schema.value(WaitRequest, "{}")
    assert (request.suppressions, request.orders) == (None, 0)


def test_a_hub_of_an_earlier_version_names_no_fates_and_the_usual_time():
    answer = schema.value(HelloAnswer, '{"hub_name": "", "name": "", "pins": []}')
    assert (answer.alone_after, answer.fates) == (120.0, 0)
    news = schema.value(WaitAnswer, "{}")
    assert (news.fates, news.witness_rank) == ((), 0)
    assert (news.suppressions, news.orders) == (None, ())


def test_a_promise_and_fates_come_over_as_they_are():
    request = WaitRequest(sender=Sender.HUB, fates=3)
    assert schema.value(WaitRequest, schema.text(request)) == request
    news = WaitAnswer(fates=(FATE,), witness_rank=2)
    assert schema.value(WaitAnswer, schema.text(news)) == news
