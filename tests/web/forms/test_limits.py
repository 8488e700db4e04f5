"""Kinds of monitors in the form of limits."""

import pytest

from noroshi.core.translation import NOTHING, bilingual
from noroshi.operations.kind_answers import Kind as KindAnswer
from noroshi.web.forms.limits import kind_of

HTTP = KindAnswer(
    family="monitor",
    kind="http",
    title=bilingual(en="Web page or API", ja="Web ページ・API"),
    help=NOTHING,
    options={},
    readings={
        "days": bilingual(en="Certificate", ja="証明書"),
        "time": bilingual(en="Response", ja="応答"),
    },
    limits={},
    units={"days": "d", "time": "ms"},
    defaults={},
    open=False,
    runs=False,
)


@pytest.mark.parametrize(
    ("language", "units"),
    [("en", {"Certificate": "d", "Response": "ms"}), ("ja", {"証明書": "日", "応答": "ms"})],
)
def test_a_unit_of_time_is_a_word_of_the_reader(language, units):
    assert kind_of(HTTP, language).units == units
