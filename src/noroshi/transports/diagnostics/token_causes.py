"""Find the remedy by the cause for which a token that was got a moment ago was refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from noroshi.core.translation import Message
from noroshi.knowledge.knowledge_files import knowledge
from noroshi.oauth.jwt_claims import claims_in
from noroshi.ports.examination import Cure, Exam, Remedy
from noroshi.transports.smtp import token_diagnosis

OBJECT_ID = "<object ID of the enterprise application>"
GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
CAUSES: Mapping[Message, str] = {
    token_diagnosis.OTHER_AUDIENCE: "tokens.other_audience",
    token_diagnosis.NO_SCOPE: "tokens.no_scope",
    token_diagnosis.NO_ROLE: "tokens.no_role",
    token_diagnosis.OTHER_PERSON: "tokens.another_person",
    token_diagnosis.OTHER_SENDER: "tokens.another_person",
    token_diagnosis.NO_RIGHTS: "tokens.no_rights",
    token_diagnosis.ENDED: "tokens.ended",
    token_diagnosis.OF_MAILBOX: "tokens.of_mailbox",
    token_diagnosis.OF_APP: "tokens.of_app",
    token_diagnosis.NO_BULK_ROLE: "tokens.no_bulk_role",
    token_diagnosis.OF_BULK: "tokens.of_bulk",
    token_diagnosis.OF_GRAPH: "tokens.of_graph",
}
"""The remedy by the sentence of the diagnosis, its places not yet filled."""


def remedy_of_token(
    token: str, cause: token_diagnosis.TokenCause, exam: Exam, reply: str
) -> Remedy:
    """Return the remedy by what the token says of itself; an app's own names its enterprise
    application, which Exchange must be told of."""
    object_id = str((claims_in(token) or {}).get("oid", ""))
    app_id = object_id if GUID.fullmatch(object_id) else OBJECT_ID
    exam_of_app = replace(exam, values={**exam.values, "object_id": app_id})
    return _of_cause(cause, exam_of_app, reply)


def remedy_of_person(token: str, user: str, exam: Exam, reply: str) -> Remedy | None:
    """Return the remedy where Graph keeps whoever signed in out of another's mailbox; None if it is
    their own."""
    cause = next(token_diagnosis.exclusion_causes(claims_in(token) or {}, user), None)
    return _of_cause(cause, exam, reply) if cause is not None else None


def _of_cause(cause: token_diagnosis.TokenCause, exam: Exam, reply: str) -> Remedy:
    exam_of_cause = replace(exam, values={**exam.values, **cause.values})
    return cause_remedy(cause.about).remedy(cause.words, exam_of_cause, reply)


def cause_remedy(about: Message) -> Cure:
    """Return the remedy by the sentence of a diagnosis."""
    return knowledge().cures[CAUSES[about]]
