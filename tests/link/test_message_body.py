"""Bodies of the link's messages: read as they were written, and never larger than is allowed."""

import json
import zlib

import pytest

from noroshi.core.agents import Life, Machine
from noroshi.core.definitions.document import Document
from noroshi.link.link_messages import (
    MOST_BYTES_INFLATED,
    Accepted,
    FetchAnswer,
    HelloRequest,
    LinkFault,
    Refused,
    WaitRequest,
)
from noroshi.link.message_body import BadBodyError, Body, BodyTooLargeError, body_of, message_in

HELLO = HelloRequest(
    version="1.0",
    machine=Machine(host_name="fs01", addresses=("192.0.2.1",)),
    kinds=("disk", "port"),
    clock=12.5,
)
LARGE = FetchAnswer(
    configuration="c1",
    documents=tuple(Document(f"instances/i{n}", '{"title":"サーバー"}') for n in range(100)),
)


@pytest.mark.parametrize(
    "message", [HELLO, LARGE, Refused(fault=LinkFault.STALE), Accepted(life=Life(3, "ab"))]
)
def test_a_message_is_read_as_it_was_written(message):
    assert message_in(type(message), body_of(message)) == message


def test_a_large_message_is_deflated():
    body = body_of(LARGE)
    assert body.coding == "deflate" and len(body.content) < 1000
    assert body_of(Accepted()).coding == ""


def test_what_an_agent_asks_all_day_takes_few_bytes():
    body = body_of(WaitRequest(configuration="a" * 64, suppressions="b" * 64))
    assert body.coding == "deflate" and len(body.content) < 200


def test_fields_of_a_newer_version_are_ignored():
    table = {"life": {"number": 3, "mark": "ab"}, "surplus": [1]}
    assert message_in(Accepted, Body(json.dumps(table).encode())) == Accepted(
        life=Life(3, "ab")
    )


def test_a_body_that_inflates_without_end_is_refused():
    bomb = Body(zlib.compress(bytes(MOST_BYTES_INFLATED + 1)), "deflate")
    with pytest.raises(BodyTooLargeError):
        message_in(Accepted, bomb)


@pytest.mark.parametrize(
    "body",
    [
        Body(b"[]"),
        Body(b"\xff"),
        Body(b"{}", "gzip"),
        Body(b"no zlib", "deflate"),
        Body(zlib.compress(b"{}")[:-2], "deflate"),
    ],
)
def test_what_is_no_message_is_refused(body):
    with pytest.raises(BadBodyError):
        message_in(Accepted, body)
