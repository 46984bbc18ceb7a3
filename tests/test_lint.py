"""The content rules: for each, words that pass and words that do not."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from webapp import lint
from webapp.deck import Affirmation
from webapp.deck import Deck
from webapp.deck import Topic
from webapp.deck_file import load_deck
from webapp.errors import DeckError
from webapp.lint.ideas import Idea
from webapp.lint.readability import measure
from webapp.lint.readability import syllables
from webapp.lint.words import WordList
from webapp.lint.words import words_of

SHIPPED = Path(__file__).parents[1] / "webapp" / "content" / "en"
WORDS = lint.load_words(SHIPPED)
KIND = "You can ask before you are empty."


def deck_of(*cards: Affirmation, lang: str = "en", **more: tuple[Affirmation, ...]) -> Deck:
    """A deck with the topics of its cards; topic n of them stands on line n."""
    slugs = dict.fromkeys(card.topic for card in cards)
    topics = tuple(Topic(slug, slug, 0, slug, line=n) for n, slug in enumerate(slugs, start=1))
    return Deck(topics, cards, lang=lang, folder=Path("a-deck"), **more)


def card(text: str = KIND, id: str = "a-card", topic: str = "asking", **more) -> Affirmation:
    return Affirmation(id, text, topic, line=7, **more)


def found(deck: Deck, words=WORDS, ideas=None, previous_ids=None, sources=None) -> list[tuple]:
    """Rule and level of every finding."""
    findings = lint.check_deck(deck, words, ideas or {}, previous_ids or {}, sources)
    return [(finding.rule, str(finding.level)) for finding in findings]


def test_the_shipped_deck_breaks_no_rule():
    findings = lint.check_deck(
        load_deck(SHIPPED),
        lint.load_words(SHIPPED),
        lint.load_ideas(SHIPPED),
        lint.load_released_ids(SHIPPED),
    )
    assert [lint.format(finding) for finding in findings] == []


def test_the_shipped_deck_has_a_card_for_each_day_of_a_year_in_twelve_topics():
    deck = load_deck(SHIPPED)
    assert len(deck.topics) == 12
    assert len(deck.cards) >= 366
    assert len(lint.load_ideas(SHIPPED)) == 83
    assert deck.card("you-dont-have-to-earn-help").text == "You don't have to earn help."


def test_the_shipped_deck_carries_each_idea_three_times_and_its_topics_are_of_one_size():
    cards = load_deck(SHIPPED).cards
    carried = Counter(idea for card in cards for idea in card.ideas)
    assert {*carried} == {*lint.load_ideas(SHIPPED)}
    assert min(carried.values()) >= 3
    assert len(set(Counter(card.topic for card in cards).values())) == 1


def test_the_shipped_deck_has_gentle_wordings_that_begin_in_many_ways():
    wordings = [card.gentle for card in load_deck(SHIPPED).cards if card.gentle]
    assert len(wordings) >= 300
    assert max(Counter(words_of(each)[0] for each in wordings).values()) <= 0.15 * len(wordings)


# One card

FINE = [
    KIND,
    "I can start with one sentence.",
    "Some days are OK and I can say so.",
    "You don't have to be tidy to ask.",
    "There is no need to earn it.",
    "Needing someone does not make you weak.",
    "Strength can come from a friend.",
    "It’s fine to write 12 words.",
    "You can send it: someone may be glad.",
    "A well-worn path is still a path.",
]


@pytest.mark.parametrize("text", FINE)
def test_kind_words_break_no_rule(text):
    assert found(deck_of(card(text, person="it"))) == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Ask. " + "a " * 48 + ".", "A01"),
        (" You can ask before you are empty.", "A01"),
        ("You can ask  before you are empty.", "A01"),
        ("You can ask\nbefore you are empty.", "A01"),
        ("You can ask\u2028before you are empty.", "A01"),
        ("You can ask now or late or soon at home. You may ask or wait or not ask now.", "A03"),
        ("You can ask. You can wait. You can rest.", "A03"),
        ("You can ask for one small thing or two on a day like this one.", "A03"),
        ("Asking is uncharacteristic of many.", "A04"),
        ("You can ask before you are empty!.", "A05"),
        ("You can ask; it may be fine.", "A05"),
        ("You can #ask before you are empty.", "A05"),
        ("You can @ask before you are empty.", "A05"),
        ("You can ask (before you are empty).", "A05"),
        ("You can ask [before] you are empty.", "A05"),
        ("You can ask at www.example.", "A05"),
        ("You can ask at https://a.", "A05"),
        ("You can ask at pocket.org today.", "A05"),
        ("You can ask 116 or 123 people.", "A05"),
        ("You can ask before you are empty \N{YELLOW HEART}.", "A05"),
        ("You can ask \N{BLACK HEART SUIT}\ufe0f before you are empty.", "A05"),
        ("You can ASK before you are empty.", "A05"),
        ("You can ask before you are empty", "A06"),
        ("You can ask before you are empty, or not?", "A06"),
        ("Is it fine? It is fine to ask.", "A06"),
        ("You must ask before you are empty.", "A07"),
        ("You have to ask before you are empty.", "A07"),
        ("You don’t have to wait but need to ask.", "A07"),
        ("There are no excuses for not asking.", "A07"),
        ("Cheer up and ask before you are empty.", "A07"),
        ("Asking is proven and it heals.", "A07"),
        ("You can ask when you feel dead tired.", "A07"),
        ("Ask these guys before you are empty.", "A07"),
        ("I am worthy of being asked.", "A09"),
        ("I’m worthy of being asked.", "A09"),
    ],
)
def test_a_text_is_refused_for(text, rule):
    assert (rule, "E") in found(deck_of(card(text)))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("You can ask now.", "A02"),
        ("Everyone can ask before they are empty.", "A08"),
        ("You will ask before you are empty.", "A08"),
        ("You are strong and so are others.", "A08"),
        ("Some weak days come and go by.", "A08"),
    ],
)
def test_a_text_is_worth_a_look_for(text, rule):
    warned = {rule for rule, level in found(deck_of(card(text, person="it"))) if level == "W"}
    assert warned == ({rule} if rule else set())


@pytest.mark.parametrize("length", [20, 90])
def test_a_text_of_20_to_90_characters_needs_no_look(length):
    assert ("A02", "W") not in found(deck_of(card("a" * (length - 1) + ".")))


@pytest.mark.parametrize("length", [19, 91])
def test_a_text_of_another_length_is_worth_a_look(length):
    assert ("A02", "W") in found(deck_of(card("a" * (length - 1) + ".")))


def test_a_text_of_100_characters_is_short_enough_and_one_of_101_is_not():
    assert ("A01", "E") not in found(deck_of(card("a" * 99 + ".")))
    assert ("A01", "E") in found(deck_of(card("a" * 100 + ".")))


def test_a_translation_may_be_longer():
    text = "Du darfst " + "bitten und " * 10 + "fragen."
    assert 100 < len(text) <= 130
    assert ("A01", "E") not in found(deck_of(card(text, lang="de"), lang="de"))
    assert ("A01", "E") in found(deck_of(card(text + " Immer wieder.", lang="de"), lang="de"))


def test_long_words_are_for_other_languages_to_judge():
    text = "Unterstützung brauchen ist Selbstverständlichkeit."
    assert found(deck_of(card(text, lang="de"), lang="de")) == []
    assert ("A04", "E") in found(deck_of(card(text)))


def test_a_full_stop_may_be_of_another_script():
    text = "助けを求めるのに、準備はいらないのです。"
    assert found(deck_of(card(text, lang="ja"), lang="ja")) == []


@pytest.mark.parametrize(
    "step",
    ["", "Write down one thing that feels heavy.", "What might a friend say?", "Take 5 or 10."],
)
def test_a_gentle_step_breaks_no_rule(step):
    assert found(deck_of(card(step=step))) == []


@pytest.mark.parametrize(
    ("step", "rule"),
    [
        ("Write down " + "one thing and " * 5 + "stop.", "A13"),
        ("Write it down!", "A13"),
        ("You must write it down.", "A13"),
        ("Call someone you like.", "A13"),
        ("Think of calling someone.", "A13"),
        ("Write to 555 01.", "A13"),
        ("Write to 55-01-22.", "A13"),
        ("Write it down", "A06"),
    ],
)
def test_a_step_is_refused_for(step, rule):
    assert (rule, "E") in found(deck_of(card(step=step)))


def test_words_near_call_are_no_call():
    assert found(deck_of(card(step="Recall a calm, blue place."))) == []


# The gentler wording

GENTLE = "Even half an ask may do for today."


@pytest.mark.parametrize(
    "gentle",
    [
        "",
        GENTLE,
        "It can feel like a burden, and still be a fair thing to ask.",
        "You can ask before you are empty, or a little after.",
        "Some days are like that.",
    ],
)
def test_gentle_words_break_no_rule(gentle):
    assert found(deck_of(card(gentle=gentle))) == []


@pytest.mark.parametrize(
    ("gentle", "rule"),
    [
        ("You may ask " + "a " * 44 + ".", "A01"),
        ("You may ask.\nIt can wait too.", "A01"),
        ("You may ask or rest or wait at home for now. It may come or go or stay out.", "A03"),
        ("You may ask. You may wait. You may rest.", "A03"),
        ("You may ask for one small thing or two on a day like this one.", "A03"),
        ("Asking may be uncharacteristic of many.", "A04"),
        ("You may ask; it can wait too.", "A05"),
        ("You MAY ask a little later.", "A05"),
        ("You may ask a little later", "A06"),
        ("Might it be fine to ask a little?", "A06"),
        ("You may rest and must ask.", "A07"),
        ("Cheer up and ask for a little.", "A07"),
        ("Asking may heal a little.", "A07"),
        ("You may feel dead tired today.", "A07"),
        ("You may ask these guys for a little.", "A07"),
        ("I am worthy of a little.", "A09"),
        ("You can ask, before you are EMPTY.", "G01"),
        ("You may always ask for a little.", "G02"),
        ("Nobody may mind it for now.", "G02"),
        ("It may be hard, and they will come.", "G02"),
        ("It may be hard and is certainly fair.", "G02"),
    ],
)
def test_a_gentle_wording_is_refused_for(gentle, rule):
    assert (rule, "E") in found(deck_of(card(gentle=gentle)))


@pytest.mark.parametrize(
    ("gentle", "rule"),
    [
        ("You may ask.", "A02"),
        ("You may be strong and so are others.", "A08"),
        ("It is a fair thing to ask.", "G03"),
        ("It may be my own fair thing to ask.", "G04"),
        ("Some days I’m slow to ask.", "G04"),
    ],
)
def test_a_gentle_wording_is_worth_a_look_for(gentle, rule):
    assert found(deck_of(card(gentle=gentle))) == [(rule, "W")]


def test_a_finding_tells_which_wording_it_means():
    gentle = "You must not, and you may."
    (finding,) = lint.check_deck(deck_of(card(gentle=gentle)), WORDS, {}, {})
    assert finding.reason == "a-card: gentle says 'must' (pressure)"
    assert finding.line == 7


def test_an_absolute_weighs_less_in_the_text_than_in_the_gentle_wording():
    text = "No one can mind a small ask."
    assert found(deck_of(card(text, gentle=GENTLE))) == [("A08", "W")]
    assert found(deck_of(card(gentle=text))) == [("G02", "E")]


def test_a_gentle_wording_says_i_where_its_text_does():
    gentle = "I can leave it for today."
    assert found(deck_of(card("I can start with a line.", person="i", gentle=gentle))) == [
        ("A16", "W"),  # a deck of one card
        ("A16", "W"),
    ]


def test_i_is_another_word_in_other_languages():
    gentle = "Kanske i morgon."
    swedish = card("Du får be om det i dag.", lang="sv", gentle=gentle)
    assert ("G04", "W") not in found(deck_of(swedish, lang="sv"))
    assert ("G04", "W") in found(deck_of(card(gentle=gentle)))


def test_a_language_without_words_of_room_is_not_asked_for_them():
    words = replace(WORDS, room_for_both=WordList(()))
    assert found(deck_of(card(gentle="It is a fair thing to ask.")), words=words) == []


def test_a_language_with_words_of_room_is_asked_for_them():
    words = replace(WORDS, room_for_both=WordList(("vielleicht",)))
    room = card("Du darfst heute bitten.", lang="de", gentle="Vielleicht erst etwas später.")
    none = card("Du darfst heute bitten.", lang="de", gentle="Es geht auch etwas später.")
    assert found(deck_of(room, lang="de"), words=words) == []
    assert found(deck_of(none, lang="de"), words=words) == [("G03", "W")]


def test_a_gentle_wording_may_be_longer_in_a_translation():
    gentle = "Du darfst " + "bitten und " * 10 + "fragen."
    long = card("Du darfst heute bitten.", lang="de", gentle=gentle)
    assert ("A01", "E") not in found(deck_of(long, lang="de"))


def test_a_retired_card_is_left_as_it_was():
    old = card("You MUST ask!", gentle="You MUST!", id="an-older-line", retired="2026-12-24")
    assert found(deck_of(card(), retired=(old,))) == []


# The whole deck

IDEAS = {"I-1": Idea("I-1", "asking", "on asking", 3), "I-2": Idea("I-2", "rest", "on rest", 7)}
LINES = [
    "You can ask for a hand with the small things.",
    "A tired note still says what it means.",
    "Some days are light and others are not.",
    "One kind word may open a door.",
    "It is fine to be slow at this.",
    "Another person may know the way.",
    "The hard part often comes before the first word.",
    "Rest is part of the road too.",
]


def eight(topic: str, *ideas: str) -> list[Affirmation]:
    """A topic's worth of cards on those ideas; the lines of `rest` are their own."""
    lines = LINES if topic == "asking" else [line.replace(" ", " so ", 2) for line in LINES]
    return [card(line, f"{topic}-{n}", topic, ideas=ideas) for n, line in enumerate(lines)]


