"""`noroshi authorize` as a person meets it: at a terminal, and in a script."""

import asyncio
import os
from urllib.parse import parse_qs, urlsplit

import pytest

from noroshi.core.translation import bilingual
from noroshi.oauth.provider import SignInError
from noroshi.ports import Document
from tests.cli.command_process import a_node, typed
from tests.ports import free_port
from tests.service.harness import AKI, CANARY, CONTENT, GIVEN, OLD_SECRET, Harness, documents

GOOD = "http://localhost/MxMail/?code=good&state=S&session_state=x"
BAD = "http://localhost/MxMail/?code=bad&state=S&session_state=x"


@pytest.fixture
async def harness(tmp_path):
    found = Harness()
    await found.service.definitions.apply(AKI, tuple(Document(**one) for one in documents()))
    async with a_node(tmp_path, found.service):
        yield found


async def test_a_person_is_led_through_and_may_err(harness, tmp_path, terminal):
    async with terminal(tmp_path, "authorize", "m365") as person:
        await person.type("Client secret: ", "0f8fad5b-d9cb-469f-a165-70867728950e\n")
        await person.until("This looks like the Secret ID")
        await person.type("Client secret: ", f"{CANARY}\n")
        await person.until("https://login.example.com/")
        await person.type("URL: ", f"{BAD}\n")
        await person.until("The code was refused")
        await person.type("URL: ", "http://localhost/MxMail/?code=go\nod&state=S\n")
        await person.until("Route “m365” is signed in")
        assert await person.process.wait() == 0
    assert CANARY not in person.seen
    assert harness.server.asked == [CANARY, CANARY]


async def test_a_person_is_asked_again_for_a_secret_that_has_ended(harness, tmp_path, terminal):
    await harness.service.sign_in.set_secret(AKI, "app", OLD_SECRET)
    async with terminal(tmp_path, "authorize", "m365") as person:
        await person.type("URL: ", f"{GOOD}\n")
        await person.until("The client secret has expired")
        await person.type("Client secret: ", f"{CANARY}\n")
        await person.until("Route “m365” is signed in")
        assert await person.process.wait() == 0
    assert harness.server.asked == [OLD_SECRET, CANARY, CANARY]  # on trial, and then for good


async def test_a_script_is_told_how_to_give_another_secret(harness, tmp_path):
    await harness.service.sign_in.set_secret(AKI, "app", OLD_SECRET)
    told = await typed("authorize", "m365", "--lang", "ja", home=tmp_path, given=GOOD)
    assert told.code == 1
    assert (
        "正しい値を入力してください: noroshi authorize m365 --secret-file ファイル" in told.err
    )


async def test_a_secret_that_was_kept_is_not_called_no_change(harness, tmp_path):
    (tmp_path / "secret").write_text(CANARY)
    argv = ("authorize", "m365", "--secret-file", str(tmp_path / "secret"))
    told = await typed(*argv, home=tmp_path)
    assert (told.code, told.err) == (
        3,
        "Nothing was entered, so the sign-in was not completed.\n",
    )
    assert "app" in await harness.vault.names()


async def test_in_a_script_secret_and_address_come_from_files(harness, tmp_path):
    (tmp_path / "secret").write_text(f"{CANARY}\n")
    (tmp_path / "url").write_text("http://localhost/MxMail/?code=good\r\n&state=S\r\n")
    argv = ("--secret-file", str(tmp_path / "secret"), "--url-file", str(tmp_path / "url"))
    told = await typed("authorize", "m365", *argv, "--lang", "ja", home=tmp_path)
    assert (told.code, told.err) == (0, "")
    assert "経路「m365」のサインインが完了しました" in told.out


async def test_a_secret_from_notepad_is_kept_without_its_mark(harness, tmp_path):
    (tmp_path / "secret").write_text(CANARY, encoding="utf-8-sig")
    argv = ("authorize", "m365", "--secret-file", str(tmp_path / "secret"))
    told = await typed(*argv, home=tmp_path, given=GOOD)
    assert told.code == 0 and harness.server.asked == [CANARY]


