"""The fixed varied order of a deck: neighbours differ in kind. It knows no cards and no chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def varied(groups: Mapping[str, Sequence[T]]) -> Iterator[T]:
    """Every item once, each group at its own even pace and in its own order.

    Neighbours, the last and the first included, come from different groups as often as any order
    can do that. Groups of equal size take turns, so it holds for each selection of them too.
    """
    left = Counter({name: len(items) for name, items in groups.items() if items})
    repeats = max(0, 2 * max(left.values(), default=0) - left.total())  # no order has fewer
    first = previous = ""
    while left:
        for name in _by_pace(groups, left):
            rest, allowed = left - Counter([name]), repeats - (name == previous)
            if allowed >= 0 and _can_finish(rest, first or name, allowed):
                break
        yield groups[name][-left[name]]
        left, repeats, previous, first = rest, allowed, name, first or name


def _by_pace(groups: Mapping[str, Sequence[T]], left: Counter[str]) -> list[str]:
    """The groups that are not through, by where their next item stands in an even round."""
    places = {name: place for place, name in enumerate(groups)}
    taken = {name: len(groups[name]) - count for name, count in left.items()}
    return sorted(left, key=lambda n: ((2 * taken[n] + 1) / len(groups[n]), places[n]))


def _can_finish(left: Counter[str], first: str, repeats: int) -> bool:
    """Whether what is left can follow without more repeats than that, back round to `first`.

    A group of n items needs n - 1 others between them, and one more where it would meet `first`.
    """
    room = left.total() + 1 + repeats
    return all(2 * n <= room - (name == first) for name, n in left.items())
