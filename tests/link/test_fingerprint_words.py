"""Fingerprints in words: each byte has one word, in each language."""

import hashlib

import pytest

from noroshi.core.translation import LANGUAGES
from noroshi.link.agent_key import PrivateKey
from noroshi.link.fingerprint_words import (
    WORDS,
    digest_of,
    fingerprint_digits,
    fingerprint_words,
)
from noroshi.link.join_code import spki_pin


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_byte_has_a_word_of_its_own_in_each_language(language):
    words = WORDS.say(language).split()
    assert len(words) == len(set(words)) == 256
    assert max(map(len, words)) <= 9


def test_the_lists_are_those_of_the_first_version():
    """The other side of a comparison may be of any version."""
    lists = "\n".join(WORDS.say(language) for language in LANGUAGES)
    assert hashlib.sha256(lists.encode()).hexdigest() == (
        "b8d4f88d16e7546ec0fe364bada417f37577637c95ab717515a5e9c740a7ff1a"
    )


def test_english_words_differ_within_their_first_four_letters():
    words = WORDS.en.split()
    assert len({word[:4] for word in words}) == 256


def test_a_fingerprint_reads_as_its_first_eight_bytes():
    digest = bytes([0, 1, 255, 254, 0, 1, 2, 3]) + bytes(24)
    assert fingerprint_words(digest, "en") == (
        "acorn",
        "amber",
        "zebra",
        "yogurt",
        "acorn",
        "amber",
        "anchor",
        "angel",
    )
    assert fingerprint_words(digest, "ja")[:3] == ("どんぐり", "こはく", "しまうま")


def test_digits_are_as_openssl_prints_them():
    assert fingerprint_digits(b"\x3c\x91\x0e") == "3C:91:0E"


def test_a_thumbprint_is_the_digest_that_it_writes():
    thumbprint = PrivateKey.create().thumbprint
    assert len(digest_of(thumbprint)) == len(spki_pin(b"a")) == 32


def test_a_text_that_is_no_thumbprint_has_no_words():
    assert digest_of("no thumbprint!") == b""
    assert fingerprint_words(b"", "en") == ()
