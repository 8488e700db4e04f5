"""Read one body and answer, within limits of memory and time: the program that
`sandbox.Readers` starts by the path of this file, with an empty environment."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

MEMORY = 512 << 20
CPU_SECONDS = 30


def run(answer: Callable[[Mapping[str, Any], bytes], Any]) -> None:
    """Answer what comes by stdin, a line of JSON and then the body. Too much for the memory is
    told by saying nothing, as by the libraries that end the process over it."""
    bound_resources()
    head = json.loads(sys.stdin.buffer.readline())
    reply = answer(head, sys.stdin.buffer.read())
    text = json.dumps(reply, ensure_ascii=False, separators=(",", ":"))
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))


def bound_resources() -> None:
    """Limit memory, time, files, dumps. On Windows the parent has done so, by a job."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
