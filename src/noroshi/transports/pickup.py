"""Pickup: writes each mail as an .eml file into a folder from which a mail server takes it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC
from hashlib import sha256
from pathlib import Path
from typing import Literal

from noroshi.core.definitions.problems import InvalidValueError
from noroshi.core.mail import Answer, Envelope, Fault, Receipt, Verdict
from noroshi.core.marked_names import with_settings
from noroshi.core.translation import Message, _
from noroshi.knowledge.os_errors import cause_text, words_of
from noroshi.ports import TransportContext, TransportKind, options
from noroshi.transports.mime.message import (
    check_address,
    compose,
    message_ids,
    paths_of,
    smtp_address,
)
from noroshi.transports.pickup_folder import write

PATIENCE = 30.0
"""Seconds until a folder that does not answer (a share whose server is away) is given up."""
MOST_AT_ONCE = 4
NO_FOLDER = with_settings(_("{folder} must be an absolute path"), "folder")
BAD_SENDER = with_settings(_("{sender} “{given}” is not an email address"), "sender")
WRITTEN_AS = _("written as {name}")
CANNOT_WRITE = _("cannot write to the pickup folder {folder}: {why}")
HANGS = _("it did not answer within {seconds:g} s; the disk or the share hangs")


@options
class Options:
    folder: str
    """Absolute path of the folder; the mail server must watch it."""
    sender: str
    """Sender address."""
    sender_name: str = "Noroshi"
    """Name that mail programs show as the sender of the messages."""
    charset: Literal["utf-8", "iso-2022-jp"] = "utf-8"
    """Character set of messages. A message that iso-2022-jp cannot encode uses utf-8."""
    envelope_headers: bool = False
    """Write X-Sender and X-Receiver at the beginning of each file, as IIS and Exchange's Replay
    folder require."""

    def __post_init__(self) -> None:
        if not Path(self.folder).is_absolute() or "\0" in self.folder:
            raise InvalidValueError(NO_FOLDER)
        check_address(self.sender, BAD_SENDER)

    @property
    def where(self) -> str:
        return self.folder


class PickupTransport:
    """Write mails into a pickup folder. A mail is accepted once it is on the disk under the
    final name."""

    def __init__(
        self,
        options: Options,
        context: TransportContext,
        patience: float = PATIENCE,
        write: Callable[[Path, str, bytes], None] = write,
    ) -> None:
        self._options, self._context, self._patience = options, context, patience
        self._write = write
        self._write_tasks: set[asyncio.Future[None]] = set()

    async def send(self, envelope: Envelope) -> Receipt:
        """Write a mail and return an answer for each address; raise only for a bug."""
        paths, answer_by_address = paths_of(envelope)
        name = file_name(envelope)
        trouble = (
            await self._write_problem(name, self._content(envelope, paths)) if paths else None
        )
        answer = Answer(Verdict.ACCEPTED, words=WRITTEN_AS.fill(name=name))
        if trouble is not None:
            message = CANNOT_WRITE.fill(folder=self._options.folder, why=trouble)
            answer = Answer(Verdict.ROUTE_DOWN, words=message, fault=Fault.SETUP)
        answer_by_address |= dict.fromkeys(paths, answer)
        is_written = trouble is None and bool(paths)
        return Receipt(
            at=self._context.clocks.wall(),
            answers=answer_by_address,
            provider_id=name if is_written else "",
            message_ids=message_ids(envelope, self._options.sender) if is_written else (),
        )

    async def probe(self) -> Answer:
        """Do nothing: only a mail tells whether one is taken."""
        return Answer(Verdict.ACCEPTED)

    async def close(self) -> None:
        """Do nothing: nothing is held open; a write that hangs is left to itself."""

    def _content(self, envelope: Envelope, paths: Mapping[str, str]) -> bytes:
        """Compose the mail for those alone who still need it: a pickup folder may go by To."""
        options = self._options
        mail = compose(
            replace(envelope, to=tuple(paths), reached=(), refused=()),
            options.sender,
            options.sender_name,
            options.charset,
        )
        if not options.envelope_headers:
            return mail
        lines = [f"X-Sender: <{smtp_address(options.sender)}>"]
        lines += [f"X-Receiver: <{path}>" for path in paths.values()]
        return "".join(f"{line}\r\n" for line in lines).encode("ascii") + mail

    async def _write_problem(self, name: str, content: bytes) -> Message | None:
        """Return the problem of writing, or None. While earlier writes hang, spend no further
        thread."""
        if len(self._write_tasks) >= MOST_AT_ONCE:
            return HANGS.fill(seconds=self._patience)
        work = asyncio.to_thread(self._write, Path(self._options.folder), name, content)
        write_task = asyncio.ensure_future(work)
        self._write_tasks.add(write_task)
        write_task.add_done_callback(self._forget)
        try:
            async with asyncio.timeout(self._patience):
                await asyncio.shield(write_task)
        except TimeoutError:
            return HANGS.fill(seconds=self._patience)
        except OSError as error:
            return why_of(error)
        return None

    def _forget(self, write_task: asyncio.Future[None]) -> None:
        self._write_tasks.discard(write_task)
        if not write_task.cancelled():
            write_task.exception()  # it was looked at, or it came too late to be of use


def why_of(error: OSError) -> Message:
    """Say why the folder cannot be written to."""
    return words_of("pickup", error.errno) or cause_text(error)


def file_name(envelope: Envelope) -> str:
    """Return the same name for the same envelope; in order of the envelopes' birth."""
    born = envelope.born.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    return f"{born}-{sha256(envelope.id.encode('utf-8', 'replace')).hexdigest()[:16]}.eml"


KIND = TransportKind(
    kind="pickup",
    title=_("Pickup folder"),
    help=_(
        "Writes messages as .eml files to a folder from which a mail server sends them "
        "(Exchange, IIS)."
    ),
    options=Options,
    open=PickupTransport,
)
