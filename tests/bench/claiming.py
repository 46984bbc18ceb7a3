"""The queue alone: what claiming costs beside many who are idle, and how fast two workers are.

    python -m tests.bench.claiming [--subscribers 1000000]

On SQLite and on PostgreSQL a thousand are due, once among ten thousand subscribers and once among
many; the same claims are made on both in turn, and the ratio is of medians. Then two processes
claim and settle on PostgreSQL what is due, as workers do, but send nothing. PostgreSQL is a
cluster of our own that waits for no disk.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path
from threading import BrokenBarrierError
from typing import Any

from tests.bench.fill import DAY
from tests.bench.fill import NOON
from tests.bench.fill import fill
from tests.bench.table import Row
from tests.bench.table import print_rows
from tests.faults.__main__ import create_database
from tests.postgres import Cluster
from tests.postgres import temporary_cluster
from webapp.push.ledger import SETTLED_AT_ONCE
from webapp.schedule import Occurrence
from webapp.store import Advance
from webapp.store import Store
from webapp.store import open_store

SUBSCRIBERS = 1_000_000
FEW = 10_000
DUE = 1_000
BATCH = 500
LEASE_SECONDS = 120
ROUNDS = 15
CLAIMED = 40_000
TOGETHER = 5
WORKERS = 2
RATIO_GOAL = 1.5
RATE_GOAL = 20_000
"""Rows a second."""

TOMORROW = Occurrence(date(2027, 1, 16), NOON + DAY)

_barrier: Any = None


def measure(subscribers: int = SUBSCRIBERS) -> list[Row]:
    """One row for each database, and the two of the workers."""
    with tempfile.TemporaryDirectory() as name, temporary_cluster() as cluster:
        folder = Path(name)
        places = {
            "SQLite": [f"sqlite:///{folder / size}.db" for size in ("few", "many")],
            "PostgreSQL": [create_database(cluster, size) for size in ("few", "many")],
        }
        rows = [_growth(kind, urls, subscribers) for kind, urls in places.items()]
        return [*rows, *_together(cluster)]


def _growth(kind: str, urls: list[str], subscribers: int) -> Row:
    for url, count in zip(urls, (FEW, subscribers), strict=True):
        started = time.perf_counter()
        fill(url, count, DUE)
        filled = time.perf_counter() - started
    stores = [open_store(url) for url in urls]
    times: list[list[float]] = [[], []]
    for _ in range(ROUNDS + 1):
        for store, taken in zip(stores, times, strict=True):
            taken.append(_claim_all(store))
    few, many = (statistics.median(taken[1:]) for taken in times)
    for store in stores:
        store.close()
    said = (
        f"{many * 1e3:.0f} ms beside {few * 1e3:.0f} ms for {DUE:,} due among {subscribers:,} and"
        f" {FEW:,}, medians of {ROUNDS}; filled in {filled:.0f} s"
    )
    return Row(f"claiming beside many who are idle, {kind}", many / few, "<=", RATIO_GOAL, said)


def _claim_all(store: Store) -> float:
    """Seconds to claim all that is due; then it is given back."""
    claimed = []
    started = time.perf_counter()
    while dues := store.claim_due(NOON, BATCH, LEASE_SECONDS):
        claimed += dues
    seconds = time.perf_counter() - started
    assert len(claimed) == DUE
    store.release(claimed)
    return seconds


def _together(cluster: Cluster) -> list[Row]:
    rounds = [_claim_together(create_database(cluster, f"workers_{n}")) for n in range(TOGETHER)]
    rate = statistics.median(rate for rate, _ in rounds)
    said = (
        f"{WORKERS} processes, {CLAIMED:,} rows, median of {TOGETHER}, all on this machine's cores"
    )
    twice = sum(twice for _, twice in rounds)
    return [
        Row("PostgreSQL: claimed and settled, rows a second", rate, ">=", RATE_GOAL, said),
        Row("PostgreSQL: claimed twice", twice, "<=", 0, f"of {CLAIMED * TOGETHER:,}"),
    ]


def _claim_together(url: str) -> tuple[float, int]:
    """Rows a second, and how many were claimed twice."""
    fill(url, CLAIMED, CLAIMED)
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(WORKERS)
    with ProcessPoolExecutor(WORKERS, context, _set_barrier, (barrier,)) as pool:
        results = list(pool.map(_claim_and_settle, [url] * WORKERS))
    ids = [one for result in results for one in result[0]]
    assert len(set(ids)) == CLAIMED
    seconds = max(result[2] for result in results) - min(result[1] for result in results)
    return len(ids) / seconds, len(ids) - len(set(ids))


def _set_barrier(barrier: Any) -> None:
    global _barrier
    _barrier = barrier


def _claim_and_settle(url: str) -> tuple[list[int], float, float]:
    """Whom it claimed, and from when to when; both processes begin together."""
    store = open_store(url)
    store.next_due_at()
    try:
        _barrier.wait(60)
    except BrokenBarrierError:
        raise AssertionError("the other process never came") from None
    ids = []
    started = time.monotonic()
    while dues := store.claim_due(NOON, BATCH, LEASE_SECONDS):
        ids += [due.subscription_id for due in dues]
        settlements = [Advance(due, TOMORROW, accepted=True) for due in dues]
        for first in range(0, len(settlements), SETTLED_AT_ONCE):
            store.settle(settlements[first : first + SETTLED_AT_ONCE], NOON)
    ended = time.monotonic()
    store.close()
    return ids, started, ended


def main() -> int:
    """Print the table; 1 when a goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--subscribers", type=int, default=SUBSCRIBERS)
    subscribers = parser.parse_args().subscribers
    rows = measure(subscribers)
    print_rows(rows, f"python -m tests.bench.claiming --subscribers {subscribers}")
    return 0 if all(row.is_met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
