"""The rules that a single card is held to, each a function that yields what is wrong with it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass

from webapp.deck import Affirmation
from webapp.lint.words import Words
from webapp.lint.words import is_english
from webapp.lint.words import sentences_of
from webapp.lint.words import straight
from webapp.lint.words import words_of
from webapp.records import Level

FULL_STOPS = (".", "\u3002", "\u0964", "\u06d4", "\u0589", "\u1362")  # of the world's scripts

_NEGATED = re.compile(r"no|not|never|nobody|nothing|none|without|can|cannot|\w+n't")
_NEAR_WORDS = 5
_MARKS = re.compile(r"[!;#@()\[\]{}<>\uff01\uff1b]")
_ADDRESS = re.compile(r"://|\bwww\.|\w\.[a-z]{2,}", re.IGNORECASE)
_EMOJI_JOINTS = "\ufe0f\u20e3"
_PHONE = re.compile(r"\d[\d\s().+-]{3,}\d")
_CALL = re.compile(r"\bcall(?:s|ed|ing|ers?)?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CardRule:
    """A rule's id, weight, check and remedy; the check yields a reason for each fault."""

    id: str
    level: Level
    reasons: Callable[[Affirmation, Words], Iterator[str]]
    remedy: str


def fits_a_small_phone(card: Affirmation, words: Words) -> Iterator[str]:
    limit = 100 if is_english(card.lang) else 130
    if len(card.text) > limit:
        yield f"text has {len(card.text)} characters, over {limit}"
    if card.text != card.text.strip():
        yield "text begins or ends with a space"
    if "  " in card.text:
        yield "text holds a double space"
    if any(unicodedata.category(sign) in {"Cc", "Zl", "Zp"} for sign in card.text):
        yield "text holds a line break or a control character"


def has_a_good_length(card: Affirmation, words: Words) -> Iterator[str]:
    if not 20 <= len(card.text) <= 90:
        yield f"text has {len(card.text)} characters"


def is_read_in_one_breath(card: Affirmation, words: Words) -> Iterator[str]:
    sentences = [len(words_of(sentence)) for sentence in sentences_of(card.text)]
    if sum(sentences) > 18:
        yield f"text has {sum(sentences)} words, over 18"
    if len(sentences) > 2:
        yield f"text has {len(sentences)} sentences, over 2"
    if max(sentences, default=0) > 14:
        yield f"a sentence has {max(sentences)} words, over 14"


def has_short_words(card: Affirmation, words: Words) -> Iterator[str]:
    if is_english(card.lang):
        for word in re.findall(r"[^\W\d_]+", card.text):
            if len(word) > 14:
                yield f"{word!r} has {len(word)} letters, over 14"


def text_is_quiet(card: Affirmation, words: Words) -> Iterator[str]:
    return _loud_parts("text", card.text)


def ends_calmly(card: Affirmation, words: Words) -> Iterator[str]:
    if not card.text.endswith(FULL_STOPS):
        yield "text does not end with a full stop"
    if "?" in card.text:
        yield "text asks a question"
    if card.step and not card.step.endswith(("?", *FULL_STOPS)):
        yield "step does not end with a full stop or a question mark"


def text_is_kind(card: Affirmation, words: Words) -> Iterator[str]:
    return _unkind_parts("text", card.text, words)


def claims_little(card: Affirmation, words: Words) -> Iterator[str]:
    for phrase in words.absolutes.found_in(card.text):
        yield f"text says {phrase!r}"
    near = words_of(card.text)
    for place, word in enumerate(near):
        if word in {"strong", "strength", "weak"} and not _is_untied(near, place):
            yield f"text says {word!r} with no negation or 'can' nearby"


def praises_no_self(card: Affirmation, words: Words) -> Iterator[str]:
    if re.match(r"I am\b|I'm\b", straight(card.text)):
        yield "text begins with a claim about the reader ('I am')"


def step_is_gentle(card: Affirmation, words: Words) -> Iterator[str]:
    if len(card.step) > 80:
        yield f"step has {len(card.step)} characters, over 80"
    yield from _loud_parts("step", card.step)
    yield from _unkind_parts("step", card.step, words)
    if _PHONE.search(card.step):
        yield "step holds a phone number"
    if _CALL.search(card.step):
        yield "step asks for a call"


def _loud_parts(name: str, text: str) -> Iterator[str]:
    for mark in _MARKS.findall(text):
        yield f"{name} holds {mark!r}"
    if _ADDRESS.search(text):
        yield f"{name} holds a web address"
    if re.search(r"\d{3}", text):
        yield f"{name} holds a long number"
    if any(unicodedata.category(sign) == "So" or sign in _EMOJI_JOINTS for sign in text):
        yield f"{name} holds an emoji or a symbol"
    for word in re.findall(r"[^\W\d_]{2,}", text):
        if word.isupper() and word != "OK":
            yield f"{name} shouts {word!r}"


def _unkind_parts(name: str, text: str, words: Words) -> Iterator[str]:
    lists = {
        "pressure": words.pressure,
        "toxic positivity": words.toxic_positivity,
        "a medical claim": words.medical,
        "crisis": words.crisis,
        "ableist or gendered": words.ableist_or_gendered,
    }
    for kind, entries in lists.items():
        for phrase in entries.found_in(text):
            yield f"{name} says {phrase!r} ({kind})"


def _is_untied(words: list[str], place: int) -> bool:
    near = words[max(0, place - _NEAR_WORDS) : place + _NEAR_WORDS + 1]
    return any(_NEGATED.fullmatch(word) for word in near)


_E, _W = Level.ERROR, Level.WARNING
CARD_RULES = (
    CardRule("A01", _E, fits_a_small_phone, "Shorten it and leave single spaces inside only"),
    CardRule("A02", _W, has_a_good_length, "Aim for 30 to 80 characters"),
    CardRule("A03", _E, is_read_in_one_breath, "Say one thought in few words"),
    CardRule("A04", _E, has_short_words, "Use a shorter word"),
    CardRule("A05", _E, text_is_quiet, "Say it in plain words"),
    CardRule("A06", _E, ends_calmly, "End the text with a full stop and ask in the step only"),
    CardRule("A07", _E, text_is_kind, "Offer instead of pressing, promising or judging"),
    CardRule("A08", _W, claims_little, "Say what is likely, or make sure that it is kind"),
    CardRule("A09", _E, praises_no_self, "Speak of the moment, not of what the reader is"),
    CardRule("A13", _E, step_is_gentle, "Invite to something small, quiet and free"),
)
