"""Render users' templates, in a separate process: one JSON line in, one JSON line out.

The node starts this file by its path, with an empty environment; the process ends when its
input ends. It imports nothing of ours, so that it starts fast and holds nothing worth stealing.
"""

from __future__ import annotations

import json
import re
import signal
import sys
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

MOST_OUTPUT = 64 * 1024
LONGEST_SUBJECT = 250
MEMORY = 256 * 1024 * 1024
# CPU time, not the clock on the wall: on a busy machine a good template must not become a
# plain mail only because it had to wait for its turn. The parent's clock bounds that.
CPU_SECONDS = 0.2
LONGEST_DETAIL = 300

# No loader: a template reads no file. What goes into HTML is escaped, a plain text is not.
KINDS = {
    kind: ImmutableSandboxedEnvironment(
        autoescape=kind == "html", undefined=StrictUndefined, loader=None, extensions=()
    )
    for kind in ("html", "plain")
}


class TemplateRefusedError(Exception):
    """The template cannot be used: one of the parent's reasons, and what is to be said of it."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail


def answer(request: Mapping[str, Any]) -> dict[str, str]:
    """Return the rendered parts by name; or `refused`, the reason, with a `detail`."""
    try:
        return {
            part: render_part(part, request[part], request["facts"])
            for part in request["parts"]
        }
    except TemplateRefusedError as refusal:
        return {"refused": refusal.reason, "detail": refusal.detail}
    except TemplateSyntaxError as error:
        line, detail = str(error.lineno), shortened(error.message)
        return {"refused": "syntax", "detail": detail, "line": line}
    except UndefinedError as error:
        return {"refused": "undefined", "detail": shortened(name_in(error))}
    except SecurityError as error:
        return {"refused": "forbidden", "detail": shortened(error)}
    except MemoryError:
        return {"refused": "memory", "detail": ""}
    except Exception as error:  # whatever else a user's template may raise
        return {"refused": "failed", "detail": shortened(f"{type(error).__name__}: {error}")}


def name_in(error: UndefinedError) -> str:
    """Return the name alone, of what Jinja says of it in English: 'name' is undefined."""
    match = re.match(r"'(.*)' is undefined|.* has no attribute '(.*)'", str(error))
    return str(error) if match is None else match[1] or match[2]


def shortened(text: object) -> str:
    """Shorten what is said: it may quote a name as long as the template, and goes into a
    mail."""
    return str(text)[:LONGEST_DETAIL]


def render_part(part: str, source: str, facts: Mapping[str, Any]) -> str:
    text = bounded(compiled(source, "html" if part == "html" else "plain"), facts)
    if part == "subject":
        check_subject(text)
    return text


def bounded(template: Template, facts: Mapping[str, Any]) -> str:
    """Counted while it is made, so that no more than the limit is ever kept."""
    pieces, size = list[str](), 0
    for piece in template.generate(facts):
        size += len(piece.encode("utf-8", "replace"))
        if size > MOST_OUTPUT:
            raise TemplateRefusedError("long", f"{MOST_OUTPUT // 1024} KiB")
        pieces.append(piece)
    return "".join(pieces)


def check_subject(text: str) -> None:
    """Refuse what would break a header's value, which is one line, and mend nothing."""
    if any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in text):
        raise TemplateRefusedError("lines")
    if not text.strip():
        raise TemplateRefusedError("empty")
    if len(text) > LONGEST_SUBJECT:
        raise TemplateRefusedError("long", f"{LONGEST_SUBJECT}")


@lru_cache(64)
def compiled(source: str, kind: str = "plain") -> Template:
    return KINDS[kind].from_string(source)


def bound_resources() -> None:
    """Limit memory, files, dumps. On Windows the parent has done so, by a job."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def arm(seconds: float) -> None:
    """Have SIGPROF end the process after so many seconds of CPU time, even in the middle of one
    endless multiplication, which no exception could interrupt. 0 disarms."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_PROF, seconds)


def main() -> None:
    bound_resources()
    bounded(compiled("{% for a in b %}{{ a|upper }}{% endfor %}"), {"b": "a"})  # warm up
    say({"ready": "yes"})
    for line in sys.stdin.buffer:
        request = json.loads(line)
        arm(CPU_SECONDS)
        reply = answer(request)
        arm(0)
        say(reply)


def say(answer: Mapping[str, str]) -> None:
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
