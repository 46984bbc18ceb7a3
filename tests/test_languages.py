"""Languages: their folders, their addresses, and their words in pages and scripts."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from webapp.catalogue import translate_script
from webapp.errors import LanguageError
from webapp.languages import Language
from webapp.languages import load_languages

ARABIC_FORMS = ("لا بطاقات", "بطاقة", "بطاقتان", "%(n)s بطاقات", "%(n)s بطاقة", "%(n)s بطاقة")


def catalogue(tag: str, words: dict[str | tuple[str, str], str | tuple[str, ...]]) -> Catalog:
    made = Catalog(locale=tag)
    for id, string in words.items():
        made.add(id, string)
    return made


def folder(content: Path, tag: str, po: bytes | None = None) -> None:
    (content / tag).mkdir()
    (content / tag / "affirmations.toml").write_text(f'lang = "{tag}"\n')
    if po is not None:
        (content / tag / "interface.po").write_bytes(po)


@pytest.mark.parametrize(
    ("tag", "prefix", "direction", "name"),
    [
        ("en", "", "ltr", "English"),
        ("es", "/es", "ltr", "Español"),
        ("pt-BR", "/pt-br", "ltr", "Português (Brasil)"),
        ("ar", "/ar", "rtl", "العربية"),
    ],
)
def test_a_language_has_an_address_a_direction_and_a_name_in_itself(
    tag: str, prefix: str, direction: str, name: str
) -> None:
    language = Language(tag, Catalog())
    assert (language.prefix, language.direction, language.name) == (prefix, direction, name)
    assert language.at("/help") == f"{prefix}/help"


def test_english_comes_first_and_what_holds_no_deck_is_no_language(tmp_path: Path) -> None:
    for tag in ("de", "en", "ar"):
        folder(tmp_path, tag)
    (tmp_path / "pictures").mkdir()
    assert [language.tag for language in load_languages(tmp_path)] == ["en", "ar", "de"]


def test_what_has_no_words_in_a_language_stays_english(tmp_path: Path) -> None:
    folder(tmp_path, "es", b'msgid "Saved"\nmsgstr "Guardadas"\n')
    (language,) = load_languages(tmp_path)
    assert (language.say("Saved"), language.say("Today")) == ("Guardadas", "Today")


@pytest.mark.parametrize(
    ("tag", "po"),
    [("klingon-warriors", None), ("es", b'msgid "Saved\n'), ("es", b'msgid "\xff"\n')],
)
def test_a_broken_language_is_refused_by_its_name(
    tmp_path: Path, tag: str, po: bytes | None
) -> None:
    folder(tmp_path, tag, po)
    with pytest.raises(LanguageError, match=tag):
        load_languages(tmp_path)


def test_scripts_speak_the_language() -> None:
    words = catalogue("es", {"Saved.": 'Guardada: "sí".', "Seen %(n)s": "%(n)s vistas"})
    source = 'say(_("Saved."));\nsay(_(\n  "Seen %(n)s", { n }));\nsay(_("Unknown"));'
    assert translate_script(source, words) == (
        'say(_("Guardada: \\"sí\\"."));\nsay(_("%(n)s vistas", { n }));\nsay(_("Unknown"));'
    )


def test_plural_forms_are_those_of_the_language() -> None:
    words = catalogue("ar", {("%(n)s card", "%(n)s cards"): ARABIC_FORMS})
    source = 'ngettext("%(n)s card", "%(n)s cards", 3);\nreturn Number(n !== 1);'
    told = translate_script(source, words)
    assert told.startswith('ngettext("لا بطاقات", "بطاقة", "بطاقتان",')
    assert told.endswith(f"return Number({words.plural_expr});")


def test_a_plural_without_a_translation_keeps_its_english_forms() -> None:
    source = 'ngettext("%(n)s card", "%(n)s cards", 3);'
    assert translate_script(source, catalogue("ar", {"Saved": "محفوظة"})) == source
