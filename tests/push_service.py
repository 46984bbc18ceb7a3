"""A push service on this machine: real sockets, real checks, real decryption, no internet.

It refuses what a real one refuses (RFC 8030, 8188, 8291, 8292, and the services' own quirks),
opens every message as the subscriber would, and remembers it. Each subscription can be told how to
answer. It shares no code with the sender.

    python -m tests.push_service --port 9090        its control addresses:
    POST /control/subscriptions                     a new subscription, as toJSON() gives it
    GET  /control/messages                          every message so far
    POST /control/answers {"endpoint", "status", "headers"}
"""

from __future__ import annotations

import argparse
import json
import re
import secrets
import socket
import ssl
import struct
import threading
import time
from base64 import urlsafe_b64decode
from collections import defaultdict
from collections import deque
from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import http_ece
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from tests.certificates import Certificates
from tests.user_agent import Message
from tests.user_agent import UserAgent

MAX_BODY_OCTETS = 4096
DAY_SECONDS = 86_400
TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")
AUTHORIZATION = re.compile(r"vapid t=([\w-]+\.[\w-]+\.[\w-]+), k=([\w-]+)")
URGENCIES = ("very-low", "low", "normal", "high")


@dataclass(frozen=True)
class Answer:
    """How to answer a request that is all right; `keeps` says whether the message is delivered."""

    status: int = 201
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    keeps: bool = True
    waits: bool = False
    resets: bool = False


