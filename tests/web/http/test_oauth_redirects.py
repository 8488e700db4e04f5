"""Whether the manager catches a browser that comes back, and which one it is."""

from datetime import timedelta

import pytest
from starlette.datastructures import URL

from noroshi.testing import DAWN
from noroshi.web.http.device_codes import MOST as MOST_CODES, Code, Codes
from noroshi.web.http.oauth_redirects import MOST, PATIENCE, ExpectedRedirects, port_for
from tests.sweeps import sweep

BOM = "http://localhost/MxMail/"


class Clock:
    now = DAWN

    def __call__(self):
        return self.now


@sweep(
    ("here", "redirect", "port"),
    [
        pytest.param("http://localhost:7663/mail", BOM, 7663, id="on loopback"),
        pytest.param("http://127.0.0.1:7663/mail", BOM, 7663, id="by another name of it"),
        pytest.param("http://[::1]:7663/mail", BOM, 7663, id="by IPv6"),
        pytest.param(
            "http://localhost:7663/", "http://localhost:8400/cb", None, id="a port of its own"
        ),
        pytest.param(
            "http://127.0.0.1:7663/", "http://localhost:7663/cb", 0, id="this very port"
        ),
        pytest.param("http://localhost/mail", BOM, 80, id="at the port of HTTP"),
        pytest.param("https://localhost:7663/mail", BOM, None, id="by TLS on loopback"),
        pytest.param("https://node.example:7663/", BOM, None, id="from another computer"),
        pytest.param(
            "https://node.example:7663/mail", "https://node.example:7663/back", 0, id="its own"
        ),
        pytest.param(
            "https://node.example/mail",
            "https://node.example/back",
            0,
            id="its own, port left out",
        ),
        pytest.param(
            "https://node.example:7663/", "https://node.example/back", None, id="another port"
        ),
        pytest.param(
            "http://localhost:7663/", "https://localhost:7663/back", None, id="another scheme"
        ),
        pytest.param("https://node.example/", "https://node.example:x/", None, id="no port"),
        pytest.param("http://localhost:1/", "urn:ietf:wg:oauth:2.0:oob", None, id="no address"),
    ],
)
def test_a_redirect_is_caught_where_the_browser_would_find_the_manager(here, redirect, port):
    assert port_for(URL(here), redirect) == port


def expecting(clock, *states, route="m365"):
    returns = ExpectedRedirects(clock)
    for n, state in enumerate(states):
        returns.expect(
            f"https://login.example/?state={state}", BOM, f"key{n}", f"{route}{n}", ""
        )
    return returns


def test_it_is_found_by_path_and_state_and_comes_once():
    returns = expecting(Clock(), "A", "B")
    found = returns.find("/MxMail/", "B")
    assert (found.key, found.route) == ("key1", "m3651")
    assert returns.find("/MxMail", "B") is None and returns.find("/MxMail/", "C") is None
    assert returns.take(found)
    assert not returns.take(found)  # a browser that asks twice at the same moment
    assert returns.find("/MxMail/", "B") is None and returns.find("/MxMail/", "A")


def test_a_page_without_a_state_is_expected_by_nobody():
    returns = ExpectedRedirects(Clock())
    returns.expect("https://login.example/", BOM, "key", "m365", "")
    assert returns.find("/MxMail/", "") is None


def test_nobody_is_expected_for_ever():
    clock = Clock()
    returns = expecting(clock, "A")
    clock.now += PATIENCE + timedelta(seconds=1)
    assert returns.find("/MxMail/", "A") is None


def test_a_new_sign_in_of_a_route_takes_the_earlier_one_s_place():
    returns = ExpectedRedirects(Clock())
    for state in ("A", "B"):
        returns.expect(f"https://login.example/?state={state}", BOM, "key", "m365", "")
    assert returns.find("/MxMail/", "A") is None and returns.find("/MxMail/", "B")


def test_only_so_many_are_kept_in_memory():
    returns = expecting(Clock(), *(f"S{n}" for n in range(MOST + 1)))
    assert returns.find("/MxMail/", "S0") is None and returns.find("/MxMail/", f"S{MOST}")
    codes, code = Codes(), Code("C", "https://login.example/", DAWN, 5)
    for n in range(MOST_CODES + 1):
        codes.keep("key", f"r{n}", code)
    assert codes.code_of("key", "r0") is None and codes.code_of("key", f"r{MOST_CODES}") == code
    assert codes.code_of("other", f"r{MOST_CODES}") is None
