"""A harness with something of everything on it: waiting, held, set aside, taken, come back."""

from dataclasses import replace
from datetime import timedelta

from noroshi.core.delivery import decide_fate
from noroshi.core.mail import Answer, Envelope, Receipt, Verdict
from noroshi.core.translation import bilingual
from noroshi.ports import Arrival, TransportKind, options
from noroshi.service import administrator, run_as_json
from tests.service.harness import POST, Harness, documents
from tests.web.browser import with_user

EVIL = "<script>alert(1)</script>"
"""What must only ever be seen as text, wherever it stands."""
EVIL_HTML = f"<p>{EVIL}<img src=x onerror=alert(1)><a href='javascript:alert(1)'>x</a></p>"


@options
class SmtpOptions:
    sender: str = "noroshi@example.com"
    """From."""


SMTP = TransportKind(
    kind="letters",
    title=bilingual(en="Letters", ja="手紙"),
    help=bilingual(en="A way out.", ja="送信経路です。"),
    options=SmtpOptions,
    open=lambda *_: None,
)
ROUTES = {
    "routes__plain": {"kind": "letters"},
    "rules__all": {"action": "mail", "contacts": ["ops"], "routes": ["plain", "m365"]},
}


def envelope(n, subject, **more):
    id = f"01JD{n:04d}/all/ops"
    given = {
        "id": id,
        "routes": ("plain", "m365"),
        "contact": "ops",
        "to": ("ops@example.com",),
        "order": id,
        "alarms": (id,),
        "payload": {
            "subject": subject,
            "text": "FS01 D: 95.2%",
            "html": "<p>FS01 D: 95.2%</p>",
        },
    }
    return Envelope(**(given | more))


async def filled(role="administrator", subject="FS01 D: 95.2%", note="boss", **changed):
    """Six alarms, in all the states that there are, and two versions."""
    harness = Harness(routes=(POST, SMTP))
    await with_user(role, harness=harness)
    boss, now = administrator("boss"), harness.time.now

    async def done(op, **args):
        told = await run_as_json(harness.service, boss, op, args)
        assert "ok" in told, told
        return told["ok"]

    harness.done = done
    await done("apply", documents=documents(**ROUTES), note="first")
    harness.time.pass_by(minutes=3)
    more = {"contacts__boss": {"addresses": ["chief@example.com"]}} | changed
    await done("apply", documents=documents(**ROUTES, **more), note=note)
    now = harness.time.now
    for n in range(6):
        await harness.store.post(envelope(n, f"{subject} {n}", born=now + timedelta(seconds=n)))
    harness.ids = [f"01JD{n:04d}/all/ops" for n in range(6)]
    harness.time.pass_by(seconds=30)
    node = await harness.store.begin("one", harness.time.now)
    for verdict, text, code in (
        (Verdict.ACCEPTED, "2.0.0 OK <x@example.com>", 250),
        (Verdict.ACCEPTED, "2.0.0 OK <y@example.com>", 250),
        (Verdict.REFUSED, f"5.1.1 no such user {subject}", 550),
        (Verdict.DEFERRED, "4.3.2 Concurrent connections limit exceeded", 432),
    ):
        await _settled(harness, node, Answer(verdict, text, code))
    await harness.store.record_arrival(
        harness.ids[1],
        Arrival(
            address="ops@example.com",
            state="came back",
            reported_at=harness.time.now,
            text="550 5.1.10 no",
        ),
    )
    await done("queue_hold", id=harness.ids[4])
    harness.time.pass_by(minutes=12)
    return harness


async def _settled(harness, node, said):
    parcel = await harness.store.claim_parcel(node, "plain", harness.time.now)
    parcel = replace(parcel, envelope=replace(parcel.envelope, routes=("plain",)))
    receipt = Receipt(at=harness.time.now, answers={"ops@example.com": said}, route="plain")
    assert await harness.store.settle(parcel, receipt, decide_fate(parcel, receipt, 0.0))
    harness.time.pass_by(seconds=1)
