"""A stand-in for WinRM of a Windows server, on loopback: HTTP, TLS, NTLM, WS-Management and PowerShell
remoting, as MS-WSMV and MS-PSRP describe them. No PowerShell runs: the test says what the script
answers. No real Windows has been compared with it.
"""

from __future__ import annotations

import base64
import json
import re
import ssl
import struct
import threading
import time
import uuid
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

import spnego
from spnego.channel_bindings import GssChannelBindings
from spnego.exceptions import NegotiateOptions, SpnegoError

USER, PASSWORD, DOMAIN = "watcher", "correct horse", "SRV1"
MUTUAL = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual"
WSA = "{http://schemas.xmlsoap.org/ws/2004/08/addressing}"
RSP = "{http://schemas.microsoft.com/wbem/wsman/1/windows/shell}"
SESSION_CAPABILITY, CREATE_PIPELINE = 0x00010002, 0x00021006
PRIVATE_DATA, POOL_STATE = 0x00021009, 0x00021005
PIPELINE_OUTPUT, PIPELINE_STATE = 0x00041004, 0x00041006
OPENED, COMPLETED, FAILED = 2, 4, 5
TO_CLIENT = 1
UNKNOWN_SHELL = 0x8033805B
TIMED_OUT = 0x80338029
PIECE = 30_000
"""Bytes of PSRP in one answer."""
CAPABILITY_XML = (
    '<Obj RefId="0"><MS><Version N="protocolversion">2.3</Version><Version N="PSVersion">2.0'
    '</Version><Version N="SerializationVersion">1.1.0.1</Version></MS></Obj>'
)
PRIVATE_XML = (
    '<Obj RefId="0"><MS><Obj N="ApplicationPrivateData" RefId="1"><TN RefId="0"><T>System.'
    "Management.Automation.PSPrimitiveDictionary</T><T>System.Collections.Hashtable</T><T>System"
    ".Object</T></TN><DCT></DCT></Obj></MS></Obj>"
)


def state_xml(name: str, state: int) -> str:
    return f'<Obj RefId="0"><MS><I32 N="{name}">{state}</I32></MS></Obj>'


@dataclass
class Shell:
    """A PowerShell: what it has to tell to the next questions, by the id of the command ("": its
    own)."""

    pool: str
    pending: dict[str, list[bytes]] = field(default_factory=dict)
    incoming: dict[int, bytes] = field(default_factory=dict)
    objects: int = 0

    def say(self, kind: int, xml: str, pipeline: str = "") -> None:
        pid = uuid.UUID(pipeline) if pipeline else uuid.UUID(int=0)
        head = (
            struct.pack("<II", TO_CLIENT, kind) + uuid.UUID(self.pool).bytes_le + pid.bytes_le
        )
        message = head + b"\xef\xbb\xbf" + xml.encode()
        self.objects += 1
        pieces = [message[at : at + PIECE] for at in range(0, len(message), PIECE)]
        for number, piece in enumerate(pieces):
            ends = (number == 0) | (number == len(pieces) - 1) << 1
            fragment = struct.pack(">QQBI", self.objects, number, ends, len(piece)) + piece
            self.pending.setdefault(pipeline, []).append(fragment)

    def hear(self, data: bytes) -> list[tuple[int, bytes]]:
        """The messages that are whole by now: the kind and the XML of each."""
        heard = []
        while data:
            number, _piece, ends, length = struct.unpack(">QQBI", data[:21])
            message = self.incoming.pop(number, b"") + data[21 : 21 + length]
            data = data[21 + length :]
            if ends & 2:
                heard.append((struct.unpack("<I", message[4:8])[0], message[40:]))
            else:
                self.incoming[number] = message
        return heard


