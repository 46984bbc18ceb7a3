"""Bodies are read before the app sees them: few at once, fewer of one address, and not for ever.

The server underneath hands a request over before its body is there and then waits without end
on one of few threads, since it has no time-out for that. So most threads are kept for what needs
no body, above all pages, and what does not come is given up by cutting the wire.
"""

from __future__ import annotations

import os
import socket
import struct
import threading
from collections import Counter
from collections.abc import Iterable
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from webapp.problems import Problem
from webapp.rates import network_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse
    from _typeshed.wsgi import WSGIApplication
    from _typeshed.wsgi import WSGIEnvironment

AT_ONCE = 3
"""The Procfile gives a web process five threads; granian warns of more on two cores."""
AT_ONCE_OF_ONE = 2
PATIENCE_SECONDS = 10
QUIET_MILLISECONDS = 5_000
"""A connection that has brought nothing for so long is the one that is waited for, or idle."""

_BODILESS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_DESCRIPTORS = Path("/proc/self/fd")
_LAST_DATA_RECEIVED = struct.Struct("52xI")
"""Milliseconds since the last octet came, in Linux's struct tcp_info."""


def read_ahead(application: WSGIApplication, longest: int) -> WSGIApplication:
    """Wrap a WSGI application so that it finds each body of up to `longest` octets whole.

    Of a longer one it finds `longest` and one more, or nothing when its length was declared.
    """
    gate = _Gate()

    def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        declared = int(environ.get("CONTENT_LENGTH") or 0)
        may_be_any = "HTTP_TRANSFER_ENCODING" in environ or not _is_http1(environ)
        has_body = (declared or may_be_any) and environ["REQUEST_METHOD"] not in _BODILESS
        if not has_body or declared > longest:
            return application(environ, start_response)
        client = network_of(environ.get("REMOTE_ADDR", ""))
        if not gate.enter(client):
            wait = {"Retry-After": str(PATIENCE_SECONDS)}
            busy = Problem(503, "too many bodies are on their way", "Try again soon", headers=wait)
            return busy.get_response()(environ, start_response)
        try:
            body = _read(environ, longest + 1)
        finally:
            gate.leave(client)
        if len(body) < declared:
            late = Problem(408, "the body did not come", "Send it at once")
            return late.get_response()(environ, start_response)
        environ["wsgi.input"] = BytesIO(body)
        return application(environ, start_response)

    return wrapped


class _Gate:
    """Who is being waited for, by address, or by network where that is one client's."""

    def __init__(self) -> None:
        self._inside: Counter[str] = Counter()
        self._lock = threading.Lock()

    def enter(self, client: str) -> bool:
        with self._lock:
            is_full = self._inside.total() >= AT_ONCE or self._inside[client] >= AT_ONCE_OF_ONE
            if not is_full:
                self._inside[client] += 1
            return not is_full

    def leave(self, client: str) -> None:
        with self._lock:
            self._inside[client] -= 1
            self._inside += Counter()  # forgets who is at none


def _is_http1(environ: WSGIEnvironment) -> bool:
    """Whether a body is announced by the head; in HTTP/2 it just comes."""
    return str(environ.get("SERVER_PROTOCOL", "HTTP/1.1")).startswith("HTTP/1.")


def _read(environ: WSGIEnvironment, octets: int) -> bytes:
    """What comes of the body within reasonable time."""
    address = environ.get("REMOTE_ADDR", "")
    before = environ.get("werkzeug.proxy_fix.orig", {})
    peer = before.get("REMOTE_ADDR", address)
    done = threading.Event()

    def watch() -> None:
        if done.wait(PATIENCE_SECONDS):
            return
        _cut(peer, QUIET_MILLISECONDS)
        # One that drips is cut with all others of its address, unless that is a proxy's.
        if not done.wait(PATIENCE_SECONDS) and peer == address:
            _cut(peer, 0)

    threading.Thread(target=watch, daemon=True).start()
    try:
        body: bytes = environ["wsgi.input"].read(octets)
        return body
    finally:
        done.set()


def _cut(peer: str, quiet_milliseconds: int) -> None:
    """End what comes in from `peer` on each connection that was quiet for so long (on Linux).

    What we opened ourselves, such as to a database on the same machine, has no port that we
    listen on. An idle connection that is cut too costs its client nothing but a new one.
    """
    wires = list(_open_sockets())
    try:
        listening = {each.getsockname()[1] for each in wires if _is_listening(each)}
        for wire in wires:
            with suppress(OSError):
                is_theirs = wire.getpeername()[0] == peer and wire.getsockname()[1] in listening
                if is_theirs and _quiet_for(wire) >= quiet_milliseconds:
                    wire.shutdown(socket.SHUT_RD)
    finally:
        for wire in wires:
            wire.close()


def _open_sockets() -> Iterator[socket.socket]:
    """A second handle on each internet socket of this process."""
    for entry in list(_DESCRIPTORS.iterdir()) if _DESCRIPTORS.exists() else ():
        with suppress(OSError):
            if not str(entry.readlink()).startswith("socket:"):
                continue
            wire = socket.socket(fileno=os.dup(int(entry.name)))
            if wire.family in (socket.AF_INET, socket.AF_INET6):
                yield wire
            else:
                wire.close()


def _is_listening(wire: socket.socket) -> bool:
    return bool(wire.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))


def _quiet_for(wire: socket.socket) -> int:
    info = wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _LAST_DATA_RECEIVED.size)
    milliseconds: int = _LAST_DATA_RECEIVED.unpack(info)[0]
    return milliseconds
