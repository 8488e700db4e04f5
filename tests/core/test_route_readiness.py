"""How far a route can be trusted to send."""

import pytest

from noroshi.core.route_readiness import (
    RouteEvidence,
    Sends,
    count_readiness,
    nothing_against,
    sends,
)

WELL = {
    "is_open": False,
    "lacks_secret": False,
    "is_signed_in": True,
    "has_token": False,
    "accepted": True,
    "failed": False,
}


@pytest.mark.parametrize(
    ("known", "found"),
    [
        pytest.param({}, Sends.PROVED, id="a mail was accepted"),
        pytest.param({"accepted": False}, Sends.UNPROVED, id="none yet"),
        pytest.param({"failed": True}, Sends.DOUBTED, id="a failed diagnosis"),
        pytest.param(
            {"is_signed_in": False, "has_token": True}, Sends.FOR_NOW, id="a refused sign-in"
        ),
        pytest.param(
            {"is_signed_in": False, "has_token": True, "is_open": True},
            Sends.NO,
            id="once its token ended",
        ),
        pytest.param({"is_signed_in": False}, Sends.NO, id="never a token"),
        pytest.param({"lacks_secret": True}, Sends.NO, id="no password"),
        pytest.param({"is_open": True}, Sends.NO, id="it rests"),
    ],
)
def test_what_a_route_s_next_mail_may_count_on(known, found):
    assert sends(RouteEvidence(**{**WELL, **known})) is found
    assert nothing_against(found) is (found not in (Sends.NO, Sends.FOR_NOW))


def test_routes_are_counted_once_each():
    ways = count_readiness(Sends)
    assert (
        ways.count,
        ways.blocked_count,
        ways.unsure_count,
        ways.doubted_count,
        ways.unproved_count,
    ) == (5, 1, 1, 1, 1)
    assert ways.usable == 3
