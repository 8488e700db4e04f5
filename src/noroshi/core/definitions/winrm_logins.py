"""Logins by WinRM of a plan: how the instances with the source "winrm" are asked."""

from __future__ import annotations

from noroshi.core.definitions.problems import Place
from noroshi.core.definitions.schema import InstanceDef, WinrmDef
from noroshi.core.definitions.value_checks import fingerprints, in_range
from noroshi.core.marked_names import with_settings
from noroshi.core.model import WINRM_SOURCE as WINRM
from noroshi.core.translation import _
from noroshi.core.winrm_login import FINGERPRINT, HTTP_PORT, HTTPS_PORT, LoginMethod, WinrmLogin

MISSING_LOGIN = with_settings(
    _('the source "winrm" requires {user} and {password}, or {certificate}'),
    "user",
    "password",
    "certificate",
)
NO_CERTIFICATE = with_settings(
    _("{authentication} is certificate, so {certificate} is required"),
    "authentication",
    "certificate",
)
NO_USER = with_settings(
    _("{authentication} is {method}, so {user} and {password} are required"),
    "authentication",
    "user",
    "password",
)
ONLY_BY_HTTPS = with_settings(
    _("a certificate can only log in over HTTPS; set {protocol} to https"), "protocol"
)
NO_TLS = with_settings(
    _("{protocol} is http, so the server shows no certificate; remove this setting"), "protocol"
)
NO_REALM = _(
    "for Kerberos, the user must be written as name@REALM, such as noroshi@EXAMPLE.COM"
)
NO_FINGERPRINT = _(
    "“{given}” is not the fingerprint of a certificate; use the format SHA256:… with 64 "
    "digits in lower case, as Noroshi shows it"
)


def winrm_login_of(definition: InstanceDef, place: Place) -> WinrmLogin | None:
    """Return how to log in to an instance; None if it has no login."""
    place = place.at("winrm")
    settings = definition.winrm
    if settings is None:
        if definition.source == WINRM:
            place.say(MISSING_LOGIN)
        return None
    method = _method(settings)
    _check_who(settings, method, place)
    is_https = settings.protocol == "https"
    if not is_https:
        _check_http(settings, method, place)
    return WinrmLogin(
        address=definition.address,
        user=settings.user,
        port=_port(settings, place),
        is_https=is_https,
        method=method,
        password=settings.password,
        certificate=settings.certificate,
        fingerprints=fingerprints(
            settings.fingerprint, FINGERPRINT, NO_FINGERPRINT, place.at("fingerprint")
        ),
        ca_file=settings.ca_file,
    )


def _method(settings: WinrmDef) -> LoginMethod:
    if settings.authentication != "auto":
        return LoginMethod(settings.authentication)
    return LoginMethod.CERTIFICATE if settings.certificate else LoginMethod.NTLM


def _port(settings: WinrmDef, place: Place) -> int:
    if settings.port == 0:
        return HTTPS_PORT if settings.protocol == "https" else HTTP_PORT
    in_range(settings.port, 1, 65535, place.at("port"))
    return settings.port


def _check_who(settings: WinrmDef, method: LoginMethod, place: Place) -> None:
    if method is LoginMethod.CERTIFICATE:
        if not settings.certificate:
            place.say(NO_CERTIFICATE)
    elif not (settings.user and settings.password):
        is_chosen = settings.authentication != "auto"
        place.say(NO_USER.fill(method=method.value) if is_chosen else MISSING_LOGIN)
    elif method is LoginMethod.KERBEROS and "@" not in settings.user:
        place.at("user").say(NO_REALM)


def _check_http(settings: WinrmDef, method: LoginMethod, place: Place) -> None:
    if method is LoginMethod.CERTIFICATE:
        place.at("protocol").say(ONLY_BY_HTTPS)
    for name in ("fingerprint", "ca_file"):
        if getattr(settings, name):
            place.at(name).say(NO_TLS)
