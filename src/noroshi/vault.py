"""Secrets at rest: the type that cannot be printed, the box that seals it, the vault that keeps it.

The store holds sealed bytes only. The key lies in a file of its own, which `noroshi init`
makes once; without it everything but the secrets goes on working.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from noroshi.core.words import Words

KEY_BYTES = 32
NONCE_BYTES = 12
KEY_ID_BYTES = 8
VERSION = b"\x01"
HEADER_BYTES = len(VERSION) + KEY_ID_BYTES + NONCE_BYTES

NO_KEY = Words(
    en="The vault's key is missing: {path}. Put it back from the backup. A new key is never "
    "made for a vault that exists, as it could open nothing in it.",
    ja="保管庫の鍵がありません: {path}。バックアップから元の場所に戻してください。"
    "新しい鍵では既存の保管庫を開けないため、自動では作りません。",
)
BAD_KEY = Words(
    en="{path} does not hold a vault key (64 hexadecimal digits). "
    "Put the key back from the backup.",
    ja="{path} の内容は保管庫の鍵 (16進数64桁) ではありません。"
    "バックアップから鍵を戻してください。",
)
OPEN_KEY = Words(
    en="Others than its owner can read the vault's key {path} (mode {mode}). "
    "Set it to 0600; if somebody may have read it, enter the secrets anew.",
    ja="保管庫の鍵 {path} を所有者以外も読めます (モード {mode})。0600 に変えてください。"
    "読まれたおそれがあれば、シークレットを入れ直してください。",
)
UNREADABLE_KEY = Words(
    en="The vault's key {path} cannot be read ({why}). "
    "Check that Noroshi's user owns the file.",
    ja="保管庫の鍵 {path} を読めません ({why})。"
    "ファイルの所有者が Noroshi のユーザーか確かめてください。",
)
KEY_EXISTS = Words(
    en="{path} exists already. A vault key is never overwritten.",
    ja="{path} はすでにあります。保管庫の鍵は上書きしません。",
)
WRONG_KEY = Words(
    en="“{name}” was sealed with another key than the one in use. "
    "Put the right key back, or enter this secret anew.",
    ja="「{name}」は、いまの鍵とは別の鍵で封印されています。"
    "元の鍵を戻すか、このシークレットを入れ直してください。",
)
DAMAGED = Words(
    en="The vault's entry “{name}” is damaged. Enter this secret anew.",
    ja="保管庫の「{name}」が壊れています。このシークレットを入れ直してください。",
)
CLOSED = Words(
    en="Cannot open the vault. What needs a secret waits; watching goes on. {problem}",
    ja="保管庫を開けません。シークレットが要るものは待ちます。監視は続いています。{problem}",
)
NO_BOX = Words(en="It has no key.", ja="鍵がありません。")


class VaultError(Exception):
    """A secret cannot be sealed or opened; the words say why and what to do."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words


class Secret:
    """A text that is shown nowhere by accident: not by print, repr, format, pickle or a debugger's list."""

    __slots__ = ("_text",)
    __hash__ = None  # type: ignore[assignment]  # a secret has no place as a key

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, for the one call that needs it."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __eq__(self, other: object) -> bool:
        """Equal texts, compared in constant time; a plain string is never equal."""
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._text.encode(), other._text.encode())

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a secret is not to be pickled or copied")


