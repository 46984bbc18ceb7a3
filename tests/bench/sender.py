"""The sender beside pywebpush: messages a second to one push service on this machine.

    python -m tests.bench.sender [--messages 4000]

The push service is a sink over TLS with HTTP/2 in a process of its own; every sender shares one
core, the sink has the others. Ours does all of its work: claim, encrypt, post and settle, on a
SQLite file, with no sender key made ahead. All trust a bundle of authorities of the usual size
(certifi's with the test's own), for `requests` loads it again for each message. The ways take
turns, and ratios are of medians; the sink's count is checked.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import certifi
import pywebpush
import requests
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from py_vapid import Vapid as TheirVapid
from sqlalchemy import insert

from tests.bench.npm import NODE_FOLDER
from tests.bench.npm import environment
from tests.bench.npm import install
from tests.bench.table import Row
from tests.bench.table import print_rows
from tests.certificates import make_certificates
from tests.editions import edition
from tests.editions import only
from tests.processes import environment_of
from tests.processes import free_port
from tests.processes import start
from webapp import migrations
from webapp.config import Settings
from webapp.deck import Affirmation
from webapp.deck import Deck
from webapp.deck import Topic
from webapp.push.dispatch import Dispatcher
from webapp.push.encryption import SenderKey
from webapp.push.encryption import encrypt
from webapp.push.keyring import Keyring
from webapp.push.keyring import Signer
from webapp.push.message import compose
from webapp.push.sealer import Sealer
from webapp.push.transport import Transport
from webapp.push.vapid import generate_key
from webapp.schedule import Level
from webapp.store import open_store
from webapp.store.engine import make_engine
from webapp.store.tables import push_schedule
from webapp.store.tables import push_subscription
from webapp.subscription import HostPolicy
from webapp.subscription import PushSubscription
from webapp.subscription import hash_endpoint

ROUNDS = 7
MESSAGES = 4_000
LOOP_SHARE = 80
ASYNC_SHARE = 4
"""How many times fewer messages the slower ways send, so that each takes about as long."""
ASYNC_IN_FLIGHT = 100
LOOP_GOAL = 25
NODE_GOAL = 5
ASYNC_GOAL = 2
FLOOR_GOAL = 0.5
NOON = 1_800_014_400  # 2027-01-15 12:00 UTC
DAY = 86_400
CONTACT = "mailto:me@pocket.org"
CARD = Affirmation("you-dont-have-to-earn-help", "You don't have to earn help.", "asking")
DECK = Deck(topics=(Topic("asking", "Asking", 20, ""),), cards=(CARD,))
MESSAGE = compose(CARD, Level.WORDS, "daily-2027-01-15", edition(DECK))
KEY = generate_key()


def measure(messages: int = MESSAGES) -> list[Row]:
    """Every ratio, from rounds in turn; encryption alone comes right before ours."""
    with tempfile.TemporaryDirectory() as name, sink(Path(name)) as (origin, bundle):
        readers = [_reader(origin, number) for number in range(messages)]
        os.environ["REQUESTS_CA_BUNDLE"] = str(bundle)
        with (
            _ours(Path(name), origin, bundle, readers) as ours,
            _theirs_async(bundle, readers[: messages // ASYNC_SHARE]) as theirs_async,
            _nodes(bundle, readers[: messages // ASYNC_SHARE]) as nodes,
        ):
            loop_readers = readers[: messages // LOOP_SHARE]
            ways: dict[str, tuple[Callable[[], object], int]] = {
                "loop": (lambda: _theirs_in_a_loop(Path(name), loop_readers), len(loop_readers)),
                "async": (theirs_async, messages // ASYNC_SHARE),
                "node": (nodes, messages // ASYNC_SHARE),
                "crypto": (lambda: _encrypt_all(readers), 0),
                "ours": (ours, messages),
            }
            rounds = _rates(ways, messages, origin)
    return _rows(rounds)


def _rates(
    ways: dict[str, tuple[Callable[[], object], int]], messages: int, origin: str
) -> list[dict[str, float]]:
    """The rates of each way, round by round, after one that only warms up."""
    rounds = []
    for _ in range(ROUNDS + 1):
        rates = {}
        for name, (send, count) in ways.items():
            before, started = _sunk(origin), time.perf_counter()
            send()
            rates[name] = (count or messages) / (time.perf_counter() - started)
            arrived = _sunk(origin) - before
            assert arrived == count, f"{name} sent {count} messages, {arrived} arrived"
        rounds.append(rates)
    return rounds[1:]


def _rows(rounds: list[dict[str, float]]) -> list[Row]:
    """The median of the rounds' ratios: what slows the machine for a while slows both sides."""
    return [
        Row(
            f"sender: rate beside {what}",
            statistics.median(rates["ours"] / rates[name] for rates in rounds),
            ">=",
            goal,
            f"{_typical(rounds, 'ours'):,.0f}/s beside {_typical(rounds, name):,.0f}/s",
        )
        for name, what, goal in (
            ("crypto", "encryption alone", FLOOR_GOAL),
            ("loop", "`webpush()` in a loop", LOOP_GOAL),
            ("node", "node's web-push with a keep-alive agent", NODE_GOAL),
            ("async", "`webpush_async` on one session", ASYNC_GOAL),
        )
    ]


