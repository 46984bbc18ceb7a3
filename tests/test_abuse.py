"""What strangers may try on the web process, from outside: floods, slow and broken requests."""

from __future__ import annotations

import gzip
import io
import json
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from contextlib import contextmanager
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from tests.processes import Server
from tests.processes import serving
from tests.user_agent import UserAgent
from webapp import bodies
from webapp.bodies import read_ahead

SECONDS = 60
"""Far longer than anything here may take, on the busiest machine."""
HERE, THERE, ELSEWHERE = "127.0.0.1", "127.0.0.2", "127.0.0.3"
FCM = "https://fcm.googleapis.com/fcm/send/"
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("abuse"), POCKET_RATE_LIMIT_PER_MINUTE="0") as running:
        yield running


def registration(name: str) -> dict[str, Any]:
    subscription = UserAgent(f"{FCM}{name}").as_json()
    return {"subscription": subscription, "reminder": {"times": ["08:00"], "zone": "UTC"}}


def ask(
    server: Server,
    method: str,
    path: str,
    body: Any = None,
    headers: dict[str, str] | None = None,
    source: str = HERE,
) -> tuple[int, dict[str, str]]:
    """Status and headers of one answer, asked from one of this machine's own addresses."""
    wire = HTTPConnection(HERE, server.port, timeout=SECONDS, source_address=(source, 0))
    try:
        wire.request(method, path, body, headers or {}, encode_chunked=True)
        answer = wire.getresponse()
        answer.read()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}
    finally:
        wire.close()


def put(server: Server, name: str, source: str = HERE, **headers: str) -> int:
    body = json.dumps(registration(name))
    given = JSON | {key.replace("_", "-"): value for key, value in headers.items()}
    return ask(server, "PUT", "/api/subscriptions", body, given, source)[0]


def begin(server: Server, source: str = HERE, length: int = 1_000) -> socket.socket:
    """A request whose body does not come."""
    wire = socket.create_connection((HERE, server.port), SECONDS, (source, 0))
    head = f"PUT /api/subscriptions HTTP/1.1\r\nHost: {HERE}\r\nContent-Type: application/json\r\n"
    wire.sendall(f"{head}Content-Length: {length}\r\n\r\n{{".encode())
    return wire


def wait_until(server: Server, status: int, source: str) -> None:
    """Return when a registration from `source` gets this status."""
    deadline = time.monotonic() + SECONDS
    while (found := put(server, "waiting", source)) != status:
        assert time.monotonic() < deadline, found
        time.sleep(0.1)


def read_to_end(wire: socket.socket) -> bytes:
    told = b""
    try:
        while octets := wire.recv(4096):
            told += octets
    except ConnectionResetError:
        pass
    return told


def drip(wire: socket.socket) -> None:
    """Send an octet now and then for as long as anybody listens."""
    try:
        while True:
            wire.sendall(b" ")
            time.sleep(0.5)
    except OSError:
        pass


@contextmanager
def siege(server: Server) -> Iterator[None]:
    """Strangers at two addresses who open such requests again and again."""
    is_over = threading.Event()

    def besiege(source: str) -> None:
        while not is_over.is_set():
            with suppress(OSError), begin(server, source) as wire:
                wire.settimeout(1)
                read_to_end(wire)

    threads = [threading.Thread(target=besiege, args=(at,)) for at in (HERE, ELSEWHERE) * 4]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def test_bodies_that_do_not_come_hold_up_no_page_and_are_bounded_by_address(
    server: Server,
) -> None:
    with siege(server):
        for source in (HERE, ELSEWHERE, THERE):
            wait_until(server, 503, source)
            assert ask(server, "GET", "/", source=source)[0] == 200
            assert ask(server, "GET", "/healthz")[0] == 200
    for source in (HERE, ELSEWHERE, THERE):
        wait_until(server, 409, source)  # known with somebody else's keys: it was looked up


def test_one_address_cannot_take_all_the_places(server: Server) -> None:
    with ExitStack() as wires:
        for _ in range(20):
            wires.enter_context(begin(server))
        assert put(server, "neighbour", THERE) == 201


