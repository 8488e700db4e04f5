"""Which part of an account is wrong is found out before anybody signs in, against the lab."""

import pytest

from tests.service.sign_in.test_probes import NOBODY, office

__all__ = ["office"]
NONE = {"field": "", "why": {"en": "", "ja": ""}}
WRONG = {
    "no such tenant": ({"tenant": "nobody.example"}, "tenant", "nant"),
    "not a single tenant": ({"tenant": "common"}, "tenant", "not a single tenant"),
    "no such app": ({"client_id": NOBODY}, "client_id", "AADSTS700016"),
}


@pytest.mark.parametrize("case", WRONG)
async def test_what_is_wrong_is_told_by_the_setting_that_is_meant(office, case):
    changed, field, why = WRONG[case]
    ask = await office.applied(**changed)
    found = await ask("account_check", account="box")
    assert found["field"] == field and why in found["why"]["en"]


async def test_nothing_is_wrong_where_no_secret_is_kept_yet(office):
    ask = await office.applied()
    assert await ask("account_check", account="box") == NONE


async def test_a_secret_is_tried_before_it_is_kept_and_is_kept_nowhere(office):
    ask, good = await office.applied(), office.lab.address.client_secret
    found = await ask("account_check", account="box", secret="certainly~not-it")
    assert found["field"] == "secret" and "AADSTS7000215" in found["why"]["en"]
    assert await ask("account_check", account="box", secret=f" {good}\n") == NONE
    assert not any(one["kept"] for one in await ask("secret_list"))


async def test_what_is_no_secret_at_all_is_shown_to_nobody(office):
    ask = await office.applied()
    found = await ask("account_check", account="box", secret=NOBODY)
    assert found["field"] == "secret" and "Secret ID" in found["why"]["en"]


async def test_the_secret_that_is_kept_is_tried_where_none_is_given(office):
    ask = await office.applied()
    await ask("set_secret", name="lab-secret", value="certainly~not-it")
    assert (await ask("account_check", account="box"))["field"] == "secret"


async def test_a_policy_for_apps_and_a_server_that_is_away_are_no_setting_s_fault(office):
    ask = await office.applied()
    office.turn("conditional-access", "blocking")
    good = office.lab.address.client_secret
    assert await ask("account_check", account="box", secret=good) == NONE
    office.turn("entra", "refuses")
    found = await ask("account_check", account="box", secret=good)
    assert found["field"] == "" and "cannot connect" in found["why"]["en"]


async def test_of_another_provider_nothing_is_asked(office):
    ask = await office.applied(cloud="google", tenant=None)
    assert await ask("account_check", account="box", secret="x") == NONE
