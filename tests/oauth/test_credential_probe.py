"""Whether a server other than Entra takes a credential: found out, and nothing is used up."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography import x509

from noroshi.oauth.client_certificates import make, parts
from noroshi.oauth.provider import Credential, SignInError
from noroshi.vault import Secret
from tests.oauth.authority import SECRET, as_json, refusal

WRONG = "another-secret"


@pytest.fixture(params=["oidc", "told"], ids=["by discovery", "endpoints"])
async def elsewhere(request, scene):
    """Somebody has signed in there, and each refresh token is good once."""
    scene.account = request.getfixturevalue(request.param)
    scene.authority.rotates_once = True
    return await scene.signed_in()


def secret_of(scene, value):
    return Credential(entry=scene.account.secret, kind="secret", value=Secret(value))


async def known(scene, value):
    return await scene.source.credential_valid(scene.account, secret_of(scene, value))


async def test_a_right_secret_is_known_and_the_sign_in_is_not_shown(elsewhere):
    kept = await elsewhere.kept_token()
    assert await known(elsewhere, SECRET) is True
    asked = elsewhere.authority.posts
    assert [form["grant_type"] for form in asked] == ["refresh_token"] * 2
    assert kept not in {form["refresh_token"] for form in asked}
    assert await elsewhere.kept_token() == kept
    assert await elsewhere.source.token(elsewhere.account)  # the sign-in goes on


async def test_a_wrong_secret_is_refused_and_nothing_is_remembered_of_it(elsewhere):
    with pytest.raises(SignInError) as wrong:
        await known(elsewhere, WRONG)
    assert wrong.value.error == "invalid_client"
    assert len(elsewhere.authority.posts) == 1
    assert await elsewhere.source.token(elsewhere.account)


async def test_a_server_that_looks_at_the_token_first_tells_nothing(elsewhere):
    elsewhere.authority.answer = lambda form: refusal("invalid_grant", 70000)
    assert await known(elsewhere, SECRET) is False
    assert await known(elsewhere, WRONG) is False


async def test_a_server_with_another_word_for_a_wrong_secret_is_understood(elsewhere):
    """Keycloak says unauthorized_client of it."""

    def answer(form):
        if form["client_secret"] != SECRET:
            return as_json(401, {"error": "unauthorized_client"})
        return None

    elsewhere.authority.answer = answer
    assert await known(elsewhere, SECRET) is True
    with pytest.raises(SignInError) as wrong:
        await known(elsewhere, WRONG)
    assert wrong.value.error == "unauthorized_client"


async def test_a_server_that_is_busy_proves_nothing(elsewhere):
    elsewhere.authority.answer = lambda form: as_json(503, {})
    with pytest.raises(SignInError) as busy:
        await known(elsewhere, SECRET)
    assert busy.value.party == "wait"


async def test_before_anybody_has_signed_in_a_secret_is_known_as_well(scene, oidc):
    scene.account = oidc
    assert await known(scene, SECRET) is True
    with pytest.raises(SignInError):
        await known(scene, WRONG)


async def test_without_another_one_what_the_vault_has_is_tried(elsewhere):
    assert await elsewhere.source.credential_valid(elsewhere.account) is True
    await elsewhere.vault.put(elsewhere.account.secret, Secret(WRONG))
    with pytest.raises(SignInError):
        await elsewhere.source.credential_valid(elsewhere.account)


async def test_a_public_client_has_nothing_to_be_known_by(scene, oidc):
    assert await scene.source.credential_valid(replace(oidc, secret="")) is False
    assert not scene.authority.posts


async def test_a_certificate_is_known_by_the_app_s_having_it(scene, oidc):
    account = replace(oidc, secret="", certificate="box-cert")
    theirs, ours = (make(name, datetime.now(UTC), 30) for name in ("theirs", "ours"))
    pem = parts(theirs.reveal())[1].encode()
    scene.authority.certificates = [x509.load_pem_x509_certificate(pem)]
    shown = Credential(entry="box-cert", kind="certificate", value=theirs)
    assert await scene.source.credential_valid(account, shown) is True
    with pytest.raises(SignInError) as wrong:
        await scene.source.credential_valid(account, replace(shown, value=ours))
    assert wrong.value.error == "invalid_client"


async def test_an_app_by_itself_shows_its_secret_for_a_token_that_nobody_uses(scene, oidc):
    scene.account = replace(oidc, sign_in="app")
    assert await known(scene, SECRET) is True
    assert [form["grant_type"] for form in scene.authority.posts] == ["client_credentials"]
    with pytest.raises(SignInError):
        await known(scene, WRONG)
