"""Sign the requests of an agent, and verify them: a JWS (ES256) for each request.

The signature binds the hub, the path, the body as sent, the run of the agent and a stamp that the
hub gave lately: what was recorded elsewhere or long ago proves nothing. A request carries only what
the hub cannot know, and the hub puts the rest in (RFC 7515, appendix F: detached content). Proofs
are whole: a compact JWS.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace

from noroshi import schema
from noroshi.core.agents import Life
from noroshi.link.agent_key import BadKeyError, PrivateKey, decoded, encoded, public_key
from noroshi.link.link_messages import JOIN, PREFIX

SCHEME = "Noroshi"
"""The scheme of the header Authorization."""
ALGORITHM = "ES256"
JOIN_PATH = PREFIX + JOIN
MOST_CHARACTERS = 4096
"""An Authorization header that is longer is not looked at."""
SEPARATOR = ","
MOST_DIGITS = 16
"""The digits of the number of a life: no agent starts more often."""


class BadSignatureError(ValueError):
    """Report a request that is not signed, or not by that key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Hold what a signature binds. `hub` is the installation's id, `body_hash` the SHA-256 of the
    bytes as sent, in hexadecimal digits."""

    hub: str
    path: str
    body_hash: str
    stamp: str
    life: Life


def join_binding(secret_hash: str, pin: bytes) -> Signed:
    """Return what the proof of a join binds: the invitation's secret and the pin that the agent
    saw."""
    return Signed(hub="", path=JOIN_PATH, body_hash=secret_hash, stamp=pin.hex(), life=Life())


def key_binding(signed: Signed) -> Signed:
    """Return what the proof of a next key binds: the request that announces it, without the body,
    as that holds the proof."""
    return replace(signed, body_hash="")


def body_hash(body: bytes) -> str:
    """Return the hash of a body, as it is sent."""
    return hashlib.sha256(body).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """Hold what the header Authorization of a request says: who signs, and those parts of `Signed`
    that its reader does not know. Nothing is verified yet."""

    agent: str
    stamp: str
    life: Life
    body_hash: str
    signature: bytes

    @classmethod
    def create(cls, signed: Signed, agent: str, key: PrivateKey) -> Authorization:
        """Sign a request of the agent with that id."""
        return cls(
            agent=agent,
            stamp=signed.stamp,
            life=signed.life,
            body_hash=signed.body_hash,
            signature=key.signature(_signed_part(signed, agent)),
        )

    @classmethod
    def read(cls, header: str) -> Authorization:
        """Read the value of a header. Raises BadSignatureError."""
        scheme, _, text = header.partition(" ")
        parts = text.split(SEPARATOR)
        if scheme != SCHEME or len(header) > MOST_CHARACTERS or len(parts) != 6:
            raise BadSignatureError("no signature")
        agent, stamp, number, mark, digest, signature = parts
        if not (number.isascii() and number.isdecimal() and len(number) <= MOST_DIGITS):
            raise BadSignatureError("no start record")
        try:
            return cls(
                agent=agent,
                stamp=stamp,
                life=Life(int(number), mark),
                body_hash=decoded(digest).hex(),
                signature=decoded(signature),
            )
        except ValueError as error:
            raise BadSignatureError(type(error).__name__) from None

    @property
    def header(self) -> str:
        """Return the value of the header."""
        life, digest = self.life, bytes.fromhex(self.body_hash)
        parts = (self.agent, self.stamp, str(life.number), life.mark)
        ends = (encoded(digest), encoded(self.signature))
        return f"{SCHEME} {SEPARATOR.join(parts + ends)}"

    def verify(self, hub: str, path: str, key: str) -> Signed:
        """Return what is signed, if it was signed with the private key of `key` (a JWK), for that
        hub and that path. Raises BadSignatureError."""
        signed = Signed(
            hub=hub, path=path, body_hash=self.body_hash, stamp=self.stamp, life=self.life
        )
        try:
            is_of_key = public_key(key).is_signature(
                self.signature, _signed_part(signed, self.agent)
            )
        except BadKeyError as error:
            raise BadSignatureError(type(error).__name__) from None
        if not is_of_key:
            raise BadSignatureError("the signature is by another key, or for another request")
        return signed


def sign(signed: Signed, agent: str, key: PrivateKey) -> str:
    """Return a proof: all that is signed, and the signature. `agent` is the id, "" before it
    joined."""
    signed_part = _signed_part(signed, agent)
    return f"{SCHEME} {signed_part.decode()}.{encoded(key.signature(signed_part))}"


def verify(proof: str, key: str) -> Signed:
    """Return what a proof binds, if it was signed with the private key of `key` (a JWK). Raises
    BadSignatureError."""
    token = _split(proof)
    try:
        if not public_key(key).is_signature(token.signature, token.signed_part):
            raise BadSignatureError("the signature is by another key")
        # Not by json.loads: it takes text that no store can write, and half a surrogate is such.
        return schema.value(Signed, token.payload)
    except (BadKeyError, schema.Unreadable) as error:
        raise BadSignatureError(type(error).__name__) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Token:
    """A compact JWS (RFC 7515, 7.1), of which nothing is verified yet."""

    payload: bytes
    signed_part: bytes
    signature: bytes


def _signed_part(signed: Signed, agent: str) -> bytes:
    """Return the bytes that are signed: header and payload of a compact JWS."""
    header = {"alg": ALGORITHM, "kid": agent}
    return f"{_encoded_json(header)}.{_encoded_json(asdict(signed))}".encode()


def _split(proof: str) -> _Token:
    """Take a proof apart. Raises BadSignatureError."""
    scheme, _, token = proof.partition(" ")
    if scheme != SCHEME or len(proof) > MOST_CHARACTERS:
        raise BadSignatureError("no signature")
    signed_part, _, signature = token.rpartition(".")
    header, _, payload = signed_part.partition(".")
    try:
        _require_own_header(json.loads(decoded(header)))
        return _Token(
            payload=decoded(payload),
            signed_part=signed_part.encode(),
            signature=decoded(signature),
        )
    except (ValueError, RecursionError) as error:
        raise BadSignatureError(type(error).__name__) from None


def _require_own_header(header: object) -> None:
    """Raise BadSignatureError if a token's header has anything but what `sign` writes: neither
    another algorithm nor an extension is understood."""
    if not isinstance(header, dict) or header.keys() != {"alg", "kid"}:
        raise BadSignatureError("the header is another one")
    if header["alg"] != ALGORITHM or not isinstance(header["kid"], str):
        raise BadSignatureError("the header is another one")


def _encoded_json(value: object) -> str:
    return encoded(json.dumps(value, separators=(",", ":")).encode())
