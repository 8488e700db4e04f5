"""`noroshi doctor`: routes and this computer, stage by stage as they are looked at."""

from __future__ import annotations

import logging
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

from noroshi.answer_json import as_json
from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.output.times import clock
from noroshi.cli.paths import HOME, NAME, SERVICE, UNIT_FILE
from noroshi.cli.systemd.state import service_properties
from noroshi.cli.terminal_escape import obey
from noroshi.command_line.text_width import pad, width, wrap
from noroshi.core.command_text import CommandText, CopiedCommand, line_at, with_commands
from noroshi.core.translation import NOTHING, Message, _, list_names, ngettext, pgettext
from noroshi.operations import monitor_operations, sign_in_operations
from noroshi.operations.diagnostic_answers import (
    AGENT_CONTACT,
    Examined,
    KnownDown,
    Looked,
    StageName,
)
from noroshi.operations.status_answers import RoutesShown
from noroshi.ports.examination import Remedy, Stage, State, Whose

ALL_WELL = _("✓ All stages passed; nothing was sent.")
PASSED_BUT = _(
    "▲ All stages passed and nothing was sent, but no messages are being sent through "
    "{routes} (see above)."
)
MENDED = with_commands(
    _("▲ {route} seems to work again. Next attempt: {until}. To send now: {command}"),
    command=CommandText("queue retry", "{mail}"),
)
MENDED_ALONE = _("▲ {route} seems to work again. Next automatic check: {until}.")
ONCE_MENDED = with_commands(
    _("▲ {route}: next attempt {until}. To send now, once the fault is fixed: {command}"),
    command=CommandText("queue retry", "{mail}"),
)
SOON = _("soon")
NOT_ALL = _("◆ {where}: failed at {stages}. Nothing was sent.")
NO_ROUTES = with_commands(
    _("There are no routes to diagnose yet. Define one in routes/ and apply it: {command}"),
    command=CommandText("apply", pgettext("command", "DIR")),
)
WRITTEN = _(
    "The support bundle is in {file} (readable only by you). It contains names, addresses "
    "and subjects, but no secrets. Review it before you pass it on."
)
WRITTEN_MASKED = _(
    "The support bundle is in {file} (readable only by you). It contains names and subjects, "
    "but no secrets and no email addresses. Review it before you pass it on."
)


def doctor(context: CommandContext) -> int:
    """Exit code 1 if a stage failed."""
    args = context.args
    if args.bundle:
        _support_bundle().try_place(Path(args.bundle))
    # Without a node it is this process that fails at what it looks at; the page tells it.
    logging.getLogger("noroshi").setLevel(logging.ERROR)
    page = Page(context, silent=args.json)
    examinations = list(_examine_all(context, page))
    page.end(list(_summary(context, examinations)))
    if args.json:
        context.print_json({"ok": not _any_failed(examinations), "examined": examinations})
    if args.bundle:
        _bundle(context, page, examinations)
    return exits.TROUBLE if _any_failed(examinations) else exits.DONE


def _examine_all(context: CommandContext, page: Page) -> Iterator[Examined]:
    """Examine the computer and all routes, or the route or instance that was asked for."""
    name = context.args.name
    routes = context.ask(monitor_operations.ROUTE_LIST, RoutesShown).routes
    if name:
        is_route = name in {one.name for one in routes} or bool(context.args.to)
        target = {"route": name} if is_route else {"instance": name}
        yield _examine(context, page, **target)
        return
    yield _examine(context, page)
    for one in routes:
        yield _examine(context, page, route=one.name)
    if not routes:
        page.end([context.say(NO_ROUTES)])


def _examine(
    context: CommandContext, page: Page, route: str = "", instance: str = ""
) -> Examined:
    """Run one examination to the end; show each stage as it comes."""
    examination = context.ask(
        sign_in_operations.EXAMINE_BEGIN,
        Examined,
        route=route,
        to=context.args.to if route else "",
        instance=instance,
    )
    concerns_node = not (route or instance) or _needs_node(context, examination)
    local_stages = node_stages(context) if concerns_node else []
    local_names = (StageName(one.name, one.title) for one in local_stages)
    names = (*local_names, *examination.names)
    page.begin(replace(examination, names=names))
    for stage in local_stages:
        page.show(stage)
    stages, finished = list[Stage](), False
    while not finished:
        page.wait_for(names[len(local_stages) + len(stages) :])
        answer = context.ask(
            sign_in_operations.EXAMINE_LOOK, Looked, id=examination.id, seen=len(stages)
        )
        for stage in answer.stages:
            page.show(stage)
        stages += answer.stages
        finished = answer.over
    all_stages = (*local_stages, *stages)
    return replace(examination, names=names, stages=all_stages, over=True)


def _needs_node(context: CommandContext, examination: Examined) -> bool:
    """Return whether a node is missing: agents connect to no other process."""
    is_of_agent = any(one.name == AGENT_CONTACT for one in examination.names)
    return is_of_agent and not context.is_node_running


def _any_failed(examinations: Sequence[Examined]) -> bool:
    return any(stage.state == "failed" for one in examinations for stage in one.stages)


