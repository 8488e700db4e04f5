"""Say what Python's reader of TOML says of a file, in both languages; it speaks English
alone."""

from __future__ import annotations

import re

from noroshi.core.translation import Message, _, plain

KNOWN = (
    (r"Cannot overwrite a value", _("Cannot overwrite a value")),
    (
        r"Escaped character is not a Unicode scalar value",
        _("Escaped character is not a Unicode scalar value"),
    ),
    (
        r"Expected '=' after a key in a key/value pair",
        _("Expected '=' after a key in a key/value pair"),
    ),
    (
        r"Expected ']' at the end of a table declaration",
        _("Expected ']' at the end of a table declaration"),
    ),
    (
        r"Expected ']]' at the end of an array declaration",
        _("Expected ']]' at the end of an array declaration"),
    ),
    (
        r"Expected newline or end of document after a statement",
        _("Expected newline or end of document after a statement"),
    ),
    (r"Invalid date or datetime", _("Invalid date or datetime")),
    (r"Invalid hex value", _("Invalid hex value")),
    (
        r"Invalid initial character for a key part",
        _("Invalid initial character for a key part"),
    ),
    (r"Invalid statement", _("Invalid statement")),
    (r"Invalid value", _("Invalid value")),
    (r"a name of more than (?P<text>\d+) parts", _("a name of more than {text} parts")),
    (r"a number of too many digits", _("a number with too many digits")),
    (r"Unclosed array", _("Unclosed array")),
    (r"Unclosed inline table", _("Unclosed inline table")),
    (r"Unescaped '\\' in a string", _("Unescaped '\\' in a string")),
    (r"Unterminated string", _("Unterminated string")),
    (r"Cannot declare (?P<text>.*) twice", _("Cannot declare {text} twice")),
    (
        r"Cannot mutate immutable namespace (?P<text>.*)",
        _("Cannot mutate immutable namespace {text}"),
    ),
    (r"Cannot redefine namespace (?P<text>.*)", _("Cannot redefine namespace {text}")),
    (r"Duplicate inline table key (?P<text>.*)", _("Duplicate inline table key {text}")),
    (r"Expected (?P<text>.*)", _("Expected {text}")),
    (r"Found invalid character (?P<text>.*)", _("Found invalid character {text}")),
    (r"Illegal character (?P<text>.*)", _("Illegal character {text}")),
)
AT_THE_END = " (at end of document)"
END = _("{cause} (at end of document)")
QUOTE_MISSING = _('a quotation mark (") is missing in this line')
NO_QUOTES = _('text must be in quotation marks: {key} = "{text}"')
BACKSLASH = _(
    "in double quotation marks a \\ must be doubled; or use single ones: {key} = '{text}'"
)
NO_TEXT = re.compile(r"$|[-+0-9.\[{'\"]|(?:true|false|inf|nan)\b")
QUOTES = "\"'“”„＂「」"
LONGEST_SHOWN = 60


def toml_cause(message: str, text: str) -> Message:
    """Name the cause of a refusal by the line of the file, as a person would mend it.

    `message` is the reader's without the place, `text` the file as far as the line of that place.
    A refusal whose cause the line does not show keeps what the reader says.
    """
    line = text.rstrip("\r\n").rpartition("\n")[2]
    if has_odd_quotes(line):
        return QUOTE_MISSING
    key, equals, raw_value = line.partition("=")
    value = raw_value.partition("#")[0].strip()
    if not equals:
        return toml_error_text(message)
    arguments = {"key": key.strip(), "text": value.strip(QUOTES)[:LONGEST_SHOWN]}
    if message.startswith("Unescaped") or message == "Invalid hex value":
        return BACKSLASH.fill(**arguments)
    if message == "Invalid value" and not NO_TEXT.match(value):
        return NO_QUOTES.fill(**arguments)
    return toml_error_text(message)


def has_odd_quotes(line: str) -> bool:
    """Return True for one that opens a text and does not close it, or closes one that is not open."""
    bare = re.sub(r"'[^']*'|\\.", "", line)
    return '"""' not in line and bare.partition("#")[0].count('"') % 2 == 1


def toml_error_text(message: str) -> Message:
    """Return the message in words of ours, without the position; an unknown message stays as it
    is."""
    bare_message = message.removesuffix(AT_THE_END)
    for pattern, words in KNOWN:
        if match := re.fullmatch(pattern, bare_message, re.DOTALL):
            cause = words.fill(**match.groupdict())
            return cause if bare_message == message else END.fill(cause=cause)
    return plain(message)
