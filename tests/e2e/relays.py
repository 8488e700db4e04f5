"""A computer on the way between two others, from which each byte goes on after a while."""

import asyncio
import threading


class Relay:
    """Listens at the port of a hub, and passes on both ways, each way `delay` seconds late. `carried`
    counts bytes."""

    def __init__(self, machine, hub, port, delay):
        self.address, self.carried, self._delay = machine.address, 0, delay
        self._hub, self._port, self.ways = hub.address, port, set()
        with machine.network():  # the loop's sockets too, as its thread begins there
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._run)
            self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()

    def end(self):
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self):
        self._loop.run_forever()

    async def _listen(self):
        self._server = await self._loop.create_server(
            lambda: _Way(self), self.address, self._port
        )

    async def _close(self):
        self._server.close()
        for way in self.ways:
            way.transport.abort()
        await asyncio.sleep(0)

    async def connect(self, way):
        """The other half of a connection, to the hub."""
        _, other = await self._loop.create_connection(
            lambda: _Way(self, way), self._hub, self._port
        )
        return other

    def later(self, deed, *given):
        self._loop.call_later(self._delay, deed, *given)


class _Way(asyncio.Protocol):
    """One half of a connection. What comes before the other half is there waits for it."""

    def __init__(self, relay, other=None):
        self._relay, self.other, self._early = relay, other, []
        self.transport = None

    def connection_made(self, transport):
        self.transport = transport
        self._relay.ways.add(self)
        if self.other is None:
            self._connecting = asyncio.ensure_future(self._connect())

    async def _connect(self):
        try:
            self.other = await self._relay.connect(self)
        except OSError:
            self.transport.abort()
            return
        for data in self._early:
            self.other.pass_on(data)

    def data_received(self, data):
        self._relay.carried += len(data)
        self._relay.later(self._deliver, data)

    def _deliver(self, data):
        if self.other is None:
            self._early.append(data)
        else:
            self.other.pass_on(data)

    def pass_on(self, data):
        self.transport.write(data)

    def connection_lost(self, _error):
        self._relay.ways.discard(self)
        if self.other is not None:
            self._relay.later(self.other.transport.abort)