def covered() -> Deck:
    return deck_of(*eight("asking", "I-1"), *eight("rest", "I-2"))


def errors(deck: Deck, **more) -> list[str]:
    return [rule for rule, level in found(deck, **more) if level == "E"]


def test_a_deck_that_covers_its_ideas_has_no_errors():
    assert errors(covered(), ideas=IDEAS) == []


@pytest.mark.parametrize(
    "ideas", [(), ("I-1", "I-1", "I-1", "I-1"), ("I-9",), ("I-1", "I-9"), ("I-2", "I-1")]
)
def test_a_card_is_refused_for_its_ideas(ideas):
    first, *others = covered().cards
    deck = deck_of(replace(first, ideas=ideas), *others)
    assert "A10" in errors(deck, ideas=IDEAS)
    assert errors(deck) == []


def test_a_second_idea_may_belong_to_another_topic():
    first, *others = covered().cards
    assert errors(deck_of(replace(first, ideas=("I-1", "I-2")), *others), ideas=IDEAS) == []


def test_an_idea_that_no_card_carries_is_refused_at_its_line():
    more = IDEAS | {"I-3": Idea("I-3", "rest", "on sleep", 11)}
    (finding,) = (f for f in lint.check_deck(covered(), WORDS, more, {}) if f.level == "E")
    assert (finding.rule, finding.file, finding.line) == ("A15", "a-deck/ideas.toml", 11)
    assert "on sleep" in finding.reason


