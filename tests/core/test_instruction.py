"""The next step is a value, which each medium puts into words."""

import json
import re

import pytest

from noroshi import schema
from noroshi.core.instruction import (
    GUIDANCE,
    Instruction,
    InstructionKind,
    followed_by,
    with_instruction,
)
from noroshi.core.stored_message import message_from, stored_form
from noroshi.core.translation import Medium, Message, _, composed, joined, ngettext, sentence
from tests.sweeps import sweep

LANGUAGES = ("en", "ja")
COMMAND = re.compile(r"noroshi [a-z]|--[a-z]")
OF_PAGES = re.compile(r"\bpage\b|\bbelow\b|画面|下の")
WITHOUT_A_PAGE = {
    InstructionKind.PUT_ENTRY,
    InstructionKind.REMOVE_ENTRY,
    InstructionKind.SHOW_ENTRIES,
    InstructionKind.SIGN_IN_TO_READ,
    InstructionKind.SIGN_IN_TO_READ_PLACE,
}
"""What only a command does: an entry of the vault that no route has a field for, say."""
WITH_ITS_PAGE = {InstructionKind.DIAGNOSE}
"""The page that its text names is the provider's."""


def filled(kind):
    one = Instruction(kind)
    return one.fill(**{name: f"<{name}>" for name in one.places})


each_kind = sweep("kind", [*InstructionKind])


@sweep("language", LANGUAGES)
@sweep("medium", [*Medium])
@each_kind
def test_every_kind_reads_well_everywhere(kind, medium, language):
    text = filled(kind).say(language, medium)
    assert text.strip() == text != ""
    assert not re.search(r"[{}]| {2}| [.。]", text)


@sweep("language", LANGUAGES)
@each_kind
def test_a_terminal_is_told_the_command_and_no_page(kind, language):
    text = filled(kind).say(language)
    assert filled(kind).command().say(language) in text
    assert kind in WITH_ITS_PAGE or not OF_PAGES.search(text)


@sweep("language", LANGUAGES)
@each_kind
def test_a_page_is_told_the_place_and_no_command(kind, language):
    text = filled(kind).say(language, Medium.PAGE)
    assert bool(COMMAND.search(text)) == (kind in WITHOUT_A_PAGE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_are_spoken_of_on_pages(language):
    told = [filled(one).say(language, Medium.PAGE) for one in InstructionKind]
    assert [text for text in told if OF_PAGES.search(text)]


@sweep("language", LANGUAGES)
@each_kind
def test_a_mail_is_told_the_command(kind, language):
    text = filled(kind).say(language, Medium.MAIL)
    assert filled(kind).command().say(language) in text


def test_every_kind_has_a_wording_and_no_other_has_one():
    assert GUIDANCE.keys() == {*InstructionKind}
    assert {kind for kind, told in GUIDANCE.items() if told.page is None} == WITHOUT_A_PAGE


@each_kind
def test_what_is_stored_is_told_to_whoever_reads_it(kind):
    again = schema.value(Message, schema.text(filled(kind)))
    for medium in Medium:
        assert again.both(medium) == filled(kind).both(medium)


NO_MAIL = followed_by(_("There is no message “{id}” in the queue."), InstructionKind.SHOW_MAIL)


def test_a_sentence_and_what_comes_after_it_are_filled_together():
    text = NO_MAIL.fill(id="01X", mail="01Y")
    assert text.en == "There is no message “01X” in the queue. See: noroshi queue show 01Y"
    assert (
        text.say("en", Medium.PAGE) == "There is no message “01X” in the queue. See the queue."
    )
    with pytest.raises(KeyError, match="mail"):
        NO_MAIL.fill(id="01X")


def test_a_sentence_that_counts_is_filled_too():
    text = followed_by(ngettext("{count} alarm", "{count} alarms"), InstructionKind.SHOW_ALARMS)
    assert text.fill(count=2).say("en", Medium.PAGE) == "2 alarms See the Alarms page."


@pytest.mark.parametrize(
    "kept", [lambda text: text, lambda text: message_from(stored_form(text))]
)
def test_a_command_that_ends_a_sentence_has_no_full_stop(kept):
    text = followed_by(_("is required."), InstructionKind.PUT_ENTRY, entry="proxy")
    said = sentence(kept(text))
    assert said.en == "Is required. Store it: noroshi secret set proxy"
    assert said.ja.endswith("noroshi secret set proxy で登録してください。")
    alone = sentence(Instruction(InstructionKind.PUT_ENTRY).fill(entry="proxy"))
    assert alone.en == "Store it: noroshi secret set proxy"


def test_what_others_said_is_not_filled():
    text = followed_by(Message('it said "{route}"', translations={}), InstructionKind.SIGN_IN)
    assert text.fill(route="smtp1").en == 'it said "{route}" Sign in: noroshi authorize smtp1'


def test_a_text_has_its_instruction_where_its_language_wants_it():
    pattern = Message(
        "Sign in as {user} ({instruction}).",
        translations={"ja": "({instruction}) {user} でサインイン。"},
    )
    text = with_instruction(pattern, InstructionKind.SIGN_IN_PLACE).fill(user="a", route="r")
    assert text.en == "Sign in as a (noroshi authorize r)."
    assert text.say("en", Medium.PAGE) == "Sign in as a (on the route's page)."
    assert text.say("ja", Medium.PAGE) == "(経路の画面で) a でサインイン。"


def test_a_text_within_texts_is_told_for_the_reader():
    inner = NO_MAIL.fill(id="1", mail="2")
    text = joined([composed("{where}: {what}", where="x", what=inner), _("Overview")])
    assert text.say("en", Medium.PAGE).startswith(
        "x: There is no message “1” in the queue. See the"
    )
    again = message_from(json.loads(json.dumps(stored_form(text))))
    assert again.both(Medium.PAGE) == text.both(Medium.PAGE)


def test_an_instruction_of_a_newer_version_reads_as_the_command():
    kept = stored_form(Instruction(InstructionKind.SIGN_IN).fill(route="smtp1"))
    kept |= {"id": "Sign in by {command}", "instruction": "sign_in_by_stars"}
    assert message_from(kept).both(Medium.PAGE) == {
        "en": "Sign in by noroshi authorize smtp1",
        "ja": "Sign in by noroshi authorize smtp1",
    }


def test_an_older_version_reads_the_command_too():
    kept = stored_form(Instruction(InstructionKind.SIGN_IN).fill(route="smtp1"))
    del kept["instruction"]
    assert message_from(kept).en == "Sign in: noroshi authorize smtp1"


@pytest.mark.parametrize("damage", [{"arguments": {}}, {"instruction": 5}])
def test_a_damaged_instruction_is_shown_as_a_text(damage):
    kept = stored_form(Instruction(InstructionKind.SIGN_IN).fill(route="smtp1"))
    assert message_from(kept | damage).en.startswith("Sign in: ")
