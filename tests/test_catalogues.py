"""The words of the interface: all of them marked, collected, and whole in every language."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import pytest
from babel import Locale
from babel.messages import pofile
from babel.messages.catalog import Catalog
from babel.messages.catalog import Message
from babel.messages.jslexer import tokenize
from babel.messages.jslexer import unquote_string
from flask.testing import FlaskClient

from tests.processes import ROOT
from webapp import create_app
from webapp.catalogue import translate_script
from webapp.deck import Deck
from webapp.deck import typeset
from webapp.helplines_file import load_helplines
from webapp.helplines_view import HelpView
from webapp.languages import Language
from webapp.lint.words import load_words
from webapp.rendering import SHEETS
from webapp.starters import Starters

CONTENT = ROOT / "webapp" / "content"
TEMPLATE = CONTENT / "interface.pot"
TEMPLATES = sorted((ROOT / "webapp" / "templates").glob("*.html"))
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))

PLACEHOLDER = re.compile(r"%\((\w+)\)s")
TAG = re.compile(r"</?[a-z]+>")
COUNTS = {"n", "num"}  # a form that is for one count alone need not name it

OPEN, CLOSE = "⟦", "⟧"
SAYING = {"alt", "aria-label", "content", "label", "placeholder", "title"}
MUTE = {"code", "kbd", "script", "style", "svg", "textarea"}
VOID = {"br", "circle", "hr", "img", "input", "link", "meta", "path", "rect"}
NAMES = {
    "Android",
    "Atom",
    "JSON Feed",
    "Outlook",
    "Pocket",
    "Pocket Affirmations",
    "Telegram",
    "Thunderbird",
    "WhatsApp",
}
KEYS = {"Escape", "Infinity", "Notification"}  # words of the platform that look like ours

GETTEXT_RULES = {
    "ar": "(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5)"
}
"""Those of gettext's manual where Babel has the last forms the other way round."""


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return pofile.read_po(file, abort_invalid=True)


def ids(catalogue: Catalog) -> set[str | tuple[str, ...]]:
    """All its texts; one with a plural is a tuple."""
    return {
        tuple(message.id) if message.pluralizable else str(message.id)
        for message in catalogue
        if message.id
    }


def forms_of(text: object) -> list[str]:
    return [text] if isinstance(text, str) else [str(form or "") for form in text or ("",)]  # type: ignore[attr-defined]


def faults(catalogue: Catalog, tag: str, template: Catalog) -> list[str]:
    """Everything that a catalogue of this language has to have otherwise.

    Babel reads as many forms of a plural as the catalogue says there are; what it lacks is empty.
    """
    model = Catalog(locale=tag.replace("-", "_"))
    found = [f"{id!r} is missing" for id in sorted(ids(template) - ids(catalogue), key=str)]
    found += [f"{id!r} is in no source" for id in sorted(ids(catalogue) - ids(template), key=str)]
    found += [f"{message!r} is obsolete" for message in catalogue.obsolete]
    if catalogue.locale != model.locale:
        found.append(f"it says that its language is {catalogue.locale}")
    rules = {model.plural_expr, GETTEXT_RULES.get(str(catalogue.locale), "")}
    if catalogue.num_plurals != model.num_plurals or catalogue.plural_expr not in rules:
        found.append(f"its plural forms are not {model.plural_forms}")
    return found + [
        f"{message.id!r} {fault}"
        for message in catalogue
        if message.id
        for fault in faults_of(message)
    ]


def faults_of(message: Message) -> Iterator[str]:
    originals, forms = forms_of(message.id), forms_of(message.string)
    if message.fuzzy:
        yield "is fuzzy"
    if not all(forms):
        yield "is not translated"
    source = originals[-1]
    spared = COUNTS if message.pluralizable else set()
    for form in filter(None, forms):
        if names(form) - spared != names(source) - spared or not names(form) <= names(source):
            yield f"has other placeholders: {form!r}"
        if "%" in PLACEHOLDER.sub("", form).replace("%%", ""):
            yield f"has a percent sign that is not doubled: {form!r}"
        if sorted(TAG.findall(form)) != sorted(TAG.findall(source)):
            yield f"has other tags: {form!r}"
        if re.search('[<>"]', TAG.sub("", form)):
            yield f"has a sign that ends an attribute or begins a tag: {form!r}"
        if (form[:1].isspace(), form[-1:].isspace()) != (
            source[:1].isspace(),
            source[-1:].isspace(),
        ):
            yield f"begins or ends with another space: {form!r}"