class Waiting(io.BytesIO):
    """A body that comes once `may_come` is set; `is_asked` is set when somebody waits for it."""

    def __init__(self) -> None:
        super().__init__(b"{}")
        self.is_asked, self.may_come = threading.Event(), threading.Event()

    def read(self, size: int | None = -1, /) -> bytes:
        self.is_asked.set()
        self.may_come.wait(SECONDS)
        return super().read(size)


def test_addresses_of_one_ipv6_network_share_the_places_of_one_client() -> None:
    application = read_ahead(lambda *_: [b"whole"], 1_000)

    def send(address: str, body: io.BytesIO) -> bytes:
        given = {"REQUEST_METHOD": "PUT", "CONTENT_LENGTH": "2", "REMOTE_ADDR": address}
        return b"".join(application(given | {"wsgi.input": body}, lambda *_: lambda _: None))

    slow = [Waiting() for _ in range(bodies.AT_ONCE_OF_ONE)]
    threads = [
        threading.Thread(target=send, args=(f"2001:db8::{number}", body))
        for number, body in enumerate(slow)
    ]
    for thread, body in zip(threads, slow, strict=True):
        thread.start()
        assert body.is_asked.wait(SECONDS)
    try:
        assert b"too many bodies" in send("2001:db8:0:0:ffff::1", io.BytesIO(b"{}"))
        assert send("2001:db8:0:1::1", io.BytesIO(b"{}")) == b"whole"
    finally:
        for thread, body in zip(threads, slow, strict=True):
            body.may_come.set()
            thread.join()
    assert send("2001:db8::1", io.BytesIO(b"{}")) == b"whole"


@pytest.mark.parametrize("is_dripping", [False, True])
def test_a_body_that_does_not_come_is_given_up(server: Server, is_dripping: bool) -> None:
    with begin(server, ELSEWHERE) as wire:
        if is_dripping:
            threading.Thread(target=drip, args=(wire,), daemon=True).start()
        told = read_to_end(wire)
    assert told.startswith(b"HTTP/1.1 408") or (is_dripping and told == b"")  # reset
    assert put(server, f"after-{is_dripping}", ELSEWHERE) == 201


def test_what_we_opened_ourselves_to_the_same_address_is_not_cut() -> None:
    with socket.create_server((HERE, 0)) as listener:
        port = listener.getsockname()[1]
        with socket.create_connection((HERE, port), SECONDS) as ours, listener.accept()[0] as cut:
            bodies._cut(HERE, 0)
            cut.settimeout(SECONDS)
            assert cut.recv(1) == b""
            ours.setblocking(False)
            with pytest.raises(BlockingIOError):
                ours.recv(1)


def test_heads_that_do_not_end_are_given_up(server: Server) -> None:
    with ExitStack() as wires:
        opened = [
            wires.enter_context(socket.create_connection((HERE, server.port), SECONDS))
            for _ in range(50)
        ]
        for wire in opened:
            wire.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        assert ask(server, "GET", "/")[0] == 200
        for wire in opened:
            read_to_end(wire)


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """A frame of HTTP/2 (RFC 9113 section 4.1)."""
    return (
        len(payload).to_bytes(3, "big") + bytes([kind, flags]) + struct.pack(">I", stream) + payload
    )


def test_http2_whose_bodies_are_not_announced_is_refused(server: Server) -> None:
    def literal(name: bytes, value: bytes) -> bytes:
        return name + bytes([len(value)]) + value

    head = b"\x86" + literal(b"\x01", b"x") + literal(b"\x02", b"PUT")  # by RFC 7541 appendix A
    head += literal(b"\x04", b"/api/subscriptions") + literal(b"\x0f\x10", b"application/json")
    streams = [frame(1, 4, number, head) for number in range(1, 12, 2)]
    with socket.create_connection((HERE, server.port), SECONDS) as wire:
        wire.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0) + b"".join(streams))
        assert read_to_end(wire)[:9] in (b"", b"HTTP/1.1 ")
        assert ask(server, "GET", "/healthz")[0] == 200


