"""A load generator in one process: keep-alive connections that ask for one thing again and again.

It speaks as much HTTP/1.1 as that takes, so that it costs less than the server it measures.
"""

from __future__ import annotations

import asyncio
import time

CONNECTIONS = 16


class _Asker(asyncio.Protocol):
    """One connection: writes the request, counts a whole answer, writes the next."""

    def __init__(self, request: bytes, expected_octets: int, done: asyncio.Event) -> None:
        self._request = request
        self._expected = expected_octets
        self._got = 0
        self._done = done
        self.answers = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._transport.write(self._request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self._got += len(data)
        while self._got >= self._expected:
            self._got -= self._expected
            self.answers += 1
            if not self._done.is_set():
                self._transport.write(self._request)  # type: ignore[attr-defined]


def rate(port: int, path: str, headers: dict[str, str], seconds: float) -> float:
    """Answers a second that the server on that port gives to 16 connections asking for `path`."""
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        *(f"{k}: {v}" for k, v in headers.items()),
    ]
    return asyncio.run(_run(port, ("\r\n".join(lines) + "\r\n\r\n").encode(), seconds))


async def _run(port: int, request: bytes, seconds: float) -> float:
    expected = await _answer_octets(port, request)
    done = asyncio.Event()
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(lambda: _Asker(request, expected, done), "127.0.0.1", port)
        for _ in range(CONNECTIONS)
    ]
    before, started = sum(asker.answers for _, asker in made), time.perf_counter()
    await asyncio.sleep(seconds)
    after, ended = sum(asker.answers for _, asker in made), time.perf_counter()
    done.set()
    for transport, _ in made:
        transport.close()
    return (after - before) / (ended - started)


async def _answer_octets(port: int, request: bytes) -> int:
    """The length of one answer, head and body: all answers to the same request are alike."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
    await reader.readexactly(int(fields.get(b"content-length", 0)))
    writer.close()
    return len(head) + int(fields.get(b"content-length", 0))
