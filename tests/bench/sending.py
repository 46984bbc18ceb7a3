"""One worker process that sends once what is due: says that it is ready, waits for a line, sends.

    python -m tests.bench.sending --database URL --origin ORIGIN --authorities FILE

It prints one object of JSON: counts, seconds, connections that were opened, and the most memory
that it ever had.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from unittest import mock

import pycurl

from tests.bench.fill import NOON
from tests.editions import only
from webapp.config import Settings
from webapp.deck import Affirmation
from webapp.deck import Deck
from webapp.deck import Topic
from webapp.push import transport
from webapp.push.dispatch import Dispatcher
from webapp.push.exchange import Exchange
from webapp.push.exchange import Reply
from webapp.push.keyring import Keyring
from webapp.push.keyring import Signer
from webapp.push.sealer import Sealer
from webapp.push.vapid import generate_key
from webapp.store import open_store
from webapp.subscription import HostPolicy

CARD = Affirmation("you-dont-have-to-earn-help", "You don't have to earn help.", "asking")
DECK = Deck(topics=(Topic("asking", "Asking", 20, ""),), cards=(CARD,))

_connections = 0


class _Counting(Exchange):
    """Counts connections as libcurl tells them."""

    def reply(self, error: str = "") -> Reply:
        global _connections
        _connections += self.curl.getinfo(pycurl.NUM_CONNECTS)
        return super().reply(error)


def main() -> None:
    """Send once."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--database", required=True)
    parser.add_argument("--origin", required=True)
    parser.add_argument("--authorities", type=Path, required=True)
    parser.add_argument("--core", type=int)
    given = parser.parse_args()
    if given.core is not None:
        os.sched_setaffinity(0, [given.core])
    settings = Settings(base_url="https://pocket.org", push_test_origin=given.origin)
    store = open_store(given.database)
    store.next_due_at()
    wire = transport.Transport(HostPolicy(test_origin=given.origin), ca_file=given.authorities)
    signer = Signer(Keyring(generate_key()), "mailto:me@pocket.org")
    dispatcher = Dispatcher(settings, store, Sealer(settings, only(DECK), signer), wire)
    print("ready", flush=True)
    sys.stdin.readline()
    started = time.perf_counter()
    with mock.patch.object(transport, "Exchange", _Counting):
        counts = dispatcher.send_due(NOON)
    told = {
        "accepted": counts.accepted,
        "counts": str(counts),
        "seconds": time.perf_counter() - started,
        "connections": _connections,
        "peak_mib": _peak_mib(),
    }
    print(json.dumps(told), flush=True)


def _peak_mib() -> float:
    """Of this program alone: `ru_maxrss` also knows what the process was that started it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    (peak,) = (line for line in lines if line.startswith("VmHWM:"))
    return int(peak.split()[1]) / 1024


if __name__ == "__main__":
    main()
