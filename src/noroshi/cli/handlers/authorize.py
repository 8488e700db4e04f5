"""`noroshi authorize ROUTE`: a person signs the mailbox in, in any browser, and pastes back
the address at which the browser ends; or the browser comes back here; or a code is typed on
another device; or an app signs in by itself."""

from __future__ import annotations

import sys

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.cli.handlers import sign_in_texts
from noroshi.cli.handlers.sign_in import STDIN, NoPageError, SignInRequest, sign_in
from noroshi.cli.output.routes import with_mark
from noroshi.core.translation import NOTHING
from noroshi.operations.status_answers import RouteStatus


def _sign_in(context: CommandContext, request: SignInRequest) -> RouteStatus:
    """Sign in. Raises RefusedError; if the right to read was refused, it says what is not
    concerned."""
    try:
        return sign_in(context, request)
    except NoPageError:
        raise
    except RefusedError as refusal:
        if not request.read or refusal.kind != "trouble":
            raise
        words = sign_in_texts.NOT_READ.fill(why=refusal.words)
        raise RefusedError(refusal.kind, words, refusal.problems, refusal.codes) from None


def authorize(context: CommandContext) -> int:
    """Sign the route in; what the provider says on a failure is told, and one may try again."""
    args = context.args
    if args.secret_file == args.url_file == STDIN:
        args.parser.refuse(sign_in_texts.BOTH_STDIN)
    if sum(map(bool, (args.here, args.device, args.url_file))) > 1:
        args.parser.refuse(sign_in_texts.ONE_WAY)
    request = SignInRequest(
        route=args.route,
        by_listener=args.here,
        device=args.device,
        secret_file=args.secret_file,
        url_file=args.url_file,
        read=args.read_mailbox,
    )
    try:
        status = _sign_in(context, request)
    except NoPageError as no_page:
        args.parser.refuse(no_page.words)
    except KeyboardInterrupt:
        print(
            "\n" + context.say(sign_in_texts.GIVEN_UP.fill(route=args.route)), file=sys.stderr
        )
        raise
    count = status.waiting
    waiting = sign_in_texts.THEY_GO.fill(count=count) if count else NOTHING
    user = sign_in_texts.AS_WHOM.fill(user=status.user) if status.user else NOTHING
    route = with_mark(context, args.route, status.mark)
    print(
        context.say(
            sign_in_texts.SIGNED_IN.fill(
                route=route, name=args.route, waiting=waiting, user=user
            )
        )
    )
    if other := context.say(status.other):
        print(other)
    if args.read_mailbox:
        print(context.say(sign_in_texts.IS_READ))
    if not context.is_node_running:
        print(context.say(sign_in_texts.NOBODY_SENDS))
    return exits.DONE
