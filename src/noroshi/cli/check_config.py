"""`noroshi check-config`: what would stop a node or an apply, found without a node or a store."""

from __future__ import annotations

import asyncio
import os
import time
from datetime import UTC, datetime
from pathlib import Path

from noroshi.actions.template import TemplateRenderer
from noroshi.cli import exits
from noroshi.cli.asked import Asked
from noroshi.cli.client import Refused
from noroshi.cli.near import built_in
from noroshi.config import FILE, Config, ConfigError, read_config
from noroshi.core.own import is_own
from noroshi.core.problems import Problem
from noroshi.core.words import Words
from noroshi.definitions import (
    RANDOM_BYTES,
    Checked,
    Folder,
    HostOf,
    by_file,
    check,
    look_into,
    placeholders,
    ulid,
)
from noroshi.hosts.local import LocalHost
from noroshi.hosts.programs import program_rules
from noroshi.ports import Clocks
from noroshi.service.cautions import silent

CLOCKS = Clocks(wall=lambda: datetime.now(UTC), steady=time.monotonic)
WRONG = Words(
    en="{folder} cannot be used as it is. Problems: {count}",
    ja="{folder} はこのままでは使えません。誤りは{count}件です:",
)
RIGHT = Words(
    en="Nothing is wrong with {folder}: monitors {monitors}, rules {rules}, "
    "contacts {contacts}, routes {routes}.",
    ja="{folder} に誤りはありません。監視項目 {monitors}、実行条件 {rules}、通知先 {contacts}、"
    "送信経路 {routes}。",
)
NOTHING_THERE = Words(
    en="there is no definition in it; is it the right folder?",
    ja="定義が1つもありません。フォルダーを確かめてください",
)
STILL_EXAMPLES = Words(
    en="Values still copied from the examples, with which no alarm arrives: {count}",
    ja="見本のままの値が{count}件あります。このままでは、どこにも届きません:",
)
MOST = 20
"""Values listed at most."""
NO_HOME = Words(
    en="There is no {file}: whether programs may run was not checked.",
    ja="{file} がないため、プログラムを実行してよいかは確かめていません。",
)


def check_config(asked: Asked) -> int:
    """All problems at once; exit code 3 if there is one. Nothing is written."""
    folder = Path(asked.given.folder)
    config, of_config = _settings(asked.home)
    read = look_into(folder)
    found = asyncio.run(_checked(read, config))
    of_folder = (*read.problems, *found.problems)
    if not read.documents and not of_folder:
        of_folder = (Problem(str(folder), NOTHING_THERE),)
    problems = (*of_config, *by_file(of_folder))
    if asked.given.json:
        _print(asked, problems)
    elif problems:
        head = WRONG.fill(folder=folder, count=len(problems))
        raise Refused("invalid", head, [(p.where, p.what) for p in problems])
    else:
        print(asked.say(_praise(folder, found)))
        for words in silent(found.plan):
            print(asked.say(words))
        _tell_placeholders(asked, read)
        if config is None:
            print(asked.say(NO_HOME.fill(file=asked.home / FILE)))
    return exits.INVALID if problems else exits.DONE


def _settings(home: Path) -> tuple[Config | None, tuple[Problem, ...]]:
    """The node's own settings; there may be none here, as on an administrator's own computer."""
    if not (home / FILE).exists():
        return None, ()
    try:
        return read_config(home), ()
    except ConfigError as error:
        return None, tuple(Problem(fault.where, fault.what) for fault in error.problems)


async def _checked(read: Folder, config: Config | None) -> Checked:
    renderer = TemplateRenderer()
    try:
        return await check(
            read.documents,
            (),
            built_in(renderer),
            new_id=lambda: ulid(CLOCKS.wall(), os.urandom(RANDOM_BYTES)),
            host_of=_host_of(config) if config is not None else None,
            faulty=[problem.where for problem in read.problems],
        )
    finally:
        await renderer.close()


def _host_of(config: Config) -> HostOf:
    host = LocalHost(program_rules(config), CLOCKS)
    return lambda monitor: host


def _praise(folder: Path, found: Checked) -> Words:
    plan = found.plan
    return RIGHT.fill(
        folder=folder,
        monitors=sum(not is_own(monitor) for monitor in plan.monitors.values()),
        rules=len(plan.rules),
        contacts=len(plan.contacts),
        routes=len(plan.routes),
    )


def _tell_placeholders(asked: Asked, read: Folder) -> None:
    """Name the values that were never filled in."""
    found = list(placeholders(read.documents))
    if found:
        print(asked.say(STILL_EXAMPLES.fill(count=len(found))))
    for where, value in found[:MOST]:
        print(f"  {where}: {value}")


def _print(asked: Asked, problems: tuple[Problem, ...]) -> None:
    told = [{"where": p.where, "what": {"en": p.what.en, "ja": p.what.ja}} for p in problems]
    asked.print_json({"problems": told})
