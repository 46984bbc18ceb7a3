"""From the tap on Another to the next paint, beside the least that a page can do.

    python -m tests.bench.next_card

The processor is slowed down four times, as on a plain phone. Frames are counted from the tap until
the words are others. The other side is the same page with no script but one line, which puts other
words into `textContent`. The time is the browser's own for the whole tap (Event Timing, as in
Interaction to Next Paint; it comes in steps of 8 ms); both sides take turns.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Page
from playwright.sync_api import sync_playwright

from tests.bench.table import Row
from tests.bench.table import print_rows
from tests.chromium import launch_options
from tests.processes import serving

TAPS = 30
SLOWER = 4
PATH = "/affirmations/you-dont-have-to-earn-help"
WATCH = """() => {
  globalThis.taps = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.name === 'click' && entry.interactionId) taps.push(entry.duration);
    }
  }).observe({ type: 'event', durationThreshold: 16 });
  globalThis.frames = [];
  const words = () => document.querySelector('.words .plain').textContent;
  addEventListener('click', () => {
    const before = words();
    let count = 0;
    const look = () => {
      count += 1;
      if (words() === before) requestAnimationFrame(look);
      else frames.push(count);
    };
    requestAnimationFrame(look);
  }, { capture: true });
}"""
BARE = """() => {
  const words = document.querySelector('.words .plain');
  let count = 0;
  document.querySelector('[rel=next]').addEventListener('click', (event) => {
    event.preventDefault();
    words.textContent = ['Asking is a way of being honest.', 'A small ask counts.'][count++ % 2];
  });
}"""
# A reader reads the words before the next tap, and by then nothing moves any more.
AT_REST = """async () => {
  await new Promise((resolve) => requestAnimationFrame(() =>
    requestAnimationFrame(() => setTimeout(resolve, 30))));
  await Promise.allSettled(document.getAnimations().map((each) => each.finished));
}"""


def measure() -> list[Row]:
    """How many frames the words take, and the medians of both sides."""
    with (
        tempfile.TemporaryDirectory() as name,
        serving(Path(name)) as site,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(**launch_options())
        pages = {}
        for side in ("ours", "bare"):
            context = browser.new_context(
                viewport={"width": 390, "height": 844}, service_workers="block"
            )
            pages[side] = context.new_page()
            if side == "bare":
                pages[side].route("**/*.js", lambda route: route.abort())
            pages[side].goto(site.base_url + PATH)
            pages[side].wait_for_load_state("networkidle")
            pages[side].evaluate(WATCH)
        pages["bare"].evaluate(BARE)
        for page in pages.values():
            session = page.context.new_cdp_session(page)
            session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        for _ in range(TAPS):
            for page in pages.values():
                _tap(page)
        frames = pages["ours"].evaluate("frames")
        ours, bare = (statistics.median(page.evaluate("taps") or [0]) for page in pages.values())
        browser.close()
    assert len(frames) == TAPS, "each tap has turned the card"
    said = f"{ours:.0f} ms and {bare:.0f} ms, medians of {TAPS} taps at a quarter of the speed"
    return [
        Row("frames from the tap to the next words", max(frames), "<=", 1, f"most of {TAPS} taps"),
        Row("tap to next paint, times a bare `textContent` change", ours / bare, "", 0, said),
    ]


def _tap(page: Page) -> None:
    page.bring_to_front()
    page.locator("[rel=next]").click()
    page.evaluate(AT_REST)


if __name__ == "__main__":
    print_rows(measure(), "python -m tests.bench.next_card")
