"""How often one address may write: alone or together with other processes, and none is kept."""

from __future__ import annotations

import logging
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from limits.storage import RedisStorage

from tests.processes import environment_of
from tests.processes import run_to_end
from tests.processes import serving
from tests.redis_server import RedisServer
from tests.redis_server import temporary_redis
from tests.user_agent import UserAgent
from webapp.errors import SettingError
from webapp.push.vapid import generate_key
from webapp.rates import AWAY_SECONDS
from webapp.rates import RateLimits
from webapp.rates import open_shared

NOW = 1_800_000_000  # 2027-01-15 08:00 UTC: a minute begins
ADDRESS = "203.0.113.9"
SECRET = generate_key().derive_secret("rate limits")


class Clock:
    def __init__(self) -> None:
        self.now = float(NOW)

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def module_redis() -> Iterator[RedisServer]:
    with temporary_redis() as server:
        yield server


@pytest.fixture
def redis_server(module_redis: RedisServer) -> RedisServer:
    """A Redis that holds nothing."""
    module_redis.ask("FLUSHALL")
    return module_redis


def shared(server: RedisServer) -> RedisStorage:
    storage = open_shared(server.url)
    assert storage is not None
    return storage


def waits(limits: RateLimits, count: int, address: str = ADDRESS) -> list[int]:
    return [limits.seconds_to_wait(address) for _ in range(count)]


def test_an_address_may_write_so_often_and_then_waits_for_the_next_minute(clock: Clock) -> None:
    limits = RateLimits(2, clock=clock)
    clock.now += 18
    assert waits(limits, 3) == [0, 0, 42]
    assert waits(limits, 1, "203.0.113.10") == [0]
    clock.now += 41
    assert waits(limits, 1) == [1]
    clock.now += 1
    assert waits(limits, 3) == [0, 0, 60]


def test_new_subscriptions_are_counted_by_the_day_and_apart(clock: Clock) -> None:
    limits = RateLimits(1, 2, clock=clock)
    assert [limits.seconds_to_wait_for_new(ADDRESS) for _ in range(3)] == [0, 0, 16 * 3600]
    assert waits(limits, 1) == [0]
    clock.now += 16 * 3600
    assert limits.seconds_to_wait_for_new(ADDRESS) == 0


def test_no_limit_means_no_limit() -> None:
    limits = RateLimits(0, 0)
    assert set(waits(limits, 1000)) == {0}
    assert {limits.seconds_to_wait_for_new(ADDRESS) for _ in range(1000)} == {0}


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("2001:db8::1", "2001:db8:0:0:ffff::2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:203.0.113.9", "203.0.113.9", True),
        ("203.0.113.9", "203.0.113.10", False),
        ("no address", "no address", True),
        ("", "203.0.113.9", False),
    ],
)
def test_a_network_of_ipv6_is_one_client(clock: Clock, one: str, other: str, is_same: bool) -> None:
    limits = RateLimits(1, clock=clock)
    limits.seconds_to_wait(one)
    assert bool(limits.seconds_to_wait(other)) is is_same


def test_addresses_are_not_kept() -> None:
    limits = RateLimits(5, 5)
    limits.seconds_to_wait(ADDRESS)
    limits.seconds_to_wait_for_new(ADDRESS)
    assert ADDRESS not in repr(vars(limits)) + repr(vars(limits._own))


# Shared in a Redis


def test_processes_that_share_a_redis_count_together(
    redis_server: RedisServer, clock: Clock
) -> None:
    one, other = (
        RateLimits(3, 1, shared=shared(redis_server), secret=SECRET, clock=clock) for _ in range(2)
    )
    assert waits(one, 2) + waits(other, 2) == [0, 0, 0, 60]
    assert [each.seconds_to_wait_for_new(ADDRESS) > 0 for each in (one, other)] == [False, True]


