"""All PowerShell that Noroshi ships or shows, held to PowerShell's grammar: nothing here can run it.

The grammar is tree-sitter's, written by others. It knows syntax, and no command or parameter.
"""

from pathlib import Path

import tree_sitter_powershell
from tree_sitter import Language, Parser

from noroshi.core.translation import LANGUAGES
from noroshi.link.install_line import InstallSource, powershell_line, powershell_text
from noroshi.link.join_code import JoinCode
from noroshi.web.view.servers import OWN_ROUTE_WAYS, own_route_commands
from tests.sweeps import sweep

PARSER = Parser(Language(tree_sitter_powershell.language()))
SCRIPTS = sorted((Path(__file__).parent.parent / "src" / "noroshi").rglob("*.ps1"))
CODE = JoinCode(bytes(16), bytes(32))


def tree_of(text):
    return PARSER.parse(text.encode()).root_node


def literals(node):
    """All texts in single quotes, as PowerShell would take them."""
    if node.type == "verbatim_string_characters":
        yield node.text.decode()
    for child in node.children:
        yield from literals(child)


def line_in(language, **given):
    source = InstallSource(
        host="hub.example.com", port=7664, certificate=b"", language=language
    )
    return powershell_line(source, CODE, "ab" * 32, **given)


@sweep("path", SCRIPTS)
def test_each_script_that_is_shipped_is_powershell(path):
    text = path.read_text(encoding="utf-8")
    assert not tree_of(text).has_error
    # Windows PowerShell 5.1 reads a file without a mark in the code page of Windows.
    assert text.isascii()
    # The same without its last brace is none: the grammar would see it.
    assert tree_of(text[: text.rindex("}")]).has_error


@sweep("language", ["", *LANGUAGES])
def test_the_line_that_is_pasted_is_powershell(language):
    tree = tree_of(line_in(language, name="fs01"))
    assert not tree.has_error
    texts = list(literals(tree))
    assert f"/S /JOIN=hub.example.com:7664 /CODE={CODE} /NAME=fs01" in map(unquoted, texts)
    assert len(texts) == 5


def test_what_an_agent_with_windows_runs_for_a_route_of_its_own_is_powershell():
    for _id, _title, _reason, commands, definition in OWN_ROUTE_WAYS:
        text = own_route_commands(commands, definition, "Windows 2022Server AMD64")
        assert not tree_of(text).has_error and "sudo" not in text
        assert definition in text
        on_linux = own_route_commands(commands, definition, "Linux 6.12 x86_64")
        assert tree_of(on_linux).has_error or not definition


def unquoted(literal):
    return literal[1:-1]


@sweep("text", ["a'b", "\u2018a\u2019; calc; '", "$(calc)`", '"', "", "\u6587\u5b57"])
def test_a_text_stays_one_text_whatever_it_holds(text):
    quoted = powershell_text(text)
    assert not tree_of(f"throw {quoted}").has_error
    for mark in "'\u2018\u2019\u201a\u201b":
        assert quoted[1:-1].count(mark) == 2 * text.count(mark)
