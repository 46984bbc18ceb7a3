"""The rules that each wording of a card is held to, be it the text or the gentler words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass

from webapp.lint.wording import Wording
from webapp.lint.words import Words
from webapp.lint.words import is_english
from webapp.lint.words import sentences_of
from webapp.lint.words import straight
from webapp.lint.words import words_of
from webapp.records import Level

FULL_STOPS = (".", "\u3002", "\u0964", "\u06d4", "\u0589", "\u1362")  # of the world's scripts

QUESTION_MARKS = ("?", "\u061f", "\uff1f", "\u037e")

_NEGATED = re.compile(r"no|not|never|nobody|nothing|none|without|can|cannot|\w+n't")
_NEAR_WORDS = 5
_MARKS = re.compile(r"[!;#@()\[\]{}<>\uff01\uff1b]")
_ADDRESS = re.compile(r"://|\bwww\.|\w\.[a-z]{2,}", re.IGNORECASE)
_EMOJI_JOINTS = "\ufe0f\u20e3"


@dataclass(frozen=True, slots=True)
class WordingRule:
    """A rule's id, weight, check and remedy; the check yields what each fault does."""

    id: str
    level: Level
    reasons: Callable[[Wording, Words], Iterator[str]]
    remedy: str


def fits_a_small_phone(wording: Wording, words: Words) -> Iterator[str]:
    text, limit = wording.text, 100 if is_english(wording.lang) else 130
    if len(text) > limit:
        yield f"has {len(text)} characters, over {limit}"
    if text != text.strip():
        yield "begins or ends with a space"
    if "  " in text:
        yield "holds a double space"
    if any(unicodedata.category(sign) in {"Cc", "Zl", "Zp"} for sign in text):
        yield "holds a line break or a control character"


def has_a_good_length(wording: Wording, words: Words) -> Iterator[str]:
    if not 20 <= len(wording.text) <= 90:
        yield f"has {len(wording.text)} characters"


def is_read_in_one_breath(wording: Wording, words: Words) -> Iterator[str]:
    sentences = [len(words_of(sentence)) for sentence in sentences_of(wording.text)]
    if sum(sentences) > 18:
        yield f"has {sum(sentences)} words, over 18"
    if len(sentences) > 2:
        yield f"has {len(sentences)} sentences, over 2"
    if max(sentences, default=0) > 14:
        yield f"has a sentence of {max(sentences)} words, over 14"


def has_short_words(wording: Wording, words: Words) -> Iterator[str]:
    if is_english(wording.lang):
        for word in re.findall(r"[^\W\d_]+", wording.text):
            if len(word) > 14:
                yield f"says {word!r} with {len(word)} letters, over 14"


def is_quiet(wording: Wording, words: Words) -> Iterator[str]:
    return loud_parts(wording.text)


def ends_calmly(wording: Wording, words: Words) -> Iterator[str]:
    if not wording.text.endswith(FULL_STOPS):
        yield "does not end with a full stop"
    if any(mark in wording.text for mark in QUESTION_MARKS):
        yield "asks a question"


def is_kind(wording: Wording, words: Words) -> Iterator[str]:
    return unkind_parts(wording.text, words)


def rates_no_strength(wording: Wording, words: Words) -> Iterator[str]:
    near = words_of(wording.text)
    for place, word in enumerate(near):
        if word in {"strong", "strength", "weak"} and not _is_untied(near, place):
            yield f"says {word!r} with no negation or 'can' nearby"


def praises_no_self(wording: Wording, words: Words) -> Iterator[str]:
    if re.match(r"I am\b|I'm\b", straight(wording.text)):
        yield "begins with a claim about the reader ('I am')"


def loud_parts(text: str) -> Iterator[str]:
    """What in a text is noise on a quiet card."""
    for mark in _MARKS.findall(text):
        yield f"holds {mark!r}"
    if _ADDRESS.search(text):
        yield "holds a web address"
    if re.search(r"\d{3}", text):
        yield "holds a long number"
    if any(unicodedata.category(sign) == "So" or sign in _EMOJI_JOINTS for sign in text):
        yield "holds an emoji or a symbol"
    for word in re.findall(r"[^\W\d_]{2,}", text):
        if word.isupper() and word != "OK":
            yield f"shouts {word!r}"


def unkind_parts(text: str, words: Words) -> Iterator[str]:
    """What in a text the lists of unkind words name."""
    lists = {
        "pressure": words.pressure,
        "toxic positivity": words.toxic_positivity,
        "a medical claim": words.medical,
        "crisis": words.crisis,
        "ableist or gendered": words.ableist_or_gendered,
    }
    for kind, entries in lists.items():
        for phrase in entries.found_in(text):
            yield f"says {phrase!r} ({kind})"


def _is_untied(words: list[str], place: int) -> bool:
    near = words[max(0, place - _NEAR_WORDS) : place + _NEAR_WORDS + 1]
    return any(_NEGATED.fullmatch(word) for word in near)


_E, _W = Level.ERROR, Level.WARNING
WORDING_RULES = (
    WordingRule("A01", _E, fits_a_small_phone, "Shorten it and leave single spaces inside only"),
    WordingRule("A02", _W, has_a_good_length, "Aim for 30 to 80 characters"),
    WordingRule("A03", _E, is_read_in_one_breath, "Say one thought in few words"),
    WordingRule("A04", _E, has_short_words, "Use a shorter word"),
    WordingRule("A05", _E, is_quiet, "Say it in plain words"),
    WordingRule("A06", _E, ends_calmly, "End it with a full stop and ask in the step only"),
    WordingRule("A07", _E, is_kind, "Offer instead of pressing, promising or judging"),
    WordingRule("A08", _W, rates_no_strength, "Untie the two, or make sure that it is kind"),
    WordingRule("A09", _E, praises_no_self, "Speak of the moment, not of what the reader is"),
)
