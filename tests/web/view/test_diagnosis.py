"""The stages of a diagnosis, while it runs and when it is over."""

import re

import pytest

from noroshi.web.view.templates import templates


def shown(*states, rest=(), over=True, language="en"):
    """Return the words of each stage, and what is said of all of them."""
    stages = [
        {
            "state": state,
            "title": f"s{n}",
            "finding": "",
            "remarks": (),
            "ms": "",
            "remedy": None,
        }
        for n, state in enumerate(states)
    ]
    failed = next((n for n, state in enumerate(states, 1) if state == "failed"), 0)
    view = {"why": (), "stages": stages, "rest": rest, "over": over, "failed": failed}
    made = templates(language).get_template("mailing_parts.html").make_module({"csrf": ""})
    html = str(made.exam({**view, "at": "12:00:00", "next": "/"}))
    head, _, listed = html.partition("<ol")
    words = re.findall(r'class="level level--\w+">\s*<i [^>]*></i>\s*(.*?)\s*</span>', listed)
    return words, head


def test_a_stage_that_a_failure_skips_is_not_called_unreached_beside_one_that_runs():
    words, _ = shown("ok", "failed", "not reached", rest=("clock", "more"), over=False)
    assert words == ["ok", "stopped", "skipped", "now", "pending"]


@pytest.mark.parametrize(("language", "skipped"), [("en", "skipped"), ("ja", "スキップ")])
def test_nothing_runs_once_it_is_over_and_what_did_not_is_not_passed(language, skipped):
    words, head = shown("ok", rest=("smtp", "clock"), language=language)
    assert words[1:] == [skipped, skipped]
    assert "all stages passed" not in head and "すべて" not in head


def test_all_passed_if_all_passed():
    words, head = shown("ok", "ok")
    assert words == ["ok", "ok"] and "all stages passed" in head
