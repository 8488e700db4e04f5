"""Bodies of the link's messages: read as they were written, and never larger than is allowed."""

import hashlib
import json
import zlib
from dataclasses import replace

import pytest

from noroshi.core.agents import Life, Machine
from noroshi.core.definitions.document import Document
from noroshi.link import body_dictionary
from noroshi.link.link_messages import (
    MOST_BYTES_INFLATED,
    Accepted,
    FetchAnswer,
    HelloRequest,
    LinkFault,
    Refused,
    WaitRequest,
)
from noroshi.link.message_body import (
    BadBodyError,
    Body,
    BodyTooLargeError,
    EarlierText,
    EarlierTextMissingError,
    body_of,
    inflated_text,
    message_in,
    message_in_text,
    text_of,
)

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
    assert body.coding == "noroshi-1" and len(body.content) < 1000
    assert body_of(Accepted()).coding == ""


def test_what_an_agent_asks_all_day_takes_few_bytes():
    body = body_of(WaitRequest(configuration="a" * 64, suppressions="b" * 64))
    assert body.coding == "noroshi-1" and len(body.content) < 60


def test_the_text_that_both_sides_know_never_changes():
    """Other text is another encoding: it needs another name."""
    digest = hashlib.sha256(body_dictionary.TEXT).hexdigest()
    assert (body_dictionary.NAME, digest) == (
        "noroshi-1",
        "c04b2b3747ac8eb2965c5f3f22de2d1173364351e70e0ce6073d96ff2260c157",
    )


def deflated(content):
    deflation = zlib.compressobj(wbits=-zlib.MAX_WBITS, zdict=body_dictionary.TEXT)
    return deflation.compress(content) + deflation.flush()


def test_fields_of_a_newer_version_are_ignored():
    table = {"life": {"number": 3, "mark": "ab"}, "surplus": [1]}
    assert message_in(Accepted, Body(json.dumps(table).encode())) == Accepted(
        life=Life(3, "ab")
    )


def test_a_body_that_inflates_without_end_is_refused():
    bomb = Body(deflated(bytes(MOST_BYTES_INFLATED + 1)), "noroshi-1")
    with pytest.raises(BodyTooLargeError):
        message_in(Accepted, bomb)


@pytest.mark.parametrize(
    "body",
    [
        Body(b"[]"),
        Body(b"\xff"),
        Body(b"{}", "gzip"),
        Body(zlib.compress(b"{}"), "deflate"),
        Body(b"not deflated", "noroshi-1"),
        Body(deflated(b"{}")[:-2], "noroshi-1"),
    ],
)
def test_what_is_no_message_is_refused(body):
    with pytest.raises(BadBodyError):
        message_in(Accepted, body)


def test_a_message_like_the_one_before_takes_few_bytes_for_who_has_that():
    before, after = (
        replace(LARGE, configuration=name, documents=LARGE.documents[::-1]) for name in "ab"
    )
    earlier_text = EarlierText.end_of(text_of(before))
    body = body_of(after, earlier_text)
    assert body.coding == "noroshi-2" and len(body.content) < 100
    assert message_in_text(FetchAnswer, inflated_text(body, earlier_text)) == after
    for other_text in (EarlierText(), EarlierText.end_of(text_of(after))):
        with pytest.raises(EarlierTextMissingError):
            inflated_text(body, other_text)
    with pytest.raises(EarlierTextMissingError):
        message_in(FetchAnswer, body)


def test_of_a_long_text_its_end_counts():
    earlier_text = EarlierText.end_of(b"a" * 100_000 + b"b" * 40_000)
    assert set(earlier_text.content) == {ord("b")} and len(earlier_text.content) < 32 * 1024
    body = body_of(LARGE, earlier_text)
    assert message_in_text(FetchAnswer, inflated_text(body, earlier_text)) == LARGE


@pytest.mark.parametrize("content", [b"", b"1234567", b"12345678", b"12345678" + b"x" * 90])
def test_a_body_by_an_earlier_text_that_nobody_has_is_none(content):
    with pytest.raises(BadBodyError):
        inflated_text(Body(content, "noroshi-2"))
