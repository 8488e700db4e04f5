"""Definitions: a folder of TOML files or documents in the store, and the plan made of them."""

from __future__ import annotations

from noroshi.definitions.changes import Difference, differences
from noroshi.definitions.compiling import Kinds, Plan, compile_plan, try_templates
from noroshi.definitions.documents import TYPES, content, document
from noroshi.definitions.folder import read_folder, what_would_be_lost, write_folder
from noroshi.definitions.ids import RANDOM_BYTES, give_ids, ulid

__all__ = [
    "RANDOM_BYTES",
    "TYPES",
    "Difference",
    "Kinds",
    "Plan",
    "compile_plan",
    "content",
    "differences",
    "document",
    "give_ids",
    "read_folder",
    "try_templates",
    "ulid",
    "what_would_be_lost",
    "write_folder",
]
