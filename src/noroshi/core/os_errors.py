"""Say what the operating system said, in both languages: the words of the errors that people
meet."""

from __future__ import annotations

import errno
from collections.abc import Mapping

from noroshi.core.words import Words, plain

SAID: Mapping[int, Words] = {
    errno.ENOENT: Words(
        en="No such file or directory", ja="ファイルまたはフォルダーがありません"
    ),
    errno.EACCES: Words(en="Permission denied", ja="アクセスする権限がありません"),
    errno.EPERM: Words(en="Operation not permitted", ja="許可されていない操作です"),
    errno.EEXIST: Words(en="File exists", ja="すでにあります"),
    errno.ENOTDIR: Words(en="Not a directory", ja="フォルダーではありません"),
    errno.EISDIR: Words(en="Is a directory", ja="フォルダーです"),
    errno.ENOTEMPTY: Words(en="Directory not empty", ja="フォルダーが空ではありません"),
    errno.ENOSPC: Words(en="No space left on device", ja="ボリュームに空きがありません"),
    errno.EDQUOT: Words(en="Disk quota exceeded", ja="割り当てられた容量を使い切りました"),
    errno.EROFS: Words(en="Read-only file system", ja="ボリュームが読み取り専用です"),
    errno.EFBIG: Words(en="File too large", ja="ファイルが大きすぎます"),
    errno.EIO: Words(en="Input/output error", ja="入出力エラーが起きました"),
    errno.EBUSY: Words(en="Device or resource busy", ja="使用中です"),
    errno.ETXTBSY: Words(en="Text file busy", ja="実行中のファイルです"),
    errno.ENOEXEC: Words(en="Exec format error", ja="実行できる形式のファイルではありません"),
    errno.EXDEV: Words(en="Invalid cross-device link", ja="別のボリュームにあります"),
    errno.EMFILE: Words(en="Too many open files", ja="開いているファイルが多すぎます"),
    errno.ENFILE: Words(
        en="Too many open files in system", ja="システム全体で開いているファイルが多すぎます"
    ),
    errno.ENAMETOOLONG: Words(en="File name too long", ja="名前が長すぎます"),
    errno.ELOOP: Words(en="Too many levels of symbolic links", ja="リンクをたどりきれません"),
    errno.ENOMEM: Words(en="Cannot allocate memory", ja="メモリーが足りません"),
    errno.EAGAIN: Words(en="Resource temporarily unavailable", ja="いまは使えません"),
    errno.EINVAL: Words(en="Invalid argument", ja="値が正しくありません"),
    errno.ENOTCONN: Words(en="Transport endpoint is not connected", ja="接続されていません"),
    errno.ESTALE: Words(
        en="Stale file handle", ja="ネットワーク上のファイルが見つからなくなりました"
    ),
    errno.ECONNREFUSED: Words(en="Connection refused", ja="接続を拒否されました"),
    errno.ECONNRESET: Words(en="Connection reset by peer", ja="相手に接続を切られました"),
    errno.EPIPE: Words(en="Broken pipe", ja="相手に接続を切られました"),
    errno.ETIMEDOUT: Words(en="Connection timed out", ja="時間内に応答がありません"),
    errno.EHOSTUNREACH: Words(en="No route to host", ja="ホストが応答しません"),
    errno.ENETUNREACH: Words(
        en="Network is unreachable", ja="ネットワークへの経路がありません"
    ),
    errno.EADDRINUSE: Words(en="Address already in use", ja="アドレスが使用中です"),
    errno.EADDRNOTAVAIL: Words(
        en="Cannot assign requested address", ja="このコンピューターにないアドレスです"
    ),
}

NO_NAME = Words(en="Name or service not known", ja="そのような名前はありません")
NOT_NOW = Words(en="Temporary failure in name resolution", ja="いまは名前を解決できません")
NEVER = Words(en="Non-recoverable failure in name resolution", ja="名前を解決できません")
NO_ADDRESS = Words(
    en="No address associated with hostname", ja="その名前にはアドレスがありません"
)
RESOLVER: Mapping[int, Words] = {
    -2: NO_NAME,  # Linux: netdb.h
    -3: NOT_NOW,
    -4: NEVER,
    -5: NO_ADDRESS,
    11001: NO_NAME,  # Windows: WinError.h
    11002: NOT_NOW,
    11003: NEVER,
    11004: NO_ADDRESS,
}
"""The errors of a resolver, which has numbers of its own."""


def why(error: BaseException) -> Words:
    """Return what an error says of itself: the words that it brings, the system's, else its
    own."""
    if isinstance(words := getattr(error, "words", None), Words):
        return words
    known = _known(error) if isinstance(error, OSError) else None
    own = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return known or plain(own)


def _known(error: OSError) -> Words | None:
    """OpenSSL has numbers of its own, too, and its words are its own."""
    if type(error).__module__ == "ssl":
        return None
    numbers = RESOLVER if type(error).__name__ == "gaierror" else SAID
    return numbers.get(error.errno or 0)
