"""A terminal at which a person types a command of ours."""

import asyncio
import os
import pty
import signal

from tests.cli.command_process import NOBODYS
from tests.warm import warm


class Terminal:
    """A person at a terminal: waits for a prompt, then types a line."""

    def __init__(self, home, *argv):
        self.home, self.argv, self.seen, self.at = home, argv, "", 0

    async def __aenter__(self):
        self.ours, theirs = pty.openpty()
        self.process = await asyncio.create_subprocess_exec(
            *(*warm(), *self.argv),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=NOBODYS | {"NOROSHI_HOME": str(self.home), "TERM": "dumb"},
            start_new_session=True,
        )
        os.close(theirs)
        return self

    async def __aexit__(self, *_):
        os.close(self.ours)

    async def type(self, prompt, text):
        await self.until(prompt)
        os.write(self.ours, text.encode())

    async def until(self, prompt):
        """Read on until this is shown, after what was waited for last."""
        while (found := self.seen.find(prompt, self.at)) < 0:
            self.seen += await asyncio.to_thread(self._read)
        self.at = found + len(prompt)

    async def interrupt(self, told):
        """Press Ctrl-C until this is shown.

        Pressed once it may be lost: a signal that comes after readline has drawn its prompt,
        and before CPython's select() waits for a key, is seen at the next key only.
        """
        heard = asyncio.create_task(self.until(told))
        while not heard.done():
            self.process.send_signal(signal.SIGINT)
            await asyncio.wait({heard}, timeout=20)
        await heard

    def _read(self):
        try:
            return os.read(self.ours, 65536).decode(errors="replace")
        except OSError:  # how Linux tells that the other side is gone
            raise AssertionError(f"it ended:\n{self.seen}") from None
