"""The shuffle: every card once before any comes twice, whatever the deck, the past and the dice."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from playwright.sync_api import Browser
from playwright.sync_api import Page

from tests.browser.modules import import_module
from tests.processes import Server

SAMPLES = 60
TOPICS = ["a", "b", "c"]
NAMES = [f"card-{number}" for number in range(30)]

# Walks `steps` cards through the pool, going through JSON after each, as a restart does.
WALK = """({ past, pool, steps, dice }) => {
  let state = reading.parseReading(past);
  let current = '';
  const shown = [];
  for (let step = 0; step < steps; step += 1) {
    const card = reading.pick(state, pool, current, () => dice[step % dice.length]);
    state = reading.parseReading(JSON.parse(JSON.stringify(reading.show(state, card.id, pool))));
    current = card.id;
    shown.push(current);
  }
  return { shown, state };
}"""
MERGE = """([mine, theirs]) => reading.mergeReading(reading.parseReading(mine),
  reading.parseReading(theirs))"""

dice = st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=8)
counts = st.dictionaries(st.sampled_from(NAMES), st.integers(1, 4))
pasts = st.builds(
    lambda counts, history: {"version": 1, "counts": counts, "history": history},
    counts,
    st.lists(st.sampled_from(NAMES), max_size=20),
)
pools = st.lists(st.sampled_from(NAMES), min_size=1, unique=True).flatmap(
    lambda ids: st.tuples(
        *(
            st.builds(lambda topic, id=id: {"id": id, "topic": topic}, st.sampled_from(TOPICS))
            for id in ids
        )
    ).map(list)
)
junk = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def module(browser: Browser, site: Server) -> Page:
    page = browser.new_context(service_workers="block").new_page()
    page.goto(site.base_url + "/about")
    import_module(page, "reading")
    return page


@settings(max_examples=SAMPLES)
@given(pool=pools, dice=dice)
def test_a_new_reader_sees_every_card_once_before_any_comes_twice(
    module: Page, pool: list[Any], dice: list[float]
) -> None:
    walk = {"past": None, "pool": pool, "steps": 3 * len(pool), "dice": dice}
    shown = module.evaluate(WALK, walk)["shown"]
    for start in range(0, len(shown), len(pool)):
        assert sorted(shown[start : start + len(pool)]) == sorted(card["id"] for card in pool)


@settings(max_examples=SAMPLES)
@given(past=pasts, pool=pools, dice=dice)
def test_what_was_not_seen_in_this_round_comes_first_whatever_was_before(
    module: Page, past: dict[str, Any], pool: list[Any], dice: list[float]
) -> None:
    ids = {card["id"] for card in pool}
    seen = {name: count for name, count in past["counts"].items() if name in ids}
    unseen = {name for name in ids if seen.get(name, 0) < max(seen.values(), default=0)}
    walk = {"past": past, "pool": pool, "steps": len(unseen), "dice": dice}
    assert set(module.evaluate(WALK, walk)["shown"]) == unseen


@settings(max_examples=SAMPLES)
@given(pool=pools, more=pools, dice=dice)
def test_a_new_deck_brings_its_new_cards_and_repeats_none(
    module: Page, pool: list[Any], more: list[Any], dice: list[float]
) -> None:
    half = len(pool) // 2
    first = module.evaluate(WALK, {"past": None, "pool": pool, "steps": half, "dice": dice})
    known = {card["id"] for card in pool}
    kept = [card for card in pool if card["id"] not in first["shown"][:1]]  # one card was retired
    newer = kept + [card for card in more if card["id"] not in known]
    rest = [card["id"] for card in newer if card["id"] not in first["shown"]]
    walk = {"past": first["state"], "pool": newer, "steps": len(rest), "dice": dice}
    if newer:
        assert sorted(module.evaluate(WALK, walk)["shown"]) == sorted(rest)


@settings(max_examples=SAMPLES)
@given(pool=pools, dice=dice)
def test_no_card_follows_itself_unless_it_is_alone(
    module: Page, pool: list[Any], dice: list[float]
) -> None:
    walk = {"past": None, "pool": pool, "steps": 3 * len(pool), "dice": dice}
    shown = module.evaluate(WALK, walk)["shown"]
    if len(pool) > 1:
        assert all(one != other for one, other in pairwise(shown))


@settings(max_examples=SAMPLES)
@given(mine=pasts, theirs=pasts)
def test_two_tabs_forget_nothing_that_either_has_seen(module: Page, mine: Any, theirs: Any) -> None:
    one = module.evaluate(MERGE, [mine, theirs])["counts"]
    assert one == module.evaluate(MERGE, [theirs, mine])["counts"]
    assert one == {
        name: max(mine["counts"].get(name, 0), theirs["counts"].get(name, 0))
        for name in {*mine["counts"], *theirs["counts"]}
    }
    again = {"version": 1, "counts": one, "history": mine["history"]}
    assert module.evaluate(MERGE, [again, theirs])["counts"] == one


@settings(max_examples=SAMPLES)
@given(value=junk)
def test_whatever_was_kept_becomes_something_sound(module: Page, value: Any) -> None:
    found = module.evaluate("(value) => reading.parseReading(value)", value)
    assert found["version"] == 1
    assert all(isinstance(count, int) and count > 0 for count in found["counts"].values())
    assert all(isinstance(name, str) for name in found["history"])
    assert module.evaluate("(value) => reading.parseReading(value)", found) == found