def test_what_redis_holds_is_no_address_and_ends_with_its_window(
    redis_server: RedisServer, clock: Clock
) -> None:
    limits = RateLimits(3, 3, shared=shared(redis_server), secret=SECRET, clock=clock)
    for _ in range(2):
        limits.seconds_to_wait(ADDRESS)
        limits.seconds_to_wait_for_new(ADDRESS)
        clock.now += 60
    keys = redis_server.ask("KEYS", "*")
    assert isinstance(keys, list) and len(keys) == 3  # two minutes and a day: nothing links them
    ends = sorted(int(str(redis_server.ask("TTL", key))) for key in keys)
    assert 0 < ends[0] <= ends[1] <= 60 < ends[2] <= 86_400
    assert not [key for key in keys if ADDRESS in key]
    stranger = RateLimits(1, shared=shared(redis_server), secret=b"another", clock=clock)
    stranger.seconds_to_wait(ADDRESS)
    found = redis_server.ask("KEYS", "*")
    assert isinstance(found, list) and len(found) == 4  # without the secret it cannot be found


def test_while_redis_is_away_each_process_counts_for_itself_and_says_so_once(
    redis_server: RedisServer, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    limits = RateLimits(2, shared=shared(redis_server), secret=SECRET, clock=clock)
    assert waits(limits, 1) == [0]
    redis_server.stop()
    try:
        with caplog.at_level(logging.INFO):
            assert waits(limits, 3) == [0, 0, 60]
        (said,) = caplog.messages
        assert said.startswith("rate limits are not shared for a while (")
        assert ADDRESS not in said and redis_server.url not in said
    finally:
        redis_server.start()
    clock.now += AWAY_SECONDS
    assert waits(limits, 2) == [0, 0]
    assert len(redis_server.ask("KEYS", "*")) == 1  # type: ignore[arg-type]


def test_a_store_in_memory_is_no_shared_one() -> None:
    assert open_shared("memory://") is None


def test_an_address_that_is_none_is_refused_without_its_password() -> None:
    with pytest.raises(SettingError) as refused:
        open_shared("redis://:5ecret@host:port/0")
    assert "5ecret" not in str(refused.value)


def test_without_the_package_the_start_says_what_to_install(tmp_path: Path) -> None:
    code = "import sys; sys.modules['redis'] = None\nfrom webapp import create_app; create_app()"
    environment = environment_of(tmp_path, POCKET_RATE_LIMIT_STORAGE="redis://:5ecret@host")
    failed = run_to_end([sys.executable, "-c", code], environment)
    assert failed.returncode == 1
    assert failed.stderr.splitlines() == [
        "Error: POCKET_RATE_LIMIT_STORAGE needs the Python package redis. "
        "Install it: pip install 'redis>=5,<8'."
    ]


def test_two_servers_with_one_key_and_one_redis_share_their_limits(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    given = {
        "POCKET_VAPID_KEY": generate_key().pem().decode(),
        "POCKET_RATE_LIMIT_STORAGE": redis_server.url,
        "POCKET_RATE_LIMIT_PER_MINUTE": "0",
        "POCKET_RATE_LIMIT_NEW_PER_DAY": "1",
        "POCKET_TRUSTED_PROXIES": "1",
    }
    with serving(tmp_path / "one", **given) as one, serving(tmp_path / "two", **given) as other:
        statuses = [
            [register(server.base_url, address) for server in (one, other)]
            for address in (ADDRESS, "203.0.113.10")
        ]
    assert [201, 429] in statuses  # a new day may have begun in between


def register(base_url: str, address: str) -> int:
    """Register a new subscription from outside, as if from that address; the HTTP status."""
    agent = UserAgent(f"https://fcm.googleapis.com/fcm/send/{secrets.token_hex(8)}")
    body = {"subscription": agent.as_json(), "reminder": {"times": ["08:00"], "zone": "UTC"}}
    sender = {"X-Forwarded-For": address}
    url = f"{base_url}/api/subscriptions"
    return requests.put(url, json=body, headers=sender, timeout=30).status_code
