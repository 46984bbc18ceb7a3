"""A bad network to order: a TCP proxy between the browser and the real server.

The browser visits the proxy's own address, so the origin stays the same whatever the network
does and whichever server stands behind it. It counts every octet, can edit the answer to one
path, and knows nothing of the app.
"""

from __future__ import annotations

import asyncio
import enum
import re
import socket
import struct
import threading
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from typing import Self

HOST = "127.0.0.1"
RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER with no time: closing sends RST
PORTAL = "<!doctype html><title>Free Wi-Fi</title><h1>Log in to the hotel's network</h1>"
DETOUR = "detour"
ERROR = "<!doctype html><title>500</title><h1>The load balancer is sorry</h1>"


class Network(enum.Enum):
    """What the network does with a request."""

    GOOD = enum.auto()
    REFUSED = enum.auto()  # nothing listens: the server is dead, for every path
    RESET = enum.auto()
    HANGING = enum.auto()  # the connection is taken and never answered
    CUT_SHORT = enum.auto()  # the answer breaks off half-way
    FAILING = enum.auto()  # a load balancer's 500
    CAPTIVE = enum.auto()  # a captive portal's 200, with leave to cache it
    DETOURING = enum.auto()  # sent round to another address, which has the right answer


@dataclass
class Exchange:
    """A request that reached the proxy, and how many octets of answer went back."""

    method: str
    target: str
    octets: int = 0

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


class Proxy:
    """A proxy in a thread of its own, between entering and leaving its `with` block."""

    def __init__(self, server_port: int) -> None:
        self.server_port = server_port
        self.exchanges: list[Exchange] = []
        self.edits: dict[str, tuple[bytes, bytes]] = {}
        self._news = threading.Condition()
        self._network, self._paths = Network.GOOD, re.compile("")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._tasks: set[asyncio.Task[None]] = set()
        self._socket = _bound(0)
        self.port: int = self._socket.getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def paths(self) -> list[str]:
        """The paths asked for since `exchanges` was last cleared."""
        return [exchange.path for exchange in self.exchanges]

    def become(self, network: Network, paths: str = "") -> None:
        """Treat requests like this from now on; only those with a matching path, if given."""
        self._network, self._paths = network, re.compile(paths)
        self._run(self._listen())

    def wait_until_asked(self, paths: str, times: int = 1, seconds: float = 30) -> None:
        """Return once matching paths have been asked for so often, since the last clearing."""
        with self._news:
            assert self._news.wait_for(
                lambda: sum(bool(re.search(paths, path)) for path in self.paths) >= times, seconds
            )

    def __enter__(self) -> Self:
        self._thread.start()
        self._run(self._listen())
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10)

    async def _listen(self) -> None:
        """Drop every connection and listen anew; a refusing port is held but not listened on."""
        await self._stop()
        self._socket = _bound(self.port)
        if self._network is not Network.REFUSED:
            self._socket.listen(128)
            self._loop.add_reader(self._socket, self._accept, self._socket)

    async def _stop(self) -> None:
        self._loop.remove_reader(self._socket)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._socket.close()

    def _start(self, work: Coroutine[Any, Any, None], held: socket.socket) -> None:
        """Begin a task; its socket is closed with it, also when it ends before its first step."""
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: held.close())

    def _accept(self, listener: socket.socket) -> None:
        """Not by `sock_accept`: cancelled at the wrong moment it loses the socket it accepted."""
        with suppress(OSError):
            client, _ = listener.accept()
            client.setblocking(False)
            self._start(self._serve(client), client)

    async def _serve(self, client: socket.socket) -> None:
        """One request and its answer; then the connection ends, so that a change acts at once."""
        reader, writer = await asyncio.open_connection(sock=client)
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                head = await reader.readuntil(b"\r\n\r\n")
                method, target, _ = head.split(b"\r\n")[0].decode("latin-1").split(" ")
                exchange = Exchange(method, target)
                with self._news:
                    self.exchanges.append(exchange)
                    self._news.notify_all()
                await self._answer(exchange, head, reader, writer)
        finally:
            writer.transport.abort()

    async def _answer(
        self,
        exchange: Exchange,
        head: bytes,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        is_concerned = self._paths.search(exchange.path) and DETOUR not in exchange.target
        network = self._network if is_concerned else Network.GOOD
        if network is Network.HANGING:
            await reader.read()
        elif network is Network.RESET:
            writer.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE
            )
        else:
            answer = _canned(network, exchange) or await self._fetch(exchange.path, head, reader)
            if network is Network.CUT_SHORT:
                answer = answer[: len(answer) - 1 - _body_length(answer) // 2]
            exchange.octets = len(answer)
            writer.write(answer)
            await writer.drain()
            writer.write_eof()
            await reader.read()

    async def _fetch(self, path: str, head: bytes, reader: asyncio.StreamReader) -> bytes:
        """The server's whole answer to a request, over a connection of its own."""
        length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
        body = await reader.readexactly(int(length[1])) if length else b""
        edit = self.edits.get(path)
        sent = (
            _without(head, b"connection", b"accept-encoding")
            if edit
            else _without(head, b"connection")
        )
        server_reader, server = await asyncio.open_connection(HOST, self.server_port)
        try:
            server.write(sent[:-2] + b"Connection: close\r\n\r\n" + body)
            answer = await server_reader.read()
        finally:
            server.transport.abort()
        return _without(answer.replace(*edit), b"content-length") if edit else answer


def _without(message: bytes, *names: bytes) -> bytes:
    """An HTTP message without some of its header fields."""
    head, _, body = message.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if line.partition(b":")[0].lower() not in names]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def _bound(port: int) -> socket.socket:
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind((HOST, port))
    held.setblocking(False)
    return held


def _canned(network: Network, exchange: Exchange) -> bytes:
    """What this network answers by itself; nothing when the server is to be asked."""
    status, page = {
        Network.FAILING: ("500 Internal Server Error", ERROR),
        Network.CAPTIVE: ("200 OK\r\nCache-Control: max-age=3600", PORTAL),
        Network.DETOURING: (f"302 Found\r\nLocation: {exchange.path}?{DETOUR}", ERROR),
    }.get(network, ("", ""))
    lines = f"Content-Type: text/html\r\nContent-Length: {len(page)}\r\nConnection: close"
    return f"HTTP/1.1 {status}\r\n{lines}\r\n\r\n{page}".encode() if page else b""


def _body_length(answer: bytes) -> int:
    return len(answer.partition(b"\r\n\r\n")[2])
