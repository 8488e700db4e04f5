"""Users' templates, rendered by a child process that may be killed: the watch never waits long.

The child is started at the first template, kept, and started anew after it overran. One
template is rendered at a time.
"""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from noroshi import sandbox
from noroshi.core.message_error import MessageError
from noroshi.core.translation import Message, _
from noroshi.system.job_object import ProcessBounds

CHILD = Path(__file__).with_name("template_child.py")
BOUNDS = ProcessBounds(memory=256 << 20)
"""As the child sets them where it can. It imports nothing of ours, and has what we must not."""
WALL_SECONDS = 2.0
START_SECONDS = 30.0
END_SECONDS = 1.0
REST_SECONDS = 60.0
LONGEST_LINE = 1024 * 1024
SIGPROF = getattr(signal, "SIGPROF", 0)

TOO_SLOW = _("it takes too long (more than 0.2 s)")
CANNOT_START = _("the renderer cannot be started: {why}")
DIED = _("the renderer exited unexpectedly")
REFUSALS: Mapping[str, Message] = {
    "syntax": _("line {line} is not valid: {detail}"),
    "undefined": _("unknown name: {detail}"),
    "forbidden": _("not allowed: {detail}"),
    "memory": _("it needs too much memory"),
    "long": _("its result is too long (at most {detail})"),
    "lines": _("a subject must be one line"),
    "empty": _("the subject is empty"),
    "failed": _("it failed: {detail}"),
}


class TemplateFailed(MessageError):
    """The template cannot be used; the words say why."""


class Renderer(Protocol):
    """Renders templates, by part; raises TemplateFailed, and nothing else on purpose."""

    async def render(
        self, parts: Mapping[str, str], facts: Mapping[str, Any]
    ) -> Mapping[str, str]: ...


class TemplateRenderer:
    """The renderer that holds the child. `wall` bounds a rendering, in seconds."""

    def __init__(self, wall: float = WALL_SECONDS) -> None:
        self._wall = wall
        self._child: asyncio.subprocess.Process | None = None
        self._lock = asyncio.Lock()
        self._backoffs: dict[str, float] = {}

    async def render(
        self, parts: Mapping[str, str], facts: Mapping[str, Any]
    ) -> Mapping[str, str]:
        """Render the parts; raise TemplateFailed. A template that overran is not tried again
        for a minute: in a storm it would take the whole time limit for each of hundreds of
        mails."""
        key = json.dumps(parts)
        async with self._lock:
            if self._backoffs.get(key, 0.0) > asyncio.get_running_loop().time():
                raise TemplateFailed(TOO_SLOW)
            answer = await self._ask({**parts, "parts": list(parts), "facts": facts}, key)
        if "refused" in answer:
            details = {name: answer.get(name, "") for name in ("detail", "line")}
            raise TemplateFailed(REFUSALS[answer["refused"]].fill(**details))
        return answer

    async def close(self) -> None:
        """End the child. It may be called twice, and at any time."""
        if self._child is None:
            return
        child, self._child = self._child, None
        assert child.stdin is not None
        child.stdin.close()
        try:
            async with asyncio.timeout(END_SECONDS):
                await child.wait()
        except TimeoutError:
            await _end(child)

    async def _ask(self, request: Mapping[str, Any], key: str) -> Mapping[str, str]:
        line = json.dumps(request).encode() + b"\n"
        child = await self._ready_child()
        try:
            async with asyncio.timeout(self._wall):
                return await _exchange(child, line)
        except (TimeoutError, EOFError):
            code = await self._drop()
            if code not in (None, -SIGPROF):
                raise TemplateFailed(DIED) from None
            self._back_off(key)
            raise TemplateFailed(TOO_SLOW) from None
        except BaseException:  # cancelled: an answer to come must not be taken for the next one
            await self._drop()
            raise

    async def _ready_child(self) -> asyncio.subprocess.Process:
        if self._child is None or self._child.returncode is not None:
            try:
                self._child = await sandbox.start(CHILD, BOUNDS, LONGEST_LINE)
                async with asyncio.timeout(START_SECONDS):
                    await _answer(self._child)
            except (OSError, EOFError) as error:  # TimeoutError is an OSError
                await self._drop()
                raise TemplateFailed(CANNOT_START.fill(why=error)) from error
            except BaseException:  # cancelled while it starts
                await self._drop()
                raise
        return self._child

    async def _drop(self) -> int | None:
        """Kill the child; how it had ended by itself, None if it had not."""
        child, self._child = self._child, None
        return None if child is None else await _end(child)

    def _back_off(self, key: str) -> None:
        now = asyncio.get_running_loop().time()
        self._backoffs = {
            k: backoff_end for k, backoff_end in self._backoffs.items() if backoff_end > now
        }
        self._backoffs[key] = now + REST_SECONDS


async def _exchange(child: asyncio.subprocess.Process, line: bytes) -> Mapping[str, str]:
    assert child.stdin is not None
    try:
        child.stdin.write(line)
        await child.stdin.drain()
    except ConnectionError:
        raise EOFError from None
    return await _answer(child)


async def _answer(child: asyncio.subprocess.Process) -> Mapping[str, str]:
    assert child.stdout is not None
    line = await child.stdout.readline()
    if not line.endswith(b"\n"):
        raise EOFError("it ended at once")
    answer: Mapping[str, str] = json.loads(line)
    return answer


async def _end(child: asyncio.subprocess.Process) -> int | None:
    """Return the exit code if the child had ended by itself. Reading on lets asyncio close the
    pipes."""
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.close()
    code = await child.wait() if child.stdout.at_eof() else child.returncode
    if code is None:
        sandbox.kill(child)
    while await child.stdout.read(LONGEST_LINE):
        pass
    await child.wait()
    return code