class StandIn:
    """A server for one test. Set what it shall do before, or while, it is asked."""

    def __init__(self, certificate: Path | None = None, clients: Path | None = None) -> None:
        self.answers: dict[str, Any] = {}
        self.questions: list[list[dict[str, Any]]] = []
        self.scripts: list[str] = []
        self.shells: dict[str, Shell] = {}
        self.logins = self.connections = 0
        self.faults: dict[str, tuple[int, str]] = {}
        """By the last word of the action: the code and the text of a fault."""
        self.status = 0
        self.preamble = ""
        self.is_mapped = True
        self.offers = ("Negotiate", "Kerberos")
        self.language = "FullLanguage"
        self.hangs = self.cuts = self.has_no_end = self.refuses_scripts = False
        self.allows_plain_answers = False
        self.released = threading.Event()
        self._sockets: list[Any] = []
        self._certificate = certificate
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.stand_in = self
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            if clients is not None:
                context.verify_mode = ssl.CERT_OPTIONAL
                context.load_verify_locations(clients)
            self._server.context = context
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    @property
    def is_tls(self) -> bool:
        return self._certificate is not None

    def binding(self) -> GssChannelBindings | None:
        if self._certificate is None:
            return None
        import hashlib

        der = ssl.PEM_cert_to_DER_cert(_first_pem(self._certificate.read_text()))
        data = b"tls-server-end-point:" + hashlib.sha256(der).digest()
        return GssChannelBindings(application_data=data)

    def forget_shells(self) -> None:
        self.shells.clear()

    def hang_up(self) -> None:
        """Close all connections, as http.sys does with those that are idle."""
        sockets, self._sockets = self._sockets, []
        for one in sockets:
            with_shutdown(one)

    def stop(self) -> None:
        self.released.set()
        self._server.shutdown()
        self.hang_up()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    stand_in: StandIn
    context: ssl.SSLContext | None = None

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self.context is not None:
            try:
                request = self.context.wrap_socket(request, server_side=True)
            except (ssl.SSLError, OSError):
                return
        self.stand_in.connections += 1
        self.stand_in._sockets.append(request)
        super().finish_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is none of the test's business."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    context: Any = None
    is_logged_in = False

    def log_message(self, format: str, *args: Any) -> None:
        """Write nothing."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        stand_in = self.server.stand_in
        if stand_in.status:
            return self._answer(stand_in.status)
        if not self._is_let_in():
            return None
        if not body:
            return self._answer(200)
        is_encrypted = self.headers["Content-Type"].startswith("multipart/encrypted")
        if is_encrypted:
            body = self._unwrapped(body)
        elif not stand_in.is_tls:
            return self._answer(403)
        status, answer = Request(stand_in, body).answer()
        if answer == "cut":
            self.send_response(200)
            self.send_header("Content-Length", "5000")
            self.end_headers()
            self.wfile.write(b"<s:Envelope")
            return with_shutdown(self.connection)
        if is_encrypted and not stand_in.allows_plain_answers:
            return self._answer_encrypted(status, answer.encode())
        return self._answer(status, answer.encode(), "application/soap+xml;charset=UTF-8")

    def _is_let_in(self) -> bool:
        stand_in = self.server.stand_in
        if self.headers.get("Authorization") == MUTUAL:
            certificate = stand_in.is_tls and self.connection.getpeercert()
            if certificate and stand_in.is_mapped:
                return True
            self._answer(401)
            return False
        if self.is_logged_in and not self.headers.get("Authorization"):
            return True
        token = self.headers.get("Authorization", "").partition(" ")[2]
        if not token or "Negotiate" not in stand_in.offers:
            self._answer(401, challenges=stand_in.offers)
            return False
        if self.context is None:
            self.context = spnego.server(
                protocol="ntlm",
                channel_bindings=stand_in.binding(),
                options=NegotiateOptions.use_ntlm,  # not that of Windows, which knows no users of ours
            )
        try:
            reply = self.context.step(base64.b64decode(token))
        except SpnegoError:
            self.context = None
            self._answer(401, challenges=stand_in.offers)
            return False
        if not self.context.complete:
            self._answer(401, challenges=[f"Negotiate {base64.b64encode(reply).decode()}"])
            return False
        self.is_logged_in = True
        stand_in.logins += 1
        return True

    def _answer(
        self, status: int, body: bytes = b"", kind: str = "", challenges: Any = ()
    ) -> None:
        self.send_response(status)
        for challenge in challenges:
            self.send_header("WWW-Authenticate", challenge)
        if kind:
            self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _unwrapped(self, body: bytes) -> bytes:
        content = body.split(b"Content-Type: application/octet-stream\r\n", 1)[1]
        content = content[: content.rindex(b"--Encrypted Boundary--")]
        length = struct.unpack("<i", content[:4])[0]
        return self.context.unwrap_winrm(content[4 : 4 + length], content[4 + length :])

    def _answer_encrypted(self, status: int, message: bytes) -> None:
        header, data, padding = self.context.wrap_winrm(message)
        protocol = "application/HTTP-SPNEGO-session-encrypted"
        body = (
            f"--Encrypted Boundary\r\n\tContent-Type: {protocol}\r\n\tOriginalContent: type="
            f"application/soap+xml;charset=UTF-8;Length={len(message) + padding}\r\n"
            "--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n"
        ).encode()
        body += struct.pack("<i", len(header)) + header + data + b"--Encrypted Boundary--\r\n"
        kind = f'multipart/encrypted;protocol="{protocol}";boundary="Encrypted Boundary"'
        self._answer(status, body, kind)


class Request:
    """One message of WS-Management, and its answer."""

    def __init__(self, stand_in: StandIn, body: bytes) -> None:
        self._stand_in = stand_in
        self._xml = ElementTree.fromstring(body)
        self._id = self._text(f".//{WSA}MessageID")
        self._action = self._text(f".//{WSA}Action").rpartition("/")[2]

    def answer(self) -> tuple[int, str]:
        stand_in = self._stand_in
        if self._action in stand_in.faults:
            return self._fault(*stand_in.faults[self._action])
        if self._action == "Create":
            return self._create()
        shell = stand_in.shells.get(self._selector("ShellId"))
        if shell is None:
            return self._fault(UNKNOWN_SHELL, "The request contained invalid selectors.")
        match self._action:
            case "Command":
                return self._command(shell)
            case "Send":
                return self._send(shell)
            case "Receive":
                return self._receive(shell)
            case "Delete":
                del stand_in.shells[self._selector("ShellId")]
        return self._envelope("")

    def _create(self) -> tuple[int, str]:
        shell_xml = self._xml.find(f".//{RSP}Shell")
        assert shell_xml is not None
        shell_id = shell_xml.get("ShellId", "")
        shell = self._stand_in.shells[shell_id] = Shell(shell_id)
        content = self._xml.find(".//{http://schemas.microsoft.com/powershell}creationXml")
        assert content is not None and content.text
        kinds = [kind for kind, _xml in shell.hear(base64.b64decode(content.text))]
        assert kinds[0] == SESSION_CAPABILITY
        shell.say(SESSION_CAPABILITY, CAPABILITY_XML)
        shell.say(PRIVATE_DATA, PRIVATE_XML)
        shell.say(POOL_STATE, state_xml("RunspaceState", OPENED))
        return self._envelope(
            '<x:ResourceCreated xmlns:x="http://schemas.xmlsoap.org/ws/2004/09/transfer">'
            "<a:ReferenceParameters><w:SelectorSet>"
            f'<w:Selector Name="ShellId">{shell_id}</w:Selector></w:SelectorSet>'
            "</a:ReferenceParameters></x:ResourceCreated>"
            f"<rsp:Shell><rsp:ShellId>{shell_id}</rsp:ShellId></rsp:Shell>"
        )

    def _command(self, shell: Shell) -> tuple[int, str]:
        line = self._xml.find(f".//{RSP}CommandLine")
        assert line is not None
        command = line.get("CommandId", "")
        self._hear(shell, command, self._text(f".//{RSP}Arguments"))
        return self._envelope(
            f"<rsp:CommandResponse><rsp:CommandId>{command}</rsp:CommandId></rsp:CommandResponse>"
        )

    def _send(self, shell: Shell) -> tuple[int, str]:
        stream = self._xml.find(f".//{RSP}Stream")
        assert stream is not None and stream.text
        self._hear(shell, stream.get("CommandId", ""), stream.text)
        return self._envelope("<rsp:SendResponse/>")

    def _receive(self, shell: Shell) -> tuple[int, str]:
        stand_in = self._stand_in
        stream = self._xml.find(f".//{RSP}DesiredStream")
        command = "" if stream is None else stream.get("CommandId", "")
        if command and stand_in.hangs:
            stand_in.released.wait()
        if command and stand_in.cuts:
            return 200, "cut"
        pending = shell.pending.get(command, [])
        if not pending:
            time.sleep(0.01)
            return self._fault(TIMED_OUT, "The operation timed out.")
        data = base64.b64encode(pending.pop(0)).decode()
        at = f" CommandId={quoteattr(command)}" if command else ""
        return self._envelope(
            f'<rsp:ReceiveResponse><rsp:Stream Name="stdout"{at}>{data}</rsp:Stream>'
            "</rsp:ReceiveResponse>"
        )

    def _hear(self, shell: Shell, command: str, data: str) -> None:
        for kind, xml in shell.hear(base64.b64decode(data)):
            if kind == CREATE_PIPELINE:
                self._run(shell, command, xml.decode("utf-8-sig"))

    def _run(self, shell: Shell, command: str, xml: str) -> None:
        """Answer as the script would. PowerShell's strings have _x000A_ for a line's end."""
        stand_in = self._stand_in
        texts = [one.text or "" for one in ElementTree.fromstring(xml).iter("S")]
        request = next(one for one in texts if one.startswith('{"questions"'))
        script = next(one for one in texts if "param(" in one)
        stand_in.scripts.append(re.sub("_x000A_", "\n", script))
        questions = json.loads(request)["questions"]
        stand_in.questions.append(questions)
        if stand_in.refuses_scripts:
            shell.say(PIPELINE_STATE, state_xml("PipelineState", FAILED), command)
            return
        lines: list[dict[str, Any]] = [
            {"noroshi": 1, "host": "SRV1", "powershell": "5.1.1", "language": stand_in.language}
        ]
        lines += [self._line(question) for question in questions]
        lines += [] if stand_in.has_no_end else [{"end": True}]
        for line in lines:
            text = escape(json.dumps(line, ensure_ascii=False))
            shell.say(PIPELINE_OUTPUT, f"<S>{text}</S>", command)
        shell.say(PIPELINE_STATE, state_xml("PipelineState", COMPLETED), command)

    def _line(self, question: dict[str, Any]) -> dict[str, Any]:
        answer = self._stand_in.answers.get(question["ask"], Refusal("not known here"))
        if callable(answer):
            answer = answer(question)
        if isinstance(answer, Refusal):
            category = "PermissionDenied" if answer.is_denied else "NotSpecified"
            return {"id": question["id"], "error": answer.text, "category": category}
        return {"id": question["id"], "value": answer}

    def _fault(self, code: int, text: str) -> tuple[int, str]:
        machine = "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"
        return 500, self._envelope(
            "<s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Reason><s:Text>"
            f"{escape(text)}</s:Text></s:Reason><s:Detail><f:WSManFault xmlns:f={quoteattr(machine)}"
            f' Code="{code}" Machine="SRV1"><f:Message>{escape(text)}</f:Message></f:WSManFault>'
            "</s:Detail></s:Fault>"
        )[1]

    def _envelope(self, body: str) -> tuple[int, str]:
        return 200, self._stand_in.preamble + (
            '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
            'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
            'xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" '
            'xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell">'
            f"<s:Header><a:RelatesTo>{self._id}</a:RelatesTo></s:Header>"
            f"<s:Body>{body}</s:Body></s:Envelope>"
        )

    def _selector(self, name: str) -> str:
        for one in self._xml.iter("{http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd}Selector"):
            if one.get("Name") == name:
                return one.text or ""
        return ""

    def _text(self, path: str) -> str:
        found = self._xml.find(path)
        assert found is not None, path
        return found.text or ""


@dataclass(frozen=True)
class Refusal:
    """What the script says in the place of an answer."""

    text: str
    is_denied: bool = False


def with_shutdown(connection: Any) -> None:
    try:
        connection.shutdown(2)
    except OSError:
        pass
    connection.close()


def _first_pem(text: str) -> str:
    end = "-----END CERTIFICATE-----"
    return text[: text.index(end) + len(end)] + "\n"
