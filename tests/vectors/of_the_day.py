"""Prints the vectors that the Python and the JavaScript tests share, made from the deck beside it.

python -m tests.vectors.of_the_day > tests/vectors/of-the-day.json
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from webapp.deck_file import load_deck

FOLDER = Path(__file__).parent / "deck"
DATES = (
    "1969-12-31",  # a clock that was never set: remainders of negative numbers differ by language
    "1970-01-01",
    "2026-12-31",
    "2027-01-01",
    "2027-01-15",
    "2027-03-28",  # clocks change in Europe
    "2028-02-29",
    "2028-03-01",
    "2099-07-04",
)
SELECTIONS: tuple[list[str], ...] = (
    [],
    ["rest"],
    ["hard-days", "rest"],
    ["asking", "hard-days"],
    ["asking", "no-such-topic"],
    ["no-such-topic"],
)


def main() -> None:
    deck = load_deck(FOLDER)
    cases = [
        {"date": day, "topics": topics, "id": deck.of_the_day(date.fromisoformat(day), topics).id}
        for day in DATES
        for topics in SELECTIONS
    ]
    slots = [
        {
            "date": day,
            "topics": topics,
            "ids": [deck.of_the_day(date.fromisoformat(day), topics, slot).id for slot in range(3)],
        }
        for day in DATES[::4]
        for topics in SELECTIONS
    ]
    neighbours = [
        {"id": card.id, "next": deck.after(card.id).id, "previous": deck.before(card.id).id}
        for card in deck.cards + deck.retired
    ]
    rows = {"cases": cases, "slots": slots, "neighbours": neighbours}
    lists = [f'"{name}": [\n{_lines(items)}\n]' for name, items in rows.items()]
    print(",\n".join([f'{{"deck": {_line(deck.as_json())}', *lists]) + "}")


def _lines(items: list[dict[str, object]]) -> str:
    return ",\n".join(_line(item) for item in items)


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    main()
