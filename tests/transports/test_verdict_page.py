"""docs/verdicts.md shows the table as the code has it."""

from __future__ import annotations

from pathlib import Path

from noroshi.core.model import Fault, Verdict
from noroshi.transports.rules import ANY, RULES

TEXT = (Path(__file__).parents[2] / "docs" / "verdicts.md").read_text(encoding="utf-8")
MEANS = {
    Verdict.DEFERRED: "later",
    Verdict.REFUSED: "refused",
    Fault.SERVER: "route: the server",
    Fault.QUOTA: "route: the allowance",
    Fault.SIGN_IN: "route: sign-in",
    Fault.REFUSED: "route: its administrator",
    Fault.SETUP: "route: our settings",
}


def row(rule):
    code = "" if rule.code == ANY else str(rule.code)
    part = f"… {rule.part} …" if rule.part else ""
    answer = " ".join(piece for piece in (code, rule.enhanced, part) if piece)
    page = rule.source.rstrip("/").rsplit("/", 1)[-1]
    source = f"[{page}]({rule.source})" if rule.source.startswith("https") else rule.source
    return f"| `{answer}` | {MEANS[rule.says]} | {source} |"


def test_every_row_of_the_table_is_on_the_page_in_order():
    table = TEXT.split("| answer | means | who says so |\n| --- | --- | --- |\n")[1]
    assert table.split("\n\n")[0].splitlines() == [row(rule) for rule in RULES]
