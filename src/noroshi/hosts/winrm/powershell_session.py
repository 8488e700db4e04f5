"""Run scripts in a PowerShell on a Windows computer, which is kept between turns.

pypsrp speaks the PowerShell Remoting Protocol (MS-PSRP) and blocks, so it works in a thread. What it
sends and receives goes through `WinrmChannel`, on the loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar, cast

from pypsrp.complex_objects import PSInvocationState
from pypsrp.exceptions import WinRMError, WinRMTransportError, WSManFaultError
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import WSMan

from noroshi.core.winrm_login import WinrmLogin
from noroshi.hosts.threads import run_in_thread
from noroshi.hosts.winrm.channel import TOO_MUCH, SoapFaultError, WinrmChannel
from noroshi.hosts.winrm.winrm_problem import WinrmProblem, fault_row
from noroshi.ports import Unmeasurable

T = TypeVar("T")
KEPT = 1200
"""Seconds after which Windows ends a PowerShell that nobody has used: ours, if we do not come back."""
MOST_OUTPUT = 8 << 20
"""Bytes that a script may answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptResult:
    """Hold the lines that a script wrote, and how it failed; "" if it did not."""

    lines: Sequence[str]
    error: str = ""


class _Transport:
    """Stand for pypsrp's own transport, which would make connections by itself."""

    def __init__(self, login: WinrmLogin, channel: WinrmChannel) -> None:
        scheme = "https" if login.is_https else "http"
        self.endpoint = f"{scheme}://{login.host_and_port}/wsman"
        self.received_bytes = 0
        self._login, self._channel = login, channel
        self._loop = asyncio.get_running_loop()

    def send(
        self, message: bytes, *, retries_on_read_timeout: int = 0, timeout: float | None = None
    ) -> bytes:
        """Return the answer to a message. Called in the thread; time-outs are the loop's."""
        work = self._channel.post(message)
        try:
            answer = asyncio.run_coroutine_threadsafe(work, self._loop).result()
        except SoapFaultError as fault:
            raise WinRMTransportError("http", 500, fault.text) from None
        self.received_bytes += len(answer)
        if self.received_bytes > MOST_OUTPUT:
            peer = self._login.host_and_port
            raise Unmeasurable(TOO_MUCH.fill(where=peer, most=MOST_OUTPUT))
        return answer

    def close(self) -> None:
        """Leave the connection alone: it is not pypsrp's."""


class PowerShellSession:
    """Hold one PowerShell on a computer. Each method raises Unmeasurable with whose it is; the
    session is then of no more use."""

    def __init__(self, login: WinrmLogin, channel: WinrmChannel) -> None:
        self._login, self._channel = login, channel
        self._transport = _Transport(login, channel)
        self._pool: RunspacePool | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether the PowerShell has been started."""
        return self._pool is not None

    async def open(self) -> None:
        """Start the PowerShell."""
        await self._channel.log_in()
        await self._in_thread(self._open)

    async def run(self, script: str, argument: str) -> ScriptResult:
        """Run a script with one argument."""
        if self._pool is None:
            await self.open()
        self._transport.received_bytes = 0
        pool = self._pool
        assert pool is not None
        return await self._in_thread(lambda: self._run(pool, script, argument))

    async def end(self) -> None:
        """End the PowerShell over there."""
        if self._pool is not None:
            await self._in_thread(self._pool.close)

    def drop(self) -> None:
        """Let go of the connection: whatever is under way ends with an error."""
        self._channel.end()

    async def _in_thread(self, work: Callable[[], T]) -> T:
        try:
            return await run_in_thread(work)
        except WSManFaultError as fault:
            raise self._fault(fault) from None
        except WinRMError as error:
            raise WinrmProblem("not_winrm", self._login, str(error)) from None
        except (ValueError, LookupError, SyntaxError, AttributeError, TypeError) as error:
            # What the server sent is no message of the protocol: the library trips over it.
            raise WinrmProblem("not_winrm", self._login, str(error)) from None

    def _open(self) -> None:
        connection = WSMan(self._login.address, no_proxy=True)
        connection.transport = self._transport  # type: ignore[assignment]  # it has what is used
        pool = RunspacePool(connection, idle_timeout=KEPT)
        pool.open()
        self._pool = pool

    def _run(self, pool: RunspacePool, script: str, argument: str) -> ScriptResult:
        shell = PowerShell(pool)
        shell.add_script(script, use_local_scope=True).add_argument(argument)
        output = cast("list[object]", shell.invoke())
        is_done = shell.state == PSInvocationState.COMPLETED
        errors = [str(one) for one in shell.streams.error]
        shell.close()
        return ScriptResult(
            lines=[str(one) for one in output], error="" if is_done else " ".join(errors) or "?"
        )

    def _fault(self, fault: WSManFaultError) -> WinrmProblem:
        reply = " ".join(filter(None, (fault.reason, fault.provider_fault)))
        code = f"0x{fault.code:08X}" if isinstance(fault.code, int) else str(fault.code)
        return WinrmProblem(fault_row(fault.code), self._login, reply, code=code)
