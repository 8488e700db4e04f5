"""Monitors that all turn bad at once, and the mails of it as their reader gets them."""

import re
from dataclasses import replace
from datetime import timedelta

from noroshi.actions.mail import action
from noroshi.actions.template import TemplateRenderer
from noroshi.core.cadence import FixedInterval
from noroshi.core.mail import Pace, Route
from noroshi.testing import DAWN
from tests.flow.scene import OPS, RULE, FixedPlan, Scene, disk_monitor

BY_MAIL = replace(RULE, action="mail", repeat=None)
EXCHANGE = Pace(account="m365", mails_a_minute=30, connections=3, recipients_a_day=10_000)
MINUTELY = FixedInterval(timedelta(minutes=1))
NAMES = re.compile(r"\bdisk-\d{4}\b")


def monitors(count, rule, cadence):
    return [
        disk_monitor(id=f"m{n:04}", name=f"disk-{n:04}", cadence=cadence, rules=(rule,))
        for n in range(count)
    ]


class Storm(Scene):
    """Monitors whose volume fills up for all of them at once, and mails as people get them."""

    def __init__(self, *smtp, store=None, pace=EXCHANGE, one_by_one=3, routes=("smtp1",)):
        super().__init__(*smtp, store=store)
        self.renderer = TemplateRenderer()
        self.actions = (action(self.renderer),)
        self.contact = replace(OPS, one_by_one=one_by_one)
        self.its_pace, self.names = pace, routes

    async def watch(self, count, cadence=MINUTELY):
        rule = replace(BY_MAIL, contacts=(self.contact,), routes=self.names)
        found = monitors(count, rule, cadence)
        await self.plan(*found)
        routes = {
            name: Route(name=name, kind="scripted", pace=replace(self.its_pace, account=name))
            for name in self.names
        }
        number = (await self.store.current()).number
        self.plans[number] = FixedPlan(
            {m.id: m for m in found}, routes, contacts={"ops": self.contact}
        )

    @property
    def accepted(self):
        """What the reader got: of each Message-ID once."""
        return list({e.id: e for e in self.smtp.sent_envelopes}.values())

    def named(self, mails):
        return [name for mail in mails for name in set(NAMES.findall(said(mail)))]


def said(envelope):
    return envelope.payload["subject"] + envelope.payload["text"]


async def counts(store):
    return await store.tally(DAWN - timedelta(days=1))
