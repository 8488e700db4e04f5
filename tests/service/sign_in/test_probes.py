"""What can be proved of a sign-in before any mail is sent, against the lab and over real sockets."""

import json
import tomllib
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography import x509

from noroshi import transports
from noroshi.definitions.document_content import document
from noroshi.oauth.client_certificates import describe, make, parts
from noroshi.oauth.providers.generic import GenericProvider
from noroshi.oauth.providers.msal import MsalProvider
from noroshi.oauth.refresh_lock import RefreshLock
from noroshi.oauth.tokens import TokenSource
from noroshi.plugins import Plugins
from noroshi.ports import Document
from noroshi.service import Service, ServiceParts
from noroshi.service.errors import ReauthenticationRequiredError
from noroshi.service.operation_context import OperationContext
from noroshi.stores.memory.store import MemoryStore
from noroshi.testing import ManualClocks
from noroshi.vault import Box, Secret, Vault
from noroshi_lab.lab import switches
from noroshi_lab.lab.client_config import definitions
from noroshi_lab.lab.lab import Lab
from noroshi_lab.lab.person import sign_in
from tests.e2e.world import FAR
from tests.noroshi_lab.lab.lab_keys import with_keys
from tests.service.clients import ErrorAnswer, InProcessClient
from tests.service.node.test_secret_bindings import TOKEN

NOBODY = "00000000-0000-0000-0000-000000000000"


class Office:
    """A service whose one account is the lab's; what of it is changed comes with `applied`."""

    def __init__(self, lab):
        self.lab = lab
        time = ManualClocks()
        time.now = datetime.now(UTC)
        store = MemoryStore()
        self.vault = Vault(store, Box(Secret("5a" * 32)))
        tokens = TokenSource(
            vault=self.vault,
            provider_of=lambda cloud: MsalProvider() if cloud.entra else GenericProvider(),
            clocks=time.clocks,
            refresh_lock=RefreshLock(store, "node", time.clocks),
        )
        self.service = Service(
            OperationContext(
                store,
                Plugins((), (), transports.BUILT_IN),
                time.clocks,
                ServiceParts(vault=self.vault, tokens=tokens, new_id=lambda: "01JZ"),
            )
        )
        self.ask = InProcessClient(self)

    async def applied(self, route="smtp", cloud_without=(), cloud_with=(), **changed):
        made = definitions(self.lab.address)
        account = tomllib.loads(made["accounts/lab.toml"]) | changed
        cloud = tomllib.loads(made["clouds/lab.toml"]) | dict(cloud_with)
        content = {
            "clouds/lab": {k: v for k, v in cloud.items() if k not in cloud_without},
            "accounts/box": {k: v for k, v in account.items() if v is not None},
            "routes/out": {"kind": route, "options": {"account": "box"}},
        }
        documents = [document(key, told) for key, told in content.items()]
        given = [{"key": one.key, "body": one.body} for one in documents]
        await self.ask("apply", documents=given)
        return self.ask

    async def by_secret(self, **changed):
        """The lab's app, which signs in by itself."""
        ask = await self.applied(sign_in="app", redirect=None, **changed)
        await ask("set_secret", name="lab-secret", value=self.lab.address.client_secret)
        return ask

    def turn(self, name, value):
        switches.find(name).put(self.lab.board, value)


@pytest.fixture
async def office(tmp_path):
    async with Lab(with_keys(tmp_path / "lab"), clock=lambda: datetime.now(UTC)) as lab:
        yield Office(lab)


async def test_a_domain_of_the_organisation_leads_to_the_tenant_s_id(office):
    ask = await office.applied(tenant=office.lab.address.tenant_domain)
    found = await ask("account_tenant", account="box")
    assert found["id"] == office.lab.address.tenant_id
    assert found["host"].startswith("localhost:")


@pytest.mark.parametrize("tenant", ["nobody.example", "common"])
async def test_a_tenant_that_is_none_is_told(office, tenant):
    ask = await office.applied(tenant=tenant)
    with pytest.raises(ErrorAnswer, match=rf"trouble: Tenant {tenant}: .*enant"):
        await ask("account_tenant", account="box")


