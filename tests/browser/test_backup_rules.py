"""Whatever a device can keep, a backup brings back; whatever a file can hold does no harm."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from playwright.sync_api import Browser
from playwright.sync_api import Page

from tests.browser.modules import import_module
from tests.processes import Server

LOOKS = ["theme", "contrast", "size", "font", "spacing", "motion", "face"]
HARD = [
    "🌼👩‍👩‍👧‍👦",
    "\ud83d alone",
    "\udc00",
    "\u202eשלום\u202c مرحبا",
    "<img src=x onerror=alert(1)>",
    "</script>",
    "\x00\u2028\ufeff\\\"'",
    "e\u0301",
]
IDS = st.text(min_size=1, max_size=20) | st.sampled_from(["__proto__", "constructor", "1", "own-1"])
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40) | st.sampled_from(HARD)
LINES = st.text(st.characters(exclude_categories=()), min_size=1, max_size=280) | st.sampled_from(
    HARD
)
TIMES = st.datetimes().map(lambda time: time.isoformat() + "Z")


def records(**fields: st.SearchStrategy[str]) -> st.SearchStrategy[list[dict[str, str]]]:
    one = st.fixed_dictionaries({"id": IDS, "at": TIMES, **fields})
    return st.lists(one, max_size=6, unique_by=lambda each: each["id"])


KEPT = st.fixed_dictionaries(
    {
        "version": st.just(1),
        "saved": records(text=ANY_TEXT, topic=ANY_TEXT),
        "hidden": records(),
        "own": records(text=LINES),
        "choices": st.fixed_dictionaries(
            {
                "topics": st.lists(st.text(max_size=20), max_size=4, unique=True),
                "ownLines": st.booleans(),
                "voice": ANY_TEXT,
                "speed": st.floats(0.5, 2),
            }
        ),
    }
)
READING = st.fixed_dictionaries(
    {
        "version": st.just(1),
        "counts": st.dictionaries(IDS, st.integers(1, 2**53 - 1), max_size=6),
        "history": st.lists(ANY_TEXT, max_size=8),
    }
)
LOOK = st.dictionaries(
    st.sampled_from(LOOKS), st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=20)
)
NAMES = st.text(min_size=1, max_size=40)
DAYS = st.dates().map(lambda day: day.isoformat())
ASKING = st.fixed_dictionaries(
    {
        "version": st.just(1),
        "people": records(name=NAMES, kind=ANY_TEXT, reach=ANY_TEXT),
        "intentions": records(who=ANY_TEXT, day=DAYS),
        "drafts": records(kind=ANY_TEXT, text=LINES),
    }
)
CONTENTS = st.fixed_dictionaries({"kept": KEPT, "reading": READING, "look": LOOK, "asking": ASKING})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=9,
)
PLACES = [
    "version", "made", "kept", "kept.version", "kept.saved", "kept.hidden", "kept.own",
    "kept.choices", "kept.choices.topics", "kept.choices.ownLines", "kept.choices.voice",
    "kept.choices.speed", "kept.odd", "reading", "reading.version", "reading.counts",
    "reading.counts.odd", "reading.history", "look", "look.theme", "encrypted", "asking",
    "asking.version", "asking.people", "asking.intentions", "asking.drafts", "asking.odd",
]  # fmt: skip

# Texts go over as JSON in ASCII, since half a character does not survive any other way.
ROUND_TRIP = """async ([text, passphrase]) => {
  const file = await backup.makeBackup(JSON.parse(text), new Date(0), passphrase);
  // The file is UTF-8 on its way, as a download is.
  const again = new TextDecoder().decode(new TextEncoder().encode(file));
  return [file, JSON.stringify(await backup.readBackup(again, passphrase))];
}"""
READ = """async (text) => {
  try {
    return JSON.stringify(await backup.readBackup(text));
  } catch (error) {
    if (error instanceof backup.BackupError && error.message) return null;
    throw error;
  }
}"""
WEIGH = """([mine, theirs]) => {
  const [here, there] = [JSON.parse(mine), JSON.parse(theirs)];
  const { kept, asking } = backup.WAYS.merge;
  const merged = { ...here, kept: kept(here.kept, there.kept) };
  merged.asking = asking(here.asking, there.asking);
  return ['merge', 'replace'].map((way) => backup.describeRestore(here, there, way))
    .concat(backup.describeRestore(merged, there, 'merge'));
}"""


@pytest.fixture(scope="module")
def rules(browser: Browser, site: Server) -> Iterator[Page]:
    """A page that knows the rules of the backup file."""
    page = browser.new_page()
    page.goto(site.base_url + "/about")
    import_module(page, "backup")
    yield page
    page.close()


def as_json(value: object) -> str:
    return json.dumps(value)


def as_kept(value: object) -> Any:
    """As JavaScript reads it: two halves of a character side by side are one character."""
    return json.loads(json.dumps(value))


@settings(deadline=None, max_examples=60)
@given(contents=CONTENTS)
def test_a_plain_file_brings_back_whatever_was_kept(rules: Page, contents: Any) -> None:
    file, again = rules.evaluate(ROUND_TRIP, [as_json(contents), ""])
    assert json.loads(again) == as_kept(contents)
    assert json.loads(file)["kept"] == as_kept(contents["kept"])


@settings(deadline=None, max_examples=4)
@given(contents=CONTENTS, passphrase=st.text(min_size=1) | st.sampled_from(HARD))
def test_a_protected_file_brings_back_whatever_was_kept(
    rules: Page, contents: Any, passphrase: str
) -> None:
    sendable = passphrase.encode(errors="replace").decode()
    file, again = rules.evaluate(ROUND_TRIP, [as_json(contents), sendable])
    assert json.loads(again) == as_kept(contents)
    assert set(json.loads(file)) == {"format", "version", "made", "encrypted"}


@settings(deadline=None, max_examples=100)
@given(contents=CONTENTS, place=st.sampled_from(PLACES), value=JSON)
@example(contents={"kept": {}, "reading": {}, "look": {}, "asking": {}}, place="kept", value=[])
def test_a_file_with_anything_in_one_place_is_refused_or_taken_whole(
    rules: Page, contents: Any, place: str, value: Any
) -> None:
    file = as_kept({"format": "pocket-affirmations-backup", "version": 2, **contents})
    *way, last = place.split(".")
    inner = file
    for name in way:
        inner = inner.setdefault(name, {})
    inner[last] = as_kept(value)
    read = rules.evaluate(READ, as_json(file))
    if read is not None:
        assert json.loads(read) == {name: file[name] for name in contents} | {
            "kept": json.loads(read)["kept"]
        }
        assert holds(json.loads(read)["kept"], file["kept"])


@settings(deadline=None, max_examples=40)
@given(text=ANY_TEXT | JSON.map(json.dumps))
def test_what_is_no_backup_is_refused_in_words(rules: Page, text: str) -> None:
    assert rules.evaluate(READ, text.encode(errors="replace").decode()) is None


@settings(deadline=None, max_examples=40)
@given(mine=CONTENTS, theirs=CONTENTS)
def test_a_merge_takes_nothing_away_and_a_second_one_adds_nothing(
    rules: Page, mine: Any, theirs: Any
) -> None:
    merge, replace, again = rules.evaluate(WEIGH, [as_json(mine), as_json(theirs)])
    none = dict.fromkeys(["saved", "hidden", "own", "people", "intentions", "drafts"], 0)
    assert merge["goes"] == none
    assert again == {"adds": none, "goes": none}
    for name in ["saved", "hidden"]:
        here, there = ({each["id"] for each in one["kept"][name]} for one in (mine, theirs))
        assert merge["adds"][name] == replace["adds"][name] == len(there - here)
        assert replace["goes"][name] == len(here - there)


def holds(made: Any, given: Any) -> bool:
    """Whether nothing given was lost: choices alone may have been added to."""
    if isinstance(given, dict):
        return isinstance(made, dict) and all(
            name in made and holds(made[name], inner) for name, inner in given.items()
        )
    return bool(made == given) and isinstance(made, bool) == isinstance(given, bool)
