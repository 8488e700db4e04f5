"""The digest that tells a mail, as the reason of that mail."""

import json

import pytest

from noroshi.core.digest_id import DigestId, digest_in
from noroshi.core.stored_message import message_from, stored_form
from noroshi.core.translation import NOTHING, bilingual, plain


def test_it_is_read_for_one_as_it_was_stored():
    again = message_from(json.loads(json.dumps(stored_form(DigestId("b/together")))))
    assert isinstance(again, DigestId) and digest_in(again) == again.ja == "b/together"


@pytest.mark.parametrize(
    ("reason", "id"),
    [
        (DigestId("another form of id"), "another form of id"),
        (plain("b/together"), "b/together"),
        (message_from({"en": "b/together", "ja": "b/together"}), "b/together"),
        (bilingual(en="b/together", ja="b"), ""),
        (plain("sato"), ""),
        (NOTHING, ""),
    ],
)
def test_rows_of_before_are_known_by_how_the_id_ends(reason, id):
    assert digest_in(reason) == id
