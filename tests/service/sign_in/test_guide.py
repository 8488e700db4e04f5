"""The administrator's steps of a route in force, with its values in them."""

import pytest

from tests.service.clients import ErrorAnswer, InProcessClient, apply_definitions
from tests.service.harness import Harness

CLIENT = "11111111-2222-3333-4444-555555555555"


async def harness_of(**account):
    ask = InProcessClient(Harness())
    box = {
        "cloud": "microsoft365",
        "tenant": "example.onmicrosoft.com",
        "client_id": CLIENT,
        "mailbox": "noroshi@example.com",
    }
    await apply_definitions(ask, accounts__box=box | account)
    return ask


async def test_the_steps_have_the_user_s_values_in_them():
    ask = await harness_of(secret="app")
    found = await ask("guide_show", route="m365")
    assert found["way"] == "person-paste"
    (on,) = [one for one in found["steps"] if one["id"] == "smtp-auth"]
    lines = " ".join(on["lines"])
    assert "Set-CASMailbox" in lines and "noroshi@example.com" in lines
    assert "noroshi@example.com" in found["text"]["ja"] and "管理者" in found["text"]["ja"]


async def test_another_way_to_sign_in_has_steps_of_its_own():
    ask = await harness_of(secret="app")
    found = await ask("guide_show", route="m365", way="app-certificate")
    told = found["text"]["en"]
    assert found["way"] == "app-certificate"
    assert "noroshi-box.cer" in told and f"-AppId {CLIENT}" in told


async def test_a_certificate_that_is_kept_is_named_by_its_thumbprint():
    ask = await harness_of(sign_in="app", certificate="box-cert")
    made = await ask("certificate_new", name="box")
    found = await ask("guide_show", route="m365")
    assert found["way"] == "app-certificate" and made["sha1"] in found["text"]["en"]


async def test_a_way_that_there_is_not_is_told_with_those_there_are():
    ask = await harness_of(secret="app")
    with pytest.raises(ErrorAnswer, match="app-secret"):
        await ask("guide_show", route="m365", way="app-secrets")


async def test_a_route_of_another_provider_has_no_steps():
    ask = await harness_of(cloud="google", tenant="", secret="app")
    with pytest.raises(ErrorAnswer, match="no guide"):
        await ask("guide_show", route="m365")
