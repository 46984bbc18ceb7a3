"""The card page's answers a second beside a bare Flask route with the same bytes.

    python -m tests.bench.throughput

Both run under the same server with one process on one core, the load on the other; each pair is
measured in turn, several times, and the ratio is of medians.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.bench.load import rate
from tests.bench.table import Row
from tests.bench.table import print_rows
from tests.processes import free_port
from tests.processes import procfile_command
from tests.processes import serving
from tests.processes import start

ROUNDS = 25
SECONDS = 0.4
GOAL = 0.8
KINDS = {
    "plain": {"Accept-Encoding": "identity"},
    "br": {"Accept-Encoding": "br"},
    "nothing": {"If-None-Match": "*"},
}
NAMES = {"plain": "plain", "br": "brotli", "nothing": "304"}


def measure() -> list[Row]:
    """One row for each kind of answer."""
    with tempfile.TemporaryDirectory() as name, serving(Path(name)) as ours:
        folder = Path(name)
        for kind, headers in KINDS.items():
            (folder / kind).write_bytes(_body(ours.base_url + "/", headers))
        with _bare(folder) as port:
            return [_row(kind, ours.port, port) for kind in KINDS]


def _row(kind: str, ours: int, bare: int) -> Row:
    rates: list[tuple[float, float]] = []
    for _ in range(ROUNDS):
        rates.append((rate(ours, "/", KINDS[kind], SECONDS), rate(bare, f"/{kind}", {}, SECONDS)))
    mine, theirs = (statistics.median(column) for column in zip(*rates, strict=True))
    said = f"{mine:,.0f}/s beside {theirs:,.0f}/s"
    return Row(
        f"card page, {NAMES[kind]}: rate beside a bare Flask route", mine / theirs, ">=", GOAL, said
    )


def _body(url: str, headers: dict[str, str]) -> bytes:
    with requests.get(url, headers=headers, stream=True, timeout=10) as response:
        return response.raw.read(decode_content=False)  # type: ignore[no-any-return]


@contextmanager
def _bare(folder: Path) -> Iterator[int]:
    """The bare app under the server and options of the Procfile's web process."""
    port = free_port()
    line = procfile_command("web")[-1]
    command = ["/bin/sh", "-c", line.replace("webapp:create_app", "tests.bench.bare:create_app")]
    environment = {
        **os.environ,
        "BARE_FOLDER": str(folder),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    process = start(command, environment, folder / "bare.log")
    try:
        process.wait_for_answer(port)
        yield port
    finally:
        process.stop()


if __name__ == "__main__":
    print_rows(measure(), "python -m tests.bench.throughput")
