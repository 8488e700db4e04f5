"""Look at the port of the manager, as a node needs it: open in this process, free, or somebody else's."""

from __future__ import annotations

import socket
import sys

import psutil

from noroshi.config.settings_file import FILE
from noroshi.config.web import Web
from noroshi.core.host_port import authority
from noroshi.core.translation import _, plain
from noroshi.hosts.threads import run_in_thread
from noroshi.knowledge.knowledge_files import knowledge
from noroshi.knowledge.os_errors import cause_text
from noroshi.ports.examination import Exam, StepError, StepResult
from noroshi.system.port_claim import TAKEN_ERRORS, claim

NONE = _("none (web = false in {file})")
ANY = _("any free port (port = 0)")
OPEN = _("listens on {where}")
FREE = _("{where} is free")
OPENS_NEXT = _(
    "Nothing is listening there: the node opens the port when it starts. If a node is "
    "running, its log shows why it could not; restart the node."
)
TAKEN = _(
    "Another program is listening on {where}, so the manager (browser and API) cannot be "
    "opened there. Monitoring and sending continue."
)
ANOTHER_PORT = "another_port_windows" if sys.platform == "win32" else "another_port"
CANNOT = _("The manager (browser and API) cannot be opened on {where}: {why}.")


async def look_at_port(web: Web | None) -> StepResult:
    """Look whether the manager can be opened. Raise StepError where it cannot."""
    if web is None:
        return StepResult(NONE.fill(file=FILE))
    if web.port == 0:
        return StepResult(ANY)
    return await run_in_thread(lambda: _look(web))


def _look(web: Web) -> StepResult:
    address = authority(web.address, web.port)
    if _is_own_listener(web.port):
        return StepResult(OPEN.fill(where=address))
    try:
        _try_to_listen(web)
    except OSError as error:
        raise _step_error(address, web, error) from None
    return StepResult(FREE.fill(where=address), (OPENS_NEXT,))


def _is_own_listener(port: int) -> bool:
    """Return True if this process listens there: then it is the node that asks."""
    connections = psutil.Process().net_connections("tcp")
    return any(
        connection.status == psutil.CONN_LISTEN and connection.laddr.port == port
        for connection in connections
    )


def _try_to_listen(web: Web) -> None:
    family = socket.AF_INET6 if ":" in web.address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        claim(trial)
        trial.bind((web.address, web.port))


def _step_error(address: str, web: Web, error: OSError) -> StepError:
    is_in_use = error.errno in TAKEN_ERRORS
    words = (
        TAKEN.fill(where=address)
        if is_in_use
        else CANNOT.fill(where=address, why=cause_text(error))
    )
    places = {"port": str(web.port), "other": str(web.port + 1), "file": FILE}
    cure = knowledge().cures[f"computer.{ANOTHER_PORT}"]
    return StepError(plain(address), cure.remedy(words, Exam(user_values=places)))
