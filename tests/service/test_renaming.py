"""A definition is given another name; what belongs to it follows, or is told beforehand."""

import pytest

from noroshi.core.mail import Verdict
from noroshi.definitions.route_aliases import RECENT, recent_aliases
from noroshi.ports import StoreError
from noroshi.stores.memory.store import MemoryStore
from noroshi.vault import Secret
from tests.service.clients import ErrorAnswer, InProcessClient, apply_definitions
from tests.service.harness import AKI, CONTENT, Harness

NOTICE = {"events": ["started"], "contacts": ["ops"], "routes": ["m365"], "instances": ["web1"]}


async def renamed(ask, key, name, **given):
    return await ask("definition_change", rename={key: name}, **given)


async def shown(ask):
    return (await ask("definition_show"))["documents"]


def said(done, what="cautions"):
    return " ".join(one["en"] for one in done[what])


async def test_an_instance_keeps_ids_state_and_silences_and_notifications_follow(ask):
    await apply_definitions(ask, notifications__day=NOTICE)
    await ask.harness.measured(used=97)
    before = (await ask("status"))["monitors"][0]
    await ask("silence_add", place="web1", reason="work", length="2h")
    await ask("silence_add", place="web1/base", reason="work", length="1h")
    told = await renamed(ask, "instances/web1", "web01", dry=True)
    assert "keep their state, history, open alarms and silences" in said(told)
    assert "instances/web1" in await shown(ask)
    await renamed(ask, "instances/web1", "web01", note="moved")
    found = await shown(ask)
    assert "instances/web1" not in found
    assert found["notifications/day"]["instances"] == ["web01"]
    after = (await ask("status"))["monitors"][0]
    assert (after["path"], after["level"]) == ("web01/base/disks", before["level"])
    places = [one["place"] for one in await ask("silence_list")]
    assert sorted(places) == ["web01", "web01/base"] and after["silent"]


async def test_a_group_that_is_moved_or_renamed_takes_its_silence_along(ask):
    await apply_definitions(ask)
    await ask("silence_add", place="web1/base", reason="work", length="2h")
    await ask("monitor_move", monitor="web1/base", to="web1/disks")
    (silence,) = await ask("silence_list")
    assert silence["place"] == "web1/disks"


async def test_a_silence_never_grows_over_monitors_that_nobody_silenced(ask):
    two = [
        {"name": name, "monitor": [{"name": name, "kind": "disk"}]} for name in ("test", "prod")
    ]
    await apply_definitions(ask, instances__web1={"rules": ["all"], "group": two})
    await ask("silence_add", place="web1/test", reason="work", length="2h")
    known = (await shown(ask))["instances/web1"]
    moved = [known["group"][1], known["group"][0]]
    both = {"name": "prod", "monitor": [one for group in moved for one in group["monitor"]]}
    put = {"instances/web1": known | {"group": [both]}}
    told = await ask("definition_change", put=put, dry=True)
    assert "These silences could not be moved" in said(told) and "web1/test" in said(told)
    await ask("definition_change", put=put)
    assert [one["place"] for one in await ask("silence_list")] == ["web1/test"]
    assert not any(one["silent"] for one in (await ask("status"))["monitors"])


async def test_a_route_s_waiting_mails_go_by_its_new_name(ask):
    await apply_definitions(ask)
    sent = await ask("send", to=["ops"], subject="s", text="t", routes=["plain"])
    told = await renamed(ask, "routes/plain", "relay", dry=True)
    assert "waiting messages are updated" in said(told) and "removed route" not in said(told)
    done = await renamed(ask, "routes/plain", "relay")
    assert "removed route" not in said(done)
    (mail,) = await ask("queue_list")
    assert (mail["id"], mail["routes"]) == (sent["ids"][0], ["relay"])
    assert await recent_aliases(ask.harness.store, ask.harness.time.now) == {"plain": "relay"}
    assert (await shown(ask))["rules/all"]["routes"] == ["relay", "m365"]
    await ask.harness.attempted("relay", Verdict.ACCEPTED, "2.0.0 OK", 250)
    assert await ask("queue_list") == []


@pytest.mark.parametrize(
    ("second", "kept"), [("x", {"plain": "x", "relay": "x"}), ("plain", {"relay": "plain"})]
)
async def test_a_route_that_is_renamed_twice_is_known_by_its_last_name(ask, second, kept):
    await apply_definitions(ask)
    await renamed(ask, "routes/plain", "relay")
    await renamed(ask, "routes/relay", second)
    harness = ask.harness
    assert await recent_aliases(harness.store, harness.time.now) == kept
    assert await recent_aliases(harness.store, harness.time.now + RECENT) == {}


