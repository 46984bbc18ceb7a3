"""The rules that a whole deck is held to, each a function that yields a place and what is wrong."""

from __future__ import annotations

from collections import Counter
from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Iterator
from itertools import combinations

from webapp.deck import Affirmation
from webapp.deck import Topic
from webapp.lint.brief import Brief
from webapp.lint.brief import Complaints
from webapp.lint.brief import DeckRule
from webapp.lint.ideas import IDEAS_FILE
from webapp.lint.ideas import RELEASED_FILE
from webapp.lint.likeness import alike
from webapp.lint.readability import Readability
from webapp.lint.readability import measure
from webapp.lint.wording import Wording
from webapp.lint.wording import wordings_of
from webapp.lint.words import is_english
from webapp.lint.words import words_of
from webapp.records import Level

OWN_WORDS = ("you", "don't", "have", "to", "earn", "help")  # the one line taken from the sources
RUN_WORDS = 6
LIKE = 0.65
"""Of two cards; the shipped ones that are most alike, and still two thoughts, have 0.60."""


def carries_known_ideas(brief: Brief) -> Complaints:
    if not brief.ideas:
        return
    for card in brief.deck.cards:
        if not 1 <= len(card.ideas) <= 3:
            yield brief.about(card, f"carries {len(card.ideas)} ideas, not 1 to 3")
        for id in card.ideas:
            if id not in brief.ideas:
                yield brief.about(card, f"carries an unknown idea {id!r}")
        first = brief.ideas.get(card.ideas[0]) if card.ideas else None
        if first and first.topic != card.topic:
            yield brief.about(card, f"its first idea {first.id} belongs to {first.topic!r}")


def keeps_released_ids(brief: Brief) -> Complaints:
    kept = {card.id for card in brief.deck.cards + brief.deck.retired}
    for id, line in brief.previous_ids.items():
        if id not in kept:
            yield brief.at(RELEASED_FILE, line, f"released card {id!r} is missing")


def says_nothing_twice(brief: Brief) -> Complaints:
    said: dict[tuple[str, ...], str] = {}
    for card, wording in _wordings(brief.deck.cards):
        first = said.setdefault(tuple(words_of(wording.text)), card.id)
        if first != card.id:
            yield brief.about(card, f"{wording.field} says the same as {first!r}")


def says_nothing_nearly_twice(brief: Brief) -> Complaints:
    bags = [(*each, set(words_of(each[1].text))) for each in _wordings(brief.deck.cards)]
    for (one, _, ours), (other, wording, theirs) in combinations(bags, 2):
        if one.id != other.id and len(ours & theirs) >= 0.7 * max(len(ours), len(theirs)):
            yield brief.about(other, f"{wording.field} shares 70 % of its words with {one.id!r}")


def says_nothing_in_other_words(brief: Brief) -> Complaints:
    cards = {card.id: card for card in brief.deck.cards}
    texts = {id: f"{card.text} {card.gentle}" for id, card in cards.items()}
    for one, other, likeness in alike(texts, LIKE):
        yield brief.about(cards[other], f"speaks of the same as {one!r} ({likeness:.2f})")


def covers_its_ideas(brief: Brief) -> Complaints:
    carried = {id for card in brief.deck.cards for id in card.ideas}
    for idea in brief.ideas.values():
        if idea.id not in carried:
            yield brief.at(IDEAS_FILE, idea.line, f"no card carries idea {idea.id} ({idea.means})")
    for topic, cards in brief.by_topic():
        if brief.ideas and len(cards) < 8:
            yield brief.about_topic(topic, f"has {len(cards)} cards, under 8")


def is_balanced(brief: Brief) -> Complaints:
    for topic, cards in brief.by_topic():
        share = len(cards) / len(brief.deck.cards)
        if brief.ideas and share > 0.15:
            yield brief.about_topic(topic, f"holds {share:.0%} of the deck, over 15 %")


