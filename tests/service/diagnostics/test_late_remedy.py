"""What a mail alone meets is told with what mends it."""

import pytest

from noroshi.core.mail import Answer, Receipt, Route, Verdict
from noroshi.ports.examination import Whose
from noroshi.service.diagnostics.examinations import late_remedy
from noroshi.testing import DAWN
from tests.transports.diagnostics.examination_runner import EXAM

FULL = "5.2.2 mailbox full; STOREDRV.Submission.Exception:QuotaExceededException"
MAIL = "ops@example.com"


def met(route, code, text, enhanced="", verdict=Verdict.ROUTE_DOWN):
    return Receipt(at=DAWN, answers={MAIL: Answer(verdict, text, code, enhanced)}, route=route)


def remedy(kind, *receipts):
    return late_remedy(Route(name="m365", kind=kind), receipts, EXAM)


def test_a_mailbox_that_is_full_has_who_and_how_and_lines_with_ones_own_values():
    found = remedy("smtp", met("m365", 554, FULL, "5.2.2"))
    assert found.whose is Whose.ADMINISTRATOR and found.how and found.lines
    assert "<" not in "".join(found.lines).replace("<user>", "")


def test_the_newest_answer_of_this_route_counts():
    throttled = met("m365", 429, "ApplicationThrottled")
    found = remedy("graph", throttled, met("other", 554, FULL, "5.2.2"))
    assert found is not None and found.takes.en


@pytest.mark.parametrize(
    ("kind", "receipts"),
    [
        pytest.param("smtp", [], id="nothing was tried"),
        pytest.param("smtp", [met("m365", 0, "")], id="no server answered"),
        pytest.param("webhook", [met("m365", 500, "x")], id="a kind without a table"),
        pytest.param("smtp", [met("m365", 250, "ok", "", Verdict.ACCEPTED)], id="it was taken"),
    ],
)
def test_where_nothing_is_known_nothing_is_told(kind, receipts):
    assert remedy(kind, *receipts) is None
