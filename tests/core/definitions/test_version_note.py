"""Notes of versions: what a person typed, and our own in the language of whoever reads them."""

from noroshi.core.definitions.version_note import note_text, note_words, typed_note
from noroshi.core.translation import bilingual, plain
from tests.sweeps import sweep


def test_a_note_of_ours_is_told_in_both_languages():
    words = bilingual(en="stop web1", ja="web1 の監視を停止")
    assert note_words(note_text(words)) == words


@sweep(
    "note",
    [
        "",
        "more room",
        "{",
        "[1]",
        '{"en": "x"}',
        '{"en": 1, "ja": 2}',
        '{"a": "x", "b": "y"}',
        '{"en": "x", "ja": "y"}',
        '{"id": "{a:>300}", "arguments": {"a": 1}}',
        '{"message": {"id": "{a:>300}", "arguments": {"a": 1}}}',
        ' {"message": {"id": "{a:>300}", "arguments": {"a": 1}}}',
        '\n{"en": "x", "ja": "y"}',
        "[" * 5000,
    ],
)
def test_a_note_of_a_person_stays_as_it_was_typed(note):
    assert note_words(typed_note(note)) == plain(note)


def test_a_note_of_before_the_catalogues_is_told_in_both_languages():
    assert note_words('{"en": "stop", "ja": "停止"}') == bilingual(en="stop", ja="停止")


def test_one_of_ours_is_kept_as_it_is():
    assert typed_note(note_text(plain("{"))) == note_text(plain("{"))
