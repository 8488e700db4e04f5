"""Choose a mail's thread: an alarm that a digest told was never a mail of its own."""

from __future__ import annotations

from dataclasses import replace

from noroshi.core.digest import ENDING
from noroshi.core.mail import Envelope
from noroshi.ports import Store, StoreError

MOST = 20
"""So many mails that it follows are named; more is no use to a mail program."""


async def in_its_thread(store: Store, envelope: Envelope) -> Envelope:
    """The envelope as it follows mails that left: for what a digest told, the digest. While the
    store cannot say, it follows what it was drafted to follow."""
    try:
        told = [await _told_as(store, one) for one in envelope.thread[:MOST]]
    except StoreError:
        return envelope
    thread = tuple(one for one in dict.fromkeys(told) if one != envelope.known_as)
    return envelope if thread == envelope.thread else replace(envelope, thread=thread)


async def _told_as(store: Store, known_as: str) -> str:
    found = await store.envelope(known_as)
    if found is None or not found[0].why.en.endswith(ENDING):
        return known_as
    digest = await store.envelope(found[0].why.en)
    if digest is None or known_as not in digest[0].envelope.members:
        return known_as
    return digest[0].envelope.known_as
