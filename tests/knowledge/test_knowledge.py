"""Every row of knowledge is whole: its texts in both languages, its places, its links, its codes."""

from __future__ import annotations

import re
import tomllib
from copy import deepcopy
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

from noroshi.core.mail import Fault
from noroshi.core.translation import Message
from noroshi.knowledge.explanation import Explanation
from noroshi.knowledge.knowledge_files import FILES, knowledge, read_knowledge
from noroshi.knowledge.os_errors import TABLES, os_errors, read_os_errors
from noroshi.knowledge.table_reader import KnowledgeError
from noroshi.ports.examination import Exam
from tests.oauth.errors.test_error_explanation import KNOWN
from tests.sweeps import sweep

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "src/noroshi/knowledge"
GIVEN = {
    name: tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))
    for name in ("values", *FILES)
}
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
EMPTY_PLACE = re.compile(r"<(?!public|object|/?dev)[^>]*>|\{[a-z_]+\}")
SOURCE = re.compile(
    r"https://|RFC \d+, |Microsoft[ ,]|known from practice; no page of the vendor"
)
ENHANCED = re.compile(r"([245]|\*)\.[\d.?*\[\]-]+|")


OF_FAULTS = {f"fault_of_{fault.name.lower()}" for fault in Fault}


def texts_of(row) -> list[Message]:
    cure = row.cure if isinstance(row, Explanation) else row
    own = [row.meaning, row.action] if isinstance(row, Explanation) else []
    return [text for text in (*own, *cure.steps, cure.delay) if text.id]


ROWS = {**knowledge().explanations, **knowledge().cures}
RULES = [
    pytest.param(rule, id=f"{file} {rule.code} {rule.enhanced} {rule.part}".strip())
    for file, rules in knowledge().replies.items()
    for rule in rules
]


@sweep("name", sorted(ROWS))
def test_a_row_is_whole(name):
    row = ROWS[name]
    for text in texts_of(row):
        assert not JAPANESE.search(text.en) and JAPANESE.search(text.ja), text
    exam = Exam(user_values=knowledge().examples)
    remedy = (
        row.remedy(exam) if isinstance(row, Explanation) else row.remedy(Message("x"), exam)
    )
    shown = [
        *(text.en + text.ja for text in (remedy.meaning, *remedy.how)),
        *remedy.lines,
        remedy.link,
    ]
    assert not [one for one in shown if EMPTY_PLACE.search(one)]
    assert remedy.link == "" or remedy.link.startswith("https://")
    assert remedy.how or remedy.lines or remedy.link or name.partition(".")[2] in OF_FAULTS


@sweep("rule", RULES)
def test_a_rule_of_replies_is_whole(rule):
    assert rule.code or rule.enhanced or rule.part
    assert rule.code == 0 or 200 <= rule.code < 600
    assert ENHANCED.fullmatch(rule.enhanced) and SOURCE.match(rule.source)


@sweep("code", sorted(map(int, KNOWN.split())))
def test_each_number_of_microsoft_s_page_is_explained(code):
    spans = [span for span, _ in knowledge().aadsts_ranges]
    assert code in knowledge().aadsts or any(code in span for span in spans)


def test_no_row_is_there_for_nobody():
    """A remedy is named by a row, or by the code that decides which one applies."""
    used = {id(row.cure) for row in knowledge().explanations.values()}
    used |= {id(cure) for cures in knowledge().refusals.values() for cure in cures.values()}
    used |= {id(rule.explanation) for rules in knowledge().replies.values() for rule in rules}
    used |= {id(row) for row in knowledge().aadsts.values()}
    used |= {id(row) for rows in knowledge().errors.values() for row in rows.values()}
    used |= {id(row) for _, row in knowledge().aadsts_ranges}
    source = "".join(path.read_text("utf-8") for path in (ROOT / "src/noroshi").rglob("*.py"))
    left = [name for name, row in ROWS.items() if id(row) not in used]
    words = set(re.findall(r"\w+", source))
    assert [name for name in left if name.partition(".")[2] not in words | OF_FAULTS] == []


