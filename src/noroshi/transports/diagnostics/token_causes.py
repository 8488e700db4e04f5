"""Find the remedy by the cause for which a token that was got a moment ago was refused."""

from __future__ import annotations

import re
from dataclasses import replace

from noroshi.knowledge.knowledge_files import knowledge
from noroshi.oauth.jwt_claims import claims_in
from noroshi.ports.examination import Exam, Remedy
from noroshi.transports.smtp import token_diagnosis

OBJECT_ID = "<object ID of the enterprise application>"
GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def remedy_of_token(
    token: str, cause: token_diagnosis.TokenCause, exam: Exam, reply: str
) -> Remedy:
    """Return the remedy for what the claims show; for the token of an app it names the
    enterprise application, which Exchange must be told of."""
    object_id = str((claims_in(token) or {}).get("oid", ""))
    app_id = object_id if GUID.fullmatch(object_id) else OBJECT_ID
    exam_of_app = replace(exam, user_values={**exam.user_values, "object_id": app_id})
    return _of_cause(cause, exam_of_app, reply)


def remedy_of_person(token: str, user: str, exam: Exam, reply: str) -> Remedy | None:
    """Return the remedy where Graph keeps the person who signed in out of another's mailbox;
    None if the mailbox is the person's own."""
    cause = next(token_diagnosis.exclusion_causes(claims_in(token) or {}, user), None)
    return _of_cause(cause, exam, reply) if cause is not None else None


def _of_cause(cause: token_diagnosis.TokenCause, exam: Exam, reply: str) -> Remedy:
    exam_of_cause = replace(exam, user_values={**exam.user_values, **cause.user_values})
    cure = knowledge().explanations[cause.name].cure
    return cure.remedy(cause.words, exam_of_cause, reply)
