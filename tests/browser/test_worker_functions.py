"""The worker's own functions, each by itself: pages, the day's card, memory, addresses."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from collections.abc import Iterator
from datetime import date
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import BrowserContext
from playwright.sync_api import Page

from tests.pack import Pack
from tests.pack import write_pack
from tests.processes import ROOT
from webapp.assets import WORKER_SOURCES

VECTORS = json.loads((ROOT / "tests" / "vectors" / "of-the-day.json").read_text())
ORIGIN = "https://pocket.test"
POCKET = {
    "release": "1",
    "cachePrefix": "pocket-",
    "prefix": "",
    "prefixes": [""],
    "language": "en",
    "note": {"title": "Pocket note", "body": "A short note is ready when you are."},
    "pack": "/pack.txt",
    "rest": "/rest.txt",
    "sheets": ["/topics"],
    "deck": "/deck.json",
    "stylesheet": "/pocket.css",
    "precache": [],
}
DECK = {
    "topics": {
        "a": {"title": "<A> & co", "hue": 20, "help": True},
        "b": {"title": "B", "hue": 250, "help": False},
    },
    "cards": [
        ["one", "<script>alert('1')</script> & \"more\"", "a", "", "Softly"],
        ["two", "Two", "b", "A {{pocket:id}} step", ""],
        ["three", "$& three", "b", "", ""],
    ],
    "retired": [["old", "Old", "b", "", ""]],
}
NAMES = (
    "id",
    "text",
    "step",
    "gentle",
    "faces",
    "topic",
    "topic_title",
    "hue",
    "help",
    "next",
    "previous",
    "date",
)
STYLES = "p{color:red}/* $& $1 */"
MAIN = "|".join("{{pocket:" + name + "}}" for name in NAMES)
FRAME = (
    '<link rel="stylesheet" href="/pocket.css"><title>{{pocket:title}}</title>{{pocket:main}}'
    '<a href="/">Today</a><a href="/topics">Topics</a>'
)
PARTS = {
    "card": ("{{pocket:text}} · Pocket", MAIN),
    "lost": ("Lost", "lost|" + MAIN),
    "away": ("Away", "away|" + MAIN),
    "/topics": ("Topics", "<main>$& topics</main>"),
}

FOREIGN = [
    "https://elsewhere.example/",
    "//elsewhere.example/path",
    f"{ORIGIN}.elsewhere.example/",
    "http://pocket.test/",
    "https://reader@pocket.test/",
    "javascript:alert(1)",
    "data:text/html,hello",
    f"blob:{ORIGIN}/1",
    "https://[broken",
    "",
    None,
    7,
    ["/help"],
]
OURS = {
    "/help": "/help",
    "help": "/help",
    f"{ORIGIN}/affirmations/one?from=push#x": "/affirmations/one?from=push#x",
    f"{ORIGIN}/../about": "/about",
    ORIGIN: "/",
}

KEEP = """async ({ deck, pack, styles }) => {
  const cache = await caches.open(CACHE);
  await cache.put('/deck.json', Response.json(deck));
  await cache.put('/pack.txt', new Response(pack));
  await cache.put('/pocket.css', new Response(styles));
}"""
HEADERS = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": "default-src 'none'",
}
KEPT = {
    "deck": DECK,
    "pack": write_pack(Pack(FRAME, HEADERS, PARTS, {})),
    "styles": STYLES,
}
TELL = """async (response) => ({
  status: response.status, text: await response.text(), headers: [...response.headers],
})"""
REMEMBER = """async () => {
  let calls = 0;
  const load = remember(async () => {
    calls += 1;
    if (calls === 1) throw new Error('no');
    return calls;
  });
  const first = await load().catch(() => 'failed');
  return [first, await load(), await load()];
}"""
TURNS = "([tags, count]) => tags.map((tag) => turnOf(tag, count))"
FIRST_DAY = date(2027, 1, 1)
ASK_NETWORK = """async (accepted) => {
  const fallback = async () => new Response('fallback');
  const response = await networkFirst(
    '/x', { seconds: 4, accepts: () => accepted, fallback });
  return response.text();
}"""


def worker_in(context: BrowserContext) -> Page:
    """A page of an origin of its own, in whose global scope the worker's functions stand."""
    source = "\n".join(
        (ROOT / "service_worker" / f"{name}.js").read_text() for name in WORKER_SOURCES
    )
    page = context.new_page()
    page.route("**/*", lambda route: route.fulfill(body="", content_type="text/html"))
    page.goto(ORIGIN)
    page.add_script_tag(content=f"const POCKET = {json.dumps(POCKET)};\n{source}")
    return page


