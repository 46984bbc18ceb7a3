"""Checks a language by the rules A01 to A19, G01 to G04, M01 to M07, N01, N02. It mends nothing.

Errors keep the app from starting; warnings are for a person to look at. The rules speak of living
cards: a retired one stays as it was, for those who saved it.
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from webapp.deck import Affirmation
from webapp.deck import Deck
from webapp.deck_file import load_deck
from webapp.errors import ContentError
from webapp.errors import DeckError
from webapp.errors import StarterError
from webapp.lint.brief import Brief
from webapp.lint.brief import DeckRule
from webapp.lint.brief import file_of
from webapp.lint.card_rules import CARD_RULES
from webapp.lint.card_rules import CardRule
from webapp.lint.deck_rules import DECK_RULES
from webapp.lint.ideas import Idea
from webapp.lint.ideas import load_ideas
from webapp.lint.ideas import load_released_ids
from webapp.lint.ideas import load_sources
from webapp.lint.notification_rules import NOTIFICATION_RULES
from webapp.lint.starter_rules import check_starters
from webapp.lint.wording import wordings_of
from webapp.lint.wording_rules import WORDING_RULES
from webapp.lint.wording_rules import WordingRule
from webapp.lint.words import ENGLISH
from webapp.lint.words import Words
from webapp.lint.words import load_words
from webapp.records import Finding
from webapp.records import Level
from webapp.shipped import find_file
from webapp.starters import Starters
from webapp.starters_file import STARTERS_FILE
from webapp.starters_file import load_starters

__all__ = [
    "Finding",
    "Level",
    "check_deck",
    "check_starters",
    "format",
    "load_checked_deck",
    "load_checked_starters",
    "load_ideas",
    "load_released_ids",
    "load_sources",
    "load_words",
    "refuse_errors",
]


Rule = TypeVar("Rule", WordingRule, CardRule, DeckRule)


def load_checked_deck(folder: Path, *, has_passed: bool = False) -> Deck:
    """The deck in that folder, in order and free of errors; raises DeckError.

    One that `has_passed` before is not judged again.
    """
    deck = load_deck(folder)
    if has_passed:
        return deck
    words, ideas, ids = load_words(folder), load_ideas(folder), load_released_ids(folder)
    refuse_errors(check_deck(deck, words, ideas, ids, levels={Level.ERROR}))
    return deck


def load_checked_starters(folder: Path, *, has_passed: bool = False) -> Starters:
    """The message starters of that folder, free of errors, with its words; raises ContentError.

    A language that has none, in that folder or shipped, has the English ones with their words.
    Those that have passed before are not judged again.
    """
    if not find_file(folder, STARTERS_FILE).exists():
        folder = ENGLISH
    starters, words = load_starters(folder / STARTERS_FILE), load_words(folder)
    if not has_passed:
        refuse_errors(check_starters(starters, words), StarterError)
    return replace(starters, apology=words.apology.entries, takes_back=words.takes_back.entries)


def check_deck(
    deck: Deck,
    words: Words,
    ideas: Mapping[str, Idea],
    previous_ids: Mapping[str, int],
    sources: Mapping[str, str] | None = None,
    levels: Collection[Level] = frozenset(Level),
) -> list[Finding]:
    """Every broken rule of these levels, by file and line.

    Without `ideas` the deck need not cover any. `previous_ids` are the ids once released, with
    their lines; `sources` are texts, by name, that no card may repeat.
    """
    brief = Brief(deck, words, ideas, previous_ids, sources or {})
    return sorted([*_card_findings(deck, words, levels), *_deck_findings(brief, levels)])


def refuse_errors(findings: Iterable[Finding], error: type[ContentError] = DeckError) -> None:
    """Raise the first error among the findings, as a DeckError or another."""
    for each in findings:
        if each.level is Level.ERROR:
            raise error(each.file, each.line, each.rule, each.reason, each.remedy)


def format(finding: Finding) -> str:
    """One line of report: `file:line: A05 error: reason. remedy.`"""
    where = f"{finding.file}:{finding.line}: {finding.rule} {finding.level.name.lower()}"
    return f"{where}: {finding.reason}. {finding.remedy}."


def _card_findings(deck: Deck, words: Words, levels: Collection[Level]) -> Iterator[Finding]:
    for card in deck.cards:
        for rule, reason in _card_faults(card, words, levels):
            said = f"{card.id}: {reason}"
            yield Finding(file_of(deck, card), card.line, rule.id, rule.level, said, rule.remedy)


def _card_faults(
    card: Affirmation, words: Words, levels: Collection[Level]
) -> Iterator[tuple[WordingRule | CardRule, str]]:
    for wording in wordings_of(card):
        for rule in _of(WORDING_RULES, levels):
            for reason in rule.reasons(wording, words):
                yield rule, f"{wording.field} {reason}"
    for card_rule in _of(CARD_RULES, levels):
        for reason in card_rule.reasons(card, words):
            yield card_rule, reason


def _deck_findings(brief: Brief, levels: Collection[Level]) -> Iterator[Finding]:
    for rule in _of(DECK_RULES + NOTIFICATION_RULES, levels):
        for file, line, reason in rule.complaints(brief):
            yield Finding(file, line, rule.id, rule.level, reason, rule.remedy)


def _of(rules: Iterable[Rule], levels: Collection[Level]) -> Iterator[Rule]:
    return (rule for rule in rules if rule.level in levels)
