"""`noroshi setup microsoft365`: from the sending mailbox to a test mail that was accepted.

Each answer is kept as a definition in force, each secret in the vault. What is proved already is
not asked for again, so that a setup that was broken off goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.cli.setup import setup_texts
from noroshi.cli.setup.activation import activate
from noroshi.cli.setup.admin_steps import KnownValues, show, write
from noroshi.cli.setup.credentials import certificate_of, prepare_certificate
from noroshi.cli.setup.dialogue import Dialogue, LeftError
from noroshi.cli.setup.drafts import Drafts
from noroshi.cli.setup.questions import ask_goal, route_beside
from noroshi.cli.setup.second_route import OTHER, add_as_fallback, is_used, offer_second_route
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
from noroshi.guides.setup_flow import (
    SetupStep,
    facts_before,
    facts_for,
    facts_of_step,
    next_step,
)
from noroshi.guides.setup_goal import SetupGoal
from noroshi.operations import mail_operations
from noroshi.operations.mail_answers import Queued

HERE, INTO_FILE, BEHIND = range(3)
ARRIVED, IN_OTHER, NOT_THERE, NOT_LOOKED = range(4)
HEADS = {"entra": setup_texts.REGISTRATION, "exchange": setup_texts.EXCHANGE}
FILE = "noroshi-microsoft365.md"


def setup(context: CommandContext) -> int:
    """Lead through it. Ctrl-C leaves it for now."""
    talk = Dialogue(context)
    _check_options(context)
    try:
        return _set_up(talk)
    except KeyboardInterrupt:
        talk.line("")
        talk.say(talk.resumption)
        raise
    except RefusedError as refusal:
        if talk.missing != NOTHING and not isinstance(refusal, LeftError):
            talk.say(talk.missing)
        raise


def _check_options(context: CommandContext) -> None:
    args = context.args
    by_page = args.here or args.device or args.url_file
    if (args.here and args.device) or (by_page and args.sign_in == "app"):
        args.parser.refuse(setup_texts.WAYS_CLASH)
    if args.graph and args.smtp:
        args.parser.refuse(setup_texts.ONE_KIND)
    if args.shared and (args.certificate_file or args.sign_in == "app"):
        args.parser.refuse(setup_texts.SHARED_BY_APP)
    if args.certificate_file and (args.secret_file or by_page or args.sign_in == "person"):
        args.parser.refuse(setup_texts.WAYS_CLASH)


def _set_up(talk: Dialogue) -> int:
    drafts, known_values = Drafts(talk.context), KnownValues()
    talk.say(setup_texts.TITLE)
    if not drafts.only_looks:
        talk.say(setup_texts.ABOUT)
    talk.head(setup_texts.WHO_SENDS)
    goal = ask_goal(talk, drafts)
    if talk.args.print_admin_steps:
        if goal.certified:
            certificate_of(talk, drafts, goal, known_values)
        write(talk, goal, known_values, talk.args.print_admin_steps)
        return exits.DONE
    if (mark := drafts.mark(goal.route)) != NOTHING:
        talk.say(setup_texts.MARKED.fill(mark=mark))
    goal, mail = _set_up_route(talk, drafts, goal, known_values)
    _follow_up(talk, goal, known_values, mail)
    routes = [goal.route]
    if offer_second_route(talk, drafts, goal):
        other = route_beside(drafts, goal, OTHER[goal.kind])
        drafts.keep(other)
        _set_up_route(talk, drafts, other, known_values)
        add_as_fallback(talk, drafts, goal.route, other.route)
        routes.append(other.route)
    _summarize(talk, drafts, goal, routes)
    return exits.DONE


def _set_up_route(
    talk: Dialogue, drafts: Drafts, goal: SetupGoal, known_values: KnownValues
) -> tuple[SetupGoal, str]:
    """Set up one route, from its registration to its test mail, and return the goal with that
    mail's id; each step is proved as it is done."""
    walk = RouteSetup(Proofs(talk, drafts, goal, known_values))
    walk.run()
    return walk.proofs.goal, walk.mail


