"""Replies that are the same but for what a server makes up for each."""

from dataclasses import replace

from noroshi.core.mail import Verdict
from noroshi.core.reply_text import same_reply_key, without_numbers
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


def test_the_id_that_a_server_gives_each_reply_makes_it_no_other_one():
    later = replace(BUSY, text="4.7.500 Server busy [SG2PR04 2026-04-01T07:00]", words=NOTHING)
    assert same_reply_key(BUSY) == same_reply_key(later)
    assert same_reply_key(BUSY) != same_reply_key(replace(BUSY, code=452))
    assert same_reply_key(BUSY) != same_reply_key(replace(BUSY, text="4.7.500 Try later"))


def test_where_nothing_was_said_the_meaning_tells_them_apart():
    assert same_reply_key(SILENT) == same_reply_key(replace(SILENT))
    assert same_reply_key(SILENT) != same_reply_key(replace(SILENT, words=plain("refused")))


def test_numbers_and_names_of_a_reply_are_left_out():
    assert without_numbers("busy [a] <b@c> until 10:00 ok") == "busy   until  ok"
