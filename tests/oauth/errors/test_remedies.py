"""What mends a refused sign-in: each number and each class has its remedy, filled and in both
languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from noroshi.oauth.account import Account
from noroshi.oauth.errors.error_explanation import advise, cure_of, refusals_at
from noroshi.oauth.provider import SignInError
from noroshi.oauth.well_known_clouds import GOOGLE, MICROSOFT365
from noroshi.ports.examination import Whose
from noroshi.service.sign_in.account_steps import values_of
from tests.oauth.errors.sign_in_errors import BY_CODE, BY_ERROR, BY_KEY_FILE, ELSEWHERE
from tests.oauth.errors.test_error_explanation import KNOWN
from tests.sweeps import sweep
from tests.transports.diagnostics.test_remedies import WHOLE, check

PERSON = Account(
    name="box",
    cloud=MICROSOFT365,
    tenant="contoso.example",
    client_id="11111111-2222-3333-4444-555555555555",
    secret="app-secret",
    mailbox="box@example.com",
)
APP = replace(PERSON, sign_in="app")
AT_GOOGLE = replace(PERSON, cloud=GOOGLE)
OURS = [
    "never_signed_in",
    "other_account",
    "no_secret",
    "no_key_file",
    "no_certificate",
    "no_proxy_password",
    "no_scope",
    "invalid_response",
]
"""What our own code refuses a renewal with, before or after anybody is asked."""


def remedy_of(account, error, codes=()):
    advice = advise(error, codes=codes, app_only=account.app_only, cloud=account.cloud)
    failure = SignInError(advice.words, error=error, party=advice.party, codes=codes)
    exam = replace(WHOLE, user_values={**WHOLE.user_values, **values_of(account)})
    return cure_of(failure, account).remedy(advice.words, exam, "the reply")


@sweep("account", [PERSON, APP], ids=["a person", "an app"])
@sweep("code", sorted({*BY_CODE, *map(int, KNOWN.split())}))
def test_each_number_has_its_remedy_in_both_languages(code, account):
    remedy = remedy_of(account, "never_heard_of", (code,))
    check(remedy)
    assert f"(AADSTS{code})" in remedy.meaning.en and f"(AADSTS{code})" in remedy.meaning.ja
    assert remedy.how and remedy.link and remedy.takes.en


@sweep("error", sorted(BY_ERROR | ELSEWHERE | BY_KEY_FILE))
@sweep("account", [PERSON, APP, AT_GOOGLE], ids=["a person", "an app", "at Google"])
def test_each_class_has_its_remedy(error, account):
    remedy = remedy_of(account, error)
    check(remedy)
    assert remedy.how or remedy.lines


@pytest.mark.parametrize("error", OURS)
def test_each_refusal_of_our_own_has_its_remedy(error):
    assert error in refusals_at(MICROSOFT365)
    remedy = remedy_of(PERSON, error)
    check(remedy)
    assert remedy.lines or remedy.how


def test_an_ended_secret_is_the_administrator_s_and_names_the_entry_to_put_it_into():
    remedy = remedy_of(APP, "invalid_client", (7000222,))
    assert remedy.whose is Whose.ADMINISTRATOR
    assert remedy.how[-1].en.endswith("noroshi secret set app-secret")


def test_where_there_is_a_certificate_in_the_secret_s_place_that_is_asked_for():
    account = replace(APP, secret="", certificate="cert")
    assert remedy_of(account, "no_secret").how[-1].en.endswith("noroshi cert import box FILE")


def test_microsoft_s_own_page_of_a_number_is_named_where_there_is_no_better_one():
    remedy = remedy_of(PERSON, "interaction_required", (50076,))
    assert remedy.link == "https://login.microsoftonline.com/error?code=50076"


def test_nobody_elsewhere_is_led_to_microsoft_s_pages():
    assert "microsoft" not in remedy_of(AT_GOOGLE, "invalid_grant", (50999,)).link
