"""Classify a mail server's answer to a mail, by the rows of knowledge/smtp_replies.toml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

from noroshi.core.mail import Fault, Verdict
from noroshi.knowledge.explanation import Explanation, ReplyRule
from noroshi.knowledge.knowledge_files import knowledge

ANY = 0
DEFERRED, REFUSAL, ROUTE = Verdict.DEFERRED, Verdict.REFUSED, Verdict.ROUTE_DOWN
ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})(?!\S)")
TRAIL = re.compile(r"\s*\[(?:Hostname=)?[^\[\]]*\]\s*$")


@dataclass(frozen=True, slots=True)
class Meaning:
    """Hold the meaning of an answer for the recipient, or for the route: then with whose fault
    it is."""

    verdict: Verdict
    fault: Fault | None = None
    explanation: Explanation | None = None


def meaning(code: int, enhanced: str = "", text: str = "") -> Meaning:
    """Return the meaning of an answer within a mail's transaction."""
    rule = rule_for(code, enhanced, text)
    if rule is None:
        return Meaning({2: Verdict.ACCEPTED, 5: REFUSAL}.get(code // 100, DEFERRED))
    if isinstance(rule.finding, Verdict):
        return Meaning(rule.finding, None, rule.explanation)
    return Meaning(ROUTE, rule.finding, rule.explanation)


def sender_meaning(code: int, enhanced: str = "", text: str = "") -> Meaning:
    """Return the meaning of an answer to MAIL FROM: a refusal there is of the sender, which is
    the route's."""
    general = meaning(code, enhanced, text)
    if general.verdict is REFUSAL and code != 552:
        return Meaning(ROUTE, Fault.PERMISSION, general.explanation)
    return general


def one_recipient_meaning(code: int, enhanced: str = "", text: str = "") -> Meaning:
    """Return the meaning of an answer to RCPT where the server accepted another recipient of
    the mail: then the sender is not refused, and the route works."""
    general = meaning(code, enhanced, text)
    if general.fault is Fault.PERMISSION and code // 100 == 5:
        return Meaning(REFUSAL, None, general.explanation)
    return general


def smtp_rules() -> tuple[ReplyRule, ...]:
    """Return the rows in order: the first one that fits counts."""
    return knowledge().replies["smtp_replies"]


def rule_for(code: int, enhanced: str, text: str) -> ReplyRule | None:
    """Return the first row that fits; None: the first digit counts."""
    if code // 100 == 2:  # no row is about what was taken, and that is nearly all
        return None
    lower = text.lower()
    for rule in smtp_rules():
        is_fitting = rule.code in (ANY, code) and fnmatchcase(enhanced, rule.enhanced or "*")
        if is_fitting and rule.part.lower() in lower:
            return rule
    return None


def wants_new_token(code: int, enhanced: str) -> bool:
    """Return whether a refusal to sign in may be mended by a fresh token.

    535 5.7.3 and Google's 5.7.8 may; 5.7.139 says that an administrator switched it off.
    501 5.5.127 is High Volume Email's "Token will expire soon".
    """
    if code == 501:
        return enhanced == "5.5.127"
    return code == 535 and enhanced != "5.7.139"


def is_of_token(code: int, enhanced: str) -> bool:
    """Return whether Exchange Online refuses a token so, for whichever of a dozen reasons."""
    return (code, enhanced) == (535, "5.7.3")


def wants_tls(code: int, text: str) -> bool:
    """Return whether a refusal says that it is for want of TLS (RFC 3207, 4; RFC 4954, 6).

    Exchange Online says 451 5.7.3, others 530 5.7.0, each with the command's name.
    """
    return code == 538 or (code in (451, 530) and "starttls" in text.lower())


def enhanced_code(text: str) -> str:
    """Return the enhanced code (RFC 2034) at the beginning of an answer's text, or ""."""
    match = ENHANCED.match(text)
    return match[1] if match else ""


def gist(text: str) -> str:
    """Return the text without Exchange's trailing [host time session]: equal for equal
    troubles."""
    return TRAIL.sub("", text)
