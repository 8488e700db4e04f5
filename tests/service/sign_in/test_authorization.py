"""Ways to sign in as operations, near and far: a port of one's own, a code, certificates."""

import pytest
from cryptography import x509

from noroshi.core.translation import bilingual
from noroshi.oauth.client_certificates import make
from noroshi.oauth.provider import Pending, SignInError
from tests.service.clients import ErrorAnswer, apply_definitions
from tests.service.harness import CANARY, CONTENT, DOWN, GIVEN, OLD_SECRET

BOX = CONTENT["accounts/box"]
CERTIFIED = {name: told for name, told in BOX.items() if name != "secret"} | {
    "certificate": "box-cert",
    "certificate_next": "box-next",
}
OWN = {
    "authority": "https://login.example.com",
    "scope": "smtp",
    "smtp_host": "mail.example.com",
    "oidc": True,
}
ROBOT = {
    "cloud": "google",
    "client_id": "noroshi@project.iam.gserviceaccount.com",
    "sign_in": "app",
    "secret": "app",
    "mailbox": "noroshi@example.com",
}
KEY_FILE = (
    '{"client_email":"a@b","private_key_id":"1","private_key":"-----BEGIN PRIVATE KEY-----"}'
)


async def test_a_sign_in_may_end_at_a_port_where_somebody_listens(ask):
    await apply_definitions(ask)
    await ask("set_secret", name="app", value=CANARY)
    begun = await ask("authorize_begin", route="m365", port=50_123)
    assert begun["redirect"] == "http://localhost:50123/MxMail/"
    assert begun["redirect"] in begun["url"]


async def test_where_the_redirect_leads_elsewhere_nobody_can_listen(ask):
    account = BOX | {"redirect": "https://app.example.com/cb"}
    await apply_definitions(ask, accounts__box=account)
    with pytest.raises(ErrorAnswer, match="conflict: The redirect of account “box”"):
        await ask("authorize_begin", route="m365", port=50_123)


async def test_a_person_consents_to_what_the_account_s_routes_need(ask):
    graph = {"kind": "post", "options": {"account": "box"}}
    await apply_definitions(
        ask, accounts__box=BOX | {"reads_inbox": True}, routes__second=graph
    )
    await ask("set_secret", name="app", value=CANARY)
    await ask("authorize_begin", route="m365")
    assert ask.harness.server.wanted == ("smtp",)


async def test_the_right_to_read_the_mailbox_is_asked_for_only_where_somebody_says_so(ask):
    await apply_definitions(ask, accounts__box=BOX | {"reads_inbox": True})
    await ask("set_secret", name="app", value=CANARY)
    for way in ("authorize_begin", "authorize_device"):
        with pytest.raises(ErrorAnswer, match="conflict: First sign in for sending"):
            await ask(way, route="m365", read=True)
    await ask("authorize_begin", route="m365")
    assert ask.harness.server.wanted == ("smtp",)
    await ask(
        "authorize_finish", route="m365", pasted="http://localhost/MxMail/?code=good&state=S"
    )
    await ask("authorize_begin", route="m365", read=True)
    assert ask.harness.server.wanted == ("inbox",)
    await ask("authorize_device", route="m365", read=True)
    assert ask.harness.server.wanted == ("inbox",)


async def test_an_app_by_itself_is_asked_for_a_token_to_read_the_mailbox_as_well(ask):
    app = BOX | {"sign_in": "app", "reads_inbox": True}
    await apply_definitions(ask, accounts__box=app)
    await ask("set_secret", name="app", value=CANARY)
    sends = await ask("authorize_app", route="m365")
    reads = await ask("authorize_app", route="m365", read=True)
    (more,) = reads["token"][len(sends["token"]) :]
    assert "Mail.Read" in more["en"]
    (row, *_) = [one for one in await ask("audit") if one["op"] == "authorize_app"]
    assert (row["given"]["route"], row["after"]) == (
        "m365",
        {"account": "box", "state": "well"},
    )


