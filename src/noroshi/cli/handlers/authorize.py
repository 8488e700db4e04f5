"""`noroshi authorize ROUTE`: a person signs the mailbox in, in any browser, and pastes back
the address at which the browser ends; or the browser comes back here; or a code is typed on
another device; or an app signs in by itself."""

from __future__ import annotations

import sys

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.cli.handlers import sign_in_texts
from noroshi.cli.handlers.sign_in import STDIN, Answer, How, NoPageError, sign_in
from noroshi.cli.output.routes import marked
from noroshi.core.translation import NOTHING


def _signed_in(asked: CommandContext, how: How) -> Answer:
    """Sign it in. Raises RefusedError; where the right to read was refused, with what is not concerned."""
    try:
        return sign_in(asked, how)
    except NoPageError:
        raise
    except RefusedError as refused:
        if not how.read or refused.kind != "trouble":
            raise
        words = sign_in_texts.NOT_READ.fill(why=refused.words)
        raise RefusedError(refused.kind, words, refused.problems, refused.codes) from None


def authorize(asked: CommandContext) -> int:
    """Sign the route in; what the provider says on a failure is told, and one may try again."""
    given = asked.given
    if given.secret_file == given.url_file == STDIN:
        given.parser.refuse(sign_in_texts.BOTH_STDIN)
    if sum(map(bool, (given.here, given.device, given.url_file))) > 1:
        given.parser.refuse(sign_in_texts.ONE_WAY)
    how = How(
        route=given.route,
        here=given.here,
        device=given.device,
        secret_file=given.secret_file,
        url_file=given.url_file,
        read=given.read_mailbox,
    )
    try:
        status = _signed_in(asked, how)
    except NoPageError as no_page:
        given.parser.refuse(no_page.words)
    except KeyboardInterrupt:
        print("\n" + asked.say(sign_in_texts.GIVEN_UP.fill(route=given.route)), file=sys.stderr)
        raise
    count = status["waiting"]
    waiting = sign_in_texts.THEY_GO.fill(count=count) if count else NOTHING
    user = sign_in_texts.AS_WHOM.fill(user=status["user"]) if status["user"] else NOTHING
    route = marked(asked, given.route, status["mark"])
    print(
        asked.say(
            sign_in_texts.SIGNED_IN.fill(
                route=route, name=given.route, waiting=waiting, user=user
            )
        )
    )
    if other := asked.say(status["other"]):
        print(other)
    if given.read_mailbox:
        print(asked.say(sign_in_texts.IS_READ))
    if not asked.running:
        print(asked.say(sign_in_texts.NOBODY_SENDS))
    return exits.DONE
