"""The rules M01 to M07: a message asks once, lightly, and reads well with any of its gaps filled.

They judge every message as a reader may send it. The words themselves come from `words.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass

from webapp.lint.words import Words
from webapp.lint.words import sentences_of
from webapp.records import Finding
from webapp.records import Level
from webapp.starters import FIELDS
from webapp.starters import KINDS
from webapp.starters import WITHOUT_ASK
from webapp.starters import Starter
from webapp.starters import Starters
from webapp.starters import fields_of
from webapp.starters import variants

LONGEST = 240
LONGEST_LINE = 160  # one text message, in letters of the GSM alphabet
FEWEST_OF_A_KIND = 4
SAMPLE = {"name": "Robin", "day": "Tuesday", "time": "18:00", "task": "the shopping",
          "place": "the park"}  # fmt: skip

_QUESTION = re.compile(r"[?\u061f\uff1f]")  # Latin, Arabic, full width
_LOST_SPACE = re.compile(r" [,.;:?!)\u060c\u061b\u061f]|\( ")
_FRENCH_SPACE = re.compile(r" [,.)]|\( ")  # before ? ! : ; French has one
_REPEATED = re.compile(r"[,;:\u060c] ?[,.;:?!\u060c\u061f]")


@dataclass(frozen=True, slots=True)
class StarterRule:
    """A rule's id, weight, check and remedy; the check yields what each fault does."""

    id: str
    level: Level
    reasons: Callable[[Starter, Words, str], Iterator[str]]
    remedy: str


def check_starters(starters: Starters, words: Words) -> list[Finding]:
    """Every broken rule, by line."""
    return sorted([*_findings(starters, words), *_missing(starters)])


def is_short(starter: Starter, words: Words, lang: str) -> Iterator[str]:
    length = _longest(starter)
    if length > LONGEST:
        yield f"has {length} characters, over {LONGEST}"


def is_one_line(starter: Starter, words: Words, lang: str) -> Iterator[str]:
    length = _longest(starter)
    if starter.length == "line" and LONGEST_LINE < length <= LONGEST:
        yield f"has {length} characters, over {LONGEST_LINE}"


def apologises_little(starter: Starter, words: Words, lang: str) -> Iterator[str]:
    text = _whole(starter)
    if len(found := words.apology.found_in(text)) > 1:
        yield f"apologises {len(found)} times"
    for phrase in words.apology.found_in("".join(sentences_of(text)[:1])):
        yield f"says {phrase!r} in its first sentence"


def asks(starter: Starter, words: Words, lang: str) -> Iterator[str]:
    for text in _versions(starter):
        if not (_QUESTION.search(text) or words.asks.found_in(text)):
            return (yield f"holds no ask: {text!r}")


def leaves_a_way_out(starter: Starter, words: Words, lang: str) -> Iterator[str]:
    for text in _versions(starter):
        if not words.way_out.found_in(text):
            return (yield f"holds no way out: {text!r}")


def puts_no_weight_on_anyone(starter: Starter, words: Words, lang: str) -> Iterator[str]:
    lists = {"toxic positivity": words.toxic_positivity, "crisis": words.crisis}
    lists |= {"guilt": words.guilt}
    if starter.kind != "doctor":
        lists["a medical claim"] = words.medical
    for kind, entries in lists.items():
        for phrase in entries.found_in(_whole(starter)):
            yield f"says {phrase!r} ({kind})"


def names_known_fields(starter: Starter, words: Words, lang: str) -> Iterator[str]:
    for name in fields_of(starter.text):
        if name not in FIELDS:
            yield f"holds {{{name}}}, none of {', '.join(FIELDS)}"
    for piece in starter.pieces:
        if not piece.fields and re.search(r"[\[\]{}]", piece.text):
            yield "holds a brace or a bracket without its other half"
    if re.search(r"\[[^{\]]*\]", starter.text):
        yield "holds brackets without a field"


def reads_well(starter: Starter, words: Words, lang: str) -> Iterator[str]:
    lost = _FRENCH_SPACE if lang.lower().startswith("fr") else _LOST_SPACE
    for text in variants(starter, SAMPLE):
        if "  " in text or text != text.strip() or lost.search(text):
            return (yield f"has a space too many: {text!r}")
        if _REPEATED.search(text):
            return (yield f"has a mark too many: {text!r}")


def _findings(starters: Starters, words: Words) -> Iterator[Finding]:
    for starter in starters.starters:
        for rule in STARTER_RULES:
            for reason in rule.reasons(starter, words, starters.lang):
                said = f"{starter.id}: {reason}"
                file = starter.file or starters.file
                yield Finding(file, starter.line, rule.id, rule.level, said, rule.remedy)


def _missing(starters: Starters) -> Iterator[Finding]:
    for kind in KINDS:
        if (count := len(starters.of(kind))) < FEWEST_OF_A_KIND:
            reason = f"kind {kind!r} has {count} starters, under {FEWEST_OF_A_KIND}"
            yield Finding(starters.file, 1, "M07", Level.ERROR, reason, "Write more of them")


def _versions(starter: Starter) -> Iterator[str]:
    """Every text that is sent as an ask; a thank-you asks for nothing."""
    if starter.kind != WITHOUT_ASK:
        yield from variants(starter, SAMPLE)


def _longest(starter: Starter) -> int:
    return max(map(len, variants(starter, SAMPLE)))


def _whole(starter: Starter) -> str:
    return max(variants(starter, SAMPLE), key=len)


_E, _W = Level.ERROR, Level.WARNING
STARTER_RULES = (
    StarterRule("M01", _E, is_short, "Say less: one ask, with a size and a time"),
    StarterRule("M01", _W, is_one_line, "Let it fit one text message"),
    StarterRule("M02", _E, apologises_little, "Say thank you instead"),
    StarterRule("M03", _E, asks, "Ask one thing that can be answered with yes or no"),
    StarterRule("M04", _E, leaves_a_way_out, "Add an easy no, from the list way_out"),
    StarterRule("M05", _E, puts_no_weight_on_anyone, "Say it plainly, and share little"),
    StarterRule("M06", _E, names_known_fields, "Use known fields, each inside [square brackets]"),
    StarterRule("M06", _E, reads_well, "Put the spaces into the brackets, with their pieces"),
)