@dataclass(frozen=True, slots=True)
class Box:
    """AES-256-GCM under one key.

    A sealed entry is version (1), key id (8), nonce (12), ciphertext with tag. The entry's
    name is bound in, so that one entry cannot be passed off as another; the key's id is
    there so that a vault may hold entries of two keys while one replaces the other.
    """

    key: Secret = field(repr=False)
    """64 hexadecimal digits."""
    entropy: Callable[[int], bytes] = field(default=os.urandom, repr=False)

    def seal(self, name: str, secret: Secret) -> bytes:
        """The secret as bytes that only this key and this name open again."""
        nonce = self.entropy(NONCE_BYTES)
        bound = _bound(self._id, name)
        return b"".join(
            (
                VERSION,
                self._id,
                nonce,
                self._cipher.encrypt(nonce, secret.reveal().encode(), bound),
            )
        )

    def open(self, name: str, sealed: bytes) -> Secret:
        """The secret again. Raises VaultError: another key's, damaged, or another entry's."""
        if sealed[:1] != VERSION or len(sealed) <= HEADER_BYTES:
            raise VaultError(DAMAGED.fill(name=name))
        if sealed[1 : 1 + KEY_ID_BYTES] != self._id:
            raise VaultError(WRONG_KEY.fill(name=name))
        nonce, body = sealed[1 + KEY_ID_BYTES : HEADER_BYTES], sealed[HEADER_BYTES:]
        try:
            return Secret(self._cipher.decrypt(nonce, body, _bound(self._id, name)).decode())
        except InvalidTag:
            raise VaultError(DAMAGED.fill(name=name)) from None

    @property
    def _raw(self) -> bytes:
        return bytes.fromhex(self.key.reveal())

    @property
    def _id(self) -> bytes:
        return hashlib.sha256(b"noroshi vault key id\x00" + self._raw).digest()[:KEY_ID_BYTES]

    @property
    def _cipher(self) -> AESGCM:
        return AESGCM(self._raw)


def _bound(key_id: bytes, name: str) -> bytes:
    return b"noroshi vault entry\x00" + VERSION + key_id + name.encode()


def make_key(path: Path, entropy: Callable[[int], bytes] = os.urandom) -> None:
    """Make a new key file, 0600. Raises VaultError if there is one. Only `noroshi init` calls this."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise VaultError(KEY_EXISTS.fill(path=path)) from None
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(entropy(KEY_BYTES).hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        _sync_folder(path.parent)
    except OSError:
        path.unlink(missing_ok=True)  # half a key would stand in the way of the next `init`
        raise


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":  # Windows cannot open a folder, and keeps its entries by itself
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_key(path: Path) -> Box:
    """The box under the key in that file. Raises VaultError: missing, no key, open to others."""
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            text = file.read(4 * KEY_BYTES)
    except FileNotFoundError:
        raise VaultError(NO_KEY.fill(path=path)) from None
    except OSError as error:
        raise VaultError(UNREADABLE_KEY.fill(path=path, why=error.strerror)) from None
    if os.name == "posix" and mode & 0o077:  # Windows keeps this in the file's ACL
        raise VaultError(OPEN_KEY.fill(path=path, mode=f"{mode:04o}"))
    return Box(_key_in(text, path))


def _key_in(text: bytes, path: Path) -> Secret:
    stripped = text.strip()
    digits = len(stripped) == 2 * KEY_BYTES and set(stripped.lower()) <= set(
        b"0123456789abcdef"
    )
    if not digits:
        raise VaultError(BAD_KEY.fill(path=path))
    return Secret(stripped.decode("ascii"))


class SecretStore(Protocol):
    """What the vault asks of a store. `put_secret` returns only once the bytes are durable."""

    async def put_secret(self, name: str, sealed: bytes) -> None: ...
    async def get_secret(self, name: str) -> bytes | None: ...
    async def secret_names(self) -> Sequence[str]: ...


class Vault:
    """Secrets by name. Without a box it still opens, and says why it can give nothing out."""

    def __init__(
        self, store: SecretStore, box: Box | None, problem: Words | None = None
    ) -> None:
        self._store = store
        self._box = box
        self.problem = None if box else CLOSED.fill(problem=problem or NO_BOX)
        """Why nothing can be sealed or opened; None when it can."""

    async def put(self, name: str, secret: Secret) -> None:
        """Seal it and keep it; durable on return. Raises VaultError, and what the store raises."""
        await self._store.put_secret(name, self._opened().seal(name, secret))

    async def get(self, name: str) -> Secret | None:
        """That secret, or None if there is none. Raises VaultError, and what the store raises."""
        box = self._opened()
        sealed = await self._store.get_secret(name)
        return None if sealed is None else box.open(name, sealed)

    async def names(self) -> Sequence[str]:
        """The names of all entries; this needs no key."""
        return await self._store.secret_names()

    def _opened(self) -> Box:
        if self._box is None:
            assert self.problem is not None
            raise VaultError(self.problem)
        return self._box
