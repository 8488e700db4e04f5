"""Put what SQLite or the system said of a store, and what it means, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from pysqlite3 import dbapi2 as driver

from noroshi.core.os_errors import why
from noroshi.core.words import Words
from noroshi.ports import StoreFault

QUOTED = Words(en="SQLite says “{said}”", ja="SQLite のメッセージ「{said}」")
MEANS: Mapping[StoreFault, Words] = {
    StoreFault.FULL: Words(
        en="{name}: the volume is full and the reserve is used up, so nothing can be written; "
        "make room ({said})",
        ja="{name}: ボリュームがいっぱいで、予備の領域もないため、書き込めません。"
        "空きを作ってください ({said})",
    ),
    StoreFault.LOCKED: Words(
        en="{name}: another process holds a lock on it ({said})",
        ja="{name}: 別のプロセスがロックしています ({said})",
    ),
    StoreFault.READ_ONLY: Words(
        en="{name}: it cannot be written, as it is read-only ({said})",
        ja="{name}: 読み取り専用のため書き込めません ({said})",
    ),
    StoreFault.BROKEN: Words(
        en="{name}: the disk answers with an error, or the file is damaged ({said})",
        ja="{name}: ディスクがエラーを返したか、ファイルが壊れています ({said})",
    ),
}
OTHER = Words(en="{name}: {said}", ja="{name}: {said}")


def in_words(error: BaseException) -> Words:
    """Return an error's own words; SQLite's are English, and quoted."""
    return QUOTED.fill(said=error) if isinstance(error, driver.Error) else why(error)


def meaning(name: object, error: BaseException, fault: StoreFault) -> Words:
    """Return what an error means for the store of that name, and what was said."""
    return MEANS.get(fault, OTHER).fill(name=name, said=in_words(error))
