"""`noroshi send`: a mail by the node's routes, from a person or a script."""

from __future__ import annotations

import sys

from noroshi.cli import exits
from noroshi.cli.asked import Asked
from noroshi.cli.client import Refused
from noroshi.core.words import Words

NO_TEXT = Words(
    en="The standard input is not text in {encoding}; give the body in it, or by --text.",
    ja="標準入力を {encoding} の文字として読めません。文字コードを直すか、--text で渡してください。",
)
TEXT_TWICE = Words(
    en="give the text once, as TEXT or by --text",
    ja="本文は TEXT か --text のどちらか一方で指定してください",
)
TYPE_IT = Words(
    en="Type the text; Ctrl-D on a line of its own ends it.",
    ja="本文を入力してください。最後に Ctrl-D を押します。",
)
NOBODY_SENDS = Words(
    en="No node is running: it goes out once noroshi serve runs.",
    ja="ノードが動いていません。noroshi serve を始めると送られます。",
)


def send(asked: Asked) -> int:
    """Queue the mail; print its id, one line for each contact."""
    given = asked.given
    if given.body is not None and given.text is not None:
        given.parser.refuse(TEXT_TWICE)
    text = given.text if given.body is None else given.body
    if text is None:
        text = _standard_input(asked)
    sent = asked.call(
        "send",
        to=given.to,
        subject=given.subject,
        text=text,
        routes=given.route,
        level=given.level,
    )
    if given.json:
        asked.print_json(sent)
    else:
        print("\n".join(sent["ids"]))
    if not asked.running:
        print(asked.say(NOBODY_SENDS), file=sys.stderr)
    return exits.DONE


def _standard_input(asked: Asked) -> str:
    if sys.stdin.isatty():
        print(asked.say(TYPE_IT), file=sys.stderr)
    try:
        return sys.stdin.read()
    except UnicodeDecodeError:
        raise Refused("invalid", NO_TEXT.fill(encoding=sys.stdin.encoding)) from None
