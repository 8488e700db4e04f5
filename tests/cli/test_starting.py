"""Each command's module is imported as a real start does, in an interpreter that knows none of the others.

The tests of commands share one that has imported all of them (tests/warm), where an import that is
missing, or two modules that wait for each other, would not be seen.
"""

import subprocess
import sys

from noroshi.cli.commands import COMMANDS

EACH = """
import os, sys, traceback
from importlib import import_module
import noroshi.cli.run

failed = []
for name in sys.argv[1:]:
    if os.fork() == 0:
        try:
            import_module(name)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    if os.wait()[1]:
        failed.append(name)
sys.exit(f"cannot be imported: {failed}" if failed else 0)
"""


def test_each_command_can_be_the_first_that_is_imported():
    functions = [one.run for command in COMMANDS for one in (command, *command.under)]
    modules = {name.partition(":")[0] for name in functions if name} | {
        "noroshi.cli.clients.in_process"
    }
    assert len(modules) > 30 and "noroshi.cli.handlers.serve" in modules
    done = subprocess.run(
        [sys.executable, "-c", EACH, *sorted(modules)], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
