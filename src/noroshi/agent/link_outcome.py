"""Turn what hinders a request to the hub into an outcome by which the next step is decided."""

from __future__ import annotations

import logging
from collections.abc import Awaitable
from typing import TypeVar

from noroshi.agent.link_errors import HubNotReachedError, LinkRefusedError
from noroshi.agent.link_state import HubNotReached, RequestRefused
from noroshi.link.agent_key import BadKeyError
from noroshi.ports import RouteError, StoreError
from noroshi.vault import VaultError

T = TypeVar("T")
log = logging.getLogger(__name__)


async def outcome_of(report: Awaitable[T]) -> T | RequestRefused | HubNotReached:
    """Return the result of a report, or what hindered it. The link tells of a hub that is away."""
    try:
        return await report
    except LinkRefusedError as refusal:
        log.debug("a report is refused: %s", refusal)
        return RequestRefused(refusal.fault, refusal.pause)
    except (HubNotReachedError, VaultError, StoreError, RouteError, BadKeyError) as error:
        log.debug("nothing is reported: %s", error)
    except Exception:  # a fault of ours must not end the reports for good
        log.exception("the reports to the hub met with a bug")
    return HubNotReached()
