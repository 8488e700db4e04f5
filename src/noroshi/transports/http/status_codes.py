"""Tabulate what Microsoft Graph and a webhook answer, and what it means.

The first row that fits counts, by the status (ANY) and a part of the text; what none of them
names goes by its first digit, and of 4xx it is the route: a request is much the same each time.
"""

from __future__ import annotations

from dataclasses import dataclass

from noroshi.core.mail import Fault, Verdict
from noroshi.transports.remedies import http, message, sender, sign_in
from noroshi.transports.remedies.remedy import Advice
from noroshi.transports.smtp.reply_classifier import ROUTE, Meaning
from noroshi.transports.smtp.reply_codes import SEEN

DEFERRED, REFUSED = Verdict.DEFERRED, Verdict.REFUSED
SERVER, QUOTA, SIGN_IN = Fault.SERVER, Fault.QUOTA, Fault.SIGN_IN
PERMISSION, SETUP = Fault.PERMISSION, Fault.SETUP

SENDMAIL = "https://learn.microsoft.com/graph/api/user-sendmail"
ERRORS = "https://learn.microsoft.com/graph/errors"
THROTTLING = "https://learn.microsoft.com/graph/throttling-limits"
TEAMS = (
    "https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/"
    "connectors-using"
)
SLACK = "https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks"
HTTP = "RFC 9110, 15"


@dataclass(frozen=True, slots=True)
class HttpRule:
    """An answer and what it says, as `reply_codes.Rule` for SMTP."""

    status: int
    part: str
    says: Verdict | Fault
    source: str
    advice: Advice


GRAPH: tuple[HttpRule, ...] = (
    HttpRule(400, "ErrorMimeContentInvalid", REFUSED, SENDMAIL, http.BAD_REQUEST),
    HttpRule(400, "ErrorInvalidRecipients", REFUSED, SEEN, message.NO_SUCH_RECIPIENT),
    HttpRule(400, "ErrorMessageSizeExceeded", REFUSED, SEEN, http.GRAPH_SIZE),
    HttpRule(400, "", REFUSED, ERRORS, http.BAD_REQUEST),
    HttpRule(
        401, "", SIGN_IN, ERRORS, http.GRAPH_TOKEN
    ),  # InvalidAuthenticationToken: why is found out
    HttpRule(403, "ErrorSendAsDenied", PERMISSION, SEEN, sender.SEND_AS),
    HttpRule(403, "ErrorMessageSubmissionBlocked", PERMISSION, SEEN, sender.BLOCKED),
    HttpRule(403, "ErrorExceededMessageLimit", QUOTA, SEEN, sender.DAY_USED_UP),
    HttpRule(403, "ErrorAccessDenied", PERMISSION, SEEN, http.GRAPH_ACCESS),
    HttpRule(403, "insufficient_claims", PERMISSION, ERRORS, sign_in.CONDITIONAL_ACCESS),
    HttpRule(403, "", PERMISSION, ERRORS, http.GRAPH_REFUSES),
    HttpRule(404, "MailboxNotEnabledForRESTAPI", PERMISSION, SEEN, sender.NO_LICENCE),
    HttpRule(404, "", SETUP, ERRORS, http.GRAPH_MAILBOX),
    HttpRule(408, "", DEFERRED, HTTP, http.BUSY),
    HttpRule(409, "", DEFERRED, ERRORS, http.BUSY),
    HttpRule(413, "", REFUSED, ERRORS, http.GRAPH_SIZE),
    HttpRule(
        429, "MailboxConcurrency", DEFERRED, THROTTLING, http.BUSY
    ),  # more than 4 requests at once
    HttpRule(429, "ErrorExceededMessageLimit", QUOTA, SEEN, sender.DAY_USED_UP),
    HttpRule(429, "", SERVER, THROTTLING, http.BUSY),
    HttpRule(507, "", PERMISSION, ERRORS, http.GRAPH_FULL),  # ErrorQuotaExceeded
)
WEBHOOK: tuple[HttpRule, ...] = (
    # Teams' old connectors say 200, and in the text that it was not taken.
    HttpRule(200, "webhook message delivery failed", DEFERRED, TEAMS, http.HOOK_FAILED),
    HttpRule(400, "no_service", SETUP, SLACK, http.HOOK_GONE),
    HttpRule(400, "WorkflowTriggerIsNotEnabled", SETUP, SEEN, http.HOOK_GONE),
    HttpRule(400, "", REFUSED, HTTP, http.HOOK_REFUSES),
    HttpRule(401, "", SIGN_IN, HTTP, http.HOOK_SECRET),
    HttpRule(403, "invalid_token", SIGN_IN, SLACK, http.HOOK_SECRET),
    HttpRule(403, "", PERMISSION, HTTP, http.HOOK_FORBIDS),
    HttpRule(404, "", SETUP, HTTP, http.HOOK_GONE),
    HttpRule(408, "", DEFERRED, HTTP, http.BUSY),
    HttpRule(410, "channel_is_archived", PERMISSION, SLACK, http.HOOK_FORBIDS),
    HttpRule(410, "", SETUP, HTTP, http.HOOK_GONE),
    HttpRule(413, "", REFUSED, HTTP, http.HOOK_REFUSES),
    HttpRule(422, "", REFUSED, HTTP, http.HOOK_REFUSES),
    HttpRule(425, "", DEFERRED, "RFC 8470, 5.2", http.BUSY),
    HttpRule(429, "", SERVER, "RFC 6585, 4", http.BUSY),
)


def http_meaning(rules: tuple[HttpRule, ...], status: int, text: str) -> Meaning:
    """Return what an answer says of a mail, or of the route."""
    rule = http_rule_for(rules, status, text)
    if rule is None:
        return _by_first_digit(status)
    if isinstance(rule.says, Verdict):
        return Meaning(rule.says, None, rule.advice.words)
    return Meaning(ROUTE, rule.says, rule.advice.words)


def http_rule_for(rules: tuple[HttpRule, ...], status: int, text: str) -> HttpRule | None:
    """Return the first row that fits."""
    lower = text.lower()
    fits = (rule for rule in rules if rule.status == status and rule.part.lower() in lower)
    return next(fits, None)


def _by_first_digit(status: int) -> Meaning:
    match status // 100:
        case 2:
            return Meaning(Verdict.ACCEPTED)
        case 3:  # none is followed, as a token would go along
            return Meaning(ROUTE, SETUP, http.REDIRECTED.words)
        case 4:
            return Meaning(ROUTE, PERMISSION)
        case _:
            return Meaning(ROUTE, SERVER)
