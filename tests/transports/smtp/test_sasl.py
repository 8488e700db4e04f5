from __future__ import annotations

from base64 import b64decode

import pytest

from noroshi.transports.smtp.sasl import (
    cram_md5,
    login,
    oauthbearer,
    plain,
    prepare_password,
    xoauth2,
)

USER, TOKEN = "test@contoso.onmicrosoft.com", "EwBAAl3BAAUFFpUAo7J3Ve0bjLBWZWCclRC3EoAA"


def test_xoauth2_is_byte_for_byte_what_microsoft_documents():
    assert xoauth2(USER, TOKEN) == (
        b"dXNlcj10ZXN0QGNvbnRvc28ub25taWNyb3NvZnQuY29tAWF1dGg9QmVhcmVyIEV3QkFBbDNCQUFVRkZwVUF"
        b"vN0ozVmUwYmpMQldaV0NjbFJDM0VvQUEBAQ=="
    )


def test_oauthbearer_is_byte_for_byte_as_rfc_7628_builds_it():
    assert oauthbearer(USER, TOKEN, "smtp.example", 587) == (
        b"bixhPXRlc3RAY29udG9zby5vbm1pY3Jvc29mdC5jb20sAWhvc3Q9c210cC5leGFtcGxlAXBvcnQ9NTg3AWF1"
        b"dGg9QmVhcmVyIEV3QkFBbDNCQUFVRkZwVUFvN0ozVmUwYmpMQldaV0NjbFJDM0VvQUEBAQ=="
    )


def test_a_name_s_commas_and_equal_signs_do_not_end_it():
    said = b64decode(oauthbearer("a=b,c@x", "t", "h", 1))
    assert said.startswith(b"n,a=a=3Db=2Cc@x,\x01host=h\x01")


def test_a_long_token_stays_on_one_line():
    said = xoauth2(USER, "t" * 8000)
    assert b"\n" not in said
    assert b64decode(said).endswith(b"t" * 8000 + b"\x01\x01")


def test_plain_is_as_rfc_4616_has_it():
    assert b64decode(plain("tim", "tanstaaftanstaaf")) == b"\0tim\0tanstaaftanstaaf"


def test_login_says_the_user_then_the_password():
    assert [b64decode(said) for said in login("tim", "秘密")] == [b"tim", "秘密".encode()]


def test_cram_md5_is_byte_for_byte_the_example_of_rfc_2195():
    challenge = "PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+"
    said = cram_md5("tim", "tanstaaftanstaaf", challenge)
    assert b64decode(said) == b"tim b913a602c7eda7a495b4e6e7334d3890"


def test_a_challenge_that_is_no_base64_is_an_error():
    with pytest.raises(ValueError, match="base64"):
        cram_md5("tim", "x", "***")


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        pytest.param("pass", "pass", id="ASCII stays"),
        pytest.param("u\u0308ber", "über", id="letters are composed"),
        pytest.param("a\u3000b\u00a0c", "a b c", id="blanks become plain"),
        pytest.param("Ａｱ①", "Ａｱ①", id="width is kept"),
    ],
)
def test_a_password_is_prepared_as_rfc_8265_has_it(typed, sent):
    assert prepare_password(typed) == sent
