"""The rules that a card as a whole is held to: what it claims, its step, its gentler words."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass

from webapp.deck import Affirmation
from webapp.lint.wording_rules import FULL_STOPS
from webapp.lint.wording_rules import QUESTION_MARKS
from webapp.lint.wording_rules import loud_parts
from webapp.lint.wording_rules import unkind_parts
from webapp.lint.words import Words
from webapp.lint.words import is_english
from webapp.lint.words import words_of
from webapp.records import Level

_PHONE = re.compile(r"\d[\d\s().+-]{3,}\d")
_CALL = re.compile(r"\bcall(?:s|ed|ing|ers?)?\b", re.IGNORECASE)
_FIRST_PERSON = {"i", "i'm", "i've", "i'd", "i'll", "me", "my", "mine", "myself"}


@dataclass(frozen=True, slots=True)
class CardRule:
    """A rule's id, weight, check and remedy; the check yields a reason for each fault."""

    id: str
    level: Level
    reasons: Callable[[Affirmation, Words], Iterator[str]]
    remedy: str


def claims_little(card: Affirmation, words: Words) -> Iterator[str]:
    for phrase in words.absolutes.found_in(card.text):
        yield f"text says {phrase!r}"


def step_ends_calmly(card: Affirmation, words: Words) -> Iterator[str]:
    if card.step and not card.step.endswith((*QUESTION_MARKS, *FULL_STOPS)):
        yield "step does not end with a full stop or a question mark"


def step_is_small(card: Affirmation, words: Words) -> Iterator[str]:
    if len(card.step) > 80:
        yield f"step has {len(card.step)} characters, over 80"
    for reason in [*loud_parts(card.step), *unkind_parts(card.step, words)]:
        yield f"step {reason}"
    if _PHONE.search(card.step):
        yield "step holds a phone number"
    if _CALL.search(card.step):
        yield "step asks for a call"


def gentle_is_another_wording(card: Affirmation, words: Words) -> Iterator[str]:
    if card.gentle and words_of(card.gentle) == words_of(card.text):
        yield "gentle says the same as the text"


def gentle_is_less_certain(card: Affirmation, words: Words) -> Iterator[str]:
    for phrase in words.absolutes.found_in(card.gentle):
        yield f"gentle says {phrase!r}"


def gentle_has_room_for_both(card: Affirmation, words: Words) -> Iterator[str]:
    """For languages with a list alone."""
    room = words.room_for_both
    if card.gentle and room.entries and not room.found_in(card.gentle):
        yield "gentle has no word that leaves room for both sides"


def gentle_speaks_as_the_text(card: Affirmation, words: Words) -> Iterator[str]:
    """So that the shares of A16 hold for either wording; for English alone."""
    if is_english(card.lang) and card.person != "i" and _FIRST_PERSON & {*words_of(card.gentle)}:
        yield "gentle says 'I', and the text does not"


_E, _W = Level.ERROR, Level.WARNING
CARD_RULES = (
    CardRule("A06", _E, step_ends_calmly, "End it with a full stop or a question mark"),
    CardRule("A08", _W, claims_little, "Say what is likely, or make sure that it is kind"),
    CardRule("A13", _E, step_is_small, "Invite to something small, quiet and free"),
    CardRule("G01", _E, gentle_is_another_wording, "Say it smaller, or leave it out"),
    CardRule("G02", _E, gentle_is_less_certain, "Claim less than the text does"),
    CardRule("G03", _W, gentle_has_room_for_both, "Leave room with may, and, even if or the like"),
    CardRule("G04", _W, gentle_speaks_as_the_text, "Speak to the reader or of the thing itself"),
)
