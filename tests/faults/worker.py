"""`flask push work` in processes of their own, quickly: forked from one that has loaded all.

    python -m tests.faults.worker CLOCK-FILE

For each line on its input, {"slot", "log", "wire_seconds", "settings"}, it forks a worker and
prints its number;
{"look": number} prints whether that one runs, {"wait": number} how it ended.

In a worker three things are not as in life: the clock and the sleep of its command, how long the
wire waits, and who knows the push service's name. It also begins with fewer keys made ahead and
without the pages, which cost time and nobody looks at.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from functools import partial
from pathlib import Path
from unittest import mock
from urllib.parse import urlsplit

import pycurl
from flask.cli import ScriptInfo

import webapp
import webapp.cli.push as command
from tests.faults.clock import POLL_SECONDS
from tests.faults.clock import Clock
from tests.faults.clock import WorkerClock
from webapp.push import transport
from webapp.push.encryption import SenderKeys
from webapp.push.exchange import Exchange
from webapp.push.exchange import Limits

KEYS_AHEAD = 20
LONGEST_END_SECONDS = 60
NAME = "push-service.test"
"""Never a name on the internet (RFC 6761)."""


def main() -> None:
    """Fork workers until the input ends."""
    clock = Clock(Path(sys.argv[1]))
    for line in sys.stdin:
        order = json.loads(line)
        if "wait" in order:
            print(_wait(order["wait"]), flush=True)
        elif "look" in order:
            ended = os.WEXITED | os.WNOHANG | os.WNOWAIT
            print(int(os.waitid(os.P_PID, order["look"], ended) is None), flush=True)
        elif number := os.fork():
            print(number, flush=True)
        else:
            _become_worker(clock, **order)


def _wait(number: int) -> int:
    """How it ended; one that does not is killed, and that tells."""
    deadline = time.monotonic() + LONGEST_END_SECONDS
    while time.monotonic() < deadline:
        ended, status = os.waitpid(number, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(POLL_SECONDS)
    os.kill(number, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])


def _become_worker(
    clock: Clock, slot: int, log: str, wire_seconds: int, settings: dict[str, str]
) -> None:
    os.setsid()
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for standard in (1, 2):
        os.dup2(descriptor, standard)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    own = WorkerClock(clock, slot)
    wire = partial(transport.Transport, limits=Limits(wire_seconds, wire_seconds))
    with (
        mock.patch.object(command, "time", own),
        mock.patch.object(command, "threading", own),
        mock.patch.object(webapp, "Transport", wire),
        mock.patch.object(SenderKeys.__init__, "__defaults__", (KEYS_AHEAD,)),
        mock.patch.object(transport, "Exchange", partial(_Exchange, clock)),
    ):
        app = webapp.create_app(settings)
        with mock.patch.dict(os.environ, settings):
            command.work.main([], obj=ScriptInfo(create_app=lambda: app))


class _Exchange(Exchange):
    """Finds the push service by a name that the harness makes known or unknown."""

    def __init__(self, clock: Clock, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        self._clock = clock

    def prepare(
        self, url: str, headers: tuple[str, ...], body: bytes, *, may_dial_any: bool
    ) -> None:
        super().prepare(url, headers, body, may_dial_any=may_dial_any)
        place = f"{NAME}:{urlsplit(url).port}"
        is_known = self._clock.name_is_known
        self.curl.setopt(pycurl.RESOLVE, [f"+{place}:127.0.0.1" if is_known else f"-{place}"])


if __name__ == "__main__":
    main()
