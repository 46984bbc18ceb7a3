"""Everything that a folder of content says, read and checked in one go. It writes nothing.

What the folder lacks is shipped. Anything broken is refused with its file, line, rule and remedy.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from webapp.editions import Edition
from webapp.editions import Editions
from webapp.editions import Note
from webapp.errors import SiteError
from webapp.helplines import Helplines
from webapp.helplines_file import extends_shipped
from webapp.helplines_file import load_helplines
from webapp.languages import Language
from webapp.languages import load_languages
from webapp.lint import load_checked_deck
from webapp.lint import load_checked_starters
from webapp.lint import load_words
from webapp.lint.words import Words
from webapp.records import read_file
from webapp.shipped import SHIPPED
from webapp.site import Site
from webapp.site_file import SITE_FILE
from webapp.site_file import load_site
from webapp.verdicts import Verdicts

HELPLINES_FILE = "helplines.toml"


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of content, seen with what is shipped behind it."""

    path: Path
    site: Site
    languages: tuple[Language, ...]


def open_folder(path: Path) -> Folder:
    """Its site and its languages; raises ContentError."""
    site = load_site(path)
    rename = site.rename if site.is_renamed else None
    return Folder(path, site, load_languages(path, site.languages, rename))


def load_editions(path: Path, base_url: str, verdicts: Verdicts) -> Editions:
    """Every language's words, free of errors; raises ContentError."""
    folder = open_folder(path)
    languages = folder.languages
    return Editions([_edition(folder, each, base_url, verdicts) for each in languages])


def load_all_helplines(path: Path, own: Path | None) -> Helplines:
    """The helplines of that folder, or the shipped ones, and the operator's file laid over them.

    A file in the folder that says `extends = true` is laid over the shipped ones too.
    """
    inside = path / HELPLINES_FILE
    layers = [own] if own else []
    if not inside.exists():
        return load_helplines(SHIPPED / HELPLINES_FILE, *layers)
    if extends_shipped(inside):
        return load_helplines(SHIPPED / HELPLINES_FILE, inside, *layers)
    return load_helplines(inside, *layers)


def check_name(folder: Folder, words: Words) -> None:
    """Refuse a short name that tells something where phones show it; raises SiteError."""
    name = folder.site.short_name
    said = words.lock_screen.found_in(name) + words.crisis.found_in(name)
    if folder.site.is_renamed and said:
        source = read_file(folder.path / SITE_FILE, SiteError)
        field = "short_name" if "short_name" in source.values else "name"
        reason = f"{field!r} says {said[0]!r} on lock screens, where others read it"
        remedy = "Give a short_name that tells nothing; the name may tell more"
        raise source.refusal("S01", reason, remedy, field)


def _edition(folder: Folder, language: Language, base_url: str, verdicts: Verdicts) -> Edition:
    home = folder.path / language.tag
    verdict = verdicts.place_of(home)
    has_passed = verdict.exists()
    words = load_words(home)
    check_name(folder, words)
    note = Note(folder.site.rename(words.neutral_title), words.neutral_body)
    deck = load_checked_deck(home, has_passed=has_passed)
    starters = load_checked_starters(home, has_passed=has_passed)
    if not has_passed:
        verdicts.note(verdict)
    return Edition(language, deck, note, base_url, starters, words.reviewed, folder.site)