async def test_a_provider_that_is_not_microsoft_has_no_tenants(office):
    ask = await office.applied(cloud="google", tenant=None)
    with pytest.raises(ErrorAnswer, match="not found: Cloud “google” is not Microsoft's"):
        await ask("account_tenant", account="box")


async def test_a_sign_in_server_that_is_away_proves_nothing(office):
    ask = await office.applied()
    office.turn("entra", "refuses")
    with pytest.raises(ErrorAnswer, match=r"cannot connect to localhost:.* refused .*\[\]$"):
        await ask("account_tenant", account="box")
    with pytest.raises(ErrorAnswer, match=r"cannot connect to localhost:.* refused .*\[\]$"):
        await ask("account_try", account="box", bare=True)


async def test_an_app_is_known_before_there_is_any_secret(office):
    ask = await office.applied()
    assert await ask("account_try", account="box", bare=True) == {
        "sure": True,
        "why": {"en": "", "ja": ""},
    }


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        pytest.param({"client_id": NOBODY}, "AADSTS700016", id="no such app"),
        pytest.param({"tenant": NOBODY}, "AADSTS90002", id="no such tenant"),
    ],
)
async def test_an_app_that_is_not_there_is_told(office, changed, told):
    ask = await office.applied(**changed)
    with pytest.raises(ErrorAnswer, match=told) as refused:
        await ask("account_try", account="box", bare=True)
    assert refused.value.codes == (told,)


@pytest.mark.parametrize("sign_in", ["person", "app"])
async def test_a_secret_is_proved_by_itself_whoever_signs_in(office, sign_in):
    ask = await office.applied(sign_in=sign_in, redirect=None)
    with pytest.raises(ErrorAnswer, match="trouble: The vault has no client secret"):
        await ask("account_try", account="box")
    await ask("set_secret", name="lab-secret", value="certainly~not-it")
    with pytest.raises(ErrorAnswer, match="AADSTS7000215") as wrong:
        await ask("account_try", account="box")
    assert wrong.value.problems[0][0] == "secret"
    assert "noroshi secret set lab-secret" in wrong.value.problems[0][1]
    await ask("set_secret", name="lab-secret", value=office.lab.address.client_secret)
    assert (await ask("account_try", account="box"))["sure"] is True
    assert (await ask("status"))["routes"][0]["state"] == "not signed in"


async def test_a_secret_that_is_refused_does_not_take_a_good_one_s_place(office):
    ask = await office.by_secret()
    new = {"name": "lab-secret", "value": "certainly~not-it"}
    with pytest.raises(
        ErrorAnswer, match=r"AADSTS7000215(?s:.*)“lab-secret” in the vault is unchanged"
    ) as told:
        await ask("set_secret", **new, proved=True)
    assert told.value.problems[0][0] == "secret" and told.value.codes == ("AADSTS7000215",)
    assert (await office.vault.get("lab-secret")).reveal() == office.lab.address.client_secret
    office.turn("entra", "refuses")
    with pytest.raises(ErrorAnswer, match=r"cannot connect(?s:.*)is unchanged"):
        await ask("set_secret", **new, proved=True)
    await ask("set_secret", **new)
    assert (await office.vault.get("lab-secret")).reveal() == "certainly~not-it"


async def test_what_the_server_says_of_an_entry_is_told_for_each_account(office):
    ask = await office.by_secret(secret_ends=FAR)
    assert await ask("secret_try", name="lab-secret") == [
        {
            "account": "box",
            "taken": True,
            "refused": False,
            "why": {"en": "", "ja": ""},
            "ends": FAR,
        }
    ]
    await ask("set_secret", name="lab-secret", value="certainly~not-it")
    (found,) = await ask("secret_try", name="lab-secret")
    assert found["refused"] is True and "AADSTS7000215" in found["why"]["en"]
    assert await ask("secret_try", name="relay") == []


