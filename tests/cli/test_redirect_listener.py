"""Listening for the browser: on both loopback addresses, for one path, once, with the right state."""

from __future__ import annotations

import http.client
import re
import socket
import threading

import psutil
import pytest

from noroshi.cli.redirect_listener import (
    CLOSE_IT,
    GO_BACK,
    NOT_THIS,
    ONCE_ONLY,
    Listener,
    NoPortError,
)
from noroshi.core.translation import bilingual
from tests.ports import free_port

REDIRECT = "http://localhost/MxMail/"
PAGE = "https://login.example.com/authorize?state=St_4te&client_id=c"
RIGHT = "/MxMail/?code=canary-code&state=St_4te&session_state=x"
DONE = bilingual(
    en="Route “m365” is <signed> in.", ja="経路「m365」のサインインが完了しました。"
)


@pytest.fixture(params=["en"])
def listener(request):
    with Listener(request.param) as found:
        found.expect(REDIRECT, PAGE)
        yield found


def asked(listener, target, method="GET", host="127.0.0.1"):
    """What is answered: status, headers, page."""
    connection = http.client.HTTPConnection(host, listener.port, timeout=30)
    try:
        connection.request(method, target)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()
    finally:
        connection.close()


def in_a_browser(listener, target, host="127.0.0.1"):
    """A browser that waits for its page; gives the page once it is there."""
    found = []
    thread = threading.Thread(target=lambda: found.append(asked(listener, target, host=host)))
    thread.start()

    def page():
        thread.join()
        return found[0]

    return page


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_the_browser_may_come_by_either_address(listener, host):
    page = in_a_browser(listener, RIGHT, host)
    assert listener.wait(60) == RIGHT
    listener.answer(DONE, finished=True)
    status, _, text = page()
    assert status == 200 and "&lt;signed&gt; in." in text and CLOSE_IT.en in text


def test_what_somebody_should_know_stands_on_the_page_too(listener):
    page = in_a_browser(listener, RIGHT)
    listener.wait(60)
    other = bilingual(en="Caution: aki signed in.", ja="注意: サインインしたのは aki です。")
    listener.answer(DONE, other, finished=True)
    assert other.en in page()[2]


@pytest.mark.parametrize("listener", ["ja"], indirect=True)
def test_the_page_is_in_the_person_s_language_and_has_no_script(listener):
    page = in_a_browser(listener, RIGHT)
    listener.wait(60)
    listener.answer(DONE, finished=False)
    _, headers, text = page()
    assert DONE.ja in text and GO_BACK.ja in text and '<html lang="ja">' in text
    assert not re.search(r"<script|\son\w+=|src=|href=", text, re.IGNORECASE)
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert (
        headers["Referrer-Policy"] == "no-referrer" and headers["Cache-Control"] == "no-store"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "canary" not in text


@pytest.mark.parametrize(
    "target",
    [
        pytest.param("/MxMail/?code=c&state=other", id="another state"),
        pytest.param("/MxMail/?code=c&state=St_4t", id="a state that is cut off"),
        pytest.param("/MxMail/?code=c", id="no state"),
        pytest.param("/MxMail/", id="no query"),
        pytest.param("/mxmail/?code=c&state=St_4te", id="another case"),
        pytest.param("/MxMail?code=c&state=St_4te", id="no slash at its end"),
        pytest.param("/favicon.ico", id="what browsers ask for by themselves"),
        pytest.param("/../MxMail/?code=c&state=St_4te", id="a way round"),
    ],
)
def test_nothing_else_is_answered_and_nothing_of_it_is_taken(listener, target):
    status, _, text = asked(listener, target)
    assert status == 404 and NOT_THIS.en in text
    assert listener.wait(0.01) is None


@pytest.mark.parametrize("method", ["POST", "HEAD", "PUT", "OPTIONS"])
def test_no_other_method_is_answered(listener, method):
    status, _, text = asked(listener, RIGHT, method)
    assert status == 501 and "canary" not in text
    assert listener.wait(0.01) is None


def test_the_right_one_is_taken_once(listener):
    page = in_a_browser(listener, RIGHT)
    assert listener.wait(60) == RIGHT
    status, _, text = asked(listener, RIGHT)
    assert status == 410 and ONCE_ONLY.en in text
    listener.answer(DONE, finished=True)
    assert page()[0] == 200
    assert asked(listener, RIGHT)[0] == 410
    assert listener.wait(0.01) is None


def test_a_refusal_at_the_page_comes_back_too(listener):
    page = in_a_browser(listener, "/MxMail/?error=access_denied&state=St_4te")
    assert listener.wait(60) == "/MxMail/?error=access_denied&state=St_4te"
    listener.answer(DONE, finished=False)
    assert page()[0] == 200


def test_whoever_connects_and_says_nothing_holds_nobody_up(listener):
    with socket.create_connection(("127.0.0.1", listener.port)) as silent:
        silent.sendall(b"GET /MxMail/?co")
        page = in_a_browser(listener, RIGHT)
        assert listener.wait(60) == RIGHT
        listener.answer(DONE, finished=True)
        assert page()[0] == 200


def test_nobody_came_in_time(listener):
    assert listener.wait(0.01) is None


def test_before_a_sign_in_is_begun_nothing_is_right():
    with Listener("en") as early:
        assert asked(early, "/?state=")[0] == 404


def test_only_this_computer_reaches_it(listener):
    assert listened_to(listener.port) == {"127.0.0.1", "::1"}


def test_the_code_is_written_nowhere(listener, capfd):
    page = in_a_browser(listener, RIGHT)
    listener.wait(60)
    listener.answer(DONE, finished=True)
    page()
    asked(listener, "/" + "x" * 70_000)
    out, err = capfd.readouterr()
    assert out == err == ""


def listened_to(port):
    """By which addresses this process does so."""
    open_ones = psutil.Process().net_connections(kind="tcp")
    ours = (one for one in open_ones if one.status == psutil.CONN_LISTEN)
    return {one.laddr.ip for one in ours if one.laddr.port == port}


def test_nobody_listens_afterwards():
    with Listener("en") as listener:
        port = listener.port
        assert listened_to(port) == {"127.0.0.1", "::1"}
    assert listened_to(port) == set()


def test_it_listens_at_the_very_port_that_it_is_told():
    port = free_port()
    with Listener("en", port) as listener:
        assert listener.port == port
        listener.expect(f"http://localhost:{port}/MxMail/", PAGE)
        for host in ("127.0.0.1", "::1"):
            assert asked(listener, "/favicon.ico", host=host)[0] == 404


@pytest.mark.parametrize(
    ("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]
)
def test_a_port_that_another_program_has_is_told(family, host):
    with socket.socket(family) as other:
        other.bind((host, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(NoPortError) as caught:
            Listener("en", port)
    assert (
        f"port {port} of" in caught.value.words.en and "without --here" in caught.value.words.en
    )


@pytest.mark.parametrize(
    ("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]
)
def test_no_other_program_can_take_the_port_meanwhile(listener, family, host):
    """On Windows, SO_REUSEADDR would let it."""
    with socket.socket(family) as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with pytest.raises(OSError):
            other.bind((host, listener.port))
