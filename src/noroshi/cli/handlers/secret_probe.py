"""What sign-in servers say of a secret or certificate that was put into the vault."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from noroshi.cli.context import CommandContext
from noroshi.core.words import Words

ASKING = Words(
    en="Asking the sign-in server whether it takes it …",
    ja="サインイン サーバーに確かめています…",
)
SECRET, CERTIFICATE = (
    Words(en="secret", ja="シークレット"),
    Words(en="certificate", ja="証明書"),
)
TAKEN = Words(
    en="The sign-in server takes it for account {account}.",
    ja="アカウント {account} の{what}として、サインイン サーバーに認められました。",
)
NOT_SURE = Words(
    en="Whether it is right for account {account} cannot be told yet; the sign-in will. ({why})",
    ja="アカウント {account} のものとして正しいかどうかは、まだ確かめられません。サインインのときに分かります "
    "({why})。",
)
REFUSED = Words(
    en="It does not do for account {account}: {why}",
    ja="アカウント {account} では使えません: {why}",
)


def say_that_it_is_asked(asked: CommandContext) -> None:
    """It may take a while."""
    print(asked.say(ASKING), file=sys.stderr, flush=True)


def told(
    asked: CommandContext, entry: str, what: Words = SECRET
) -> Sequence[Mapping[str, Any]]:
    """For each account that shows it, said on a line; what was answered."""
    found: Sequence[Mapping[str, Any]] = asked.call("secret_try", name=entry)
    for one in found:
        words = TAKEN if one["taken"] else REFUSED if one["refused"] else NOT_SURE
        why = Words(**one["why"])
        print(asked.say(words.fill(account=one["account"], what=what, why=why)))
    return found
