"""Read what Microsoft Graph says against a request."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from noroshi.network.http import Reply


@dataclass(frozen=True, slots=True)
class GraphProblem:
    """Hold what Graph says of a request: the code, the sentence, and the request number for
    Microsoft's support."""

    code: str
    message: str
    request: str

    @property
    def text(self) -> str:
        problem = ": ".join(part for part in (self.code, self.message) if part)
        return f"{problem} (request-id {self.request})" if problem and self.request else problem


def problem_in(reply: Reply) -> GraphProblem:
    """{"error": {"code", "message", …}}; whatever else came is taken as it stands."""
    request = reply.headers.get("request-id", "")[:100]
    try:
        error_object = json.loads(reply.text)["error"]
        return GraphProblem(
            _text(error_object, "code"), _text(error_object, "message"), request
        )
    except (ValueError, LookupError, TypeError, RecursionError):
        return GraphProblem("", reply.text, request)


def _text(container: Any, name: str) -> str:
    value = container.get(name, "") if isinstance(container, dict) else ""
    return value if isinstance(value, str) else ""
