"""The languages the app speaks: each has a folder of words and an address of its own.

A folder of the content that holds words is a language, named by its BCP 47 tag. English stands at
the root and is what the interface is written in; its words in another language are the gettext
catalogue `interface.po` of the folder, laid over the shipped one. It renders nothing and never asks
what a reader prefers.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from gettext import GNUTranslations
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel import UnknownLocaleError
from babel.core import get_global
from babel.dates import format_date
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError
from babel.messages.pofile import read_po

from webapp.errors import LanguageError
from webapp.shipped import SHIPPED
from webapp.shipped import shipped_twin

SOURCE = "en"
MAX_TAG_CHARACTERS = 16
CATALOGUE_FILE = "interface.po"
COLLECTED = SHIPPED / "interface.pot"
WORD_FILES = ("affirmations.toml", "topics.toml", "starters.toml", "words.toml", CATALOGUE_FILE)
"""A folder that holds one of them is a language."""

_FIELD = re.compile(r"%(?:%|\(\w+\)s|)")

Id = str | tuple[str, ...]
Rename = Callable[[str], str]
"""Puts an operator's own name in the place of the app's."""


@dataclass(frozen=True)
class Language:
    """One language: `tag` is BCP 47, `catalogue` holds the interface's words."""

    tag: str
    catalogue: Catalog

    @property
    def prefix(self) -> str:
        """What its addresses begin with: nothing in English, else as `/es`."""
        return "" if self.tag == SOURCE else f"/{self.tag.lower()}"

    def at(self, path: str) -> str:
        """The address of a path such as `/help` in this language."""
        return self.prefix + path

    @cached_property
    def locale(self) -> Locale:
        """What the Unicode CLDR knows of the language."""
        return Locale.parse(self.tag, sep="-")

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        return "rtl" if self.locale.character_order == "right-to-left" else "ltr"

    @property
    def script(self) -> str:
        """The script that it is written in, by ISO 15924, such as `Latn`."""
        likely = get_global("likely_subtags")
        base = self.tag.replace("-", "_")
        full = likely.get(base) or likely.get(self.locale.language) or base
        return next((part for part in full.split("_") if len(part) == 4), "")

    @property
    def name(self) -> str:
        """Its name in itself, such as `Español`."""
        name = self.locale.get_display_name(self.tag.replace("-", "_")) or self.tag
        return name[:1].upper() + name[1:]

    @property
    def invitation(self) -> str:
        """Tells a visitor who reads this language that the app speaks it."""
        return self.say("Pocket is here in English too.")

    def date(self, day: date) -> str:
        """A date as the language writes it, with the month in letters."""
        return format_date(day, "long", self.locale)

    @cached_property
    def translations(self) -> NullTranslations:
        """The catalogue as gettext asks it; what has no translation stays English."""
        compiled = BytesIO()
        write_mo(compiled, self.catalogue)
        compiled.seek(0)
        return GNUTranslations(compiled)

    def say(self, text: str, **values: object) -> str:
        """An English text of the interface in this language, with its `%(name)s` filled."""
        return (
            self.translations.gettext(text) % values if values else self.translations.gettext(text)
        )


def load_languages(
    content: Path, chosen: Collection[str] = (), rename: Rename | None = None
) -> tuple[Language, ...]:
    """The languages of that folder, English first; raises LanguageError.

    `chosen` are the tags of those to speak. Without any they are those that have a folder, or all
    that are shipped. `rename` is applied to every shipped text.
    """
    tags = sorted(chosen or _tags(content) or _tags(SHIPPED), key=lambda tag: (tag != SOURCE, tag))
    if SOURCE not in tags:
        reason = f"has no folder {SOURCE}, with which every site begins"
        remedy = f'Make one, or say languages = ["{SOURCE}", "{tags[0]}"] in site.toml'
        raise LanguageError(str(content), 0, "L03", reason, remedy)
    return tuple(_load(content / tag, rename) for tag in tags)


def _tags(content: Path) -> set[str]:
    return {path.parent.name for name in WORD_FILES for path in content.glob(f"*/{name}")}


def _load(folder: Path, rename: Rename | None) -> Language:
    tag = folder.name
    try:
        Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError) as error:
        remedy = "Name it by a BCP 47 tag such as pt-BR"
        raise LanguageError(str(folder), 0, "L01", "is no language", remedy) from error
    twin = shipped_twin(folder)
    behind = _read(twin / CATALOGUE_FILE) if twin else None
    own = _read(folder / CATALOGUE_FILE)
    catalogue = behind or own or Catalog()
    theirs = _said(own) if own else {}
    if own:
        _refuse_odd_fields(folder / CATALOGUE_FILE, own)
    if rename:
        _rename(catalogue, rename, theirs.keys())
    if own is not catalogue:
        for id, string in theirs.items():
            _say(catalogue, id, string)
    return Language(tag, catalogue)


def _read(path: Path) -> Catalog | None:
    if not path.exists():
        return None
    try:
        with path.open("rb") as file:
            return read_po(file, abort_invalid=True)
    except (PoFileError, UnicodeDecodeError) as error:
        raise LanguageError(str(path), 0, "L02", str(error), "Mend the catalogue") from error


def _refuse_odd_fields(path: Path, catalogue: Catalog) -> None:
    """A `%` that nothing fills would break the pages that say the text."""
    for message in catalogue:
        if not message.id:
            continue
        english, said = (" ".join(_forms(_id(each))) for each in (message.id, message.string))
        odd = set(_FIELD.findall(said)) - {*_FIELD.findall(english), "%(n)s", "%%"}
        if odd:
            found = sorted(odd)[0]
            reason = f"{found!r} stands in a text whose English has it not"
            remedy = "Write %% for a percent sign, and fields as they are in the English"
            raise LanguageError(str(path), message.lineno or 0, "L02", reason, remedy)


def _rename(catalogue: Catalog, rename: Rename, spared: Collection[Id]) -> None:
    """Say the name in every text that tells ours, be it translated or still English."""
    collected = _read(COLLECTED) or Catalog()
    english = {_id(message.id): message.id for message in collected if message.id}
    for id, string in (english | _said(catalogue)).items():
        forms = _forms(_id(string))
        named = [rename(form) for form in forms]
        if id not in spared and named != forms:
            _say(catalogue, id, named[0] if isinstance(string, str) else tuple(named))


def _said(catalogue: Catalog) -> dict[Id, Id]:
    """Its texts that are whole, by the English ones."""
    texts = {_id(message.id): _id(message.string) for message in catalogue if message.id}
    return {id: text for id, text in texts.items() if (all(text) and text)}


def _say(catalogue: Catalog, id: Id, string: Id) -> None:
    catalogue.delete(id if isinstance(id, str) else list(id))
    catalogue.add(id if isinstance(id, str) else list(id), string)


def _forms(text: Id) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def _id(text: str | Sequence[str] | None) -> Id:
    """A text, or the forms of one with a plural."""
    return text if isinstance(text, str) else tuple(form or "" for form in text or ())
