"""A client certificate: made, read from what people have, and what of it is shown."""

from __future__ import annotations

import threading
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from noroshi.oauth.client_certificates import (
    CertificateError,
    describe,
    make,
    parts,
    read,
    read_in_sandbox,
    require_valid,
)
from noroshi.testing import DAWN
from tests.oauth.authority import make_certificate
from tests.sweeps import sweep

NOW = DAWN
MADE = make("noroshi m365", NOW, 730)
KEY, CERTIFICATE = (text.encode() for text in parts(MADE.reveal()))
PASSPHRASE = "canary-pass"


def a_key(kind):
    if kind == "ec":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=kind)


def pem_of(key, passphrase=None):
    sealed = serialization.NoEncryption()
    if passphrase:
        sealed = serialization.BestAvailableEncryption(passphrase.encode())
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, sealed
    )


@cache
def pfx(passphrase=PASSPHRASE, *, key=True, certificate=True):
    return pkcs12.serialize_key_and_certificates(
        b"noroshi",
        serialization.load_pem_private_key(KEY, None) if key else None,
        x509.load_pem_x509_certificate(CERTIFICATE) if certificate else None,
        None,
        serialization.BestAvailableEncryption(passphrase.encode()),
    )


def own(key):
    """A certificate of a key."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "own")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    builder = builder.public_key(key.public_key()).serial_number(7)
    builder = builder.not_valid_before(NOW).not_valid_after(NOW + timedelta(days=1))
    from cryptography.hazmat.primitives import hashes

    made = builder.sign(key, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.PEM)


def test_a_new_one_holds_for_the_days_that_are_said():
    found = describe(MADE.reveal())
    assert found.name == "noroshi m365"
    assert found.ends == NOW + timedelta(days=730) and found.begins < NOW
    assert len(found.thumbprints.sha1) == 40 and len(found.thumbprints.sha256) == 64


def test_what_is_shown_of_it_has_no_key():
    found = describe(MADE.reveal())
    assert found.pem.startswith("-----BEGIN CERTIFICATE-----") and "PRIVATE" not in found.pem
    assert "PRIVATE" not in repr(MADE)


def test_each_new_one_has_a_key_of_its_own():
    assert make("a", NOW, 1) != make("a", NOW, 1)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(KEY + CERTIFICATE, id="key before certificate"),
        pytest.param(CERTIFICATE + b"\nand a remark\n" + KEY, id="certificate before key"),
        pytest.param((KEY + CERTIFICATE).replace(b"\n", b"\r\n"), id="with lines of Windows"),
    ],
)
def test_pem_is_read_however_it_stands(data):
    assert read(data) == MADE


def test_a_locked_key_opens_by_its_passphrase():
    data = pem_of(serialization.load_pem_private_key(KEY, None), PASSPHRASE) + CERTIFICATE
    assert read(data, PASSPHRASE) == MADE


def test_a_pfx_opens_by_its_passphrase():
    assert read(pfx(), PASSPHRASE) == MADE


def test_a_passphrase_that_nobody_asks_for_does_no_harm():
    assert read(KEY + CERTIFICATE, PASSPHRASE) == MADE


def unfit():
    """Return a file that cannot be used, its passphrase, the problem, and whether it is locked."""
    locked = pem_of(serialization.load_pem_private_key(KEY, None), PASSPHRASE) + CERTIFICATE
    other, short, curve = a_key(2048), a_key(1024), a_key("ec")
    yield pytest.param(b"", "", "No certificate with its private key", False, id="nothing")
    yield pytest.param(
        b"hello", "", "No certificate with its private key", False, id="something else"
    )
    yield pytest.param(CERTIFICATE, "", "not its private key", False, id="no key")
    yield pytest.param(KEY, "", "not its certificate", False, id="no certificate")
    yield pytest.param(locked, "", "protected by a passphrase", True, id="a locked key")
    yield pytest.param(locked, "other", "does not open", True, id="another passphrase")
    yield pytest.param(pfx(), "", "protected by a passphrase", True, id="a locked PFX")
    yield pytest.param(pfx(), "other", "does not open", True, id="a PFX's other passphrase")
    yield pytest.param(pfx(key=False), PASSPHRASE, "not its private", False, id="PFX, no key")
    yield pytest.param(
        pem_of(other) + CERTIFICATE,
        "",
        "does not belong to the certificate",
        False,
        id="no pair",
    )
    yield pytest.param(
        pem_of(short) + own(short), "", "at least 2048 bits", False, id="too short"
    )
    yield pytest.param(pem_of(curve) + own(curve), "", "must be RSA", False, id="not RSA")
    yield pytest.param(
        KEY + CERTIFICATE[:200], "", "No certificate with its private key", False, id="cut off"
    )


@sweep(("data", "passphrase", "said", "locked"), unfit)
def test_what_cannot_be_used_is_said_in_words(data, passphrase, said, locked):
    with pytest.raises(CertificateError, match=said) as caught:
        read(data, passphrase)
    assert caught.value.is_locked == locked and not caught.value.words.ja.isascii()
    assert "canary" not in str(caught.value)


def test_a_server_s_certificate_of_another_kind_is_refused(tmp_path):
    with pytest.raises(CertificateError, match="must be RSA"):
        read(make_certificate(tmp_path).read_bytes())


@pytest.mark.parametrize("before", [True, False], ids=["the CA's first", "the CA's last"])
def test_among_several_certificates_the_key_s_own_is_taken(before):
    of_ca = own(a_key(2048))
    data = of_ca + CERTIFICATE + KEY if before else KEY + CERTIFICATE + of_ca
    assert describe(read(data).reveal()).name == "noroshi m365"


def slow_pfx():
    """It says of itself that its passphrase is hashed two thousand million times: the number
    (RFC 7292, 4, MacData) is the file's last; all lengths around it grow with it."""
    data, often = pfx(), b"\x02\x04\x7f\xff\xff\xff"
    begins = (i for i in range(len(data) - 40, 0, -1) if data[i] == data[i + 2] == 0x30)
    start = next(i for i in begins if data[i + 1] == len(data) - i - 2)
    mac = data[start + 2 : -4] + often
    whole = data[4:start] + bytes([0x30, len(mac)]) + mac
    return data[:2] + len(whole).to_bytes(2, "big") + whole


