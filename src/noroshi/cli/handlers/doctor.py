"""`noroshi doctor`: routes and this computer, stage by stage as they are looked at."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.handlers.doctor_local import here
from noroshi.cli.handlers.doctor_output import Page
from noroshi.cli.output.times import clock
from noroshi.core.words import Words

Answer = Mapping[str, Any]
ALL_WELL = Words(
    en="✓ All stages are passed; nothing was sent.",
    ja="✓ すべての段階を通過しました。何も送っていません。",
)
PASSED_BUT = Words(
    en="▲ All stages are passed, and nothing was sent; yet mails do not leave by {routes} (above).",
    ja="▲ すべての段階を通過しましたが、{routes} では送信できていません (上の ▲ を参照)。何も送っていません。",
)
MENDED = Words(
    en="▲ {route} looks mended. Next try: {until}. To send now: noroshi queue retry {mail}",
    ja="▲ {route} は直ったようです (次の試行: {until})。すぐに送るには: noroshi queue retry {mail}",
)
MENDED_ALONE = Words(
    en="▲ {route} looks mended. Noroshi looks at it by itself: {until}.",
    ja="▲ {route} は直ったようです。Noroshi が自動で確かめます ({until})。",
)
ONCE_MENDED = Words(
    en="▲ {route}: next try {until}. Once it is mended, to send now: noroshi queue retry {mail}",
    ja="▲ {route}: 次の試行は {until} です。直してからすぐに送るには: noroshi queue retry {mail}",
)
SOON = Words(en="soon", ja="まもなく")
NOT_ALL = Words(
    en="◆ {where}: stopped at {stages}. Nothing was sent.",
    ja="◆ {where}: 「{stages}」で止まりました。何も送っていません。",
)
NO_ROUTES = Words(
    en="There is no route to examine yet; define one in routes/: noroshi apply DIR",
    ja="診断する経路がまだありません。routes/ に定義し、noroshi apply DIR で取り込んでください",
)
WRITTEN = Words(
    en="The support bundle is in {file} (readable for you alone). No secret is in it; names, "
    "addresses and subjects are. Look through it before you hand it on.",
    ja="診断ファイルを {file} に書きました (あなただけが読めます)。秘密は入っていませんが、名前・アドレス・"
    "件名は入っています。渡す前に中身を確かめてください。",
)
WRITTEN_MASKED = Words(
    en="The support bundle is in {file} (readable for you alone). No secret and no mail address is "
    "in it; names and subjects are. Look through it before you hand it on.",
    ja="診断ファイルを {file} に書きました (あなただけが読めます)。秘密とメールアドレスは入っていませんが、"
    "名前と件名は入っています。渡す前に中身を確かめてください。",
)


def doctor(asked: CommandContext) -> int:
    """Exit code 1 if a stage failed."""
    given = asked.given
    if given.bundle:
        _bundling().try_place(Path(given.bundle))
    # Without a node it is this process that fails at what it looks at; the page tells it.
    logging.getLogger("noroshi").setLevel(logging.ERROR)
    page = Page(asked, silent=given.json)
    found = list(_examined(asked, page))
    page.end(list(_summed_up(asked, found)))
    if given.json:
        asked.print_json({"ok": not _failed(found), "examined": found})
    if given.bundle:
        _bundle(asked, page, found)
    return exits.TROUBLE if _failed(found) else exits.DONE


def _examined(asked: CommandContext, page: Page) -> Iterator[Answer]:
    """The computer and all routes, or the one that was asked for."""
    route = asked.given.route
    if route:
        yield _one(asked, page, route)
        return
    yield _one(asked, page, "")
    routes = asked.call("route_list")["routes"]
    for one in routes:
        yield _one(asked, page, one["name"])
    if not routes:
        page.end([asked.say(NO_ROUTES)])


def _one(asked: CommandContext, page: Page, route: str) -> Answer:
    """One examination to its end; each stage is shown as it comes."""
    begun = asked.call("examine_begin", route=route, to=asked.given.to if route else "")
    ours = [] if route else here(asked)
    names = [*({"name": s["name"], "title": s["title"]} for s in ours), *begun["names"]]
    page.begin({**begun, "names": names})
    for stage in ours:
        page.show(stage)
    stages, over = list[Answer](), False
    while not over:
        page.wait_for(names[len(ours) + len(stages) :])
        looked = asked.call("examine_look", id=begun["id"], seen=len(stages))
        for stage in looked["stages"]:
            page.show(stage)
        stages += looked["stages"]
        over = looked["over"]
    return {**begun, "names": names, "stages": [*ours, *stages], "over": True}


def _failed(found: list[Answer]) -> bool:
    return any(stage["state"] == "failed" for one in found for stage in one["stages"])


def _summed_up(asked: CommandContext, found: list[Answer]) -> Iterator[str]:
    if not _failed(found):
        unseen = [one["route"] for one in found if one["down"] and not one["down"]["early"]]
        words = PASSED_BUT.fill(routes=", ".join(unseen)) if unseen else ALL_WELL
        yield asked.say(words)
    for one in found:
        bad = [asked.say(s["title"]) for s in one["stages"] if s["state"] == "failed"]
        if bad:
            where = one["route"] or asked.say(one["title"])
            yield asked.say(NOT_ALL.fill(where=where, stages=", ".join(bad)))
        elif one["down"]:
            yield from map(asked.say, _the_way_on(one["route"], one["down"]))


def _the_way_on(route: str, down: Answer) -> Iterator[Words]:
    """Where no stage finds anything any more: the mails of a route that rests still wait. The
    diagnosis itself lets none of them go, as it sends nothing."""
    until, now = down["until"], datetime.now(UTC)
    soon = until is None or datetime.fromisoformat(until) <= now
    told = {"route": route, "mail": down["mail"], "until": SOON if soon else clock(until, now)}
    if down["mail"]:
        yield (MENDED if down["early"] else ONCE_MENDED).fill(**told)
    elif down["early"]:
        yield MENDED_ALONE.fill(**told)


def _bundling() -> ModuleType:
    from noroshi.cli.handlers import support_bundle  # only who wants one pays for it

    return support_bundle


def _bundle(asked: CommandContext, page: Page, found: list[Answer]) -> None:
    file = Path(asked.given.bundle)
    _bundling().write_bundle(asked, file, found, page.text)
    words = WRITTEN_MASKED if asked.given.mask else WRITTEN
    # With --json the standard output is the answer alone.
    print(asked.say(words.fill(file=file)), file=sys.stderr if asked.given.json else sys.stdout)
