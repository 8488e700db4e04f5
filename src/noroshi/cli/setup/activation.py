"""Put in force what was held until it was proved: the definitions in one version, then the secret."""

from __future__ import annotations

from noroshi.cli.errors import RefusedError
from noroshi.cli.exits import BY_KIND
from noroshi.cli.handlers.secrets import places
from noroshi.cli.setup import setup_texts
from noroshi.cli.setup.dialogue import Dialogue
from noroshi.cli.setup.drafts import Drafts
from noroshi.core.translation import NOTHING, Message
from noroshi.guides.setup_goal import SetupGoal


def activate(talk: Dialogue, kept: Drafts, wanted: SetupGoal) -> None:
    """Put it in force; what is refused stays held, for another try. Raises RefusedError, and LeftError."""
    if not talk.held:
        return
    without_sign_in = _confirmed(talk, kept, wanted)
    talk.until_proved(kept.put_in_force, lambda _: False, kinds=BY_KIND)
    talk.held = False
    if kept.secret_entry:
        _put_secret(talk, kept, wanted)
    talk.missing = without_sign_in


def _confirmed(talk: Dialogue, kept: Drafts, wanted: SetupGoal) -> Message:
    """Say that mails will wait for a sign-in, if they will, and ask; return what is missing once it
    is in force. Raises LeftError."""
    if not kept.needs_new_sign_in(wanted):
        return NOTHING
    talk.say(setup_texts.NEW_SIGN_IN)
    if not talk.yes(setup_texts.SIGN_IN_NOW):
        raise talk.left()
    if kept.secret_entry:  # an earlier version would not bring the earlier secret back
        return setup_texts.NO_SIGN_IN
    missing = setup_texts.NO_SIGN_IN
    return setup_texts.OR_GO_BACK.fill(missing=missing, version=kept.version)


def _put_secret(talk: Dialogue, kept: Drafts, wanted: SetupGoal) -> None:
    entry = kept.secret_entry
    talk.missing = setup_texts.NO_SECRET.fill(entry=entry)

    def put() -> None:
        try:
            kept.put_secret()
        except RefusedError as refused:
            words = setup_texts.SECRET_REFUSED.fill(
                why=refused.words, entry=entry, account=wanted.account, route=wanted.route
            )
            raise RefusedError(refused.kind, words, refused.problems, refused.codes) from None

    def mend(refused: RefusedError) -> bool:
        if refused.about("to"):  # an API token has chosen another place for it meanwhile
            kept.confirm_places(places(talk.asked, entry))
        return refused.about("to")

    talk.until_proved(put, mend, kinds=BY_KIND)
