"""Whole servers out of order: shut, silent or busy, each by itself, and what they show in TLS."""

from __future__ import annotations

import asyncio
import ssl

import aiohttp
import pytest

from noroshi_lab.lab.lab import Lab
from noroshi_lab.lab.switches import SWITCHES
from tests.noroshi_lab.lab.lab_clients import Client, Wire
from tests.noroshi_lab.lab.test_faults import run


async def metadata(client: Client) -> int:
    url = f"{client.root}/v2.0/.well-known/openid-configuration"
    async with client.session.get(url) as answer:
        return answer.status


async def test_a_sign_in_server_that_is_down_refuses_connections_until_it_is_up_again(
    client: Client,
) -> None:
    assert await metadata(client) == 200
    for _ in range(2):
        await run(client.lab, "set", "entra=refuses")
        with pytest.raises(aiohttp.ClientConnectionError):
            await metadata(client)
        await run(client.lab, "set", "entra=up")
        assert await metadata(client) == 200


async def test_a_mail_server_that_is_down_ends_the_connections_that_there_are(
    lab: Lab, wire: Wire
) -> None:
    await wire.open()
    await run(lab, "set", "smtp=refuses")
    assert await wire.answer() == ""
    await wire.close()
    with pytest.raises(ConnectionRefusedError):
        await wire.open()
    await run(lab, "set", "smtp=up")
    assert (await wire.open()).startswith("220")


async def test_a_busy_server_says_so(client: Client, wire: Wire) -> None:
    await wire.open()
    await run(client.lab, "set", "microsoft=busy")
    assert (await wire.say("NOOP")).startswith("421 4.3.2 Service not active")
    await wire.close()
    assert (await wire.open()).startswith("421 4.3.2 Service not active")
    assert await metadata(client) == 503
    await run(client.lab, "set", "microsoft=up")
    await wire.close()
    assert await metadata(client) == 200
    assert (await wire.open()).startswith("220")


@pytest.mark.parametrize("server", ["entra", "smtp"])
async def test_a_silent_server_takes_the_connection_and_says_nothing(
    client: Client, wire: Wire, server: str
) -> None:
    await run(client.lab, "set", f"{server}=silent")
    asking = metadata(client) if server == "entra" else wire.open()
    unheard = asyncio.ensure_future(asking)
    done, _ = await asyncio.wait([unheard], timeout=0.3)
    assert not done
    unheard.cancel()
    await run(client.lab, "set", f"{server}=up")
    assert await metadata(client) == 200
    await wire.close()
    assert (await wire.open()).startswith("220")


async def test_one_server_alone_is_out_of_order(client: Client, wire: Wire) -> None:
    await run(client.lab, "set", "smtp=refuses")
    _, told = await run(client.lab, "show")
    assert "microsoft=mixed" in told and "entra=up" in told
    assert await metadata(client) == 200
    with pytest.raises(ConnectionRefusedError):
        await wire.open()


@pytest.mark.parametrize(
    ("shown", "why"),
    [
        pytest.param("wrong-name", "Hostname mismatch", id="another name"),
        pytest.param("expired", "certificate has expired", id="expired"),
        pytest.param("untrusted", "certificate|issuer|signature", id="of a stranger"),
    ],
)
async def test_a_certificate_that_no_client_may_take_is_shown(
    client: Client, wire: Wire, shown: str, why: str
) -> None:
    await run(client.lab, "set", f"entra-certificate={shown}", f"smtp-certificate={shown}")
    with pytest.raises(aiohttp.ClientConnectorCertificateError, match=why):
        await metadata(client)
    with pytest.raises(ssl.SSLCertVerificationError, match=why):
        await wire.secure()
    await run(client.lab, "set", "entra-certificate=good", "smtp-certificate=good")
    assert await metadata(client) == 200
    await wire.close()
    await wire.secure()


async def test_a_handshake_may_break(lab: Lab, wire: Wire) -> None:
    await run(lab, "fault", "TLS", "drop")
    await wire.open()
    await wire.say("EHLO node.contoso.example")
    assert (await wire.say("STARTTLS")).startswith("220")
    with pytest.raises((ConnectionError, ssl.SSLError)):
        await wire.starttls()
    await wire.close()
    await wire.secure()


async def test_all_goes_back_to_what_it_was_at_the_start(lab: Lab) -> None:
    begun = {each.name: each.get(lab.board) for each in SWITCHES}
    for switch in SWITCHES:
        others = [each for each in switch.values if each != begun[switch.name]]
        value = (others or ["7" if switch.kind == "number" else "7m"])[-1]
        assert switch.takes(value), switch.name
        code, _ = await run(lab, "set", f"{switch.name}={value}")
        assert code == 0
    await run(lab, "fault", "RCPT", "451")
    code, told = await run(lab, "reset")
    assert code == 0 and told.endswith("none\n")
    assert {each.name: each.get(lab.board) for each in SWITCHES} == begun