async def test_a_mail_that_is_on_its_way_is_told_of(ask):
    await apply_definitions(ask)
    await ask("send", to=["ops"], subject="s", text="t", routes=["plain"])
    harness = ask.harness
    node = await harness.store.begin("n", harness.time.now)
    assert await harness.store.claim_parcel(node, "plain", harness.time.now)
    done = await renamed(ask, "routes/plain", "relay")
    assert "1 message is waiting for a removed route (plain)" in said(done)


async def test_what_a_rule_has_told_stays_told_under_its_new_name(ask):
    await apply_definitions(ask)
    await ask.harness.measured(told=["all"])
    told = await renamed(ask, "rules/all", "everybody", dry=True)
    assert "Its notification history is kept" in said(told)
    lines = [one["en"] for one in told["differences"]]
    assert lines[0] == "~ rules/all → rules/everybody" and not any("id" in one for one in lines)
    (before,) = (await ask("alarms"))["rows"][0]["told"]
    await renamed(ask, "rules/all", "everybody")
    found = await shown(ask)
    assert found["instances/web1"]["rules"] == ["everybody"]
    assert found["rules/everybody"]["id"] == "all"
    (after,) = (await ask("alarms"))["rows"][0]["told"]
    assert after["times"] == 1
    assert after == before | {"rule": "everybody", "called": "everybody"}


async def test_a_new_rule_of_a_name_that_another_had_is_another_one(ask):
    await apply_definitions(ask)
    await ask.harness.measured(told=["all"])
    await renamed(ask, "rules/all", "everybody")
    await ask("definition_change", put={"rules/all": CONTENT["rules/all"]})
    known = (await shown(ask))["instances/web1"]
    both = known | {"rules": ["everybody", "all"]}
    await ask("definition_change", put={"instances/web1": both})
    told = (await ask("alarms"))["rows"][0]["told"]
    assert [(one["rule"], one["times"]) for one in told] == [("everybody", 1), ("all", 0)]


async def test_one_that_is_put_without_its_id_and_renamed_at_once_is_the_same(ask):
    await apply_definitions(ask)
    await renamed(ask, "rules/all", "everybody")
    await renamed(ask, "rules/everybody", "team", put={"rules/everybody": CONTENT["rules/all"]})
    assert (await shown(ask))["rules/team"]["id"] == "all"


async def test_what_going_back_would_change_is_told_as_it_is_then_done(ask):
    await apply_definitions(ask)
    await renamed(ask, "rules/all", "everybody")
    await ask("definition_change", put={"rules/all": CONTENT["rules/all"]})
    told = said(await ask("version_show", number=1), "back")
    done = await ask("take_back", number=1)
    assert told == said(done, "differences") and '→ "all"' in told


async def signed_in(ask):
    await ask.harness.vault.put("app", Secret("s"))
    await ask("authorize_begin", route="m365")
    await ask("authorize_finish", route="m365", pasted="http://localhost/?code=good&state=S")


async def kept(ask):
    """What the store has of sign-ins, as it lies there."""
    names = await ask.harness.store.secret_names()
    return {name: await ask.harness.store.get_secret(name) for name in names}


async def test_an_account_s_sign_in_is_not_touched_and_its_routes_follow(ask):
    await apply_definitions(ask)
    await signed_in(ask)
    before, rows = (await ask("status"))["routes"], await kept(ask)
    assert rows.keys() >= {"refresh/box", "access/box/smtp"}
    told = await renamed(ask, "accounts/box", "mail1", dry=True)
    assert "nobody has to sign in again" in said(told)
    await renamed(ask, "accounts/box", "mail1")
    found = await shown(ask)
    assert found["routes/m365"]["options"]["account"] == "mail1" and "accounts/box" not in found
    assert found["accounts/mail1"] == CONTENT["accounts/box"] | {"id": "box"}
    after = (await ask("status"))["routes"]
    assert after == [one | {"account": one["account"] and "mail1"} for one in before]
    assert await kept(ask) == rows and after[0]["state"] == "well"


async def test_a_sign_in_that_was_begun_ends_under_the_new_name(ask):
    await apply_definitions(ask)
    await ask.harness.vault.put("app", Secret("s"))
    await ask("authorize_begin", route="m365")
    await renamed(ask, "accounts/box", "mail1")
    await ask("authorize_finish", route="m365", pasted="http://localhost/?code=good&state=S")
    assert "refresh/box" in await kept(ask) and "refresh/mail1" not in await kept(ask)
    await renamed(ask, "accounts/mail1", "box")
    assert (await shown(ask))["accounts/box"] == CONTENT["accounts/box"]
    assert (await ask("status"))["routes"][0]["state"] == "well"