async def test_the_address_may_come_by_a_pipe(harness, tmp_path):
    await harness.service.sign_in.set_secret(AKI, "app", CANARY)
    told = await typed("authorize", "m365", home=tmp_path, given=GOOD)
    assert told.code == 0 and "Waiting messages" not in told.out


async def test_a_sign_in_says_how_many_mails_go_out(harness, tmp_path):
    await harness.service.sign_in.set_secret(AKI, "app", CANARY)
    await harness.service.queue.send(AKI, ("ops",), "s", "t", ("m365",))
    told = await typed("authorize", "m365", home=tmp_path, given=GOOD)
    assert "Sending 1 waiting message now. To test it:" in told.out


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "aki@example.com signed in, not noroshi@example.com"),
        ("ja", "サインインしたのは aki@example.com ですが"),
    ],
)
async def test_who_signs_in_as_somebody_else_is_told_so_at_once(
    harness, tmp_path, language, words
):
    harness.server.user = "aki@example.com"
    await harness.service.sign_in.set_secret(AKI, "app", CANARY)
    told = await typed("authorize", "m365", "--lang", language, home=tmp_path, given=GOOD)
    assert told.code == 0 and words in told.out
    assert "noroshi authorize m365" in told.out
    give = "Add-RecipientPermission noroshi@example.com -Trustee aki@example.com"
    assert give in told.out and "Add-MailboxPermission" in told.out


async def test_the_account_s_own_mailbox_is_told_of_by_name_alone(harness, tmp_path):
    harness.server.user = "Noroshi@Example.com"
    await harness.service.sign_in.set_secret(AKI, "app", CANARY)
    told = await typed("authorize", "m365", home=tmp_path, given=GOOD)
    assert "is signed in as Noroshi@Example.com" in told.out and "Caution" not in told.out


@pytest.mark.parametrize(
    ("given", "told"),
    [
        pytest.param(BAD, "The code was refused.", id="refused by the provider"),
        pytest.param(
            "http://localhost/MxMail/?code=good", "The URL is incomplete.", id="cut off"
        ),
        pytest.param("hello", "not the URL of a finished sign-in", id="something else"),
        pytest.param("", "Nothing was entered", id="nothing"),
    ],
)
async def test_a_script_is_told_what_is_wrong_with_the_address(harness, tmp_path, given, told):
    await harness.service.sign_in.set_secret(AKI, "app", CANARY)
    answer = await typed("authorize", "m365", home=tmp_path, given=given)
    assert answer.code in (1, 3) and told in answer.err


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        pytest.param(("m356",), 5, id="no such route"),
        pytest.param(("plain",), 5, id="no sign-in needed"),
        pytest.param(("m365",), 3, id="no secret, and no terminal to ask at"),
        pytest.param(("m365", "--secret-file", "/nonexistent"), 3, id="no such file"),
        pytest.param(("m365", "--secret-file", "-", "--url-file", "-"), 2, id="both by a pipe"),
    ],
)
async def test_what_cannot_go_on_ends_with_its_code(harness, tmp_path, argv, code):
    told = await typed("authorize", *argv, home=tmp_path)
    assert told.code == code and told.err


APP = CONTENT["accounts/box"] | {"sign_in": "app"}


@pytest.fixture
async def app(harness):
    """The same node; the account of its route is an app's that signs in by itself."""
    changed = documents(accounts__box=APP)
    await harness.service.definitions.apply(AKI, tuple(Document(**one) for one in changed))
    return harness


async def test_for_an_app_the_secret_is_all_that_is_asked_for(app, tmp_path, terminal):
    await app.service.queue.send(AKI, ("ops",), "s", "t", ("m365",))
    async with terminal(tmp_path, "authorize", "m365") as person:
        await person.type("Client secret: ", f"{CANARY}\n")
        await person.until("The token is for Exchange Online.")
        await person.until("it lacks the permission SMTP.SendAsApp")
        await person.until("Sending 1 waiting message now.")
        assert await person.process.wait() == 0
    assert CANARY not in person.seen and "URL: " not in person.seen
    assert app.server.asked == [CANARY]


