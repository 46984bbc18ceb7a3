"""Where workers come from: a process that forks them, and a deck of one card for all."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.faults.clock import Clock
from tests.processes import ROOT
from tests.processes import environment_of

TOPICS = """[[topic]]
slug = "small-steps"
title = "Small steps"
hue = 165
says = "A shaky way of asking still counts."
"""
CARDS = """lang = "en"
[[affirmation]]
id = "a-messy-message"
topic = "small-steps"
text = "A messy message is still a message."
"""


@dataclass(frozen=True)
class Worker:
    """A worker process by its number; `slot` is its place in the clock's file."""

    pid: int
    slot: int
    log: Path

    @property
    def logs(self) -> str:
        return self.log.read_text() if self.log.exists() else ""


class Nursery:
    """Where workers come from; a context manager. One serves many scenarios."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = Clock(folder / "clock")
        self.content = folder / "content"
        (self.content / "en").mkdir(parents=True)
        (self.content / "en" / "topics.toml").write_text(TOPICS)
        (self.content / "en" / "affirmations.toml").write_text(CARDS)
        shipped = (ROOT / "webapp" / "content" / "helplines.toml").read_text()
        head, _, _ = shipped.partition("[[country]]")  # nobody calls from here
        (self.content / "helplines.toml").write_text(f"country = []\n{head}")
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.worker", str(folder / "clock")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env=environment_of(folder),
            text=True,
        )

    def __enter__(self) -> Nursery:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def start(self, slot: int, log: Path, settings: Mapping[str, str], wire_seconds: int) -> Worker:
        """Start a worker with these settings and no others, that waits so long for an answer."""
        order = {"slot": slot, "log": str(log), "settings": settings, "wire_seconds": wire_seconds}
        return Worker(self._ask(order), slot, log)

    def wait(self, worker: Worker) -> int:
        """Wait for its end; its exit code, or the negative number of the signal."""
        return self._ask({"wait": worker.pid})

    def is_alive(self, worker: Worker) -> bool:
        """Whether it still runs."""
        return bool(self._ask({"look": worker.pid}))

    def _ask(self, order: object) -> int:
        assert self._process.stdin and self._process.stdout
        with self._lock:
            self._process.stdin.write(f"{json.dumps(order)}\n")
            self._process.stdin.flush()
            return int(self._process.stdout.readline())