def names(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def test_the_collected_words_are_those_of_the_sources(tmp_path: Path) -> None:
    """`make messages` collects them."""
    now = tmp_path / "interface.pot"
    extract = [sys.executable, "-m", "babel.messages.frontend", "--quiet", "extract"]
    options = ["--mapping-file", "pyproject.toml", "--output-file", str(now)]
    subprocess.run([*extract, *options, "webapp", "static/js"], cwd=ROOT, check=True)
    assert ids(read(TEMPLATE)) == ids(read(now))


def test_every_catalogue_is_whole() -> None:
    template = read(TEMPLATE)
    for path in CONTENT.glob("*/interface.po"):
        assert faults(read(path), path.parent.name, template) == [], path


HEADER = (
    'msgid ""\nmsgstr ""\n"Language: es\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
)
SAVED = 'msgid "Saved"\nmsgstr "Guardadas"\n'
CARDS = (
    'msgid "%(n)s card"\nmsgid_plural "%(n)s cards"\n'
    'msgstr[0] "Una carta"\nmsgstr[1] "%(n)s cartas"\n'
)
TAP = 'msgid "Tap <b>%(name)s</b>."\nmsgstr "Toca <b>%(name)s</b>."\n'
WHOLE = "\n".join((HEADER, SAVED, CARDS, TAP))


def faults_in(text: str) -> list[str]:
    template, catalogue = (pofile.read_po(BytesIO(po.encode())) for po in (WHOLE, text))
    return faults(catalogue, "es", template)


def test_a_whole_catalogue_has_no_fault() -> None:
    assert faults_in(WHOLE) == []


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        (SAVED, "", "'Saved' is missing"),
        (SAVED, SAVED + '\nmsgid "Lost"\nmsgstr "Nada"\n', "'Lost' is in no source"),
        (SAVED, SAVED + '\n#~ msgid "Gone"\n#~ msgstr "Nada"\n', "is obsolete"),
        (SAVED, f"#, fuzzy\n{SAVED}", "is fuzzy"),
        ('"Guardadas"', '""', "is not translated"),
        ('"%(n)s cartas"', '""', "is not translated"),
        ('msgstr[1] "%(n)s cartas"\n', "", "is not translated"),
        ("Language: es", "Language: fr", "its language is fr"),
        ("nplurals=2; plural=(n != 1)", "nplurals=1; plural=0", "its plural forms are not"),
        ("%(n)s cartas", "%(m)s cartas", "has other placeholders"),
        ("Toca <b>%(name)s", "Toca <b>%(nombre)s", "has other placeholders"),
        ("Guardadas", "100 % tuyas", "a percent sign that is not doubled"),
        ("Toca <b>", "Toca <i>", "has other tags"),
        ("Guardadas", 'Las \\"mías\\"', "ends an attribute"),
        ("Guardadas", "Guardadas ", "another space"),
    ],
)
def test_a_catalogue_with_a_fault_is_told(before: str, after: str, fault: str) -> None:
    assert before in WHOLE
    assert fault in "\n".join(faults_in(WHOLE.replace(before, after)))


@pytest.fixture(scope="module")
def pseudo() -> Catalog:
    """A language whose every text is the English one in brackets."""
    catalogue = Catalog(locale="en")
    for message in read(TEMPLATE):
        if message.id:
            forms = [OPEN + form + CLOSE for form in forms_of(message.id)]
            catalogue.add(message.id, forms if message.pluralizable else forms[0])
    return catalogue


