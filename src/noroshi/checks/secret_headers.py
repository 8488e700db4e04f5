"""Handle the secret headers of a web page's monitor: the options hold their names, the vault
holds their values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from noroshi.core import http_expectations
from noroshi.core.instruction import ANY_ENTRY, InstructionKind, followed_by
from noroshi.core.marked_names import with_settings
from noroshi.core.model import Reading
from noroshi.core.printable import visible_text
from noroshi.core.redaction import Masks
from noroshi.core.reserved_entries import reserved
from noroshi.core.translation import Message, _, with_wording
from noroshi.definitions.documents import ENTRY
from noroshi.ports import Host, Outcome, Unmeasurable
from noroshi.vault import Secret

VALUE = re.compile(r"[!-~](?:[ -~]{0,7998}[!-~])?")
"""RFC 9110, 5.5, of which this is the safe part; tokens are long."""
SHORTEST = 8
"""Letters of a word that may be a secret by itself: of "Bearer x" it is x."""
NO_ENTRY = followed_by(
    with_settings(
        _(
            "{secret_headers} sets each header to the name of a vault entry, never to the value."
        ),
        "secret_headers",
    ),
    InstructionKind.PUT_ENTRY,
    entry=ANY_ENTRY,
)
TWICE = _("the header “{name}” is set twice")
IN_THE_CLEAR = _(
    "secret headers are sent only over HTTPS, or to a computer on a private network by its "
    "IP address (as in http://192.168.1.10:8080/health)"
)
NO_VALUE = _(
    "the vault entry “{entry}” cannot be sent as the header {name}: the value of a header is "
    "one line of printable ASCII"
)


def faults_of(
    url: str, headers: Mapping[str, str], secret_headers: Mapping[str, str]
) -> Iterator[Message]:
    """Return what is wrong with the headers; nothing that was given for an entry's name is
    repeated."""
    names = [name.lower() for name in (*headers, *secret_headers)]
    if len(names) > http_expectations.MOST_HEADERS:
        yield http_expectations.TOO_MANY_HEADERS.fill(most=http_expectations.MOST_HEADERS)
    for name, entry in secret_headers.items():
        if not http_expectations.may_be_set(name):
            yield http_expectations.BAD_HEADER.fill(name=visible_text(name))
        if names.count(name.lower()) > 1:
            yield TWICE.fill(name=visible_text(name))
        if not ENTRY.fullmatch(entry):
            yield NO_ENTRY
        elif reason := reserved(entry):
            yield reason
    if (
        secret_headers
        and not http_expectations.fault_of(url)
        and not http_expectations.keeps_secrets(url)
    ):
        yield IN_THE_CLEAR


async def secret_values(headers: Mapping[str, str], host: Host) -> Mapping[str, Secret]:
    """Return the values of secret headers, by the headers' names. Raises Unmeasurable."""
    secret_by_header = dict[str, Secret]()
    for name, entry in headers.items():
        secret_by_header[name] = Secret((await host.secret(entry)).strip())
        if not VALUE.fullmatch(secret_by_header[name].reveal()):
            raise Unmeasurable(NO_VALUE.fill(entry=entry, name=name))
    return secret_by_header


class SecretMask:
    """The words of a server without the secrets that it was sent: it may quote them."""

    def __init__(self, secrets: Mapping[str, Secret]) -> None:
        header_values = [value.reveal() for value in secrets.values()]
        words = [
            word for value in header_values for word in value.split() if len(word) >= SHORTEST
        ]
        self._masks, self._secrets = Masks(*header_values, *words), (*header_values, *words)

    def masked_message(self, words: Message) -> Message:
        """Return the words without any piece of them, for whoever reads an answer."""
        if not self._secrets:
            return words
        return with_wording(words, self._masks.masked)

    def masked_outcome(self, outcome: Outcome) -> Outcome:
        """Return readings without them: of what a server says they have the names it leads
        to."""
        return replace(outcome, readings=tuple(map(self._reading, outcome.readings)))

    def masked_error(self, error: Unmeasurable) -> Unmeasurable:
        return Unmeasurable(self._masked(error.words), error.memory)

    def _reading(self, reading: Reading) -> Reading:
        return replace(reading, note=self._masked(reading.note))

    def _masked(self, words: Message) -> Message:
        return with_wording(words, self._masked_text)

    def _masked_text(self, text: str) -> str:
        for value in self._secrets:
            text = text.replace(value, "…")
        return text
