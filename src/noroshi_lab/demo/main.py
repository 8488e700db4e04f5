"""Run the program `noroshi demo`."""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from noroshi.cli.errors import RefusedError
from noroshi.command_line.parser import Parser
from noroshi_lab.demo.programs import DemoError, on_interrupts
from noroshi_lab.demo.story import Demo
from noroshi_lab.demo.story_texts import ABOUT, FAILED, LANG, ONCE, STOPPED


def main(argv: Sequence[str], *, language: str = "en") -> int:
    """Run the demo. Exit code 0: both mails came (`--once`), or Ctrl-C; 1: it could not go
    on."""
    parser = Parser(language, prog="noroshi demo", description=ABOUT.say(language))
    parser.offer_help()
    parser.add_argument("--once", action="store_true", help=ONCE.say(language))
    parser.add_argument(
        "--lang", choices=("ja", "en"), default=language, help=LANG.say(language)
    )
    given = parser.parse_args(argv)
    on_interrupts(signal.default_int_handler)
    code, interrupted = _tell(given.lang, once=given.once)
    if interrupted:
        with suppress(OSError):  # a terminal that was closed
            print(f"\n{STOPPED.say(given.lang)}", flush=True)
    return code


def _tell(language: str, *, once: bool) -> tuple[int, bool]:
    """Tell the story; return the exit code, and whether it was interrupted. Nothing of the demo
    is left then."""
    folder = Path(tempfile.mkdtemp(prefix="noroshi-demo-"))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        demo = Demo(folder, language)
        stack.callback(demo.programs.end)
        # Whoever presses Ctrl-C once more must not leave half of it running.
        stack.callback(on_interrupts, signal.SIG_IGN)
        try:
            demo.run(once=once)
        except (DemoError, RefusedError) as failed:
            print(FAILED.fill(why=failed.words).say(language), file=sys.stderr)
            return 1, False
        except KeyboardInterrupt:
            return (130 if once else 0), True
    return 0, False
