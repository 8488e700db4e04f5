"""`noroshi plan`, `apply` and `export`: definitions between a folder of files and the node."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.cli.output.placeholders import (
    Found,
    placeholders_as_json,
    placeholders_of,
    say_placeholders,
)
from noroshi.core.definitions.problems import Problem
from noroshi.core.translation import Message, _, bilingual, ngettext
from noroshi.definitions import by_file, look_into, what_would_be_lost, write_folder
from noroshi.knowledge.os_errors import why
from noroshi.ports import Document
from noroshi.schema import Invalid

UNUSABLE = _("{folder} cannot be applied; nothing was changed. Problems: {count}")
WOULD_LOSE = _(
    "Nothing was written: {folder} differs from version {version}. To write anyway: noroshi "
    "export --force {folder}"
)
CANNOT_WRITE = _("Cannot write to {folder}: {why}")
NO_DIFFERENCE = _("No differences from version {version}.")
WOULD_CHANGE = _("Changes to version {version}: {count}")
HOW_TO_APPLY = _("To apply: noroshi apply --base {version} {folder}")
NOW_CURRENT = _("Version {version} is in effect. Changes: {count}")
NOBODY_RUNS = _("No node is running. The version takes effect when noroshi serve starts.")
AND_MORE = _("… and {count} more")
BEWARE = _("Check the following:")
WRITTEN = ngettext(
    "Wrote version {version} to {folder}: {count} file.",
    "Wrote version {version} to {folder}: {count} files.",
)


def plan(asked: CommandContext) -> int:
    """Print what would change; exit code 3 if it could not be applied."""
    documents = documents_of(asked, Path(asked.given.folder))
    planned = asked.call("plan", documents=documents)
    left = _left(documents)
    if asked.given.json:
        asked.print_json({**planned, "placeholders": placeholders_as_json(left)})
        return exits.INVALID if planned["problems"] else exits.DONE
    if planned["problems"]:
        raise _unusable(
            asked, [(p["where"], bilingual(**p["what"])) for p in planned["problems"]]
        )
    found, base, more = planned["differences"], planned["base"], planned["more"]
    if not found and not planned["refused"]:
        print(asked.say(NO_DIFFERENCE.fill(version=base)))
        say_cautions(asked, planned["cautions"])
        say_placeholders(asked, left)
        return exits.DONE
    head = WOULD_CHANGE.fill(count=len(found) + more, version=base)
    list_changes(asked, head, found, more)
    say_cautions(asked, planned["cautions"])
    say_placeholders(asked, left)
    how = HOW_TO_APPLY.fill(version=base, folder=asked.given.folder)
    print(asked.say(planned["refused"] or how))
    return exits.DONE


def apply(asked: CommandContext) -> int:
    """Bring the folder into force."""
    given = asked.given
    documents = documents_of(asked, Path(given.folder))
    applied = asked.call(
        "apply", documents=documents, base=given.base, note=given.note, empty=given.empty
    )
    left = _left(documents)
    if given.json:
        asked.print_json({**applied, "placeholders": placeholders_as_json(left)})
        return exits.DONE
    say_applied(asked, applied)
    say_placeholders(asked, left)
    return exits.DONE


def _left(documents: Sequence[Mapping[str, Any]]) -> Found:
    return placeholders_of(Document(**one) for one in documents)


def say_applied(asked: CommandContext, applied: Mapping[str, Any]) -> int:
    """Say which version is in force now, and what that changed."""
    if asked.given.json:
        asked.print_json(applied)
        return exits.DONE
    found, version = applied["differences"], applied["version"]
    if not found:
        print(asked.say(NO_DIFFERENCE.fill(version=version)))
        say_cautions(asked, applied["cautions"])
        return exits.DONE
    more = applied["more"]
    head = NOW_CURRENT.fill(count=len(found) + more, version=version)
    list_changes(asked, head, found, more)
    say_cautions(asked, applied["cautions"])
    if not asked.running:
        print(asked.say(NOBODY_RUNS))
    return exits.DONE


def say_would(asked: CommandContext, applied: Mapping[str, Any]) -> int:
    """Say what would change, of a change that was only tried."""
    if asked.given.json:
        asked.print_json(applied)
        return exits.DONE
    found, version, more = applied["differences"], applied["version"], applied["more"]
    if found:
        head = WOULD_CHANGE.fill(count=len(found) + more, version=version)
        list_changes(asked, head, found, more)
    else:
        print(asked.say(NO_DIFFERENCE.fill(version=version)))
    say_cautions(asked, applied["cautions"])
    return exits.DONE


def say_cautions(asked: CommandContext, found: Sequence[Mapping[str, str]]) -> None:
    """Say what somebody should know, if there is something."""
    if found:
        _list(asked, BEWARE, found)


def export(asked: CommandContext) -> int:
    """Write what is in force into the folder; without --force nothing that is there is lost."""
    exported, folder = asked.call("export"), Path(asked.given.folder)
    documents = tuple(Document(**document) for document in exported["documents"])
    try:
        lost = () if asked.given.force else what_would_be_lost(folder, documents)
        if lost:
            head = WOULD_LOSE.fill(folder=folder, version=exported["version"])
            raise RefusedError("conflict", head, [(p.where, p.what) for p in lost])
        write_folder(folder, documents)
    except Invalid as invalid:
        raise _unusable(asked, [(p.where, p.what) for p in invalid.problems]) from None
    except OSError as error:
        raise RefusedError(
            "invalid", CANNOT_WRITE.fill(folder=folder, why=why(error))
        ) from None
    version, count = exported["version"], len(documents)
    print(asked.say(WRITTEN.fill(version=version, folder=folder, count=count)))
    return exits.DONE


def documents_of(asked: CommandContext, folder: Path) -> Sequence[Mapping[str, Any]]:
    """The definitions in a folder, as an operation takes them. Raises RefusedError."""
    found = look_into(folder)
    documents = [{"key": one.key, "body": one.body} for one in found.documents]
    if found.problems:
        raise _unusable(asked, _all_problems(asked, documents, found.problems))
    return documents


def _all_problems(
    asked: CommandContext, documents: Sequence[Mapping[str, Any]], of_files: Sequence[Problem]
) -> Sequence[tuple[str, Message]]:
    """Return what is wrong with the files, and what the node says of those that could be
    read."""
    faulty = [problem.where for problem in of_files]
    try:
        planned = asked.call("plan", documents=documents, faulty=faulty)
    except RefusedError:  # nobody to ask: the files are wrong all the same
        return [(p.where, p.what) for p in of_files]
    told = [Problem(p["where"], bilingual(**p["what"])) for p in planned["problems"]]
    return [(p.where, p.what) for p in by_file((*of_files, *told))]


def _unusable(asked: CommandContext, problems: Sequence[tuple[str, Message]]) -> RefusedError:
    head = UNUSABLE.fill(folder=asked.given.folder, count=len(problems))
    return RefusedError("invalid", head, problems)


def list_changes(
    asked: CommandContext, head: Message, found: Iterable[Mapping[str, str]], more: int
) -> None:
    """The first changes, and how many more there are."""
    _list(asked, head, found)
    if more:
        print(f"  {asked.say(AND_MORE.fill(count=more))}")


def _list(asked: CommandContext, head: Message, found: Iterable[Mapping[str, str]]) -> None:
    print(asked.say(head))
    for words in found:
        print(f"  {asked.say(words)}")