def test_an_idea_on_a_retired_card_alone_is_not_covered():
    living = [each for each in covered().cards if each.topic == "asking"]
    retired = tuple(replace(each, retired="2026-12-24") for each in eight("rest", "I-2"))
    assert errors(deck_of(*living, retired=retired), ideas=IDEAS) == ["A15"]


def test_a_topic_of_seven_cards_is_refused_only_beside_ideas():
    deck = deck_of(*covered().cards[:-1])
    assert errors(deck, ideas=IDEAS) == ["A15"]
    assert errors(deck) == []


def test_a_topic_that_holds_more_than_its_share_is_worth_a_look():
    assert ("A15", "W") in found(covered(), ideas=IDEAS)
    assert ("A15", "W") not in found(covered())
    seven = [each for n in range(7) for each in eight(f"topic-{n}")]
    assert ("A15", "W") not in found(deck_of(*seven), ideas=IDEAS)


def test_a_released_card_that_is_missing_is_refused_at_the_line_of_its_id():
    released = {"a-card": 1, "a-lost-card": 2}
    (finding,) = lint.check_deck(deck_of(card()), WORDS, {}, released)
    assert (finding.rule, finding.file, finding.line) == ("A11", "a-deck/released-ids.txt", 2)
    assert "a-lost-card" in finding.reason


