"""Every operation means the same near, on the service itself, and far, through a real door."""

import json

import pytest

from noroshi.core.translation import bilingual
from tests.service.clients import ErrorAnswer, apply_definitions
from tests.service.harness import CANARY, DEFERRED, DOWN, OLD_SECRET, REFUSED, documents


async def given_secret(ask):
    await apply_definitions(ask)
    await ask("set_secret", name="app", value=CANARY)


async def test_a_new_node_watches_nothing(ask):
    status = await ask("status")
    assert (status["version"], status["monitors"], status["routes"]) == (0, [], [])
    assert status["level"] == "ok"


async def test_what_is_applied_is_current(ask):
    assert (await apply_definitions(ask))["version"] == 1
    status = await ask("status")
    assert [m["path"] for m in status["monitors"]] == ["web1/base/disks"]
    assert status["monitors"][0]["items"][0]["words"]["en"] == "not measured yet"


async def test_status_tells_level_value_and_limit_in_both_languages(ask):
    await apply_definitions(ask)
    await ask.harness.measured()
    (monitor,) = (await ask("status"))["monitors"]
    assert (monitor["level"], monitor["items"][0]["item"]) == ("critical", "/var")
    assert monitor["items"][0]["words"] == {
        "en": "used 95.2% (limit 90%)",
        "ja": "使用率 95.2% (しきい値 90% 以上)",
    }


async def test_the_same_definitions_again_make_no_version(ask):
    await apply_definitions(ask)
    again = await apply_definitions(ask)
    assert again == {"version": 1, "differences": [], "cautions": []} | {
        "changed_values": [],
        "monitors": [],
        "more": 0,
    }


async def test_a_plan_tells_what_would_change_and_changes_nothing(ask):
    await apply_definitions(ask)
    changed = documents(contacts__boss=None)
    planned = await ask("plan", documents=changed)
    assert planned["base"] == 1 and planned["problems"] == []
    assert [words["en"] for words in planned["differences"]] == ["- contacts/boss"]
    assert (await ask("export"))["version"] == 1


async def test_of_many_changes_the_first_thousand_are_told_and_how_many_more(ask):
    contact = json.dumps({"addresses": ["a@example.com"]})
    many = [{"key": f"contacts/c{n:04}", "body": contact} for n in range(1003)]
    for op in ("plan", "apply"):
        told = await ask(op, documents=many)
        counts = [len(told[one]) for one in ("differences", "changed_values")]
        assert (counts, told["more"]) == ([1000, 1000], 3)
    shown = await ask("version_show", number=1)
    assert (len(shown["changed"]), shown["more_changed"], shown["more_back"]) == (1000, 3, 0)


async def test_a_plan_tells_every_problem_with_its_place(ask):
    wrong = documents(
        rules__all={"action": "mail", "contacts": ["nobody"], "routes": ["nowhere"]}
    )
    problems = (await ask("plan", documents=wrong))["problems"]
    assert len(problems) == 2
    assert all("rules/all" in problem["where"] for problem in problems)


async def test_definitions_with_a_problem_are_refused_whole(ask):
    rule = {"action": "mail", "contacts": ["nobody"], "routes": ["plain"]}
    with pytest.raises(ErrorAnswer, match="invalid") as told:
        await apply_definitions(ask, rules__all=rule)
    assert len(told.value.problems) == 1
    assert (await ask("export"))["documents"] == []


async def test_a_template_that_cannot_be_rendered_is_refused(ask):
    rule = {"action": "mail", "contacts": ["ops"], "routes": ["plain"]}
    with pytest.raises(ErrorAnswer, match="the subject cannot be rendered"):
        await apply_definitions(ask, rules__all=rule | {"options": {"subject": "{{"}})


async def test_two_edits_of_one_version_are_not_both_taken(ask):
    await apply_definitions(ask)
    with pytest.raises(ErrorAnswer, match=r"conflict: \S+ has since applied version 1"):
        await ask("apply", documents=documents(contacts__boss=None), base=0)


