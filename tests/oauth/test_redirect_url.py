"""What people paste: each way in which it can be right or wrong, and what they are told."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

import pytest

from noroshi.oauth.redirect_url import PasteProblem, looks_like_secret_id, read_pasted
from noroshi.oauth.well_known_clouds import GOOGLE, MICROSOFT365
from tests.sweeps import sweep

STATE = "St_4te-abc"
CODE = "0.AXoA-code_1.~x"
URL = f"http://localhost/MxMail/?code={CODE}&state={STATE}&session_state=11-22"


@sweep(
    "text",
    [
        pytest.param(URL, id="as it stands"),
        pytest.param(f"  \n{URL}\t\n", id="blanks around it"),
        pytest.param(
            URL[:30] + "\r\n" + URL[30:60] + "\n  " + URL[60:], id="broken into lines"
        ),
        pytest.param(URL[:40] + "\u200b" + URL[40:], id="a blank that is not seen"),
        pytest.param(f'"{URL}"', id="in quotes"),
        pytest.param(f"「{URL}」", id="in Japanese quotes"),
        pytest.param(f"<{URL}>", id="in angle brackets"),
        pytest.param(URL.replace("&", "&amp;"), id="from HTML"),
        pytest.param(URL.removeprefix("http://"), id="without its scheme"),
        pytest.param(URL.partition("?")[2], id="only the query"),
        pytest.param("?" + URL.partition("?")[2], id="only the query with its mark"),
        pytest.param(URL + "#", id="an empty fragment"),
        pytest.param(URL + "#_=_", id="a fragment after it"),
        pytest.param(URL.replace("?", "#"), id="as a fragment"),
        pytest.param(
            f"http://localhost/MxMail/?state={STATE}&code={CODE}", id="in the other order"
        ),
        pytest.param(URL.replace("localhost", "localhost:8400"), id="with a port"),
    ],
)
def test_the_code_is_found(text):
    query = read_pasted(text, STATE)
    assert isinstance(query, dict)
    assert query["code"] == CODE and query["state"] == STATE


def error_url(error: str, description: str = "") -> str:
    return (
        f"http://localhost/MxMail/?error={error}&error_description={description}&state={STATE}"
    )


@sweep(
    ("text", "en", "ja"),
    [
        pytest.param("", "Nothing was pasted", "何も貼り付けられていません", id="nothing"),
        pytest.param(" \n '' ", "Nothing was pasted", "何も貼り付けられて", id="only blanks"),
        pytest.param(
            "good morning", "contains no code", "code がありません", id="another text"
        ),
        pytest.param("http://localhost/MxMail/", "contains no code", "code が", id="no query"),
        pytest.param(CODE, "whole address bar", "アドレス バー全体", id="only the code"),
        pytest.param(
            f"?state={STATE}", "contains no code", "code がありません", id="only the state"
        ),
        pytest.param(
            URL.replace(STATE, "other"),
            "earlier sign-in",
            "前回のサインイン",
            id="an earlier one",
        ),
        pytest.param(URL[:50], "incomplete", "途中で切れています", id="cut in the code"),
        pytest.param(
            URL[: URL.index("&session") - 3],
            "incomplete",
            "途中で切れて",
            id="cut in the state",
        ),
        pytest.param(
            "https://login.test/t/oauth2/v2.0/authorize?client_id=c&response_type=code"
            f"&state={STATE}&code_challenge=x",
            "URL of the sign-in page",
            "サインイン画面の URL",
            id="the page before the sign-in",
        ),
        pytest.param(
            error_url("access_denied", "AADSTS65004%3A+declined"),
            "(AADSTS65004)",
            "「承諾」を選んで",
            id="the person declined",
        ),
        pytest.param(
            error_url("access_denied", "AADSTS90094%3A+admin"),
            "An administrator must consent",
            "管理者の同意が必要です",
            id="an administrator is needed",
        ),
        pytest.param(
            error_url("server_error"),
            "busy or unavailable",
            "混雑している",
            id="server trouble",
        ),
        pytest.param(
            error_url("new_thing", "AADSTS123456789"),
            "refuses the sign-in (new_thing)",
            "サインインを拒否されました (new_thing)",
            id="an error that nobody knows",
        ),
        pytest.param(
            error_url("new_thing", "AADSTS9999999"),
            "(AADSTS9999999)",
            "(AADSTS9999999)",
            id="a number that nobody knows",
        ),
        pytest.param(
            error_url("access_denied").replace(STATE, "other"),
            "earlier sign-in",
            "前回のサインイン",
            id="an earlier one's error",
        ),
        pytest.param(
            "Sign in\nSorry, but we’re having trouble signing you in.\n\nAADSTS500113: No reply "
            "address is registered.\nTroubleshooting details",
            "registered differently (AADSTS500113)",
            "登録されたものと一致しません (AADSTS500113)",
            id="the text of a page of Entra's own",
        ),
        pytest.param("x" * 70_000, "too long", "長すぎます", id="a book"),
    ],
)
def test_what_is_wrong_is_said_in_both_languages(text, en, ja):
    problem = read_pasted(text, STATE)
    assert isinstance(problem, PasteProblem)
    assert en in problem.words.en
    assert ja in problem.words.ja


@sweep("cut", range(0, len(URL), 7))
def test_no_problem_repeats_what_was_pasted(cut):
    found = read_pasted(URL[:cut], STATE + "x")
    assert isinstance(found, PasteProblem)
    assert "code_1" not in repr(found) and STATE not in repr(found)


def test_a_servers_error_is_repeated_only_when_it_is_a_word():
    problem = read_pasted(error_url("<script>alert(1)</script>"), STATE)
    assert isinstance(problem, PasteProblem)
    assert problem.error == "unknown" and "script" not in repr(problem)


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        pytest.param("11112222-abCD-3333-4444-555566667777", True, id="a secret's id"),
        pytest.param(" 11112222-abcd-3333-4444-555566667777\n", True, id="with blanks"),
        pytest.param("abc8Q~1234567890abcdefghijklmnopqrstuvwxyz", False, id="a value"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_a_secrets_id_is_told_from_its_value(text, yes):
    assert looks_like_secret_id(text) is yes


def test_bytes_that_are_no_text_are_of_another_sign_in():
    pasted = read_pasted(f"http://localhost/MxMail/?code={CODE}&state=\udc81", STATE)
    assert isinstance(pasted, PasteProblem) and "earlier sign-in" in pasted.words.en


def test_an_unknown_refusal_in_the_address_is_quoted_and_laid_to_its_own_server():
    cloud = replace(MICROSOFT365, name="ours", authority="https://id.ours.example/{tenant}")
    said = quote("Rule 7 of this house.")
    url = f"http://localhost/MxMail/?error=house_rule&error_description={said}&state={STATE}"
    problem = read_pasted(url, STATE, cloud)
    assert isinstance(problem, PasteProblem)
    assert problem.words.en.startswith("id.ours.example refuses the sign-in (house_rule)")
    assert "Rule 7 of this house." in problem.words.en and "Rule 7" in problem.words.ja


def test_a_known_refusal_in_the_address_of_a_server_of_ones_own_is_not_microsoft_s():
    cloud = replace(MICROSOFT365, name="ours", authority="https://id.ours.example/{tenant}")
    said = quote("AADSTS50076: Use a second factor")
    url = f"http://localhost/MxMail/?error=access_denied&error_description={said}&state={STATE}"
    problem = read_pasted(url, STATE, cloud)
    assert isinstance(problem, PasteProblem)
    assert "the server" in problem.words.en and "Microsoft" not in problem.words.en


def test_a_number_that_another_provider_quotes_is_none_of_microsoft_s():
    said = quote("AADSTS50076: Use a second factor")
    url = f"http://localhost/MxMail/?error=access_denied&error_description={said}&state={STATE}"
    problem, known = (read_pasted(one, STATE, GOOGLE) for one in (url, url.replace(said, "x")))
    assert isinstance(problem, PasteProblem) and problem.codes == ()
    assert (problem.words, problem.error) == (known.words, "access_denied")
    page = read_pasted("AADSTS50011: The redirect URI does not match.", STATE, GOOGLE)
    assert isinstance(page, PasteProblem) and (page.codes, page.error) == ((), "pasted")
