"""Run the program `noroshi lab drill`."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from noroshi.cli import exits
from noroshi.cli.clients.socket import SocketClient
from noroshi.cli.errors import RefusedError
from noroshi.core.delivery_state import DeliveryState
from noroshi.core.translation import bilingual, list_names
from noroshi_lab.drill import drill_texts
from noroshi_lab.drill.failure_run import PATIENCE, NotNoticedError, Result, walk
from noroshi_lab.drill.failures import TEN, Failure
from noroshi_lab.drill.installation import Fresh, ProgramEndedError
from noroshi_lab.drill.progress import Shown, as_json
from noroshi_lab.drill.setup import find_setup
from noroshi_lab.drill.stage import LOOK, Stage, left_as_found
from noroshi_lab.lab import remote
from noroshi_lab.lab.form_input import command, language_of
from noroshi_lab.lab.remote import Remote

# A terminal that is closed sends SIGHUP; Windows has none.
INTERRUPTS = [signal.SIGINT, signal.SIGTERM]
if sys.platform != "win32":
    INTERRUPTS.append(signal.SIGHUP)
REFUSALS = (RefusedError, remote.LabError, NotNoticedError, ProgramEndedError)


def main(argv: Sequence[str], *, language: str, door: Callable[[], Path]) -> int:
    """Run the drill. Exit code 0: all passed; 1: one did not, or it could not begin; 2: usage;
    130: Ctrl-C. `door`: the door of the node, if it is not a fresh one. Raises ConfigError as
    that does."""
    given = _parser(language_of(argv, language)).parse_args(argv)
    shown = Shown(given.lang, quiet=given.json)
    _on_interrupts(signal.default_int_handler)
    try:
        with _fresh(shown) if given.fresh else nullcontext((given.folder, door())) as places:
            return _drill(given, shown, *places)
    except KeyboardInterrupt:
        with suppress(OSError):  # a terminal that was closed
            shown.say(drill_texts.STOPPED_FRESH if given.fresh else drill_texts.STOPPED)
        return exits.INTERRUPTED
    except REFUSALS as refused:
        print(drill_texts.CANNOT.fill(why=refused.words).say(given.lang), file=sys.stderr)
        return exits.TROUBLE


@contextmanager
def _fresh(shown: Shown) -> Iterator[tuple[Path, Path]]:
    """Yield the folder of the lab and the door of the node, both made for this drill; none is
    left of them."""
    folder = Path(tempfile.mkdtemp(prefix="noroshi-drill-"))
    shown.say(drill_texts.SETTING_UP.fill(folder=folder))
    made = Fresh(folder, shown.language)
    try:
        made.begin()
        yield made.lab_folder, made.door
    finally:
        _on_interrupts(signal.SIG_IGN)
        made.end()
        shutil.rmtree(folder, ignore_errors=True)


def _drill(given: argparse.Namespace, shown: Shown, folder: Path, door: Path) -> int:
    lab, node = Remote(folder), SocketClient(door)
    began, results = time.monotonic(), list[Result]()
    with _put_back(lab, shown):
        stage = _ready(lab, node, shown, len(given.only))
        for number, failure in enumerate(given.only, 1):
            shown.title(number, len(given.only), failure)
            results.append(walk(stage, failure, given.lang, shown))
            shown.verdict(results[-1])
        lost = int(node.call("ledger", alarm="", last=1)["sum"]["lost"])
        seconds = time.monotonic() - began
        shown.end(results, seconds, lost)
    if given.json:
        print(as_json(results, seconds, lost))
    elif not given.fresh:
        shown.say(drill_texts.AS_FOUND)
    bad = lost or any(each.why for each in results)
    return exits.TROUBLE if bad else exits.DONE


@contextmanager
def _put_back(lab: Remote, shown: Shown) -> Iterator[None]:
    """Put the lab back as it was found, whatever happens. Whoever presses Ctrl-C once more must
    not leave half of it."""
    try:
        with left_as_found(lab):
            try:
                yield
            finally:
                _on_interrupts(signal.SIG_IGN)
    except remote.LabError as refused:
        raise NotNoticedError(drill_texts.NOT_AS_FOUND.fill(why=refused.words)) from None


def _ready(lab: Remote, node: SocketClient, shown: Shown, count: int) -> Stage:
    """Return the stage, once a first mail came by the first route. Raises NotNoticedError."""
    setup = find_setup(node.call("export")["documents"], lab.card)
    if setup is None:
        raise NotNoticedError(drill_texts.NOT_TO_LAB)
    stage = Stage(lab, node, setup)
    _must_be_well(stage)
    facts = {"user": lab.card["user"], "to": list_names(setup.to), "count": count}
    names = {"first": setup.first, "second": setup.second, "contact": setup.contact}
    shown.say(drill_texts.HEAD.fill(**facts, **names))
    stage.quicken()
    subject, body = (
        drill_texts.FIRST_MAIL.say(shown.language),
        drill_texts.BODY.say(shown.language),
    )
    _see_it_come(stage, stage.send(subject, body, setup.first))
    shown.say(drill_texts.READY.fill(first=setup.first))
    return stage


def _must_be_well(stage: Stage) -> None:
    for name in (stage.setup.first, stage.setup.second):
        route = stage.route(name)
        if route["state"] != "well":
            raise NotNoticedError(
                drill_texts.NOT_WELL.fill(route=name, why=bilingual(**route["why"]))
            )
    if count := stage.node.call("status")["queue"]["waiting"]:
        raise NotNoticedError(drill_texts.MAILS_WAIT.fill(count=count))


def _see_it_come(stage: Stage, id: str) -> None:
    """Wait for the first mail, which also tells whether the mailbox of the contact is in the
    lab."""
    end = time.monotonic() + PATIENCE
    while (letter := stage.letter(id))["queued"]["state"] != DeliveryState.ACCEPTED:
        if time.monotonic() > end:
            why = bilingual(**letter["queued"]["because"])
            raise NotNoticedError(drill_texts.NOT_WELL.fill(route=stage.setup.first, why=why))
        time.sleep(LOOK)
    stage.seen_in_lab = stage.copies(id) > 0


def _on_interrupts(handler: Any) -> None:
    for number in INTERRUPTS:
        signal.signal(number, handler)


def _parser(language: str) -> argparse.ArgumentParser:
    parser = command("noroshi lab drill", drill_texts.ABOUT, language)
    names = ",".join(each.name for each in TEN)
    only = drill_texts.ONLY.fill(names=names).say(language)
    parser.add_argument("--fresh", action="store_true", help=drill_texts.FRESH.say(language))
    parser.add_argument(
        "--only", type=_those(language), default=TEN, metavar="NAME,...", help=only
    )
    parser.add_argument("--json", action="store_true", help=drill_texts.JSON.say(language))
    return parser


def _those(language: str) -> Any:
    """Read names of failures; they are walked in the order of the ten."""

    def read(text: str) -> tuple[Failure, ...]:
        wanted = [name.strip() for name in text.split(",") if name.strip()]
        known = [each.name for each in TEN]
        for name in wanted:
            if name not in known:
                words = drill_texts.NO_FAILURE.fill(given=name, names=list_names(known))
                raise argparse.ArgumentTypeError(words.say(language))
        return tuple(each for each in TEN if each.name in wanted)

    return read
