"""Make definitions: what all have in common, whatever they define.

The strings under their fields are the help texts: English. "" and () stand for
"not said here".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from noroshi.help_texts import describe_fields


class Definition:
    """The base of all definitions. Its readers must refuse unknown names, and take the help
    texts from here."""

    __slots__ = ()
    __pydantic_config__: ClassVar[Mapping[str, object]] = {
        "extra": "forbid",
        "json_schema_extra": describe_fields,
    }
