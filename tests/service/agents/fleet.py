"""Agents of a hub, as its store has them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from noroshi.core.agents import Agent, Invitation, LastSeen, Machine
from noroshi.link.agent_key import PrivateKey
from noroshi.service.agents.hub_endpoints import Endpoint

PIN = bytes(range(32))
HUB = Endpoint(host="kanri01", port=7664, pin=PIN)
HOUR = timedelta(hours=1)


def opened(harness):
    """The same harness, with an address that agents reach."""
    harness.service.context.endpoints.listener = HUB
    return harness


async def joined(harness, name="fs01", invitation="i1", **changed):
    """An agent that joined by an invitation."""
    now, key = harness.time.now, PrivateKey.create()
    await harness.store.put_invitation(
        Invitation(
            id=invitation,
            hash=f"hash of {name}",
            creator="sato",
            created_at=now,
            expires_at=now + HOUR,
            servers=9,
        )
    )
    agent = Agent(
        id=f"id-of-{name.casefold()}",
        name=name,
        key=key.public_text,
        thumbprint=key.thumbprint,
        machine=Machine(
            host_name=name, id="m1", system="Debian 13", addresses=("192.0.2.1", "fd00::1")
        ),
        joined_at=now,
        invited_by="sato",
        invitation=invitation,
        version="0.9.0",
    )
    agent = replace(agent, **changed)
    admitted = await harness.store.admit(f"hash of {name}", agent, now)
    assert isinstance(admitted, Agent), admitted
    await harness.service.context.agent_names.refresh()
    return admitted


async def heard(harness, agent, **changed):
    """The agent was heard just now."""
    last_seen = LastSeen(
        agent=agent.id,
        last_contact=harness.time.now,
        address="192.0.2.1",
        version="0.9.1",
        configuration="c0ffee" * 8,
    )
    await harness.store.put_last_seen([replace(last_seen, **changed)])
