"""docs/use/verdicts.md shows the table as the code has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from noroshi.core.mail import Fault, Verdict
from noroshi.transports.http.status_codes import http_rules
from noroshi.transports.smtp.reply_classifier import ANY, smtp_rules

TEXT = (Path(__file__).parents[2] / "docs" / "use" / "verdicts.md").read_text(encoding="utf-8")
MEANS = {
    Verdict.DEFERRED: "later",
    Verdict.REFUSED: "refused",
    Fault.SERVER: "route: the server",
    Fault.QUOTA: "route: the allowance",
    Fault.SIGN_IN: "route: sign-in",
    Fault.PERMISSION: "route: its administrator",
    Fault.SETUP: "route: our settings",
}


def row(rule):
    code = "" if rule.code == ANY else str(rule.code)
    part = f"… {rule.part} …" if rule.part else ""
    answer = " ".join(piece for piece in (code, rule.enhanced, part) if piece)
    return f"| `{answer}` | {MEANS[rule.finding]} | {source_of(rule)} |"


def http_row(rule):
    part = f" … {rule.part} …" if rule.part else ""
    return f"| `{rule.code}{part}` | {MEANS[rule.finding]} | {source_of(rule)} |"


def source_of(rule):
    page = rule.source.rstrip("/").rsplit("/", 1)[-1]
    return f"[{page}]({rule.source})" if rule.source.startswith("https") else rule.source


@pytest.mark.parametrize(
    ("number", "rows"),
    [
        pytest.param(1, list(map(row, smtp_rules())), id="mail servers"),
        pytest.param(2, list(map(http_row, http_rules("graph"))), id="Graph"),
        pytest.param(3, list(map(http_row, http_rules("webhooks"))), id="webhooks"),
    ],
)
def test_every_row_of_a_table_is_on_the_page_in_order(number, rows):
    table = TEXT.split("| answer | means | who says so |\n| --- | --- | --- |\n")[number]
    assert table.split("\n\n")[0].strip().splitlines() == rows
