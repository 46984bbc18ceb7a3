"""How alike two texts are in what they speak of, by the words they share and how rare those are.

Words are weighed by TF-IDF over all the texts, after their commonest endings are cut off, and two
texts are compared by the cosine of their weights. It knows no synonyms: a person still reads.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Mapping

from webapp.lint.words import words_of

_ENDING = re.compile(r"(?<=\w{3})(?:ing|ness|ed|es|ly|s|e|y)$")


def alike(texts: Mapping[str, str], least: float) -> Iterator[tuple[str, str, float]]:
    """Every two of the texts whose likeness is `least` (0 to 1) or more, in their order."""
    bags = {name: Counter(_stem(word) for word in words_of(text)) for name, text in texts.items()}
    spread = Counter(stem for bag in bags.values() for stem in bag)
    holders: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for name, bag in bags.items():
        weights = {s: count * math.log(len(bags) / spread[s]) for s, count in bag.items()}
        length = math.hypot(*weights.values()) or 1.0
        near: dict[str, float] = defaultdict(float)
        for stem, weight in weights.items():
            for other, share in holders[stem]:
                near[other] += share * weight / length
            holders[stem].append((name, weight / length))
        yield from ((other, name, found) for other, found in near.items() if found >= least)


def _stem(word: str) -> str:
    return _ENDING.sub("", word)
