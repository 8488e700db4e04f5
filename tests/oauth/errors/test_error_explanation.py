"""Who can mend a refusal, and that every text names its number and both languages."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from noroshi.core.instruction import Instruction, InstructionKind
from noroshi.oauth.account import Account
from noroshi.oauth.errors.error_explanation import advise, cure_of
from noroshi.oauth.providers.provider_call import failure
from noroshi.oauth.well_known_clouds import GOOGLE, MICROSOFT365
from noroshi.ports.examination import Exam, Whose
from noroshi.service.sign_in.account_steps import values_of
from tests.oauth.errors.sign_in_errors import BY_CODE, BY_ERROR, BY_KEY_FILE, ELSEWHERE
from tests.sweeps import sweep

# Each number that Microsoft's page of sign-in errors has for what happens at the token endpoint,
# and those that were seen beside it.
KNOWN = """
    16000 16001 20001 20012 28000 28002 28003 40008 40009 40010 40015 40016 50000 50001 50002
    50011 50012 50014 50020 50033 50034 50048 50049 50053 50055 50056 50057 50058 50059 50064
    50072 50074 50076 50078 50079 50085 50087 50088 50089 50097 50105 50126 50128 50129 50131
    50132 50133 50134 50144 50147 50155 50158 50173 50187 50194 50196 50197 51004 53000 53001
    53002 53003 53004 53010 53011 54005 65001 65004 65005 65006 70000 70001 70002 70003 70004 70008
    70011 70016 70018 70019 70020 70043 75005 80001 80002 80005 80007 80012 80014 81004 90002
    90004 90006 90008 90012 90013 90014 90019 90023 90024 90033 90036 90038 90055 90056 90072
    90090 90092 90093 90094 90095 90100 90119 90120 90124 90130 120000 240002 500011 500021
    500022 500112 500113 500208 500212 500213 501481 501491 530003 530032 530033 530034 530035
    650052 650054 650056 650057 700005 700011 700016 700022 700023 700024 700025 700027 700030
    700082 700084 900021 900144 900382 900432 900561 900971 1000031 7000112 7000215 7000218
    7000222 9001023 9002313 9002326 9002327