async def test_an_app_is_told_the_permission_that_its_route_s_server_wants(ask):
    bulk = {"kind": "post", "options": {"account": "box", "host": "smtp.hve.mx.microsoft"}}
    await apply_definitions(ask, accounts__box=BOX | {"sign_in": "app"}, routes__bulk=bulk)
    await ask("set_secret", name="app", value=CANARY)
    wanted = {
        route: (await ask("authorize_app", route=route))["token"][-1]["en"]
        for route in ("m365", "bulk")
    }
    assert "SMTP.SendAsApp" in wanted["m365"]
    assert "Office 365 Exchange Online permission Mail.Send" in wanted["bulk"]


@pytest.mark.parametrize("operation", ["authorize_begin", "authorize_device"])
async def test_an_account_that_does_not_read_its_mailbox_is_not_given_the_right(ask, operation):
    await apply_definitions(ask)
    with pytest.raises(ErrorAnswer, match="conflict: Account “box” does not read its mailbox"):
        await ask(operation, route="m365", read=True)


async def test_a_code_is_shown_asked_about_and_the_route_is_ready(ask):
    await apply_definitions(ask)
    await ask("set_secret", name="app", value=CANARY)
    device = await ask("authorize_device", route="m365")
    assert device["code"] == "ABCD-1234" and device["url"].endswith("/device")
    assert (device["seconds"], device["wait"]) == (900, 5)
    asked = await ask("authorize_device_ask", route="m365")
    assert (asked["route"], asked["wait"]) == (None, 5)
    ask.harness.server.on_device = Pending(slow_down=True)
    assert (await ask("authorize_device_ask", route="m365"))["wait"] == 10
    ask.harness.server.on_device = GIVEN
    assert (await ask("authorize_device_ask", route="m365"))["route"]["state"] == "well"


async def test_a_server_that_is_busy_is_asked_about_a_code_again(ask):
    await apply_definitions(ask)
    await ask("set_secret", name="app", value=CANARY)
    await ask("authorize_device", route="m365")
    busy = bilingual(en="It is busy.", ja="混んでいます。")
    ask.harness.server.on_device = SignInError(busy, error="server_error", party="wait")
    asked = await ask("authorize_device_ask", route="m365")
    assert asked["wait"] == 10 and asked["why"]["en"] == "It is busy."


async def test_a_code_that_was_declined_ends_it(ask):
    await apply_definitions(ask)
    await ask("set_secret", name="app", value=CANARY)
    await ask("authorize_device", route="m365")
    declined = bilingual(en="It was declined.", ja="拒否されました。")
    failure = SignInError(declined, error="authorization_declined", party="user")
    ask.harness.server.on_device = failure
    with pytest.raises(ErrorAnswer, match="trouble: It was declined"):
        await ask("authorize_device_ask", route="m365")


async def test_a_certificate_is_made_here_and_its_key_stays(ask):
    await apply_definitions(ask, accounts__box=CERTIFIED)
    made = await ask("certificate_new", name="m365")
    assert made["account"] == "box" and made["entry"] == "box-cert"
    found = x509.load_pem_x509_certificate(made["pem"].encode())
    assert made["sha1"] == found.fingerprint(x509.base.hashes.SHA1()).hex().upper()
    assert "PRIVATE" not in repr(made)
    shown = await ask("certificate_show", name="box")
    assert shown == made


async def test_a_certificate_in_use_is_not_written_over_by_a_slip(ask):
    await apply_definitions(ask, accounts__box=CERTIFIED)
    first = await ask("certificate_new", name="box")
    with pytest.raises(
        ErrorAnswer, match="conflict: The vault already has the certificate"
    ) as told:
        await ask("certificate_new", name="box")
    assert "--next" in str(told.value)
    second = await ask("certificate_new", name="box", next=True, days=30)
    assert second["entry"] == "box-next" and second["sha256"] != first["sha256"]
    third = await ask("certificate_new", name="box", replace=True)
    assert third["entry"] == "box-cert" and third["sha256"] != first["sha256"]


