"""A new secret of another provider than Microsoft is proved before it takes the old one's place,
against the lab's and over real sockets."""

import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from noroshi.definitions.document_content import document
from noroshi_lab.lab import switches
from noroshi_lab.lab.client_config import definitions
from noroshi_lab.lab.lab import Lab
from noroshi_lab.lab.person import sign_in
from tests.noroshi_lab.lab.lab_keys import with_keys
from tests.service.clients import ErrorAnswer
from tests.service.sign_in.test_probes import Office

ENTRY, WRONG = "elsewhere-secret", "certainly~not-it"


class Elsewhere(Office):
    """A service whose account is at the lab's other provider, with its secret in the vault."""

    @property
    def card(self):
        return self.lab.address.elsewhere

    async def applied(self, cloud=(), **changed):
        made = definitions(self.lab.address)
        account = tomllib.loads(made["accounts/elsewhere.toml"]) | changed
        content = {
            "clouds/elsewhere": tomllib.loads(made["clouds/elsewhere.toml"]) | dict(cloud),
            "accounts/box": {k: v for k, v in account.items() if v is not None},
            "routes/out": {"kind": "smtp", "options": {"account": "box"}},
        }
        documents = [document(key, told) for key, told in content.items()]
        given = [{"key": one.key, "body": one.body} for one in documents]
        await self.ask("apply", documents=given)
        return self.ask

    async def signed_in(self):
        begun = await self.ask("authorize_begin", route="out")
        card, ca = self.card, self.lab.address.ca_file
        back = await sign_in(begun["url"], card.user, card.password, ca)
        await self.ask("authorize_finish", route="out", pasted=back)

    async def kept(self):
        return (await self.vault.get(ENTRY)).reveal()


@pytest.fixture
async def elsewhere(tmp_path):
    async with Lab(with_keys(tmp_path / "lab"), clock=lambda: datetime.now(UTC)) as lab:
        office = Elsewhere(lab)
        await office.applied()
        await office.ask("set_secret", name=ENTRY, value=office.card.client_secret)
        yield office


@pytest.fixture
async def robot(elsewhere):
    """Its app is a service account, as Google's are."""
    issuer = elsewhere.card.issuer
    cloud = {
        "authority": None,
        "oidc": None,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "app_scope": elsewhere.card.scope.split()[0],
        "app_grant": "service_account",
    }
    key = Path(elsewhere.card.service_account).read_text("utf-8")
    kept = tomllib.loads(definitions(elsewhere.lab.address)["clouds/elsewhere.toml"]) | cloud
    who = {"sign_in": "app", "redirect": None, "client_id": json.loads(key)["client_email"]}
    await elsewhere.applied({k: v for k, v in kept.items() if v is not None}, **who)
    await elsewhere.ask("set_secret", name=ENTRY, value=key)
    return elsewhere


async def test_a_wrong_secret_leaves_the_right_one_in_place(elsewhere):
    with pytest.raises(
        ErrorAnswer, match=r"(?s)does not accept the application's secret.*is unchanged"
    ) as told:
        await elsewhere.ask("set_secret", name=ENTRY, value=WRONG, proved=True)
    assert told.value.problems[0][0] == "secret"
    assert await elsewhere.kept() == elsewhere.card.client_secret
    await elsewhere.ask("set_secret", name=ENTRY, value=WRONG)
    assert await elsewhere.kept() == WRONG


async def test_the_right_one_is_taken_and_the_sign_in_is_not_used_up(elsewhere):
    switches.find("elsewhere-refresh").put(elsewhere.lab.board, "rotating")
    await elsewhere.signed_in()
    before = (await elsewhere.vault.get("refresh/box")).reveal()
    right = {"name": ENTRY, "value": elsewhere.card.client_secret}
    await elsewhere.ask("set_secret", **right, proved=True)
    (found,) = await elsewhere.ask("secret_try", name=ENTRY)
    assert (found["taken"], found["refused"]) == (True, False)
    assert (await elsewhere.vault.get("refresh/box")).reveal() == before
    assert (await elsewhere.ask("account_try", account="box"))["sure"] is True


async def test_a_server_that_is_away_leaves_the_old_one(elsewhere):
    switches.find("elsewhere").put(elsewhere.lab.board, "refuses")
    with pytest.raises(
        ErrorAnswer, match=r"(?s)cannot connect.*will not be retried automatically"
    ):
        await elsewhere.ask("set_secret", name=ENTRY, value=WRONG, proved=True)
    assert await elsewhere.kept() == elsewhere.card.client_secret


async def test_a_key_file_that_was_deleted_leaves_the_good_one(robot):
    good = await robot.kept()
    assert await robot.ask("set_secret", name=ENTRY, value=good, proved=True) == ENTRY
    other = json.loads(good) | {"private_key_id": "of-another-key"}
    with pytest.raises(
        ErrorAnswer, match=r"(?s)Google does not accept the .* key.*is unchanged"
    ):
        await robot.ask("set_secret", name=ENTRY, value=json.dumps(other), proved=True)
    assert await robot.kept() == good


async def test_a_grant_that_is_not_allowed_says_nothing_of_the_secret(elsewhere):
    made = tomllib.loads(definitions(elsewhere.lab.address)["clouds/elsewhere.toml"])
    cloud = made | {"app_scope": made["scope"]}
    ask = await elsewhere.applied(cloud, sign_in="app", redirect=None)
    right = {"name": ENTRY, "value": elsewhere.card.client_secret}
    await ask("set_secret", **right, proved=True)
    (found,) = await ask("secret_try", name=ENTRY)
    assert (found["taken"], found["refused"]) == (False, False)
    assert "unsupported_grant_type" in found["why"]["en"]
    with pytest.raises(ErrorAnswer, match="invalid_client"):
        await ask("set_secret", name=ENTRY, value=WRONG, proved=True)
