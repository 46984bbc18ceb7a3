"""The languages the app speaks: each has a folder of words and an address of its own.

A folder of the content that holds a deck is a language, named by its BCP 47 tag. English stands at
the root and is what the interface is written in; its words in another language are the gettext
catalogue `interface.po` of the folder. It renders nothing and never asks what a reader prefers.
"""

from __future__ import annotations

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

SOURCE = "en"
MAX_TAG_CHARACTERS = 16
CARDS_FILE = "affirmations.toml"
CATALOGUE_FILE = "interface.po"


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


def load_languages(content: Path) -> tuple[Language, ...]:
    """The languages of that folder, English first; raises LanguageError."""
    tags = sorted(path.parent.name for path in content.glob(f"*/{CARDS_FILE}"))
    if SOURCE not in tags:
        reason = f"has no {SOURCE}/{CARDS_FILE}, with which every site begins"
        raise LanguageError(str(content), 0, "L03", reason, "Write it, or point elsewhere")
    tags.sort(key=lambda tag: tag != SOURCE)
    return tuple(_load(content / tag) for tag in tags)


def _load(folder: Path) -> Language:
    path = folder / CATALOGUE_FILE
    try:
        Locale.parse(folder.name, sep="-")
    except (UnknownLocaleError, ValueError) as error:
        remedy = "Name it by a BCP 47 tag such as pt-BR"
        raise LanguageError(str(folder), 0, "L01", "is no language", remedy) from error
    if not path.exists():
        return Language(folder.name, Catalog())
    try:
        with path.open("rb") as file:
            return Language(folder.name, read_po(file, abort_invalid=True))
    except (PoFileError, UnicodeDecodeError) as error:
        raise LanguageError(str(path), 0, "L02", str(error), "Mend the catalogue") from error
