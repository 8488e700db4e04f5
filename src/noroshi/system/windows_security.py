"""Ask Windows who owns a file, who may do what with it, and who somebody is; set who may.

https://learn.microsoft.com/windows/win32/secauthz/access-control-lists
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha1
from pathlib import Path
from typing import NamedTuple

SYSTEM, ADMINISTRATORS, EVERYBODY = "S-1-5-18", "S-1-5-32-544", "S-1-1-0"
USERS = "S-1-5-32-545"
"""All who may log on, and the accounts of services."""
NETWORK = "S-1-5-2"
"""Whoever came in from another computer."""
INSTALLER = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"
"""NT SERVICE\\TrustedInstaller, which owns the files of Windows itself."""
OWNER = "S-1-3-4"
"""OWNER RIGHTS: whoever owns the file."""
SERVICES = "S-1-5-80"
"""The authority under which each service has a SID."""
ALL_RIGHTS = 0x1F01FF


def service_sid(name: str) -> str:
    """Return the SID of the virtual account NT SERVICE\\name, which Windows makes out of the name
    (`sc showsid`)."""
    digest = sha1(name.upper().encode("utf-16-le"), usedforsecurity=False).digest()
    parts = (int.from_bytes(digest[at : at + 4], "little") for at in range(0, 20, 4))
    return "-".join([SERVICES, *map(str, parts)])


class Grant(NamedTuple):
    """Hold one entry of a DACL that allows something: to whom, and the rights as bits."""

    sid: str
    rights: int


if sys.platform == "win32":
    import ctypes
    from contextlib import contextmanager, suppress
    from ctypes import wintypes

    _security = ctypes.WinDLL("advapi32", use_last_error=True)
    _kernel = ctypes.WinDLL("kernel32", use_last_error=True)

    FILE_OBJECT, OWNER_INFORMATION, DACL_INFORMATION = 1, 0x1, 0x4
    PROTECTED = 0x80000000
    """The folder above hands nothing down (PROTECTED_DACL_SECURITY_INFORMATION)."""
    REVISION, SIZE_INFORMATION = 1, 2
    ALLOWED, ALLOWED_ON_CONDITION, FOR_CHILDREN_ONLY = 0, 9, 0x08
    QUERY, USER, GROUPS = 0x0008, 1, 2
    ENABLED = 0x4

    _Pointer = ctypes.c_void_p
    _kernel.GetCurrentProcess.restype = wintypes.HANDLE
    _kernel.LocalFree.argtypes = (_Pointer,)
    _kernel.CloseHandle.argtypes = (wintypes.HANDLE,)
    _security.GetNamedSecurityInfoW.argtypes = (
        wintypes.LPCWSTR,
        ctypes.c_int,
        wintypes.DWORD,
        *(ctypes.POINTER(_Pointer),) * 5,
    )
    _security.SetNamedSecurityInfoW.argtypes = (
        wintypes.LPCWSTR,
        ctypes.c_int,
        wintypes.DWORD,
        *(_Pointer,) * 4,
    )
    _security.SetFileSecurityW.argtypes = (wintypes.LPCWSTR, wintypes.DWORD, _Pointer)
    _security.GetSecurityInfo.argtypes = (
        wintypes.HANDLE,
        ctypes.c_int,
        wintypes.DWORD,
        *(ctypes.POINTER(_Pointer),) * 5,
    )
    _security.ConvertSidToStringSidW.argtypes = (_Pointer, ctypes.POINTER(_Pointer))
    _security.ConvertStringSidToSidW.argtypes = (wintypes.LPCWSTR, ctypes.POINTER(_Pointer))
    _security.ConvertStringSecurityDescriptorToSecurityDescriptorW.argtypes = (
        wintypes.LPCWSTR,
        wintypes.DWORD,
        ctypes.POINTER(_Pointer),
        _Pointer,
    )
    _security.GetSecurityDescriptorDacl.argtypes = (
        _Pointer,
        ctypes.POINTER(wintypes.BOOL),
        ctypes.POINTER(_Pointer),
        ctypes.POINTER(wintypes.BOOL),
    )
    _security.GetAclInformation.argtypes = (_Pointer, _Pointer, wintypes.DWORD, ctypes.c_int)
    _security.GetAce.argtypes = (_Pointer, wintypes.DWORD, ctypes.POINTER(_Pointer))
    _security.LookupAccountSidW.argtypes = (
        wintypes.LPCWSTR,
        _Pointer,
        wintypes.LPWSTR,
        ctypes.POINTER(wintypes.DWORD),
        wintypes.LPWSTR,
        ctypes.POINTER(wintypes.DWORD),
        ctypes.POINTER(ctypes.c_int),
    )
    _security.LookupAccountNameW.argtypes = (
        wintypes.LPCWSTR,
        wintypes.LPCWSTR,
        _Pointer,
        ctypes.POINTER(wintypes.DWORD),
        wintypes.LPWSTR,
        ctypes.POINTER(wintypes.DWORD),
        ctypes.POINTER(ctypes.c_int),
    )
    _security.OpenProcessToken.argtypes = (
        wintypes.HANDLE,
        wintypes.DWORD,
        ctypes.POINTER(wintypes.HANDLE),
    )
    _security.GetTokenInformation.argtypes = (
        wintypes.HANDLE,
        ctypes.c_int,
        _Pointer,
        wintypes.DWORD,
        ctypes.POINTER(wintypes.DWORD),
    )

    class _Header(ctypes.Structure):
        """Mirror ACCESS_ALLOWED_ACE: its kind, flags and size, the rights, then the SID."""

        _fields_ = (
            ("kind", wintypes.BYTE),
            ("flags", wintypes.BYTE),
            ("size", wintypes.WORD),
            ("rights", wintypes.DWORD),
        )

    class _AclSize(ctypes.Structure):
        """Mirror ACL_SIZE_INFORMATION."""

        _fields_ = (
            ("count", wintypes.DWORD),
            ("used", wintypes.DWORD),
            ("free", wintypes.DWORD),
        )

    class _SidEntry(ctypes.Structure):
        """Mirror SID_AND_ATTRIBUTES."""

        _fields_ = (("sid", _Pointer), ("attributes", wintypes.DWORD))

    class Descriptor:
        """Hold a security descriptor that Windows made, until the block ends."""

        def __init__(self) -> None:
            self.pointer = _Pointer()

        def __enter__(self) -> Descriptor:
            return self

        def __exit__(self, *_: object) -> None:
            _kernel.LocalFree(self.pointer)

    def described(sddl: str) -> Descriptor:
        """Return the security descriptor of a text in SDDL. Raises OSError."""
        descriptor = Descriptor()
        made = _security.ConvertStringSecurityDescriptorToSecurityDescriptorW(
            sddl, REVISION, ctypes.byref(descriptor.pointer), None
        )
        if not made:
            raise _last_error()
        return descriptor

    def owner_of(path: Path) -> str:
        """Return the SID of the owner of a file. Raises OSError."""
        return _owner(_security.GetNamedSecurityInfoW, str(path))

    def owner_of_handle(handle: int) -> str:
        """Return the SID of the owner of what an open handle stands for. Raises OSError."""
        return _owner(_security.GetSecurityInfo, handle)

    def _owner(look: Callable[..., int], target: str | int) -> str:
        """Return the SID of the owner that one of Windows' functions finds."""
        owner = _Pointer()
        with Descriptor() as descriptor:
            found = ctypes.byref(owner), None, None, None, ctypes.byref(descriptor.pointer)
            _require(look(target, FILE_OBJECT, OWNER_INFORMATION, *found))
            return _sid_text(owner)

    def grants_of(path: Path) -> tuple[Grant, ...]:
        """Return what the DACL of a file or folder allows on itself. Raises OSError.

        What the list denies is left out: it can only make it less.
        """
        acl = _Pointer()
        with Descriptor() as descriptor:
            _require(
                _security.GetNamedSecurityInfoW(
                    str(path),
                    FILE_OBJECT,
                    DACL_INFORMATION,
                    None,
                    None,
                    ctypes.byref(acl),
                    None,
                    ctypes.byref(descriptor.pointer),
                )
            )
            if not acl:  # no list at all: nobody is kept out
                return (Grant(EVERYBODY, ALL_RIGHTS),)
            return tuple(_entries(acl))

    def _entries(acl: ctypes.c_void_p) -> Iterator[Grant]:
        size = _AclSize()
        if not _security.GetAclInformation(
            acl, ctypes.byref(size), ctypes.sizeof(size), SIZE_INFORMATION
        ):
            raise _last_error()
        for number in range(size.count):
            entry = _Pointer()
            if not _security.GetAce(acl, number, ctypes.byref(entry)):
                raise _last_error()
            address = entry.value or 0
            header = _Header.from_address(address)
            if (
                header.kind in (ALLOWED, ALLOWED_ON_CONDITION)
                and not header.flags & FOR_CHILDREN_ONLY
            ):
                sid = _sid_text(_Pointer(address + ctypes.sizeof(_Header)))
                yield Grant(sid, header.rights)

    def set_dacl(path: Path, sddl: str) -> None:
        """Give a file or folder the DACL of a text in SDDL, and let it inherit none. Raises
        OSError.

        The first call hands the list down to what a folder has in it. Wine also adds to it what
        the folder above hands down; the second call takes nothing else than the list.
        """
        acl, present, by_default = _Pointer(), wintypes.BOOL(), wintypes.BOOL()
        with described(sddl) as descriptor:
            if not _security.GetSecurityDescriptorDacl(
                descriptor.pointer,
                ctypes.byref(present),
                ctypes.byref(acl),
                ctypes.byref(by_default),
            ):
                raise _last_error()
            what = DACL_INFORMATION | PROTECTED
            _require(
                _security.SetNamedSecurityInfoW(
                    str(path), FILE_OBJECT, what, None, None, acl, None
                )
            )
            if not _security.SetFileSecurityW(str(path), DACL_INFORMATION, descriptor.pointer):
                raise _last_error()

    def own_sid() -> str:
        """Return the SID of the user whom this process runs as. Raises OSError."""
        with _own_token() as token:
            return token_user(token)

    def own_groups() -> frozenset[str]:
        """Return the SIDs of the groups of this process that are in force; a service's own SID is
        one of them. Raises OSError."""
        with _own_token() as token:
            return token_groups(token)

    @contextmanager
    def _own_token() -> Iterator[wintypes.HANDLE]:
        token = wintypes.HANDLE()
        if not _security.OpenProcessToken(
            _kernel.GetCurrentProcess(), QUERY, ctypes.byref(token)
        ):
            raise _last_error()
        try:
            yield token
        finally:
            _kernel.CloseHandle(token)

    def token_user(token: wintypes.HANDLE) -> str:
        """Return the SID of the user of a token. Raises OSError."""
        buffer = _token_information(token, USER)
        return _sid_text(_SidEntry.from_buffer(buffer).sid)

    def token_groups(token: wintypes.HANDLE) -> frozenset[str]:
        """Return the SIDs of the groups of a token that are in force. Raises OSError."""
        buffer = _token_information(token, GROUPS)
        count = wintypes.DWORD.from_buffer(buffer).value
        start = ctypes.sizeof(_Pointer)  # the count, filled up to the size of a pointer
        entries = (_SidEntry * count).from_buffer(buffer, start)
        return frozenset(
            _sid_text(entry.sid) for entry in entries if entry.attributes & ENABLED
        )

    def _token_information(token: wintypes.HANDLE, what: int) -> ctypes.Array[ctypes.c_char]:
        length = wintypes.DWORD()
        _security.GetTokenInformation(token, what, None, 0, ctypes.byref(length))
        buffer = ctypes.create_string_buffer(length.value)
        if not _security.GetTokenInformation(token, what, buffer, length, ctypes.byref(length)):
            raise _last_error()
        return buffer

    def account_name(sid: str) -> str:
        """Return the name of an account, with its domain or computer; the SID if it has none."""
        pointer, kind = _Pointer(), ctypes.c_int()
        if not _security.ConvertStringSidToSidW(sid, ctypes.byref(pointer)):
            return sid
        name, domain = ctypes.create_unicode_buffer(256), ctypes.create_unicode_buffer(256)
        sizes = wintypes.DWORD(256), wintypes.DWORD(256)
        try:
            found = _security.LookupAccountSidW(
                None,
                pointer,
                name,
                ctypes.byref(sizes[0]),
                domain,
                ctypes.byref(sizes[1]),
                ctypes.byref(kind),
            )
        finally:
            _kernel.LocalFree(pointer)
        if not found:
            return sid
        return f"{domain.value}\\{name.value}" if domain.value else name.value

    def account_sid(name: str) -> str:
        """Return the SID of the account or group of that name. Raises OSError if there is
        none."""
        sid, domain = ctypes.create_string_buffer(128), ctypes.create_unicode_buffer(256)
        sizes, kind = (wintypes.DWORD(128), wintypes.DWORD(256)), ctypes.c_int()
        if not _security.LookupAccountNameW(
            None,
            name,
            sid,
            ctypes.byref(sizes[0]),
            domain,
            ctypes.byref(sizes[1]),
            ctypes.byref(kind),
        ):
            raise _last_error()
        return _sid_text(ctypes.cast(sid, _Pointer))

    def group_sid(name: str) -> str:
        """Return the SID of a group: of this computer, before one of the domain, and before this
        computer itself, which may have the same name. Raises OSError if there is none."""
        with suppress(OSError):
            return account_sid(f"{_computer_name()}\\{name}")
        return account_sid(name)

    def _computer_name() -> str:
        """Raises OSError."""
        name, length = ctypes.create_unicode_buffer(256), wintypes.DWORD(256)
        if not _kernel.GetComputerNameW(name, ctypes.byref(length)):
            raise _last_error()
        return name.value

    def _sid_text(sid: ctypes.c_void_p | int | None) -> str:
        text = _Pointer()
        if not _security.ConvertSidToStringSidW(sid, ctypes.byref(text)):
            raise _last_error()
        try:
            return ctypes.wstring_at(text.value or 0)
        finally:
            _kernel.LocalFree(text)

    def _require(status: int) -> None:
        if status:
            raise ctypes.WinError(status)

    def _last_error() -> OSError:
        return ctypes.WinError(ctypes.get_last_error())


def allow_alone(sids: Iterable[str], *, in_folder: bool) -> str:
    """Return the DACL, in SDDL, that lets these accounts do everything, and nobody else
    anything; what is made in a folder gets the same."""
    flags = "OICI" if in_folder else ""
    return "D:P" + "".join(f"(A;{flags};FA;;;{sid})" for sid in sids)
