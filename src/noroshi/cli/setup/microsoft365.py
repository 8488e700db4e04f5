"""`noroshi setup microsoft365`: from the sending mailbox to a test mail that was accepted.

Each answer is kept as a definition in force, each secret in the vault. What is proved already is
not asked for again, so that a setup that was broken off goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.cli.setup import setup_texts
from noroshi.cli.setup.activation import activate
from noroshi.cli.setup.admin_steps import KnownValues, show, write
from noroshi.cli.setup.credentials import certificate_of, certified
from noroshi.cli.setup.dialogue import Dialogue, LeftError
from noroshi.cli.setup.drafts import Drafts
from noroshi.cli.setup.questions import route_beside, wanted_by
from noroshi.cli.setup.second_route import OTHER, named_after, offered, used_by
from noroshi.cli.setup.setup_texts import (
    DID_IT_ARRIVE,
    IT_ARRIVED,
    LOOK_FOR_IT,
    WANT_AFTER,
    WHERE_IT_IS,
)
from noroshi.cli.setup.test_mail import LastMail
from noroshi.cli.setup.verification import Proofs
from noroshi.core.translation import COMMA, NOTHING, Message, joined, plain
from noroshi.guides.setup_goal import SetupGoal

HERE, INTO_FILE, BEHIND = range(3)
ARRIVED, IN_OTHER, NOT_THERE, NOT_LOOKED = range(4)
HEADS = {"entra": setup_texts.REGISTRATION, "exchange": setup_texts.EXCHANGE}
FILE = "noroshi-microsoft365.md"


def setup(asked: CommandContext) -> int:
    """Lead through it. Ctrl-C leaves it for now."""
    talk = Dialogue(asked)
    _check_options(asked)
    try:
        return _set_up(talk)
    except KeyboardInterrupt:
        talk.line("")
        talk.say(talk.later)
        raise
    except RefusedError as refused:
        if talk.missing != NOTHING and not isinstance(refused, LeftError):
            talk.say(talk.missing)
        raise


def _check_options(asked: CommandContext) -> None:
    given = asked.given
    by_page = given.here or given.device or given.url_file
    if (given.here and given.device) or (by_page and given.sign_in == "app"):
        given.parser.refuse(setup_texts.WAYS_CLASH)
    if given.graph and given.smtp:
        given.parser.refuse(setup_texts.ONE_KIND)
    if given.shared and (given.certificate_file or given.sign_in == "app"):
        given.parser.refuse(setup_texts.SHARED_BY_APP)
    if given.certificate_file and (given.secret_file or by_page or given.sign_in == "person"):
        given.parser.refuse(setup_texts.WAYS_CLASH)


def _set_up(talk: Dialogue) -> int:
    kept, known = Drafts(talk.asked), KnownValues()
    talk.say(setup_texts.TITLE)
    if not kept.only_looks:
        talk.say(setup_texts.ABOUT)
    talk.head(setup_texts.WHO_SENDS)
    wanted = wanted_by(talk, kept)
    if talk.given.print_admin_steps:
        if wanted.certified:
            certificate_of(talk, kept, wanted, known)
        write(talk, wanted, known, talk.given.print_admin_steps)
        return exits.DONE
    if (mark := kept.mark(wanted.route)) != NOTHING:
        talk.say(setup_texts.MARKED.fill(mark=mark))
    wanted, mail = _through(talk, kept, wanted, known)
    _afterwards(talk, wanted, known, mail)
    made = [wanted.route]
    if offered(talk, kept, wanted):
        other = route_beside(kept, wanted, OTHER[wanted.kind])
        kept.keep(other)
        _through(talk, kept, other, known)
        named_after(talk, kept, wanted.route, other.route)
        made.append(other.route)
    _ending(talk, kept, wanted, made)
    return exits.DONE


def _through(
    talk: Dialogue, kept: Drafts, wanted: SetupGoal, known: KnownValues
) -> tuple[SetupGoal, str]:
    """One route, from its registration to its test mail, whose id stands beside it; each step is
    proved as it is done."""
    if wanted.certified:
        certified(talk, wanted, known)
    _administrator(talk, wanted, known, "entra")
    proofs = Proofs(talk, kept, wanted, known)
    proofs.app()
    proofs.credential()
    activate(talk, kept, proofs.wanted)
    talk.head(setup_texts.SIGN_IN)
    proofs.signed_in()
    talk.missing = NOTHING
    if proofs.wanted.kind == "smtp" or proofs.wanted.alone or proofs.wanted.shared:
        _administrator(talk, proofs.wanted, known, "exchange")
    talk.head(setup_texts.TEST_MAIL)
    return proofs.wanted, LastMail(proofs).prove()


def _administrator(talk: Dialogue, wanted: SetupGoal, known: KnownValues, part: str) -> None:
    """The steps of one part: here, in a file for somebody else, or done already."""
    steps = known.steps(wanted, part)
    if part == "entra" or (steps and not talk.hurried):
        talk.head(HEADS[part])
    if talk.hurried or not steps:
        return
    # Whoever comes back with a client ID has registered the app; a second route asks for more.
    registered = part == "entra" and wanted.registered and not known.done
    how = talk.choice(setup_texts.HOW_TO_SEE, BEHIND if registered else HERE)
    if how == INTO_FILE:
        _into_file(talk, wanted, known)
    elif how == HERE:
        show(talk, wanted, known, steps)
    talk.line("")
    if how != BEHIND:
        talk.go_on()
    known.done.update(step.id for step in steps)


def _into_file(talk: Dialogue, wanted: SetupGoal, known: KnownValues) -> None:
    file = talk.text(setup_texts.WHICH_FILE, option="--print-admin-steps", default=FILE)
    write(talk, wanted, known, file)
    talk.say(setup_texts.SEND_IT)
    if known.certificate:
        talk.say(setup_texts.SEND_CERTIFICATE.fill(file=known.certificate))


def _afterwards(talk: Dialogue, wanted: SetupGoal, known: KnownValues, mail: str) -> None:
    """Say what is left: only the reader knows that it arrived, and the administrator keeps it
    well."""
    if talk.hurried:
        return
    talk.say(DID_IT_ARRIVE)
    found = talk.choice(WHERE_IT_IS, NOT_LOOKED)
    tell: dict[int, Callable[[], None]] = {
        ARRIVED: lambda: _seen(talk, mail),
        NOT_THERE: lambda: talk.say(LOOK_FOR_IT.fill(mailbox=wanted.mailbox)),
    }
    tell.get(found, lambda: None)()
    if found == IN_OTHER or talk.yes(WANT_AFTER, default=False):
        show(talk, wanted, known, known.steps(wanted, "after"))


def _seen(talk: Dialogue, mail: str) -> None:
    talk.asked.call("queue_seen", id=mail)
    talk.done(IT_ARRIVED)


def _ending(talk: Dialogue, kept: Drafts, wanted: SetupGoal, made: Sequence[str]) -> None:
    talk.head(setup_texts.READY)
    talk.say(setup_texts.MADE.fill(account=wanted.account, routes=_listed(made)))
    if not used_by(kept, wanted.route):
        talk.say(setup_texts.NO_RULE.fill(route=wanted.route))
    talk.say(setup_texts.ALARMS_TOGETHER)
    if wanted.secret and not wanted.certified and not wanted.secret_ends:
        talk.say(setup_texts.NO_END.fill(account=wanted.account))


def _listed(routes: Sequence[str]) -> Message:
    named = [f"routes/{route}" for route in routes]
    return joined(map(plain, named), COMMA)
