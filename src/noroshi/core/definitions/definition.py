"""Provide the base of all definitions.

The strings under the fields of a definition are the help texts, in English. "" and () mean that
the definition does not set the field.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from noroshi.help_texts import describe_fields


class Definition:
    """The base of all definitions. Readers of a definition must refuse unknown names, and take
    the help texts from its fields."""

    __slots__ = ()
    __pydantic_config__: ClassVar[Mapping[str, object]] = {
        "extra": "forbid",
        "json_schema_extra": describe_fields,
    }
