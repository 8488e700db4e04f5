"""The proof of a join names the secret and the pin, and the key that made it; the signature of a
request stands for that request alone."""

import json
from dataclasses import asdict, replace

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, OctKey

from noroshi.core.agents import Life
from noroshi.link.agent_key import BadKeyError, PrivateKey, encoded, public_key, thumbprint_of
from noroshi.link.signature import (
    Authorization,
    BadSignatureError,
    Signed,
    body_hash,
    join_binding,
    sign,
    verify,
)

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
    token = jws.serialize_compact(
        header, payload.encode(), ECKey.import_key(json.loads(key.secret_text()))
    )
    with pytest.raises(BadSignatureError):
        verify(f"Noroshi {token}", key.public_text)


def test_a_key_that_no_reader_can_read_is_none():
    with pytest.raises(BadKeyError):
        public_key("[" * 100_000)


def jose_key(text):
    return ECKey.import_key(json.loads(text))


def test_another_library_reads_what_is_signed_and_knows_the_key_by_the_same_thumbprint():
    key = PrivateKey.create()
    own_key = jose_key(key.public_text)
    token = sign(BINDING, "a1", key).removeprefix("Noroshi ")
    read = jws.deserialize_compact(token, own_key, algorithms=["ES256"])
    assert read.headers() == {"alg": "ES256", "kid": "a1"}
    assert json.loads(read.payload)["stamp"] == BINDING.stamp
    assert own_key.thumbprint() == key.thumbprint == thumbprint_of(key.public_text)
    assert PrivateKey.read(key.secret_text()).thumbprint == key.thumbprint


def test_a_key_that_another_library_made_signs_as_well():
    made = ECKey.generate_key("P-256", private=True, auto_kid=False)
    key = PrivateKey.read(json.dumps(made.as_dict(private=True)))
    assert verify(sign(BINDING, "", key), json.dumps(made.as_dict(private=False))) == BINDING


def with_header(token, header):
    _, payload, signature = token.removeprefix("Noroshi ").split(".")
    head = encoded(json.dumps(header).encode())
    return f"Noroshi {head}.{payload}.{signature}"


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none", "kid": "a"},
        {"alg": "HS256", "kid": "a"},
        {"alg": "ES256"},
        {"alg": "ES256", "kid": 1},
        {"alg": "ES256", "kid": "a", "crit": ["b64"], "b64": False},
        [],
    ],
)
def test_a_header_of_another_kind_proves_nothing(header):
    key = PrivateKey.create()
    with pytest.raises(BadSignatureError):
        verify(with_header(sign(BINDING, "a", key), header), key.public_text)


def test_a_secret_made_of_the_public_key_proves_nothing():
    key = PrivateKey.create()
    header = {"alg": "HS256", "kid": "a"}
    token = jws.serialize_compact(header, b"{}", OctKey.import_key(key.public_text))
    with pytest.raises(BadSignatureError):
        verify(f"Noroshi {token}", key.public_text)


@pytest.mark.parametrize(
    "change",
    [
        lambda token: token[:-4],
        lambda token: token + "AAAA",
        lambda token: token + "=",
        lambda token: token + "!",
        lambda token: token.rpartition(".")[0] + ".",
        lambda token: token.rpartition(".")[0] + "." + "A" * 86,
        lambda token: token.replace(".", "..", 1),
        lambda token: token.replace("Noroshi", "Bearer"),
        lambda token: token[:40] + ("B" if token[40] == "A" else "A") + token[41:],
    ],
)
def test_a_token_that_was_changed_proves_nothing(change):
    key = PrivateKey.create()
    token = sign(BINDING, "a", key)
    assert verify(token, key.public_text) == BINDING
    with pytest.raises(BadSignatureError):
        verify(change(token), key.public_text)