def _summary(context: CommandContext, examinations: Sequence[Examined]) -> Iterator[str]:
    if not _any_failed(examinations):
        undetected = [one.route for one in examinations if one.down and not one.down.early]
        words = PASSED_BUT.fill(routes=list_names(undetected)) if undetected else ALL_WELL
        yield context.say(words)
    for one in examinations:
        failed_stages = [context.say(s.title) for s in one.stages if s.state == "failed"]
        if failed_stages:
            subject = one.route or context.say(one.title)
            yield context.say(NOT_ALL.fill(where=subject, stages=list_names(failed_stages)))
        elif one.down:
            yield from map(context.say, _next_step(one.route, one.down))


def _next_step(route: str, outage: KnownDown) -> Iterator[Message]:
    """Yield when the mails of a failed route go on, where no stage finds anything any more. The
    diagnosis itself lets none of them go, as it sends nothing."""
    end, now = outage.until, datetime.now(UTC)
    is_soon = end is None or end <= now
    fields = {
        "route": route,
        "mail": outage.mail,
        "until": SOON if is_soon else clock(end, now),
    }
    if outage.mail:
        yield (MENDED if outage.early else ONCE_MENDED).fill(**fields)
    elif outage.early:
        yield MENDED_ALONE.fill(**fields)


def _support_bundle() -> ModuleType:
    from noroshi.cli.handlers import support_bundle  # only who wants one pays for it

    return support_bundle


def _bundle(context: CommandContext, page: Page, examinations: Sequence[Examined]) -> None:
    file = Path(context.args.bundle)
    _support_bundle().write_bundle(context, file, as_json(examinations), page.text)
    words = WRITTEN_MASKED if context.args.mask else WRITTEN
    # With --json the standard output is the answer alone.
    print(
        context.say(words.fill(file=file)), file=sys.stderr if context.args.json else sys.stdout
    )


MARKS = {"ok": "✓", "failed": "◆", "not reached": "·"}
STATES: Mapping[str, Message] = {
    "ok": _("ok"),
    "failed": _("failed"),
    "not reached": _("not run"),
}
WHO, HOW = _("Who can fix it"), _("How to fix it")
TAKES, PAGE = _("Takes effect"), _("Page")
REPLY = _("Reply")
MILLISECONDS = "{:,.0f} ms"
REMARK = "▲ "
DOWN = _(
    "No message has been sent through this route since {since}: {why} ({count} waiting). The "
    "stages below send no messages, so they cannot detect this."
)
RESTS = _("No message has been sent through this route since {since}: {why} ({count} waiting).")
PUT_OFF = ngettext(
    "{count} message has been waiting since {since}, after failed attempts ({why}). The "
    "stages below send no messages, so they cannot detect this.",
    "{count} messages have been waiting since {since}, after failed attempts ({why}). The "
    "stages below send no messages, so they cannot detect this.",
)
NARROW, NARROWEST = 100, 60
TIME = 8
"""Columns of a stage's time: 9,999 ms."""
CLEAR = "\r\x1b[K"
"""ECMA-48, 8.3.41 (EL): the line is erased from its beginning."""
WAITING = "  … {title}"


