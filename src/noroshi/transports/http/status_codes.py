"""Classify what Microsoft Graph and a webhook answer, by the rows of knowledge/graph.toml and
knowledge/webhooks.toml.

The first row that fits the status and a part of the text counts. Without one the first digit of
the status decides, and 4xx is a fault of the route: a request is much the same each time.
"""

from __future__ import annotations

from typing import Literal

from noroshi.core.mail import Fault, Verdict
from noroshi.knowledge.explanation import ReplyRule
from noroshi.knowledge.knowledge_files import knowledge
from noroshi.transports.smtp.reply_classifier import ROUTE, Meaning

Service = Literal["graph", "webhooks"]


def http_meaning(service: Service, status: int, text: str) -> Meaning:
    """Return the meaning of an answer for a mail, or for the route."""
    rule = http_rule_for(service, status, text)
    if rule is None:
        return _by_first_digit(status)
    if isinstance(rule.finding, Verdict):
        return Meaning(rule.finding, None, rule.explanation)
    return Meaning(ROUTE, rule.finding, rule.explanation)


def http_rules(service: Service) -> tuple[ReplyRule, ...]:
    """Return the rows of a service, in order."""
    return knowledge().replies[service]


def http_rule_for(service: Service, status: int, text: str) -> ReplyRule | None:
    """Return the first row that fits."""
    lower, rules = text.lower(), http_rules(service)
    fitting_rules = (
        rule for rule in rules if rule.code == status and rule.part.lower() in lower
    )
    return next(fitting_rules, None)


def _by_first_digit(status: int) -> Meaning:
    match status // 100:
        case 2:
            return Meaning(Verdict.ACCEPTED)
        case 3:  # none is followed, as a token would go along
            return Meaning(ROUTE, Fault.SETUP, knowledge().explanations["webhooks.redirected"])
        case 4:
            return Meaning(ROUTE, Fault.PERMISSION)
        case _:
            return Meaning(ROUTE, Fault.SERVER)
