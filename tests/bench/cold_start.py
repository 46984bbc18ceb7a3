"""A cold offline start beside the least that an offline page can be.

    python -m tests.bench.cold_start

The other side is what one would make by hand for the same words in the same look, to be put on a
home screen as well: one static file with its styles inside, a manifest, an icon and no other
script, behind a five-line cache-first worker. Each start is a new browser process on a profile
that visited once, with the server cut off; both sides take turns, and the time is the browser's
own first contentful paint.
"""

from __future__ import annotations

import http.server
import re
import statistics
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from playwright.sync_api import BrowserType
from playwright.sync_api import sync_playwright

from tests.bench.table import Row
from tests.bench.table import print_rows
from tests.browser.proxy import Network
from tests.browser.proxy import Proxy
from tests.browser.worker import wait_for_worker
from tests.chromium import launch_options
from tests.processes import serving

STARTS = 21
GOAL = 1.3
WORKER = """const all = ['/', '/app.webmanifest', '/icon.svg'];
addEventListener('install', e => e.waitUntil(caches.open('a').then(c => c.addAll(all))));
addEventListener('activate', e => e.waitUntil(clients.claim()));
addEventListener('fetch', e => {
  e.respondWith(caches.match(e.request).then(r => r ?? fetch(e.request)));
});"""
PAINT = """() => new Promise((resolve) => {
  new PerformanceObserver((list) => {
    const paint = list.getEntries().find(({ name }) => name === 'first-contentful-paint');
    if (paint) resolve(paint.startTime);
  }).observe({ type: 'paint', buffered: true });
})"""


def measure() -> list[Row]:
    """Both sides in turn, the ratio of their medians."""
    with (
        tempfile.TemporaryDirectory() as name,
        serving(Path(name)) as site,
        _plain_server(_by_hand(site.base_url)) as port,
        Proxy(site.port) as ours,
        Proxy(port) as plain,
        sync_playwright() as playwright,
    ):
        sides = {"ours": ours, "plain": plain}
        for side, network in sides.items():
            _visit(playwright.chromium, Path(name) / side, network)
        times: dict[str, list[float]] = {"ours": [], "plain": []}
        for _ in range(STARTS):
            for side, network in sides.items():
                times[side].append(_start(playwright.chromium, Path(name) / side, network.url))
    ours_ms, plain_ms = (statistics.median(times[side]) for side in ("ours", "plain"))
    said = f"{ours_ms:.0f} ms beside {plain_ms:.0f} ms, medians of {STARTS}"
    return [Row("cold offline start beside a hand-made page", ours_ms / plain_ms, "<=", GOAL, said)]


def _visit(chromium: BrowserType, profile: Path, network: Proxy) -> None:
    """Visit once, until the worker is in charge, then cut the server off."""
    context = chromium.launch_persistent_context(profile, **launch_options())
    context.pages[0].goto(network.url)
    wait_for_worker(context.pages[0])
    context.pages[0].wait_for_load_state("networkidle")
    context.close()
    network.become(Network.REFUSED)


def _start(chromium: BrowserType, profile: Path, address: str) -> float:
    """Milliseconds from the navigation to the first words, in a new browser process."""
    context = chromium.launch_persistent_context(profile, **launch_options())
    page = context.pages[0]
    page.goto(address)
    paint = float(page.evaluate(PAINT))
    context.close()
    return paint


def _by_hand(address: str) -> dict[str, tuple[str, str]]:
    """The front page as one file, with its words, styles and icon, and nothing that is the app's.

    Answers by path: content type and text.
    """
    page = requests.get(address, timeout=10).text
    found = re.search(r'<link rel="stylesheet" href="([^"]+)">', page)
    assert found
    styles = requests.get(address + found[1], timeout=10).text
    page = re.sub(r"<script.*?</script>|<template.*?</template>|<link[^>]*>", "", page, flags=re.S)
    links = "<link rel=icon href=/icon.svg><link rel=manifest href=/app.webmanifest>"
    page = page.replace("</head>", f"{links}<style>{styles}</style></head>")
    icon = requests.get(f"{address}/static/icons/icon.svg", timeout=10).text
    manifest = '{"name":"By hand","start_url":"/","icons":[{"src":"/icon.svg","sizes":"any"}]}'
    return {
        "/": ("text/html", page + "<script>navigator.serviceWorker.register('/sw.js')</script>"),
        "/sw.js": ("text/javascript", WORKER),
        "/icon.svg": ("image/svg+xml", icon),
        "/app.webmanifest": ("application/manifest+json", manifest),
    }


@contextmanager
def _plain_server(files: dict[str, tuple[str, str]]) -> Iterator[int]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, text = files[self.path]
            body = text.encode()
            self.send_response(200)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing is logged."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


if __name__ == "__main__":
    print_rows(measure(), "python -m tests.bench.cold_start")
