"""Tell what an administrator of the other side does, as data: shown by a command with the
user's own values, and written out on a page of the documentation. Both come from here."""

from noroshi.guides.guide import Case, Failure, Guide, Step, read_guide
from noroshi.guides.microsoft365 import (
    MAIL_SEND,
    MAIL_SEND_SHARED,
    MICROSOFT365,
    WAYS,
    path_of,
    values_of,
)
from noroshi.guides.places import Value, fill_places, line
from noroshi.guides.render import TITLES, markdown, table

__all__ = [
    "MAIL_SEND",
    "MAIL_SEND_SHARED",
    "MICROSOFT365",
    "TITLES",
    "WAYS",
    "Case",
    "Failure",
    "Guide",
    "Step",
    "Value",
    "fill_places",
    "line",
    "markdown",
    "path_of",
    "read_guide",
    "table",
    "values_of",
]