async def test_a_client_secret_of_several_lines_is_refused(office):
    ask = await office.applied()
    two = office.lab.address.client_secret + "\nanother line"
    with pytest.raises(ErrorAnswer, match="not saved") as told:
        await ask("set_secret", name="lab-secret", value=two)
    assert "several lines" in told.value.problems[0][1]
    await ask("set_secret", name="relay", value="a\nb")  # another's business


async def test_a_policy_for_apps_leaves_open_whether_the_secret_is_right(office):
    ask = await office.applied()
    await ask("set_secret", name="lab-secret", value=office.lab.address.client_secret)
    office.turn("conditional-access", "blocking")
    tried = await ask("account_try", account="box")
    assert tried["sure"] is False and "AADSTS53003" in tried["why"]["en"]


async def test_a_certificate_is_proved_once_it_is_uploaded(office):
    certified = {"certificate": "box-cert", "secret": None}
    ask = await office.applied(sign_in="app", redirect=None, **certified)
    await ask("certificate_new", name="box")
    with pytest.raises(ErrorAnswer, match="AADSTS700027"):
        await ask("account_try", account="box")


def uploaded(office, bundle):
    """An administrator has registered this one, and no other."""
    pem = parts(bundle.reveal())[1].encode()
    only = (x509.load_pem_x509_certificate(pem),)
    office.lab.board.keep(replace(office.lab.board.app, certificates=only))


async def test_a_certificate_that_nobody_uploaded_does_not_take_a_good_one_s_place(office):
    ask = await office.applied(
        sign_in="app", redirect=None, certificate="box-cert", secret=None
    )
    good, other = (make(name, datetime.now(UTC), 30) for name in ("good", "other"))
    uploaded(office, good)
    await ask("certificate_import", name="box", pem=good.reveal())
    given = {"name": "box", "pem": other.reveal(), "replace": True, "proved": True}
    sha1 = describe(other.reveal()).thumbprints.sha1.upper()
    said = rf"(?s)no certificate with the thumbprint {sha1} \(AADSTS700027\).*a few minutes.*is unchanged"
    with pytest.raises(ErrorAnswer, match=said) as told:
        await ask("certificate_import", **given)
    assert "noroshi cert show" not in str(told.value)  # which would show the other one
    assert told.value.problems == [
        ("", "To save the value anyway: noroshi cert import box FILE --replace --force")
    ]
    assert await office.vault.get("box-cert") == good
    uploaded(office, other)
    await ask("certificate_import", **given)
    assert await office.vault.get("box-cert") == other


async def test_a_person_s_certificate_is_proved_before_it_takes_another_one_s_place(office):
    ask = await office.applied(certificate="box-cert", secret=None)
    good, other = (make(name, datetime.now(UTC), 30) for name in ("good", "other"))
    uploaded(office, good)
    await ask("certificate_import", name="box", pem=good.reveal())
    given = {"name": "box", "pem": other.reveal(), "replace": True}
    with pytest.raises(ErrorAnswer, match="AADSTS700027"):
        await ask("certificate_import", **given, proved=True)
    await ask("certificate_import", **given)
    (found,) = await ask("secret_try", name="box-cert")
    assert found["refused"] is True and found["ends"] is None


async def test_an_app_s_token_names_the_object_that_exchange_wants_to_know(office):
    ask = await office.by_secret()
    seen = await ask("token_look", route="out")
    assert seen["good"] is True and seen["permits"] == ["SMTP.SendAsApp"]
    assert len(seen["object_id"]) == 36 and seen["person"] == ""
    assert datetime.fromisoformat(seen["until"]) > datetime.now(UTC)
    assert seen["words"][0]["en"] == "It is for Exchange Online."


async def test_a_token_without_a_permission_is_right_where_exchange_grants_it(office):
    ask = await office.by_secret()
    office.turn("app-permission", "unconsented")
    seen = await ask("token_look", route="out")
    assert seen["good"] is True and seen["permits"] == []
    assert "RBAC for Applications" in seen["words"][1]["en"]


async def test_a_permission_for_every_mailbox_is_told_at_graph(office):
    ask = await office.by_secret()
    await office.applied(route="graph", sign_in="app", redirect=None)
    seen = await ask("token_look", route="out")
    assert seen["good"] is True
    assert "can send from every mailbox" in seen["words"][-1]["en"]


