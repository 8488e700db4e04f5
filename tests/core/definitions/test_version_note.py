"""Notes of versions: what a person typed, and our own in the language of whoever reads them."""

import pytest

from noroshi.core.definitions.version_note import note_text, note_words
from noroshi.core.translation import bilingual, plain


def test_a_note_of_ours_is_told_in_both_languages():
    words = bilingual(en="stop web1", ja="web1 の監視を停止")
    assert note_words(note_text(words)) == words


@pytest.mark.parametrize(
    "note",
    ["", "more room", "{", "[1]", '{"en": "x"}', '{"en": 1, "ja": 2}', '{"a": "x", "b": "y"}'],
)
def test_a_note_of_a_person_stays_as_it_was_typed(note):
    assert note_words(note) == plain(note)