async def test_a_certificate_of_somebody_else_s_making_is_kept(ask):
    await apply_definitions(ask, accounts__box=CERTIFIED)
    bundle = make("ours", ask.harness.time.now, 30).reveal()
    kept = await ask("certificate_import", name="m365", pem=bundle)
    assert kept["name"] == "ours"
    key = bundle.partition("-----BEGIN CERTIFICATE-----")[0]
    with pytest.raises(
        ErrorAnswer, match="invalid: A private key was found, but not its certificate"
    ):
        await ask("certificate_import", name="m365", pem=key, replace=True)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param(
            {"name": "nobody"}, "not found: There is no route or account", id="nobody"
        ),
        pytest.param(
            {"name": "plain"}, "conflict: No account is set for route “plain”", id="plain"
        ),
        pytest.param({"name": "box", "days": 0}, "invalid: This certificate", id="no days"),
    ],
)
async def test_a_certificate_for_nothing_is_refused(ask, given, said):
    await apply_definitions(ask, accounts__box=CERTIFIED)
    with pytest.raises(ErrorAnswer, match=said):
        await ask("certificate_new", **given)


async def test_an_account_that_names_no_certificate_is_told_what_to_write(ask):
    await apply_definitions(ask)
    with pytest.raises(ErrorAnswer, match='certificate = "box-cert"'):
        await ask("certificate_new", name="box")


async def test_without_its_certificate_no_sign_in_is_begun(ask):
    await apply_definitions(ask, accounts__box=CERTIFIED)
    with pytest.raises(ErrorAnswer, match=r"conflict: .* noroshi cert new box"):
        await ask("authorize_begin", route="m365")
    with pytest.raises(ErrorAnswer, match="not found"):
        await ask("certificate_show", name="box")
    await ask("certificate_new", name="box")
    assert (await ask("authorize_begin", route="m365"))["url"]


@pytest.mark.parametrize("entry", ["app", "app-next"])
async def test_a_new_secret_wakes_the_routes_that_rest_over_it(ask, entry):
    await apply_definitions(ask, accounts__box=BOX | {"secret_next": "app-next"})
    await ask("set_secret", name="app", value=OLD_SECRET)
    await ask("send", to=["ops"], subject="s", text="t", routes=["m365"])
    await ask.harness.attempted("m365", DOWN, "no token", 535)
    (before,) = await ask("queue_list")
    await ask("set_secret", name=entry, value=CANARY)
    (after,) = await ask("queue_list")
    assert after["next"] < before["next"]


@pytest.mark.parametrize("name", ["access/box/smtp", "refused/box"])
async def test_what_the_sign_ins_keep_cannot_be_written_over(ask, name):
    with pytest.raises(ErrorAnswer, match="reserved for Noroshi itself"):
        await ask("set_secret", name=name, value="x")


async def test_a_certificate_s_place_takes_no_secret(ask):
    await apply_definitions(ask, accounts__box=CERTIFIED)
    with pytest.raises(ErrorAnswer, match="is the entry for the certificate of account"):
        await ask("set_secret", name="box-cert", value=CANARY)


async def test_a_service_account_wants_its_whole_key_file(ask):
    await apply_definitions(ask, accounts__box=ROBOT)
    begun = await ask("authorize_begin", route="m365")
    assert (begun["by"], begun["asks"], begun["secret_kept"]) == ("app", "key file", False)
    with pytest.raises(ErrorAnswer, match="is not a key file of a service account"):
        await ask("set_secret", name="app", value=CANARY)
    assert await ask("set_secret", name="app", value=KEY_FILE) == "app"


async def test_a_route_through_a_profile_of_one_s_own_is_marked(ask):
    account = {name: told for name, told in BOX.items() if name != "tenant"} | {"cloud": "own"}
    await apply_definitions(ask, accounts__box=account, clouds__own=OWN)
    marked, plain = (await ask("status"))["routes"]
    assert marked["mark"] == {"en": "custom cloud", "ja": "独自のクラウド"}
    assert plain["mark"] == {"en": "", "ja": ""}
    await ask("send", to=["ops"], subject="s", text="t", routes=["m365", "plain"])
    (one,) = await ask("queue_list")
    assert one["marks"] == {"m365": {"en": "custom cloud", "ja": "独自のクラウド"}}
    assert (await ask("queue_show", id=one["id"]))["queued"]["marks"] == one["marks"]


