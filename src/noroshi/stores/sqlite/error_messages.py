"""Word the errors of SQLite and the system, and the meaning for a store, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from pysqlite3 import dbapi2 as driver

from noroshi.core.translation import Message, _
from noroshi.knowledge.os_errors import cause_text
from noroshi.ports import StoreFault

QUOTED_ERROR = _("SQLite reports “{said}”")
MEANS: Mapping[StoreFault, Message] = {
    StoreFault.FULL: _(
        "{name}: the volume is full and the reserve is used up, so nothing can be written; free "
        "some space ({said})"
    ),
    StoreFault.LOCKED: _("{name}: another process holds a lock on it ({said})"),
    StoreFault.READ_ONLY: _("{name}: it cannot be written because it is read-only ({said})"),
    StoreFault.BROKEN: _("{name}: the disk returned an error, or the file is damaged ({said})"),
}
OTHER_ERROR = _("{name}: {said}")


def in_words(error: BaseException) -> Message:
    """Return an error's own words; SQLite's are English, and quoted."""
    return (
        QUOTED_ERROR.fill(said=error) if isinstance(error, driver.Error) else cause_text(error)
    )


def meaning(name: object, error: BaseException, fault: StoreFault) -> Message:
    """Return the meaning of an error for the store of that name, with the error's own text."""
    return MEANS.get(fault, OTHER_ERROR).fill(name=name, said=in_words(error))