def speaks_mostly_to_you(brief: Brief) -> Complaints:
    counts = Counter(card.person for card in brief.deck.cards)
    share = {person: counts[person] / counts.total() for person in ("you", "it", "we", "i")}
    if share["you"] + share["it"] < 0.75:
        together = share["you"] + share["it"]
        yield brief.about_all(f"'you' and 'it' are {together:.0%} of the cards, under 75 %")
    for person in ("we", "i"):
        if share[person] > 0.15:
            yield brief.about_all(f"{person!r} is {share[person]:.0%} of the cards, over 15 %")


def reads_easily(brief: Brief) -> Complaints:
    for topic, ease in _readability(brief):
        if ease.ease < 70:
            yield brief.about_topic(topic, f"reads at ease {ease.ease:.0f}")
        if ease.grade > 6:
            yield brief.about_topic(topic, f"reads at grade {ease.grade:.1f}")


def reads_very_easily(brief: Brief) -> Complaints:
    for topic, ease in _readability(brief):
        if 70 <= ease.ease < 80:
            yield brief.about_topic(topic, f"reads at ease {ease.ease:.0f}")


def repeats_no_source(brief: Brief) -> Complaints:
    runs: dict[tuple[str, ...], str] = {}
    for name, text in brief.sources.items():
        runs |= dict.fromkeys(_runs(text), name)
    runs.pop(OWN_WORDS, None)
    for card in brief.deck.cards:
        for run in dict.fromkeys([*_runs(card.text), *_runs(card.step), *_runs(card.gentle)]):
            if run in runs:
                yield brief.about(card, f"repeats {' '.join(run)!r} from {runs[run]}")


def begins_in_many_ways(brief: Brief) -> Complaints:
    openings: dict[tuple[str, ...], dict[str, Affirmation]] = defaultdict(dict)
    for card, wording in _wordings(sorted(brief.deck.cards, key=lambda card: card.line)):
        openings[tuple(words_of(wording.text)[:3])][card.id] = card
    for opening, cards in openings.items():
        for card in list(cards.values())[2:]:
            yield brief.about(card, f"is one of {len(cards)} that begin {' '.join(opening)!r}")


def _readability(brief: Brief) -> Iterator[tuple[Topic, Readability]]:
    """Per topic; the formulas are made for English alone."""
    for topic, cards in brief.by_topic():
        if is_english(brief.deck.lang):
            yield topic, measure(wording.text for _, wording in _wordings(cards))


def _wordings(cards: Iterable[Affirmation]) -> Iterator[tuple[Affirmation, Wording]]:
    return ((card, wording) for card in cards for wording in wordings_of(card))


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    words = words_of(text)
    return (tuple(words[i : i + RUN_WORDS]) for i in range(len(words) - RUN_WORDS + 1))


_E, _W = Level.ERROR, Level.WARNING
DECK_RULES = (
    DeckRule("A10", _E, carries_known_ideas, "List 1 to 3 ideas, one of its topic first"),
    DeckRule("A11", _E, keeps_released_ids, "Bring the card back with a `retired` date"),
    DeckRule("A12", _E, says_nothing_twice, "Keep one of the two"),
    DeckRule("A12", _W, says_nothing_nearly_twice, "Say it in another way"),
    DeckRule("A12", _W, says_nothing_in_other_words, "Read both aloud and keep the better one"),
    DeckRule("A15", _E, covers_its_ideas, "Write the cards that are missing"),
    DeckRule("A15", _W, is_balanced, "Write for the other topics"),
    DeckRule("A16", _W, speaks_mostly_to_you, "Speak to the reader or of the thing itself"),
    DeckRule("A17", _E, reads_easily, "Use shorter words until ease is 70 and grade 6 at most"),
    DeckRule("A17", _W, reads_very_easily, "Aim for ease 80 with shorter words"),
    DeckRule("A18", _E, repeats_no_source, "Say it in your own words"),
    DeckRule("A19", _W, begins_in_many_ways, "Begin in another way"),
)
