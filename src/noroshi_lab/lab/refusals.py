"""Entra ID's refusals: a code of `codes`, and how it is told as JSON, in an address or on a page."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from noroshi_lab.lab.codes import CHALLENGED, EXPLAINED, KNOWN, THROTTLED

Lines = Literal["spaces", "crlf"]
"""Between the parts of a description: the newer servers write spaces, the older line breaks."""
_CHALLENGE = {"access_token": {"capolids": {"essential": True, "values": ["lab-policy"]}}}


class Refusal(Exception):
    """Refuse as Entra ID does, with a code of `KNOWN` and the values for the sentence."""

    def __init__(self, code: int, *, error: str = "", **given: str) -> None:
        """`given` fills the sentence; `error` stands where a code's usual one does not fit."""
        self.code = code
        usual, sentence = KNOWN.get(code, ("invalid_grant", "Refused by the lab."))
        self.error = error or usual
        self.text = f"AADSTS{code}: " + sentence.format_map(_Placeholders(given))
        super().__init__(self.text)

    @property
    def status(self) -> int:
        """Return the HTTP status that the token endpoint gives."""
        if self.code in THROTTLED:
            return 429
        known = {"invalid_client": 401, "temporarily_unavailable": 503, "server_error": 500}
        return known.get(self.error, 400)


class _Placeholders(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return name


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Hold a refusal with the details for support: the time, and the two ids."""

    refusal: Refusal
    at: datetime
    correlation_id: str
    error_uri: str
    trace_id: str
    lines: Lines = "spaces"

    @property
    def description(self) -> str:
        """Return the sentence, and what support asks for."""
        parts = (
            self.refusal.text,
            f"Trace ID: {self.trace_id}",
            f"Correlation ID: {self.correlation_id}",
            f"Timestamp: {self.timestamp}",
        )
        return ("\r\n" if self.lines == "crlf" else " ").join(parts)

    @property
    def timestamp(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%SZ}"

    def body(self) -> dict[str, object]:
        """Return the JSON of the token endpoint."""
        code = self.refusal.code
        more = {"suberror": EXPLAINED[code]} if code in EXPLAINED else {}
        if code in CHALLENGED:
            more |= {"claims": json.dumps(_CHALLENGE)}
        return {
            "error": self.refusal.error,
            "error_description": self.description,
            "error_codes": [code],
            "timestamp": self.timestamp,
            "trace_id": self.trace_id,
            "correlation_id": self.correlation_id,
            "error_uri": self.error_uri,
            **more,
        }


def report(
    refusal: Refusal,
    *,
    at: datetime,
    base: str,
    request_id: str | None,
    lines: Lines = "spaces",
) -> Report:
    """Make the refusal ready to be told; the client's own request id is echoed."""
    return Report(
        refusal=refusal,
        at=at,
        correlation_id=request_id or str(uuid.uuid4()),
        error_uri=f"{base}/error?code={refusal.code}",
        trace_id=str(uuid.uuid4()),
        lines=lines,
    )
