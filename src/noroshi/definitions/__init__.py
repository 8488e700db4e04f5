"""Definitions: a folder of TOML files or documents in the store, and the plan made of them."""

from __future__ import annotations

from noroshi.definitions.archive import look_at, pack, unpack
from noroshi.definitions.changes import (
    Difference,
    FirstDifferences,
    differences,
    first_differences,
    rename_difference,
)
from noroshi.definitions.compilation import Kinds, Plan, compile_plan
from noroshi.definitions.dedupe_problems import by_file
from noroshi.definitions.documents import TYPES, content, document
from noroshi.definitions.dry_run import HostOf, try_out
from noroshi.definitions.folder import (
    Folder,
    look_into,
    read_folder,
    read_text,
    what_would_be_lost,
    write_folder,
)
from noroshi.definitions.guess_type import family_in
from noroshi.definitions.ids import RANDOM_BYTES, give_ids, likely_renamed, monitor_ids, ulid
from noroshi.definitions.placeholders import placeholders
from noroshi.definitions.validation import CheckResult, check

__all__ = [
    "RANDOM_BYTES",
    "TYPES",
    "CheckResult",
    "Difference",
    "Folder",
    "HostOf",
    "Kinds",
    "Plan",
    "FirstDifferences",
    "by_file",
    "check",
    "compile_plan",
    "content",
    "differences",
    "family_in",
    "first_differences",
    "document",
    "give_ids",
    "likely_renamed",
    "look_at",
    "look_into",
    "monitor_ids",
    "pack",
    "placeholders",
    "read_folder",
    "read_text",
    "rename_difference",
    "try_out",
    "ulid",
    "unpack",
    "what_would_be_lost",
    "write_folder",
]