def refuse(status: int, body: bytes = b"", **headers: str) -> Answer:
    """An answer that delivers nothing; `Retry_After` names a header."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, named, body, keeps=False)


HANG = Answer(keeps=False, waits=True)
"""Say nothing, deliver nothing."""
LATE = Answer(waits=True)
"""Deliver it, and answer when nobody listens any more."""
RESET = Answer(keeps=False, resets=True)
"""Cut the connection."""


class Refusal(Exception):
    """The request is wrong; the status says how."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class PushService:
    """The service at `origin`; a context manager. `clock` is what tokens are measured by."""

    def __init__(
        self,
        *,
        port: int = 0,
        certificates: Certificates | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._clock = clock
        self._agents: dict[str, UserAgent] = {}
        self._answers: defaultdict[str, deque[Answer]] = defaultdict(deque)
        self._lock = threading.Lock()
        self._let_go = threading.Event()
        self._arrived = threading.Condition(self._lock)
        self.requests: list[tuple[str, dict[str, str]]] = []
        """Every POST to an endpoint: path and headers, names in lower case."""
        self.statuses: list[tuple[str, int]] = []
        """What each of them was answered: path and status, 0 for a cut connection."""
        self.problems: list[str] = []
        """What a correct sender never causes."""
        self.for_all: Answer | None = None
        """When set, the answer to everybody, whatever was planned for each."""
        self.meanwhile: Callable[[int], None] = lambda number: None
        """Called while a request still waits for its answer, with its number from 1 on."""
        self._server = _Server(port, self, certificates)
        scheme = "https" if certificates else "http"
        host = "localhost" if certificates else "127.0.0.1"
        self.origin = f"{scheme}://{host}:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self) -> PushService:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.let_go()
        self._server.shutdown()
        self._server.end_connections()
        self._server.server_close()
        self._thread.join()

    @property
    def messages(self) -> list[Message]:
        """Every message that was delivered."""
        with self._lock:
            return [message for agent in self._agents.values() for message in agent.messages]

    @property
    def connections(self) -> int:
        """How many connections were opened so far."""
        return self._server.connections

    def subscribe(self, application_server_key: bytes | None = None) -> UserAgent:
        """A new subscription, as a user agent would get it."""
        path = f"/push/{secrets.token_urlsafe(48)}"
        agent = UserAgent(self.origin + path, application_server_key)
        with self._lock:
            self._agents[path] = agent
        return agent

    def script(self, agent: UserAgent, *answers: Answer) -> None:
        """Answer that subscription's next requests so; the last answer stays for good."""
        with self._lock:
            self._answers[urlsplit(agent.endpoint).path] = deque(answers)

    def let_go(self) -> None:
        """End every wait, and wait no more."""
        self._let_go.set()

    def wait_for(self, is_true: Callable[[], bool], seconds: float = 30) -> None:
        """Return once `is_true`, asked again after each request; AssertionError when never."""
        with self._arrived:
            assert self._arrived.wait_for(is_true, seconds), "the push service waited in vain"

    def receive(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """Judge one request, remember it, and say how to answer."""
        with self._lock:
            self.requests.append((path, headers))
            number = len(self.requests)
            try:
                answer = self._judge(path, headers, body)
            except Refusal as refusal:
                self.problems.append(str(refusal))
                reason = json.dumps({"reason": str(refusal)}).encode()
                answer = refuse(refusal.status, reason)
            self.statuses.append((path, 0 if answer.resets else answer.status))
            self._arrived.notify_all()
        self.meanwhile(number)
        return answer

    def wait(self) -> None:
        """Hold an answer back until `let_go`."""
        self._let_go.wait()

    def _judge(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        agent = self._agents.get(path)
        if agent is None:
            raise Refusal(404, "no such subscription")
        check_request(headers, body)
        token, claims = self._check_token(headers.get("authorization", ""), agent)
        if self.for_all:
            return self.for_all
        planned = self._answers[path]
        answer = planned.popleft() if len(planned) > 1 else (planned[0] if planned else Answer())
        if answer.keeps:
            self._deliver(agent, headers, body, claims, token)
        return answer

    def _check_token(self, authorization: str, agent: UserAgent) -> tuple[str, dict[str, Any]]:
        found = AUTHORIZATION.fullmatch(authorization)
        if not found:
            raise Refusal(401, "Authorization is no vapid token")
        token, key = found.groups()
        claims = check_token(token, _decode(key))
        if claims.get("aud") != self.origin:
            raise Refusal(403, f"aud is {claims.get('aud')!r}")
        now = self._clock()
        if not now < claims.get("exp", 0) <= now + DAY_SECONDS:
            raise Refusal(403, "exp is past or over a day ahead")
        if "sub" in claims and not str(claims["sub"]).startswith(("mailto:", "https:")):
            raise Refusal(403, "sub is neither mailto: nor https:")
        if agent.application_server_key not in (None, _decode(key)):
            raise Refusal(403, "not the key that the subscription was made with")
        return token, claims

    def _deliver(
        self, agent: UserAgent, headers: dict[str, str], body: bytes, claims: Any, token: str
    ) -> None:
        """A service cannot open a message; the user agent drops what it cannot open."""
        try:
            plaintext = agent.open(body)
        except (http_ece.ECEException, ValueError) as error:
            self.problems.append(f"the user agent could not open a message: {error}")
            return
        message = Message(headers, body, plaintext, claims, token, self._clock())
        agent.messages.append(message)


def check_request(headers: Mapping[str, str], body: bytes) -> None:
    """Raise Refusal for what a push service refuses whoever sends it."""
    if not re.fullmatch("[1-9][0-9]*", headers.get("ttl", "")):
        raise Refusal(400, f"TTL is {headers.get('ttl')!r}")  # 0 is what Windows refuses
    if headers.get("urgency", "normal") not in URGENCIES:
        raise Refusal(400, f"Urgency is {headers['urgency']!r}")
    if "topic" in headers and not TOPIC.fullmatch(headers["topic"]):
        raise Refusal(400, f"Topic is {headers['topic']!r}")
    if headers.get("content-encoding") != "aes128gcm":
        raise Refusal(400, "Content-Encoding is not aes128gcm")
    if "transfer-encoding" in headers or "expect" in headers:
        raise Refusal(400, "the body is chunked or waits for a 100")
    if len(body) > MAX_BODY_OCTETS:
        raise Refusal(413, f"the body has {len(body)} octets")


def check_token(token: str, public_key: bytes) -> dict[str, Any]:
    """The claims of a JWT signed with ES256 (RFC 7515, RFC 7518 section 3.4), or a Refusal."""
    signed, _, signature = token.rpartition(".")
    head, claims = (json.loads(_decode(part)) for part in signed.split("."))
    octets = _decode(signature)
    if head != {"typ": "JWT", "alg": "ES256"} or len(octets) != 64:
        raise Refusal(401, "not a JWT signed with ES256")
    halves = (int.from_bytes(half, "big") for half in (octets[:32], octets[32:]))
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public_key)
    try:
        point.verify(encode_dss_signature(*halves), signed.encode(), ec.ECDSA(SHA256()))
    except InvalidSignature:
        raise Refusal(401, "the signature is wrong") from None
    assert isinstance(claims, dict)
    return claims


class _Server(ThreadingHTTPServer):
    """One thread a connection; connections that are still open are cut at the end."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, port: int, service: PushService, certificates: Certificates | None) -> None:
        self.service = service
        self.connections = 0
        self._open: set[socket.socket] = set()
        self._context: ssl.SSLContext | None = None
        if certificates:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(certificates.certificate, certificates.key)
        super().__init__(("127.0.0.1", port), _Handler)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """In the connection's own thread: the handshake, then request after request."""
        self.connections += 1
        self._open.add(request)
        try:
            if self._context:
                with self._context.wrap_socket(request, server_side=True) as wrapped:
                    super().finish_request(wrapped, client_address)
            else:
                super().finish_request(request, client_address)
        except OSError:
            pass  # the sender went away, as some tests want it to
        finally:
            self._open.discard(request)

    def end_connections(self) -> None:
        for connection in tuple(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.startswith("/control/"):
            self._answer(*self._control(json.loads(body or b"null")))
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.service.receive(self.path, headers, body)
        if answer.waits:
            self.server.service.wait()
        if answer.resets or (answer.waits and not answer.keeps):
            self._cut()
            return
        self._answer(answer.status, answer.body, answer.headers)

    def do_GET(self) -> None:
        messages = [
            {"headers": message.headers, "payload": message.payload}
            for message in self.server.service.messages
        ]
        self._answer(200, json.dumps(messages).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _control(self, data: Any) -> tuple[int, bytes]:
        service = self.server.service
        if self.path == "/control/subscriptions":
            return 201, json.dumps(service.subscribe().as_json()).encode()
        service.script(
            UserAgent(data["endpoint"]), refuse(data["status"], **data.get("headers", {}))
        )
        return 204, b""

    def _answer(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _cut(self) -> None:
        """Reset the connection rather than close it politely."""
        at_once = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
        self.close_connection = True


def _decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def main() -> None:
    """Run until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--port", type=int, default=9090)
    with PushService(port=parser.parse_args().port) as service:
        print(service.origin, flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print("ended")


if __name__ == "__main__":
    main()
