"""A text names settings as values, so that a form finds its fields and shows their labels."""

import json

from noroshi import schema
from noroshi.core.marked_names import SettingName, setting_at, settings_in, with_settings
from noroshi.core.stored_message import message_from, stored_form
from noroshi.core.translation import Medium, Message, bilingual, composed, marks_of

EITHER = with_settings(
    bilingual(en="set {url} or {entry}, not {given}", ja="{entry} か {url} を ({given})"),
    "url",
    "entry",
).fill(given="host")


def test_a_page_knows_which_settings_a_text_names_in_the_order_of_its_language():
    text = EITHER.say("en", Medium.PAGE)
    assert text == "set url or entry, not host"
    assert settings_in(text) == ("url", "entry")
    assert settings_in(EITHER.say("ja", Medium.PAGE)) == ("entry", "url")
    assert [text[mark.start : mark.end] for mark in marks_of(text)] == ["url", "entry"]
    assert [setting_at(mark) for mark in marks_of(text)] == ["url", "entry"]


def test_within_other_texts_they_are_known_too():
    text = composed("{{x}} {what} {number:>5}", what=EITHER, number=7).say("en", Medium.PAGE)
    assert text == "{x} set url or entry, not host     7"
    assert [text[mark.start : mark.end] for mark in marks_of(text)] == ["url", "entry"]


def test_elsewhere_a_name_is_a_word():
    assert EITHER.en == "set url or entry, not host"
    assert settings_in(EITHER.en) == settings_in("url") == ()
    assert SettingName("url").both() == {"en": "url", "ja": "url"}


def test_what_is_stored_names_its_settings_still():
    again = message_from(json.loads(json.dumps(stored_form(EITHER))))
    assert settings_in(again.say("en", Medium.PAGE)) == ("url", "entry")
    assert again == EITHER


def test_a_text_that_a_page_was_given_is_stored_by_its_words():
    given = bilingual(**EITHER.both(Medium.PAGE))
    assert schema.value(Message, schema.text(given)) == EITHER


def test_a_version_without_them_reads_the_name():
    kept = stored_form(SettingName("url"))
    del kept["setting"]
    assert type(message_from(kept)) is Message and message_from(kept).ja == "url"
