from __future__ import annotations

from base64 import b64decode

from noroshi.transports.sasl import xoauth2

USER, TOKEN = "test@contoso.onmicrosoft.com", "EwBAAl3BAAUFFpUAo7J3Ve0bjLBWZWCclRC3EoAA"


def test_xoauth2_is_byte_for_byte_what_microsoft_documents():
    assert xoauth2(USER, TOKEN) == (
        b"dXNlcj10ZXN0QGNvbnRvc28ub25taWNyb3NvZnQuY29tAWF1dGg9QmVhcmVyIEV3QkFBbDNCQUFVRkZwVUF"
        b"vN0ozVmUwYmpMQldaV0NjbFJDM0VvQUEBAQ=="
    )


def test_a_long_token_stays_on_one_line():
    said = xoauth2(USER, "t" * 8000)
    assert b"\n" not in said
    assert b64decode(said).endswith(b"t" * 8000 + b"\x01\x01")
