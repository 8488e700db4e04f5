"""Every command and option of `noroshi`, with its help in both languages, as one table."""

from __future__ import annotations

from noroshi.cli.commands.defining import APPLY, EXPORT, KINDS, PLAN
from noroshi.cli.commands.node import DEMO, INIT, LAB, SERVE
from noroshi.cli.commands.parts import GLOBAL, Command, Option
from noroshi.cli.commands.sending import AUTHORIZE, QUEUE, SEND
from noroshi.cli.commands.watching import STATUS
from noroshi.core.words import Words

PROGRAM = Words(
    en="Noroshi watches machines, and proves that its alarms arrive.",
    ja="Noroshi はサーバーを監視し、アラームが届いたことまで確かめます。",
)
COMMANDS = (INIT, SERVE, DEMO, LAB, PLAN, APPLY, EXPORT, STATUS, AUTHORIZE, SEND, QUEUE, KINDS)
"""In the order in which the help lists them: as one meets them."""

__all__ = ["COMMANDS", "GLOBAL", "PROGRAM", "Command", "Option"]