def test_a_released_card_may_be_retired():
    old = card(id="an-older-line", retired="2026-12-24")
    deck = deck_of(card(), retired=(old,))
    assert found(deck, previous_ids={"a-card": 1, "an-older-line": 2}) == []


def test_the_same_words_twice_are_refused_whatever_their_marks():
    same = "You can ask, before you are EMPTY."
    assert ("A12", "E") in found(deck_of(card(), card(same, "another")))


def test_nearly_the_same_words_are_worth_a_look():
    near = "You can ask before you are tired."  # 6 of 7 words
    far = "You can ask on the days you are tired."  # 4 of 7 and 8 words
    assert found(deck_of(card(), card(near, "another"))) == [("A12", "W")]
    assert found(deck_of(card(), card(far, "another"))) == []


def test_a_gentle_wording_may_share_words_with_its_own_card_alone():
    near = "You can ask before you are tired."  # 6 of 7 words
    other = card("Some days are light and others are not.", "another")
    assert found(deck_of(card(gentle=near), other)) == []
    assert found(deck_of(card(), replace(other, gentle=near))) == [("A12", "W")]
    assert found(deck_of(card(), replace(other, gentle=KIND))) == [("A12", "E"), ("A12", "W")]


def test_gentle_wordings_of_two_cards_are_not_alike():
    one, two = card(gentle=GENTLE), card("Some days are light.", "another", gentle=GENTLE)
    near = replace(two, gentle="Even half an ask might do for today.")
    assert found(deck_of(one, two)) == [("A12", "E"), ("A12", "W")]
    assert found(deck_of(one, near)) == [("A12", "W")]


