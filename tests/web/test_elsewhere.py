"""A route's page says that alarms go by the other routes only where another one can send."""

import pytest

from noroshi.core.route_readiness import Sends
from noroshi.web.view.route import has_other_route
from tests.web.sample_answers import route_status


def routes(**states):
    return [route_status(name, sends=Sends(one)) for name, one in states.items()]


def rules(*orders):
    return {f"rules/r{number}": {"routes": list(one)} for number, one in enumerate(orders)}


@pytest.mark.parametrize(
    ("orders", "states", "true"),
    [
        pytest.param(
            [("a", "b")], {"a": "no", "b": "proved"}, True, id="the other one is well"
        ),
        pytest.param([("a", "b")], {"a": "no", "b": "for now"}, False, id="none is well"),
        pytest.param([("a",)], {"a": "no", "b": "proved"}, False, id="the rule names no other"),
        pytest.param(
            [("a", "b"), ("a",)],
            {"a": "no", "b": "proved"},
            False,
            id="one rule names no other",
        ),
        pytest.param([], {"a": "no", "b": "proved"}, False, id="no rule names it"),
    ],
)
def test_alarms_go_by_the_others_where_each_rule_has_one_that_can_send(orders, states, true):
    assert has_other_route("a", routes(**states), rules(*orders)) is true
