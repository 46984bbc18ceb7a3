"""The deck: what is refused, the order of the cards, the card of the day."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from collections.abc import Sequence
from datetime import date
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from webapp.deck import Affirmation
from webapp.deck import Deck
from webapp.deck import typeset
from webapp.deck_file import load_deck
from webapp.errors import DeckError
from webapp.order import varied

VECTORS = Path(__file__).parent / "vectors"
unhurried = settings(deadline=None)  # a busy machine is no fault of the code
SHIPPED = Path(__file__).parents[1] / "webapp" / "content" / "en"

TOPICS = """\
[[topic]]
slug = "rest"
title = "Rest"
hue = 210
says = "On rest."

[[topic]]
slug = "asking"
title = "Asking"
hue = 40
says = "On asking."
help = true
"""
CARDS = """\
lang = "en"

[[affirmation]]
id = "sit-down-first"
text = "You may sit down first."
topic = "rest"

[[affirmation]]
id = "one-word"
text = "One word is enough to begin."
topic = "asking"
ideas = ["I-1", "I-2"]
person = "it"
step = "Write one word."
gentle = "Half a word may do."
note = "Keep it light."
since = 2026-11-22

[[affirmation]]
id = "an-older-line"
text = "An older line that someone saved."
topic = "rest"
retired = "2026-12-24"
gentle = "An older line that's smaller."
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a small deck, with `old` replaced by `new` once, and gives its folder."""

    def write(old: str = "", new: str = "") -> Path:
        assert old in TOPICS + CARDS
        for name, text in (("topics.toml", TOPICS), ("affirmations.toml", CARDS)):
            (tmp_path / name).write_text(text.replace(old, new, 1) if old else text, "utf-8")
        return tmp_path

    return write


def refusal(folder: Path) -> tuple[str, int, str]:
    """The file, line and rule that the deck in that folder is refused for."""
    with pytest.raises(DeckError) as caught:
        load_deck(folder)
    error = caught.value
    assert error.reason and error.remedy
    assert str(error).startswith(f"{error.file}:{error.line}: {error.rule}: ")
    return Path(error.file).name, error.line, error.rule


# Reading


def test_a_deck_is_read_with_every_field(write):
    deck = load_deck(write())
    assert deck.topic("rest").title == "Rest"
    assert deck.topic("rest").help is False
    assert deck.topic("asking").help is True
    assert deck.lang == "en"
    assert deck.card("one-word") == Affirmation(
        id="one-word",
        text="One word is enough to begin.",
        topic="asking",
        ideas=("I-1", "I-2"),
        lang="en",
        step="Write one word.",
        gentle="Half a word may do.",
        person="it",
        note="Keep it light.",
        since="2026-11-22",
    )


def test_each_record_knows_its_line(write):
    deck = load_deck(write())
    lines = {card.id: card.line for card in deck.cards + deck.retired}
    assert lines == {"sit-down-first": 3, "one-word": 8, "an-older-line": 19}
    assert [topic.line for topic in deck.topics] == [1, 7]


def test_a_retired_card_is_kept_but_not_dealt(write):
    deck = load_deck(write())
    assert deck.card("an-older-line").retired == "2026-12-24"
    assert "an-older-line" not in {card.id for card in deck.cards}


def test_an_unknown_card_or_topic_is_a_key_error(write):
    deck = load_deck(write())
    for ask in (deck.card, deck.topic, deck.after, deck.before):
        with pytest.raises(KeyError):
            ask("nowhere")


def test_a_byte_order_mark_does_no_harm(write):
    folder = write()
    (folder / "topics.toml").write_text("\ufeff" + TOPICS, "utf-8")
    assert len(load_deck(folder).topics) == 2


def test_cards_written_as_inline_tables_are_read(write):
    folder = write()
    inline = ", ".join(
        f'{{ id = "card-{topic}", text = "A line.", topic = "{topic}" }}'
        for topic in ("rest", "asking")
    )
    (folder / "affirmations.toml").write_text(f'lang = "en"\naffirmation = [{inline}]\n', "utf-8")
    assert {card.line for card in load_deck(folder).cards} == {2}


def test_a_header_inside_a_text_sends_each_record_to_the_first_header(write):
    folder = write('note = "Keep it light."', "note = '''\n[[affirmation]]\n'''")
    assert {card.line for card in load_deck(folder).cards} == {3}


# Refusing


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('step = "Write one word."', "step = ", ("affirmations.toml", 14, "F01")),
        ('says = "On asking."', "says = On asking.", ("topics.toml", 11, "F01")),
        ('says = "On asking."', "says = 'On asking.", ("topics.toml", 13, "F01")),  # never closed
        ('step = "Write one word."', 'stepp = "Write."', ("affirmations.toml", 14, "F02")),
        ("help = true", "helps = true", ("topics.toml", 12, "F02")),
        ('lang = "en"', 'lang = "en"\nby = "me"', ("affirmations.toml", 2, "F02")),
        ('lang = "en"', "", ("affirmations.toml", 1, "F02")),
        ('text = "One word is enough to begin."', "", ("affirmations.toml", 8, "F02")),
        ("hue = 40", "", ("topics.toml", 7, "F02")),
        ("hue = 40", "hue = 360", ("topics.toml", 10, "F03")),
        ("hue = 40", "hue = -1", ("topics.toml", 10, "F03")),
        ("hue = 40", "hue = true", ("topics.toml", 10, "F03")),
        ("help = true", 'help = "yes"', ("topics.toml", 12, "F03")),
        ('says = "On rest."', 'says = " "', ("topics.toml", 5, "F03")),
        ('lang = "en"', 'lang = "English please"', ("affirmations.toml", 1, "F03")),
        ('step = "Write one word."', "step = 1", ("affirmations.toml", 14, "F03")),
        ('gentle = "Half a word', "gentle = Half a word", ("affirmations.toml", 15, "F01")),
        ('gentle = "Half', 'gentler = "Half', ("affirmations.toml", 15, "F02")),
        ('gentle = "Half a word may do."', "gentle = true", ("affirmations.toml", 15, "F03")),
        ('gentle = "Half a word may do."', 'gentle = " "', ("affirmations.toml", 15, "F03")),
        ('ideas = ["I-1", "I-2"]', 'ideas = "I-1"', ("affirmations.toml", 12, "F03")),
        ('ideas = ["I-1", "I-2"]', "ideas = [1]", ("affirmations.toml", 12, "F03")),
        ('person = "it"', 'person = "they"', ("affirmations.toml", 13, "F03")),
        ("since = 2026-11-22", 'since = "last week"', ("affirmations.toml", 17, "F03")),
        ("since = 2026-11-22", "since = 2026", ("affirmations.toml", 17, "F03")),
        ("since = 2026-11-22", "since = 2026-11-22T10:00:00", ("affirmations.toml", 17, "F03")),
        ('topic = "asking"', 'topic = "askin"', ("affirmations.toml", 11, "A10")),
        ('id = "one-word"', 'id = "sit-down-first"', ("affirmations.toml", 9, "A11")),
        ('id = "one-word"', 'id = "an-older-line"', ("affirmations.toml", 20, "A11")),
        ('id = "one-word"', 'id = "One word"', ("affirmations.toml", 9, "A11")),
        ('id = "one-word"', 'id = "on"', ("affirmations.toml", 9, "A11")),
        ('id = "one-word"', f'id = "{"o" * 41}"', ("affirmations.toml", 9, "A11")),
        ('id = "one-word"', 'id = "one--word"', ("affirmations.toml", 9, "A11")),
        ('slug = "asking"', 'slug = "rest"', ("topics.toml", 8, "A11")),
        ('topic = "asking"', 'topic = "rest"', ("topics.toml", 7, "A15")),
    ],
)
def test_a_broken_deck_is_refused_at_its_line(write, old, new, place):
    assert refusal(write(old, new)) == place


def test_a_topic_whose_cards_are_all_retired_is_refused(write):
    folder = write("since = 2026-11-22", "retired = 2026-11-22")
    assert refusal(folder) == ("topics.toml", 7, "A15")


def test_a_missing_file_is_refused(write):
    folder = write()
    (folder / "topics.toml").unlink()
    assert refusal(folder) == ("topics.toml", 1, "F01")


def test_a_file_that_is_not_utf_8_is_refused_at_the_line_of_the_bad_octet(write):
    folder = write()
    octets = CARDS.replace("begin", "bég").encode("latin-1")
    (folder / "affirmations.toml").write_bytes(octets)
    assert refusal(folder) == ("affirmations.toml", 10, "F01")


def test_a_deck_without_topics_is_refused(write):
    folder = write()
    (folder / "topics.toml").write_text("topic = []", "utf-8")
    assert refusal(folder) == ("topics.toml", 1, "A15")


def test_topics_that_are_no_tables_are_refused(write):
    folder = write()
    (folder / "topics.toml").write_text('topic = ["rest"]', "utf-8")
    assert refusal(folder) == ("topics.toml", 1, "F03")
    (folder / "topics.toml").write_text('topic = "rest"', "utf-8")
    assert refusal(folder) == ("topics.toml", 1, "F03")


# The order


def names_of(sizes: Sequence[int]) -> dict[str, list[str]]:
    return {f"t{n}": [f"t{n}-{k}" for k in range(size)] for n, size in enumerate(sizes)}


def kinds_in_turn(sizes: Sequence[int]) -> list[str]:
    return [item.partition("-")[0] for item in varied(names_of(sizes))]


def repeats_in(round_of: Sequence[str]) -> int:
    """How often neighbours are alike, the last and the first included."""
    return sum(round_of[n] == round_of[n - 1] for n in range(len(round_of)))


@unhurried
@given(st.lists(st.integers(0, 9), max_size=9))
def test_every_card_comes_once_in_a_cycle(sizes):
    groups = names_of(sizes)
    dealt = list(varied(groups))
    assert Counter(dealt) == Counter(item for items in groups.values() for item in items)


@unhurried
@given(st.lists(st.integers(1, 9), min_size=2, max_size=9))
def test_neighbours_differ_in_topic_whenever_any_order_can_do_that(sizes):
    if 2 * max(sizes) <= sum(sizes):
        assert repeats_in(kinds_in_turn(sizes)) == 0


@unhurried
@given(st.lists(st.integers(1, 9), min_size=1, max_size=5))
def test_a_topic_that_outnumbers_the_rest_repeats_no_more_than_it_has_to(sizes):
    surplus = 2 * max(sizes) - sum(sizes)
    if surplus > 0:
        assert repeats_in(kinds_in_turn(sizes)) == surplus


@unhurried
@given(st.integers(2, 12), st.integers(1, 12), st.data())
def test_topics_of_one_size_differ_in_every_selection(topics, size, data):
    chosen = data.draw(st.sets(st.sampled_from([f"t{n}" for n in range(topics)]), min_size=2))
    selected = [kind for kind in kinds_in_turn([size] * topics) if kind in chosen]
    assert repeats_in(selected) == 0


@unhurried
@given(st.lists(st.integers(1, 9), min_size=2, max_size=9))
def test_each_topic_is_spread_over_the_whole_cycle(sizes):
    kinds = kinds_in_turn(sizes)
    half = Counter(kinds[: len(kinds) // 2])
    if 2 * max(sizes) <= sum(sizes):
        assert all(abs(2 * half[f"t{n}"] - size) <= 3 for n, size in enumerate(sizes))


@unhurried
@given(st.permutations(range(12)))
def test_the_order_of_the_file_does_not_matter(tmp_path_factory, shuffled):
    def order(numbers: Sequence[int]) -> list[str]:
        folder = tmp_path_factory.mktemp("deck")
        cards = "".join(
            f'[[affirmation]]\nid = "card-{n}"\ntext = "Line {n}."\n'
            f'topic = "{"rest" if n % 3 else "asking"}"\n'
            for n in numbers
        )
        (folder / "topics.toml").write_text(TOPICS, "utf-8")
        (folder / "affirmations.toml").write_text(f'lang = "en"\n{cards}', "utf-8")
        return [card.id for card in load_deck(folder).cards]

    assert order(shuffled) == order(range(12))


def test_the_cards_of_a_topic_do_not_come_in_the_order_of_the_file():
    deck = load_deck(SHIPPED)
    lines = [card.line for card in deck.cards if card.topic == "hard-days"]
    assert lines != sorted(lines)


# The card of the day


@pytest.fixture(scope="module")
def vectors() -> dict:
    return json.loads((VECTORS / "of-the-day.json").read_text("utf-8"))


def test_the_vectors_hold_the_deck_as_browsers_get_it(vectors):
    assert load_deck(VECTORS / "deck").as_json() == vectors["deck"]


def test_every_vector_names_the_card_of_its_day(vectors):
    deck = load_deck(VECTORS / "deck")
    assert len(vectors["cases"]) == 54
    for case in vectors["cases"]:
        card = deck.of_the_day(date.fromisoformat(case["date"]), case["topics"])
        assert card.id == case["id"], case


def test_every_vector_names_the_cards_of_a_days_three_reminders(vectors):
    deck = load_deck(VECTORS / "deck")
    assert len(vectors["slots"]) == 18
    for case in vectors["slots"]:
        day, topics = date.fromisoformat(case["date"]), case["topics"]
        assert [deck.of_the_day(day, topics, slot).id for slot in range(3)] == case["ids"], case


def test_the_first_reminder_brings_what_the_page_shows_and_the_others_other_cards(vectors):
    deck = load_deck(VECTORS / "deck")
    for day in (date(2027, 1, 15) + timedelta(days=n) for n in range(20)):
        first, *others = (deck.of_the_day(day, (), slot) for slot in range(3))
        assert first is deck.of_the_day(day)
        assert len({first.id, *(card.id for card in others)}) == 3


def test_no_card_of_the_shipped_deck_comes_twice_within_weeks_at_three_a_day(shipped):
    days = [date(2027, 1, 15) + timedelta(days=n) for n in range(len(shipped.cards) // 3)]
    cards = [shipped.of_the_day(day, (), slot).id for day in days for slot in range(3)]
    assert len(set(cards)) == len(cards)


def test_every_vector_names_the_neighbours_of_its_card(vectors):
    deck = load_deck(VECTORS / "deck")
    for case in vectors["neighbours"]:
        neighbours = (deck.before(case["id"]).id, deck.after(case["id"]).id)
        assert neighbours == (case["previous"], case["next"]), case


def test_the_first_card_is_of_the_first_of_january_1970(vectors):
    deck = load_deck(VECTORS / "deck")
    assert deck.of_the_day(date(1970, 1, 1)) is deck.cards[0]
    assert deck.of_the_day(date(1969, 12, 31)) is deck.cards[-1]
    assert deck.of_the_day(date(2027, 1, 15)) is deck.cards[20_833 % 9]


@unhurried
@given(st.dates(date(1970, 1, 1), date(2200, 1, 1)))
def test_no_card_of_the_shipped_deck_repeats_until_it_is_through(shipped, start):
    days = [start + timedelta(days=n) for n in range(len(shipped.cards))]
    assert len({shipped.of_the_day(day).id for day in days}) == len(shipped.cards)


@unhurried
@given(st.dates(date(1970, 1, 1), date(2200, 1, 1)), st.data())
def test_days_in_a_row_differ_in_topic_for_any_two_topics_or_more(shipped, day, data):
    slugs = [topic.slug for topic in shipped.topics]
    topics = data.draw(st.sets(st.sampled_from(slugs), min_size=2))
    today, tomorrow = (shipped.of_the_day(day + timedelta(days=n), topics) for n in (0, 1))
    assert today.topic != tomorrow.topic
    assert {today.topic, tomorrow.topic} <= topics


@pytest.fixture(scope="module")
def shipped() -> Deck:
    return load_deck(SHIPPED)


# For browsers


def test_cards_are_typeset_for_browsers_and_straight_inside(write):
    deck = load_deck(write("You may sit down first.", "You don't have to stand."))
    texts = {row[0]: row[1] for row in deck.as_json()["cards"]}
    assert texts["sit-down-first"] == "You don’t have to stand."
    assert deck.card("sit-down-first").text == "You don't have to stand."


def test_a_card_is_five_items_for_browsers_whether_or_not_it_has_a_gentler_wording(write):
    rows = load_deck(write()).as_json()
    assert sorted(rows["cards"] + rows["retired"]) == [
        [
            "an-older-line",
            "An older line that someone saved.",
            "rest",
            "",
            "An older line that’s smaller.",
        ],
        [
            "one-word",
            "One word is enough to begin.",
            "asking",
            "Write one word.",
            "Half a word may do.",
        ],
        ["sit-down-first", "You may sit down first.", "rest", "", ""],
    ]


def test_the_digest_follows_the_words_and_not_the_place(write):
    digest = load_deck(write()).digest
    assert len(bytes.fromhex(digest)) == 32
    assert load_deck(write("[[topic]]", "# a remark\n[[topic]]")).digest == digest
    assert load_deck(write("On rest.", "On a rest.")).digest != digest
    assert load_deck(write("Half a word", "A half word")).digest != digest
    assert load_deck(write("An older line", "One older line")).digest != digest


@pytest.mark.parametrize(
    ("straight", "printed"),
    [
        ("You don't have to.", "You don’t have to."),
        ('Letting go of "alone"', "Letting go of “alone”"),
        ('"Yes," they said.', "“Yes,” they said."),
        ("'Maybe' is an answer.", "‘Maybe’ is an answer."),
        ("Say ('please').", "Say (‘please’)."),
        ("\"'Maybe' counts.\"", "“‘Maybe’ counts.”"),
        ("The helpers' hands.", "The helpers’ hands."),
        ("Already ’set’ “well”.", "Already ’set’ “well”."),
        ("", ""),
    ],
)
def test_straight_marks_are_printed_as_a_typographer_sets_them(straight, printed):
    assert typeset(straight) == printed
