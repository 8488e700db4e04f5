"""Who may have signed in for an account without a caution, and what the others are told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from noroshi.core.translation import NOTHING
from noroshi.oauth.account import Account
from noroshi.oauth.well_known_clouds import GOOGLE, MICROSOFT365
from noroshi.oauth.wrong_mailbox import of_other

ACCOUNT = Account(
    name="m365", cloud=MICROSOFT365, tenant="t", client_id="c", mailbox="alarm@x.test"
)
AKI = "aki@x.test"


@pytest.mark.parametrize("resource", ["smtp", "graph"])
@pytest.mark.parametrize(
    ("account", "user"),
    [
        pytest.param(ACCOUNT, "Alarm@x.test", id="the mailbox itself"),
        pytest.param(replace(ACCOUNT, is_shared=True), AKI, id="for a shared mailbox"),
        pytest.param(replace(ACCOUNT, sign_in="app"), AKI, id="an app"),
        pytest.param(ACCOUNT, "", id="nobody knows who"),
    ],
)
def test_whoever_was_expected_is_told_nothing(account, user, resource):
    assert of_other(account, user, resource, "out") == NOTHING


@pytest.mark.parametrize(
    ("cloud", "resource", "said"),
    [
        pytest.param(MICROSOFT365, "smtp", "give aki@x.test the permissions", id="SMTP"),
        pytest.param(
            MICROSOFT365, "graph", "set shared = true in accounts/m365.toml", id="Graph"
        ),
        pytest.param(GOOGLE, "smtp", "will most likely be refused", id="elsewhere"),
    ],
)
def test_another_is_told_what_that_needs(cloud, resource, said):
    words = of_other(replace(ACCOUNT, cloud=cloud), AKI, resource, "out")
    assert said in words.en and "alarm@x.test" in words.ja
    assert ("shared = true" in words.ja) == (resource == "graph")
