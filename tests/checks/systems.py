"""A stand-in for an operating system, which answers with what a test put in."""

from __future__ import annotations

from noroshi.core.translation import plain
from noroshi.ports import Unmeasurable
from noroshi.testing import FakeHost


class FakeSystem:
    """See ports.SystemFacts; what is not given cannot be asked."""

    def __init__(
        self, services=None, updates=None, tasks=None, registry=None, events=None, counters=None
    ):
        self.services_here, self.updates_here, self.tasks_here = services, updates, tasks
        self.registry_here, self.events_here, self.counters_here = registry, events, counters

    async def services(self, names):
        return available(self.services_here)

    async def updates(self):
        return available(self.updates_here)

    async def tasks(self, names):
        return available(self.tasks_here)

    async def registry_value(self, key, name, *, is_32_bit=False):
        return available(self.registry_here).get((key, name, is_32_bit))

    async def events(self, query):
        return available(self.events_here)(query)

    async def counter_values(self, path, *, is_english=True):
        return available(self.counters_here)[path, is_english]


def available(fact):
    if fact is None:
        raise Unmeasurable(plain("the system cannot be asked"))
    return fact


def host(**facts):
    """A host whose system answers so."""
    return FakeHost(system=FakeSystem(**facts))