"""
APP = Account(
    name="m365",
    cloud=MICROSOFT365,
    tenant="contoso.com",
    client_id="id",
    mailbox="alerts@contoso.com",
    sign_in="app",
)


@sweep(
    ("error", "codes", "who"),
    [
        pytest.param("invalid_grant", (), "user", id="a grant that ended"),
        pytest.param("invalid_grant", (50173,), "user", id="a revoked sign-in"),
        pytest.param("invalid_grant", (53003,), "admin", id="conditional access"),
        pytest.param("invalid_grant", (530034,), "admin", id="a policy on this computer"),
        pytest.param("invalid_grant", (50053,), "admin", id="a locked account"),
        pytest.param("invalid_grant", (700084,), "admin", id="a single-page application"),
        pytest.param("invalid_grant", (50196,), "wait", id="a loop that was noticed"),
        pytest.param("interaction_required", (50076,), "user", id="multifactor"),
        pytest.param("invalid_client", (7000222,), "admin", id="an ended secret"),
        pytest.param("invalid_client", (7000218,), "setup", id="no secret"),
        pytest.param("invalid_request", (90002,), "setup", id="a wrong tenant"),
        pytest.param("invalid_resource", (), "admin", id="no Exchange Online"),
        pytest.param("temporarily_unavailable", (90055,), "wait", id="throttled"),
        pytest.param("server_error", (50057,), "wait", id="the class rules over the number"),
        pytest.param("invalid_grant", (1, 2), "user", id="unknown numbers"),
        pytest.param("invalid_grant", (1, 50057), "admin", id="a known number after another"),
        pytest.param("invalid_client", (700024,), "setup", id="a clock that is wrong"),
        pytest.param("invalid_grant", (80001,), "wait", id="an agent that does not answer"),
        pytest.param("expired_token", (70019,), "user", id="a code that nobody typed"),
        pytest.param("invalid_scope", (), "setup", id="a scope that nobody knows"),
        pytest.param("never_heard_of", (), "setup", id="an unknown error"),
    ],
)
def test_who_can_mend_it(error, codes, who):
    assert advise(error, codes=codes).party == who


def test_a_missing_consent_is_known_by_its_suberror_alone():
    assert "consent" in advise("invalid_grant", suberror="consent_required").words.en


@pytest.mark.parametrize("error", ["invalid_grant", "consent_required"])
def test_a_consent_that_is_missing_is_given_by_whoever_signs_in_or_by_an_administrator(error):
    words = advise(error, suberror="consent_required", codes=(65001,)).words
    assert "choose Accept" in words.en and "administrator" in words.en
    assert "「承諾」" in words.ja and "管理者" in words.ja
    alone = advise(error, suberror="consent_required", codes=(65001,), app_only=True).words
    assert "choose Accept" not in alone.en and "「承諾」" not in alone.ja


@pytest.mark.parametrize("code", [90093, 90094, 90095, 90008])
def test_where_people_may_not_consent_an_administrator_alone_is_asked(code):
    assert advise("access_denied", codes=(code,)).words.en.startswith("An administrator must")


def test_security_defaults_exempt_nobody_and_are_not_said_to():
    advice = advise("invalid_grant", codes=(530035,))
    assert "security defaults" in advice.words.en and "セキュリティの既定値" in advice.words.ja
    policy = advise(
        "invalid_grant", codes=(53003,)
    ).words  # from which somebody can be exempted
    for exempt, language in (("administrator to exclude", "en"), ("対象から外す", "ja")):
        assert exempt in policy.say(language) and exempt not in advice.words.say(language)
    again = Instruction(InstructionKind.SIGN_IN_AGAIN)
    assert advice.party == "user" and advice.cure.steps[-1] == again
    assert (
        "not with a device code" in advice.cure.steps[0].en
        and "コード" in advice.cure.steps[0].ja
    )


def test_a_second_factor_that_may_be_set_up_at_some_places_alone_is_no_risk():
    words = advise("interaction_required", codes=(53010,)).words
    assert "set up" in words.en and "登録" in words.ja and "risk" not in words.en
    assert "risk" in advise("interaction_required", codes=(53004,)).words.en


def test_a_password_that_could_not_be_changed_is_not_laid_to_the_house_s_sign_in_service():
    words = advise("invalid_grant", codes=(120002,)).words
    assert "changed" in words.en and "federation" not in words.en and "変更" in words.ja
    assert "federation" in advise("invalid_grant", codes=(81001,)).words.en


@pytest.mark.parametrize("code", [50085, 50089])
def test_a_sign_in_that_ended_by_itself_is_not_laid_to_a_changed_password(code):
    assert "password" not in advise("invalid_grant", codes=(code,)).words.en
    assert "password" in advise("invalid_grant", codes=(50173,)).words.en


@pytest.mark.parametrize(
    ("code", "alone", "permissions"),
    [
        pytest.param(650057, False, ("SMTP.Send", "Mail.Send"), id="a person, not listed"),
        pytest.param(
            65006, False, ("SMTP.Send", "Exchange Online"), id="no permission any more"
        ),
        pytest.param(65001, True, ("SMTP.SendAsApp", "Mail.Send"), id="an app, no consent"),
    ],
)
def test_a_permission_is_named_for_either_way_out(code, alone, permissions):
    advice = advise("invalid_client", codes=(code,), app_only=alone)
    step = advice.cure.remedy(advice.words, Exam(user_values=values_of(APP))).how[0]
    for text in (advice.words.en, advice.words.ja, step.en, step.ja):
        assert all(permission in text for permission in permissions)


UNKNOWN = "for a reason unknown to Noroshi"


def test_a_number_that_nobody_knows_is_said_to_be_unknown():
    assert UNKNOWN in advise("never_heard_of", codes=(123456789,)).words.en


@sweep("code", sorted({*BY_CODE, *map(int, KNOWN.split())}))
def test_each_number_has_its_advice_in_both_languages(code):
    words = advise("never_heard_of", codes=(code,)).words
    assert UNKNOWN not in words.en
    assert f"(AADSTS{code})" in words.en and f"(AADSTS{code})" in words.ja
    assert not words.ja.isascii()


@sweep("error", sorted(BY_ERROR | ELSEWHERE | BY_KEY_FILE))
@sweep("cloud", [MICROSOFT365, GOOGLE], ids=lambda cloud: cloud.name)
@sweep("alone", [False, True], ids=["a person", "an app"])
def test_each_class_is_named_in_both_languages(error, cloud, alone):
    words = advise(error, cloud=cloud, app_only=alone).words
    assert f"({error})" in words.en and f"({error})" in words.ja
    assert not words.ja.isascii()


@sweep("error", sorted(ELSEWHERE))
def test_nobody_elsewhere_is_told_of_microsofts_portal(error):
    other = replace(MICROSOFT365, name="other", oidc=True)
    told = advise(error, cloud=other).words.en
    assert not any(word in told for word in ("Exchange", "Entra", "Grant admin consent"))


@pytest.mark.parametrize(
    ("error", "who", "said"),
    [
        pytest.param("unauthorized_client", "admin", "Domain-wide delegation", id="no scope"),
        pytest.param("invalid_grant", "admin", "key is not deleted", id="a wrong key"),
        pytest.param("invalid_scope", "setup", "cloud's scope", id="a wrong scope"),
    ],
)
def test_a_service_account_is_mended_at_google(error, who, said):
    advice = advise(error, cloud=GOOGLE, app_only=True)
    assert advice.party == who and said in advice.words.en


def test_a_certificate_that_is_not_registered_is_told_with_the_command_of_its_account():
    words = advise("invalid_client", codes=(700027,), account="m365").words
    assert "noroshi cert show m365" in words.en and "noroshi cert show m365" in words.ja


@sweep(
    ("hosts", "wanted", "not_wanted"),
    [
        ((), "SMTP.SendAsApp", "SMTP.SendAsApp, Mail.Send"),
        (("smtp.office365.com",), "SMTP.SendAsApp", "SMTP.SendAsApp, Mail.Send"),
        (("smtp.hve.mx.microsoft",), "Mail.Send", "SMTP.SendAsApp"),
        (("smtp.office365.com", "smtp-hve.office365.com"), "SMTP.SendAsApp, Mail.Send", "{"),
    ],
    ids=["no route", "a mailbox", "High Volume Email", "both"],
)
@sweep("code", [65001, 650056, 65006])
def test_the_permission_that_an_app_lacks_is_what_its_routes_servers_want(
    code, hosts, wanted, not_wanted
):
    account = replace(APP, hosts=hosts)
    failed = failure({"error": "invalid_grant", "error_codes": [code]}, account)
    exam = Exam(user_values=values_of(account))
    remedy = cure_of(failed, account).remedy(failed.words, exam)
    for told in (remedy.how[0].en, remedy.how[0].ja):
        assert wanted in told and not_wanted not in told
    if code != 65006:
        assert wanted in failed.words.en and wanted in failed.words.ja
    assert not_wanted not in failed.words.en + failed.words.ja


OWN = replace(MICROSOFT365, name="ours", authority="https://id.ours.example/{tenant}")
BLAMES = re.compile(r"Microsoft(?! (Graph|cloud|クラウド))")


@sweep("code", sorted({*BY_CODE, *map(int, KNOWN.split())}))
def test_in_a_cloud_of_ones_own_nothing_is_laid_to_microsoft(code):
    advice = advise("never_heard_of", codes=(code,), cloud=OWN)
    assert not BLAMES.search(advice.words.en) and not BLAMES.search(advice.words.ja)
    if advice.cure.party is Whose.PROVIDER:
        told = (*advice.cure.steps, advice.words)
        assert not any(BLAMES.search(one.en) or BLAMES.search(one.ja) for one in told)
        assert advice.cure.link == ""


@pytest.mark.parametrize("cloud", [GOOGLE, replace(OWN, oidc=True)])
@pytest.mark.parametrize("more", [{"error_codes": [50126]}, {"error_codes": [7000215, 1]}, {}])
def test_numbers_of_another_provider_are_none_of_microsofts(cloud, more):
    """They may be the same by chance, and its text may quote one."""
    account = replace(APP, cloud=cloud)
    said = "AADSTS7000222: The provided client secret keys are expired."
    answer = {"error": "invalid_grant", "error_description": said, **more}
    failed, known = failure(answer, account), failure({"error": "invalid_grant"}, account)
    assert (failed.codes, failed.words, failed.party) == ((), known.words, known.party)
    assert "AADSTS" not in failed.words.en
    assert not BLAMES.search(failed.words.en) and not BLAMES.search(failed.words.ja)


@pytest.mark.parametrize("error", ["temporarily_unavailable", "server_error"])
def test_a_server_of_ones_own_that_is_busy_is_nothing_of_microsoft_s(error):
    assert advise(error, cloud=MICROSOFT365).cure.link == "https://status.cloud.microsoft"
    cure = advise(error, cloud=OWN).cure
    assert cure.link == "" and not any(BLAMES.search(one.en) for one in cure.steps)


@pytest.mark.parametrize("cloud", [MICROSOFT365, OWN, GOOGLE, replace(OWN, oidc=True)])
def test_a_wrong_secret_is_put_in_by_the_command_that_is_named(cloud):
    codes = (7000215,) if cloud is MICROSOFT365 else ()
    advice = advise("invalid_client", codes=codes, cloud=cloud, secret="m365")
    for text in (advice.words.en, advice.words.ja):
        assert "noroshi secret set m365" in text
    steps = "\n".join(step.en for step in advice.cure.steps)
    assert "noroshi secret set {secret}" in steps
    without = advise("invalid_client", cloud=OWN)
    assert "secret set" not in without.words.en
