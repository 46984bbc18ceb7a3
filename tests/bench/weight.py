"""What the app weighs on the wire: the first paint, a first visit, a later one.

    python -m tests.bench.weight

Octets are counted by a proxy between Chromium and the server: heads and bodies of every answer.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.bench.table import Row
from tests.bench.table import print_rows
from tests.browser.proxy import Proxy
from tests.browser.worker import read_on
from tests.browser.worker import wait_for_worker
from tests.chromium import launch_options
from tests.processes import serving

FIRST_PAINT_OCTETS = 14 * 1024  # one initial congestion window (RFC 6928: ten segments)
FIRST_VISIT_OCTETS = 60 * 1024
PICTURES = re.compile(r"/static/(icons|screenshots)/")


def measure() -> list[Row]:
    """A first visit and a later one in a browser of its own."""
    with (
        tempfile.TemporaryDirectory() as name,
        serving(Path(name)) as site,
        Proxy(site.port) as network,
        sync_playwright() as playwright,
    ):
        context = playwright.chromium.launch_persistent_context(
            Path(name) / "profile", **launch_options()
        )
        page = context.pages[0]
        page.goto(network.url)
        wait_for_worker(page)
        page.wait_for_load_state("networkidle")
        first = {exchange.target: exchange.octets for exchange in network.exchanges}
        total = sum(e.octets for e in network.exchanges if not PICTURES.search(e.target))
        network.exchanges.clear()
        read_on(page)
        once = sum(e.octets for e in network.exchanges if e.path != "/sw.js")
        network.exchanges.clear()
        page.goto(network.url + "/topics")
        page.goto(network.url)
        page.wait_for_load_state("networkidle")
        later = sum(e.octets for e in network.exchanges if e.path != "/sw.js")
        context.close()
    paint = first["/"] + sum(octets for target, octets in first.items() if target.endswith(".css"))
    return [
        Row(
            "first paint of `/`: HTML and CSS, octets",
            paint,
            "<=",
            FIRST_PAINT_OCTETS,
            "with heads, brotli",
        ),
        Row(
            "first visit: everything but pictures, octets",
            total,
            "<=",
            FIRST_VISIT_OCTETS,
            f"{len(first)} answers",
        ),
        Row("all other screens, once when the reader stays, octets", once, "", 0, "`/rest.txt`"),
        Row("later visit beside the check of the worker, octets", later, "<=", 0, "two pages"),
    ]


if __name__ == "__main__":
    print_rows(measure(), "python -m tests.bench.weight")
