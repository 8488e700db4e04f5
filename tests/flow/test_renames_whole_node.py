"""Account, cloud and rule are given other names while a node watches and an alarm is open: the
whole of a node with its store in a file, and the lab."""

from tests.flow.whole_node import FIRST, SECOND, life, sides
from tests.noroshi_lab.lab.story import AKI

NAMES = {
    "accounts/elsewhere": "mail2",
    "accounts/lab": "mail1",
    "clouds/elsewhere": "other",
    "rules/ops": "night",
}
REMINDS = {"action": "mail", "contacts": ["ops"], "routes": [FIRST, SECOND], "repeat": "1h"}


async def test_nobody_signs_in_again_and_the_open_alarm_goes_on_in_its_thread(tmp_path):
    async with sides(tmp_path) as both:
        async with life(*both) as it:
            await it.begin({"rules/ops": REMINDS})
            await it.job(ok=False)
            await it.wait(seconds=90)
            (alarm,) = it.mails
            await it.app.service.edits.change(AKI, rename=NAMES)
            await it.wait(minutes=2)
            assert it.mails == (alarm,)
            it.time.pass_by(minutes=62)
            await it.wait(seconds=40)
            await it.send("by the second alone", SECOND)
            await it.wait(seconds=40)
            assert len(it.by(FIRST)) == 2 and it.subjects_by(SECOND) == ["by the second alone"]
        async with life(*both) as it:
            await it.job(ok=True)
            await it.wait(minutes=2)
            routes = (await it.app.service.status.status(AKI)).routes
            assert {one.state for one in routes if one.account} == {"well"}
            alarms = it.by(FIRST)
            assert len(alarms) == 3 and all(
                alarm.message_id in one.references for one in alarms[1:]
            )
            told = (await it.app.service.alarms.list(AKI)).rows
            assert told == () and (await it.ledger()).lost == 0