@pytest.mark.parametrize("table", TABLES)
def test_the_words_of_the_system_are_in_both_languages(table):
    for text in os_errors()[table].values():
        assert not JAPANESE.search(text.en) and JAPANESE.search(text.ja), text


def test_the_files_are_read_once():
    assert knowledge() is knowledge() and os_errors() is os_errors()


def test_every_file_is_read_and_is_in_the_wheel():
    there = {path.name for path in FOLDER.glob("*.toml")}
    assert there == {f"{name}.toml" for name in ("values", "os_errors", *FILES)}
    included = WheelBuilder(str(ROOT)).recurse_included_files()
    inside = {Path(one.distribution_path) for one in included}
    assert {Path("noroshi/knowledge", name) for name in there} <= inside


@sweep(
    ("file", "place", "value", "problem"),
    [
        ("oauth", "remedy.sign_in.whose", "nobody", "must be one of you,"),
        ("oauth", "remedy.sign_in.steps", "one", "must be of type list"),
        ("oauth", "remedy.sign_in.steps", [1], "must be a list of strings"),
        ("oauth", "remedy.sign_in.commands", ["noroshi {rout}"], "{rout} is no value"),
        ("oauth", "remedy.sign_in.commands", ["a {"], "'a {'"),
        ("oauth", "remedy.sign_in.steps", ["{sign_inn}"], "{sign_inn} is no value"),
        ("oauth", "remedy.sign_in.steps", ["{put_secret}"], "{entry} is no value"),
        ("oauth", "remedy.sign_in.steps", ["{put_secret.secrets}"], "{secrets} is no value"),
        ("oauth", "remedy.sign_in.link", "http://x", "must begin with https://"),
        ("oauth", "remedy.sign_in.colour", "red", "is no key of this table"),
        ("oauth", "explanation.declined.meaning", "", "is missing"),
        ("oauth", "explanation.declined.meaning", " x", "begins or ends with a space"),
        ("oauth", "explanation.declined.remedy", "entra.none", "there is no row 'entra.none'"),
        ("oauth", "explanation.declined.quiet", 1, "must be of type bool"),
        ("oauth", "explanation.declined.aadsts", [50076], "50076 stands in entra.mfa too"),
        ("oauth", "explanation.declined.aadsts_ranges", ["7-"], "must be like 75000-75999"),
        ("settings", "refusals.any.no_scope", "none", "there is no row 'none'"),
        ("graph", "replies", [{"code": 400, "fault": "setup", "source": "x", "means": "size"}], "replies[1].source: must be one of"),
        ("graph", "replies", [7], "replies[1].: must be a table"),
        ("graph", "sorces", {}, "graph.toml: sorces: is no key of this table"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(file, place, value, problem):
    given = deepcopy(GIVEN)
    *path, key = place.split(".")
    table = given[file]
    for name in path:
        table = table[name]
    table[key] = value
    with pytest.raises(KnowledgeError) as caught:
        read_knowledge(given)
    (told,) = [one for one in caught.value.problems if problem in one]
    assert told.startswith(f"{file}.toml: {place if path else key}")


def test_all_problems_are_told_at_once():
    given = deepcopy(GIVEN)
    del given["oauth"]["remedy"]["sign_in"]["whose"]
    given["google"]["remedy"]["key_file"]["link"] = "ftp://x"
    with pytest.raises(KnowledgeError) as caught:
        read_knowledge(given)
    assert {one.partition(":")[0] for one in caught.value.problems} == {
        "oauth.toml",
        "google.toml",
    }


def test_a_number_of_the_system_is_one_or_a_name_of_it():
    given = {"words": {name: {} for name in TABLES} | {"system": {"what": "x"}}}
    with pytest.raises(KnowledgeError, match="what: must be a number, or a name of errno"):
        read_os_errors(given)
    with pytest.raises(KnowledgeError, match=r"words\.pickup: is missing"):
        read_os_errors({"words": {name: {} for name in TABLES if name != "pickup"}})
