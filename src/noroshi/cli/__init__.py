"""The command line. Each command imports what it needs when it is asked for, and no more:
`noroshi send` in a script must be over before one notices it."""

from __future__ import annotations

import gc
import sys

from noroshi import __version__


def main() -> int:
    """Run the console script and return its exit code (see noroshi.cli.exits)."""
    argv = sys.argv[1:]
    if argv == ["--version"]:
        print(f"noroshi {__version__}")
        return 0
    # What is loaded and parsed is needed to the end: `run` turns it on again for what may be long.
    gc.disable()
    from noroshi.cli.run import run  # only now: the line above costs a third of it

    return run(argv)
