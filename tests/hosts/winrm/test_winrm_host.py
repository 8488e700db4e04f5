"""A computer that is asked over WinRM. The server is a stand-in of ours: no real Windows was asked."""

from __future__ import annotations

import pytest

from noroshi.ports import Memory, ServiceState, Unmeasurable, Volume

GIB = 1 << 30
SERVICE = {
    "name": "Spooler",
    "title": "Print Spooler",
    "state": "Running",
    "start": "Auto",
    "exit": 0,
    "ownExit": 0,
    "pid": 812,
    "type": 0x110,
    "hasTriggers": False,
}
ANSWERS = {
    "volumes": [{"mount": "C:\\", "size": 100 * GIB, "free": 25 * GIB}],
    "memory": {"total": 8 << 20, "available": 2 << 20, "swapTotal": 4096, "swapFree": 1024},
    "services": [SERVICE],
}


async def problem_of(question):
    with pytest.raises(Unmeasurable) as error:
        await question
    return error.value.words.en


async def test_facts_come_by_ntlm_over_tls(server, hosts, login):
    server.answers = ANSWERS
    host = hosts.host_for(login, None)
    assert list(await host.volumes()) == [Volume("C:\\", 100 * GIB, 25 * GIB)]
    assert await host.memory() == Memory(
        total=8 * GIB, available=2 * GIB, swap_total=4 << 20, swap_free=1 << 20
    )
    services = await (await host.system_facts()).services(("spooler", "W32Time"))
    assert [(one.name, one.state) for one in services] == [
        ("Spooler", ServiceState.RUNNING),
        ("W32Time", ServiceState.MISSING),
    ]
    assert (server.logins, len(server.shells)) == (1, 1)
