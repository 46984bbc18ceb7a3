"""Which cards Another and a quiet session choose from: the rule by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from playwright.sync_api import Browser
from playwright.sync_api import Page

from tests.browser.modules import import_module
from tests.processes import Server

AT = "2027-01-01T00:00:00Z"
IDS = ["a1", "a2", "b1", "c1"]
DECK = {
    "topics": {topic: {"title": topic, "hue": 1, "help": False} for topic in "abc"},
    "cards": [{"id": i, "text": i, "topic": i[0], "step": "", "gentle": ""} for i in IDS],
    "retired": [],
}


@pytest.fixture(scope="module")
def lab(browser: Browser, site: Server) -> Iterator[Page]:
    context = browser.new_context(service_workers="block")
    page = context.new_page()
    page.goto(site.base_url + "/about")
    import_module(page, "reading")
    import_module(page, "kept")
    yield page
    context.close()


def pool(
    lab: Page,
    topics: Any = (),
    hidden: Any = (),
    own: Any = (),
    *,
    is_mixed: bool = True,
) -> list[str]:
    value = {
        "hidden": [{"id": each, "at": AT} for each in hidden],
        "own": [{"id": each, "text": each, "at": AT} for each in own],
        "choices": {"topics": list(topics), "ownLines": is_mixed},
    }
    found: list[str] = lab.evaluate(
        "([deck, value]) => reading.poolOf(deck, kept.parseKept(value)).map(({ id }) => id)",
        [DECK, value],
    )
    return found


def test_no_choice_means_every_card(lab: Page) -> None:
    assert pool(lab) == IDS


def test_only_chosen_topics_are_in_the_pool(lab: Page) -> None:
    assert pool(lab, topics=["a"]) == ["a1", "a2"]
    assert pool(lab, topics=["c", "b"]) == ["b1", "c1"]


def test_hidden_cards_are_not_in_the_pool(lab: Page) -> None:
    assert pool(lab, hidden=["a1"]) == ["a2", "b1", "c1"]


def test_own_lines_are_in_the_pool_if_they_are_wanted(lab: Page) -> None:
    assert pool(lab, topics=["b"], own=["mine"]) == ["b1", "mine"]
    assert pool(lab, topics=["b"], own=["mine"], is_mixed=False) == ["b1"]
    assert pool(lab, topics=["b"], own=["mine"], hidden=["mine"]) == ["b1"]


def test_a_topic_that_is_gone_or_all_hidden_chooses_nothing(lab: Page) -> None:
    assert pool(lab, topics=["gone"]) == IDS
    assert pool(lab, topics=["gone"], own=["mine"]) == [*IDS, "mine"]
    assert pool(lab, topics=["b"], hidden=["b1"]) == ["a1", "a2", "c1"]


def test_who_hid_every_card_is_shown_own_lines_or_else_the_deck(lab: Page) -> None:
    assert pool(lab, hidden=IDS, own=["mine"]) == ["mine"]
    assert pool(lab, hidden=IDS) == IDS


some = st.lists(
    st.sampled_from([*IDS, "a", "b", "c", "gone", "mine", "constructor", ""]), max_size=8
)


@settings(max_examples=100)
@given(topics=some, hidden=some, own=some)
def test_the_pool_is_never_empty_and_never_holds_a_card_twice(
    lab: Page, topics: list[str], hidden: list[str], own: list[str]
) -> None:
    found = pool(lab, topics, hidden, [f"own-{each}" for each in own])
    assert found
    assert len(found) == len(set(found))
