"""Find who may change a file beside those who may do so anyway, and close a file to all others."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

PRIVATE, PRIVATE_FILE = 0o700, 0o600

if sys.platform == "win32":
    from noroshi.system.privileges import is_administrator
    from noroshi.system.windows_security import (
        ADMINISTRATORS,
        INSTALLER,
        OWNER,
        SYSTEM,
        USERS,
        account_name,
        allow_alone,
        grants_of,
        group_sid,
        own_sid,
        owner_of,
        service_sid,
        set_dacl,
    )

    SERVICE = "noroshi"
    """The name of the service, whose virtual account may do what the node does."""
    CLOSED = {SYSTEM: "F", ADMINISTRATORS: "F", USERS: "RX"}
    """Who may do what in a folder of programs, as icacls writes it."""
    WRITE, APPEND, DELETE_CHILD, DELETE = 0x2, 0x4, 0x40, 0x10000
    CHANGE_RIGHTS, TAKE, WRITE_ALL, ALL = 0x40000, 0x80000, 0x40000000, 0x10000000
    READ, READ_ALL = 0x1, 0x80000000
    """Rights on files and folders (winnt.h)."""
    REPLACES = DELETE_CHILD | DELETE | CHANGE_RIGHTS | TAKE | ALL
    CHANGES = REPLACES | WRITE | APPEND | WRITE_ALL
    READS = READ | READ_ALL | ALL

    def writers(file: Path) -> Sequence[str]:
        """Return the names of those who may change a file or what is in a folder, but for its
        owner, SYSTEM, the administrators and Noroshi's service. Raises OSError."""
        return _names_with(file, CHANGES, {owner_of(file)})

    def readers(file: Path) -> Sequence[str]:
        """Return the names of those who may read a file, but for its owner, SYSTEM, the
        administrators and Noroshi's service. Raises OSError."""
        return _names_with(file, READS, {owner_of(file)})

    def replacers(place: Path) -> Sequence[str]:
        """Return the names of those who may put something else in the place of a file or
        folder, or of what is in it, its owner too, but for this user, SYSTEM, the
        administrators and Noroshi's service. Raises OSError."""
        owner = owner_of(place)
        foreign = () if owner in trusted_sids() else (account_name(owner),)
        return tuple(dict.fromkeys([*foreign, *_names_with(place, REPLACES, set())]))

    def openings(program: Path) -> Iterator[tuple[Path, Sequence[str]]]:
        """Yield each place, with the names of those who could change a program there, lay a library
        beside it, or put another in its place: who may do so to a folder above could swap all of
        it. Raises OSError."""
        for place in (program, *program.parents):
            names = [*replacers(place)]
            if place in (program, program.parent):
                names += writers(place)
            if names:
                yield place, tuple(dict.fromkeys(names))

    def closing_command(folder: Path) -> str:
        """Return the command by which an administrator leaves users nothing but to read a folder:
        one made on a drive itself inherits more. In quotation marks, as PowerShell needs them."""
        grants = (f'"*{sid}:(OI)(CI){right}"' for sid, right in CLOSED.items())
        return f'icacls "{folder}" /inheritance:r /grant:r {" ".join(grants)}'

    def owner_name(place: Path) -> str:
        """Return the name of the owner of a file or folder. Raises OSError."""
        return account_name(owner_of(place))

    def is_group(name: str) -> bool:
        """Return whether there is a group of that name, here or in the domain."""
        try:
            group_sid(name)
        except OSError:
            return False
        return True

    def close_to_others(place: Path) -> None:
        """Let only SYSTEM, the administrators, Noroshi's service and, unless this process is an
        administrator's, this user reach a file, or a folder with what will be in it. Raises
        OSError."""
        sids = [SYSTEM, ADMINISTRATORS, service_sid(SERVICE)]
        if not is_administrator():
            sids.append(own_sid())
        set_dacl(place, allow_alone(sids, in_folder=place.is_dir()))

    def close_new_file(file: Path) -> None:
        """Let only the owner reach a file that was made for the owner alone, which means nothing to
        Windows; as far as its volume knows rights."""
        with suppress(OSError):
            close_to_others(file)

    def make_private_folder(folder: Path) -> None:
        """Make a folder closed to others. Raises OSError."""
        folder.mkdir(PRIVATE)
        close_to_others(folder)

    def _names_with(place: Path, rights: int, trusted: set[str]) -> Sequence[str]:
        trusted |= trusted_sids()
        found = (grant.sid for grant in grants_of(place) if grant.rights & rights)
        return [account_name(sid) for sid in dict.fromkeys(found) if sid not in trusted]

    def trusted_sids() -> set[str]:
        """Return the SIDs of those who are trusted everywhere. OWNER RIGHTS is as trusted as the
        owner is. Raises OSError."""
        return {SYSTEM, ADMINISTRATORS, INSTALLER, OWNER, service_sid(SERVICE), own_sid()}
else:
    WRITABLE_BY_ALL = 0o002

    def owner_name(place: Path) -> str:
        """Return the name of the owner of a file or folder; the number of one who has none here,
        as of a container. Raises OSError."""
        return user_name(place.stat().st_uid)

    def user_name(number: int) -> str:
        """Return the name of a user; the number of one who has none here."""
        import pwd  # only now: each command judges the settings by this module

        try:
            return pwd.getpwuid(number).pw_name
        except KeyError:
            return str(number)

    def is_group(name: str) -> bool:
        """Return whether there is a group of that name."""
        import grp

        try:
            grp.getgrnam(name)
        except KeyError:
            return False
        return True

    def writers(file: Path) -> Sequence[str]:
        """Return who may change a file beside its owner and group: "others", or nobody. Raises
        OSError."""
        return ["others"] if file.stat().st_mode & WRITABLE_BY_ALL else []

    def close_to_others(place: Path) -> None:
        """Let only the owner reach a file or a folder. Raises OSError."""
        place.chmod(PRIVATE if place.is_dir() else PRIVATE_FILE)

    def close_new_file(file: Path) -> None:
        """Do nothing: a file can be made for its owner alone."""

    def make_private_folder(folder: Path) -> None:
        """Make a folder that only the owner may reach. Raises OSError."""
        folder.mkdir(PRIVATE)
