"""`python -m noroshi.cli.service_program HOME`: the node, as Windows starts it as a service."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from noroshi.cli import exits
from noroshi.cli.run import run

if sys.platform == "win32":
    from noroshi.cli.paths import NAME, OUTPUT
    from noroshi.system.raw_files import BINARY
    from noroshi.system.service_process import run_as_service

    STAYS_DOWN = (exits.DONE, exits.USAGE, exits.INVALID)
    """The exit codes with which another start would end as well."""

    LARGEST = 1 << 16
    """Bytes of a file that the next start still adds to."""

    def main() -> int:
        """Run the node of a home folder until Windows stops it."""
        home = sys.argv[1]
        _print_to(Path(home) / OUTPUT)
        return run_as_service(NAME, lambda: run(["serve", "--home", home]), STAYS_DOWN)

    def _print_to(path: Path) -> None:
        """Let everything that is printed go to a file, which is begun anew once it is large."""
        is_large = path.exists() and path.stat().st_size > LARGEST
        flags = os.O_WRONLY | os.O_CREAT | BINARY | (os.O_TRUNC if is_large else os.O_APPEND)
        file = os.open(path, flags)
        for number in (1, 2):
            os.dup2(file, number)
        sys.stdout = open(1, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115

    if __name__ == "__main__":
        sys.exit(main())