@pytest.fixture(scope="module", params=["", "ntfy.sh"])
def reader(
    pseudo: Catalog, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> FlaskClient:
    """A reader of the app in that language; there are other push hosts, or none."""
    content = tmp_path_factory.mktemp("pseudo") / "content"
    shutil.copytree(CONTENT / "en", content / "en")
    shutil.copy(CONTENT / "helplines.toml", content)
    with (content / "en" / "interface.po").open("wb") as file:
        pofile.write_po(file, pseudo)
    settings = {"INSTANCE": content.parent, "CONTENT": content, "PUSH_HOSTS": request.param}
    return create_app(
        {f"POCKET_{name}": str(value) for name, value in settings.items()}
    ).test_client()


class Unmarked(HTMLParser):
    """Collects what a page says outside brackets, in its text and in its labels."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._depth = 0
        self._mute: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if not self._mute:
            said = {name: text or "" for name, text in values.items() if name in SAYING}
            if tag == "meta" and values.get("name", values.get("property")) not in SAYING_META:
                said.pop("content", None)
            for text in said.values():
                self._collect(text, 0)
        # Names of places, numbers and services are content.
        is_content = {"dials", "plain"} & {*(values.get("class") or "").split()}
        if (self._mute or tag in MUTE or is_content) and tag not in VOID:
            self._mute.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._mute and tag not in VOID:
            assert self._mute.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self._mute:
            self._depth = self._collect(data, self._depth)

    def _collect(self, text: str, depth: int) -> int:
        outside = []
        for sign in text:
            depth += (sign == OPEN) - (sign == CLOSE)
            outside.append("\n" if depth or sign == CLOSE else sign)
        pieces = re.split(r"\n| · ", "".join(outside))
        self.found += [piece.strip() for piece in pieces if re.search(r"[^\W\d_]", piece)]
        return depth


SAYING_META = {
    "apple-mobile-web-app-title",
    "description",
    "og:description",
    "og:image:alt",
    "og:site_name",
    "og:title",
}


def content_of(deck: Deck, starters: Starters) -> set[str]:
    """What deck and starters say, the neutral note, and the calendar of the language."""
    words = load_words(CONTENT / "en")
    says = [text for card in deck.cards for text in (card.text, card.step, card.gentle)]
    says += [text for topic in deck.topics for text in (topic.title, topic.says)]
    days = Locale.parse("en").days["stand-alone"]
    says += [words.neutral_title, words.neutral_body]
    pieces = {piece.text.strip() for each in starters.starters for piece in each.pieces}
    return {*map(typeset, says), *pieces, *days["wide"].values(), *days["narrow"].values()}


@pytest.mark.parametrize(
    "path",
    ["/", "/affirmations/{card}", "/lost", *(f"/{name}" for name in SHEETS)]
    + [f"/feeds{choice}" for choice in ("", "?region=Europe&titles=neutral", "?time=99")],
)
def test_a_page_says_nothing_that_is_not_marked(reader: FlaskClient, path: str) -> None:
    edition = reader.application.extensions["pocket"].editions.first
    deck = edition.deck
    page = reader.get(path.format(card=deck.cards[0].id)).text
    assert OPEN in page
    known = content_of(deck, edition.starters) | content_of_help() | NAMES
    assert {*Unmarked(page).found} - known <= set()


def content_of_help() -> set[str]:
    """Names of countries, languages and lines, and what the helplines file says for itself."""
    view = HelpView(load_helplines(CONTENT / "helplines.toml"), Language("en", Catalog()))
    says = [text for each in view.helplines.directories for text in (each.name, each.note)]
    for each in view.countries:
        says += [each.name, *each.own_names, each.country.emergency_note]
        says += [f"({number.service.partition(' (')[2]}" for number in each.country.emergency]
        for line in each.country.lines:
            says += [line.name, line.local_name, line.area, line.note, view.languages(line)]
            says.append(re.sub(r"https://(www\.)?|/$", "", line.website))
    return {*says}


def test_what_is_not_marked_is_found() -> None:
    text = '⟦One <b>two</b>⟧ three <a title="four">⟦<i>5</i> x⟧</a>'
    page = f'<p aria-label="⟦A⟧">{text}</p><code>six</code>'
    assert Unmarked(page).found == ["three", "four"]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_address_of_a_page_goes_by_its_language(path: Path) -> None:
    assert not re.search(r'(?:href|src|action)="/(?!static/)', path.read_text())


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_every_address_in_a_script_goes_by_the_language(path: Path) -> None:
    for line in re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL).splitlines():
        for found in re.finditer(r'["`]/[a-z#]|=== "/"', line):
            is_bare = re.search(r'["`]/(?:sw\.js|api/\w|lookup"|test")', line[found.start() :])
            assert is_bare or "at(" in line[: found.start()], line


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_says_nothing_that_is_not_marked(pseudo: Catalog, path: Path) -> None:
    script = translate_script(path.read_text(encoding="utf-8"), pseudo)
    assert [*unmarked(script)] == []


def unmarked(script: str) -> Iterator[str]:
    """The sentences and the words with a capital that are in no brackets."""
    owner = ""
    for token in tokenize(script, jsx=False):
        if token.type in ("string", "template_string"):
            text = re.sub(r"\$\{.*?\}", "", unquote_string(token.value))
            if OPEN not in text and owner not in ("Error", "TypeError") and is_saying(text):
                yield text
        elif token.type == "name":
            owner = token.value
        elif token.value not in ("(", "["):
            owner = ""


def is_saying(text: str) -> bool:
    if re.search(r"[#=>\[\]]|^\.", text) or text in KEYS | NAMES:
        return False
    return bool(re.search(r"[^\W\d]{2,} [^\W\d]+|^[A-Z][a-z]+[.,…?!]?($| )", text))


@pytest.mark.parametrize(
    "line",
    ['say("Saved.");', "say(`Seen ${n} of them`);", 'const LABEL = "Undo";', 'say("No, thanks");'],
)
def test_what_a_script_does_not_mark_is_found(line: str) -> None:
    assert [*unmarked(line)]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_every_marked_text_of_a_script_gets_its_words(pseudo: Catalog, path: Path) -> None:
    """What the build finds and what was collected is the same, and stands in double quotes."""
    if path.stem == "words":
        return
    script = translate_script(path.read_text(encoding="utf-8"), pseudo)
    for call in re.finditer(r"\b(?:_|ngettext)\(\s*(.)(.)", script):
        assert call.groups() == ('"', OPEN), script[call.start() : call.start() + 60]
