"""Lines: as few as there can be, of like width, ending where a reader would pause."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies

from webapp.lines import break_lines
from webapp.lines import has_hanging_word

WORDS = strategies.lists(strategies.text("abc,.", min_size=1, max_size=9), min_size=1, max_size=24)


def lines_of(text: str, limit: int) -> tuple[str, ...]:
    """The lines of a typewriter, whose every letter is one wide."""
    return break_lines(text, len, limit)


def fewest(text: str, limit: int) -> int:
    """How many lines there are when each takes all the words it can."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) <= limit or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return len(lines)


def test_what_fits_on_one_line_stays_there() -> None:
    assert lines_of("Ask anyway.", 20) == ("Ask anyway.",)


def test_no_words_make_no_lines() -> None:
    assert lines_of(" ", 20) == ()


def test_the_last_line_is_no_orphan() -> None:
    assert lines_of("A messy message is still a message.", 30) == (
        "A messy message",
        "is still a message.",
    )


def test_a_line_rather_ends_where_the_voice_rests() -> None:
    assert lines_of("You can lean a little, and others hold you well.", 28) == (
        "You can lean a little,",
        "and others hold you well.",
    )


def test_one_word_of_the_next_sentence_does_not_hang_on() -> None:
    assert lines_of("Some asks feel light. You may ask either way, too.", 28) == (
        "Some asks feel light.",
        "You may ask either way, too.",
    )


def test_a_hanging_word_is_known_as_one() -> None:
    assert has_hanging_word(["Asking twice is fine. So", "is asking someone else."])
    assert not has_hanging_word(["Asking twice is fine.", "So is asking someone else."])
    assert not has_hanging_word(["Asking", "twice is fine. So"])
    assert not has_hanging_word([])


def test_a_little_word_rather_begins_a_line() -> None:
    assert lines_of("One honest talk and the people nearby.", 26) == (
        "One honest talk",
        "and the people nearby.",
    )


def test_a_word_that_is_too_long_stands_alone() -> None:
    assert lines_of("a thanksgivings b", 8) == ("a", "thanksgivings", "b")


@given(WORDS, strategies.integers(min_value=9, max_value=60))
def test_any_words_keep_their_order_and_the_limit_in_the_fewest_lines(
    words: list[str], limit: int
) -> None:
    text = " ".join(words)
    lines = lines_of(text, limit)
    assert " ".join(lines) == text
    assert all(len(line) <= limit for line in lines)
    assert len(lines) == fewest(text, limit)
