"""Say what the operating system said, in both languages: the words of the errors that people
meet."""

from __future__ import annotations

import errno
from collections.abc import Mapping

from noroshi.core.translation import Message, _, plain

SAID: Mapping[int, Message] = {
    errno.ENOENT: _("No such file or directory"),
    errno.EACCES: _("Permission denied"),
    errno.EPERM: _("Operation not permitted"),
    errno.EEXIST: _("File exists"),
    errno.ENOTDIR: _("Not a directory"),
    errno.EISDIR: _("Is a directory"),
    errno.ENOTEMPTY: _("Directory not empty"),
    errno.ENOSPC: _("No space left on device"),
    errno.EDQUOT: _("Disk quota exceeded"),
    errno.EROFS: _("Read-only file system"),
    errno.EFBIG: _("File too large"),
    errno.EIO: _("Input/output error"),
    errno.EBUSY: _("Device or resource busy"),
    errno.ETXTBSY: _("Text file busy"),
    errno.ENOEXEC: _("Exec format error"),
    errno.EXDEV: _("Invalid cross-device link"),
    errno.EMFILE: _("Too many open files"),
    errno.ENFILE: _("Too many open files in system"),
    errno.ENAMETOOLONG: _("File name too long"),
    errno.ELOOP: _("Too many levels of symbolic links"),
    errno.ENOMEM: _("Cannot allocate memory"),
    errno.EAGAIN: _("Resource temporarily unavailable"),
    errno.EINVAL: _("Invalid argument"),
    errno.ENOTCONN: _("Transport endpoint is not connected"),
    errno.ESTALE: _("Stale file handle"),
    errno.ECONNREFUSED: _("Connection refused"),
    errno.ECONNRESET: _("Connection reset by peer"),
    errno.EPIPE: _("Broken pipe"),
    errno.ETIMEDOUT: _("Connection timed out"),
    errno.EHOSTUNREACH: _("No route to host"),
    errno.ENETUNREACH: _("Network is unreachable"),
    errno.EADDRINUSE: _("Address already in use"),
    errno.EADDRNOTAVAIL: _("Cannot assign requested address"),
}

NO_NAME = _("Name or service not known")
NOT_NOW = _("Temporary failure in name resolution")
NEVER = _("Non-recoverable failure in name resolution")
NO_ADDRESS = _("No address associated with hostname")
RESOLVER: Mapping[int, Message] = {
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


def why(error: BaseException) -> Message:
    """Return what an error says of itself: the words that it brings, the system's, else its
    own."""
    if isinstance(words := getattr(error, "words", None), Message):
        return words
    known = _known(error) if isinstance(error, OSError) else None
    own = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return known or plain(own)


def _known(error: OSError) -> Message | None:
    """OpenSSL has numbers of its own, too, and its words are its own."""
    if type(error).__module__ == "ssl":
        return None
    numbers = RESOLVER if type(error).__name__ == "gaierror" else SAID
    return numbers.get(error.errno or 0)
