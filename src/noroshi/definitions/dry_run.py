"""Find what only shows when it is tried: templates, programs that may not run, missing files.

It touches the computer that it runs on, so it is done where the node runs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

from noroshi.core.definitions.problems import Place, Problem, file_of
from noroshi.core.model import Monitor
from noroshi.core.translation import NOTHING
from noroshi.definitions.compilation import Kinds, Plan
from noroshi.network.trust import ca_file_faults
from noroshi.ports import Check, Host, MeasuredByAgent, Unmeasurable

HostOf = Callable[[Monitor], Host]
"""Raises Unmeasurable where another node measures the instance."""


async def try_out(
    plan: Plan, kinds: Kinds, host_of: HostOf | None = None
) -> tuple[Problem, ...]:
    """Return what is wrong with options that have the right shape, found by trying them.

    Without hosts no program is looked at, and none of a monitor that is stopped: a script that
    is away is why it was. What could not be read is not tried.
    """
    clouds = [*await _clouds(plan), *await _networks(plan)]
    cloud_texts = {problem.what for problem in clouds}
    # A route has its CA file from its cloud: that is one slip, and told of the cloud.
    routes = [
        problem for problem in await _routes(plan, kinds) if problem.what not in cloud_texts
    ]
    monitors = await _monitors(plan, kinds, host_of) if host_of is not None else []
    return (*clouds, *monitors, *await _rules(plan, kinds), *routes)


async def _rules(plan: Plan, kinds: Kinds) -> list[Problem]:
    problems = list[Problem]()
    for rule in plan.rules.values():
        action = kinds.actions.get(rule.action)
        if action is not None and action.try_out is not None and rule.options is not None:
            place = file_of("rules", rule.name_or_id, problems).at("options")
            for fault in await action.try_out(rule.options):
                place.say(fault)
    return problems


async def _routes(plan: Plan, kinds: Kinds) -> list[Problem]:
    problems = list[Problem]()
    for route in plan.routes.values():
        kind = kinds.transports.get(route.kind)
        if kind is not None and kind.try_out is not None and route.options is not None:
            place = file_of("routes", route.name, problems).at("options")
            for fault in await kind.try_out(route.options):
                place.say(fault)
    return problems


async def _monitors(plan: Plan, kinds: Kinds, host_of: HostOf) -> list[Problem]:
    problems = list[Problem]()
    for monitor, check in _enabled(plan, kinds):
        host = _host_to_try(monitor, check, host_of)
        if check.try_out is not None and host is not None:
            place = _place_of(monitor, problems).at("options")
            for fault in await check.try_out(monitor.options, host):
                place.say(fault)
    return problems


def _host_to_try(monitor: Monitor, check: Check, host_of: HostOf) -> Host | None:
    """Return the host by which a monitor can be tried; None where `computer_problems` tells why
    there is none."""
    if check.try_out is None:
        return None
    try:
        host = host_of(monitor)
    except Unmeasurable:
        return None
    return None if check.asks_computer and host.computer_problem() != NOTHING else host


def computer_problems(plan: Plan, kinds: Kinds, host_of: HostOf) -> tuple[Problem, ...]:
    """Return the monitors that ask a computer which cannot be asked from here, and the instances
    that another node measures."""
    problems = dict[Problem, None]()  # each monitor of an instance says the same of its source
    for monitor, check in _enabled(plan, kinds):
        if monitor.instance.source or check.asks_computer:
            problems |= dict.fromkeys(_computer_problem(monitor, check, host_of))
    return tuple(problems)


def _computer_problem(monitor: Monitor, check: Check, host_of: HostOf) -> list[Problem]:
    problems = list[Problem]()
    try:
        problem = host_of(monitor).computer_problem()
    except MeasuredByAgent:
        pass  # the agent says what it cannot measure
    except Unmeasurable as error:
        file_of("instances", monitor.instance.name, problems).at("source").say(error.words)
    else:
        if check.asks_computer and problem != NOTHING:
            _place_of(monitor, problems).at("kind").say(problem)
    return problems


def _enabled(plan: Plan, kinds: Kinds) -> Iterator[tuple[Monitor, Check]]:
    for monitor in plan.monitors.values():
        check = kinds.checks.get(monitor.kind)
        if check is not None and monitor.options is not None and not monitor.disabled:
            yield monitor, check


def _place_of(monitor: Monitor, problems: list[Problem]) -> Place:
    file = file_of("instances", monitor.instance.name, problems)
    return file.at("group", monitor.group, "monitor", monitor.name)


async def _clouds(plan: Plan) -> list[Problem]:
    problems = list[Problem]()
    clouds = {account.cloud.name: account.cloud for account in plan.accounts.values()}
    for name, cloud in clouds.items():
        for fault in await asyncio.to_thread(ca_file_faults, cloud.ca_file):
            file_of("clouds", name, problems).at("ca_file").say(fault)
    return problems


async def _networks(plan: Plan) -> list[Problem]:
    problems = list[Problem]()
    for name, network in plan.networks.items():
        for fault in await asyncio.to_thread(ca_file_faults, network.ca_file):
            file_of("networks", name, problems).at("ca_file").say(fault)
    return problems
