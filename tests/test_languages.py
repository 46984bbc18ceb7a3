"""Languages: their folders, their addresses, and their words in pages and scripts."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from flask.testing import FlaskClient

from tests.test_pages import SHEETS
from webapp import create_app
from webapp.catalogue import translate_script
from webapp.deck_file import load_deck
from webapp.errors import LanguageError
from webapp.languages import Language
from webapp.languages import load_languages
from webapp.shipped import SHIPPED

ARABIC_FORMS = ("لا بطاقات", "بطاقة", "بطاقتان", "%(n)s بطاقات", "%(n)s بطاقة", "%(n)s بطاقة")

GLUED = re.compile(r"[^\W\d_]{2}[.!?؟](?=[A-ZÀ-Þ¿¡\u0621-\u064a])[^\s<]*")


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
    folder(tmp_path, "en")
    folder(tmp_path, "it", b'msgid "Saved"\nmsgstr "Salvate"\n')
    _, language = load_languages(tmp_path)
    assert (language.say("Saved"), language.say("Today")) == ("Salvate", "Today")


@pytest.mark.parametrize(
    ("tag", "po"),
    [("klingon-warriors", None), ("es", b'msgid "Saved\n'), ("es", b'msgid "\xff"\n')],
)
def test_a_broken_language_is_refused_by_its_name(
    tmp_path: Path, tag: str, po: bytes | None
) -> None:
    folder(tmp_path, "en")
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


def test_a_plural_without_a_translation_stays_english_for_each_count() -> None:
    source = 'ngettext("%(n)s card", "%(n)s cards", 3);'
    forms = ", ".join(['"%(n)s cards"'] * 6)
    assert (
        translate_script(source, catalogue("ar", {"Saved": "محفوظة"})) == f"ngettext({forms}, 3);"
    )


@pytest.mark.parametrize(("tag", "script"), [("en", "Latn"), ("pt-BR", "Latn"), ("ar", "Arab")])
def test_a_language_knows_its_script(tag: str, script: str) -> None:
    assert Language(tag, Catalog()).script == script


def test_a_content_without_english_is_refused(tmp_path: Path) -> None:
    folder(tmp_path, "es")
    with pytest.raises(LanguageError, match="L03"):
        load_languages(tmp_path)


def test_a_device_in_a_language_that_is_gone_finds_its_way_back(client: FlaskClient) -> None:
    worker = client.get("/es/sw.js")
    assert worker.headers["Service-Worker-Allowed"] == "/"
    assert '"prefix":""' in worker.text
    assert worker.text == client.get("/sw.js").text
    for path in ("/", "/help", "/affirmations/you-dont-have-to-earn-help"):
        moved = client.get("/es" + path)
        assert (moved.status_code, moved.location) == (302, path)
    assert client.get("/es/nowhere").status_code == 404
    assert client.get("/es//evil.org").status_code == 404


def test_sentences_stand_apart(settings_of: dict[str, str]) -> None:
    """A template's line end is no space when a block ended there."""
    client = create_app(settings_of | {"POCKET_CONTENT": str(SHIPPED)}).test_client()
    for language, path in product(load_languages(SHIPPED), ("/", "/feeds", *SHEETS)):
        page = client.get(language.at(path)).text
        text = re.sub(r"<[^>]*>", "<", re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL))
        assert GLUED.findall(text) == [], language.at(path)


def test_a_card_points_only_to_the_languages_that_have_it(settings_of: dict[str, str]) -> None:
    content = str(SHIPPED)
    client = create_app(settings_of | {"POCKET_CONTENT": content}).test_client()
    spanish = load_deck(SHIPPED / "es")
    cards = load_deck(SHIPPED / "en").cards
    both = next(card.id for card in cards if card.id in spanish)
    english = next(card.id for card in cards if card.id not in spanish)
    assert 'hreflang="es"' in client.get(f"/affirmations/{both}").text
    assert 'hreflang="es"' not in client.get(f"/affirmations/{english}").text


def test_a_card_in_a_script_that_we_cannot_draw_has_the_apps_own_preview(
    settings_of: dict[str, str],
) -> None:
    client = create_app(settings_of | {"POCKET_CONTENT": str(SHIPPED)}).test_client()
    page = client.get("/ar/affirmations/you-dont-have-to-earn-help").text
    assert "/static/icons/preview.png" in page
    assert "/previews/" not in page
