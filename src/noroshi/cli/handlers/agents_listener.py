"""`noroshi agent listen`, `unlisten` and `listener`: the address at which agents reach this node."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.output.times import clock
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.translation import Message, _
from noroshi.link.fingerprint_words import fingerprint_digits, fingerprint_words
from noroshi.operations import listener_operations
from noroshi.operations.listener_answers import AgentsListener

REACHED = _(
    "Agents reach this node at {where}. Fingerprint of its key:\n\n  {words}\n  {digits}\n"
)
NOWHERE = with_commands(
    _("Other servers cannot reach this node. To start listening for agents: {command}"),
    command=CommandText("agent listen", "HOST"),
)
NEXT_KEY = _(
    "From {start} on, this node will use a different key. Its fingerprint:\n\n  {words}\n"
)
FORMER = _(
    "Agents are informed of the new address. Until {until} they can also reach this node at "
    "{where}."
)
PORT_OPEN = _(
    "If a firewall is running on this computer, open the port with this command. Noroshi "
    "does not run it for you:\n"
    "\n"
    "  {line}\n"
)


def listen(context: CommandContext) -> int:
    """Open the address, at once and at each start."""
    args = context.args
    answer = context.ask(
        listener_operations.AGENTS_LISTEN,
        AgentsListener,
        host=args.host,
        port=args.port,
        address=args.address,
    )
    return _print(context, answer)


def unlisten(context: CommandContext) -> int:
    """Close the address."""
    answer = context.ask(listener_operations.AGENTS_LISTEN_STOP, AgentsListener)
    return _print(context, answer)


def listener(context: CommandContext) -> int:
    """Show the address."""
    answer = context.ask(listener_operations.AGENTS_LISTENER, AgentsListener)
    return _print(context, answer)


def _print(context: CommandContext, answer: AgentsListener) -> int:
    if context.args.json:
        context.print_json(answer)
    else:
        print("\n".join(map(context.say, _lines(context, answer))))
    return exits.TROUBLE if answer.problem is not None else exits.DONE


def _lines(context: CommandContext, answer: AgentsListener) -> Iterator[Message]:
    if answer.where:
        pin = bytes.fromhex(answer.pin)
        words = " ".join(fingerprint_words(pin, context.language))
        digits = fingerprint_digits(pin)
        yield REACHED.fill(where=answer.where, words=words, digits=digits)
    elif answer.problem is None:
        yield NOWHERE
    if answer.former_until is not None:
        end_text = clock(answer.former_until, datetime.now(UTC))
        yield FORMER.fill(where=answer.former_address, until=end_text)
    if (key := answer.next_key) is not None:
        words = " ".join(fingerprint_words(bytes.fromhex(key.pin), context.language))
        start = clock(key.used_from, datetime.now(UTC))
        yield NEXT_KEY.fill(start=start, words=words)
    if answer.problem is not None:
        yield answer.problem
    if answer.firewall is not None and answer.host:
        yield PORT_OPEN.fill(line=answer.firewall.command)
        yield from filter(None, (answer.firewall.caution,))
    yield from answer.cautions