@pytest.mark.parametrize(
    "changed",
    [
        {"d": "A" * 43},
        {"kty": "RSA"},
        {"crv": "P-384"},
        {"x": "A" * 43},
        {"x": "AAAA"},
        {"x": 1},
        {"x": "A" * 42 + "é"},
        {"use": "sig"},
    ],
)
def test_what_is_no_public_key_of_the_curve_is_refused(changed):
    members = json.loads(PrivateKey.create().public_text)
    with pytest.raises(BadKeyError):
        public_key(json.dumps(members | changed))


REQUEST = Signed(
    hub="h1",
    path="/link/1/wait",
    body_hash=body_hash(b"{}"),
    stamp="0a.1775023200000.ff",
    life=Life(3, "aa"),
)


def header_of(request=REQUEST, agent="a1", key=None):
    return Authorization.create(request, agent, key or PrivateKey.create()).header


def test_the_signature_of_a_request_counts_for_that_hub_path_and_key_alone():
    key = PrivateKey.create()
    authorization = Authorization.read(header_of(key=key))
    assert authorization.agent == "a1"
    assert authorization.verify("h1", "/link/1/wait", key.public_text) == REQUEST
    for hub, path, public_text in (
        ("h2", "/link/1/wait", key.public_text),
        ("h1", "/link/1/report", key.public_text),
        ("h1", "/link/1/wait", PrivateKey.create().public_text),
        ("h1", "/link/1/wait", "{}"),
    ):
        with pytest.raises(BadSignatureError):
            authorization.verify(hub, path, public_text)


@pytest.mark.parametrize(
    "change",
    [
        {"agent": "a2"},
        {"stamp": "0a.1775023200001.ff"},
        {"life": Life(4, "aa")},
        {"life": Life(3, "ab")},
        {"body_hash": body_hash(b"[]")},
        {"signature": bytes(64)},
        {"signature": b""},
    ],
)
def test_a_part_of_a_header_that_was_changed_proves_nothing(change):
    key = PrivateKey.create()
    authorization = replace(Authorization.read(header_of(key=key)), **change)
    with pytest.raises(BadSignatureError):
        authorization.verify("h1", "/link/1/wait", key.public_text)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Noroshi",
        "Noroshi a,b,1,c,d",
        "Noroshi a,b,1,c,AAAA,AAAA,AAAA",
        "Noroshi a,b,,c,AAAA,AAAA",
        "Noroshi a,b,-1,c,AAAA,AAAA",
        "Noroshi a,b,1.0,c,AAAA,AAAA",
        "Noroshi a,b,\u0661,c,AAAA,AAAA",
        f"Noroshi a,b,{'9' * 5000},c,AAAA,AAAA",
        "Noroshi a,b,12345678901234567,c,AAAA,AAAA",
        "Noroshi a,b,1,c,AAAA=,AAAA",
        "Noroshi a,b,1,c,AAAA,!",
        "Bearer a,b,1,c,AAAA,AAAA",
    ],
)
def test_what_is_no_header_of_a_request_is_refused(header):
    with pytest.raises(BadSignatureError):
        Authorization.read(header)


def test_another_library_reads_a_request_once_all_of_it_is_put_in():
    """RFC 7515, appendix F: the content is detached, and the reader knows it."""
    key = PrivateKey.create()
    signature = Authorization.create(REQUEST, "a1", key).signature
    parts = ({"alg": "ES256", "kid": "a1"}, asdict(REQUEST))
    texts = [encoded(json.dumps(one, separators=(",", ":")).encode()) for one in parts]
    token = ".".join((*texts, encoded(signature)))
    read = jws.deserialize_compact(token, jose_key(key.public_text), algorithms=["ES256"])
    assert json.loads(read.payload) == asdict(REQUEST)


def test_a_request_carries_little_of_what_it_signs():
    request = replace(REQUEST, stamp=f"{'a' * 16}.1775023200000.{'b' * 32}")
    assert len(header_of(request, "A" * 26)) < 260
