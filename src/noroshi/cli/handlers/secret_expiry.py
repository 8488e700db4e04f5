"""The day on which a secret ends, written down for the accounts that name it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.core.definitions.accounts import OVER, end_of, is_over
from noroshi.core.words import Words

NO_ACCOUNT = Words(
    en="There is no day to be written down: no account names “{name}” as its secret.",
    ja="「{name}」をシークレットとして使うアカウントがないため、有効期限を書き込めません。",
)
WRITTEN = Words(
    en="Account {account}: its secret ends on {day}.",
    ja="アカウント {account} に、シークレットの有効期限 {day} を書き込みました。",
)
DAY_OF = {"secret": "secret_ends", "secret_next": "secret_next_ends"}
Documents = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Dated:
    """What the accounts are to say, and what they must still be then."""

    day: str
    put: Documents
    etags: Mapping[str, str]


def dated(asked: CommandContext, name: str, day: str) -> Dated:
    """Before the secret is kept: a day that cannot be keeps it out. Raises RefusedError."""
    ends = end_of(day)
    if ends and is_over(ends, datetime.now(UTC)):
        raise RefusedError("invalid", OVER.fill(day=day))
    found = asked.call("definition_show", types=("accounts",))
    put = _with_day(found["documents"], name, day)
    if not put:
        raise RefusedError("invalid", NO_ACCOUNT.fill(name=name))
    made = Dated(day, put, {key: found["etags"][key] for key in put})
    asked.call("definition_change", put=made.put, etags=made.etags, dry=True)
    return made


def write_down(asked: CommandContext, made: Dated) -> None:
    """Into force, unless it is there already."""
    told = asked.call("definition_change", put=made.put, etags=made.etags, dry=True)
    if told["differences"]:
        asked.call("definition_change", put=made.put, etags=made.etags)
    for key in made.put:
        account = key.partition("/")[2]
        print(asked.say(WRITTEN.fill(account=account, day=made.day)))


def _with_day(documents: Documents, name: str, day: str) -> dict[str, dict[str, Any]]:
    return {
        key: {**said, field: day}
        for key, said in documents.items()
        for entry, field in DAY_OF.items()
        if said.get(entry) == name
    }