def test_too_few_cards_that_speak_to_you_are_worth_a_look():
    other = {"topic": "rest", "person": "we"}
    mixed = [replace(each, person="it") for each in eight("asking")]
    assert ("A16", "W") not in found(deck_of(*mixed))
    assert found(deck_of(*mixed[:6], *(replace(each, **other) for each in mixed[6:]))) == [
        ("A16", "W")  # 25 % we
    ]
    assert found(deck_of(*mixed[:5], *(replace(each, person="i") for each in mixed[5:]))) == [
        ("A16", "W"),  # 62 % you and it
        ("A16", "W"),  # 38 % i
    ]


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("Company may be nearer than it appears.", ["ease 67"]),
        (
            "You can tell a neighbour how very tired you are of visitors on rainy Sundays.",
            ["grade 6.8"],
        ),
        ("Vulnerability communicates necessities.", ["ease -191", "grade 40.6"]),
        (KIND, []),
    ],
)
def test_a_topic_that_is_hard_to_read_is_refused(text, faults):
    findings = lint.check_deck(deck_of(card(text)), WORDS, {}, {})
    refused = [each.reason for each in findings if (each.rule, each.level) == ("A17", "E")]
    assert refused == [f"topic 'asking' reads at {fault}" for fault in faults]


def test_the_reading_formulas_are_for_english_alone():
    text = "Vulnerability communicates necessities."
    assert ("A17", "E") not in found(deck_of(card(text, lang="fr"), lang="fr"))


def test_gentle_wordings_count_for_how_a_topic_reads():
    hard = card(gentle="Vulnerability may be communicating necessities.")
    assert [rule for rule, _ in found(deck_of(hard))] == ["A17", "A17"]


def test_a_topic_that_is_not_very_easy_to_read_is_worth_a_look():
    text = "Now the kettle sings before the morning."
    assert 70 <= measure([text]).ease < 80
    assert ("A17", "W") in found(deck_of(card(text)))
    assert ("A17", "W") not in found(deck_of(card()))


