"""What a page is to answer, and where an answer leads: a table."""

from dataclasses import replace

import pytest

from noroshi.core.http_expectations import (
    BAD_HEADER,
    BAD_VALUE,
    IN_A_CIRCLE,
    IN_IT,
    INTO_THE_CLEAR,
    NEEDS_A_COOKIE,
    NO_TARGET,
    NO_URL,
    NOT_IN_IT,
    OTHER_STATUS,
    PACKED,
    SECRET_HEADER,
    TOO_FAR,
    TOO_MANY_HEADERS,
    WITH_USER,
    Page,
    PageExpectation,
    fault_of,
    header_fault,
    match_text,
    mismatch,
    origin_of,
    phrase,
    redirect_target,
)
from tests.sweeps import sweep

HERE = "https://www.example.com/a/b?c=d"


def beginning(words):
    """What stands before the first place to fill, of a sentence that was not filled."""
    return words.en.partition("{")[0]


def is_of(words, about):
    """Whether it is that sentence, its places filled."""
    return words.id == about.id


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com",
        "https://example.com/",
        "HTTPS://Example.COM/health?full=1&x=%20",
        "http://192.0.2.7:8080/",
        "http://[2001:db8::1]:8080/x",
        "http://[::ffff:192.0.2.7]:/",
        "http://a_b.intra/",
        "https://xn--wgv71a119e.jp/",
    ],
)
def test_what_can_be_asked_for(url):
    assert fault_of(url) is None


@sweep(
    "url",
    [
        "",
        "example.com",
        "//example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://",
        "http:///x",
        "http://:80/",
        "http://example.com:0/",
        "http://example.com:99999/",
        "http://example.com:x/",
        "http://[::1/",
        "http://[fe80::1%25eth0]/",
        "http://[::1]x/",
        "http://x[::1]/",
        "http://[::1]x:80/",
        "http://[v1.a]/",
        "http://[1::2::3]/",
        "http://[192.0.2.7]/",
        "http://2001:db8::1/",
        "http://.example.com/",
        "http://exa mple.com/",
        "http://example.com/a b",
        "http://example.com/\r\nX-Evil: 1",
        "http://exam\nple.com/",
        " http://example.com/",
        "http://example.com/\t",
        "http://example.com/\0",
        "http://example.com/#part",
        "http://example.com\\@evil.example/",
        "http://日本語.jp/",
        "http://example.com/日本",
        "http://example.com/" + "x" * 2000,
    ],
)
def test_what_cannot(url):
    assert fault_of(url) in (NO_URL, WITH_USER)


@pytest.mark.parametrize(
    "url",
    [
        "https://me:secret@example.com/",
        "https://me@example.com/",
        "https://@example.com/",
        "https://:secret@example.com/",
        "https://example.com:443@evil.example/",
    ],
)
def test_a_user_s_name_or_password_is_no_part_of_it_and_is_not_repeated(url):
    assert fault_of(url) == WITH_USER


@sweep(
    ("headers", "fault"),
    [
        ({}, None),
        ({"Accept-Language": "ja", "X-Probe": ""}, None),
        ({"X Y": "1"}, BAD_HEADER),
        ({"": "1"}, BAD_HEADER),
        ({"X-A\r\nX-B": "1"}, BAD_HEADER),
        ({"X:": "1"}, BAD_HEADER),
        ({"Host": "elsewhere.example"}, BAD_HEADER),
        ({"content-LENGTH": "5"}, BAD_HEADER),
        ({"Transfer-Encoding": "chunked"}, BAD_HEADER),
        ({"Connection": "keep-alive"}, BAD_HEADER),
        ({"Accept-Encoding": "gzip"}, BAD_HEADER),
        ({"Authorization": "Bearer x"}, SECRET_HEADER),
        ({"Proxy-Authorization": "x"}, SECRET_HEADER),
        ({"Cookie": "a=b"}, SECRET_HEADER),
        ({"X-Api-Key": "x"}, SECRET_HEADER),
        ({"X-Auth-Token": "x"}, SECRET_HEADER),
        ({"X-Functions-Key": "x"}, SECRET_HEADER),
        ({"Ocp-Apim-Subscription-Key": "x"}, SECRET_HEADER),
        ({"X-Auth-Key": "x"}, SECRET_HEADER),
        ({"Private-Key": "x"}, SECRET_HEADER),
        ({"X_Key2": "x"}, SECRET_HEADER),
        ({"X-Session-Id": "x"}, SECRET_HEADER),
        ({"X-SessionId": "x"}, SECRET_HEADER),
        ({"X-Signature": "x"}, SECRET_HEADER),
        ({"X-Hub-Signature-256": "x"}, SECRET_HEADER),
        ({"Auth": "x"}, SECRET_HEADER),
        ({"X-Author": "x", "X-Monkey": "x", "Keyboard": "x"}, None),
        ({"X-A": "a\r\nX-B: b"}, BAD_VALUE),
        ({"X-A": "a\nb"}, BAD_VALUE),
        ({"X-A": "日本"}, BAD_VALUE),
        ({"X-A": "x" * 1001}, BAD_VALUE),
        ({f"X-{n}": "" for n in range(21)}, TOO_MANY_HEADERS),
    ],
)
def test_which_headers_may_be_sent(headers, fault):
    found = header_fault(headers)
    assert found is None if fault is None else is_of(found, fault)


