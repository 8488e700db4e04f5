"""What is wrong is told by the name of its field, as people read it."""

import pytest

from noroshi.core.definitions.self_monitoring import OWN_GROUPS
from noroshi.core.definitions.validation_errors import LIST, MISSING, NUMBER, WRONG_SORT
from noroshi.service.alarms.silences import NO_REASON
from noroshi.web.view.problem_text import problems_at

WRONG = "整数を書いてください"
PORT = "instances/web9.toml: group.web.monitor.port.options.port"
TOLD = {
    "a field of a form of its own": (
        ("until", "「x」は日時の形式が正しくありません", "silence_add"),
        "日時: 「x」は日時の形式が正しくありません",
    ),
    "what no form has": (("length", WRONG, ""), f"期間: {WRONG}"),
    "an option in a file": (
        (PORT, WRONG, ""),
        f"監視インスタンス「web9」 › web › port › ポート: {WRONG}",
    ),
    "a limit in a file": (
        ("instances/w.toml: group.a.monitor.b.limits.used.warning", WRONG, ""),
        f"監視インスタンス「w」 › a › b › しきい値 › used › 注意: {WRONG}",
    ),
    "a whole file": (("instances/web9.toml", WRONG, ""), f"監視インスタンス「web9」: {WRONG}"),
    "nothing that has a name": (("", WRONG, ""), WRONG),
}


@pytest.mark.parametrize("case", TOLD)
def test_what_is_wrong_is_told_by_what_people_call_it(case):
    (where, what, op), told = TOLD[case]
    assert problems_at(where, what, "ja", op) == told


def test_what_has_no_name_of_ours_keeps_its_key():
    assert problems_at("fancy", "no", "en") == "fancy: no"


def test_no_problem_begins_as_if_its_place_stood_before_it():
    """A Japanese text that began with a particle would want its place without a colon."""
    missing = [MISSING, OWN_GROUPS, NO_REASON, WRONG_SORT.fill(wanted=NUMBER, given=LIST)]
    for text in missing:
        assert problems_at("length", text.ja, "ja").startswith("期間: ")
        assert not text.ja.startswith(tuple("はがをにで"))
