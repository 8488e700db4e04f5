"""`noroshi definition`: one definition shown, replaced or removed, the rest as it is."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.cli.handlers.apply import say_applied, say_would
from noroshi.cli.output.placeholders import placeholders_of, say_placeholders
from noroshi.core.definitions.problems import suggestion
from noroshi.core.translation import _
from noroshi.definitions import read_text
from noroshi.definitions.documents import document
from noroshi.definitions.toml import toml
from noroshi.knowledge.os_errors import why
from noroshi.schema import Invalid

NOT_THERE_YET = "-"
HEAD = "# {key}.toml  version {version}  etag {etag}"
NO_DEFINITION = _("There is no definition {key}{instead}.")
NONE_YET = _("There are no definitions yet. To apply some: noroshi apply DIR")
CANNOT_READ = _("Cannot read {file}: {why}")
UNUSABLE = _("{file} cannot be applied; nothing was changed.")


def show(asked: CommandContext) -> int:
    """Definitions in force; the line above each names what a safe change needs."""
    keys = asked.given.keys
    found = asked.call("definition_show", keys=keys)
    for key in keys:
        if key not in found["documents"]:
            _not_there(asked, key)
    if asked.given.json:
        asked.print_json(found)
        return exits.DONE
    if not found["documents"]:
        print(asked.say(NONE_YET))
        return exits.DONE
    texts = [
        HEAD.format(key=key, version=found["version"], etag=found["etags"][key])
        + "\n"
        + toml(content).rstrip()
        for key, content in found["documents"].items()
    ]
    print("\n\n".join(texts))
    return exits.DONE


def set_(asked: CommandContext) -> int:
    """Put a file's content in its place."""
    key, content = asked.given.key, _content(asked.given.file)
    code = _changed(asked, put={key: content})
    if not asked.given.json:
        say_placeholders(asked, placeholders_of((document(key, content),)))
    return code


def remove(asked: CommandContext) -> int:
    """Take it out."""
    return _changed(asked, remove=[asked.given.key], empty=asked.given.empty)


def rename(asked: CommandContext) -> int:
    """Give it another name; what names it follows."""
    return _changed(asked, rename={asked.given.key: asked.given.name})


def _changed(asked: CommandContext, **what: Any) -> int:
    given = asked.given
    wanted = "" if given.etag == NOT_THERE_YET else given.etag
    etags = {} if given.etag is None else {given.key: wanted}
    applied = asked.call(
        "definition_change", etags=etags, note=given.note, dry=given.dry_run, **what
    )
    return say_would(asked, applied) if given.dry_run else say_applied(asked, applied)


def _not_there(asked: CommandContext, key: str) -> None:
    known = asked.call("definition_show")["documents"]
    words = NO_DEFINITION.fill(key=key, instead=suggestion(key, known))
    raise RefusedError("not found", words)


def _content(file: str) -> dict[str, Any]:
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return read_text(raw, file)
    except OSError as error:
        raise RefusedError("invalid", CANNOT_READ.fill(file=file, why=why(error))) from None
    except Invalid as invalid:
        problems = [(p.where, p.what) for p in invalid.problems]
        raise RefusedError("invalid", UNUSABLE.fill(file=file), problems) from None