@pytest.fixture(scope="module")
def worker(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield worker_in(context)
    context.close()


@pytest.fixture
def filled(worker: Page) -> Callable[[str], Any]:
    """Evaluates an expression that promises a page, over a small deck; tells what it became."""
    worker.evaluate(KEEP, KEPT)
    return lambda expression: worker.evaluate(f"async () => ({TELL})(await {expression})")


def main_of(page: Any) -> str:
    """What stands in the frame between the title and the bar."""
    return str(page["text"].partition("</title>")[2].partition('<a href="/"')[0])


def test_a_value_is_escaped_for_html(filled: Callable[[str], Any]) -> None:
    page = filled("cardPage('one')")
    escaped = "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &#34;more&#34;"
    assert "<" not in main_of(page)
    assert f"|{escaped}|" in main_of(page)
    assert "|&lt;A&gt; &amp; co|" in main_of(page)
    assert f"<title>{escaped} · Pocket</title>" in page["text"]


def test_a_value_that_looks_like_a_token_stays_as_it_is(filled: Callable[[str], Any]) -> None:
    assert "A {{pocket:id}} step" in filled("cardPage('two')")["text"]
    assert "$&amp; three" in filled("cardPage('three')")["text"]


def test_a_page_holds_its_styles(filled: Callable[[str], Any]) -> None:
    assert filled("pageInstead('lost', new Date())")["text"].startswith(
        f"<style>{STYLES}</style><title>"
    )


def test_a_page_without_a_card_stands_in_the_frame_as_it_is(filled: Callable[[str], Any]) -> None:
    page = filled("sheet('/topics')")
    assert main_of(page) == "<main>$& topics</main>"
    assert "<title>Topics</title>" in page["text"]


@pytest.mark.parametrize(
    ("expression", "current"),
    [
        ("todaysPage(new Date())", ["/"]),
        ("sheet('/topics')", ["/topics"]),
        ("cardPage('one')", []),
        ("pageInstead('lost', new Date())", []),
    ],
)
def test_the_bar_says_where_the_reader_is(
    filled: Callable[[str], Any], expression: str, current: list[str]
) -> None:
    text = filled(expression)["text"]
    assert re.findall(r'<a href="([^"]+)" aria-current="page"', text) == current


@pytest.mark.parametrize(
    ("card_id", "parts"),
    [
        ("two", "two|Two|A {{pocket:id}} step|||b|B|250||three|one|"),
        ("three", "three|$&amp; three||||b|B|250||one|two|"),
        ("old", "old|Old||||b|B|250||one|one|"),
    ],
    ids=["in the middle", "at the end", "retired"],
)
def test_a_card_has_its_topic_and_its_neighbours(
    filled: Callable[[str], Any], card_id: str, parts: str
) -> None:
    assert main_of(filled(f"cardPage('{card_id}')")) == parts


def test_a_topic_with_help_and_a_card_of_two_wordings_say_so(filled: Callable[[str], Any]) -> None:
    assert "||Softly|two|a|" in main_of(filled("cardPage('one')"))
    assert "|20|yes|two|three|" in main_of(filled("cardPage('one')"))


def test_a_page_has_the_headers_of_its_frame_and_its_own_name(
    filled: Callable[[str], Any],
) -> None:
    page = filled("cardPage('one')")
    assert page["status"] == 200
    assert dict(page["headers"]) == HEADERS | {"pocket-page": "card"}


def test_the_front_page_has_the_card_and_the_date_of_the_day(filled: Callable[[str], Any]) -> None:
    page = filled("todaysPage(new Date(1970, 0, 5, 23, 59))")  # day 4 of three cards
    assert main_of(page) == "two|Two|A {{pocket:id}} step|||b|B|250||three|one|1970-01-05"


def test_the_lost_page_says_404_and_has_the_days_card(filled: Callable[[str], Any]) -> None:
    page = filled("pageInstead('lost', new Date(1970, 0, 5))")
    assert page["status"] == 404
    assert main_of(page).startswith("lost|two|Two|")


def test_a_page_that_needs_a_network_says_503_and_has_the_days_card(
    filled: Callable[[str], Any],
) -> None:
    page = filled("pageInstead('away', new Date(1970, 0, 5))")
    assert page["status"] == 503
    assert main_of(page).startswith("away|two|Two|")


def test_an_unknown_card_is_no_page(worker: Page) -> None:
    worker.evaluate(KEEP, KEPT)
    assert worker.evaluate("async () => (await cardPage('nobody')) === undefined")


def test_the_days_card_is_that_of_the_shared_vectors(worker: Page) -> None:
    cases = [case for case in VECTORS["cases"] if not case["topics"]]
    assert cases
    found = worker.evaluate(
        """({ deck, dates }) => dates.map((date) => {
             const [year, month, day] = date.split('-').map(Number);
             return ofTheDay(deck, new Date(year, month - 1, day))[0];
           })""",
        {"deck": VECTORS["deck"], "dates": [case["date"] for case in cases]},
    )
    assert found == [case["id"] for case in cases]


@pytest.mark.parametrize(
    ("zone", "date"),
    [
        ("Pacific/Kiritimati", "2027-01-02"),
        ("Europe/Lisbon", "2027-01-01"),
        ("Pacific/Pago_Pago", "2026-12-31"),
    ],
)
def test_the_date_is_the_devices_own(browser: Browser, zone: str, date: str) -> None:
    context = browser.new_context(timezone_id=zone)
    found = worker_in(context).evaluate("isoDate(new Date('2027-01-01T10:30:00Z'))")
    context.close()
    assert found == date


def test_a_load_is_remembered_and_a_failed_one_is_not(worker: Page) -> None:
    assert worker.evaluate(REMEMBER) == ["failed", 2, 2]


@pytest.mark.parametrize(("accepted", "text"), [(True, ""), (False, "fallback")])
def test_the_network_counts_only_when_its_answer_is_accepted(
    worker: Page, accepted: bool, text: str
) -> None:
    assert worker.evaluate(ASK_NETWORK, accepted) == text


@pytest.mark.parametrize("address", FOREIGN, ids=str)
def test_an_address_that_is_not_ours_becomes_the_front_page(worker: Page, address: object) -> None:
    assert worker.evaluate("(address) => ownAddress(address)", address) == f"{ORIGIN}/"


@pytest.mark.parametrize(("address", "path"), OURS.items())
def test_an_address_of_ours_is_made_whole(worker: Page, address: str, path: str) -> None:
    assert worker.evaluate("(address) => ownAddress(address)", address) == f"{ORIGIN}{path}"


@pytest.mark.parametrize("count", [1, 2, 3, 5, 12])
def test_lines_take_turns_day_by_day(worker: Page, count: int) -> None:
    tags = [f"daily-{FIRST_DAY + timedelta(days=day)}" for day in range(count * 4)]
    turns = worker.evaluate(TURNS, [tags, count])
    assert Counter(turns) == dict.fromkeys(range(count), 4)


@pytest.mark.parametrize("count", [3, 4, 7, 40])
def test_the_times_of_a_day_bring_different_lines(worker: Page, count: int) -> None:
    tags = [f"daily-2027-01-15-{slot}" for slot in range(3)]
    assert len(set(worker.evaluate(TURNS, [tags, count]))) == 3


@pytest.mark.parametrize("tag", ["test-1", "", "daily-", "daily-2027-01-15-22"])
def test_any_other_occurrence_takes_a_turn_of_today(worker: Page, tag: str) -> None:
    assert worker.evaluate(TURNS, [[tag], 7])[0] in range(7)