def test_six_words_of_a_source_in_a_row_are_refused():
    sources = {"made-up.txt": "We said: the kettle sings\nlong before noon, if at all."}
    six = card("Now the kettle sings long before noon.")
    five = card("Now the kettle sings long before one.")
    step = card(step="The kettle sings long before noon.")
    assert found(deck_of(six), sources=sources) == [("A18", "E")]
    assert found(deck_of(five), sources=sources) == []
    gentle = card(gentle="It may be that the kettle sings long before noon.")
    assert found(deck_of(step), sources=sources) == [("A18", "E")]
    assert found(deck_of(gentle), sources=sources) == [("A18", "E")]
    assert found(deck_of(six)) == []


def test_the_one_line_that_names_the_deck_may_come_from_a_source():
    sources = {"made-up.txt": "She said you don’t have to earn help today."}
    line = card("You don't have to earn help.")
    more = card("You don't have to earn help today.")
    assert found(deck_of(line), sources=sources) == []
    assert ("A18", "E") in found(deck_of(more), sources=sources)


def test_a_third_card_with_the_same_opening_is_worth_a_look():
    ends = ("today.", "when it rains and no bus comes.", "from the far side of a bad week.")
    cards = [card(f"You can ask {end}", f"card-{n}") for n, end in enumerate(ends)]
    assert ("A19", "W") in found(deck_of(*cards))
    assert ("A19", "W") not in found(deck_of(*cards[:2]))


def test_a_third_card_whose_gentle_wording_has_the_same_opening_is_worth_a_look():
    first = card("You can ask today.", "card-1", gentle="You can ask a little later.")
    second = card("You can ask when it rains and no bus comes.", "card-2")
    third = card("Some days are light.", "card-3", gentle="You can ask from a far, bad week.")
    assert ("A19", "W") not in found(deck_of(first, second))  # three wordings of two cards
    assert ("A19", "W") in found(deck_of(first, second, third))


# The notification


@pytest.mark.parametrize(
    ("words", "rules"),
    [
        ({}, []),
        ({"neutral_title": "A title that is over thirty long"}, [("N01", "E")]),
        ({"neutral_body": "Yes, " * 24 + "now."}, [("N01", "E")]),
        ({"neutral_body": "Whenever you are ready a short note is here."}, []),
        ({"neutral_body": "Whenever you are ready a short note waits here."}, [("N01", "W")]),
        ({"neutral_title": "Your help"}, [("N02", "E")]),
        ({"neutral_title": "Lonely"}, [("N02", "E")]),
        ({"neutral_body": "It is about death."}, [("N02", "E")]),
        ({"neutral_body": KIND}, [("N02", "E")]),
        ({"neutral_body": GENTLE}, [("N02", "E")]),
    ],
)
def test_the_neutral_notification_is_short_and_tells_nothing(words, rules):
    assert found(deck_of(card(gentle=GENTLE)), words=replace(WORDS, **words)) == rules


def test_a_card_has_to_fit_a_notification_in_every_language():
    text = "Du darfst " + "bitten und " * 10 + "fragen."
    assert len(text) > 120
    assert ("N01", "E") in found(deck_of(card(text, lang="de"), lang="de"))


def test_a_neutral_finding_points_into_the_word_lists():
    words = replace(WORDS, neutral_title="Help")
    (finding,) = lint.check_deck(deck_of(card()), words, {}, {})
    assert finding.file == str(SHIPPED / "words.toml")
    assert (SHIPPED / "words.toml").read_text("utf-8").splitlines()[finding.line - 1] == "[neutral]"


# Words and readability


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("You should rest.", ["should"]),
        ("SHOULD you rest.", ["should"]),
        ("Shoulders can rest.", []),
        ("No excuses, no excuse.", ["no excuses", "no excuse"]),
        ("You have  to rest.", ["have  to"]),
        ("You don’t have to rest.", []),
        ("You don't have to, but you have to.", ["have to"]),
        ("A self-harm line.", ["self-harm"]),
    ],
)
def test_a_word_list_finds_whole_words_and_looks_over_what_is_allowed(text, hits):
    entries = ("should", "no excuse*", "have to", "self-harm")
    assert WordList(entries, allowed=("don't have to",)).found_in(text) == hits