def _typical(rounds: list[dict[str, float]], name: str) -> float:
    return statistics.median(rates[name] for rates in rounds)


@contextmanager
def sink(folder: Path) -> Iterator[tuple[str, Path]]:
    """The push service on the other cores, and whom to trust; the first core is the senders'."""
    certificates = make_certificates(folder)
    bundle = folder / "bundle.pem"
    bundle.write_text(Path(certifi.where()).read_text() + certificates.authority.read_text())
    port = free_port()
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[1:] or cores)
    command = [sys.executable, "-m", "granian", "--interface", "rsgi", "--port", str(port)]
    command += ["--ssl-certificate", str(certificates.certificate)]
    command += ["--ssl-keyfile", str(certificates.key), "tests.bench.sink:app"]
    running = start(command, environment_of(folder), folder / "sink.log")
    os.sched_setaffinity(0, cores[:1])
    try:
        running.wait_for_port(port)
        yield f"https://localhost:{port}", bundle
    finally:
        running.stop()
        os.sched_setaffinity(0, cores)


def _sunk(origin: str) -> int:
    return int(requests.get(origin, timeout=10).text)


def _reader(origin: str, number: int) -> PushSubscription:
    path = base64.urlsafe_b64encode(os.urandom(105)).decode()
    return PushSubscription(f"{origin}/push/{number}/{path}", SenderKey().public, os.urandom(16))


def _encrypt_all(readers: list[PushSubscription]) -> None:
    for reader in readers:
        encrypt(MESSAGE.plaintext, reader.p256dh, reader.auth, padding=512)


@contextmanager
def _ours(
    folder: Path, origin: str, bundle: Path, readers: list[PushSubscription]
) -> Iterator[Callable[[], None]]:
    """Each call is the next day's noon, at which everybody is due."""
    url = f"sqlite:///{folder / 'pocket.db'}"
    _fill(url, readers)
    store = open_store(url)
    settings = Settings(base_url="https://pocket.org", push_test_origin=origin)
    transport = Transport(HostPolicy(test_origin=origin), ca_file=bundle)
    sealer = Sealer(settings, only(DECK), Signer(Keyring(KEY), CONTACT))
    dispatcher = Dispatcher(settings, store, sealer, transport)
    noons = iter(range(NOON, NOON + 99 * DAY, DAY))

    def send() -> None:
        counts = dispatcher.send_due(next(noons))
        assert counts.accepted == len(readers), str(counts)

    yield send
    transport.close()
    store.close()