@pytest.mark.parametrize(("protocol", "found"), [("HTTP/2", 5), ("HTTP/1.1", 9)])
def test_a_body_that_no_head_announces_is_read_ahead_too(protocol: str, found: int) -> None:
    def application(environ: dict[str, Any], _: Any) -> list[bytes]:
        return [environ["wsgi.input"].read()]

    unannounced = {"SERVER_PROTOCOL": protocol, "REQUEST_METHOD": "PUT"}
    given = unannounced | {"wsgi.input": io.BytesIO(bytes(9))}
    (body,) = read_ahead(application, 4)(given, lambda *_: lambda _: None)
    assert len(body) == found


def test_a_huge_body_is_refused_unread(server: Server) -> None:
    with begin(server, length=50_000_000) as wire:
        assert wire.recv(4096).startswith(b"HTTP/1.1 413")


def test_a_huge_body_without_a_length_is_refused_after_its_beginning(server: Server) -> None:
    sent = 0

    def chunks() -> Iterator[bytes]:
        nonlocal sent
        while sent < 50_000_000:
            sent += 65_536
            yield b" " * 65_536

    try:
        status, _ = ask(server, "PUT", "/api/subscriptions", chunks(), JSON)
        assert status == 413
    except (BrokenPipeError, ConnectionResetError):
        pass  # refused while it was still being sent
    assert sent < 50_000_000
    assert put(server, "after-a-flood") in (200, 201)


def test_a_body_in_chunks_is_read(server: Server) -> None:
    body = json.dumps(registration("chunks")).encode()
    pieces = iter([body[:100], body[100:]])
    assert ask(server, "PUT", "/api/subscriptions", pieces, JSON)[0] == 201


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (gzip.compress(b"{}", mtime=0), {"Content-Encoding": "gzip"}, 415),
        (b"{}", {"Content-Type": "text/plain"}, 415),
        (b'{"subscription": "\xff"}', {}, 400),
        ('{"subscription": "ü"}'.encode("utf-16"), {}, 400),
        (b"", {}, 400),
        (b"{}", {"Origin": "https://evil.org"}, 403),
        (b"{}", {"Sec-Fetch-Site": "cross-site"}, 403),
        (b"{}", {"Sec-Fetch-Site": "same-site"}, 403),
        (b"{}", {"Origin": "null"}, 403),
    ],
)
def test_what_is_not_as_it_should_be_is_refused(
    server: Server, body: bytes, headers: dict[str, str], status: int
) -> None:
    found, answer = ask(server, "PUT", "/api/subscriptions", body, JSON | headers)
    assert (found, answer["content-type"]) == (status, "application/problem+json")


def test_a_replayed_registration_changes_nothing(server: Server) -> None:
    body = json.dumps(registration("replayed"))
    given = [ask(server, "PUT", "/api/subscriptions", body, JSON)[0] for _ in range(5)]
    assert given == [201, 200, 200, 200, 200]


def test_a_flood_of_made_up_subscriptions_is_bounded_by_address(tmp_path: Path) -> None:
    given = {"POCKET_RATE_LIMIT_PER_MINUTE": "0", "POCKET_RATE_LIMIT_NEW_PER_DAY": "5"}
    with serving(tmp_path, **given) as server:
        found = [put(server, f"fake-{number}") for number in range(12)]
        assert found[:5] == [201] * 5
        assert found.count(429) >= 2  # a new day may have begun in between
        assert put(server, "honest", THERE) == 201
        assert put(server, "fake-0") == 409  # somebody else's keys


def test_writing_too_often_is_refused_for_a_while(tmp_path: Path) -> None:
    with serving(tmp_path, POCKET_RATE_LIMIT_PER_MINUTE="5") as server:
        found = [put(server, f"{number}") for number in range(12)]
        assert found[:5] == [201] * 5
        assert found.count(429) >= 2  # a new minute may have begun in between
        assert ask(server, "GET", "/")[0] == 200