class RouteSetup:
    """The steps of one route, as the flow orders them."""

    def __init__(self, proofs: Proofs) -> None:
        self.proofs, self.mail = proofs, ""
        self._actions: Mapping[SetupStep, Callable[[], None]] = {
            SetupStep.CERTIFICATE: self._prepare_certificate,
            SetupStep.REGISTRATION: self._register,
            SetupStep.CREDENTIAL: proofs.credential,
            SetupStep.SIGN_IN: self._sign_in,
            SetupStep.PERMISSION: self._permit,
            SetupStep.TEST_MAIL: self._send_test_mail,
        }

    def run(self) -> None:
        """Do each step that is needed; a proof may change what the next ones need."""
        known_facts = facts_of_step(SetupStep.SENDER)
        while (following := next_step(facts_for(self.proofs.goal), known_facts)) is not None:
            self._actions[following]()
            # What stands before a step that is proved is proved with it.
            known_facts |= facts_before(following) | facts_of_step(following)

    def _prepare_certificate(self) -> None:
        prepare_certificate(self.proofs.talk, self.proofs.goal, self.proofs.known_values)

    def _register(self) -> None:
        self._have_done("entra")
        self.proofs.app()

    def _sign_in(self) -> None:
        talk = self.proofs.talk
        activate(talk, self.proofs.drafts, self.proofs.goal)
        talk.head(setup_texts.SIGN_IN)
        self.proofs.prove_sign_in()
        talk.missing = NOTHING

    def _permit(self) -> None:
        self._have_done("exchange")

    def _send_test_mail(self) -> None:
        self.proofs.talk.head(setup_texts.TEST_MAIL)
        self.mail = LastMail(self.proofs).prove()

    def _have_done(self, part: str) -> None:
        _administrator(self.proofs.talk, self.proofs.goal, self.proofs.known_values, part)


def _administrator(
    talk: Dialogue, goal: SetupGoal, known_values: KnownValues, part: str
) -> None:
    """Have the steps of one part done: shown here, in a file for somebody else, or done
    already."""
    steps = known_values.steps(goal, part)
    if part == "entra" or (steps and not talk.hurried):
        talk.head(HEADS[part])
    if talk.hurried or not steps:
        return
    # Whoever comes back with a client ID has registered the app; a second route asks for more.
    registered = part == "entra" and goal.registered and not known_values.done_steps
    choice = talk.choice(setup_texts.HOW_TO_SEE, BEHIND if registered else HERE)
    if choice == INTO_FILE:
        _into_file(talk, goal, known_values)
    elif choice == HERE:
        show(talk, goal, known_values, steps)
    talk.line("")
    if choice != BEHIND:
        talk.go_on()
    known_values.done_steps.update(step.id for step in steps)


def _into_file(talk: Dialogue, goal: SetupGoal, known_values: KnownValues) -> None:
    file = talk.text(setup_texts.WHICH_FILE, option="--print-admin-steps", default=FILE)
    write(talk, goal, known_values, file)
    talk.say(setup_texts.SEND_IT)
    if known_values.certificate:
        talk.say(setup_texts.SEND_CERTIFICATE.fill(file=known_values.certificate))


def _follow_up(talk: Dialogue, goal: SetupGoal, known_values: KnownValues, mail: str) -> None:
    """Say what is left: only the reader knows that it arrived, and the administrator keeps it
    well."""
    if talk.hurried:
        return
    talk.say(DID_IT_ARRIVE)
    place = talk.choice(WHERE_IT_IS, NOT_LOOKED)
    answers: dict[int, Callable[[], None]] = {
        ARRIVED: lambda: _confirm_arrival(talk, mail),
        NOT_THERE: lambda: talk.say(LOOK_FOR_IT.fill(mailbox=goal.mailbox)),
    }
    answers.get(place, lambda: None)()
    if place == IN_OTHER or talk.yes(WANT_AFTER, default=False):
        show(talk, goal, known_values, known_values.steps(goal, "after"))


def _confirm_arrival(talk: Dialogue, mail: str) -> None:
    talk.context.ask(mail_operations.QUEUE_SEEN, Queued, id=mail)
    talk.say_success(IT_ARRIVED)


def _summarize(talk: Dialogue, drafts: Drafts, goal: SetupGoal, routes: Sequence[str]) -> None:
    talk.head(setup_texts.READY)
    talk.say(setup_texts.MADE.fill(account=goal.account, routes=_route_files(routes)))
    if not is_used(drafts, goal.route):
        talk.say(setup_texts.NO_RULE.fill(route=goal.route))
    talk.say(setup_texts.ALARMS_TOGETHER)
    if goal.secret and not goal.certified and not goal.secret_ends:
        talk.say(setup_texts.NO_END.fill(account=goal.account))


def _route_files(routes: Sequence[str]) -> Message:
    files = [f"routes/{route}" for route in routes]
    return joined(map(plain, files), COMMA)
