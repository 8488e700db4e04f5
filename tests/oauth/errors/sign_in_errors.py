"""What is known of refused sign-ins, by the kind of sign-in server."""

from __future__ import annotations

from noroshi.knowledge.knowledge_files import knowledge

BY_CODE = knowledge().aadsts
BY_ERROR = knowledge().errors["entra"]
ELSEWHERE = {**BY_ERROR, **knowledge().errors["other"]}
BY_KEY_FILE = {**ELSEWHERE, **knowledge().errors["key_file"]}
