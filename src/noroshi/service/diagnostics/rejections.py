"""What mends what a mail alone meets: no stage finds it, and the answer to the last mail tells it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from noroshi.core.mail import Answer, Receipt, Route, Verdict
from noroshi.ports.examination import Exam, Remedy
from noroshi.transports.diagnostics.connection_remedies import advice_on
from noroshi.transports.diagnostics.http import graph_advice
from noroshi.transports.remedies.remedy import Advice

TABLES: Mapping[str, Callable[[Answer], Advice]] = {
    "smtp": lambda answer: advice_on(answer.code, answer.enhanced, answer.text),
    "graph": lambda answer: graph_advice(answer.code, answer.text),
}
"""By kind of route, where the answers of its servers are looked up."""


def late_remedy(route: Route, receipts: Sequence[Receipt], exam: Exam) -> Remedy | None:
    """By the newest answer of this route that took no mail, if its server gave one."""
    table = TABLES.get(route.kind)
    last = next((one for one in reversed(receipts) if one.route == route.name), None)
    if table is None or last is None:
        return None
    said = (one for one in last.answers.values() if one.verdict is not Verdict.ACCEPTED)
    answer = next((one for one in said if one.code), None)
    return None if answer is None else table(answer).remedy(_filled(route, exam))


def _filled(route: Route, exam: Exam) -> Exam:
    """With what the route sends as; what was replied stands beside the remedy already."""
    parties = getattr(route.options, "parties", None)
    if parties is None:
        return exam
    told = {"user": parties.user, "sender": parties.sender, "envelope": parties.envelope}
    return replace(exam, values={**exam.values, **{k: v for k, v in told.items() if v}})
