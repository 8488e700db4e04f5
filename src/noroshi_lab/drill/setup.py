"""Find in the definitions of a node the parts that a drill can use, and compare them with the
lab."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Bodies = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """Hold a route to the lab's Microsoft 365, a second one to another server, and a contact
    whom a rule notifies by both. `account` is the account of the first route; `secret` the
    vault entry of that account."""

    first: str
    second: str
    contact: str
    to: tuple[str, ...]
    account: str
    secret: str


def find_setup(documents: Sequence[Mapping[str, Any]], card: Mapping[str, Any]) -> Setup | None:
    """Return the first rule that will do; None: there is none."""
    bodies = {str(each["key"]): json.loads(each["body"]) for each in documents}
    return next(_setups(bodies, card), None)


def _setups(bodies: Bodies, card: Mapping[str, Any]) -> Iterator[Setup]:
    for key, rule in bodies.items():
        routes = list(rule.get("routes", ())) if key.startswith("rules/") else []
        at_lab = [name for name in routes if _account(bodies, name, card)]
        others = [name for name in routes if not _is_at_lab(bodies, name, card)]
        if not at_lab or not others or routes[0] != at_lab[0] or not rule.get("contacts"):
            continue
        contact = rule["contacts"][0]
        account = _account(bodies, at_lab[0], card)
        yield Setup(
            first=at_lab[0],
            second=others[0],
            contact=contact,
            to=tuple(bodies[f"contacts/{contact}"].get("addresses", ())),
            account=account,
            secret=bodies[f"accounts/{account}"].get("secret", ""),
        )


def _account(bodies: Bodies, route: str, card: Mapping[str, Any]) -> str:
    """Return the account by which a route hands mails to the lab's Microsoft by SMTP, as a
    person; else ""."""
    account = _options(bodies, route).get("account", "")
    person = bodies.get(f"accounts/{account}", {}).get("sign_in", "person") == "person"
    by_smtp = bodies.get(f"routes/{route}", {}).get("kind") == "smtp"
    return str(account) if by_smtp and person and _is_at_lab(bodies, route, card) else ""


def _is_at_lab(bodies: Bodies, route: str, card: Mapping[str, Any]) -> bool:
    """Return whether a route needs what the drill takes down."""
    options = _options(bodies, route)
    account = bodies.get(f"accounts/{options.get('account', '')}", {})
    cloud = bodies.get(f"clouds/{account.get('cloud', '')}", {})
    by_cloud = str(cloud.get("authority", "")).startswith(f"{card['sign_in']}/")
    return by_cloud or options.get("port") == card["smtp_port"]


def _options(bodies: Bodies, route: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = bodies.get(f"routes/{route}", {}).get("options", {})
    return found
