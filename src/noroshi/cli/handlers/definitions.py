"""`noroshi definition`: one definition shown, replaced or removed, the rest as it is."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.cli.handlers.apply import say_applied, say_dry_run
from noroshi.cli.output.placeholders import Placeholders, placeholders_of, say_placeholders
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.definitions.document import Document
from noroshi.core.definitions.problems import Invalid, suggestion
from noroshi.core.translation import _, pgettext
from noroshi.definitions.document_content import document
from noroshi.definitions.folder import read_text
from noroshi.definitions.toml import toml
from noroshi.knowledge.os_errors import cause_text
from noroshi.operations import definition_operations
from noroshi.operations.definition_answers import Applied, DefinitionsShown

NOT_THERE_YET = "-"
HEAD = "# {key}.toml  version {version}  etag {etag}"
NO_DEFINITION = _("There is no definition “{key}”{instead}.")
NONE_YET = with_commands(
    _("There are no definitions yet. To apply some: {command}"),
    command=CommandText("apply", pgettext("command", "DIR")),
)
CANNOT_READ = _("Cannot read {file}: {why}")
UNUSABLE = _("{file} cannot be applied; nothing was changed.")


def show(context: CommandContext) -> int:
    """Print definitions in force; the line above each names what a safe change needs."""
    keys = context.args.keys
    answer = context.ask(definition_operations.DEFINITION_SHOW, DefinitionsShown, keys=keys)
    for key in keys:
        if key not in answer.documents:
            _raise_missing(context, key)
    if context.args.json:
        context.print_json(answer)
        return exits.DONE
    if not answer.documents:
        print(context.say(NONE_YET))
        return exits.DONE
    texts = [
        HEAD.format(key=key, version=answer.version, etag=answer.etags[key])
        + "\n"
        + toml(content).rstrip()
        for key, content in answer.documents.items()
    ]
    print("\n\n".join(texts))
    return exits.DONE


def set_(context: CommandContext) -> int:
    """Put the content of a file in place of a definition."""
    key, content = context.args.key, _content(context.args.file)
    code = _change(context, put={key: content})
    if not context.args.json:
        say_placeholders(context, _placeholders(context, document(key, content)))
    return code


def _placeholders(context: CommandContext, new: Document) -> Placeholders:
    """Return the values of a definition that were never filled in, beside the accounts in
    force."""
    if not placeholders_of((new,)):
        return ()
    answer = context.ask(
        definition_operations.DEFINITION_SHOW, DefinitionsShown, types=("accounts", "clouds")
    )
    in_force = [document(key, content) for key, content in answer.documents.items()]
    return placeholders_of((new,), in_force)


def remove(context: CommandContext) -> int:
    """Remove a definition."""
    return _change(context, remove=[context.args.key], empty=context.args.empty)


def rename(context: CommandContext) -> int:
    """Rename a definition, and all references to it."""
    return _change(context, rename={context.args.key: context.args.name})


def _change(context: CommandContext, **change: Any) -> int:
    args = context.args
    etag = "" if args.etag == NOT_THERE_YET else args.etag
    etags = {} if args.etag is None else {args.key: etag}
    answer = context.ask(
        definition_operations.DEFINITION_CHANGE,
        Applied,
        etags=etags,
        note=args.note,
        dry=args.dry_run,
        **change,
    )
    return say_dry_run(context, answer) if args.dry_run else say_applied(context, answer)


def _raise_missing(context: CommandContext, key: str) -> None:
    documents = context.ask(definition_operations.DEFINITION_SHOW, DefinitionsShown).documents
    words = NO_DEFINITION.fill(key=key, instead=suggestion(key, documents))
    raise RefusedError("not found", words)


def _content(file: str) -> dict[str, Any]:
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return read_text(raw, file)
    except OSError as error:
        raise RefusedError(
            "invalid", CANNOT_READ.fill(file=file, why=cause_text(error))
        ) from None
    except Invalid as invalid:
        problems = [(p.where, p.what) for p in invalid.problems]
        raise RefusedError("invalid", UNUSABLE.fill(file=file), problems) from None
