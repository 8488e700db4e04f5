"""A file of certificates to trust: whether it can be used, in words."""

from __future__ import annotations

import ssl
from collections.abc import Sequence

from noroshi.core.os_errors import why
from noroshi.core.words import Words

CA_FILE = Words(
    en="the CA file {path} cannot be read: {why}",
    ja="認証局のファイル {path} を読めません: {why}",
)
NO_PEM = Words(
    en="the CA file {path} holds no certificate in PEM",
    ja="認証局のファイル {path} に PEM 形式の証明書がありません",
)


def ca_file_faults(path: str) -> Sequence[Words]:
    """What stands against trusting this file; it is read. "" is the system's own store."""
    if not path:
        return ()
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except ssl.SSLError:
        return (NO_PEM.fill(path=path),)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        return (CA_FILE.fill(path=path, why=why(error)),)
    return ()