@sweep(
    ("expected", "page", "fault"),
    [
        (PageExpectation(), Page(status=200), None),
        (PageExpectation(), Page(status=204), None),
        (PageExpectation(), Page(status=302), None),
        (PageExpectation(), Page(status=399), None),
        (PageExpectation(), Page(status=199), OTHER_STATUS),
        (PageExpectation(), Page(status=404), OTHER_STATUS),
        (PageExpectation(), Page(status=503), OTHER_STATUS),
        (PageExpectation(statuses=(401,)), Page(status=401), None),
        (PageExpectation(statuses=(401, 403)), Page(status=200), OTHER_STATUS),
        (
            PageExpectation(needed_texts=("ok", "well")),
            Page(status=200, text=b"all ok and well"),
            None,
        ),
        (
            PageExpectation(needed_texts=("ok", "well")),
            Page(status=200, text=b"all ok"),
            NOT_IN_IT,
        ),
        (PageExpectation(needed_texts=("OK",)), Page(status=200, text=b"ok"), NOT_IN_IT),
        (
            PageExpectation(needed_texts=("正常",)),
            Page(status=200, text="状態: 正常".encode()),
            None,
        ),
        (PageExpectation(forbidden_texts=("error",)), Page(status=200, text=b"all ok"), None),
        (
            PageExpectation(forbidden_texts=("warn", "error")),
            Page(status=200, text=b"an error"),
            IN_IT,
        ),
        (PageExpectation(needed_texts=("ok",)), Page(status=500, text=b""), OTHER_STATUS),
        (
            PageExpectation(needed_texts=("ok",)),
            Page(status=200, text=b"ok", coding="gzip"),
            PACKED,
        ),
        (PageExpectation(forbidden_texts=("x",)), Page(status=200, coding="br"), PACKED),
        (PageExpectation(), Page(status=200, coding="gzip"), None),
    ],
)
def test_what_is_not_as_it_was_to_be(expected, page, fault):
    found = mismatch(expected, page, "www.example.com:443")
    assert found is None if fault is None else is_of(found, fault)


def test_where_a_text_was_cut_the_beginning_is_spoken_of():
    page = Page(status=200, text=b"x" * 2048, cut_after=2048)
    found = mismatch(PageExpectation(needed_texts=("ok",)), page, "x")
    assert "(only the first 2 KiB were read)" in found.en and "先頭の 2 KiB" in found.ja


def test_where_a_text_was_cut_that_a_word_is_not_in_it_is_said_of_the_beginning_alone():
    cut = Page(status=200, text=b"x" * 2048, cut_after=2048)
    found = match_text(PageExpectation(forbidden_texts=("error",)), cut, "x")
    assert "(only the first 2 KiB were read)" in found.en and "先頭の 2 KiB" in found.ja
    for expected, page in (
        (PageExpectation(needed_texts=("x",)), cut),
        (PageExpectation(forbidden_texts=("error",)), replace(cut, cut_after=0)),
    ):
        assert match_text(expected, page, "x").en == "x answered 200 OK"


@sweep(
    ("status", "location", "there"),
    [
        (301, "/login", "https://www.example.com/login"),
        (302, "x", "https://www.example.com/a/x"),
        (303, "?e=f", "https://www.example.com/a/b?e=f"),
        (307, "//other.example/", "https://other.example/"),
        (308, "https://other.example:8443/#top", "https://other.example:8443/"),
        (302, "", None),
        (200, "/login", None),
        (304, "/login", None),
        (300, "/login", None),
        (302, "http://www.example.com/", INTO_THE_CLEAR),
        (302, HERE, IN_A_CIRCLE),
        (302, "https://www.example.com/first", IN_A_CIRCLE),
        (302, "ftp://www.example.com/", NO_TARGET),
        (302, "javascript:alert(1)", NO_TARGET),
        (302, "https://me:x@www.example.com/", NO_TARGET),
        (302, "https://[::1/", NO_TARGET),
        (302, "https://[::1]x/", NO_TARGET),
        (302, "https://x[::1]/", NO_TARGET),
        (302, "/日本", NO_TARGET),
        (302, "/a b", NO_TARGET),
    ],
)
def test_where_an_answer_leads(status, location, there):
    found = redirect_target(HERE, status, location, ["https://www.example.com/first"], 5)
    assert found == there if there is None or isinstance(there, str) else is_of(found, there)


def test_where_a_cookie_was_set_on_the_way_a_circle_is_no_mistake_of_the_server_s():
    found = redirect_target(HERE, 302, HERE, [], 5, cookie=True)
    assert is_of(found, NEEDS_A_COOKIE) and "Cookie を保持しません" in found.ja
    assert redirect_target(HERE, 302, "/x", [], 5, cookie=True) == "https://www.example.com/x"


def test_it_leads_nowhere_where_no_redirect_is_followed_and_no_further_than_that_many():
    assert redirect_target(HERE, 302, "/x", [], 0) is None
    assert (
        redirect_target(HERE, 302, "/x", ["https://a.example/"], 2)
        == "https://www.example.com/x"
    )
    assert is_of(redirect_target(HERE, 302, "/x", ["https://a.example/"], 1), TOO_FAR)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a.example/x", "https://A.example:443/y", True),
        ("http://a.example/", "http://a.example:80/", True),
        ("https://a.example/", "http://a.example/", False),
        ("https://a.example/", "https://a.example:8443/", False),
        ("https://a.example/", "https://b.a.example/", False),
    ],
)
def test_what_is_one_origin(one, other, same):
    assert (origin_of(one) == origin_of(other)) is same


def test_a_status_is_told_by_the_name_that_people_know():
    assert (phrase(404), phrase(299)) == ("404 Not Found", "299")
