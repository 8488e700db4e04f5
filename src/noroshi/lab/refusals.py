"""The AADSTS codes that the lab gives, each with its OAuth error, and how they are told."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

# A client must go by `error` and the code, never by the text, so the texts are our own.
KNOWN: dict[int, tuple[str, str]] = {
    50011: ("invalid_request", "The redirect URI '{uri}' is not registered for app '{app}'."),
    50034: ("invalid_grant", "There is no account '{user}' in this tenant."),
    50057: ("invalid_grant", "The account is disabled."),
    50058: ("login_required", "prompt=none was asked for, but nobody is signed in."),
    50076: ("interaction_required", "Multifactor authentication is required."),
    50079: (
        "interaction_required",
        "Multifactor authentication must be set up for this account first.",
    ),
    50126: ("invalid_grant", "The user name or the password is wrong."),
    50173: ("invalid_grant", "The grant was revoked; the user must sign in again."),
    50194: ("invalid_request", "App '{app}' is not multi-tenant: use the tenant's endpoint."),
    53003: ("invalid_grant", "A Conditional Access policy blocks this sign-in."),
    54005: ("invalid_grant", "The authorization code was already redeemed."),
    65001: ("invalid_grant", "The user has not consented to '{scope}'."),
    65004: ("access_denied", "The user declined to consent."),
    70000: ("invalid_grant", "The grant is invalid or malformed."),
    70003: ("unsupported_grant_type", "The grant type '{grant}' is not supported."),
    70005: ("unsupported_response_type", "The response type '{type}' is not supported."),
    70008: ("invalid_grant", "The authorization code has expired."),
    70011: ("invalid_scope", "The scope '{scope}' is not valid."),
    90002: (
        "invalid_request",
        "Tenant '{tenant}' not found: check the tenant ID and the cloud.",
    ),
    90023: ("invalid_request", "The parameter '{name}' has a value that is not supported."),
    90055: ("temporarily_unavailable", "Too many requests: try again later."),
    90094: ("access_denied", "An administrator must consent to app '{app}'."),
    90033: ("temporarily_unavailable", "The service is temporarily unavailable."),
    500011: ("invalid_resource", "The resource '{resource}' was not found in the tenant."),
    500121: ("invalid_grant", "The second factor was wrong, or it was denied."),
    500112: (
        "invalid_grant",
        "The redirect URI differs from the one of the authorize request.",
    ),
    501481: ("invalid_grant", "The code_verifier does not match the code_challenge."),
    501491: ("invalid_request", "The code_challenge has an invalid size."),
    700005: ("invalid_grant", "The code was issued by another tenant."),
    700016: ("unauthorized_client", "App '{app}' was not found in the tenant."),
    700025: ("invalid_client", "The client is public: it must not send a secret."),
    700082: ("invalid_grant", "The refresh token has expired because it was not used."),
    900144: ("invalid_request", "The request must contain the parameter '{name}'."),
    900561: ("invalid_request", "The endpoint accepts POST requests only."),
    900971: ("invalid_request", "No redirect URI was given."),
    1002012: ("invalid_scope", "The scope '{scope}' is not valid: an app needs .../.default."),
    7000215: ("invalid_client", "The client secret is wrong: send its value, not its ID."),
    7000218: ("invalid_client", "The request must contain client_secret or client_assertion."),
    7000222: ("invalid_client", "The client secret of app '{app}' has expired."),
}


class Refusal(Exception):
    """Entra ID says no, with a code of `KNOWN` and what its sentence names."""

    def __init__(self, code: int, *, error: str = "", **given: str) -> None:
        """`given` fills the sentence; `error` stands where a code's usual one does not fit."""
        self.code = code
        usual, sentence = KNOWN.get(code, ("invalid_grant", "Refused by the lab."))
        self.error = error or usual
        self.text = f"AADSTS{code}: " + sentence.format_map(_Given(given))
        super().__init__(self.text)

    @property
    def status(self) -> int:
        """The HTTP status that the token endpoint gives."""
        if self.code == 90055:
            return 429
        return {"invalid_client": 401, "temporarily_unavailable": 503}.get(self.error, 400)


class _Given(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return name


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A refusal with what support asks for: when it was, and its two ids."""

    refusal: Refusal
    at: datetime
    correlation_id: str
    error_uri: str
    trace_id: str

    @property
    def description(self) -> str:
        """One line, as the newer servers write it: with spaces between its parts."""
        return (
            f"{self.refusal.text} Trace ID: {self.trace_id} "
            f"Correlation ID: {self.correlation_id} Timestamp: {self.timestamp}"
        )

    @property
    def timestamp(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%SZ}"

    def body(self) -> dict[str, object]:
        """The JSON of the token endpoint."""
        consent = {"suberror": "consent_required"} if self.refusal.code == 65001 else {}
        return {
            "error": self.refusal.error,
            "error_description": self.description,
            "error_codes": [self.refusal.code],
            "timestamp": self.timestamp,
            "trace_id": self.trace_id,
            "correlation_id": self.correlation_id,
            "error_uri": self.error_uri,
            **consent,
        }


def report(refusal: Refusal, *, at: datetime, base: str, request_id: str | None) -> Report:
    """The refusal made ready to be told; the client's own request id is echoed."""
    return Report(
        refusal=refusal,
        at=at,
        correlation_id=request_id or str(uuid.uuid4()),
        error_uri=f"{base}/error?code={refusal.code}",
        trace_id=str(uuid.uuid4()),
    )