async def test_a_file_that_asks_for_hours_of_hashing_is_refused_and_its_process_ended():
    before = children()
    with pytest.raises(CertificateError, match="not be opened within 1 seconds"):
        await read_in_sandbox(slow_pfx(), PASSPHRASE, patience=1)
    assert children() <= before


def children():
    """The processes that this one has; none are known where no file tells them."""
    file = Path(f"/proc/self/task/{threading.main_thread().native_id}/children")
    return set(file.read_text().split()) if file.exists() else set()


@pytest.mark.parametrize(
    ("data", "passphrase", "said", "locked"),
    [
        pytest.param(pfx(), "other", "does not open", True, id="a wrong passphrase"),
        pytest.param(pfx(), "", "protected by a passphrase", True, id="no passphrase"),
        pytest.param(b"GIF89a", "", "must be PEM or PFX", False, id="something else"),
    ],
)
async def test_a_process_of_its_own_says_the_same(data, passphrase, said, locked):
    assert await read_in_sandbox(pfx(), PASSPHRASE) == MADE
    with pytest.raises(CertificateError, match=said) as told:
        await read_in_sandbox(data, passphrase)
    assert told.value.is_locked is locked


def test_one_that_has_ended_or_not_begun_is_refused():
    kept = MADE.reveal()
    require_valid(kept, NOW)
    require_valid(kept, NOW - timedelta(days=1), may_start_later=True)
    with pytest.raises(CertificateError, match="expired on 2028-03-31"):
        require_valid(kept, NOW + timedelta(days=730))
    with pytest.raises(CertificateError, match="not valid before 2026-04-01"):
        require_valid(kept, NOW - timedelta(days=1))
