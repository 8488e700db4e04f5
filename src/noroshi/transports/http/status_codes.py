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

LATER, NO = Verdict.DEFERRED, Verdict.REFUSED
SERVER, QUOTA, SIGN_IN = Fault.SERVER, Fault.QUOTA, Fault.SIGN_IN
REFUSED, SETUP = Fault.REFUSED, Fault.SETUP

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
    """An answer and what it says, as `rules.Rule` for SMTP."""

    status: int
    part: str
    says: Verdict | Fault
    source: str
    advice: Advice


GRAPH: tuple[HttpRule, ...] = (
    HttpRule(400, "ErrorMimeContentInvalid", NO, SENDMAIL, http.BAD_REQUEST),
    HttpRule(400, "ErrorInvalidRecipients", NO, SEEN, message.NO_SUCH_RECIPIENT),
    HttpRule(400, "ErrorMessageSizeExceeded", NO, SEEN, http.GRAPH_SIZE),
    HttpRule(400, "", NO, ERRORS, http.BAD_REQUEST),
    HttpRule(
        401, "", SIGN_IN, ERRORS, http.GRAPH_TOKEN
    ),  # InvalidAuthenticationToken: why is found out
    HttpRule(403, "ErrorSendAsDenied", REFUSED, SEEN, sender.SEND_AS),
    HttpRule(403, "ErrorMessageSubmissionBlocked", REFUSED, SEEN, sender.BLOCKED),
    HttpRule(403, "ErrorExceededMessageLimit", QUOTA, SEEN, sender.DAY_USED_UP),
    HttpRule(403, "ErrorAccessDenied", REFUSED, SEEN, http.GRAPH_ACCESS),
    HttpRule(403, "insufficient_claims", REFUSED, ERRORS, sign_in.CONDITIONAL_ACCESS),
    HttpRule(403, "", REFUSED, ERRORS, http.GRAPH_REFUSES),
    HttpRule(404, "MailboxNotEnabledForRESTAPI", REFUSED, SEEN, sender.NO_LICENCE),
    HttpRule(404, "", SETUP, ERRORS, http.GRAPH_MAILBOX),
    HttpRule(408, "", LATER, HTTP, http.BUSY),
    HttpRule(409, "", LATER, ERRORS, http.BUSY),
    HttpRule(413, "", NO, ERRORS, http.GRAPH_SIZE),
    HttpRule(
        429, "MailboxConcurrency", LATER, THROTTLING, http.BUSY
    ),  # more than 4 requests at once
    HttpRule(429, "ErrorExceededMessageLimit", QUOTA, SEEN, sender.DAY_USED_UP),
    HttpRule(429, "", SERVER, THROTTLING, http.BUSY),
    HttpRule(507, "", REFUSED, ERRORS, http.GRAPH_FULL),  # ErrorQuotaExceeded
)
WEBHOOK: tuple[HttpRule, ...] = (
    # Teams' old connectors say 200, and in the text that it was not taken.
    HttpRule(200, "webhook message delivery failed", LATER, TEAMS, http.HOOK_FAILED),
    HttpRule(400, "no_service", SETUP, SLACK, http.HOOK_GONE),
    HttpRule(400, "WorkflowTriggerIsNotEnabled", SETUP, SEEN, http.HOOK_GONE),
    HttpRule(400, "", NO, HTTP, http.HOOK_REFUSES),
    HttpRule(401, "", SIGN_IN, HTTP, http.HOOK_SECRET),
    HttpRule(403, "invalid_token", SIGN_IN, SLACK, http.HOOK_SECRET),
    HttpRule(403, "", REFUSED, HTTP, http.HOOK_FORBIDS),
    HttpRule(404, "", SETUP, HTTP, http.HOOK_GONE),
    HttpRule(408, "", LATER, HTTP, http.BUSY),
    HttpRule(410, "channel_is_archived", REFUSED, SLACK, http.HOOK_FORBIDS),
    HttpRule(410, "", SETUP, HTTP, http.HOOK_GONE),
    HttpRule(413, "", NO, HTTP, http.HOOK_REFUSES),
    HttpRule(422, "", NO, HTTP, http.HOOK_REFUSES),
    HttpRule(425, "", LATER, "RFC 8470, 5.2", http.BUSY),
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
    """The first row that fits."""
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
            return Meaning(ROUTE, REFUSED)
        case _:
            return Meaning(ROUTE, SERVER)
