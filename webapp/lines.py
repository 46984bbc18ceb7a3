"""Breaks a text into lines as a careful typesetter would. It measures nothing itself."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from math import inf

_PAUSES = (".", ",", ";", ":", "?", "!", "\N{EM DASH}", "\N{EN DASH}")
_AT_A_PAUSE = -0.08  # a line may end where the voice rests
_AFTER_A_FIRST_WORD = 0.25  # one word of the next sentence does not hang on at the end
_AFTER_A_LITTLE_WORD = 0.05  # "the", "of", "to" lead on and rather begin a line
_LITTLE_LETTERS = 3


def break_lines(text: str, width_of: Callable[[str], float], limit: float) -> tuple[str, ...]:
    """As few lines as `limit` allows, of like width, broken at pauses where that costs little.

    A word wider than `limit` stands alone and sticks out.
    """
    words = text.split()
    widths = [width_of(word) for word in words]
    space = width_of(" ")

    @cache
    def best(start: int, count: int) -> tuple[float, tuple[int, ...]]:
        """The least strain of `count` lines from the word `start` on, and where each ends."""
        if not count:
            return (0.0 if start == len(words) else inf), ()
        found: tuple[float, tuple[int, ...]] = (inf, ())
        for end in range(start + 1, len(words) + 1):
            width = sum(widths[start:end]) + space * (end - start - 1)
            if width > limit and end > start + 1:
                break
            rest, ends = best(end, count - 1)
            # Squares: for the same words, lines of one width have the least sum.
            strain = (width / limit) ** 2 + (_strain_after(words[start:end]) if count > 1 else 0)
            found = min(found, (rest + strain, (end, *ends)))
        return found

    _, ends = best(0, _fewest(widths, space, limit))
    return tuple(" ".join(words[start:end]) for start, end in pairwise((0, *ends)))


def has_hanging_word(lines: Sequence[str]) -> bool:
    """Whether a line ends with the first word of a sentence that the next line goes on with."""
    return any(_hangs(line.split()) for line in lines[:-1])


def _fewest(widths: Sequence[float], space: float, limit: float) -> int:
    """How many lines there are when each takes all the words it can."""
    count, used = 0, inf
    for width in widths:
        used += space + width
        if used > limit:
            count, used = count + 1, width
    return count


def _strain_after(line: Sequence[str]) -> float:
    """What it costs, or spares, to end a line that is not the last with these words."""
    last = line[-1]
    if last.endswith(_PAUSES):
        return _AT_A_PAUSE
    if _hangs(line):
        return _AFTER_A_FIRST_WORD
    return _AFTER_A_LITTLE_WORD if len(last) <= _LITTLE_LETTERS else 0.0


def _hangs(line: Sequence[str]) -> bool:
    return len(line) > 1 and line[-2].endswith(_PAUSES) and not line[-1].endswith(_PAUSES)
