"""Search over the words of the cards: the rule by itself, and the field as a reader meets it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import assume
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from playwright.sync_api import Browser
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.browser.device import put_document
from tests.browser.modules import import_module
from tests.browser.proxy import Network
from tests.browser.proxy import Proxy
from tests.browser.worker import read_on
from tests.browser.worker import wait_for_worker
from tests.processes import ROOT
from tests.processes import Server
from webapp.deck import Deck
from webapp.deck import typeset
from webapp.deck_file import load_deck

TOPICS = {"shame": {"title": "Shame is not the truth", "hue": 1, "help": False}}
Search = Callable[[list[dict[str, str]], str], list[str]]

# A query, and the words that it finds.
FOUND = [
    ("dont", "You don’t have to earn help."),
    ("DON'T", "You don’t have to earn help."),
    ("don’t earn", "You don’t have to earn help."),
    ("help earn", "You don’t have to earn help."),
    ("  ear   hel ", "You don’t have to earn help."),
    ("help.", "You don’t have to earn help."),
    ("“help”", "You don’t have to earn help."),
    ("cafe", "A café is warm."),
    ("CAFÉ", "A cafe\u0301 is warm."),
    ("strasse", "Die Straße ist lang."),
    ("STRAẞE", "Die Strasse ist lang."),
    ("οδος", "ΟΔΌΣ"),
    ("λόγος", "Ο ΛΟΓΟΣ"),
    ("ИВАН", "иван"),
    ("助け", "助けを求める"),
    ("🙂", "A smile 🙂 helps."),
    ("half-finished", "Half finished is fine."),
]
NOT_FOUND = [
    ("help zebra", "You don’t have to earn help."),
    (".*", "You don’t have to earn help."),
    ("(", "You don’t have to earn help."),
    ("", "You don’t have to earn help."),
    (" \n\t\u00a0", "You don’t have to earn help."),
    ("…", "You don’t have to earn help."),
]
ODD = [
    "(((",
    "[a-",
    "\\",
    "a{9999}",
    "$&",
    "^.*$",
    "\ud83d",
    "👩🏽‍🚀",
    "\u0301",
    "\u202e\u200d",
    "constructor",
    "__proto__",
    "toString",
    "<script>alert(1)</script>",
    "%00",
    "a" * 10_000,
    "a " * 5_000,
    " ".join(f"w{n}" for n in range(2_000)),
]


@pytest.fixture(scope="module")
def deck() -> Deck:
    return load_deck(ROOT / "webapp" / "content" / "en")


@pytest.fixture(scope="module")
def lab(browser: Browser, site: Server) -> Iterator[Page]:
    """A page that has the module at hand."""
    context = browser.new_context(service_workers="block")
    page = context.new_page()
    page.goto(site.base_url + "/about")
    import_module(page, "search")
    yield page
    context.close()


@pytest.fixture(scope="module")
def search(lab: Page) -> Search:
    """The ids that a query finds, in their order."""

    def run(cards: list[dict[str, str]], query: str) -> list[str]:
        found: list[str] = lab.evaluate(
            "([cards, topics, query]) => search.search(cards, topics, query).map(({ id }) => id)",
            [cards, TOPICS, query],
        )
        return found

    return run


def card(text: str, id: str = "one", **other: str) -> dict[str, str]:
    return {"id": id, "text": text, "topic": "shame", "step": "", "gentle": "", **other}


@pytest.mark.parametrize(("query", "text"), FOUND)
def test_words_are_found_whatever_their_case_accents_and_punctuation(
    search: Search, query: str, text: str
) -> None:
    assert search([card(text)], query) == ["one"]


@pytest.mark.parametrize(("query", "text"), NOT_FOUND)
def test_what_is_not_there_is_not_found(search: Search, query: str, text: str) -> None:
    assert search([card(text)], query) == []


def test_steps_gentler_words_and_topics_are_searched_too(search: Search) -> None:
    cards = [
        card("One", "step", step="Open a chat."),
        card("Two", "gentle", gentle="Perhaps a letter."),
        card("Three", "neither", topic=""),
    ]
    assert search(cards, "chat") == ["step"]
    assert search(cards, "letter") == ["gentle"]
    assert search(cards, "truth") == ["step", "gentle"]
    assert search(cards, "truth chat") == ["step"]


def test_the_words_come_before_the_rest_and_beginnings_before_middles(search: Search) -> None:
    cards = [
        card("Nothing of it.", "step", step="Ask someone."),
        card("A small task.", "middle"),
        card("You can ask.", "beginning"),
        card("Asking counts.", "first"),
    ]
    assert search(cards, "ask") == ["beginning", "first", "middle", "step"]


@pytest.mark.parametrize("query", ODD, ids=lambda query: repr(query[:12]))
def test_odd_input_does_no_harm(search: Search, deck: Deck, query: str) -> None:
    cards = [card(each.text, each.id) for each in deck.cards]
    assert set(search(cards, query)) <= {each.id for each in deck.cards}


# What a line may hold: no control characters, since own lines are tidied, and no lone surrogates.
WORDS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), min_size=1, max_size=60)


def is_sayable(word: str) -> bool:
    """Whether anything of a word is left without its marks and punctuation."""
    bare = unicodedata.normalize("NFD", word.upper())
    return any(
        unicodedata.category(c)[0] not in "MPZ" and unicodedata.category(c) != "Cf" for c in bare
    )


@settings(max_examples=150)
@given(text=WORDS, data=st.data())
def test_every_line_is_found_by_any_of_its_words(
    search: Search, text: str, data: st.DataObject
) -> None:
    words = [word for word in text.split() if is_sayable(word)]
    assume(words)
    assert search([card(text)], data.draw(st.sampled_from(words))) == ["one"]


@settings(max_examples=150)
@given(text=WORDS, form=st.sampled_from(["NFC", "NFD"]))
def test_neither_case_nor_accents_nor_how_they_are_written_matter(
    search: Search, text: str, form: Any
) -> None:
    assume(is_sayable(text))
    for query in (text, text.upper(), unicodedata.normalize(form, text)):
        assert search([card(text)], query) == ["one"]


@settings(max_examples=100)
@given(query=st.text(max_size=80))
def test_any_text_may_be_searched_for(search: Search, query: str) -> None:
    assert search([card("You don’t have to earn help.")], query) in ([], ["one"])


def test_a_card_of_the_deck_is_found_by_each_of_its_words(lab: Page, deck: Deck) -> None:
    cards = [card(typeset(each.text), each.id) for each in deck.cards[::4]]
    missed = lab.evaluate(
        """([cards, topics]) => cards.filter(({ id, text }) => text.split(' ').some((word) =>
             !search.search(cards, topics, word).some((found) => found.id === id)))""",
        [cards, TOPICS],
    )
    assert missed == []


@pytest.fixture
def topics(page: Page, site: Server) -> Page:
    page.goto(site.base_url + "/topics")
    page.wait_for_load_state("networkidle")
    return page


def results(page: Page) -> Any:
    return page.locator("#results a")


def test_a_reader_finds_a_card_and_opens_it(topics: Page) -> None:
    topics.get_by_role("searchbox").press_sequentially("earn hel")
    expect(results(topics).first).to_contain_text("You don’t have to earn help.")
    expect(topics.locator("#topics")).to_be_hidden()
    results(topics).first.click()
    expect(topics.locator(".words .plain")).to_have_text("You don’t have to earn help.")


def test_the_number_of_results_is_said_politely(topics: Page) -> None:
    field = topics.get_by_role("searchbox")
    field.fill("you don't have to earn help")
    expect(topics.get_by_role("status").filter(has_text="card")).to_have_text("1 card")
    field.fill("help")
    count = results(topics).count()
    assert count > 1
    expect(topics.get_by_role("status").filter(has_text="card")).to_have_text(f"{count} cards")


def test_a_result_shows_where_it_was_found(topics: Page, deck: Deck) -> None:
    with_step = next(each for each in deck.cards if each.step)
    topics.get_by_role("searchbox").fill(with_step.step)
    found = results(topics).filter(has_text=typeset(with_step.text))
    expect(found.locator("small")).to_have_text(typeset(with_step.step))
    topics.get_by_role("searchbox").fill(with_step.text)
    expect(found.locator("small")).to_have_text(typeset(deck.topic(with_step.topic).title))


def test_where_nothing_is_found_the_topics_stay(topics: Page) -> None:
    topics.get_by_role("searchbox").fill("zebra (")
    expect(topics.get_by_text("No card says it in these words.")).to_be_visible()
    expect(topics.locator("#topics")).to_be_visible()
    expect(results(topics)).to_have_count(0)


def test_escape_brings_the_topics_back(topics: Page) -> None:
    field = topics.get_by_role("searchbox")
    field.fill("help")
    expect(topics.locator("#topics")).to_be_hidden()
    field.press("Escape")
    expect(field).to_have_value("")
    expect(topics.locator("#topics")).to_be_visible()
    expect(results(topics)).to_have_count(0)
    expect(field).to_be_focused()


def test_emptying_the_field_brings_the_topics_back(topics: Page) -> None:
    field = topics.get_by_role("searchbox")
    field.fill("help")
    field.fill("")
    expect(topics.locator("#topics")).to_be_visible()
    expect(topics.locator("#found")).to_be_empty()


def test_results_are_reached_by_keys_alone(topics: Page) -> None:
    field = topics.get_by_role("searchbox")
    field.focus()
    topics.keyboard.type("earn help")
    topics.keyboard.press("Enter")
    expect(field).to_have_value("earn help")
    topics.keyboard.press("Tab")
    expect(results(topics).first).to_be_focused()
    topics.keyboard.press("Enter")
    expect(topics.locator(".words .plain")).to_have_text("You don’t have to earn help.")


def test_own_lines_are_found_and_lead_to_themselves(topics: Page) -> None:
    line = {"id": "own-1", "text": "Ça va, grand-mère", "at": "2027-01-01T00:00:00Z"}
    put_document(topics, "kept", {"own": [line]})
    topics.reload()
    topics.get_by_role("searchbox").fill("ca grand mere")
    expect(results(topics)).to_have_text("Ça va, grand-mèreYour own line")
    results(topics).click()
    expect(topics.locator(".words .plain")).to_have_text("Ça va, grand-mère")


def test_a_card_that_was_put_away_is_not_shown_again(topics: Page) -> None:
    hidden = {"id": "you-dont-have-to-earn-help", "at": "2027-01-01T00:00:00Z"}
    put_document(topics, "kept", {"hidden": [hidden]})
    topics.reload()
    expect(topics.locator("#topics li").first).to_be_attached()
    topics.get_by_role("searchbox").fill("you don't have to earn help")
    expect(topics.get_by_text("No card says it in these words.")).to_be_visible()
    expect(topics.locator("a[href$=you-dont-have-to-earn-help]")).to_have_count(0)


def test_what_is_typed_leaves_neither_the_field_nor_the_device(topics: Page) -> None:
    wait_for_worker(topics)
    read_on(topics)
    asked: list[str] = []
    topics.context.on("request", lambda request: asked.append(request.url))
    address = topics.url
    topics.get_by_role("searchbox").press_sequentially("secret help")
    topics.keyboard.press("Enter")
    expect(topics.locator("#found")).not_to_be_empty()
    assert topics.url == address
    assert asked == []
    kept = topics.evaluate(
        "JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state])"
    )
    assert "secret" not in kept
    topics.reload()
    expect(topics.get_by_role("searchbox")).to_have_value("")


def test_search_works_offline(installed: Page, network: Proxy) -> None:
    network.become(Network.REFUSED)
    installed.goto(network.url + "/topics")
    installed.get_by_role("searchbox").fill("earn help")
    expect(results(installed).first).to_contain_text("You don’t have to earn help.")
