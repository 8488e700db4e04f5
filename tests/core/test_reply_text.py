"""Replies that are the same but for what a server makes up for each."""

from dataclasses import replace

from noroshi.core.mail import Verdict
from noroshi.core.reply_text import same_attempt_key, without_numbers
from noroshi.core.translation import NOTHING, plain
from noroshi.operations.mail_answers import Said

BUSY = Said(
    address="a@b.example",
    verdict=Verdict.DEFERRED,
    code=451,
    enhanced="4.7.500",
    text="4.7.500 Server busy [TY2PR01 2026-04-01T06:00]",
    words=plain("the server is busy [TY2PR01]"),
    quoted=False,
)
SILENT = replace(BUSY, code=0, enhanced="", text="")


def key_of(*replies, route="smtp1"):
    return same_attempt_key(route, replies)


def test_the_id_that_a_server_gives_each_reply_makes_it_no_other_one():
    later = replace(BUSY, text="4.7.500 Server busy [SG2PR04 2026-04-01T07:00]", words=NOTHING)
    assert key_of(BUSY) == key_of(later)
    assert key_of(BUSY) != key_of(replace(BUSY, code=452))
    assert key_of(BUSY) != key_of(replace(BUSY, text="4.7.500 Try later"))


def test_where_nothing_was_said_the_meaning_tells_them_apart():
    assert key_of(SILENT) == key_of(replace(SILENT))
    assert key_of(SILENT) != key_of(replace(SILENT, words=plain("refused")))


def test_the_same_reply_by_another_route_or_to_another_address_is_another_attempt():
    assert key_of(SILENT) != key_of(SILENT, route="graph1")
    assert key_of(BUSY, SILENT) == key_of(BUSY, replace(SILENT)) != key_of(BUSY)


def test_numbers_and_names_of_a_reply_are_left_out():
    assert without_numbers("busy [a] <b@c> until 10:00 ok") == "busy   until  ok"
