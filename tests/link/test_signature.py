"""The proof of a join names the secret and the pin, and the key that made it."""

import pytest
from joserfc import jws

from noroshi.link.agent_key import BadKeyError, PrivateKey, public_key
from noroshi.link.signature import BadSignatureError, join_binding, sign, verify

BINDING = join_binding("ab" * 32, b"p" * 32)


def test_the_proof_of_a_join_is_that_of_its_key():
    key = PrivateKey.create()
    proof = sign(BINDING, "", key)
    assert verify(proof, key.public_text) == BINDING
    with pytest.raises(BadSignatureError):
        verify(proof, PrivateKey.create().public_text)


SIGNED = '{"hub":"h","path":"p","body_hash":"","stamp":"","life":{"number":%s,"mark":%s}}'


@pytest.mark.parametrize(
    "payload",
    [
        SIGNED % ("1", '"\\ud800"'),
        (SIGNED % ("1", '"a"')).replace('"h"', '"\\udfff"'),
        SIGNED % ("1e999", '"a"'),
        SIGNED % ("Infinity", '"a"'),
        SIGNED % ("true", '"a"'),
        SIGNED % ("1", "[]"),
        "[" * 2000,
        "[]",
        "",
    ],
)
def test_what_is_signed_and_is_no_binding_proves_nothing(payload):
    key = PrivateKey.create()
    header = {"alg": "ES256", "kid": "a"}
    token = jws.serialize_compact(header, payload.encode(), key.signing_key)
    with pytest.raises(BadSignatureError):
        verify(f"Noroshi {token}", key.public_text)


def test_a_key_that_no_reader_can_read_is_none():
    with pytest.raises(BadKeyError):
        public_key("[" * 100_000)
