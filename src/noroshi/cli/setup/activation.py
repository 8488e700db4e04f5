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


def activate(talk: Dialogue, drafts: Drafts, goal: SetupGoal) -> None:
    """Put the held answers in force; a refused answer stays held, for another try. Raises
    RefusedError, and LeftError."""
    if not talk.holds_drafts:
        return
    without_sign_in = _confirm_new_sign_in(talk, drafts, goal)
    talk.until_proved(drafts.put_in_force, lambda _: False, kinds=BY_KIND)
    talk.holds_drafts = False
    if drafts.secret_entry:
        _put_secret(talk, drafts, goal)
    talk.missing = without_sign_in


def _confirm_new_sign_in(talk: Dialogue, drafts: Drafts, goal: SetupGoal) -> Message:
    """Say that mails will wait for a sign-in, if they will, and ask; return what is missing
    once the answers are in force. Raises LeftError."""
    if not drafts.needs_new_sign_in(goal):
        return NOTHING
    talk.say(setup_texts.NEW_SIGN_IN)
    if not talk.yes(setup_texts.SIGN_IN_NOW):
        raise talk.interruption()
    if drafts.secret_entry:  # an earlier version would not bring the earlier secret back
        return setup_texts.NO_SIGN_IN
    missing = setup_texts.NO_SIGN_IN
    return setup_texts.OR_GO_BACK.fill(missing=missing, version=drafts.version)


def _put_secret(talk: Dialogue, drafts: Drafts, goal: SetupGoal) -> None:
    entry = drafts.secret_entry
    talk.missing = setup_texts.NO_SECRET.fill(entry=entry)

    def store_secret() -> None:
        try:
            drafts.put_secret()
        except RefusedError as refusal:
            words = setup_texts.SECRET_REFUSED.fill(
                why=refusal.words, entry=entry, account=goal.account, route=goal.route
            )
            raise RefusedError(refusal.kind, words, refusal.problems, refusal.codes) from None

    def mend(refusal: RefusedError) -> bool:
        if refusal.concerns("to"):  # an API token has chosen another place for it meanwhile
            drafts.confirm_places(places(talk.context, entry))
        return refusal.concerns("to")

    talk.until_proved(store_secret, mend, kinds=BY_KIND)
