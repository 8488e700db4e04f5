"""What an agent says is read in each language, and is neither a pattern nor a command of its own."""

from __future__ import annotations

import pytest

from noroshi.core.command_text import CommandText
from noroshi.core.instruction import Instruction, InstructionKind
from noroshi.core.model import Instance, Monitor
from noroshi.core.reported_text import event_life, neutral_message
from noroshi.core.translation import Message, _, bilingual, plain

MONITOR = Monitor(
    id="m", name="disks", instance=Instance(name="i"), group="g", kind="disk", options=None
)


def test_a_text_of_the_catalogue_stays_one_and_what_fills_it_is_printable():
    text = _("no answer within {seconds:g} s").fill(seconds=3.0)
    assert neutral_message(text) == text
    assert neutral_message(text).ja != text.en
    odd = Message("{why}", arguments={"why": "a\x1bb"}, translations={})
    assert neutral_message(odd).en == "a?b"


def test_a_text_that_brings_its_japanese_along_keeps_it():
    assert neutral_message(bilingual(en="full", ja="満杯")).ja == "満杯"


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("{x:>1000000000}", "3"),
        ("{x.__class__.__mro__}", "{x.__class__.__mro__}"),
        ("{x!r:>9}", "{x!r:>9}"),
        ("{x:{x}}", "{x:3}"),
        ("}{", "}{"),
    ],
)
def test_a_pattern_of_somebody_elses_is_filled_by_name_alone(pattern, text):
    assert neutral_message(Message(pattern, arguments={"x": 3})).en == text


def test_a_plural_form_and_a_translation_are_patterns_too():
    several = Message("{n} line", several="{n:>99999999}", by="n", arguments={"n": 2})
    assert neutral_message(several).en == "2 line"
    translated = Message("ok", translations={"ja": "{n:>99999999}"}, arguments={"n": 2})
    assert neutral_message(translated).ja == "ok"


def test_commands_and_instructions_are_plain_words():
    inner = CommandText("user remove", plain("admin"))
    step = Instruction(InstructionKind.SIGN_IN, {"route": "m365"})
    text = Message("run {c} or {s}", arguments={"c": inner, "s": step})
    neutral = neutral_message(text)
    assert all(type(one) is Message for one in neutral.arguments.values())


def test_long_and_deep_texts_are_cut():
    assert len(neutral_message(plain("x" * 100_000)).en) == 2000
    deep = plain("end")
    for _level in range(50):
        deep = Message("{x}", arguments={"x": deep})
    assert len(neutral_message(deep).en) < 10


def test_a_text_that_fills_itself_many_times_does_not_grow():
    bomb = plain("x" * 1500)
    for _level in range(4):
        bomb = Message("{x}" * 40, arguments={"x": bomb})
    assert len(neutral_message(bomb).en) <= 8000
    many = Message("{x}" * 600, arguments={"x": "y" * 1000})
    assert len(neutral_message(many).en) <= 8000


@pytest.mark.parametrize(
    ("id", "life"),
    [
        ("m.1", ""),
        ("m.12~ab1", "ab1"),
        ("m.x", None),
        ("m.1.1", None),
        ("other.1", None),
        ("m.1~", None),
        ("m.1~a/b", None),
    ],
)
def test_an_id_of_an_event_is_one_of_its_monitor(id, life):
    assert event_life(id, MONITOR) == life
