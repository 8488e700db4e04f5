"""Who can mend a refusal, and that every text names its number and both languages."""

from __future__ import annotations

import pytest

from noroshi.oauth.advice import BY_CODE, BY_ERROR, advise


@pytest.mark.parametrize(
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
        pytest.param("never_heard_of", (), "setup", id="an unknown error"),
    ],
)
def test_who_can_mend_it(error, codes, who):
    assert advise(error, codes=codes).who == who


def test_a_missing_consent_is_known_by_its_suberror_alone():
    assert "consent" in advise("invalid_grant", suberror="consent_required").words.en


@pytest.mark.parametrize("code", sorted(BY_CODE))
def test_each_number_is_named_in_both_languages(code):
    words = advise("invalid_grant", codes=(code,)).words
    assert f"(AADSTS{code})" in words.en and f"(AADSTS{code})" in words.ja
    assert not words.ja.isascii()


@pytest.mark.parametrize("error", sorted(BY_ERROR))
def test_each_class_is_named_in_both_languages(error):
    words = advise(error).words
    assert f"({error})" in words.en and f"({error})" in words.ja
