"""The proof of a join names the secret and the pin, and the key that made it."""

import pytest

from noroshi.link.agent_key import PrivateKey
from noroshi.link.signature import BadSignatureError, join_binding, sign, verify

BINDING = join_binding("ab" * 32, b"p" * 32)


def test_the_proof_of_a_join_is_that_of_its_key():
    key = PrivateKey.create()
    proof = sign(BINDING, "", key)
    assert verify(proof, key.public_text) == BINDING
    with pytest.raises(BadSignatureError):
        verify(proof, PrivateKey.create().public_text)