async def test_a_base_that_is_still_to_come_is_told_as_such(ask):
    with pytest.raises(
        ErrorAnswer, match=r"conflict: The current version is 0, not 3\. See: noroshi plan"
    ):
        await ask("apply", documents=documents(), base=3)


async def test_what_is_exported_holds_the_ids_that_were_given(ask):
    await apply_definitions(ask)
    exported = await ask("export")
    assert (await ask("apply", documents=exported["documents"]))["differences"] == []
    bodies = {d["key"]: json.loads(d["body"]) for d in exported["documents"]}
    assert bodies["instances/web1"]["group"][0]["monitor"][0]["id"].startswith("01JZ")


async def test_kinds_tell_their_options_with_help(ask):
    kinds = {kind["kind"]: kind for kind in await ask("kinds")}
    assert kinds["disk"]["family"] == "monitor"
    options = kinds["disk"]["options"]["properties"]
    assert options["include"]["description"] == "Mount points to watch."
    assert kinds["disk"]["readings"]["used"]["ja"] == "使用率"


async def test_a_sign_in_begins_with_the_client_secret(ask):
    await apply_definitions(ask)
    begun = await ask("authorize_begin", route="m365")
    assert (begun["secret"], begun["secret_kept"], begun["url"]) == ("app", False, "")


async def test_a_person_signs_in_and_the_route_is_ready(ask):
    await given_secret(ask)
    begun = await ask("authorize_begin", route="m365")
    assert begun["url"].startswith("https://login.example.com/")
    pasted = "http://localhost/MxMail/?code=good&state=S"
    status = await ask("authorize_finish", route="m365", pasted=pasted)
    assert (status["name"], status["state"]) == ("m365", "well")
    assert ask.harness.server.asked == [CANARY]


async def test_what_the_provider_refuses_is_told_in_its_words(ask):
    await given_secret(ask)
    await ask("authorize_begin", route="m365")
    pasted = "http://localhost/MxMail/?code=bad&state=S"
    with pytest.raises(ErrorAnswer, match="trouble: The code was refused"):
        await ask("authorize_finish", route="m365", pasted=pasted)


@pytest.mark.parametrize(
    ("secret", "code", "told"),
    [
        pytest.param(
            OLD_SECRET,
            "good",
            ("secret", "Enter the correct one: noroshi authorize m365 --secret-file FILE"),
            id="a secret that has ended",
        ),
        pytest.param(
            CANARY,
            "later",
            (
                "",
                "A sign-in is not repeated automatically. Sign in again: noroshi authorize m365",
            ),
            id="a server that is busy",
        ),
    ],
)
async def test_a_sign_in_that_failed_says_what_to_do_now(ask, secret, code, told):
    await apply_definitions(ask)
    await ask("set_secret", name="app", value=secret)
    await ask("authorize_begin", route="m365")
    pasted = f"http://localhost/MxMail/?code={code}&state=S"
    with pytest.raises(ErrorAnswer, match="trouble") as refusal:
        await ask("authorize_finish", route="m365", pasted=pasted)
    assert refusal.value.problems == [told]


async def test_a_sign_in_wakes_a_route_that_rests(ask):
    await given_secret(ask)
    await ask("send", to=["ops"], subject="s", text="t", routes=["m365"])
    await ask.harness.attempted("m365", DOWN, "nobody has signed in", 535)
    assert (await ask("status"))["routes"][0]["state"] == "not signed in"
    await ask("authorize_begin", route="m365")
    pasted = "http://localhost/MxMail/?code=good&state=S"
    await ask("authorize_finish", route="m365", pasted=pasted)
    (resting,) = await ask.harness.store.route_outages()
    assert resting.open_until == ask.harness.time.now


async def test_the_proxy_s_password_wakes_a_route_that_rests(ask):
    office = {"proxy": "p.example:80", "proxy_user": "n", "proxy_password": "proxy"}
    plain = {"kind": "post", "network": "office"}
    await apply_definitions(ask, networks__office=office, routes__plain=plain)
    await ask("send", to=["ops"], subject="s", text="t", routes=["plain"])
    await ask.harness.attempted("plain", DOWN, "the proxy requires a login")
    await ask("set_secret", name="another", value=CANARY)
    (resting,) = await ask.harness.store.route_outages()
    assert resting.open_until > ask.harness.time.now
    await ask("set_secret", name="proxy", value=CANARY)
    (resting,) = await ask.harness.store.route_outages()
    assert resting.open_until == ask.harness.time.now