async def test_an_ended_secret_of_an_app_is_asked_for_again(app, tmp_path, terminal):
    await app.service.sign_in.set_secret(AKI, "app", OLD_SECRET)
    async with terminal(tmp_path, "authorize", "m365") as person:
        await person.until("The client secret has expired")
        await person.type("Client secret: ", f"{CANARY}\n")
        await person.until("Route “m365” is signed in")
        assert await person.process.wait() == 0
    assert app.server.asked == [OLD_SECRET, CANARY, CANARY]  # on trial, and then for good


@pytest.mark.parametrize(
    ("secret", "code", "told"),
    [
        pytest.param(CANARY, 0, "経路「m365」のサインインが完了しました", id="good"),
        pytest.param(OLD_SECRET, 1, "--secret-file ファイル", id="ended"),
    ],
)
async def test_a_script_signs_an_app_in_by_a_file(app, tmp_path, secret, code, told):
    (tmp_path / "secret").write_text(secret)
    argv = ("authorize", "m365", "--secret-file", str(tmp_path / "secret"), "--lang", "ja")
    answer = await typed(*argv, home=tmp_path)
    assert answer.code == code and told in answer.out + answer.err


async def test_an_app_has_no_page_to_paste_from(app, tmp_path):
    answer = await typed("authorize", "m365", "--url-file", "-", home=tmp_path)
    assert answer.code == 2 and "app-only sign-in" in answer.err


async def test_status_says_when_an_app_last_got_a_token(app, tmp_path):
    before = await typed("status", home=tmp_path)
    assert "not signed in" in before.out
    await app.service.sign_in.set_secret(AKI, "app", CANARY)
    await app.service.sign_in.authorize_app(AKI, "m365")
    after = await typed("status", home=tmp_path)
    assert "sign-in renewed" in after.out and "not signed in" not in after.out


# the browser comes back by itself


async def shown_page(person):
    """The page that the command shows, once it listens: its address, and where it will end."""
    await person.until("https://login.example.com/")
    await person.until("\r\n\r\n")
    url = next(line for line in person.seen.splitlines() if line.startswith("https://login"))
    return url, parse_qs(urlsplit(url).query)["redirect_uri"][0]


