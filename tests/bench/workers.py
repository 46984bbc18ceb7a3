"""Worker processes as they are: in bad weather, two at once, and beside a million subscribers.

    python -m tests.bench.workers [--messages 40000] [--subscribers 1000000]

Each sends from a SQLite file of its own to the sink of `tests.bench.sender`; ways take turns, and
ratios are of medians. Bad weather: two of a hundred subscriptions are gone, one is throttled, one
fails, and among the first quarter one of 500 never gets an answer.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.fill import fill
from tests.bench.sender import sink
from tests.bench.table import Row
from tests.bench.table import print_rows
from tests.processes import ROOT

MESSAGES = 40_000
"""So many that fair weather takes longer than a push service that says nothing for ten seconds."""
SUBSCRIBERS = 1_000_000
FEW = 10_000
DUE = 10_000
ROUNDS = 3
WEATHER_GOAL = 0.7
TOGETHER_GOAL = 1.7
CORES_NEEDED = 3
"""For two workers and the sink; with fewer there is no goal."""
CONNECTIONS_GOAL = 0.02
FLAT_GOAL = 1.1
"""Times as much memory beside many subscribers as beside few."""
MEMORY_GOAL = 150
"""MiB."""
BAD = """CASE WHEN i % 500 = 250 AND i < {calm_from} THEN 'silent'
 WHEN i % 100 IN (3, 53) THEN 'gone' WHEN i % 100 = 23 THEN 'busy'
 WHEN i % 100 = 73 THEN 'failing' ELSE 'ok' END"""
"""Silence only while others have yet to be sent: at the end it would be measured by itself."""


@dataclass(frozen=True)
class Ground:
    """The sink, whom to trust, and a folder for databases."""

    folder: Path
    origin: str
    bundle: Path
    cores: list[int]

    def fill(self, name: str, subscribers: int, due: int, kind: str = "'ok'") -> str:
        """A new database at that name; its address."""
        path = self.folder / name
        for old in self.folder.glob(f"{name}*"):
            old.unlink()
        url = f"sqlite:///{path}"
        fill(url, subscribers, due, f"'{self.origin}/push/' || {kind} || '/' || i")
        return url

    def send(self, url: str, workers: int = 1) -> list[dict[str, Any]]:
        """Let so many workers send all that is due, together; what each of them says."""
        places = ["--core", str(self.cores[0])] if workers == 1 else []
        command = [sys.executable, "-m", "tests.bench.sending", "--database", url]
        command += ["--origin", self.origin, "--authorities", str(self.bundle), *places]
        started = [
            subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            for _ in range(workers)
        ]
        for process in started:
            assert process.stdout and process.stdout.readline() == "ready\n"
        for process in started:
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        return [json.loads(process.communicate()[0]) for process in started]


def measure(messages: int = MESSAGES, subscribers: int = SUBSCRIBERS) -> list[Row]:
    """Every row."""
    with _ground() as ground:
        return [
            *_weather(ground, messages),
            _together(ground, messages),
            *_memory(ground, subscribers),
        ]


def _weather(ground: Ground, messages: int) -> list[Row]:
    bad = BAD.format(calm_from=messages // 4)
    ways = {
        "fair": lambda: ground.send(ground.fill("fair", messages, messages)),
        "bad": lambda: ground.send(ground.fill("bad", messages, messages, bad)),
    }
    told = _take_turns(ways)
    rates = {name: _rate(results, messages) for name, results in told.items()}
    (last,) = told["bad"][-1]
    opened = max(one["connections"] for results in told.values() for (one,) in results)
    fair = f"{rates['fair']:,.0f}/s"
    return [
        Row(
            "sender: rate in bad weather beside fair",
            rates["bad"] / rates["fair"],
            ">=",
            WEATHER_GOAL,
            f"{rates['bad']:,.0f}/s beside {fair}; {last['counts']}",
        ),
        Row(
            "sender: connections for each message",
            opened / messages,
            "<=",
            CONNECTIONS_GOAL,
            f"{opened} for {messages:,}",
        ),
    ]


def _together(ground: Ground, messages: int) -> Row:
    ways = {
        "one": lambda: ground.send(ground.fill("one", messages, messages)),
        "two": lambda: ground.send(ground.fill("two", messages, messages), 2),
    }
    rates = {name: _rate(told, messages) for name, told in _take_turns(ways).items()}
    both = f"{rates['two']:,.0f}/s beside {rates['one']:,.0f}/s on {len(ground.cores)} cores"
    # With two cores, two workers and the push service share what one worker and it had alone.
    has_room = len(ground.cores) >= CORES_NEEDED
    relation, said = (">=", both) if has_room else ("", f"{both}, which the sink shares")
    value = rates["two"] / rates["one"]
    return Row("two workers beside one, SQLite", value, relation, TOGETHER_GOAL, said)


def _memory(ground: Ground, subscribers: int) -> list[Row]:
    (few,) = ground.send(ground.fill("few", FEW, DUE))
    (many,) = ground.send(ground.fill("many", subscribers, DUE))
    few_mib, many_mib = few["peak_mib"], many["peak_mib"]
    said = (
        f"{many_mib:.0f} MiB of {subscribers:,} beside {few_mib:.0f} MiB of {FEW:,}, {DUE:,} sent"
    )
    return [
        Row("worker: memory beside many subscribers", many_mib / few_mib, "<=", FLAT_GOAL, said),
        Row("worker: most memory, MiB", many_mib, "<=", MEMORY_GOAL, f"of {subscribers:,}"),
    ]


def _take_turns(
    ways: dict[str, Callable[[], list[dict[str, Any]]]],
) -> dict[str, list[list[dict[str, Any]]]]:
    told: dict[str, list[list[dict[str, Any]]]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, send in ways.items():
            told[name].append(send())
    return told


def _rate(results: list[list[dict[str, Any]]], messages: int) -> float:
    """The median of messages a second, by the slowest worker of each round."""
    return statistics.median(messages / max(one["seconds"] for one in told) for told in results)


@contextmanager
def _ground() -> Iterator[Ground]:
    cores = sorted(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as name, sink(Path(name)) as (origin, bundle):
        os.sched_setaffinity(0, cores)
        yield Ground(Path(name), origin, bundle, cores)


def main() -> int:
    """Print the table; 1 when a goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--messages", type=int, default=MESSAGES)
    parser.add_argument("--subscribers", type=int, default=SUBSCRIBERS)
    given = parser.parse_args()
    rows = measure(given.messages, given.subscribers)
    options = f"--messages {given.messages} --subscribers {given.subscribers}"
    print_rows(rows, f"python -m tests.bench.workers {options}")
    return 0 if all(row.is_met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