class Page:
    """Writes as the stages come; `text` is all that was written."""

    def __init__(self, context: CommandContext, *, silent: bool) -> None:
        self._context, self._silent = context, silent
        self._room = max(shutil.get_terminal_size((NARROW, 0)).columns, NARROWEST)
        self._lines = list[str]()
        self._titles = self._states = 0
        self._live = not silent and sys.stdout.isatty()

    @property
    def text(self) -> str:
        return "\n".join(self._lines) + "\n"

    def begin(self, examination: Examined) -> None:
        """Write the heading, and note how wide the columns are."""
        say = self._context.say
        self._titles = max([width(say(one.title)) for one in examination.names], default=0)
        self._states = max(width(say(STATES[state])) for state in ("ok", "failed"))
        title = say(examination.title)
        name = examination.route or title
        heading = f"{name} ({title})" if title and examination.route else name
        mark = say(examination.mark)
        kind = f"{examination.kind} [{mark}]" if mark else examination.kind
        parts = [part for part in (heading, kind, examination.where) if part]
        self.gap()
        self._say("  ".join(parts))
        if outage := examination.down:
            self._say(*self._hanging_indent(f"  {REMARK}", say(_outage(outage))))
            if outage.remedy:
                self._say("", *self._remedy(outage.remedy), "")

    def gap(self) -> None:
        """Write one empty line between two groups of lines."""
        if self._lines and self._lines[-1]:
            self._say("")

    def end(self, lines: Sequence[str]) -> None:
        """Say what came of all of it."""
        self.gap()
        self._say(*lines)

    def wait_for(self, names: Sequence[StageName]) -> None:
        """Show what is being looked at now, on a terminal."""
        if self._live and names:
            title = self._context.say(names[0].title)
            obey(CLEAR)
            print(WAITING.format(title=title), end="", flush=True)

    def show(self, stage: Stage) -> None:
        """Write a stage's line; remarks and remedy below."""
        if self._live:
            obey(CLEAR)
        self._say(*self._stage(stage))

    def _say(self, *lines: str) -> None:
        self._lines += lines
        if not self._silent:
            print("\n".join(lines), flush=True)

    def _stage(self, stage: Stage) -> Iterator[str]:
        say, state = self._context.say, stage.state
        time = stage.milliseconds
        duration = "" if time is None else MILLISECONDS.format(time)
        head = "  ".join(
            (
                f"  {MARKS[state]} {pad(say(stage.title), self._titles)}",
                pad(say(STATES[state]), self._states),
                f"{duration:>{TIME}}",
                "",
            )
        )
        yield from self._hanging_indent(head, say(stage.found))
        for remark in stage.remarks:
            yield from self._hanging_indent(" " * 4 + REMARK, say(remark))
        if stage.remedy is not None:
            yield from ("", *self._remedy(stage.remedy), "")

    def _remedy(self, remedy: Remedy) -> Iterator[str]:
        """Yield what it means; then who, how, when, where and the other side's own words."""
        say = self._context.say
        yield from self._hanging_indent(" " * 4, say(remedy.meaning))
        yield ""
        label_width = max(width(say(words)) for words in (WHO, HOW, TAKES, PAGE, REPLY))
        for words, lines in self._parts(remedy):
            label = f"    {pad(say(words), label_width)}  "
            for line in lines:
                yield f"{label}{line}".rstrip()
                label = " " * width(label)

    def _parts(self, remedy: Remedy) -> Iterator[tuple[Message, Iterable[str]]]:
        say = self._context.say
        yield WHO, self._wrap(say(remedy.who))
        instructions = [line for step in remedy.how for line in self._wrap(say(step))]
        commands = [f"  {line_at(line, self._context.medium)}" for line in remedy.lines]
        if instructions or commands:
            yield HOW, [*instructions, *commands]
        if duration := say(remedy.takes):
            yield TAKES, self._wrap(duration)
        if remedy.link:
            yield PAGE, [remedy.link]
        if remedy.reply:
            yield REPLY, self._wrap(remedy.reply)

    def _wrap(self, text: str) -> list[str]:
        return wrap(text, self._room - 16)

    def _hanging_indent(self, head: str, text: str) -> Iterator[str]:
        """Yield the text wrapped beside the head, which stands before the first line alone."""
        for line in wrap(text, self._room - width(head)):
            yield f"{head}{line}".rstrip()
            head = " " * width(head)


def _outage(outage: KnownDown) -> Message:
    """Say what the node knows, and whether the stages below could find it."""
    words = PUT_OFF if not outage.down else RESTS if outage.early else DOWN
    since = clock(outage.since, datetime.now(UTC))
    return words.fill(since=since, why=outage.why, count=outage.waiting)


NODE, UNIT = _("Node"), _("Service")
YOU = _("you, on this computer")
AT_ONCE = _("immediately")
RUNS = _("running, answers at {where}")
RUNS_NOT = _(
    "No node is running, so nothing is being measured or sent. This command ran the "
    "following checks itself."
)
ACTIVE = _("{service} has been active since {at}")
NOT_ACTIVE = _("{service} is installed and {state}.")


def node_stages(context: CommandContext) -> Sequence[Stage]:
    """Return the node as a stage, and the service as another if this node is one; to be called
    after a first question."""
    stages = [_node(context)]
    if is_service(context):
        stages.append(_service(service_properties()))
    return stages


def _node(context: CommandContext) -> Stage:
    if context.is_node_running:
        address = context.remote.url if context.remote else context.door or context.config.door
        return _stage("node", NODE, RUNS.fill(where=address))
    lines = (
        (f"systemctl start {NAME}",)
        if is_service(context)
        else (CopiedCommand(CommandText("serve")),)
    )
    return _stage("node", NODE, NOTHING, _remedy(RUNS_NOT, lines))


def _service(properties: Mapping[str, str]) -> Stage:
    state = properties.get("ActiveState") or "?"
    if state == "active":
        at = properties.get("ActiveEnterTimestamp", "")
        return _stage("service", UNIT, ACTIVE.fill(service=SERVICE, at=at))
    lines = (f"systemctl start {NAME}", f"journalctl -u {NAME} -n 50")
    words = NOT_ACTIVE.fill(service=SERVICE, state=state)
    return _stage("service", UNIT, NOTHING, _remedy(words, lines))


def is_service(context: CommandContext) -> bool:
    """Return whether the node that is meant is this machine's service."""
    local_node = context.home == Path(HOME) or context.door is not None
    return context.remote is None and local_node and Path(UNIT_FILE).exists()


def _stage(name: str, title: Message, result: Message, remedy: Remedy | None = None) -> Stage:
    """Return a stage as the answers of an examination have it."""
    state: State = "failed" if remedy else "ok"
    return Stage(name=name, title=title, state=state, found=result, remedy=remedy)


def _remedy(meaning: Message, lines: Sequence[str]) -> Remedy:
    return Remedy(meaning=meaning, whose=Whose.YOU, who=YOU, lines=tuple(lines), takes=AT_ONCE)