async def come_back(redirect, query):
    """What a browser does with the redirect, by IPv6; the page that it then shows."""
    there = urlsplit(redirect)
    reader, writer = await asyncio.open_connection("::1", there.port)
    writer.write(f"GET {there.path}?{query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    answer = (await reader.read()).decode()
    writer.close()
    return answer


async def test_the_browser_of_this_computer_comes_back_by_itself(harness, tmp_path, terminal):
    await harness.service.sign_in.set_secret(AKI, "app", CANARY)
    async with terminal(tmp_path, "authorize", "m365", "--here", "--lang", "ja") as person:
        _, redirect = await shown_page(person)
        answer = await come_back(redirect, "code=good&state=S")
        await person.until("経路「m365」のサインインが完了しました")
        assert await person.process.wait() == 0
    assert "200 OK" in answer and "経路「m365」のサインインが完了しました。" in answer
    assert "<script" not in answer and "good" not in person.seen


async def test_what_the_provider_refuses_is_told_in_the_browser_too(
    harness, tmp_path, terminal
):
    await harness.service.sign_in.set_secret(AKI, "app", CANARY)
    async with terminal(tmp_path, "authorize", "m365", "--here") as person:
        _, redirect = await shown_page(person)
        assert "404" in await come_back(redirect, "code=good&state=another")
        answer = await come_back(redirect, "code=bad&state=S")
        await person.until("The code was refused.")
        assert await person.process.wait() == 1
    assert "The code was refused." in answer


async def test_a_secret_is_asked_for_before_the_page_is_shown_here_too(
    harness, tmp_path, terminal
):
    async with terminal(tmp_path, "authorize", "m365", "--here") as person:
        await person.type("Client secret: ", f"{CANARY}\n")
        _, redirect = await shown_page(person)
        await come_back(redirect, "code=good&state=S")
        await person.until("Route “m365” is signed in")
        assert await person.process.wait() == 0


async def test_it_listens_at_the_port_of_the_account_s_own_redirect(
    harness, tmp_path, terminal
):
    port = free_port()
    own = f"http://localhost:{port}/MxMail/"
    changed = documents(accounts__box={**CONTENT["accounts/box"], "redirect": own})
    await harness.service.definitions.apply(AKI, tuple(Document(**one) for one in changed))
    await harness.service.sign_in.set_secret(AKI, "app", CANARY)
    async with terminal(tmp_path, "authorize", "m365", "--here") as person:
        _, redirect = await shown_page(person)
        assert redirect == own
        await come_back(redirect, "code=good&state=S")
        await person.until("Route “m365” is signed in")
        assert await person.process.wait() == 0


async def test_while_nobody_comes_back_it_says_what_to_look_at_and_goes_on(
    harness, tmp_path, terminal
):
    """A provider that shows an error goes nowhere: nothing comes here."""
    await harness.service.sign_in.set_secret(AKI, "app", CANARY)
    async with terminal(tmp_path, "authorize", "m365", "--here") as person:
        _, redirect = await shown_page(person)
        await person.until("the browser has not returned yet")
        await person.until(f"redirect URI  {redirect}")
        await person.until("port in accounts/box.toml")
        await come_back(redirect, "code=good&state=S")
        await person.until("Route “m365” is signed in")
        assert await person.process.wait() == 0


async def test_the_error_that_the_page_shows_can_be_pasted_while_it_waits(
    harness, tmp_path, terminal
):
    await harness.service.sign_in.set_secret(AKI, "app", CANARY)
    async with terminal(tmp_path, "authorize", "m365", "--here", "--lang", "ja") as person:
        await shown_page(person)
        os.write(person.ours, b"good morning\n")
        await person.until("code がありません")
        os.write(person.ours, b"Sorry, but we had trouble.\nAADSTS50011: The redirect URI\n")
        await person.until("(AADSTS50011)")
        assert await person.process.wait() == 1


async def test_so_can_the_address_where_the_browser_went_astray(harness, tmp_path, terminal):
    await harness.service.sign_in.set_secret(AKI, "app", CANARY)
    async with terminal(tmp_path, "authorize", "m365", "--here") as person:
        await shown_page(person)
        os.write(person.ours, GOOD.encode() + b"\n")
        await person.until("Route “m365” is signed in")
        assert await person.process.wait() == 0


# a code on another device


async def test_a_code_is_typed_on_another_device(harness, tmp_path, terminal):
    await harness.service.sign_in.set_secret(AKI, "app", CANARY)
    harness.server.interval = 1
    async with terminal(tmp_path, "authorize", "m365", "--device") as person:
        await person.until("Enter this code: ABCD-1234")
        harness.server.on_device = GIVEN
        await person.until("Route “m365” is signed in")
        assert await person.process.wait() == 0


@pytest.mark.parametrize(
    ("pasted", "told"),
    [
        pytest.param("3", "it contains no code", id="no address"),
        pytest.param("https://contoso.example/foo", "it contains no code", id="another page"),
        pytest.param(
            "https://login.example.com/authorize?state=S&response_type=code",
            "the URL of the sign-in page",
            id="the page itself",
        ),
    ],
)
async def test_what_is_no_such_address_is_answered_at_once(
    harness, tmp_path, pasted, told, terminal
):
    await harness.service.sign_in.set_secret(AKI, "app", CANARY)
    async with terminal(tmp_path, "authorize", "m365") as person:
        await person.type("URL: ", f"{pasted}\n")
        await person.until(told)
        await person.type("URL: ", "http://localhost/MxMail/?code=go\n")
        await person.until("not complete yet")
        await person.until(": ")
        await person.type("", "od&state=S\n")
        await person.until("Route “m365” is signed in")
        assert await person.process.wait() == 0


async def test_who_gives_a_sign_in_up_is_told_how_to_come_back(harness, tmp_path, terminal):
    await harness.service.sign_in.set_secret(AKI, "app", CANARY)
    async with terminal(tmp_path, "authorize", "m365") as person:
        await person.until("URL: ")
        await person.interrupt("The sign-in was not completed")
        assert await person.process.wait() == 130


async def test_what_the_page_of_a_code_may_show_is_told_as_nobody_hears_of_it(
    harness, tmp_path, terminal
):
    await harness.service.sign_in.set_secret(AKI, "app", CANARY)
    async with terminal(tmp_path, "authorize", "m365", "--device") as person:
        await person.until("blocks device codes")
        await person.until("noroshi authorize m365")
        person.process.terminate()
        await person.process.wait()


async def test_a_code_that_is_declined_ends_the_command(harness, tmp_path):
    await harness.service.sign_in.set_secret(AKI, "app", CANARY)
    harness.server.interval = 1
    declined = bilingual(en="It was declined.", ja="拒否されました。")
    harness.server.on_device = SignInError(declined, error="access_denied", party="user")
    told = await typed("authorize", "m365", "--device", "--lang", "ja", home=tmp_path)
    assert told.code == 1 and "拒否されました" in told.err and "ABCD-1234" in told.out


@pytest.mark.parametrize(
    "argv",
    [
        pytest.param(("--here", "--device"), id="here and device"),
        pytest.param(("--here", "--url-file", "-"), id="here and a pasted address"),
    ],
)
async def test_ways_to_sign_in_do_not_mix(harness, tmp_path, argv):
    told = await typed("authorize", "m365", *argv, home=tmp_path)
    assert told.code == 2 and "one of --here, --device and --url-file" in told.err


async def test_what_entra_shows_in_its_own_page_can_be_pasted(harness, tmp_path):
    await harness.service.sign_in.set_secret(AKI, "app", CANARY)
    shown = "Sorry, but we’re having trouble signing you in.\nAADSTS50011: The redirect URI"
    told = await typed("authorize", "m365", home=tmp_path, given=shown)
    assert told.code == 1 and "redirect URI is registered differently" in told.err


async def test_a_key_file_is_asked_for_as_a_file(harness, tmp_path):
    robot = CONTENT["accounts/box"] | {"cloud": "google", "sign_in": "app"}
    changed = documents(accounts__box=robot)
    await harness.service.definitions.apply(AKI, tuple(Document(**one) for one in changed))
    told = await typed("authorize", "m365", home=tmp_path)
    assert told.code == 3 and "noroshi authorize m365 --secret-file FILE" in told.err


async def test_a_route_of_one_s_own_profile_is_marked_when_it_is_signed_in(harness, tmp_path):
    own = {"authority": "https://localhost:1", "scope": "s", "smtp_host": "h", "oidc": True}
    account = CONTENT["accounts/box"] | {"cloud": "own"}
    changed = documents(accounts__box=account, clouds__own=own)
    await harness.service.definitions.apply(AKI, tuple(Document(**one) for one in changed))
    await harness.service.sign_in.set_secret(AKI, "app", CANARY)
    told = await typed("authorize", "m365", home=tmp_path, given=GOOD)
    assert "Route “m365 [lab]” is signed in" in told.out
    status = await typed("status", home=tmp_path)
    assert "post [lab]" in status.out
    await harness.service.queue.send(AKI, ("ops",), "s", "t", ("m365", "plain"))
    queue = await typed("queue", "list", home=tmp_path)
    assert "m365 [lab], plain" in queue.out
    (one,) = await harness.service.queue.list(AKI)
    assert "m365 [lab] → plain" in (await typed("queue", "show", one.id, home=tmp_path)).out
