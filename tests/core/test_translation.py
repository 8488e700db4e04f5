"""A text is made where something happens, kept as key and arguments, and read by whoever comes."""

import json
import re
from enum import StrEnum
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo

from noroshi import answer_json, schema
from noroshi.core.stored_message import message_from, stored_form
from noroshi.core.translation import (
    NOTHING,
    Message,
    _,
    bilingual,
    composed,
    each_once,
    help_text,
    in_each_language,
    join_sentences,
    joined,
    known_language,
    list_names,
    ngettext,
    pgettext,
    plain,
    quotes,
    sentence,
    with_wording,
)
from tests.sweeps import sweep
from tools.catalogue import ENGLISH, JAPANESE, catalogue, texts

REFUSES = Message("{host} refuses connections", translations={"ja": "{host} は接続を拒みます"})
COUNTS = "count|times|tried|days|hours|minutes|left|forgotten|hits|routes"
ONE_AS_SEVERAL = re.compile(
    rf"\{{(?:{COUNTS})\}}\s+(?:more |older |of the last )?(?!(?:is|was|has|does|this)\b)[a-z]+s\b"
)
"""A place for a number, and then a noun that is always in the plural."""


def test_a_text_is_in_the_language_of_its_reader():
    assert _("Overview").say("en") == "Overview"
    assert _("Overview").say("ja") != "Overview"


def test_a_language_that_nobody_translated_into_is_english():
    assert _("Overview").say("fr") == "Overview"


def test_what_no_catalogue_knows_shows_its_english():
    newer = Message("the {part} hums", arguments={"part": "fan"})
    assert newer.both() == {"en": "the fan hums", "ja": "the fan hums"}


def test_its_places_are_filled_in_every_language():
    assert REFUSES.fill(host="fs01").ja == "fs01 は接続を拒みます"


def test_a_text_in_a_text_is_in_the_same_language():
    why = bilingual(en="a timeout", ja="時間切れ")
    assert composed("fs01: {why}", why=why).ja == "fs01: 時間切れ"


def test_an_empty_place_is_an_error_where_it_is_filled():
    with pytest.raises(KeyError, match="host"):
        REFUSES.fill(port=25)


def test_a_translation_that_wants_more_than_there_is_is_shown_all_the_same():
    older = Message("now", arguments={"n": 1}, translations={"ja": "{n} から {until} まで"})
    assert older.ja == "1 から {until} まで"


def test_braces_of_others_are_no_places():
    assert plain('{"error": 1}').en == '{"error": 1}'
    assert composed("it said {reply}", reply="{x}").en == "it said {x}"


@pytest.mark.parametrize(("count", "said"), [(1, "1 alarm"), (0, "0 alarms"), (2, "2 alarms")])
def test_one_is_told_as_one(count, said):
    assert ngettext("{count} alarm", "{count} alarms").fill(count=count).en == said


def test_a_context_tells_texts_apart_that_are_one_in_english():
    assert pgettext("between sentences", "; ").en == "; "
    assert pgettext("between sentences", "; ").ja != plain("; ").ja


def test_what_no_place_asks_for_is_not_kept():
    assert REFUSES.fill(host="fs01", path="/x/\udc80").arguments == {"host": "fs01"}


class Own(float):
    """A number of somebody else's."""


class Word(StrEnum):
    ONE = "one"


@pytest.mark.parametrize(
    ("given", "shown"), [(Own(3), "3.0"), (Word.ONE, "one"), (Path("x"), "x"), (True, "True")]
)
def test_an_argument_is_what_every_store_can_keep(given, shown):
    text = composed("{it}", it=given)
    assert text.en == shown
    assert schema.value(Message, schema.text(text)).en == shown


def test_a_number_that_json_has_not_is_kept_as_it_is_read():
    text = composed("{n:.1f} jobs", n=float("inf"))
    assert schema.value(Message, schema.text(text)).en == "inf jobs"


