"""What is taken out of whatever leaves this computer for support, and what stays readable."""

import json

import pytest

from noroshi.cli.handlers.redaction import Redactor, redact_settings
from tests.sweeps import sweep

CANARY = "canary7Q8xZ4Lm"
TEXTS = [
    pytest.param(f"GET https://user:{CANARY}@host/", id="a URL's user"),
    pytest.param(f"https://host/x?sig={CANARY}&a=b", id="a query's signature"),
    pytest.param(f"http://localhost/?code={CANARY}&state=1", id="a pasted address"),
    pytest.param(f"https://host/error?code=12345{CANARY}", id="a code that is no number"),
    pytest.param(f"Authorization: Bearer {CANARY}", id="a header"),
    pytest.param(f"a token eyJ0eXAiOiJ.{CANARY}.{CANARY}", id="a JWT"),
    pytest.param(f"client_secret={CANARY}", id="a form's field"),
    pytest.param(f"/opt/x --password {CANARY} --host a", id="an option and its value"),
    pytest.param(f"/opt/x --api-key={CANARY}", id="an option with its value"),
    pytest.param(f"password = '{CANARY}'", id="a setting"),
    pytest.param(f'{{"client_secret": "{CANARY} x"}}', id="a field of JSON"),
    pytest.param(f'/opt/x --password "a {CANARY}"', id="an option with blanks"),
]
VALUES = [
    pytest.param({"env": {"PGPASSWORD": CANARY, "X": CANARY}}, id="an environment"),
    pytest.param({"argv": ["/opt/x", "--password", CANARY]}, id="an argument"),
    pytest.param({"argv": ["/opt/x", f"--token={CANARY}"]}, id="an argument with its value"),
    pytest.param({"argv": ["/bin/sh", "-c", f"x --secret {CANARY}"]}, id="a shell's line"),
    pytest.param({"options": {"password": f"{CANARY} !"}}, id="what is no entry's name"),
    pytest.param({"options": {"url": f"https://hooks.example/s/{CANARY}"}}, id="a hook"),
    pytest.param({"beat": f"https://beat.example/{CANARY}"}, id="a sign of life"),
    pytest.param({"argv": ("/opt/x", "--password", CANARY)}, id="an answer without a node"),
    pytest.param([{"deep": [[f"https://u:{CANARY}@host/"]]}], id="deep within"),
]


@sweep("text", TEXTS)
def test_what_looks_like_a_secret_is_taken_out_of_a_text(text):
    assert CANARY not in Redactor().log(text)


@pytest.mark.parametrize("value", VALUES)
def test_what_looks_like_a_secret_is_taken_out_of_a_value(value):
    assert CANARY not in json.dumps(Redactor().value(value))


@pytest.mark.parametrize(
    "text",
    [
        "SIGN-IN of alerts@contoso.example needs somebody: AADSTS7000222",
        "535 5.7.3 Authentication unsuccessful [AM0PR06CA0126.eurprd06.prod.outlook.com]",
        "https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token answers 400",
        "更新トークンで更新できました",
        "see https://login.microsoftonline.com/error?code=7000215",
        "  ✓ Token  ok  22 ms  renewed with the refresh token, valid for 75 min",
        "  ✓ Key    ok   3 ms  decrypts all 7 entries (file /var/lib/noroshi/key)",
        "Put the password in: noroshi secret set relay",
        "the exit code is 1; key: /etc/noroshi/key",
    ],
)
def test_what_is_none_stays_as_it_is(text):
    assert Redactor().log(text) == text


def test_the_name_of_an_entry_and_the_host_of_a_hook_stay():
    value = {"secret": "m365-secret", "url": "https://hooks.example/s/x", "port": 587}
    told = Redactor().value(value)
    assert told == {"secret": "m365-secret", "url": "https://hooks.example/…", "port": 587}


def test_addresses_are_masked_if_that_is_wanted_and_the_same_one_in_the_same_way():
    redacting = Redactor(addresses=True)
    told = redacting.value(
        {"to": ["Aki@Example.com", "bo@example.com"], "from": "aki@example.com"}
    )
    assert told["to"] == ["address-1@masked.invalid", "address-2@masked.invalid"]
    assert told["from"] == "address-1@masked.invalid"


URL = "https://beat.example/CANARY"


@pytest.mark.parametrize(
    "text",
    [
        f'beat = "{URL}"',
        f"beat='{URL}'",
        f'"beat" = "{URL}"',
        f'beat = """\n{URL}"""',
        'beat = "https://beat.example/\\u0043ANARY"',
        f'beat = "{URL}" # {URL}',
        f'# beat = "{URL}"',
        f'beat = "{URL}"\nno toml',
        f'no toml\nbeat = """\n{URL}',
    ],
)
def test_the_url_of_the_sign_of_life_is_never_told_however_it_is_written(text):
    told = redact_settings(f'name = "node"\n{text}\n[web]\nport = 7663\n', Redactor())
    assert "CANARY" not in told and "name = " in told


@pytest.mark.parametrize(
    "part",
    [
        *(
            "-",
            "a",
            "a-",
            "é",
            "-secret",
            "--token ",
            "eyJabcdefgh-",
            "eyJabcdefgh.",
            "a.",
            "a@",
        ),
        *("a://", "?secret", "bearer ", 'password="', "password='", "api-key-", " ", "token\t"),
    ],
)
def test_a_line_of_a_quarter_of_a_megabyte_is_read_once(part):
    """From each of its letters on it would take hours."""
    text = part * (250_000 // len(part)) + f"\npassword={CANARY}"
    redactor = Redactor(addresses=True)
    for told in (redactor.log(text), *redactor.value({"url": text, "argv": [text]}).values()):
        assert len(told) < 2 * len(text)


@pytest.mark.parametrize(
    "text",
    [
        "the password expired",
        "client secret: ",
        "an api-key was sent",
        "a@b",
        "x://host",
        "a-b c",
    ],
)
def test_what_only_looks_like_a_secret_stays(text):
    assert Redactor(addresses=True).log(text) == text
