"""The guide for Microsoft 365: whole in both languages, the right steps for each, safe to run."""

import re
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from noroshi.guides import (
    MICROSOFT365,
    TITLES,
    WAYS,
    Case,
    fill_places,
    line,
    markdown,
    path_of,
    values_of,
)
from noroshi.guides.missing_values import WHERE_FOUND, missing_values
from noroshi.guides.page import MARKS, fill_page
from noroshi.guides.places import places_of_line
from noroshi.knowledge.knowledge_files import knowledge
from noroshi.oauth.well_known_clouds import CLOUDS
from tests.sweeps import sweep

PLACES = {
    *("app", "entra", "connect"),
    *(
        "account",
        "mailbox",
        "client_id",
        "object_id",
        "redirect",
        "person",
        "mail_read",
        "mail_send",
    ),
    *("certificate", "thumbprint"),
}
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
STEPS = MICROSOFT365.steps


def texts(step):
    return [
        words
        for words in (step.title, *step.sentences, step.expected_result, step.note)
        if words.en
    ]


@sweep("step", STEPS, ids=lambda step: step.id)
def test_a_step_is_told_in_both_languages(step):
    for words in texts(step):
        assert JAPANESE.search(words.ja) or words.en == words.ja, words
        assert not JAPANESE.search(words.en)


@sweep("step", STEPS, ids=lambda step: step.id)
def test_a_step_names_no_place_that_nobody_fills(step):
    told = [text for words in texts(step) for text in (words.en, words.ja)]
    named = {
        n for text in (*told, *step.lines, *step.check) for n in re.findall(r"{(\w+)}", text)
    }
    assert named <= PLACES
    for words in texts(step):
        assert (
            re.findall(r"{\w+}", words.en) == re.findall(r"{\w+}", words.ja) or named <= PLACES
        )


@sweep("step", STEPS, ids=lambda step: step.id)
def test_a_step_is_somebody_s_and_says_where_microsoft_tells_of_it(step):
    assert step.ways <= WAYS.keys() and step.kinds <= {"smtp", "graph"}
    assert step.path in ("", "exchange", "entra") and step.part in TITLES
    assert step.source.startswith("https://learn.microsoft.com/")
    assert "en-us" not in step.source  # the reader's own language then decides


def test_no_two_steps_have_one_name():
    assert len({step.id for step in STEPS}) == len(STEPS)


@sweep("failure", MICROSOFT365.failures, ids=lambda one: one.reply_part)
def test_a_failure_names_steps_that_there_are(failure):
    assert set(failure.steps) <= {step.id for step in STEPS}
    assert failure.meaning.ja and failure.act.ja
    if failure.reply_part.startswith("AADSTS"):
        assert int(failure.reply_part.removeprefix("AADSTS")) in knowledge().aadsts


@sweep(("way", "kind"), list(product(WAYS, ("smtp", "graph"))))
@sweep("path", ["exchange", "entra"])
def test_each_way_registers_an_app_permits_it_and_opens_what_it_needs(way, kind, path):
    names = [step.id for step in MICROSOFT365.steps_for(Case(way=way, kind=kind, path=path))]
    assert names[0].startswith("register-")
    assert sum("permission" in name for name in names) >= 1
    assert ("smtp-auth" in names) is (kind == "smtp")
    by_exchange = way.startswith("app") and path == "exchange"
    assert (f"role-{kind}" in names) is by_exchange


def test_an_app_is_granted_the_least_that_there_is_in_each_cloud():
    assert path_of("microsoft365") == "exchange"
    national = [name for name in CLOUDS if name.startswith("microsoft365-")]
    assert {path_of(name) for name in national} == {"entra"}
    connects = [str(values_of(name)["connect"]) for name in national]
    assert all(" -ExchangeEnvironmentName O365" in one for one in connects)


def test_what_is_known_need_not_be_looked_for():
    case = Case(way="app-secret", kind="smtp")
    assert "object-id" in [step.id for step in MICROSOFT365.steps_for(case)]
    case = replace(case, known_values=("object_id",))
    assert "object-id" not in [step.id for step in MICROSOFT365.steps_for(case)]


def test_only_whoever_signs_in_for_another_s_mailbox_needs_a_right_there():
    ids = [
        [
            s.id
            for s in MICROSOFT365.steps_for(
                Case(way="person-paste", kind="smtp", is_shared=shared)
            )
        ]
        for shared in (False, True)
    ]
    assert ["shared" in one for one in ids] == [False, True]