def test_a_text_can_be_the_number_that_decides():
    words = ngettext("{count} alarm", "{count} alarms")
    assert words.fill(count=plain("1")).en == "1 alarm"


def test_both_forms_must_be_filled():
    with pytest.raises(KeyError, match="count"):
        ngettext("the only one", "all {count}", by="n").fill(n=2)


@pytest.mark.parametrize("pattern", ["{n!z}", "{n:d}", "{n.real", "{0}"])
def test_a_damaged_row_is_shown_as_it_stands(pattern):
    assert message_from({"id": pattern, "arguments": {"n": "x"}}).en == pattern


def test_texts_are_equal_that_read_the_same():
    assert bilingual(en="a", ja="あ") == Message("a", translations={"ja": "あ"})
    assert bilingual(en="a", ja="あ") != bilingual(en="a", ja="い")
    assert len({bilingual(en="a", ja="あ"), bilingual(en="a", ja="あ")}) == 1


def test_several_texts_are_one():
    one, two = bilingual(en="a", ja="あ"), plain("b")
    assert joined([one, two]).both() == {"en": "a; b", "ja": "あ; b"}
    assert joined([one, two, one], plain(" / ")).ja == "あ / b / あ"
    assert each_once([one, two, one]).en == "a; b"


@pytest.mark.parametrize(
    ("language", "texts", "line"),
    [
        pytest.param("en", ("One.", "Two."), "One. Two.", id="a blank between sentences"),
        pytest.param("ja", ("一つ。", "二つ。"), "一つ。二つ。", id="nothing in Japanese"),
        pytest.param("ja", ("CPU 97%", "上限 90%"), "CPU 97% 上限 90%", id="no sentence ends"),
        pytest.param("ja", ("", "一つ。"), "一つ。", id="an empty one"),
        pytest.param("ja", (), "", id="none"),
    ],
)
def test_sentences_are_joined_as_their_language_does(language, texts, line):
    assert join_sentences(texts, language) == line


def test_names_are_listed_as_each_language_lists_them():
    assert list_names(["m365", "relay"]).both() == {"en": "m365, relay", "ja": "m365、relay"}
    assert (list_names(["m365"]).ja, list_names([]).ja) == ("m365", "")
    words = _("waiting for one of {routes}: {because}")
    told = words.fill(routes=list_names(["m365", "relay"]), because="busy")
    assert told.ja == "m365、relay のいずれかで送信します。待機理由: busy"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            _("can be measured again"),
            ("Can be measured again.", "再び測定できるようになりました。"),
        ),
        (
            plain("smtp.example.com says no"),
            ("smtp.example.com says no.", "smtp.example.com says no。"),
        ),
        (bilingual(en="it is so:", ja="そうです:"), ("It is so:", "そうです:")),
        (plain("以上。"), ("以上。", "以上。")),
    ],
)
def test_a_reason_is_a_sentence_of_its_own(text, said):
    assert (sentence(text).en, sentence(text).ja) == said


def test_a_page_is_made_in_each_language():
    assert in_each_language(str.upper).both() == {"en": "EN", "ja": "JA"}
    masked = with_wording(REFUSES.fill(host="web1"), lambda text: text.replace("web1", "…"))
    assert masked.both() == {"en": "… refuses connections", "ja": "… は接続を拒みます"}


def test_a_reader_of_another_language_reads_english():
    assert [known_language(one) for one in ("en", "ja", "fr", "")] == ["en", "ja", "en", "en"]


def test_a_plug_in_writes_both_languages_in_one_docstring():
    assert help_text("Where it is. / 場所です。").both() == {
        "en": "Where it is.",
        "ja": "場所です。",
    }
    assert help_text("Where it\n    is.").en == "Where it is."


