"""The word lists of a language, and finding their entries in a text. It judges nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path

from webapp.errors import DeckError
from webapp.records import Record
from webapp.records import read_file
from webapp.shipped import SHIPPED
from webapp.shipped import find_file
from webapp.shipped import shipped_twin

WORDS_FILE = "words.toml"
ENGLISH = SHIPPED / "en"

_LISTS = (
    "pressure",
    "pressure_allowed",
    "lock_screen",
    "toxic_positivity",
    "medical",
    "crisis",
    "ableist_or_gendered",
    "absolutes",
)
_ROOM_LIST = "room_for_both"  # for the gentler wordings of a deck that has some
_STARTER_LISTS = ("apology", "way_out", "guilt", "asks", "takes_back")  # for message starters


@dataclass(frozen=True)
class WordList:
    """Whole words and phrases; a `*` stands for any ending, `allowed` phrases are looked over."""

    entries: tuple[str, ...]
    allowed: tuple[str, ...] = ()

    def found_in(self, text: str) -> list[str]:
        """What of the text the list names, in the order of the text, in lower case."""
        return self._entries.findall(self._allowed.sub("\n", straight(text).lower()))

    @cached_property
    def _entries(self) -> re.Pattern[str]:
        return _pattern(self.entries)

    @cached_property
    def _allowed(self) -> re.Pattern[str]:
        return _pattern(self.allowed)


@dataclass(frozen=True, slots=True)
class Words:
    """The lists that the rules ask, and what the neutral notification says.

    `reviewed` is the day on which a native speaker had read all words of the language.
    """

    pressure: WordList
    toxic_positivity: WordList
    medical: WordList
    crisis: WordList
    ableist_or_gendered: WordList
    absolutes: WordList
    room_for_both: WordList
    lock_screen: WordList
    apology: WordList
    way_out: WordList
    guilt: WordList
    asks: WordList
    takes_back: WordList
    neutral_title: str
    neutral_body: str
    reviewed: date | None
    file: str
    neutral_line: int


def load_words(folder: Path) -> Words:
    """Read `words.toml` of that folder; raises DeckError.

    What it leaves out is as in the shipped file of its language. A language that has no such file
    at all has the English one.
    """
    source = _read(folder)
    neutral = source.table("neutral")
    neutral.expect(["title", "body"])
    return Words(
        pressure=WordList(source.texts("pressure"), source.texts("pressure_allowed")),
        toxic_positivity=_list(source, "toxic_positivity"),
        medical=_list(source, "medical"),
        crisis=_list(source, "crisis"),
        ableist_or_gendered=_list(source, "ableist_or_gendered"),
        absolutes=_list(source, "absolutes"),
        room_for_both=_list(source, _ROOM_LIST),
        lock_screen=_list(source, "lock_screen"),
        apology=_list(source, "apology"),
        way_out=_list(source, "way_out"),
        guilt=_list(source, "guilt"),
        asks=_list(source, "asks"),
        takes_back=_list(source, "takes_back"),
        neutral_title=neutral.text("title"),
        neutral_body=neutral.text("body"),
        reviewed=source.day("reviewed") if "reviewed" in source.values else None,
        file=source.file,
        neutral_line=neutral.line,
    )


def straight(text: str) -> str:
    """The text with straight apostrophes, as the lists are written."""
    return text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")


def words_of(text: str) -> list[str]:
    """The words in lower case; an apostrophe or a hyphen inside a word belongs to it."""
    return re.findall(r"[^\W_]+(?:['-][^\W_]+)*", straight(text).lower())


def sentences_of(text: str) -> list[str]:
    """The sentences that hold a word, by their closing marks."""
    return [part for part in re.split(r"[.?!\u2026\u3002\u0964\u061f]+", text) if words_of(part)]


def is_english(lang: str) -> bool:
    """Whether a BCP 47 tag names English, for the rules that are made for English alone."""
    return lang.lower().split("-")[0] == "en"


def _read(folder: Path) -> Record:
    path, twin = find_file(folder, WORDS_FILE), shipped_twin(folder)
    source = read_file(path if path.exists() else ENGLISH / WORDS_FILE, DeckError)
    needed, others = [*_LISTS, "neutral"], [_ROOM_LIST, *_STARTER_LISTS, "reviewed"]
    if twin is None or path.parent == twin:
        source.expect(needed, others)
        return source
    source.expect([], [*needed, *others])
    behind = read_file(twin / WORDS_FILE, DeckError)
    return replace(source, values={**behind.values, **source.values})


def _list(source: Record, name: str) -> WordList:
    return WordList(source.texts(name))


def _pattern(entries: Iterable[str]) -> re.Pattern[str]:
    words = (re.escape(straight(entry).lower()) for entry in entries)
    parts = [word.replace(r"\*", r"\w*").replace(r"\ ", r"\s+") for word in words]
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)" if parts else r"(?!)")
