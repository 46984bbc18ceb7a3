"""What the transport promises: right requests, all answers, and no way to a private address."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.certificates import Certificates
from tests.certificates import make_certificates
from tests.processes import free_port
from tests.processes import start
from tests.push_service import HANG
from tests.push_service import LATE
from tests.push_service import RESET
from tests.push_service import PushService
from tests.push_service import refuse
from tests.user_agent import UserAgent
from webapp.push.encryption import encrypt
from webapp.push.exchange import Limits
from webapp.push.exchange import Reply
from webapp.push.exchange import is_public
from webapp.push.transport import FIRST_IN_FLIGHT
from webapp.push.transport import WAITING_LANES
from webapp.push.transport import Post
from webapp.push.transport import Transport
from webapp.push.vapid import Vapid
from webapp.push.vapid import generate_key
from webapp.subscription import HostPolicy

NOW = 1_800_000_000
SHORT = Limits(connect_seconds=0.3, total_seconds=0.3)
VAPID = Vapid(generate_key(), "mailto:me@pocket.org")
H2_SERVICE = """
async def app(scope, protocol):
    body = await protocol()
    protocol.response_str(201, [("location", "/m/1")], f"{scope.http_version} {len(body)}")
"""


@pytest.fixture
def service() -> Iterator[PushService]:
    with PushService(clock=lambda: NOW) as service:
        yield service


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def transport_to() -> Iterator[Callable[..., Transport]]:
    made: list[Transport] = []

    def make(origin: str, **arguments: Any) -> Transport:
        made.append(Transport(HostPolicy(test_origin=origin), **arguments))
        return made[-1]

    yield make
    for transport in made:
        transport.close()


@pytest.fixture
def transport(service: PushService, transport_to: Callable[..., Transport]) -> Transport:
    return transport_to(service.origin)


def post_to(agent: UserAgent, origin: str, key: object = 1) -> Post[object]:
    headers = (
        "TTL: 60",
        "Urgency: normal",
        "Content-Encoding: aes128gcm",
        "Content-Type: application/notification+json",
        f"Authorization: {VAPID.authorization(origin, NOW)}",
    )
    return Post(key, agent.endpoint, headers, encrypt(b"{}", agent.p256dh, agent.auth))


def plain_post(url: str, key: object = 1) -> Post[object]:
    return Post(key, url, (), b"")


def send(
    transport: Transport, *posts: Post[object], lane: str | None = None
) -> dict[object, Reply]:
    """The reply to each key; all posts go to one push service."""
    start = "/".join(posts[0].url.split("/", 3)[:3]) if lane is None else lane
    return {answer.key: answer.reply for answer in transport.send({start: iter(posts)})}


def test_a_message_arrives_as_the_push_service_wants_it(
    service: PushService, transport: Transport
) -> None:
    agent = service.subscribe()
    assert send(transport, post_to(agent, service.origin))[1].status == 201
    assert service.problems == []
    assert [message.plaintext for message in agent.messages] == [b"{}"]


def test_the_request_is_a_plain_post_with_a_length(
    service: PushService, transport: Transport
) -> None:
    agent = service.subscribe()
    post = post_to(agent, service.origin)
    send(transport, post)
    ((path, headers),) = service.requests
    assert agent.endpoint.endswith(path)
    assert headers["content-length"] == str(len(post.body))
    assert headers["content-type"] == "application/notification+json"
    unwanted = {"expect", "transfer-encoding", "cookie", "accept", "accept-encoding", "referer"}
    assert not unwanted & headers.keys()


def test_a_large_message_waits_for_no_100_continue(
    service: PushService, transport: Transport
) -> None:
    agent = service.subscribe()
    post = post_to(agent, service.origin)
    large = encrypt(bytes(3_993), agent.p256dh, agent.auth)
    assert send(transport, Post(1, post.url, post.headers, large))[1].status == 201


def test_environment_and_netrc_do_not_bend_the_way(
    service: PushService,
    transport: Transport,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    agent = service.subscribe()
    assert send(transport, post_to(agent, service.origin))[1].status == 201


def test_answers_bring_status_headers_and_body(service: PushService, transport: Transport) -> None:
    agent = service.subscribe()
    service.script(agent, refuse(429, b"slowly", Retry_After="120", X_WNS_Status="dropped"))
    reply = send(transport, post_to(agent, service.origin))[1]
    assert (reply.status, reply.body, reply.error) == (429, b"slowly", "")
    assert reply.headers["retry-after"] == "120"
    assert reply.headers["x-wns-status"] == "dropped"


def test_of_an_endless_answer_two_kilobytes_are_read(
    service: PushService, transport: Transport
) -> None:
    agent = service.subscribe()
    service.script(agent, refuse(400, b"x" * 1_000_000))
    reply = send(transport, post_to(agent, service.origin))[1]
    assert reply.status == 400
    assert reply.body == b"x" * 2_048
    assert "riting" in reply.error  # libcurl's word for "the reader wanted no more"


def test_nothing_of_one_answer_is_left_for_the_next(
    service: PushService, transport: Transport
) -> None:
    first, second = service.subscribe(), service.subscribe()
    service.script(first, refuse(400, b"bad", X_WNS_Status="dropped"))
    service.script(second, refuse(500))
    send(transport, post_to(first, service.origin))
    reply = send(transport, post_to(second, service.origin))[1]
    assert (reply.status, reply.body) == (500, b"")
    assert "x-wns-status" not in reply.headers


def test_each_message_has_its_own_headers_whichever_came_before(
    service: PushService, transport: Transport
) -> None:
    post = post_to(service.subscribe(), service.origin)
    hour, minute = ((*post.headers[1:], f"TTL: {seconds}") for seconds in (3600, 60))
    for headers in (hour, minute, hour, hour, minute):
        send(transport, Post(1, post.url, headers, post.body))
    ttls = [headers["ttl"] for _, headers in service.requests]
    assert ttls == ["3600", "60", "3600", "3600", "60"]


def test_many_messages_use_few_connections_again_and_again(
    service: PushService, transport: Transport
) -> None:
    agents = [service.subscribe() for _ in range(150)]
    for half in (agents[:75], agents[75:]):
        posts = [post_to(agent, service.origin, agent.endpoint) for agent in half]
        replies = send(transport, *posts)
        assert [reply.status for reply in replies.values()] == [201] * 75
    assert {len(agent.messages) for agent in agents} == {1}
    assert service.connections <= 4


def test_a_redirect_is_not_followed(service: PushService, transport: Transport) -> None:
    agent, other = service.subscribe(), service.subscribe()
    service.script(agent, refuse(307, Location=other.endpoint))
    assert send(transport, post_to(agent, service.origin))[1].status == 307
    assert len(service.requests) == 1
    assert other.messages == []


@pytest.mark.parametrize("answer", [HANG, LATE])
def test_an_answer_that_does_not_come_is_not_waited_for(
    service: PushService, transport_to: Callable[..., Transport], answer: Any
) -> None:
    agent = service.subscribe()
    service.script(agent, answer)
    transport = transport_to(service.origin, limits=SHORT)
    reply = send(transport, post_to(agent, service.origin))[1]
    assert reply.status is None
    assert "imeout" in reply.error or "imed out" in reply.error


def test_a_cut_connection_is_no_answer(service: PushService, transport: Transport) -> None:
    agent = service.subscribe()
    service.script(agent, RESET)
    reply = send(transport, post_to(agent, service.origin))[1]
    assert reply.status is None
    assert reply.error


def test_a_refused_connection_is_no_answer(transport_to: Callable[..., Transport]) -> None:
    origin = f"http://127.0.0.1:{free_port()}"
    reply = send(transport_to(origin), plain_post(f"{origin}/x"))[1]
    assert reply.status is None
    assert reply.error


def test_a_name_that_cannot_be_resolved_is_no_answer() -> None:
    with closing(Transport(HostPolicy(hosts=("push.invalid",)))) as transport:
        reply = send(transport, plain_post("https://push.invalid/x"))[1]
    assert reply.status is None
    assert "resolve" in reply.error


def test_a_peer_that_takes_the_connection_and_says_nothing_is_given_up(
    transport_to: Callable[..., Transport],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        origin = f"http://127.0.0.1:{silent.getsockname()[1]}"
        reply = send(transport_to(origin, limits=SHORT), plain_post(f"{origin}/x"))[1]
    assert reply.status is None


def test_what_hangs_does_not_hold_up_what_answers(
    service: PushService, transport_to: Callable[..., Transport]
) -> None:
    agents = [service.subscribe() for _ in range(20)]
    service.script(agents[0], HANG)
    transport = transport_to(service.origin)
    posts = iter([post_to(agent, service.origin, number) for number, agent in enumerate(agents)])
    with closing(transport.send({service.origin: posts})) as answers:
        replies = [next(answers) for _ in range(19)]
    assert 0 not in {answer.key for answer in replies}
    assert {answer.reply.status for answer in replies} == {201}


def test_of_a_sending_that_was_given_up_nothing_comes_later(
    service: PushService, transport: Transport
) -> None:
    agents = [service.subscribe() for _ in range(5)]
    for agent in agents[1:]:
        service.script(agent, LATE)
    posts = iter([post_to(agent, service.origin, number) for number, agent in enumerate(agents)])
    with closing(transport.send({service.origin: posts})) as answers:
        assert next(answers).key == 0
    service.let_go()
    late = service.subscribe()
    assert list(send(transport, post_to(late, service.origin, "late"))) == ["late"]


def test_posts_are_asked_for_only_when_there_is_a_place(
    service: PushService, transport: Transport
) -> None:
    asked = 0

    def posts() -> Iterator[Post[object]]:
        nonlocal asked
        for number in range(200):
            asked += 1
            yield post_to(service.subscribe(), service.origin, number)

    with closing(transport.send({service.origin: posts()})) as answers:
        next(answers)
        assert asked <= FIRST_IN_FLIGHT + 1
        assert len(list(answers)) == 199


def test_a_lane_may_end_because_of_an_answer(service: PushService, transport: Transport) -> None:
    has_answered = threading.Event()

    def posts() -> Iterator[Post[object]]:
        for number in range(200):
            if has_answered.is_set():
                return
            yield post_to(service.subscribe(), service.origin, number)

    count = 0
    for _ in transport.send({service.origin: posts()}):
        has_answered.set()
        count += 1
    assert 1 <= count <= FIRST_IN_FLIGHT


def test_a_slow_push_service_does_not_starve_another(
    certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.push.exchange.is_public", lambda _: True)
    policy = _EveryPort(hosts=("localhost",))
    with (
        PushService(certificates=certificates, clock=lambda: NOW) as slow,
        PushService(certificates=certificates, clock=lambda: NOW) as quick,
        closing(Transport(policy, ca_file=certificates.authority)) as transport,
    ):
        hanging = [slow.subscribe() for _ in range(100)]
        for agent in hanging:
            slow.script(agent, HANG)
        lanes = {
            slow.origin: iter([post_to(agent, slow.origin, "slow") for agent in hanging]),
            quick.origin: iter([post_to(quick.subscribe(), quick.origin) for _ in range(50)]),
        }
        with closing(transport.send(lanes)) as answers:
            first = [next(answers) for _ in range(50)]
    assert {answer.lane for answer in first} == {quick.origin}, [
        a for a in first if a.key == "slow"
    ]
    assert {answer.reply.status for answer in first} == {201}


def test_posts_of_a_later_batch_wait_for_no_push_service_but_their_own(
    certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.push.exchange.is_public", lambda _: True)
    policy = _EveryPort(hosts=("localhost",))
    with (
        PushService(certificates=certificates, clock=lambda: NOW) as silent,
        PushService(certificates=certificates, clock=lambda: NOW) as quick,
        closing(Transport(policy, ca_file=certificates.authority)) as transport,
    ):
        hanging = [silent.subscribe() for _ in range(5 * FIRST_IN_FLIGHT)]
        for agent in hanging:
            silent.script(agent, HANG)
        batches = iter(
            [
                {silent.origin: iter([post_to(agent, silent.origin) for agent in hanging])},
                {quick.origin: iter([post_to(quick.subscribe(), quick.origin)])},
                {},
                {quick.origin: iter([post_to(quick.subscribe(), quick.origin)])},
            ]
        )
        with closing(transport.send({}, lambda: next(batches, {}))) as answers:
            first = [next(answers) for _ in range(2)]
    assert [(answer.lane, answer.reply.status) for answer in first] == [(quick.origin, 201)] * 2


def test_lanes_that_wait_are_not_opened_without_end(
    service: PushService, transport_to: Callable[..., Transport]
) -> None:
    transport = transport_to(service.origin, limits=SHORT)
    asked = 0

    def more() -> dict[str, Iterator[Post[object]]]:
        nonlocal asked
        asked += 1
        agents = [service.subscribe() for _ in range(2 * FIRST_IN_FLIGHT)]
        for agent in agents:
            service.script(agent, HANG)
        return {service.origin: iter([post_to(agent, service.origin) for agent in agents])}

    with closing(transport.send({}, more)) as answers:
        assert next(answers).reply.status is None
    assert 1 <= asked <= WAITING_LANES


def test_a_certificate_that_nobody_vouches_for_is_refused(certificates: Certificates) -> None:
    with PushService(certificates=certificates, clock=lambda: NOW) as service:
        agent = service.subscribe()
        with closing(Transport(HostPolicy(test_origin=service.origin))) as transport:
            reply = send(transport, post_to(agent, service.origin))[1]
    assert reply.status is None
    assert "certificate" in reply.error
    assert service.requests == []


def test_with_its_authority_a_service_over_tls_is_reached(certificates: Certificates) -> None:
    with PushService(certificates=certificates, clock=lambda: NOW) as service:
        policy = HostPolicy(test_origin=service.origin)
        agent = service.subscribe()
        with closing(Transport(policy, ca_file=certificates.authority)) as transport:
            assert send(transport, post_to(agent, service.origin))[1].status == 201
        assert service.problems == []


def test_http_2_carries_many_messages_on_few_connections(
    certificates: Certificates, tmp_path: Path
) -> None:
    port = free_port()
    (tmp_path / "h2_service.py").write_text(H2_SERVICE)
    options = f"--interface rsgi --port {port} --http auto --log-level warning"
    tls = ["--ssl-certificate", str(certificates.certificate), "--ssl-keyfile"]
    command = [sys.executable, "-m", "granian", *options.split(), *tls, str(certificates.key)]
    log = tmp_path / "log"
    server = start([*command, "h2_service:app"], dict(os.environ), log, tmp_path)
    origin = f"https://localhost:{port}"
    policy = HostPolicy(test_origin=origin)
    try:
        server.wait_for_port(port)
        with closing(Transport(policy, ca_file=certificates.authority)) as transport:
            posts = [Post(n, f"{origin}/push/{n}", (), b"x" * 600) for n in range(500)]
            replies = send(transport, *posts)
    finally:
        server.stop()
    assert {reply.status for reply in replies.values()} == {201}
    assert {reply.body for reply in replies.values()} == {b"2 600"}


@pytest.mark.parametrize(
    "url",
    [
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x",
        "https://me@fcm.googleapis.com/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://2130706433/x",
        "https://localhost/x",
        "https://fcm.googleapis.com.evil.org/x",
        "https://evilfcm.googleapis.com.org/x",
        "https://127.0.0.1:9200/fcm.googleapis.com/y",
        "file:///etc/passwd",
        "gopher://fcm.googleapis.com/x",
        "https:/fcm.googleapis.com/x",
        "",
    ],
)
def test_a_host_off_the_list_is_not_even_looked_up(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("the message was started")

    monkeypatch.setattr("webapp.push.transport.Exchange", never)
    with closing(Transport(HostPolicy())) as transport:
        reply = send(transport, plain_post(url))[1]
    assert (reply.status, reply.error) == (None, "its URL is not allowed")


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/x",
        "https://fcm.googleapis.com.evil.org/x",
        "https://fcm.googleapis.com:8443/x",
        "https://fcm.googleapis.com@evil.org/x",
        "http://fcm.googleapis.com/x",
    ],
)
def test_a_post_in_the_wrong_lane_is_not_started(url: str) -> None:
    with closing(Transport(HostPolicy())) as transport:
        reply = send(transport, plain_post(url), lane="https://fcm.googleapis.com")[1]
    assert (reply.status, reply.error) == (None, "its URL is not allowed")


def test_an_allowed_name_that_leads_to_a_private_address_is_not_dialled(
    certificates: Certificates,
) -> None:
    # The name passes the policy (its own list, no exemption), and resolves to loopback.
    with PushService(certificates=certificates) as service:
        policy = _EveryPort(hosts=("localhost",))
        with closing(Transport(policy, ca_file=certificates.authority)) as transport:
            reply = send(transport, plain_post(f"{service.origin}/push/x"))[1]
        assert (reply.status, reply.error) == (None, "its address is not public")
        assert service.connections == 0


def test_the_test_origin_exempts_no_other_port_of_its_host(
    certificates: Certificates,
) -> None:
    with PushService(certificates=certificates) as service:
        policy = _EveryPort(hosts=("localhost",), test_origin="https://localhost:1")
        with closing(Transport(policy, ca_file=certificates.authority)) as transport:
            reply = send(transport, plain_post(f"{service.origin}/push/x"))[1]
        assert reply.error == "its address is not public"
        assert service.connections == 0


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
        "ff0e::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2001:db8::1",
    ],
)
def test_an_address_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "142.250.1.95", "2a00:1450:4001::5f", "::ffff:8.8.8.8", "64:ff9b::808:808"],
)
def test_an_address_is_public(address: str) -> None:
    assert is_public(address)


class _EveryPort(HostPolicy):
    """A list that allows its hosts at any port, so that only the address is left to refuse."""

    def allows(self, endpoint: str) -> bool:
        return endpoint.startswith(tuple(f"https://{host}:" for host in self.hosts))


def test_the_push_service_of_these_tests_refuses_what_real_ones_refuse(
    service: PushService, transport: Transport
) -> None:
    agent = service.subscribe()
    good = post_to(agent, service.origin)
    bad_headers = [
        tuple(h for h in good.headers if not h.startswith("TTL")),
        (*good.headers[1:], "TTL: 0"),
        (*good.headers, "Topic: no free text"),
        (*good.headers[:-1], "Authorization: Bearer x"),
        (*good.headers[:-1], f"Authorization: {VAPID.authorization('https://other', NOW)}"),
        (*good.headers[:-1], f"Authorization: {VAPID.authorization(service.origin, NOW - 86_400)}"),
    ]
    posts = [Post(n, good.url, headers, good.body) for n, headers in enumerate(bad_headers)]
    replies = send(transport, *posts)
    assert [replies[n].status for n in range(6)] == [400, 400, 400, 401, 403, 403]
    assert len(service.problems) == 6
    assert agent.messages == []


def test_the_push_service_of_these_tests_restricts_a_subscription_to_its_key(
    service: PushService, transport: Transport
) -> None:
    agent = service.subscribe(application_server_key=generate_key().public_key)
    reply = send(transport, post_to(agent, service.origin))[1]
    assert (reply.status, json.loads(reply.body)["reason"][:11]) == (403, "not the key")