@sweep(
    "text",
    [
        NOTHING,
        plain("what a program {printed}"),
        bilingual(en="yes", ja="はい"),
        _("Overview"),
        pgettext("between sentences", "; "),
        ngettext("{count} alarm", "{count} alarms").fill(count=1),
        REFUSES.fill(host="fs01"),
        composed("{why} ({n:.1f})", why=_("Overview"), n=1.25),
        composed("{n}", n=10**30),
        composed("{n}", n=Fraction(1, 3)),
        joined([_("Overview"), plain("b")]),
    ],
)
def test_what_was_stored_reads_as_before(text):
    again = schema.value(Message, schema.text(text))
    assert again.both() == text.both()
    assert message_from(json.loads(json.dumps(stored_form(text)))) == text


def test_rows_from_before_the_catalogues_are_read():
    assert schema.value(Message, '{"en":"down {0}","ja":"停止"}').both() == {
        "en": "down {0}",
        "ja": "停止",
    }


@sweep(
    "damaged",
    [
        "3",
        '"x"',
        "[]",
        "{}",
        '{"en":1,"ja":2}',
        '{"en":"a","ja":3}',
        '{"id":5}',
        '{"id":"x","arguments":null}',
        '{"id":"x","arguments":[1]}',
        '{"id":"x","arguments":{"a":[1]}}',
        '{"id":"x","arguments":{},"context":1}',
        '{"id":"x","arguments":{},"translations":"q"}',
    ],
)
def test_what_is_no_stored_text_is_unreadable(damaged):
    with pytest.raises(schema.Unreadable):
        schema.value(Message, damaged)


def test_the_api_has_it_in_both_languages():
    assert answer_json.as_json({"why": bilingual(en="yes", ja="はい")}) == {
        "why": {"en": "yes", "ja": "はい"}
    }


@pytest.mark.parametrize("path", [ENGLISH, JAPANESE])
def test_what_is_compiled_is_of_the_catalogue_of_today(path):
    """Else: make setup."""
    anew = BytesIO()
    write_mo(anew, catalogue(path))
    assert path.with_suffix(".mo").read_bytes() == anew.getvalue()


def test_a_wording_that_was_given_up_leads_to_that_of_today():
    given_up = [entry for entry in catalogue(ENGLISH) if entry.id]
    for entry in given_up:
        for english, message in of_both_numbers(entry):
            assert message.en == english
            assert message.ja not in (english, message.id, message.several)
    assert {entry.pluralizable for entry in given_up} == {True, False}


def of_both_numbers(entry):
    """Return the wording of today with the message of the one that was given up: for a text
    with two forms, of one and of two."""
    context = entry.context or ""
    if not entry.pluralizable:
        return [(entry.string, Message(entry.id, context=context))]
    one, several = entry.id
    return [
        (
            entry.string[number - 1],
            Message(
                one, several=several, by="many", arguments={"many": number}, context=context
            ),
        )
        for number in (1, 2)
    ]


def found_in(english):
    return [found[0] for found in ONE_AS_SEVERAL.finditer(english)]


def test_no_text_tells_one_as_several():
    there = list(texts())
    assert len(there) > 1000
    fixed = [one.id for one in there if not one.several]
    assert {text: bad for text in fixed if (bad := found_in(text))} == {}


@pytest.mark.parametrize(
    ("text", "bad"),
    [
        ("{count} silences are there", ["{count} silences"]),
        ("and {count} more problems", ["{count} more problems"]),
        ("there are {count} of this name", []),
        ("{name} signs in", []),
    ],
)
def test_the_sweep_finds_what_it_is_for(text, bad):
    assert found_in(text) == bad


@pytest.mark.parametrize(
    ("text", "is_quoted"),
    [
        (_("{host} refuses connections").fill(host="a: 550 no"), True),
        (composed("{x} {y}", x="1", y=joined([plain("550 no"), plain("z")])), True),
        (plain("it said 550 no."), True),
        (bilingual(en="550 no", ja="550 no です"), True),
        (_("550 no"), False),
        (_("{host} refuses connections").fill(host="a"), False),
        (plain("no"), False),
    ],
)
def test_a_reply_is_quoted_by_a_text_that_was_filled_with_it(text, is_quoted):
    assert quotes(text, "550 no") is is_quoted
    assert quotes(text, "")
