"""Keep to which hub this node belongs, in the store; the keys are in the vault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from noroshi import schema
from noroshi.agent.hub_addresses import HubAddresses
from noroshi.core.mail import DIRECT, Network
from noroshi.core.network_policy import NetworkPolicy
from noroshi.core.printable import printable
from noroshi.core.reserved_entries import HUB_PROXY
from noroshi.link.link_messages import HubPlace
from noroshi.ports import Store

ENROLMENT, CONFIGURATION, LIFE = "hub/enrolment", "hub/configuration", "hub/life"
"""The names under which the store keeps them."""
LONGEST_NAME = 128
"""Letters of what the hub calls itself and this node: it stands in notices and the audit log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """Describe this node as an agent of a hub. `hub` is the id of its installation, `agent` this
    node's id there, and `name` its name there. `pins` are those of the hub's keys, in hexadecimal
    digits. `host` and `port` are where the hub answered last; `other_place`, `announced_place`,
    `is_moving` and `node_places` are as in `HubAddresses`. `proxy` is host:port of an HTTP proxy, "" none."""

    hub: str
    hub_name: str
    host: str
    port: int
    pins: tuple[str, ...]
    agent: str
    name: str
    joined_at: datetime
    key_since: datetime
    proxy: str = ""
    proxy_user: str = ""
    other_place: HubPlace | None = None
    announced_place: HubPlace | None = None
    is_moving: bool = False
    node_places: tuple[HubPlace, ...] = ()

    @property
    def addresses(self) -> HubAddresses:
        """Return the addresses of the hub that are known."""
        return HubAddresses(
            current=HubPlace(host=self.host, port=self.port),
            other=self.other_place,
            announced=self.announced_place,
            is_moving=self.is_moving,
            nodes=self.node_places,
        )

    def with_addresses(self, addresses: HubAddresses) -> Enrolment:
        """Return it with the addresses that are known now."""
        return replace(
            self,
            host=addresses.current.host,
            port=addresses.current.port,
            other_place=addresses.other,
            announced_place=addresses.announced,
            is_moving=addresses.is_moving,
            node_places=addresses.nodes,
        )

    def network(self, policy: NetworkPolicy) -> Network:
        """Return the network to the hub."""
        if not self.proxy:
            return replace(DIRECT, policy=policy)
        password = HUB_PROXY if self.proxy_user else ""
        return Network(
            name="hub",
            proxy=self.proxy,
            proxy_user=self.proxy_user,
            proxy_password=password,
            policy=policy,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedConfiguration:
    """Hold which configuration of the hub is in force, and the keys of its documents. All other
    documents are the node's own."""

    configuration: str = ""
    keys: tuple[str, ...] = ()


def name_from_hub(text: str) -> str:
    """Return a name that the hub gave, in bounds and without what a terminal obeys."""
    return printable(text[:LONGEST_NAME])


def enrolment_in(values: Mapping[str, str]) -> Enrolment | None:
    """Return the enrolment among the texts of a store; None: the node has no hub."""
    text = values.get(ENROLMENT)
    return schema.value(Enrolment, text) if text else None


def configuration_in(values: Mapping[str, str]) -> AcceptedConfiguration:
    """Return the configuration of the hub among the texts of a store."""
    text = values.get(CONFIGURATION)
    return schema.value(AcceptedConfiguration, text) if text else AcceptedConfiguration()


async def keep_enrolment(store: Store, enrolment: Enrolment | None) -> None:
    """Keep the enrolment, or that there is none; durable on return."""
    await store.put_value(ENROLMENT, schema.text(enrolment) if enrolment else "")


async def keep_configuration(store: Store, configuration: AcceptedConfiguration) -> None:
    """Keep which configuration is in force; durable on return."""
    await store.put_value(CONFIGURATION, schema.text(configuration))


async def next_life_number(store: Store) -> int:
    """Count a run of this agent, and return its number; durable on return."""
    text = (await store.get_values()).get(LIFE, "")
    number = int(text) + 1 if text.isdecimal() else 1
    await store.put_value(LIFE, str(number))
    return number
