"""A small OpenID Connect server over HTTPS for these tests: it checks PKCE, secret, redirect and state of each code."""

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
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SECRET = "canary-secret ~+&%=/ end"
Answer = tuple[int, dict[str, str], bytes]


def url64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def as_json(status: int, content: dict[str, Any], **headers: str) -> Answer:
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    body = json.dumps(content).encode()
    return status, {"Content-Type": "application/json"} | headers, body


def refusal(error: str, code: int, status: int = 400, **more: Any) -> Answer:
    description = f"AADSTS{code}: canary-description. Trace ID: x Correlation ID: y"
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
        self.answer: Callable[[dict[str, str]], Answer | None] = lambda form: None
        self.good = {"secret": SECRET}
        self.codes: dict[str, dict[str, str]] = {}
        self.refresh_tokens: set[str] = set()
        self.extra: dict[str, Any] = {}
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

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def walk(self, url: str) -> str:
        """What a person does: sign in at that page. Gives the address that the browser stops at."""
        asked = dict(parse_qsl(urlsplit(url).query))
        assert asked["code_challenge_method"] == "S256" and asked["response_mode"] == "query"
        code = f"canary-code-{len(self.codes)}.~-"
        self.codes[code] = asked
        query = {"code": code, "state": asked["state"], "session_state": "s"}
        return f"{asked['redirect_uri']}?{urlencode(query)}"

    def token(self, form: dict[str, str]) -> Answer:
        self.posts.append(form)
        given = self.answer(form)
        if given is not None:
            return given
        if form.get("client_secret") != self.good["secret"]:
            return refusal("invalid_client", 7000215, 401)
        if form["grant_type"] == "refresh_token":
            known = form["refresh_token"] in self.refresh_tokens
            return self.give() if known else refusal("invalid_grant", 70000)
        if form["grant_type"] == "client_credentials":
            return self.give(refresh_token=None, scope=None, client_info=None)
        return self.redeem(form)

    def redeem(self, form: dict[str, str]) -> Answer:
        asked = self.codes.get(form["code"])
        if asked is None or asked.get("redeemed"):
            return refusal("invalid_grant", 54005)
        proof = url64(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if proof != asked["code_challenge"]:
            return refusal("invalid_grant", 501481)
        if form["redirect_uri"] != asked["redirect_uri"]:
            return refusal("invalid_client", 500112)
        asked["redeemed"] = "yes"
        claims = {"sub": "s", "preferred_username": "alarm@x.test", "nonce": asked["nonce"]}
        return self.give(id_token=f"e30.{url64(json.dumps(claims).encode())}.x")

    def give(self, **more: Any) -> Answer:
        number = len(self.posts)
        self.refresh_tokens.add(f"canary-refresh-{number}")
        tokens = {
            "token_type": "Bearer",
            "scope": "https://mail.test/SMTP.Send",
            "expires_in": 3600,
            "access_token": f"canary-access-{number}",
            "refresh_token": f"canary-refresh-{number}",
            "client_info": url64(b'{"uid":"u","utid":"t"}'),
        }
        given = tokens | more | self.extra
        return as_json(200, {name: value for name, value in given.items() if value is not None})

    def metadata(self, path: str) -> Answer:
        if "/gone/" in path:
            return refusal("invalid_tenant", 90002)
        base = f"{self.url}/t1"
        return as_json(
            200,
            {
                "issuer": f"{base}/v2.0",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
            },
        )

    def _handler(authority) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.reply(*authority.metadata(self.path))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = {name: values[-1] for name, values in parse_qs(body).items()}
                self.reply(*authority.token(form))

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
