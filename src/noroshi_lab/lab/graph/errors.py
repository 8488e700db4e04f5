"""Graph's refusals: an HTTP status, a code to go by, and a sentence to read."""

from __future__ import annotations

from datetime import datetime

ERRORS: dict[str, tuple[int, str]] = {
    "BadRequest": (400, "The request is invalid."),
    "ErrorMimeContentInvalidBase64String": (400, "Invalid base64 string for MIME content."),
    "ErrorInvalidRecipients": (
        400,
        "At least one recipient isn't valid. Recipient '{who}' isn't resolved.",
    ),
    "InvalidInternetMessageHeader": (
        400,
        "The internet message header name '{name}' should start with 'x-' or 'X-'.",
    ),
    "InefficientFilter": (
        400,
        "The restriction or sort order is too complex for this operation.",
    ),
    "InvalidAuthenticationToken": (401, "Access token validation failure. Invalid audience."),
    "ErrorAccessDenied": (403, "Access is denied. Check credentials and try again."),
    "ErrorSendAsDenied": (
        403,
        "The user account does not have the right to send mail on behalf of the sending account.",
    ),
    "ErrorMessageSubmissionBlocked": (
        403,
        "Cannot send mail. WASCL UserAction verdict is not None. Actual verdict is Suspend",
    ),
    "ErrorInvalidUser": (404, "The requested user '{who}' is invalid."),
    "ResourceNotFound": (404, "Resource could not be discovered."),
    "ErrorItemNotFound": (404, "The specified object was not found in the store."),
    "MailboxNotEnabledForRESTAPI": (
        404,
        "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
    ),
    "ErrorMessageSizeExceeded": (
        413,
        "The message exceeds the maximum supported size., Cannot submit message.",
    ),
    "RequestEntityTooLarge": (413, "The request is larger than the server allows."),
    "UnsupportedMediaType": (415, "The content type '{what}' is not supported."),
    "ApplicationThrottled": (429, "Application is over its MailboxConcurrency limit."),
    "ErrorExceededMessageLimit": (
        429,
        "Cannot send mail. You have exceeded the message limit., Cannot submit message.",
    ),
    "InternalServerError": (500, "An internal server error occurred."),
    "ServiceUnavailable": (503, "The service is temporarily unavailable."),
    "ErrorMailboxStoreUnavailable": (503, "The mailbox database is temporarily unavailable."),
    "GatewayTimeout": (504, "The request timed out on its way."),
    "ErrorQuotaExceeded": (507, "The mailbox has exceeded its quota., Cannot submit message."),
}
"""The HTTP status and the sentence by code; a code with several sentences may be given another
one."""


class GraphError(Exception):
    """Refuse as Graph does, with a code of ERRORS."""

    def __init__(self, code: str, message: str = "", **given: str) -> None:
        self.status, usual = ERRORS[code]
        self.code, self.message = code, message or usual.format_map(_Placeholders(given))
        super().__init__(self.message)

    def body(self, request_id: str, client_id: str, now: datetime) -> dict[str, object]:
        """Return the envelope in which it comes."""
        details = {
            "date": f"{now:%Y-%m-%dT%H:%M:%S}",
            "request-id": request_id,
            "client-request-id": client_id,
        }
        return {"error": {"code": self.code, "message": self.message, "innerError": details}}


class _Placeholders(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return ""