async def test_a_built_in_cloud_is_not_marked(ask):
    await apply_definitions(ask)
    assert [r["mark"]["en"] for r in (await ask("status"))["routes"]] == ["", ""]


async def test_status_tells_as_whom_and_until_when(ask):
    await apply_definitions(ask, accounts__box=BOX | {"secret_ends": "2027-01-31"})
    await ask("set_secret", name="app", value=CANARY)
    await ask("authorize_begin", route="m365")
    pasted = "http://localhost/MxMail/?code=good&state=S"
    route = await ask("authorize_finish", route="m365", pasted=pasted)
    assert (route["ends"], route["by_next"]) == ("2027-01-31", False)


async def test_a_sign_in_that_ends_a_route_s_rest_is_written_down_as_signed_in(ask):
    await apply_definitions(ask)
    await ask("send", to=["ops"], subject="s", text="t", routes=["m365"])
    await ask.harness.attempted("m365", DOWN)
    await ask("set_secret", name="app", value=CANARY)
    await ask("authorize_begin", route="m365")
    pasted = "http://localhost/MxMail/?code=good&state=S"
    await ask("authorize_finish", route="m365", pasted=pasted)
    (kept,) = [one for one in await ask("audit") if one["op"] == "authorize_finish"]
    assert kept["after"]["state"] == "signed in"


async def test_a_route_whose_password_is_not_in_the_vault_is_not_called_ready(ask):
    await apply_definitions(
        ask, routes__plain={"kind": "post", "options": {"password": "relay"}}
    )
    plain = next(one for one in (await ask("status"))["routes"] if one["name"] == "plain")
    assert plain["state"] == "needs somebody" and plain["lacks"] == ["relay"]
    assert "noroshi secret set relay" in plain["why"]["en"]
    await ask("set_secret", name="relay", value=CANARY)
    plain = next(one for one in (await ask("status"))["routes"] if one["name"] == "plain")
    assert (plain["state"], plain["lacks"]) == ("well", [])


async def test_a_password_where_that_ends_is_told_with_the_route(ask):
    at_exchange = {"host": "smtp.office365.com", "password": "relay"}
    await apply_definitions(ask, routes__plain={"kind": "post", "options": at_exchange})
    found = {one["name"]: one["retiring"] for one in (await ask("status"))["routes"]}
    assert found == {"m365": False, "plain": True}


async def test_routes_are_listed_as_status_has_them(ask):
    await apply_definitions(ask)
    assert (await ask("route_list"))["routes"] == (await ask("status"))["routes"]


async def test_what_a_sign_in_changed_is_in_the_audit_log_with_before_and_after(ask):
    await apply_definitions(ask)
    await ask("set_secret", name="app", value=CANARY)
    pasted = "http://localhost/MxMail/?code=good&state=S"
    for _ in range(2):
        await ask("authorize_begin", route="m365")
        await ask("authorize_finish", route="m365", pasted=pasted)
    again, first, *_ = await ask("audit")
    assert first["op"] == again["op"] == "authorize_finish"
    signed = {"account": "box", "state": "well"}
    assert (first["before"], first["after"]) == (signed | {"state": "not signed in"}, signed)
    assert (again["before"], again["after"]) == (signed, signed)


async def test_a_certificate_that_took_another_one_s_place_is_in_the_audit_log_with_it(ask):
    await apply_definitions(ask, accounts__box=CERTIFIED)
    old = await ask("certificate_new", name="m365")
    new = await ask("certificate_new", name="m365", replace=True)
    second, first, *_ = await ask("audit")
    assert first["before"] is None and first["after"]["sha1"] == old["sha1"]
    assert second["before"] == first["after"] and second["after"]["sha1"] == new["sha1"]
