"""What a running node does when something of an open alarm is given another name: as the page of
settings says beforehand (service.following.FOLLOWS)."""

from dataclasses import replace

from tests.flow.scene import OPS, RULE, WEB1, Scene, disk_monitor


async def told_of_a_full_disk(monitor):
    """The mails after that monitor took the place of the one whose alarm was told."""
    scene = Scene()
    scene.used = {"/a": 95}
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await scene.seconds(engine, 130)
        before = len(scene.smtp.sent)
        await scene.plan(monitor)
        await scene.seconds(engine, 130)
        return scene.smtp.sent[:before], scene.smtp.sent[before:]


async def test_an_instance_of_another_name_has_nothing_told_again():
    before, after = await told_of_a_full_disk(disk_monitor(instance=replace(WEB1, name="fs01")))
    assert len(before) == 1 and after == []


async def test_a_rule_of_another_name_tells_its_open_alarms_once_more():
    rule = replace(RULE, id="other")
    before, after = await told_of_a_full_disk(disk_monitor(rules=(rule,)))
    assert (len(before), len(after)) == (1, 1) and after[0].thread == ()


async def test_a_contact_of_another_name_is_told_nothing_again():
    rule = replace(RULE, contacts=(replace(OPS, id="night"),))
    before, after = await told_of_a_full_disk(disk_monitor(rules=(rule,)))
    assert len(before) == 1 and after == []