def test_an_empty_word_list_finds_nothing():
    assert WordList(()).found_in("anything") == []


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("you", 1), ("asked", 1), ("needed", 2), ("make", 1), ("makes", 1), ("places", 2),
        ("little", 2), ("someone", 2), ("anyone", 3), ("everything", 3), ("idea", 3),
        ("being", 2), ("quiet", 2), ("they've", 1), ("didn't", 2), ("don't", 1),
        ("believable", 4), ("hm", 1),
    ],
)  # fmt: skip
def test_syllables_of_common_words_are_counted(word, count):
    assert syllables(word) == count


def test_the_formulas_are_flesch_s():
    easy = measure(["The cat sat on the mat."])  # 6 words of 1 syllable, 1 sentence
    assert easy.ease == pytest.approx(206.835 - 1.015 * 6 - 84.6)
    assert easy.grade == pytest.approx(0.39 * 6 + 11.8 - 15.59)


# Files and reports

TOPICS = '[[topic]]\nslug = "asking"\ntitle = "Asking"\nhue = 40\nsays = "On asking."\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An operator's own deck: one card, no ideas, no word lists."""
    (tmp_path / "topics.toml").write_text(TOPICS, "utf-8")
    write_card(tmp_path, KIND)
    return tmp_path


def write_card(folder: Path, text: str) -> None:
    record = f'[[affirmation]]\nid = "a-card"\ntext = "{text}"\ntopic = "asking"\n'
    (folder / "affirmations.toml").write_text(f'lang = "en"\n\n{record}', "utf-8")


def test_an_operator_s_own_deck_needs_no_ideas_and_no_word_lists(folder):
    assert [card.id for card in lint.load_checked_deck(folder).cards] == ["a-card"]


def test_a_deck_with_unkind_words_is_refused_with_file_line_reason_and_remedy(folder):
    write_card(folder, "You must ask today.")
    with pytest.raises(DeckError) as caught:
        lint.load_checked_deck(folder)
    error = caught.value
    assert (error.file, error.line, error.rule) == (str(folder / "affirmations.toml"), 3, "A07")
    assert error.reason == "a-card: text says 'must' (pressure)"
    assert error.remedy


def test_warnings_let_a_deck_pass(folder):
    write_card(folder, "Ask today.")
    findings = lint.check_deck(load_deck(folder), WORDS, {}, {})
    assert {finding.level for finding in findings} == {lint.Level.WARNING}
    lint.load_checked_deck(folder)


def test_a_deck_is_held_to_its_own_word_lists(folder):
    lists = (SHIPPED / "words.toml").read_text("utf-8").replace('"must"', '"musst"')
    (folder / "words.toml").write_text(lists, "utf-8")
    write_card(folder, "You must ask today.")
    assert lint.load_checked_deck(folder)


def test_a_deck_is_held_to_its_own_ideas_and_released_ids(folder):
    ideas = '[[idea]]\nid = "I-1"\ntopic = "asking"\nmeans = "on asking"\n'
    (folder / "ideas.toml").write_text(ideas, "utf-8")
    (folder / "released-ids.txt").write_text("# 1.0\na-card\n\na-lost-card  # 1.1\n", "utf-8")
    assert lint.load_ideas(folder) == {"I-1": Idea("I-1", "asking", "on asking", 1)}
    assert lint.load_released_ids(folder) == {"a-card": 2, "a-lost-card": 4}
    with pytest.raises(DeckError) as caught:
        lint.load_checked_deck(folder)
    assert caught.value.rule in {"A10", "A11", "A15"}


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("pressure = [", "presure = [", "F02"),
        ("crisis = [", 'crisis = "none"\nother = [', "F02"),
        ("room_for_both = [", "room_for_all = [", "F02"),
        ("room_for_both = [", "room_for_both = [1, ", "F03"),
        ('body = "', 'boddy = "', "F02"),
        ('title = "Pocket note"', "title = 1", "F03"),
        ("[neutral]", "[[neutral]]", "F03"),
    ],
)
def test_broken_word_lists_are_refused(folder, old, new, rule):
    lists = (SHIPPED / "words.toml").read_text("utf-8")
    assert old in lists
    (folder / "words.toml").write_text(lists.replace(old, new, 1), "utf-8")
    with pytest.raises(DeckError) as caught:
        lint.load_words(folder)
    assert caught.value.rule == rule


def test_word_lists_need_no_words_of_room(folder):
    lists = (SHIPPED / "words.toml").read_text("utf-8")
    without = re.sub(r"room_for_both = \[.*?\]", "", lists, flags=re.DOTALL)
    (folder / "words.toml").write_text(without, "utf-8")
    assert lint.load_words(folder) == replace(
        lint.load_words(SHIPPED),
        room_for_both=WordList(()),
        file=str(folder / "words.toml"),
        neutral_line=without.splitlines().index("[neutral]") + 1,
    )


def test_an_idea_that_is_listed_twice_is_refused(folder):
    idea = '[[idea]]\nid = "I-1"\ntopic = "asking"\nmeans = "on asking"\n'
    (folder / "ideas.toml").write_text(idea * 2, "utf-8")
    with pytest.raises(DeckError) as caught:
        lint.load_ideas(folder)
    assert (caught.value.rule, caught.value.line) == ("A10", 6)


def test_sources_are_the_texts_of_a_folder(tmp_path):
    (tmp_path / "one.txt").write_text("Some words.", "utf-8")
    (tmp_path / "two.md").write_text("Other words.", "utf-8")
    assert lint.load_sources(tmp_path) == {"one.txt": "Some words."}


def test_a_finding_is_reported_on_one_line():
    finding = lint.Finding("a.toml", 3, "A05", lint.Level.ERROR, "text holds '!'", "Say it plainly")
    assert lint.format(finding) == "a.toml:3: A05 error: text holds '!'. Say it plainly."
    warning = replace(finding, level=lint.Level.WARNING)
    assert lint.format(warning).startswith("a.toml:3: A05 warning: ")


def test_findings_come_in_the_order_of_the_files():
    loud = [card("You can ask!", f"card-{n}") for n in (1, 2)]
    deck = deck_of(replace(loud[0], line=30), replace(loud[1], line=9))
    lines = [finding.line for finding in lint.check_deck(deck, WORDS, {}, {})]
    assert lines == sorted(lines)


def test_two_cards_that_speak_of_the_same_rare_things_are_shown():
    others = load_deck(SHIPPED).cards[:50]
    one = card("An umbrella shared keeps two people dry.", "an-umbrella")
    other = card("Two stay dry when umbrellas are shared.", "two-stay-dry")
    assert ("A12", "W") in found(deck_of(*others, one, other))
    kin = card("A bridge needs two banks.", "a-bridge")
    assert ("A12", "W") not in found(deck_of(*others, one, kin))


# The shipped languages

LANGUAGES = [path.parent for path in sorted(SHIPPED.parent.glob("*/affirmations.toml"))]
TRANSLATED = [folder for folder in LANGUAGES if folder != SHIPPED]


@pytest.mark.parametrize("folder", LANGUAGES, ids=lambda folder: folder.name)
def test_a_shipped_language_breaks_no_rule_that_keeps_the_app_from_starting(folder: Path):
    deck = lint.load_checked_deck(folder)
    assert deck.lang == folder.name


@pytest.mark.parametrize("folder", TRANSLATED, ids=lambda folder: folder.name)
def test_a_translation_is_of_the_same_cards_on_the_same_topics_and_ideas(folder: Path):
    source, deck = load_deck(SHIPPED), load_deck(folder)
    assert len(deck.cards) >= 120
    assert len(set(Counter(card.topic for card in deck.cards).values())) == 1
    assert [(t.slug, t.hue, t.help) for t in deck.topics] == [
        (t.slug, t.hue, t.help) for t in source.topics
    ]
    for card in deck.cards:
        model = source.card(card.id)
        assert (card.topic, card.ideas, card.person) == (model.topic, model.ideas, model.person)
        assert card.text != model.text


@pytest.mark.parametrize("folder", TRANSLATED, ids=lambda folder: folder.name)
def test_a_translation_has_words_of_its_own_for_the_rules(folder: Path):
    ours, theirs = lint.load_words(SHIPPED), lint.load_words(folder)
    for name in ("pressure", "toxic_positivity", "medical", "crisis", "absolutes", "lock_screen"):
        assert getattr(theirs, name).entries
        assert getattr(theirs, name).entries != getattr(ours, name).entries
    assert theirs.neutral_body != ours.neutral_body
