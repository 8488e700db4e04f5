"""What a running node does when something of an open alarm is given another name: as the page of
settings says beforehand (service.following.FOLLOWS)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from noroshi.app.composition import Plans
from noroshi.definitions.document_content import document
from noroshi.definitions.ids import give_ids
from noroshi.definitions.rename import with_new_names
from noroshi.definitions.route_aliases import readdress_mails, remember
from noroshi.plugins import Plugins
from noroshi.ports import RouteError, Version
from tests.contracts.sample_records import letter
from tests.flow.scene import OPS, RULE, WEB1, Scene, disk_monitor
from tests.service.harness import CONTENT, DISK, MAIL, POST


async def told_of_a_full_disk(monitor):
    """The mails after that monitor took the place of the one whose alarm was told."""
    scene = Scene()
    scene.used = {"/a": 95}
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await scene.seconds(engine, 130)
        before = len(scene.smtp.sent_envelopes)
        await scene.plan(monitor)
        await scene.seconds(engine, 130)
        return scene.smtp.sent_envelopes[:before], scene.smtp.sent_envelopes[before:]


async def test_an_instance_of_another_name_has_nothing_told_again():
    before, after = await told_of_a_full_disk(disk_monitor(instance=replace(WEB1, name="fs01")))
    assert len(before) == 1 and after == []


async def test_a_rule_of_another_name_has_nothing_told_again():
    rule = replace(RULE, name="other")
    before, after = await told_of_a_full_disk(disk_monitor(rules=(rule,)))
    assert len(before) == 1 and after == []


async def test_a_rule_of_another_name_reminds_in_the_thread_that_it_began():
    every = replace(RULE, repeat=timedelta(minutes=1))
    other = replace(every, name="other")
    scene = Scene()
    scene.used = {"/a": 95}
    await scene.plan(disk_monitor(rules=(every,)))
    async with scene.life() as engine:
        await scene.seconds(engine, 10)
        await scene.plan(disk_monitor(rules=(other,)))
        await scene.seconds(engine, 130)
        first, *reminders = scene.smtp.sent_envelopes
        assert reminders and {one.thread for one in reminders} == {(first.id,)}


async def test_a_contact_of_another_name_is_told_nothing_again():
    rule = replace(RULE, contacts=(replace(OPS, id="night"),))
    before, after = await told_of_a_full_disk(disk_monitor(rules=(rule,)))
    assert len(before) == 1 and after == []


@pytest.mark.parametrize("seconds", [1, 20], ids=["before it is taken up", "by a long turn"])
async def test_what_is_drafted_by_a_route_s_old_name_meanwhile_goes_by_the_new_one(seconds):
    scene = Scene()
    await scene.plan(disk_monitor(), routes=("old",))
    async with scene.life() as engine:
        await scene.seconds(engine, 10)
        await scene.plan(disk_monitor(), routes=("smtp1",))
        await remember(scene.store, {"old": "smtp1"}, scene.time.now)
        await scene.seconds(engine, seconds)
        await scene.store.post(letter(routes=("old",)))
        await scene.seconds(engine, 10)
        assert [one.id for one in scene.smtp.sent_envelopes] == [letter().id]


async def test_who_died_with_the_new_name_and_was_down_for_hours_has_its_mails_follow():
    scene = Scene()
    await remember(scene.store, {"old": "smtp1"}, scene.time.now)
    await scene.plan(disk_monitor(), routes=("smtp1",))
    await scene.store.post(letter(routes=("old",)))
    scene.time.pass_by(seconds=5 * 3600)
    async with scene.life() as engine:
        await scene.seconds(engine, 10)
        assert [one.id for one in scene.smtp.sent_envelopes] == [letter().id]


async def test_a_mail_by_a_route_that_has_the_name_of_its_other_one_now_has_one_route():
    scene = Scene()
    await scene.store.post(letter(routes=("smtp2", "smtp1")))
    await readdress_mails(scene.store, {"smtp2": "smtp1"})
    [row] = await scene.store.queue()
    assert row.envelope.routes == ("smtp1",)


async def test_no_mail_follows_to_a_route_that_is_not_there_or_from_one_that_is():
    scene = Scene()
    await scene.plan(disk_monitor(), routes=("smtp1", "smtp2"))
    await remember(scene.store, {"gone": "nowhere", "smtp2": "smtp1"}, scene.time.now)
    async with scene.life() as engine:
        await scene.store.post(letter("1", routes=("gone",)))
        await scene.store.post(letter("2", routes=("smtp2",)))
        await scene.seconds(engine, 10)
        assert [one.id for one in scene.backup.sent_envelopes] == ["2"]
        [left] = await scene.store.queue()
        assert left.envelope.routes == ("gone",)


async def test_a_mail_that_is_on_its_way_signs_in_though_its_account_has_another_name_now():
    plans = Plans(Plugins((DISK,), (MAIL,), (POST,)))
    made = tuple(document(key, content) for key, content in CONTENT.items())
    for names in ({}, {"accounts/box": "mail1"}, {"accounts/mail1": "mail2"}):
        made = with_new_names(made, names)
        with_ids, _problems = give_ids(made, (), lambda: "01JZ0000000000000000000000")
        await plans.compile(Version(number=1, documents=with_ids))
    assert {plans.account(name).name for name in ("box", "mail1", "mail2")} == {"mail2"}
    with pytest.raises(RouteError):
        plans.account("nobody")
