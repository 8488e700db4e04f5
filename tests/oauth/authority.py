"""A small sign-in server over HTTPS for these tests, of Entra's way and of any other's.

It checks what a server checks: PKCE, secret, certificate, redirect, state, the key file of a
service account; and it can rotate refresh tokens, let them end, and ask for patience.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import json
import ssl
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode, urlsplit

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SECRET = "canary-secret ~+&%=/ end"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
ASSERTION = "urn:ietf:params:oauth:grant-type:jwt-bearer"
BY_JWT = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
Answer = tuple[int, dict[str, str], bytes]


def url64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def as_json(status: int, content: dict[str, Any], **headers: str) -> Answer:
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    body = json.dumps(content).encode()
    return status, {"Content-Type": "application/json"} | headers, body


def refusal(error: str, code: int, status: int = 400, **more: Any) -> Answer:
    description = f"AADSTS{code}: described. Trace ID: x Correlation ID: y"
    said = {"error": error, "error_description": description, "error_codes": [code]}
    return as_json(
        status, said | {"correlation_id": "0f0f0f0f-1111-2222-3333-444444444444"} | more
    )


def make_certificate(folder: Path, name: str = "authority") -> Path:
    """A self-signed certificate for localhost with its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = folder / f"{name}.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + pem)
    return path


