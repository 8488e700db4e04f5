"""Answers of operations as pages get them, each with what a test is not about filled in."""

from noroshi.core.levels import Level
from noroshi.core.mail import Verdict
from noroshi.core.route_readiness import Sends
from noroshi.core.translation import NOTHING
from noroshi.operations.mail_answers import LedgerRow, Tried
from noroshi.operations.status_answers import Counts, MonitorStatus, RouteStatus, Status
from noroshi.testing import DAWN

EMPTY_QUEUE = Counts(waiting=0, out=0, held=0, set_aside=0, alarms=0, oldest=None)


def monitor_status(path, status=MonitorStatus, **changed):
    names = {"title": "", "group_title": "", "kind": "disk"}
    state = {"level": Level.OK, "known": True, "measured": None, "items": ()}
    return status(path=path, **(names | state | changed))


def route_status(name, **changed):
    state = {"kind": "post", "state": "well", "sends": Sends.PROVED}
    return RouteStatus(name=name, title="", **(state | changed))


def ledger_row(**changed):
    texts = dict.fromkeys(("alarm", "path", "item", "subject", "contact", "mail", "digest"), "")
    state = {"raised": DAWN, "queued": DAWN, "state": "waiting", "level": None, "why": NOTHING}
    return LedgerRow(**(texts | state | {"tried": (), "arrived": ()} | changed))


def tried(**changed):
    reply = {"verdict": Verdict.ACCEPTED, "code": 250, "text": "", "words": NOTHING}
    sent = {"at": DAWN, "route": "m365", "address": "ops@example.com", "provider_id": ""}
    return Tried(**(sent | reply | {"quoted": False} | changed))


def status(**changed):
    nothing = dict.fromkeys(("monitors", "routes", "troubles"), ())
    node = {"node": "noroshi", "version": 1, "at": DAWN, "level": Level.OK}
    return Status(**(node | nothing | {"queue": EMPTY_QUEUE} | changed))