async def test_a_new_account_of_a_name_that_another_had_has_not_its_sign_in(ask):
    await apply_definitions(ask)
    await signed_in(ask)
    await renamed(ask, "accounts/box", "mail1")
    other = {"kind": "post", "options": {"account": "box"}}
    put = {"accounts/box": CONTENT["accounts/box"], "routes/other": other}
    await ask("definition_change", put=put)
    states = {one["name"]: one["state"] for one in (await ask("status"))["routes"]}
    assert states["m365"] == "well" and states["other"] == "not signed in"


async def test_taking_back_the_version_before_finds_sign_in_and_what_was_told(ask):
    await apply_definitions(ask)
    await signed_in(ask)
    await renamed(ask, "accounts/box", "mail1")
    await ask("definition_change", put={"accounts/box": CONTENT["accounts/box"]})
    await ask("take_back", number=1)
    assert (await ask("status"))["routes"][0]["state"] == "well"


async def test_what_is_changed_and_renamed_at_once_is_one_version(ask):
    await apply_definitions(ask)
    put = {"contacts/ops": CONTENT["contacts/ops"] | {"title": "Operations"}}
    done = await renamed(ask, "contacts/ops", "night", put=put)
    assert done["version"] == 2
    lines = [one["en"] for one in done["differences"]]
    assert lines[0] == "~ contacts/ops → contacts/night"
    assert '~ contacts/night: title none → "Operations"' in lines and len(lines) == 3
    found = await shown(ask)
    assert found["contacts/night"]["title"] == "Operations"
    assert found["rules/all"]["contacts"] == ["night"]
    assert "Waiting messages keep their addresses" in said(done)


async def test_somebody_else_s_change_of_it_is_not_lost(ask):
    await apply_definitions(ask)
    etag = (await ask("definition_show", keys=["contacts/ops"]))["etags"]["contacts/ops"]
    await ask("definition_change", put={"contacts/ops": {"addresses": ["new@example.com"]}})
    with pytest.raises(ErrorAnswer, match="While you were editing"):
        await renamed(ask, "contacts/ops", "night", etags={"contacts/ops": etag})


@pytest.mark.parametrize(
    ("key", "name"), [("rules/all", "A"), ("accounts/nobody", "x"), ("contacts/ops", "boss")]
)
async def test_what_cannot_be_changes_nothing(ask, key, name):
    await apply_definitions(ask)
    with pytest.raises(ErrorAnswer) as told:
        await renamed(ask, key, name)
    assert told.value.kind == "invalid" and told.value.problems[0][0] == f"{key}.toml: name"
    assert (await ask("status"))["version"] == 1


class FailsAfterwards(MemoryStore):
    """Takes the version, and then neither mails nor silences."""

    async def readdress(self, *_given, **_named):
        raise StoreError("the disk is full")

    async def silence(self, silence):
        if self._version.number > 1:
            raise StoreError("the disk is full")
        await super().silence(silence)


class DiesAfterwards(MemoryStore):
    """Takes the version, and is gone before anybody hears of it."""

    async def publish(self, version, monitors, base):
        await super().publish(version, monitors, base)
        if base:
            raise KeyboardInterrupt


async def test_who_dies_once_the_new_name_is_in_force_leaves_what_mails_follow_by():
    ask = InProcessClient(Harness(DiesAfterwards()))
    await apply_definitions(ask)
    with pytest.raises(KeyboardInterrupt):
        await ask.harness.service.edits.change(AKI, rename={"routes/plain": "relay"})
    assert await recent_aliases(ask.harness.store, ask.harness.time.now) == {"plain": "relay"}
    assert "routes/relay" in await shown(ask)


async def test_what_cannot_follow_as_the_store_fails_is_told_with_the_version_in_force():
    ask = InProcessClient(Harness(FailsAfterwards()))
    await apply_definitions(ask)
    await ask("send", to=["ops"], subject="s", text="t", routes=["plain"])
    await ask("silence_add", place="web1", reason="work", length="2h")
    names = {"routes/plain": "relay", "instances/web1": "web01"}
    done = await ask("definition_change", rename=names)
    assert done["version"] == 2 and "instances/web01" in await shown(ask)
    assert "messages may still refer to the route by its old name" in said(done)
    assert "silences may still refer to the old paths" in said(done)
    row = (await ask("audit"))[0]
    assert (row["op"], row["after"]["version"]) == ("definition_change", 2)
