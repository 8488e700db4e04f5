"""What the system says of an error, in the reader's language."""

import errno
import socket
import ssl

import pytest

from noroshi.core.translation import bilingual, plain
from noroshi.knowledge.os_errors import cause_text, os_errors


def test_an_error_of_the_system_is_told_in_both_languages(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        (tmp_path / "nothing").read_bytes()
    assert cause_text(caught.value) == bilingual(
        en="No such file or directory", ja="ファイルまたはフォルダーがありません"
    )


def test_a_name_that_nobody_knows_is_told_in_both_languages():
    with pytest.raises(socket.gaierror) as caught:
        socket.getaddrinfo("nowhere.invalid", 25)
    told = cause_text(caught.value)
    assert told.en == "Name or service not known" and told.ja != told.en


@pytest.mark.parametrize(
    "number", [socket.EAI_NONAME, socket.EAI_NODATA, socket.EAI_AGAIN, socket.EAI_FAIL]
)
def test_what_a_resolver_says_has_words(number):
    told = cause_text(socket.gaierror(number, "whatever its own is"))
    assert told.en and told.ja != told.en and told.en != "whatever its own is"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("embedded null byte"), "embedded null byte"),
        (OSError("no number at all"), "no number at all"),
        (OSError(errno.ENOTTY, "Inappropriate ioctl"), "Inappropriate ioctl"),
        (TimeoutError(), "TimeoutError"),
    ],
)
def test_what_has_no_words_of_ours_keeps_its_own(error, said):
    assert cause_text(error) == plain(said)


def test_a_resolver_that_says_something_else_keeps_its_own():
    assert cause_text(socket.gaierror(socket.EAI_FAMILY, "no such family")) == plain(
        "no such family"
    )


def test_openssl_keeps_its_own_words():
    assert cause_text(ssl.SSLError(1, "[SSL] PEM lib")) == plain("[SSL] PEM lib")


def test_no_number_stands_for_nothing():
    for words in os_errors().values():
        assert all(one.en and one.ja for one in words.values()) and 0 not in words