def _fill(url: str, readers: list[PushSubscription]) -> None:
    migrations.upgrade(url)
    owners = [
        {
            "id": number,
            "endpoint_hash": hash_endpoint(reader.endpoint),
            "endpoint": reader.endpoint,
            "p256dh": reader.p256dh,
            "auth": reader.auth,
            "zone": "UTC",
            "minute": 720,
            "utc_offset_minutes": 0,
            "level": "words",
            "topics": "[]",
            "created_at": NOON - DAY,
        }
        for number, reader in enumerate(readers)
    ]
    due = {"kind": "daily", "due_at": NOON, "occurrence": "2027-01-15", "attempts": 0}
    rows = [
        {"subscription_id": number, "first_due_at": NOON} | due for number in range(len(readers))
    ]
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.execute(insert(push_subscription), owners)
        connection.execute(insert(push_schedule), rows)
    engine.dispose()


def _theirs_in_a_loop(folder: Path, readers: list[PushSubscription]) -> None:
    """As pywebpush's README has it: a file with the key, one call a message."""
    path = folder / "vapid.pem"
    if not path.exists():
        KEY.save(path)
    for reader in readers:
        pywebpush.webpush(
            _info(reader),
            MESSAGE.plaintext.decode(),
            vapid_private_key=str(path),
            vapid_claims={"sub": CONTACT},
            ttl=14_400,
        )


@contextmanager
def _theirs_async(bundle: Path, readers: list[PushSubscription]) -> Iterator[Callable[[], None]]:
    """As well as it can be used: one session, its connections kept, the key loaded once."""
    key = TheirVapid.from_pem(KEY.pem())
    context = ssl.create_default_context(cafile=str(bundle))

    async def open_session() -> aiohttp.ClientSession:
        return aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context))

    async def send_all() -> None:
        places = asyncio.Semaphore(ASYNC_IN_FLIGHT)
        await asyncio.gather(*(send_one(reader, places) for reader in readers))

    async def send_one(reader: PushSubscription, places: asyncio.Semaphore) -> None:
        async with places:
            await pywebpush.webpush_async(
                _info(reader),
                MESSAGE.plaintext.decode(),
                vapid_private_key=key,
                vapid_claims={"sub": CONTACT},
                ttl=14_400,
                timeout=aiohttp.ClientTimeout(10),
                aiohttp_session=session,
            )

    with asyncio.Runner() as runner:
        session = runner.run(open_session())
        yield lambda: runner.run(send_all())
        runner.run(session.close())


@contextmanager
def _nodes(bundle: Path, readers: list[PushSubscription]) -> Iterator[Callable[[], None]]:
    """Node's web-push in a process of its own on the same core."""
    install()
    command = ["node", str(NODE_FOLDER / "send.mjs")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment()
    ) as process:
        assert process.stdin
        assert process.stdout
        stdin, stdout = process.stdin, process.stdout
        keys = {"publicKey": KEY.application_server_key, "privateKey": _private_key()}
        work = {
            "readers": [_info(reader) for reader in readers],
            "message": MESSAGE.plaintext.decode(),
            "vapidDetails": {"subject": CONTACT, **keys},
            "ca": bundle.read_text(),
        }
        stdin.write(json.dumps(work) + "\n")

        def send() -> None:
            stdin.write("\n")
            stdin.flush()
            assert stdout.readline() == "sent\n"

        yield send
        process.kill()


def _private_key() -> str:
    key = load_pem_private_key(KEY.pem(), None)
    assert isinstance(key, EllipticCurvePrivateKey)
    number = key.private_numbers().private_value.to_bytes(32)
    return base64.urlsafe_b64encode(number).decode().rstrip("=")


def _info(reader: PushSubscription) -> dict[str, object]:
    keys = {"p256dh": reader.p256dh, "auth": reader.auth}
    texts = {name: base64.urlsafe_b64encode(value).decode() for name, value in keys.items()}
    return {"endpoint": reader.endpoint, "keys": texts}


def main() -> int:
    """Print the table; 1 when a goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--messages", type=int, default=MESSAGES)
    messages = parser.parse_args().messages
    rows = measure(messages)
    print_rows(rows, f"python -m tests.bench.sender --messages {messages}")
    return 0 if all(row.is_met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
