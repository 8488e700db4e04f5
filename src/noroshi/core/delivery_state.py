"""Name how far a mail or an alarm has come; apart, as `noroshi send` needs no more of mail.py."""

from __future__ import annotations

from enum import StrEnum


class DeliveryState(StrEnum):
    """State of a mail or an alarm as people and programs are told it: that of the envelope, and
    what is known beyond. The values stand in answers; arrivals are stored with the last two."""

    WAITING = "waiting"
    """It waits for its turn, or to be tried again."""
    OUT = "out"
    """It is being sent at this moment."""
    HELD = "held"
    """A person keeps it from leaving."""
    SET_ASIDE = "set aside"
    """It goes no further by itself: a person decides."""
    IN_DIGEST = "together"
    """A digest tells it, which has not left yet; of mails alone."""
    SET_ASIDE_IN_DIGEST = "set aside together"
    """A digest tells it, which is set aside; of mails alone."""
    ACCEPTED = "accepted"
    """A provider took it. That it was delivered is not known."""
    DROPPED = "dropped"
    """A person gave it up."""
    SEEN_ARRIVED = "seen arrived"
    """Somebody saw it, or the mailbox that it was sent to was read."""
    CAME_BACK = "came back"
    """A provider took it, and reported later that it could not be delivered."""


SENT = (DeliveryState.ACCEPTED, DeliveryState.SEEN_ARRIVED, DeliveryState.CAME_BACK)
"""The states of what a provider took."""
