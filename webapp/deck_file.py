"""Reads a deck from its folder and lays it in order. It refuses broken structure, not unkind words.

Rules: those of `records`, A10 (the topic is known), A11 (an id is well shaped and unique) and
A15 (every topic has a card). What the words themselves may be is for `lint`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from collections.abc import Sequence
from pathlib import Path

from webapp.deck import Affirmation
from webapp.deck import Deck
from webapp.deck import Topic
from webapp.errors import DeckError
from webapp.order import varied
from webapp.records import Record
from webapp.records import named_tables
from webapp.records import read_file

TOPICS_FILE = "topics.toml"
CARDS_FILE = "affirmations.toml"
PERSONS = ("you", "it", "we", "i")
OPTIONAL = ("ideas", "person", "step", "gentle", "note", "since", "retired")

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")  # BCP 47 without grandfathered tags


def load_deck(folder: Path) -> Deck:
    """Read `topics.toml` and `affirmations.toml`; raise DeckError at the first broken structure."""
    topics = _topics(read_file(folder / TOPICS_FILE, DeckError))
    source = read_file(folder / CARDS_FILE, DeckError)
    cards = sorted(_cards(source, {topic.slug for topic in topics}), key=_stable_chance)
    groups = {topic.slug: _living(cards, topic) for topic in topics}
    for topic in topics:
        if not groups[topic.slug]:
            file, reason = str(folder / TOPICS_FILE), f"topic {topic.slug!r} has no card"
            raise DeckError(file, topic.line, "A15", reason, "Write one or remove the topic")
    retired = tuple(card for card in cards if card.retired)
    return Deck(topics, tuple(varied(groups)), retired, source.text("lang"), folder)


def _stable_chance(card: Affirmation) -> bytes:
    """Mixes cards without regard to the order or the alphabet of the file."""
    return hashlib.sha256(card.id.encode()).digest()


def _living(cards: Sequence[Affirmation], topic: Topic) -> list[Affirmation]:
    return [card for card in cards if card.topic == topic.slug and not card.retired]


def _topics(source: Record) -> tuple[Topic, ...]:
    source.expect(["topic"])
    topics = tuple(_topic(record) for record in named_tables(source, "topic", "slug"))
    if not topics:
        raise source.refusal("A15", "there is no topic", "Write a first [[topic]]")
    return topics


def _topic(record: Record) -> Topic:
    record.expect(["slug", "title", "hue", "says"], ["help"])
    return Topic(
        slug=record.text("slug"),
        title=record.text("title"),
        hue=record.whole("hue", 0, 359),
        says=record.text("says"),
        help=record.flag("help"),
        line=record.line,
    )


def _cards(source: Record, topics: Collection[str]) -> list[Affirmation]:
    source.expect(["lang"], ["affirmation"])
    lang = source.text("lang")
    if not _LANGUAGE.fullmatch(lang):
        raise source.refusal("F03", f"'lang' is {lang!r}", "Give a BCP 47 tag such as en", "lang")
    return [_card(record, topics, lang) for record in named_tables(source, "affirmation", "id")]


def _card(record: Record, topics: Collection[str], lang: str) -> Affirmation:
    record.expect(["id", "text", "topic"], OPTIONAL)
    topic, person = record.text("topic"), record.text("person", "you")
    if topic not in topics:
        raise record.refusal("A10", f"topic {topic!r} is unknown", f"See {TOPICS_FILE}", "topic")
    if person not in PERSONS:
        remedy = f"Use one of {', '.join(PERSONS)}"
        raise record.refusal("F03", f"person {person!r} is unknown", remedy, "person")
    return Affirmation(
        id=record.text("id"),
        text=record.text("text"),
        topic=topic,
        ideas=record.texts("ideas"),
        lang=lang,
        step=record.text("step"),
        gentle=record.text("gentle"),
        person=person,
        note=record.text("note"),
        since=_day(record, "since"),
        retired=_day(record, "retired"),
        line=record.line,
    )


def _day(record: Record, name: str) -> str:
    return record.day(name).isoformat() if name in record.values else ""