class Authority:
    """Codes and tokens are canaries with a number. `answer` replaces the next token answers."""

    def __init__(self, certificate: Path) -> None:
        self.posts: list[dict[str, str]] = []
        self.seen: list[str] = []
        self.answer: Callable[[dict[str, str]], Answer | None] = lambda form: None
        self.good = {"secret": SECRET}
        self.ended: set[str] = set()
        self.certificates: list[x509.Certificate] = []
        self.service_accounts: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.devices: dict[str, str] = {}
        self.refresh_tokens: dict[str, float] = {}
        self.families: dict[str, str] = {}
        self.clock: Callable[[], float] = lambda: 0.0
        self.rotates_once = False
        """Whether a refresh token is good once, and its reuse ends the sign-in (RFC 9700)."""
        self.rests_at_most = 90 * 86_400.0
        self.extra: dict[str, Any] = {}
        self.metadata_extra: dict[str, Any] = {}
        self.device_extra: dict[str, Any] = {}
        self.paths_gone: set[str] = set()
        self._busy = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self._server.handle_error = lambda request, address: None  # a client that distrusts us
        self.url = f"https://localhost:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}
        )
        self._thread.start()

    @property
    def token_endpoint(self) -> str:
        return f"{self.url}/t1/oauth2/v2.0/token"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    # what people do

    def walk(self, url: str, **more: str) -> str:
        """Sign in at that page. Gives the address that the browser stops at."""
        asked = dict(parse_qsl(urlsplit(url).query))
        assert asked["code_challenge_method"] == "S256" and asked["response_type"] == "code"
        assert asked.get("response_mode", "query") == "query"
        code = f"canary-code-{len(self.codes)}.~-"
        self.codes[code] = asked
        query = {"code": code, "state": asked["state"], "session_state": "s"} | more
        return f"{asked['redirect_uri']}?{urlencode(query)}"

    def type_in(self, user_code: str, *, declines: bool = False) -> None:
        """Type the code on another device, and accept or decline."""
        assert self.devices[user_code] == "pending"
        self.devices[user_code] = "declined" if declines else "accepted"

    # the token endpoint

    def token(self, form: dict[str, str]) -> Answer:
        with self._busy:
            self.posts.append(form)
            given = self.answer(form)
            return given if given is not None else self._judged(form)

    def _judged(self, form: dict[str, str]) -> Answer:
        grant = form["grant_type"]
        if grant == ASSERTION:
            return self._for_whom(form)
        if grant == DEVICE:
            return self._on_device(form)
        if "client_assertion" in form:
            if (trouble := self._certificate_trouble(form)) is not None:
                return trouble
        elif form.get("client_secret") in self.ended:
            return refusal("invalid_client", 7000222, 401)
        elif form.get("client_secret") != self.good["secret"]:
            return refusal("invalid_client", 7000215, 401)
        if grant == "refresh_token":
            return self._renewed(form["refresh_token"])
        if grant == "client_credentials":
            return self.give(refresh_token=None, scope=None, client_info=None)
        return self._redeemed(form)

    def _renewed(self, token: str) -> Answer:
        last = self.refresh_tokens.get(token)
        family = self.families.get(token, token)
        if last is None:
            if self.rotates_once:  # used before: whoever has the newer one loses it too
                for one in [t for t, its in self.families.items() if its == family]:
                    self.refresh_tokens.pop(one, None)
            return refusal("invalid_grant", 70000)
        if self.clock() - last >= self.rests_at_most:
            return refusal("invalid_grant", 700082)
        if self.rotates_once:
            del self.refresh_tokens[token]
        else:
            self.refresh_tokens[token] = self.clock()
        return self.give(family)

    def _redeemed(self, form: dict[str, str]) -> Answer:
        asked = self.codes.get(form["code"])
        if asked is None or asked.get("redeemed"):
            return refusal("invalid_grant", 54005)
        proof = url64(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if proof != asked["code_challenge"]:
            return refusal("invalid_grant", 501481)
        if form["redirect_uri"] != asked["redirect_uri"]:
            return refusal("invalid_client", 500112)
        asked["redeemed"] = "yes"
        claims = {"sub": "s", "preferred_username": "alarm@x.test"}
        if "nonce" in asked:
            claims["nonce"] = asked["nonce"]
        return self.give(id_token=f"e30.{url64(json.dumps(claims).encode())}.x")

    def _on_device(self, form: dict[str, str]) -> Answer:
        stands = self.devices.get(form["device_code"].removeprefix("canary-device-"))
        if stands == "accepted":
            return self.give()
        if stands == "declined":  # no number was seen with it
            return as_json(400, {"error": "authorization_declined"})
        said = {
            "pending": ("authorization_pending", 70016),
            "slow": ("slow_down", 70016),
            None: ("expired_token", 70019),
        }
        return refusal(*said[stands])

    def _certificate_trouble(self, form: dict[str, str]) -> Answer | None:
        assert form["client_assertion_type"] == BY_JWT and "client_secret" not in form
        said = form["client_assertion"]
        head = jwt.get_unverified_header(said)
        for certificate in self.certificates:
            # MSAL leaves the padding on, which Entra takes.
            if head.get("x5t#S256", "").rstrip("=") == url64(
                certificate.fingerprint(hashes.SHA256())
            ):
                who = jwt.decode(
                    said,
                    certificate.public_key(),
                    algorithms=["PS256", "RS256"],
                    audience=self.token_endpoint,
                )
                assert who["iss"] == who["sub"] == "client-1" and who["jti"]
                return None
        return refusal("invalid_client", 700027, 401)

    def _for_whom(self, form: dict[str, str]) -> Answer:
        """A service account, on behalf of a mailbox (RFC 7523, 2.1)."""
        said = jwt.decode(form["assertion"], options={"verify_signature": False})
        key = self.service_accounts.get(said["iss"])
        if key is None:
            return as_json(400, {"error": "invalid_grant"})
        jwt.decode(form["assertion"], key, algorithms=["RS256"], audience=self.token_endpoint)
        if said.get("sub") != "alarm@x.test":
            return as_json(401, {"error": "unauthorized_client"})
        form["scope"] = said["scope"]
        return self.give(refresh_token=None, scope=None, client_info=None)

    def give(self, family: str = "", **more: Any) -> Answer:
        number = len(self.posts)
        refresh = f"canary-refresh-{number}"
        tokens = {
            "token_type": "Bearer",
            "scope": "https://mail.test/SMTP.Send",
            "expires_in": 3600,
            "access_token": f"canary-access-{number}",
            "refresh_token": refresh,
            "client_info": url64(b'{"uid":"u","utid":"t"}'),
        }
        given = tokens | more | self.extra
        if given["refresh_token"] == refresh:
            self.refresh_tokens[refresh] = self.clock()
            self.families[refresh] = family or refresh
        return as_json(200, {name: value for name, value in given.items() if value is not None})

    # the others

    def device(self, form: dict[str, str]) -> Answer:
        code = f"CODE{len(self.devices)}"
        self.devices[code] = "pending"
        return as_json(
            200,
            {
                "device_code": f"canary-device-{code}",
                "user_code": code,
                "verification_uri": f"{self.url}/device",
                "expires_in": 900,
                "interval": 5,
            }
            | self.device_extra,
        )

    def metadata(self, path: str) -> Answer:
        self.seen.append(path)
        if "/gone/" in path:
            return refusal("invalid_tenant", 90002)
        if any(path.startswith(gone) or gone in path for gone in self.paths_gone):
            return as_json(404, {})
        base = f"{self.url}/t1"
        return as_json(
            200,
            {
                "issuer": f"{base}/v2.0",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
            }
            | self.metadata_extra,
        )

    def _handler(authority) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.reply(*authority.metadata(self.path))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = {name: values[-1] for name, values in parse_qs(body).items()}
                kind, _, given = (self.headers["Authorization"] or "").partition(" ")
                if kind == "Basic":  # RFC 6749, 2.3.1
                    pair = base64.b64decode(given).decode().split(":")
                    names = ("client_id", "client_secret")
                    form |= dict(zip(names, map(unquote, pair), strict=True)) | {"basic": "yes"}
                device = self.path.endswith("/devicecode")
                self.reply(*(authority.device if device else authority.token)(form))

            def reply(self, status: int, headers: dict[str, str], body: bytes) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                """A test's output is the tests' alone."""

        return Handler