async def test_a_token_for_somebody_else_s_server_is_told(office):
    graph = tomllib.loads(definitions(office.lab.address)["clouds/lab.toml"])["graph_app_scope"]
    ask = await office.by_secret()
    cloud = tomllib.loads(definitions(office.lab.address)["clouds/lab.toml"])
    exported = (await ask("export"))["documents"]
    other = document("clouds/lab", cloud | {"app_scope": graph})
    kept = [one for one in exported if one["key"] != other.key]
    await ask("apply", documents=[*kept, {"key": other.key, "body": other.body}])
    seen = await ask("token_look", route="out")
    assert seen["good"] is False
    assert "not for Exchange Online, which will refuse it" in seen["words"][0]["en"]


async def signed_in(office, ask):
    begun = await ask("authorize_begin", route="out")
    address = office.lab.address
    back = await sign_in(begun["url"], address.user, address.password, address.ca_file)
    await ask("authorize_finish", route="out", pasted=back)


async def test_a_person_s_token_says_who_signed_in(office):
    ask = await office.applied()
    await ask("set_secret", name="lab-secret", value=office.lab.address.client_secret)
    with pytest.raises(ErrorAnswer, match="trouble: Nobody has signed in"):
        await ask("token_look", route="out")
    await signed_in(office, ask)
    seen = await ask("token_look", route="out")
    assert (seen["person"], seen["permits"]) == (office.lab.address.user, ["SMTP.Send"])
    assert seen["good"] is True and seen["object_id"] == ""


async def test_another_than_the_mailbox_is_told_what_that_needs(office):
    lab = office.lab
    box = lab.directory.tenants[0].mailboxes[lab.address.reader]
    lab.directory.tenants[0].mailboxes[box.address] = replace(
        box, open_to=frozenset({lab.address.user})
    )
    ask = await office.applied(mailbox=box.address)
    await ask("set_secret", name="lab-secret", value=lab.address.client_secret)
    await signed_in(office, ask)
    seen = await ask("token_look", route="out")
    assert "requires Full Access and Send As" in seen["words"][-1]["en"]


async def test_a_person_who_signs_in_for_a_shared_mailbox_is_expected(office):
    ask = await office.applied(mailbox=office.lab.address.shared, shared=True)
    await ask("set_secret", name="lab-secret", value=office.lab.address.client_secret)
    await signed_in(office, ask)
    seen = await ask("token_look", route="out")
    assert seen["good"] is True
    assert "signed in, for the shared mailbox" in seen["words"][-1]["en"]


async def as_it_would_be(office, **changed):
    """What accounts/box would say, and the version that is in force meanwhile."""
    found = await office.ask("definition_show", keys=["accounts/box"])
    said = {**found["documents"]["accounts/box"], **changed}
    one = document("accounts/box", said)
    return {"account": "box", "over": [{"key": one.key, "body": one.body}]}


async def test_an_account_is_proved_as_it_would_be_and_stays_as_it_is(office):
    ask = await office.by_secret()
    before = await ask("export")
    right = await as_it_would_be(office, tenant=office.lab.address.tenant_domain)
    assert (await ask("account_tenant", **right))["id"] == office.lab.address.tenant_id
    assert (await ask("account_try", **right))["sure"] is True
    wrong = await as_it_would_be(office, client_id=NOBODY)
    with pytest.raises(ErrorAnswer, match="AADSTS700016"):
        await ask("account_try", bare=True, **wrong)
    with pytest.raises(ErrorAnswer, match="AADSTS90002"):
        await ask("account_tenant", **await as_it_would_be(office, tenant="nobody.example"))
    with pytest.raises(ErrorAnswer, match="invalid: The definitions have errors"):
        await ask("account_try", **await as_it_would_be(office, tenant=7))
    assert await ask("export") == before
    assert (await ask("account_try", account="box"))["sure"] is True


