"""`python -m tests.actions.pseudo_mails`: every sort of mail and notice, and what each way out makes
of it, in the second language; as JSON on standard output. With PYTHONPATH at the program of
`tests.pseudo_locale`."""

import json
from email import message_from_bytes, policy

from noroshi.actions.notice import notice
from noroshi.core.mail import Envelope
from noroshi.core.model import Reading
from noroshi.core.translation import Message
from noroshi.transports.http.webhook_payloads import SHAPES
from noroshi.transports.mime.message import compose
from tests.actions.mails import DIGESTS, MAILS, OTHERS, OWN, own_alarm, payload_of
from tests.actions.sample_alarms import AKI, NOW, READERS
from tests.actions.test_notice import ALL as NOTICES


def payloads(language="ja"):
    """Yield each sort of mail by its name, as who reads that language gets it."""
    for name in (*MAILS, *DIGESTS, *OTHERS):
        yield name, payload_of(name, language)
    for name, about in NOTICES.items():
        yield f"notice {name}", notice(READERS[language], about)
    yield from _own_alarms(language)


def _own_alarms(language):
    """Yield an alarm for each thing that a monitor of Noroshi itself may find."""
    for module in {module.CHECK.kind: module for module, _reading in OWN.values()}.values():
        name = module.CHECK.kind
        notes = [one for one in vars(module).values() if isinstance(one, Message)]
        for number, note in enumerate(notes):
            reading = next(iter(module.CHECK.names))
            found = Reading(reading, 1, note=note.fill(**dict.fromkeys(note.empty_places, 7)))
            yield f"{name} {number}", own_alarm(module, found, language)
        for reading in module.CHECK.names:
            yield f"{name} {reading}", own_alarm(module, Reading(reading, 7, "min"), language)


def _envelope(payload):
    return Envelope(
        id="mail",
        routes=("smtp1",),
        contact="aki",
        to=AKI.addresses,
        order="x",
        alarms=(),
        payload=payload,
        born=NOW,
    )


def shown(payload):
    """Return what is read of a mail, by the way that it goes."""
    envelope = _envelope(payload)
    by = {name: shape(envelope)[1].decode() for name, shape in SHAPES.items()}
    mail = message_from_bytes(compose(envelope, "n@example.com", ""), policy=policy.default)
    parts = [part for part in mail.walk() if part.get_content_maintype() == "text"]
    whole = "\n".join([str(mail["Subject"]), *(part.get_content() for part in parts)])
    return {
        "mail": whole,
        "text": by["text"],
        "teams": _card(by["teams"]),
        "slack": json.loads(by["slack"])["text"],
        "discord": _embed(by["discord"]),
    }


def _card(text):
    body = json.loads(text)["attachments"][0]["content"]["body"]
    return "\n".join(block["text"] for block in body)


def _embed(text):
    (embed,) = json.loads(text)["embeds"]
    return f"{embed['title']}\n{embed['description']}"


if __name__ == "__main__":
    print(json.dumps({name: shown(payload) for name, payload in payloads()}))
