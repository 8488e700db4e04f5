"""Secrets that are sealed for one agent: nobody else opens them, and for nothing else."""

from __future__ import annotations

import json

import pytest
from joserfc import jwe
from joserfc.jwk import ECKey

from noroshi.link.agent_key import PrivateKey
from noroshi.link.sealed_secrets import BadSealError, SealedFor, open_sealed, seal

KEY = PrivateKey.create()
PURPOSE = SealedFor(hub="hub1", agent="fs01", configuration="c1")
SECRETS = {"smtp": "pässwort", "hook": "https://example.com/x"}


def sealed(key=KEY):
    return seal(SECRETS, PURPOSE, key.public_text)


def test_who_has_the_key_opens_them_also_after_it_was_replaced():
    assert open_sealed(sealed(), PURPOSE, [PrivateKey.create(), KEY]) == SECRETS


def test_it_is_what_the_standard_says():
    recipient = ECKey.import_key(json.loads(KEY.secret_text()))
    opened = jwe.decrypt_compact(sealed(), recipient)
    assert opened.protected["alg"] == "ECDH-ES" and opened.protected["enc"] == "A256GCM"
    assert opened.protected["kid"] == KEY.thumbprint
    assert json.loads(opened.plaintext)["secrets"] == SECRETS


def test_nothing_of_them_can_be_read_and_no_two_are_alike():
    one, other = sealed(), sealed()
    assert one != other and "smtp" not in one
    assert not any(secret in one for secret in SECRETS.values())


def test_another_key_opens_nothing():
    with pytest.raises(BadSealError, match="this server's key"):
        open_sealed(sealed(), PURPOSE, [PrivateKey.create()])


@pytest.mark.parametrize("changed", ["hub", "agent", "configuration"])
def test_what_was_sealed_for_something_else_is_refused(changed):
    purpose = SealedFor(**{"hub": "hub1", "agent": "fs01", "configuration": "c1", changed: "x"})
    with pytest.raises(BadSealError, match="another configuration or server"):
        open_sealed(sealed(), purpose, [KEY])


@pytest.mark.parametrize("text", ["", "x", "a.b.c.d.e", "é.é.é.é.é", "....."])
def test_what_is_no_seal_is_refused(text):
    with pytest.raises(BadSealError):
        open_sealed(text, PURPOSE, [KEY])


def test_a_seal_that_was_changed_is_refused():
    header, key, vector, text, tag = sealed().split(".")
    other_text = text[:-2] + ("AA" if text[-2:] != "AA" else "BB")
    with pytest.raises(BadSealError):
        open_sealed(f"{header}.{key}.{vector}.{other_text}.{tag}", PURPOSE, [KEY])


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "ECDH-ES", "enc": "A128GCM"},
        {"alg": "ECDH-ES+A128KW", "enc": "A256GCM"},
        {"alg": "ECDH-ES", "enc": "A256GCM", "zip": "DEF"},
    ],
)
def test_other_algorithms_and_what_is_compressed_are_refused(header):
    recipient = ECKey.import_key(json.loads(KEY.public_text))
    algorithms = list(header.values())
    text = jwe.encrypt_compact(header, b"{}", recipient, algorithms=algorithms)
    with pytest.raises(BadSealError):
        open_sealed(text, PURPOSE, [KEY])
