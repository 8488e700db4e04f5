"""Say what stands between us and an answer by WinRM, by the rows of knowledge/winrm.toml."""

from __future__ import annotations

from noroshi.core.printable import readable
from noroshi.core.translation import plain, sentences
from noroshi.core.winrm_login import WinrmLogin
from noroshi.knowledge.explanation import Explanation
from noroshi.knowledge.knowledge_files import knowledge
from noroshi.ports import Unmeasurable
from noroshi.ports.examination import Exam, Remedy

LONGEST_REPLY = 300
ACCESS_DENIED = (5, 0x80070005)
SHELL_GONE = (0x8033805B, 0x8033803D)
"""Codes for a shell that the server does not have any more: it was idle for too long, or the service
was started anew."""
ROW_BY_FAULT = {
    **dict.fromkeys(ACCESS_DENIED, "access_denied"),
    **dict.fromkeys((0x80338000, 0x8033803B), "no_endpoint"),
    **dict.fromkeys((0x8033803F, *range(0x803381A5, 0x803381AC)), "quota"),
    **dict.fromkeys(range(0x803381E4, 0x803381EA), "quota"),
    **dict.fromkeys(SHELL_GONE, "shell_gone"),
}
"""Codes of WSManFault: wsmerror.h of Microsoft's SDK, and Win32's 5."""
ROW_BY_STATUS = {403: "forbidden", 404: "not_winrm", 405: "not_winrm", 503: "unavailable"}
OTHER_FAULT, OTHER_STATUS = "fault", "http_error"


class WinrmProblem(Unmeasurable):
    """Report that a row of knowledge explains what happened. `reply` is the server's own word."""

    def __init__(self, row: str, login: WinrmLogin, reply: str = "", **values: str) -> None:
        self.row, self.login, self.reply = row, login, shortened_reply(reply)
        self._row_values = {**values_of(login), **values}
        words = explanation_of(row).summary(**self._row_values)
        super().__init__(sentences(words, plain(self.reply)) if self.reply else words)

    def remedy(self, exam: Exam) -> Remedy:
        """Return the meaning, whose it is, and what mends it."""
        return remedy_of(self.row, self.login, exam, self.reply, **self._row_values)


def remedy_of(
    row: str, login: WinrmLogin, exam: Exam, reply: str = "", **values: str
) -> Remedy:
    """Return the remedy of a row for a login."""
    all_values = {**values_of(login), **values}
    return explanation_of(row).remedy(
        Exam(people=exam.people, user_values=all_values), shortened_reply(reply)
    )


def explanation_of(row: str) -> Explanation:
    """Return a row of knowledge/winrm.toml."""
    return knowledge().explanations[f"winrm.{row}"]


def values_of(login: WinrmLogin) -> dict[str, str]:
    """Return what the rows name."""
    return {
        "host": login.address,
        "port": str(login.port),
        "user": login.name,
        "entry": login.entry,
        "password": login.entry,
    }


def fault_row(code: int | str | None) -> str:
    """Return the row that explains a WSManFault."""
    return ROW_BY_FAULT.get(code, OTHER_FAULT) if isinstance(code, int) else OTHER_FAULT


def shortened_reply(text: str) -> str:
    """Return what a server said, as one short line without control characters."""
    return readable(" ".join(text.split()))[:LONGEST_REPLY]
