"""`noroshi ssh-script`: the script by which a computer is asked by SSH."""

from __future__ import annotations

from importlib.resources import files

from noroshi.cli import exits
from noroshi.cli.context import CommandContext


def ssh_script(context: CommandContext) -> int:
    """Print it, to be saved on that computer."""
    script = files("noroshi.hosts.ssh").joinpath("facts.sh")
    print(script.read_text("utf-8"), end="")
    return exits.DONE
