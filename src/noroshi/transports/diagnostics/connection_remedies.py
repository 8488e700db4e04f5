"""Find the remedy of a trouble: by the code that the server gave, or by the sentence that tells it."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.translation import NOTHING, Message, plain, sentence
from noroshi.knowledge.explanation import Explanation
from noroshi.knowledge.knowledge_files import knowledge
from noroshi.network import connection_errors
from noroshi.ports import RouteError
from noroshi.ports.examination import Cure, Exam, Remedy, StepError, Whose
from noroshi.transports.smtp import errors
from noroshi.transports.smtp.errors import SmtpServerError
from noroshi.transports.smtp.reply_classifier import rule_for

# The sentences are told by the code that meets the trouble, with its arguments; no code of another
# names them.
OBSTACLES: Mapping[Message, str] = {
    connection_errors.DNS: "connections.unknown_name",
    connection_errors.NO_NAME_SERVER: "connections.unknown_name",
    connection_errors.TCP: "connections.no_connection",
    connection_errors.NO_CONNECTION: "connections.no_connection",
    connection_errors.NO_SOURCE: "connections.source_address",
    connection_errors.OTHER_FAMILY: "connections.source_address",
    connection_errors.NO_PROXY: "connections.proxy_is_down",
    connection_errors.PROXY_AWAY: "connections.proxy_is_down",
    connection_errors.PROXY_SILENT: "connections.proxy_is_down",
    connection_errors.NOT_A_PROXY: "connections.proxy_is_down",
    connection_errors.PROXY_WANTS_LOGIN: "connections.proxy_log_in",
    connection_errors.PROXY_REFUSED_LOGIN: "connections.proxy_password",
    connection_errors.PROXY_OTHER_LOGIN: "connections.proxy_rules",
    connection_errors.PROXY_FORBIDS: "connections.proxy_rules",
    connection_errors.PROXY_FAILED: "connections.no_connection",
    connection_errors.CERTIFICATE: "connections.untrusted_certificate",
    connection_errors.EXPIRED: "connections.untrusted_certificate",
    connection_errors.OTHER_NAME: "connections.untrusted_certificate",
    connection_errors.UNKNOWN_ISSUER: "connections.unknown_issuer",
    connection_errors.REPLACED: "connections.unknown_issuer",
    connection_errors.TLS: "connections.old_ciphers",
    connection_errors.NO_TLS: "connections.hangs",
    connection_errors.CA_FILE: "connections.certificate_file",
    connection_errors.CERTIFICATE_FILE: "connections.certificate_file",
    errors.SILENT: "connections.hangs",
    errors.CONNECTION_CLOSED: "connections.hangs",
    errors.NOT_SMTP: "connections.another_port",
    errors.NO_STARTTLS: "connections.no_starttls",
    errors.NO_WAY: "connections.other_sign_in",
    errors.WANTS_TLS: "connections.other_protection",
    errors.NO_TLS_YET: "connections.other_protection",
    errors.NO_TLS_FIRST: "connections.other_protection",
}
"""The name of the remedy, by the trouble's sentence before the places are filled."""
OF_CERTIFICATES = frozenset(
    {connection_errors.CERTIFICATE, connection_errors.EXPIRED, connection_errors.OTHER_NAME}
)


def step_error(trouble: RouteError, exam: Exam, summary: Message = NOTHING) -> StepError:
    """Return the error that ends a stage for a trouble; `summary` is the short form, unless the
    server has a code for it."""
    return StepError(_code_of(trouble) or summary, remedy_of(trouble, exam))


def remedy_of(trouble: RouteError, exam: Exam) -> Remedy:
    """Return the remedy by what the server said, if it said anything; else by the sentence that
    tells it."""
    if isinstance(trouble, SmtpServerError) and trouble.text:
        reply = f"{trouble.code} {trouble.text}"
        if trouble.template in OBSTACLES:
            return obstacle_remedy(trouble.template).remedy(
                sentence(trouble.words), exam, reply
            )
        explanation = explanation_of(trouble.code, trouble.enhanced, trouble.text)
        return explanation.remedy(exam, reply)
    return _cure_of(trouble, exam).remedy(sentence(trouble.words), exam)


def _cure_of(trouble: RouteError, exam: Exam) -> Cure:
    # Only the great providers' administrators have a name of their own.
    if trouble.template in OF_CERTIFICATES and Whose.ADMINISTRATOR in exam.people:
        return knowledge().cures["connections.shown_in_between"]
    if trouble.template in OBSTACLES:
        return obstacle_remedy(trouble.template)
    return knowledge().cures[f"connections.fault_of_{trouble.fault.name.lower()}"]


def obstacle_remedy(template: Message) -> Cure:
    """Return the remedy by the sentence that tells an obstacle."""
    return knowledge().cures[OBSTACLES[template]]


def explanation_of(code: int, enhanced: str, text: str) -> Explanation:
    """Return the explanation of an answer; without a row for it, the first digit of the code
    decides."""
    rule = rule_for(code, enhanced, text)
    if rule is not None:
        return rule.explanation
    name = "not_now" if code // 100 == 4 else "not_known"
    return knowledge().explanations[f"mail_servers.{name}"]


def _code_of(trouble: RouteError) -> Message | None:
    if not isinstance(trouble, SmtpServerError) or not trouble.text:
        return None
    return plain(f"{trouble.code} {trouble.enhanced}".strip())
