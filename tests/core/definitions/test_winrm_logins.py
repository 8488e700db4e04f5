"""Logins by WinRM: what a definition may leave out, and what does not fit together."""

from __future__ import annotations

from noroshi.core.definitions.problems import Problem, file_of
from noroshi.core.definitions.schema import InstanceDef, WinrmDef
from noroshi.core.definitions.winrm_logins import winrm_login_of
from noroshi.core.winrm_login import LoginMethod
from tests.sweeps import sweep

WHO = {"user": "SRV1\\noroshi", "password": "winrm/srv1"}
PIN = f"SHA256:{'ab' * 32}"


def read(source="winrm", **settings):
    problems: list[Problem] = []
    winrm = WinrmDef(**settings) if settings else None
    instance = InstanceDef(name="srv1", address="srv1", source=source, winrm=winrm)
    login = winrm_login_of(instance, file_of("instances", "srv1", problems))
    return login, [one.what.en for one in problems]


def test_user_and_password_log_in_by_ntlm_over_https():
    login, problems = read(**WHO)
    assert not problems
    assert (login.method, login.port, login.entry) == (LoginMethod.NTLM, 5986, "winrm/srv1")


def test_a_certificate_takes_their_place_and_http_has_a_port_of_its_own():
    login, problems = read(certificate="winrm/cert", fingerprint=PIN)
    assert (login.method, login.entry, problems) == (LoginMethod.CERTIFICATE, "winrm/cert", [])
    login, problems = read(**WHO, protocol="http")
    assert (login.port, login.is_https, problems) == (5985, False, [])


def test_another_source_needs_no_login():
    assert read(source="network") == (None, [])


@sweep(
    ("settings", "words"),
    [
        ({}, 'the source "winrm" requires'),
        ({"user": "noroshi"}, 'the source "winrm" requires'),
        ({"authentication": "certificate", **WHO}, "certificate is required"),
        ({"authentication": "ntlm", "certificate": "c"}, "user and password are required"),
        ({"authentication": "kerberos", **WHO}, "must be written as name@REALM"),
        ({**WHO, "fingerprint": "SHA256:abc"}, "is not the fingerprint of a certificate"),
        ({**WHO, "protocol": "http", "fingerprint": PIN}, "the server shows no certificate"),
        ({"certificate": "c", "protocol": "http"}, "can only log in over HTTPS"),
        ({**WHO, "port": 70000}, "must be between 1 and 65535"),
    ],
)
def test_what_does_not_fit_together_is_refused(settings, words):
    _login, problems = read(**settings)
    assert len(problems) == 1 and words in problems[0], problems
