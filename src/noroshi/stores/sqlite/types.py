"""Name the type of a connection, and bring the values that columns hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noroshi.stores.column_values import (
    EPOCH as EPOCH,
    MICROSECOND as MICROSECOND,
    envelope_state as envelope_state,
    instant as instant,
    message_of as message_of,
    number as number,
    sql_list as sql_list,
    words_text as words_text,
)

if TYPE_CHECKING:
    from sqlite3 import Connection as Connection  # for its types; pysqlite3 brings none
else:
    Connection = object
