"""What the installer for Windows is made of: which Python, and where that looks for modules. The
installer itself: tests/e2e/test_windows_installer.py."""

import hashlib
import subprocess
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12

from noroshi import __version__
from noroshi.service.agents.install_file_reader import WINDOWS_INSTALLER, read_install_file
from tools.windows_installer import (
    BUILD_FILE,
    Signature,
    pack,
    unpack_python,
    write_search_path,
)

NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Noroshi's tests")])
PASSWORD = b"horse battery"


@pytest.fixture
def python(tmp_path):
    """A zip as python.org's embeddable ones are."""
    path = tmp_path / "python.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("python.exe", "python3.dll", "python313.dll", "python313.zip"):
            archive.writestr(name, name)
    return path


@pytest.fixture
def program(tmp_path):
    folder = tmp_path / "program"
    folder.mkdir()
    return folder


def test_python_is_unpacked_and_looks_in_its_own_folder_alone(python, program):
    unpack_python(python, hashlib.sha256(python.read_bytes()).hexdigest().upper(), program)
    (program / "Lib").mkdir()  # of the packages
    write_search_path(program)
    assert (program / "python.exe").read_text() == "python.exe"
    lines = (program / "python313._pth").read_text().splitlines()
    assert lines == ["python313.zip", "Lib", ".", "import site"]


@pytest.mark.parametrize("sha256", ["", "00" * 32])
def test_a_python_with_another_hash_is_refused(python, program, sha256):
    with pytest.raises(SystemExit, match="is not the file with the SHA-256"):
        unpack_python(python, sha256, program)
    assert list(program.iterdir()) == []


@pytest.fixture
def signature(tmp_path):
    """A certificate for programs that nobody trusts, with its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    usage = x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.CODE_SIGNING])
    certificate = (
        x509.CertificateBuilder(NAME, NAME, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .add_extension(usage, critical=False)
        .sign(key, hashes.SHA256())
    )
    encryption = serialization.BestAvailableEncryption(PASSWORD)
    file, password_file = tmp_path / "certificate.p12", tmp_path / "password"
    file.write_bytes(
        pkcs12.serialize_key_and_certificates(b"x", key, certificate, None, encryption)
    )
    password_file.write_bytes(PASSWORD)
    return Signature(file, password_file, "")


def test_an_installer_is_signed_by_the_certificate_that_is_given(program, signature, tmp_path):
    (program / BUILD_FILE).write_text("0.1.0-test\n")
    installer = tmp_path / "setup.exe"
    pack(program, installer, "0.1.0", "Noroshi", compressor="zlib", signature=signature)
    shown = subprocess.run(
        ["osslsigncode", "verify", "-in", installer], capture_output=True, text=True
    ).stdout
    assert "Noroshi's tests" in shown, shown


def test_a_hub_reads_the_version_of_an_installer(program, tmp_path):
    (program / BUILD_FILE).write_text("build\n")
    installer = tmp_path / "noroshi-setup.exe"
    pack(program, installer, __version__, "Noroshi", compressor="zlib")
    path, file = read_install_file(lambda: installer, WINDOWS_INSTALLER)
    assert (path, file.version) == (installer, __version__)
    assert file.sha256 == hashlib.sha256(installer.read_bytes()).hexdigest()