async def test_a_route_without_an_account_needs_no_sign_in(ask):
    await apply_definitions(ask)
    with pytest.raises(ErrorAnswer, match="conflict: Route “plain” needs no sign-in"):
        await ask("authorize_begin", route="plain")


async def test_a_route_that_is_not_there_is_named_with_the_nearest(ask):
    await apply_definitions(ask)
    with pytest.raises(
        ErrorAnswer, match=r"not found: There is no route “m356” \(did you mean m365\?\)"
    ):
        await ask("authorize_begin", route="m356")


async def test_the_id_of_a_secret_is_not_taken_for_the_secret(ask):
    await apply_definitions(ask)
    with pytest.raises(ErrorAnswer, match="This looks like the Secret ID"):
        await ask("set_secret", name="app", value="0f8fad5b-d9cb-469f-a165-70867728950e")
    assert await ask.harness.vault.names() == []


@pytest.mark.parametrize("name", ["refresh/m365", "signin/m365"])
async def test_a_secret_may_not_take_the_place_of_a_sign_in(ask, name):
    await apply_definitions(ask)
    with pytest.raises(ErrorAnswer, match=f"“{name}” is reserved for Noroshi itself") as told:
        await ask("set_secret", name=name, value=CANARY)
    assert CANARY not in str(told.value)
    assert await ask.harness.vault.names() == []


async def test_another_servers_secret_may_look_like_an_id(ask):
    cloud = {
        "authority": "https://id.example.com/realms/own",
        "scope": "mail",
        "smtp_host": "mail.example.com",
        "oidc": True,
    }
    account = {"cloud": "own", "client_id": "c", "secret": "app", "mailbox": "a@example.com"}
    await apply_definitions(ask, clouds__own=cloud, accounts__box=account)
    await ask("set_secret", name="app", value="0f8fad5b-d9cb-469f-a165-70867728950e")
    assert await ask.harness.vault.names() == ["app"]


async def test_a_secret_is_in_no_answer(ask):
    await given_secret(ask)
    await ask("send", to=["ops"], subject="s", text="t")
    (one,) = await ask("queue_list")
    answers = [
        await ask("status"),
        await ask("export"),
        await ask("kinds"),
        await ask("queue_show", id=one["id"]),
        await ask("authorize_begin", route="m365"),
    ]
    assert CANARY not in json.dumps(answers)


async def test_a_mail_to_a_contact_takes_its_rules_routes(ask):
    await apply_definitions(ask)
    sent = await ask("send", to=["ops"], subject="点検", text="本文")
    (one,) = await ask("queue_list")
    assert sent == {"ids": [one["id"]]}
    assert one["id"].endswith("/send/ops")
    assert (one["to"], one["routes"]) == (["ops@example.com"], ["plain", "m365"])
    assert one["because"]["en"].startswith("waiting for its turn")


async def test_a_mail_to_an_address_takes_every_route(ask):
    await apply_definitions(ask)
    await ask("send", to=["x@example.com"], subject="s", text="これは", level="critical")
    (waiting,) = await ask.harness.store.queue()
    payload = waiting.envelope.payload
    assert waiting.envelope.routes == ("m365", "plain")
    assert (payload["language"], payload["importance"]) == ("ja", "high")


async def test_each_contact_gets_an_envelope_of_its_own(ask):
    await apply_definitions(ask)
    sent = await ask("send", to=["ops", "boss", "ops"], subject="s", text="t")
    assert len(sent["ids"]) == 2
    orders = [w.envelope.order for w in await ask.harness.store.queue()]
    assert len(set(orders)) == 2


