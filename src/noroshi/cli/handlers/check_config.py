"""`noroshi check-config`: what would stop a node or an apply, found without a node or a store."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from noroshi.actions.template import TemplateRenderer
from noroshi.cli import exits
from noroshi.cli.clients.built_in import built_in
from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.cli.output.placeholders import (
    Placeholders,
    placeholders_as_json,
    placeholders_of,
    say_placeholders,
)
from noroshi.config.config import Config, read_config
from noroshi.config.settings_file import FILE, ConfigError
from noroshi.core.definitions.problems import Problem
from noroshi.core.definitions.self_monitoring import is_own
from noroshi.core.model import LOGIN_SOURCES, Monitor
from noroshi.core.sources import NETWORK, NodeIdentity, Source, SourceKind, source_of
from noroshi.core.translation import Message, _, ngettext
from noroshi.definitions.dedupe_problems import by_file
from noroshi.definitions.dry_run import HostOf
from noroshi.definitions.folder import Folder, look_into
from noroshi.definitions.ids import RANDOM_BYTES, ulid
from noroshi.definitions.unruled_monitors import first_names, without_rule
from noroshi.definitions.validation import CheckResult, check
from noroshi.ports import Clocks, Host, MeasuredByAgent

CLOCKS = Clocks(wall=lambda: datetime.now(UTC), steady=time.monotonic)
WRONG = ngettext(
    "{folder} cannot be used because of {count} problem",
    "{folder} cannot be used because of {count} problems",
)
RIGHT = _("No problems in {folder}: {counts}.")
BUT = _("No problems in {folder} ({counts}), but check the following:")
COUNTS = _("{monitors}, {rules}, {contacts}, {routes}")
MONITORS = ngettext("{count} monitor", "{count} monitors")
RULES = ngettext("{count} rule", "{count} rules")
CONTACTS = ngettext("{count} contact", "{count} contacts")
ROUTES = ngettext("{count} route", "{count} routes")
NOTHING_THERE = _("it has no definitions; check that it is the right folder")
AGENTS_NOT_KNOWN = _(
    "This command cannot tell whether {sources} is an agent: only the hub has the list of "
    "its agents. It checks the name when the definitions are applied."
)
NO_HOME = _("There is no {file}, so the check could not tell which programs may run.")


def check_config(context: CommandContext) -> int:
    """Report all problems at once; exit code 3 if there is one. Nothing is written."""
    folder = Path(context.args.folder)
    config, of_config = _settings(context.home)
    content = look_into(folder)
    result = asyncio.run(_check(content, config))
    of_folder = (*content.problems, *result.problems)
    if not content.documents and not of_folder:
        of_folder = (Problem(str(folder), NOTHING_THERE),)
    problems = (*of_config, *by_file(of_folder))
    if problems and not context.args.json:
        head = WRONG.fill(folder=folder, count=len(problems))
        raise RefusedError("invalid", head, [(p.where, p.what) for p in problems])
    if context.args.json:
        _print(context, problems, placeholders_of(content.documents))
    else:
        _say_usable(context, content, result, config)
    return exits.INVALID if problems else exits.DONE


def _say_usable(
    context: CommandContext, content: Folder, result: CheckResult, config: Config | None
) -> None:
    """Say that the definitions can be used, and no more than all that is known of them
    allows."""
    examples, warnings = placeholders_of(content.documents), list(without_rule(result.plan))
    if config is None:
        warnings.append(NO_HOME.fill(file=context.home / FILE))
    elif sources := _sources_not_known(result, config):
        warnings.append(AGENTS_NOT_KNOWN.fill(sources=first_names(sources)))
    head = BUT if examples or warnings else RIGHT
    print(context.say(head.fill(folder=context.args.folder, counts=_counts(result))))
    for words in warnings:
        print(context.say(words))
    say_placeholders(context, examples)


def _settings(home: Path) -> tuple[Config | None, tuple[Problem, ...]]:
    """Return the node's own settings; there may be none here, as on an administrator's own
    computer."""
    if not (home / FILE).exists():
        return None, ()
    try:
        return read_config(home, os.environ), ()
    except ConfigError as error:
        return None, tuple(Problem(fault.location, fault.message) for fault in error.problems)


async def _check(content: Folder, config: Config | None) -> CheckResult:
    renderer = TemplateRenderer()
    try:
        return await check(
            content.documents,
            (),
            built_in(renderer),
            new_id=lambda: ulid(CLOCKS.wall(), os.urandom(RANDOM_BYTES)),
            host_of=_host_of(config) if config is not None else None,
            faulty=[problem.where for problem in content.problems],
        )
    finally:
        await renderer.close()


def _sources_not_known(result: CheckResult, config: Config) -> list[str]:
    """Return the sources that may be agents: no store is opened here to look."""
    instances = {one.instance.name: one.instance for one in result.plan.monitors.values()}
    if all(one.source in ("", NETWORK, *LOGIN_SOURCES) for one in instances.values()):
        return []  # to know this computer's addresses takes long
    node = _node(config)
    return sorted(
        {
            one.source
            for one in instances.values()
            if _may_be_agent(one.source, source_of(one, node))
        }
    )


def _may_be_agent(name: str, source: Source) -> bool:
    return source.kind is SourceKind.OTHER_NODE and name not in LOGIN_SOURCES


def _node(config: Config) -> NodeIdentity:
    from noroshi.hosts.own_names import OwnNames

    return OwnNames(config.name, socket.gethostname(), CLOCKS.steady).current()


def _host_of(config: Config) -> HostOf:
    """Return what knows the computer of a monitor; few kinds look at it before they measure."""

    @cache
    def host_of() -> HostOf:
        from noroshi.hosts.foreign import host_by_source
        from noroshi.hosts.local import LocalHost
        from noroshi.hosts.programs import program_rules

        host = LocalHost(program_rules(config), CLOCKS)
        node = _node(config)

        def host_for(monitor: Monitor) -> Host:
            source = source_of(monitor.instance, node)
            if _may_be_agent(monitor.instance.source, source):
                raise MeasuredByAgent(source.problem)
            return host_by_source(source, host)

        return host_for

    return lambda monitor: host_of()(monitor)


def _counts(result: CheckResult) -> Message:
    plan = result.plan
    monitor_count = sum(not is_own(monitor) for monitor in plan.monitors.values())
    return COUNTS.fill(
        monitors=MONITORS.fill(count=monitor_count),
        rules=RULES.fill(count=len(plan.rules)),
        contacts=CONTACTS.fill(count=len(plan.contacts)),
        routes=ROUTES.fill(count=len(plan.routes)),
    )


def _print(
    context: CommandContext, problems: tuple[Problem, ...], examples: Placeholders
) -> None:
    rows = [{"where": p.where, "what": p.what.both()} for p in problems]
    context.print_json({"problems": rows, "placeholders": placeholders_as_json(examples)})