async def test_a_secret_is_proved_before_it_is_kept(office):
    ask = await office.by_secret()
    await ask("account_try", account="box", secret=office.lab.address.client_secret)
    for bad, told in (("certainly~not-it", "AADSTS7000215"), ("a\nb", "not saved")):
        with pytest.raises(ErrorAnswer, match=told):
            await ask("account_try", account="box", secret=bad)
    kept = await office.vault.get("lab-secret")
    assert kept.reveal() == office.lab.address.client_secret
    assert "certainly" not in str(await ask("audit"))


async def test_what_is_kept_is_shown_on_trial_to_nobody_for_whom_it_is_not(office):
    ask = await office.by_secret()
    cloud = (await ask("definition_show", keys=["clouds/lab"]))["documents"]["clouds/lab"]
    led = document("clouds/lab", {**cloud, "authority": "https://evil.test/{tenant}"})
    with pytest.raises(
        ReauthenticationRequiredError, match="would send a secret to a different destination"
    ):
        await office.service.probes.account_try(TOKEN, "box", over=(led,))


@pytest.mark.parametrize("op", ["account_try", "account_check"])
async def test_what_is_typed_is_shown_on_trial_to_nobody_whom_a_token_chose(office, op):
    ask = await office.applied()
    found = (await ask("export"))["documents"]
    (cloud,) = [json.loads(one["body"]) for one in found if one["key"] == "clouds/lab"]
    led = document("clouds/lab", {**cloud, "authority": "https://evil.test/{tenant}"})
    others = [Document(**one) for one in found if one["key"] != "clouds/lab"]
    await office.service.definitions.apply(TOKEN, (*others, led))
    with pytest.raises(
        ErrorAnswer,
        match=r"conflict: .*which is not allowed to change the destination of secrets",
    ):
        await ask(op, account="box", secret="typed~by-somebody")


@pytest.mark.parametrize("op", ["account_tenant", "account_try"])
async def test_an_account_that_is_not_there_is_told_with_the_nearest(office, op):
    ask = await office.applied()
    with pytest.raises(
        ErrorAnswer, match=r"not found: There is no account “box1” \(did you mean box"
    ):
        await ask(op, account="box1")


async def test_a_wrong_secret_leaves_the_right_one_where_the_cloud_has_no_app_scope(office):
    """A profile of one's own for people alone: the app can be asked about all the same."""
    ask = await office.applied(cloud_without=("app_scope",))
    right = {"name": "lab-secret", "value": office.lab.address.client_secret}
    await ask("set_secret", **right)
    with pytest.raises(ErrorAnswer, match=r"(?s)AADSTS7000215.*is unchanged") as told:
        await ask("set_secret", name="lab-secret", value="certainly~not-it", proved=True)
    assert "scope" not in str(told.value)
    assert (await office.vault.get("lab-secret")).reveal() == right["value"]
    await ask("set_secret", **right, proved=True)
    (found,) = await ask("secret_try", name="lab-secret")
    assert (found["taken"], found["refused"], found["why"]["en"]) == (True, False, "")


async def test_so_it_is_where_the_server_knows_no_such_scope_of_an_app(office):
    scope = {"scope": "https://unknown.example/Mail.Send"}
    ask = await office.applied(cloud_without=("app_scope",), cloud_with=scope)
    right = {"name": "lab-secret", "value": office.lab.address.client_secret}
    await ask("set_secret", **right)
    with pytest.raises(ErrorAnswer, match=r"(?s)AADSTS7000215.*is unchanged"):
        await ask("set_secret", name="lab-secret", value="certainly~not-it", proved=True)
    assert (await office.vault.get("lab-secret")).reveal() == right["value"]
    await ask("set_secret", **right, proved=True)


async def test_where_nothing_can_be_told_the_true_reason_is_given(office):
    ask = await office.applied(cloud_without=("app_scope",), cloud_with={"scope": "mail"})
    await ask("set_secret", name="lab-secret", value="anything~at-all")
    (found,) = await ask("secret_try", name="lab-secret")
    assert (found["taken"], found["refused"]) == (False, False)
    assert found["why"]["en"] == "the sign-in server gives the same reply to a made-up value"
