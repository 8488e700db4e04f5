"""Why a rule notified or did not, in words."""

from datetime import timedelta

import pytest

from noroshi.actions.phrases import decision_text
from noroshi.core.levels import Reason, RuleTrigger
from noroshi.core.model import Rule

RULE = Rule(id="r", action="mail", contacts=(), routes=("smtp1",))


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        pytest.param(
            Rule(
                id="r", action="mail", contacts=(), routes=("smtp1",), repeat=timedelta(hours=4)
            ),
            "the problem persists; the repeat interval has not passed",
            id="an interval",
        ),
        pytest.param(
            RULE, "the problem persists; the rule sends no repeat notifications", id="none"
        ),
        pytest.param(
            None, "the problem persists; the repeat interval has not passed", id="rule removed"
        ),
    ],
)
def test_an_interval_is_named_only_where_the_rule_has_one(rule, text):
    assert decision_text(Reason.TOO_SOON, rule).en == text


def test_a_rule_that_notifies_each_time_is_not_said_to_be_silent():
    each_time = Rule(
        id="r", action="mail", contacts=(), routes=("smtp1",), trigger=RuleTrigger.EACH
    )
    assert "reminders" not in decision_text(Reason.TOO_SOON, each_time).en