@pytest.mark.parametrize(
    ("told", "steps"),
    [
        pytest.param("The app does not exist (AADSTS700016).", ["register-app"], id="app"),
        pytest.param("(AADSTS7000215). Enter the Value", [], id="a secret, of a certificate"),
        pytest.param(
            "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled",
            ["smtp-auth"],
            id="switched off",
        ),
        pytest.param(
            "(AUTH): 535 5.7.3 Authentication unsuccessful [AM0PR06CA0126]",
            ["service-principal", "role-smtp", "smtp-auth"],
            id="many possible causes",
        ),
        pytest.param("550 5.7.30 Basic authentication is not supported", [], id="another code"),
        pytest.param("AADSTS7000162", [], id="a longer number"),
        pytest.param("554 5.2.252 SendAsDenied", ["role-smtp"], id="send as, not a full box"),
        pytest.param("all is well", [], id="nothing"),
    ],
)
def test_what_is_told_leads_to_the_steps_that_mend_it(told, steps):
    case = Case(way="app-certificate", kind="smtp")
    assert [step.id for step in MICROSOFT365.remedy_steps(told, case)] == steps


@pytest.mark.parametrize(
    "bad",
    [
        "a'; Remove-Mailbox x #@b.example",
        "$(calc)@b.example",
        "a`n@b.example",
        "‘a@b.example",
        "-x",
    ],
)
def test_what_powershell_would_obey_is_not_put_into_its_lines(bad):
    step = MICROSOFT365.step("role-smtp")
    run = [line(text, values_of("microsoft365", mailbox=bad)) for text in step.lines]
    assert "PrimarySmtpAddress -eq 'MAILBOX'" in run[0] and bad not in "".join(run)


def test_values_stand_in_the_text_and_what_is_not_known_shows_what_belongs_there():
    step = MICROSOFT365.step("certificate")
    values = values_of("microsoft365", thumbprint="AB12", certificate="")
    told = fill_places(step.sentences[0], values), fill_places(step.sentences[1], values)
    assert told[0].en.endswith("Upload certificate: CERTIFICATE")
    assert "AB12" in told[1].ja and "AB12" in told[1].en
    assert markdown(step, values, "ja", "##").startswith("## 証明書を登録する\n")


def test_values_that_nobody_knows_yet_are_told_with_where_each_is_found():
    steps = [MICROSOFT365.step(id) for id in ("certificate", "role-smtp")]
    known = values_of("microsoft365", account="box", mailbox="a@b.example", client_id="1")
    missing = missing_values(steps, {**known, "certificate": "box.cer"})
    assert [one.placeholder for one in missing] == ["THUMBPRINT", "OBJECT-ID"]
    assert "Enterprise applications › Noroshi" in missing[1].where.en
    assert missing_values(steps[:1], {**known, "certificate": "c", "thumbprint": "AB"}) == ()


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.id)
def test_each_value_that_may_be_missing_is_said_to_be_found_somewhere(step):
    named = {name for words in (step.title, *step.sentences) for name in words.empty_places}
    named |= {name for text in (*step.lines, *step.check) for name in places_of_line(text)}
    assert named <= {*WHERE_FOUND, *values_of("microsoft365"), "account"}


PAGE = (Path(__file__).parents[2] / "docs" / "use" / "microsoft365.md").read_text("utf-8")


def test_the_page_has_the_steps_as_they_are():
    assert fill_page(PAGE) == PAGE, "on purpose? .venv/bin/python tools/guide_page.py"
    assert len(MARKS.findall(PAGE)) == 6


def test_the_page_leads_nowhere_in_vain():
    anchors = set(re.findall(r'<a id="(\S+)"></a>', PAGE))
    assert anchors == {f"{lang}-{step.id}" for step in STEPS for lang in ("en", "ja")}
    assert set(re.findall(r"\(#([a-z][^\s)]*)\)", PAGE)) <= anchors


def test_what_is_said_of_the_certificate_s_key_holds_for_one_from_elsewhere_too():
    step = next(one for one in STEPS if one.id == "certificate")
    assert "vault" in step.note.en and not re.search("made|creat|generat", step.note.en)
    assert "保管庫" in step.note.ja and not re.search("作|生成", step.note.ja)
