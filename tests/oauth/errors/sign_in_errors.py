"""What is known of refused sign-ins, by the kind of sign-in server."""

from __future__ import annotations

from noroshi.knowledge.knowledge_files import knowledge

BY_CODE = knowledge().aadsts
ERRORS = knowledge().errors
BY_ERROR = {**ERRORS["any"], **ERRORS["entra"]}
ELSEWHERE = {**ERRORS["any"], **ERRORS["other"], **ERRORS["google"]}
BY_KEY_FILE = {**ELSEWHERE, **ERRORS["key_file"]}
