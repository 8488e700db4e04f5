"""Kinds of monitors in the form of limits."""

import pytest

from noroshi.web.forms.limits import kind_of

HTTP = {
    "kind": "http",
    "title": {"en": "Web page or API", "ja": "Web ページ・API"},
    "readings": {
        "days": {"en": "Certificate", "ja": "証明書"},
        "time": {"en": "Response", "ja": "応答"},
    },
    "defaults": {},
    "open": False,
    "units": {"days": "d", "time": "ms"},
    "yes_no": (),
}


@pytest.mark.parametrize(
    ("language", "units"),
    [("en", {"Certificate": "d", "Response": "ms"}), ("ja", {"証明書": "日", "応答": "ms"})],
)
def test_a_unit_of_time_is_a_word_of_the_reader(language, units):
    assert kind_of(HTTP, language).units == units
