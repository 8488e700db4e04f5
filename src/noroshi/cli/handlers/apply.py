"""`noroshi plan`, `apply` and `export`: definitions between a folder of files and the node."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from noroshi.answer_json import as_json
from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.cli.output.placeholders import (
    Placeholders,
    placeholders_as_json,
    placeholders_of,
    say_placeholders,
)
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.definitions.document import Document
from noroshi.core.definitions.problems import Invalid, Problem
from noroshi.core.translation import Message, _, ngettext
from noroshi.definitions.dedupe_problems import by_file
from noroshi.definitions.folder import look_into, what_would_be_lost, write_folder
from noroshi.knowledge.os_errors import cause_text
from noroshi.operations import definition_operations
from noroshi.operations.definition_answers import Applied, Exported, Planned

UNUSABLE = ngettext(
    "{folder} cannot be applied because of {count} problem. Nothing was changed.",
    "{folder} cannot be applied because of {count} problems. Nothing was changed.",
)
NOT_EMPTY = ngettext(
    "Cannot export to {folder} because of {count} problem. Nothing was written.",
    "Cannot export to {folder} because of {count} problems. Nothing was written.",
)
WOULD_LOSE = with_commands(
    _(
        "Nothing was written: {folder} differs from version {version}. To write anyway: {command}"
    ),
    command=CommandText("export", "--force {folder}"),
)
CANNOT_WRITE = _("Cannot write to {folder}: {why}")
NO_DIFFERENCE = _("No differences from version {version}.")
WOULD_CHANGE = ngettext(
    "{count} change compared with version {version}",
    "{count} changes compared with version {version}",
)
HOW_TO_APPLY = with_commands(
    _("To apply: {command}"), command=CommandText("apply", "--base {version} {folder}")
)
NOW_CURRENT = ngettext(
    "Version {version} is in effect, with {count} change",
    "Version {version} is in effect, with {count} changes",
)
NOBODY_RUNS = with_commands(
    _("No node is running. The version takes effect when {command} starts."),
    command=CommandText("serve"),
)
AND_MORE = _("… and {count} more")
BEWARE = _("Check the following:")
WRITTEN = ngettext(
    "Wrote version {version} to {folder}: {count} file.",
    "Wrote version {version} to {folder}: {count} files.",
)


def plan(context: CommandContext) -> int:
    """Print what would change; exit code 3 if it could not be applied."""
    documents = documents_of(context, Path(context.args.folder))
    answer = context.ask(definition_operations.PLAN, Planned, documents=documents)
    examples = _examples_in(documents)
    if context.args.json:
        context.print_json({**as_json(answer), "placeholders": placeholders_as_json(examples)})
        return exits.INVALID if answer.problems else exits.DONE
    if answer.problems:
        raise _unusable(context, [(p.where, p.what) for p in answer.problems])
    differences, base, more = answer.differences, answer.base, answer.more
    if not differences and not answer.refused:
        print(context.say(NO_DIFFERENCE.fill(version=base)))
        say_cautions(context, answer.cautions)
        say_placeholders(context, examples)
        return exits.DONE
    head = WOULD_CHANGE.fill(count=len(differences) + more, version=base)
    list_changes(context, head, differences, more)
    say_cautions(context, answer.cautions)
    say_placeholders(context, examples)
    instruction = HOW_TO_APPLY.fill(version=base, folder=context.args.folder)
    print(context.say(answer.refused or instruction))
    return exits.DONE


def apply(context: CommandContext) -> int:
    """Put the definitions of a folder in force."""
    args = context.args
    documents = documents_of(context, Path(args.folder))
    answer = context.ask(
        definition_operations.APPLY,
        Applied,
        documents=documents,
        base=args.base,
        note=args.note,
        empty=args.empty,
    )
    examples = _examples_in(documents)
    if args.json:
        context.print_json({**as_json(answer), "placeholders": placeholders_as_json(examples)})
        return exits.DONE
    say_applied(context, answer)
    say_placeholders(context, examples)
    return exits.DONE


def _examples_in(documents: Sequence[Mapping[str, Any]]) -> Placeholders:
    return placeholders_of(Document(**one) for one in documents)


def say_applied(context: CommandContext, answer: Applied) -> int:
    """Say which version is in force now, and what that changed."""
    if context.args.json:
        context.print_json(answer)
        return exits.DONE
    differences, version = answer.differences, answer.version
    if not differences:
        print(context.say(NO_DIFFERENCE.fill(version=version)))
        say_cautions(context, answer.cautions)
        return exits.DONE
    more = answer.more
    head = NOW_CURRENT.fill(count=len(differences) + more, version=version)
    list_changes(context, head, differences, more)
    say_cautions(context, answer.cautions)
    if not context.is_node_running:
        print(context.say(NOBODY_RUNS))
    return exits.DONE


def say_dry_run(context: CommandContext, answer: Applied) -> int:
    """Say what would change, of a change that was only tried."""
    if context.args.json:
        context.print_json(answer)
        return exits.DONE
    differences, version, more = answer.differences, answer.version, answer.more
    if differences:
        head = WOULD_CHANGE.fill(count=len(differences) + more, version=version)
        list_changes(context, head, differences, more)
    else:
        print(context.say(NO_DIFFERENCE.fill(version=version)))
    say_cautions(context, answer.cautions)
    return exits.DONE


def say_cautions(context: CommandContext, cautions: Sequence[Message]) -> None:
    """Say what somebody should know, if there is something."""
    if cautions:
        _list(context, BEWARE, cautions)


def export(context: CommandContext) -> int:
    """Write what is in force into the folder; without --force nothing that is there is lost."""
    answer, folder = (
        context.ask(definition_operations.EXPORT, Exported),
        Path(context.args.folder),
    )
    documents = answer.documents
    try:
        losses = () if context.args.force else what_would_be_lost(folder, documents)
        if losses:
            head = WOULD_LOSE.fill(folder=folder, version=answer.version)
            raise RefusedError("conflict", head, [(p.where, p.what) for p in losses])
        write_folder(folder, documents)
    except Invalid as invalid:
        problems = [(p.where, p.what) for p in invalid.problems]
        raise _unusable(context, problems, NOT_EMPTY) from None
    except OSError as error:
        raise RefusedError(
            "invalid", CANNOT_WRITE.fill(folder=folder, why=cause_text(error))
        ) from None
    version, count = answer.version, len(documents)
    print(context.say(WRITTEN.fill(version=version, folder=folder, count=count)))
    return exits.DONE


def documents_of(context: CommandContext, folder: Path) -> Sequence[Mapping[str, Any]]:
    """Return the definitions in a folder, as an operation takes them. Raises RefusedError."""
    content = look_into(folder)
    documents = [{"key": one.key, "body": one.body} for one in content.documents]
    if content.problems:
        raise _unusable(context, _all_problems(context, documents, content.problems))
    return documents


def _all_problems(
    context: CommandContext, documents: Sequence[Mapping[str, Any]], of_files: Sequence[Problem]
) -> Sequence[tuple[str, Message]]:
    """Return what is wrong with the files, and what the node says of those that could be
    read."""
    faulty = [problem.where for problem in of_files]
    try:
        answer = context.ask(
            definition_operations.PLAN, Planned, documents=documents, faulty=faulty
        )
    except RefusedError:  # nobody to ask: the files are wrong all the same
        return [(p.where, p.what) for p in of_files]
    return [(p.where, p.what) for p in by_file((*of_files, *answer.problems))]


def _unusable(
    context: CommandContext, problems: Sequence[tuple[str, Message]], head: Message = UNUSABLE
) -> RefusedError:
    words = head.fill(folder=context.args.folder, count=len(problems))
    return RefusedError("invalid", words, problems)


def list_changes(
    context: CommandContext, head: Message, changes: Iterable[Message], more: int
) -> None:
    """Print the first changes, and how many more there are."""
    _list(context, head, changes)
    if more:
        print(f"  {context.say(AND_MORE.fill(count=more))}")


def _list(context: CommandContext, head: Message, messages: Iterable[Message]) -> None:
    print(context.say(head))
    for words in messages:
        print(f"  {context.say(words)}")
