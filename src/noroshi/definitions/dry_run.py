"""Find what only shows when it is tried: templates, programs that may not run, missing files.

It touches the computer that it runs on, so it is done where the node runs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from noroshi.core.definitions.problems import Place, Problem, file_of
from noroshi.core.model import Monitor
from noroshi.core.translation import NOTHING
from noroshi.definitions.compilation import Kinds, Plan
from noroshi.network.trust import ca_file_faults
from noroshi.ports import Check, Host, Unmeasurable

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
    unmeasured_instances = set[str]()
    for monitor in plan.monitors.values():
        check = kinds.checks.get(monitor.kind)
        if check is None or monitor.options is None or monitor.disabled:
            continue
        if not _looks_at_host(monitor, check):
            continue
        file = file_of("instances", monitor.instance.name, problems)
        place = file.at("group", monitor.group, "monitor", monitor.name)
        try:
            host = host_of(monitor)
        except Unmeasurable as problem:  # so is each other monitor of the instance
            if monitor.instance.name not in unmeasured_instances:
                file.at("source").say(problem.words)
            unmeasured_instances.add(monitor.instance.name)
        else:
            await _try_monitor(monitor, check, host, place)
    return problems


def _looks_at_host(monitor: Monitor, check: Check) -> bool:
    """Return True if a trial of the monitor needs the host: to measure, or, where the instance
    names a source, to find out that another node measures it."""
    return bool(monitor.instance.source) or check.asks_computer or check.try_out is not None


async def _try_monitor(monitor: Monitor, check: Check, host: Host, place: Place) -> None:
    problem = host.computer_problem()
    if check.asks_computer and problem != NOTHING:
        place.at("kind").say(problem)
    elif check.try_out is not None:
        for fault in await check.try_out(monitor.options, host):
            place.at("options").say(fault)


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