@pytest.mark.parametrize(
    ("given", "where"),
    [
        pytest.param({"to": ["opps"]}, "to", id="nobody of that name"),
        pytest.param({"to": []}, "to", id="nobody at all"),
        pytest.param({"to": ["a@b@c"]}, "to", id="no address"),
        pytest.param({"routes": ["nowhere"]}, "routes", id="no such route"),
        pytest.param({"subject": "a\r\nBcc: x@example.com"}, "subject", id="two lines"),
        pytest.param({"subject": ""}, "subject", id="no subject"),
        pytest.param({"text": "x" * (1 << 20) + "x"}, "text", id="too long"),
    ],
)
async def test_a_mail_that_cannot_go_is_refused_before_it_is_queued(ask, given, where):
    await apply_definitions(ask)
    with pytest.raises(ErrorAnswer, match="invalid") as told:
        await ask("send", **{"to": ["ops"], "subject": "s", "text": "t"} | given)
    assert [place for place, _ in told.value.problems] == [where]
    assert await ask("queue_list") == []


async def test_without_a_route_a_mail_is_not_taken(ask):
    with pytest.raises(ErrorAnswer, match="there is no route yet"):
        await ask("send", to=["x@example.com"], subject="s", text="t")


async def test_a_deferred_mail_tells_when_it_is_next_tried_and_why(ask):
    await apply_definitions(ask)
    await ask("send", to=["ops"], subject="s", text="t")
    await ask.harness.attempted("plain", DEFERRED, "mailbox busy", 450)
    (one,) = await ask("queue_list")
    letter = await ask("queue_show", id=one["id"])
    assert letter["queued"]["because"]["en"] == "mailbox busy"
    assert letter["queued"]["next"] > letter["tried"][0]["at"]
    (said,) = letter["tried"][0]["said"]
    assert (said["address"], said["verdict"], said["code"]) == (
        "ops@example.com",
        "deferred",
        450,
    )


async def test_a_mail_behind_a_route_that_is_down_says_so(ask):
    await apply_definitions(ask)
    await ask("send", to=["ops"], subject="s", text="t", routes=["plain"])
    await ask.harness.attempted("plain", DOWN, "connection refused")
    (one,) = await ask("queue_list")
    assert one["because"]["en"] == "route “plain” is down: connection refused"
    routes = {route["name"]: route for route in (await ask("status"))["routes"]}
    assert (routes["plain"]["state"], routes["plain"]["waiting"]) == ("down", 1)


async def test_a_mail_behind_several_routes_that_are_down_says_so_of_each(ask):
    """A newcomer read of the second server alone, and not that nobody had signed in at the first."""
    await apply_definitions(ask)
    await ask("send", to=["ops"], subject="s", text="t", routes=["plain", "m365"])
    no_answer = bilingual(en="It does not answer.", ja="応答がありません。")
    await ask.harness.attempted("plain", DOWN, words=no_answer)
    await ask.harness.attempted("m365", DOWN, "connection refused")
    (one,) = await ask("queue_list")
    assert one["because"] == {
        "en": "route “plain” is down: It does not answer; route “m365” is down: connection refused",
        "ja": "経路「plain」が使えません: 応答がありません。経路「m365」が使えません: connection refused",
    }
    assert (await ask("queue_show", id=one["id"]))["queued"]["because"] == one["because"]


async def test_one_reason_of_several_routes_is_told_once(ask):
    await apply_definitions(ask)
    await ask("send", to=["ops"], subject="s", text="t", routes=["plain", "m365"])
    for route in ("plain", "m365"):
        await ask.harness.attempted(route, DOWN, "connection refused")
    (one,) = await ask("queue_list")
    assert one["because"]["en"] == "route “plain” is down: connection refused"


async def test_a_mail_that_one_route_deferred_says_that_the_other_one_is_down(ask):
    await apply_definitions(ask)
    await ask("send", to=["ops"], subject="s", text="t", routes=["plain", "m365"])
    await ask.harness.attempted("plain", DOWN, "connection refused")
    (one,) = await ask("queue_list")
    assert one["because"]["en"] == "route “plain” is down: connection refused"
    await ask.harness.attempted("m365", DEFERRED, "mailbox busy", 450)
    (one,) = await ask("queue_list")
    assert one["because"]["en"] == "route “plain” is down: connection refused; mailbox busy"


