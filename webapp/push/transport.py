"""Many POSTs at once to push services: libcurl's multi interface, few connections, many streams.

It never decides what an answer means, and never sends to a host that the policy does not allow.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from collections.abc import Generator
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sized
from dataclasses import dataclass
from pathlib import Path
from typing import Generic
from typing import NamedTuple
from typing import TypeVar

import pycurl

from webapp.push.exchange import Exchange
from webapp.push.exchange import Limits
from webapp.push.exchange import Reply
from webapp.push.exchange import find_authorities
from webapp.subscription import HostPolicy

HOST_CONNECTIONS = 4
STREAMS = 128
"""On one HTTP/2 connection, if the push service allows as many; then a further one is opened."""
FIRST_IN_FLIGHT = HOST_CONNECTIONS
"""To one push service that has not lately answered by HTTP/2. More would wait inside libcurl,
where time runs out for it (the connection's 5 s) and where one host's waiting starves the others:
8.23 wakes only the first in its line."""
WIDE_IN_FLIGHT = 256
"""To one that has: 64 streams a connection, where RFC 9113 recommends to allow 100."""
WIDE_SECONDS = 30
"""How long that counts; idle connections end, and then everything would wait for new ones."""
TOTAL_IN_FLIGHT = 1_024
WAITING_LANES = 8
"""While so many wait for their push services no more are opened, since all are held in memory."""
ASK_SECONDS = 1
TURN = 64
"""What one origin starts before the next has its turn and the wires are served."""

Key = TypeVar("Key")


class Post(NamedTuple, Generic[Key]):
    """One message to send; `key` comes back with its reply, and headers are whole lines."""

    key: Key
    url: str
    headers: tuple[str, ...]
    body: bytes


class Answer(NamedTuple, Generic[Key]):
    """The reply to the post of that key, and which lane it was in."""

    key: Key
    lane: str
    reply: Reply


class Transport:
    """Connections to push services, kept from one `send` to the next. For one thread at a time.

    `ca_file` replaces the system's certificate authorities: for tests with one of their own.
    """

    def __init__(
        self, policy: HostPolicy, *, limits: Limits | None = None, ca_file: Path | None = None
    ) -> None:
        self._policy = policy
        self._limits = limits or Limits()
        self._ca_file = str(ca_file) if ca_file else find_authorities()
        self._multiplexed_at: dict[str, float] = {}
        self._in_flight: Counter[str] = Counter()
        self._idle: list[Exchange] = []
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_PIPELINING, pycurl.PIPE_MULTIPLEX)
        self._multi.setopt(pycurl.M_MAX_HOST_CONNECTIONS, HOST_CONNECTIONS)
        self._multi.setopt(pycurl.M_MAX_CONCURRENT_STREAMS, STREAMS)

    def send(
        self,
        lanes: Mapping[str, Iterator[Post[Key]]],
        more: Callable[[], Mapping[str, Iterator[Post[Key]]]] = dict,
    ) -> Generator[Answer[Key]]:
        """Send every post of every lane and yield answers as they come.

        A lane holds the posts to one push service, by the start of their URLs: scheme, host and
        port. It is asked for its next post only when there is a place for it, so the caller may
        make posts late, and may end a lane because of an answer that has just come. When no lane
        has both a post and a place for it, `more` is asked for further lanes, so that who waits
        for one push service waits for no other. Once it has none it is asked again after a
        second while lanes still wait, and no more when none does.
        """
        waiting = self._open_lanes(lanes)
        flights: dict[object, _Flight[Key]] = {}
        has_more, has_taken, ask_at = True, False, 0.0
        try:
            while waiting or flights or has_more:
                if has_more and not has_taken and _has_room(waiting, flights, ask_at):
                    opened = self._open_lanes(more())
                    waiting += opened
                    has_more = bool(waiting)
                    ask_at = 0.0 if opened else time.monotonic() + ASK_SECONDS
                has_taken = yield from self._launch(waiting, flights)
                self._multi.perform()
                yield from self._land(flights)
                will_ask = has_more and _has_room(waiting, flights, ask_at)
                if not has_taken and not will_ask and flights:
                    self._multi.select(self._pause_seconds())
        finally:
            self._in_flight.clear()
            for flight in flights.values():
                self._multi.remove_handle(flight.exchange.curl)

    def close(self) -> None:
        """Close every connection."""
        self._multi.close()

    def _open_lanes(self, lanes: Mapping[str, Iterator[Post[Key]]]) -> list[_Lane[Key]]:
        return [self._open_lane(start, posts) for start, posts in lanes.items()]

    def _open_lane(self, start: str, posts: Iterator[Post[Key]]) -> _Lane[Key]:
        is_test = bool(start) and start == self._policy.test_origin
        return _Lane(start, posts, self._policy.allows(f"{start}/"), is_test)

    def _launch(
        self, waiting: list[_Lane[Key]], flights: dict[object, _Flight[Key]]
    ) -> Generator[Answer[Key], None, bool]:
        """Start what there is a place for; tell whether a lane gave anything."""
        has_taken = False
        for lane in tuple(waiting):
            for _ in range(self._places(lane, len(flights))):
                post = next(lane.posts, None)
                if post is None:
                    waiting.remove(lane)
                    break
                has_taken = True
                if lane.is_open_to(post.url):
                    flight = self._start(lane, post)
                    flights[flight.exchange.curl] = flight
                else:
                    reply = Reply(None, {}, error="its URL is not allowed")
                    yield Answer(post.key, lane.start, reply)
        return has_taken

    def _places(self, lane: _Lane[Key], in_flight: int) -> int:
        lately = time.monotonic() - WIDE_SECONDS
        is_wide = self._multiplexed_at.get(lane.start, lately) > lately
        limit = WIDE_IN_FLIGHT if is_wide else FIRST_IN_FLIGHT
        return min(limit - self._in_flight[lane.start], TOTAL_IN_FLIGHT - in_flight, TURN)

    def _start(self, lane: _Lane[Key], post: Post[Key]) -> _Flight[Key]:
        exchange = self._idle.pop() if self._idle else Exchange(self._limits, self._ca_file)
        exchange.prepare(post.url, post.headers, post.body, may_dial_any=lane.is_test)
        self._multi.add_handle(exchange.curl)
        self._in_flight[lane.start] += 1
        return _Flight(exchange, lane, post.key)

    def _land(self, flights: dict[object, _Flight[Key]]) -> Iterator[Answer[Key]]:
        """Yield an answer for each exchange that has ended, and keep its handle for the next."""
        for curl, error in self._ended():
            exchange, lane, key = flights.pop(curl)
            reply = exchange.reply(error)
            if curl.getinfo(pycurl.INFO_HTTP_VERSION) == pycurl.CURL_HTTP_VERSION_2_0:
                self._multiplexed_at[lane.start] = time.monotonic()
            self._multi.remove_handle(curl)
            self._idle.append(exchange)
            self._in_flight[lane.start] -= 1
            yield Answer(key, lane.start, reply)

    def _ended(self) -> Iterator[tuple[pycurl.Curl, str]]:
        _, ended, failed = self._multi.info_read()
        yield from ((curl, "") for curl in ended)
        yield from ((curl, message) for curl, _, message in failed)

    def _pause_seconds(self) -> float:
        """How long libcurl itself would wait for the wires, and never over a second."""
        milliseconds = self._multi.timeout()
        return min(milliseconds, 1_000) / 1_000 if milliseconds >= 0 else 1.0


def _has_room(waiting: Sized, flights: Sized, ask_at: float) -> bool:
    """Whether further lanes may be opened, of which there may be some from `ask_at` on."""
    has_place = len(waiting) < WAITING_LANES and len(flights) < TOTAL_IN_FLIGHT
    return not waiting or (has_place and time.monotonic() >= ask_at)


@dataclass(slots=True)
class _Lane(Generic[Key]):
    """The posts to one push service that still wait."""

    start: str
    posts: Iterator[Post[Key]]
    is_allowed: bool
    is_test: bool

    def is_open_to(self, url: str) -> bool:
        """Whether the URL is of this push service, and one that libcurl can take."""
        is_plain = url.isascii() and url.isprintable()
        return self.is_allowed and is_plain and url.startswith(f"{self.start}/")


class _Flight(NamedTuple, Generic[Key]):
    exchange: Exchange
    lane: _Lane[Key]
    key: Key
