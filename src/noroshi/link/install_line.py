"""The line that is pasted on a server to install Noroshi there and join its hub.

The forms for Linux check whose server answers before they send or read anything else. The form for
Windows carries the hash of the file, and asks for it without the secret of the invitation. What a
server in between would answer is never run.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from noroshi.core.host_port import authority
from noroshi.core.translation import _
from noroshi.link.join_code import JoinCode, curl_pin
from noroshi.link.link_messages import PREFIX

INSTALL = f"{PREFIX}install/"
"""The path of the script; the file lies below it."""
FILE, WINDOWS_FILE = "noroshi.pex", "noroshi-setup.exe"
PYTHON_LINE = (
    "python3 -c 'import hashlib,http.client,ssl,sys;"
    "s=ssl.create_default_context();s.check_hostname=False;s.verify_mode=ssl.CERT_NONE;"
    'c=http.client.HTTPSConnection("{host}",{port},context=s,timeout=60);c.connect();'
    'hashlib.sha256(c.sock.getpeercert(True)).hexdigest()=="{certificate}"'
    ' or sys.exit("noroshi: {refusal}");'
    'c.request("GET","{path}");r=c.getresponse();t=r.read();'
    'r.status==200 or sys.exit("noroshi: HTTP %d"%r.status);'
    "sys.stdout.buffer.write(t)' | {shell}"
)
"""For a server without curl. Python cannot tell a certificate's key, so this line knows the
certificate; it is renewed only once a year, and an invitation is over in an hour."""
UPDATES = "--updates"
"""The argument of the script by which the administrator lets the hub update Noroshi there."""
OTHER_SERVER = "another server answered; nothing was run"
POWERSHELL_LINE = (
    '&{{$f="$env:ProgramFiles\\{file}";curl.exe -fsSko $f {url};'
    "if((Get-FileHash $f -ea 0).Hash -ne {sha256}){{del $f -ea 0;throw {not_fetched}}};"
    "$p=Start-Process $f {arguments} -Wait -PassThru;del $f;"
    "if($p.ExitCode -ne 0){{throw {not_installed}}}}}"
)
"""For Windows PowerShell 5.1. Only administrators write to that folder, so nobody else changes the
file once its hash was compared, or lays a library beside it. `del` and `throw` are in one block: the
line goes on after an error, as it is pasted into a prompt."""
NOT_FETCHED = _(
    "noroshi: the download failed, or the file is not the one on the hub. Nothing was installed. Is "
    "this PowerShell running as an administrator, and is the invitation still valid?"
)
NOT_INSTALLED = _("noroshi: the installation failed. See {log}")
INSTALL_LOG = r"C:\Program Files\Noroshi\install.log"
SINGLE_QUOTES = re.compile("['\u2018\u2019\u201a\u201b]")
"""PowerShell ends a text in single quotes at each of these (about_Quoting_Rules)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallSource:
    """Hold where a server installs from: the hub's host and port as agents name it, and the SHA-256
    of the certificate that it shows. `language` is that of the script, "" for English."""

    host: str
    port: int
    certificate: bytes
    language: str = ""

    @property
    def address(self) -> str:
        """Return HOST:PORT, an IPv6 address in brackets."""
        return authority(self.host, self.port)

    def path(self, secret: bytes) -> str:
        """Return the path of the script for the invitation with that secret."""
        language = f"/{self.language}" if self.language else ""
        return f"{INSTALL}{secret.hex()}{language}"


def file_path(secret: bytes) -> str:
    """Return the path of the file to install."""
    return f"{INSTALL}{secret.hex()}/{FILE}"


def windows_file_path(secret_hash: str) -> str:
    """Return the path of the installer for Windows, for the invitation of which the secret has that
    hash. Who answers is not verified there, so the secret does not go along."""
    return f"{INSTALL}{secret_hash}/{WINDOWS_FILE}"


def curl_line(
    source: InstallSource, code: JoinCode, name: str = "", *, updates: bool = False
) -> str:
    """Return the line for a server with curl (7.44 or newer). -k: the pin says who it is, and no
    authority; curl checks it all the same (CURLOPT_PINNEDPUBLICKEY)."""
    url = f"https://{source.address}{source.path(code.secret)}"
    return f"curl -fsSk --pinnedpubkey '{curl_pin(code.pin)}' '{url}' | {_shell(name, updates=updates)}"


def python_line(
    source: InstallSource, code: JoinCode, name: str = "", *, updates: bool = False
) -> str:
    """Return the line for a server that has Python and no curl."""
    return PYTHON_LINE.format(
        host=source.host.strip("[]"),
        port=source.port,
        certificate=source.certificate.hex(),
        path=source.path(code.secret),
        refusal=OTHER_SERVER,
        shell=_shell(name, updates=updates),
    )


def powershell_line(source: InstallSource, code: JoinCode, sha256: str, name: str = "") -> str:
    """Return the line for a server with Windows: it fetches the installer, compares its SHA-256, and
    lets it install and join without a word. -k: the hash says whose file it is, and no authority."""
    language = source.language or "en"
    url = f"https://{source.address}{windows_file_path(code.secret_hash)}"
    return POWERSHELL_LINE.format(
        file=WINDOWS_FILE,
        url=powershell_text(url),
        sha256=powershell_text(sha256),
        arguments=powershell_text(_installer_arguments(source.address, str(code), name)),
        not_fetched=powershell_text(NOT_FETCHED.say(language)),
        not_installed=powershell_text(NOT_INSTALLED.fill(log=INSTALL_LOG).say(language)),
    )


def powershell_text(text: str) -> str:
    """Return a text as PowerShell takes it literally: in single quotes, those in it doubled."""
    return f"'{SINGLE_QUOTES.sub(lambda mark: mark[0] * 2, text)}'"


def windows_line(address: str, code: str, name: str = "") -> str:
    """Return the line for a server with Windows, where the installer lies: it installs and joins
    without a word."""
    return f"{WINDOWS_FILE} {_installer_arguments(address, code, name)}"


def _installer_arguments(address: str, code: str, name: str) -> str:
    return f"/S /JOIN={address} /CODE={code}{f' /NAME={name}' if name else ''}"


def _shell(name: str, *, updates: bool) -> str:
    """Return the shell that runs the script, with its arguments (install.sh)."""
    options = (UPDATES if updates else "", f"--name {name}" if name else "")
    return " ".join(("sudo sh -s --", *filter(None, options))) if any(options) else "sudo sh"
