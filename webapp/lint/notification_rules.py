"""The rules for what a lock screen shows: fixed words that tell nothing, cards that fit."""

from __future__ import annotations

from webapp.lint.brief import Brief
from webapp.lint.brief import Complaint
from webapp.lint.brief import Complaints
from webapp.lint.brief import DeckRule
from webapp.lint.wording import wordings_of
from webapp.lint.words import words_of
from webapp.records import Level

SEEN_FIRST = 45  # characters that an Android lock screen shows for certain


def notifications_fit(brief: Brief) -> Complaints:
    title, body = brief.words.neutral_title, brief.words.neutral_body
    if len(title) > 30:
        yield _neutral(brief, f"notification title has {len(title)} characters, over 30")
    if len(body) > 120:
        yield _neutral(brief, f"neutral body has {len(body)} characters, over 120")
    for card in brief.deck.cards:
        if len(card.text) > 120:
            yield brief.about(card, f"has {len(card.text)} characters as a notification, over 120")


def neutral_note_is_whole_at_once(brief: Brief) -> Complaints:
    """For the fixed words alone: cards are longer by design, and who chose them sees them cut."""
    body = brief.words.neutral_body
    if len(body) > SEEN_FIRST and not any(mark in body[:SEEN_FIRST] for mark in ".,;:"):
        yield _neutral(brief, f"the first {SEEN_FIRST} characters of the body are no clause")


def neutral_note_tells_nothing(brief: Brief) -> Complaints:
    words = brief.words
    cards = brief.deck.cards
    texts = {tuple(words_of(each.text)) for card in cards for each in wordings_of(card)}
    for name, text in (("title", words.neutral_title), ("body", words.neutral_body)):
        for phrase in words.lock_screen.found_in(text) + words.crisis.found_in(text):
            yield _neutral(brief, f"neutral {name} says {phrase!r}")
        if tuple(words_of(text)) in texts:
            yield _neutral(brief, f"neutral {name} is the text of a card")


def _neutral(brief: Brief, reason: str) -> Complaint:
    return brief.words.file, brief.words.neutral_line, reason


_E, _W = Level.ERROR, Level.WARNING
NOTIFICATION_RULES = (
    DeckRule("N01", _E, notifications_fit, "Keep titles to 30 and bodies to 120 characters"),
    DeckRule("N01", _W, neutral_note_is_whole_at_once, "Say the whole of it in the first words"),
    DeckRule("N02", _E, neutral_note_tells_nothing, "Use words that say nothing of the reader"),
)