async def test_our_own_words_of_a_route_that_is_down_are_in_both_languages(ask):
    await apply_definitions(ask)
    await ask("send", to=["ops"], subject="s", text="t", routes=["plain"])
    words = bilingual(en="no sign-in: 535 5.7.3 no", ja="サインインできません: 535 5.7.3 no")
    await ask.harness.attempted("plain", DOWN, "5.7.3 no", 535, words)
    (one,) = await ask("queue_list")
    because = "経路「plain」が使えません: サインインできません: 535 5.7.3 no"
    assert one["because"]["ja"] == because
    (said,) = (await ask("queue_show", id=one["id"]))["tried"][0]["said"]
    assert (said["text"], said["words"]["ja"]) == ("5.7.3 no", words.ja)
    routes = {route["name"]: route for route in (await ask("status"))["routes"]}
    assert routes["plain"]["why"]["ja"] == words.ja


async def test_what_every_route_refused_is_released_by_hand(ask):
    await apply_definitions(ask)
    await ask("send", to=["ops"], subject="s", text="t", routes=["plain"])
    await ask.harness.attempted("plain", REFUSED, "no such user", 550)
    (one,) = await ask("queue_list")
    assert (one["state"], one["because"]["en"]) == ("set aside", "no such user")
    assert (await ask("queue_show", id=one["id"]))["queued"]["because"] == one["because"]
    assert (await ask("status"))["queue"]["set_aside"] == 1
    assert (await ask("queue_retry", id=one["id"]))["state"] == "waiting"


async def test_what_each_route_refused_otherwise_is_shown_with_the_reason_of_each(ask):
    await apply_definitions(ask)
    await ask("send", to=["ops"], subject="s", text="t", routes=["plain", "m365"])
    await ask.harness.attempted("plain", REFUSED, "no such user", 550)
    await ask.harness.attempted("m365", REFUSED, "sender not allowed", 550)
    (one,) = await ask("queue_list")
    letter = await ask("queue_show", id=one["id"])
    assert letter["queued"]["because"]["en"] == "plain: no such user; m365: sender not allowed"


async def test_a_mail_is_shown_as_the_first_route_that_sends_mails_would_send_it(ask):
    await apply_definitions(ask)
    await ask("send", to=["ops"], subject="点検", text="本文")
    (one,) = await ask("queue_list")
    sent = await ask("queue_mail", id=one["id"])
    assert (sent["route"], sent["text"], sent["html"]) == ("m365", "本文", "")
    assert sent["headers"]["From"] == "noroshi@example.com"
    assert sent["headers"]["Subject"] == "点検"
    assert sent["headers"]["To"] == "ops@example.com"


async def test_a_mail_that_no_route_sends_any_more_is_shown_without_headers(ask):
    await apply_definitions(ask)
    await ask("send", to=["ops"], subject="s", text="t", routes=["plain"])
    (one,) = await ask("queue_list")
    sent = await ask("queue_mail", id=one["id"])
    assert (sent["route"], sent["headers"], sent["text"]) == ("", {}, "t")


@pytest.mark.parametrize("op", ["queue_show", "queue_retry", "queue_mail"])
async def test_a_mail_that_is_not_there_is_told(ask, op):
    with pytest.raises(
        ErrorAnswer, match="not found: There is no message “01J/x” in the queue"
    ):
        await ask(op, id="01J/x")


async def test_a_mail_that_is_out_is_not_tried_again(ask):
    await apply_definitions(ask)
    await ask("send", to=["ops"], subject="s", text="t")
    store, now = ask.harness.store, ask.harness.time.now
    await store.claim_parcel(await store.begin("sender", now), "plain", now)
    (one,) = await ask("queue_list")
    assert one["state"] == "out"
    with pytest.raises(ErrorAnswer, match="conflict"):
        await ask("queue_retry", id=one["id"])
