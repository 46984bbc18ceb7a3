"""An operator's own words: what a folder adds, replaces, hides and leaves as it is shipped."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import Client
from tests.processes import ROOT
from webapp import create_app
from webapp.cli.deck import deck as commands
from webapp.deck_file import load_deck
from webapp.errors import ContentError
from webapp.errors import DeckError
from webapp.errors import LanguageError
from webapp.helplines_file import load_helplines
from webapp.languages import load_languages
from webapp.library import load_all_helplines
from webapp.library import load_editions
from webapp.lint import load_checked_deck
from webapp.lint import load_checked_starters
from webapp.lint import load_words
from webapp.push.message import compose
from webapp.schedule import Level
from webapp.verdicts import Verdicts

CONTENT = ROOT / "webapp" / "content"
EXAMPLES = ROOT / "webapp" / "examples"
SHIPPED = load_deck(CONTENT / "en")
HIDDEN, RETOLD = "the-space-of-one-person", "your-worth-stays-the-same"
CARD = '[[affirmation]]\nid = "{id}"\ntopic = "{topic}"\ntext = "{text}"\n'
TOPIC = '[[topic]]\nslug = "{slug}"\ntitle = "Study days"\nhue = 230\nsays = "On study."\n'
STARTER = """
[[starter]]
id = "{id}"
kind = "school"
tone = "plain"
length = "line"
text = "Hi[ {{name}}], could you help me plan? If not, that's fine."
"""
BASE = "https://pocket.org"

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file of a folder of content, by default of its English, and gives that folder."""
    content = tmp_path / "content"

    def write(name: str, text: str, folder: str = "en") -> Path:
        path = content / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path.parent

    return write


def cards(*cards: str, head: str = "") -> str:
    return f'lang = "en"\n{head}\n' + "\n".join(cards)


def own(id: str = "plan-together", topic: str = "small-steps", text: str = "You can plan.") -> str:
    return CARD.format(id=id, topic=topic, text=text)


def refusal(folder: Path) -> tuple[str, int, str]:
    with pytest.raises(DeckError) as caught:
        load_deck(folder)
    return Path(caught.value.file).name, caught.value.line, caught.value.rule


# Cards and topics


def test_own_cards_replace_the_shipped_ones_and_need_no_topics_of_their_own(write: Write) -> None:
    deck = load_deck(write("affirmations.toml", cards(own())))
    assert [card.id for card in deck.cards] == ["plan-together"]
    assert [topic.slug for topic in deck.topics] == ["small-steps"]


def test_own_cards_that_extend_join_the_shipped_ones(write: Write) -> None:
    deck = load_deck(write("affirmations.toml", cards(own(), head="extends = true")))
    assert {card.id for card in deck.cards} == {c.id for c in SHIPPED.cards} | {"plan-together"}
    assert deck.topics == SHIPPED.topics


def test_a_card_of_a_shipped_id_replaces_that_one_whole(write: Write) -> None:
    text = cards(own(RETOLD), head="extends = true")
    card = load_deck(write("affirmations.toml", text)).card(RETOLD)
    assert (card.text, card.topic, card.step, card.gentle) == (
        "You can plan.",
        "small-steps",
        "",
        "",
    )


def test_a_hidden_card_is_shown_no_more_and_still_opens(write: Write) -> None:
    head = f'extends = true\nhide = ["{HIDDEN}"]'
    deck = load_deck(write("affirmations.toml", cards(own(), head=head)))
    assert HIDDEN not in {card.id for card in deck.cards}
    assert deck.card(HIDDEN).retired


def test_an_own_topic_stands_before_the_shipped_ones_and_needs_a_card(write: Write) -> None:
    write("affirmations.toml", cards(own(topic="study-days"), head="extends = true"))
    folder = write("topics.toml", TOPIC.format(slug="study-days"))
    deck = load_deck(folder)
    assert [topic.slug for topic in deck.topics] == [
        "study-days", *(topic.slug for topic in SHIPPED.topics),
    ]  # fmt: skip
    assert deck.poster.id == "plan-together"
    write("affirmations.toml", cards(own(), head="extends = true"))
    assert refusal(folder) == ("topics.toml", 1, "A15")


def test_a_shipped_topic_takes_another_title_with_its_cards_as_they_are(write: Write) -> None:
    deck = load_deck(write("topics.toml", TOPIC.format(slug="small-steps")))
    assert deck.topic("small-steps").title == "Study days"
    assert deck.cards == SHIPPED.cards


def test_a_hidden_topic_goes_with_its_cards(write: Write) -> None:
    deck = load_deck(write("topics.toml", 'hide = ["hard-days"]\n'))
    assert "hard-days" not in {topic.slug for topic in deck.topics}
    assert len(deck.cards) == len([c for c in SHIPPED.cards if c.topic != "hard-days"])


@pytest.mark.parametrize("text", ["100% for you", "For %(nobody)s", "%d"])
def test_a_field_that_nothing_fills_is_refused_by_its_line(write: Write, text: str) -> None:
    content = write("interface.po", f'msgid "Saved"\nmsgstr "{text}"\n').parent
    with pytest.raises(LanguageError, match="percent sign") as caught:
        load_languages(content)
    assert (caught.value.line, caught.value.rule) == (1, "L02")


@pytest.mark.parametrize(
    ("head", "language", "line", "rule"),
    [
        ('hide = ["plan-alone"]\nextends = true', "en", 2, "A11"),
        (f'hide = ["{HIDDEN}"]', "en", 2, "A11"),
        ("extends = true", "it", 2, "F03"),
        ('extends = "yes"', "en", 2, "F03"),
        ("extends = true", "de", 1, "F03"),
        ("extend = true", "en", 2, "F02"),
    ],
)
def test_what_cannot_be_laid_over_is_refused_by_its_line(
    write: Write, head: str, language: str, line: int, rule: str
) -> None:
    write("topics.toml", TOPIC.format(slug="small-steps"), language)
    folder = write("affirmations.toml", cards(own(), head=head), language)
    assert refusal(folder) == ("affirmations.toml", line, rule)


def test_a_card_of_a_topic_that_is_hidden_is_refused(write: Write) -> None:
    write("topics.toml", 'hide = ["small-steps"]\n')
    assert refusal(write("affirmations.toml", cards(own()))) == ("affirmations.toml", 5, "A10")


def test_unkind_own_words_are_refused_among_the_shipped_ones(write: Write) -> None:
    text = cards(own(text="You must plan today."), head="extends = true")
    with pytest.raises(DeckError) as caught:
        load_checked_deck(write("affirmations.toml", text))
    assert (caught.value.line, caught.value.rule) == (3, "A07")
    assert caught.value.file.startswith(str(write("affirmations.toml", text)))


# Starters, words, helplines


def test_own_starters_that_extend_replace_by_id_and_hide(write: Write) -> None:
    head = 'lang = "en"\nextends = true\nhide = ["school-warm-line"]\n'
    text = head + STARTER.format(id="school-plain-line") + STARTER.format(id="school-at-north")
    found = [
        starter.id for starter in load_checked_starters(write("starters.toml", text)).of("school")
    ]
    assert found[0] == "school-at-north"
    assert "school-warm-line" not in found
    assert len(found) == 6


def test_own_starters_that_replace_have_to_be_enough_of_each_kind(write: Write) -> None:
    folder = write("starters.toml", 'lang = "en"\n' + STARTER.format(id="school-plain-line"))
    with pytest.raises(ContentError, match="M07"):
        load_checked_starters(folder)


def test_own_word_lists_leave_the_others_as_they_are_shipped(write: Write) -> None:
    words = load_words(write("words.toml", '[neutral]\ntitle = "A note"\nbody = "Here it is."\n'))
    assert (words.neutral_title, words.neutral_body) == ("A note", "Here it is.")
    assert words.pressure == load_words(CONTENT / "en").pressure


def test_helplines_of_the_folder_replace_or_extend_the_shipped_ones(
    write: Write, tmp_path: Path
) -> None:
    shipped = load_helplines(CONTENT / "helplines.toml")
    folder = write("site.toml", "", ".")
    assert load_all_helplines(folder, None) == shipped
    write("helplines.toml", 'extends = true\nhide = ["de-telefonseelsorge"]\n', ".")
    (tmp_path / "more.toml").write_text('hide = ["de-telefonseelsorge-second-line"]\n')
    left = {line.id for each in load_all_helplines(folder, None).countries for line in each.lines}
    both = load_all_helplines(folder, tmp_path / "more.toml")
    fewer = {line.id for each in both.countries for line in each.lines}
    assert "de-telefonseelsorge" not in left
    assert left - fewer == {"de-telefonseelsorge-second-line"}


# Languages


def tags(content: Path, *chosen: str) -> list[tuple[str, str]]:
    return [(each.tag, each.prefix) for each in load_languages(content, chosen)]


def test_a_folder_has_the_languages_that_it_holds_words_of(write: Write) -> None:
    content = write("affirmations.toml", cards(own())).parent
    assert tags(content) == [("en", "")]
    write("topics.toml", TOPIC.format(slug="small-steps"), "es")
    assert tags(content) == [("en", ""), ("es", "/es")]


def test_a_folder_without_words_speaks_all_that_is_shipped(write: Write) -> None:
    content = write("site.toml", "", ".")
    assert tags(content) == tags(CONTENT)


def test_languages_can_be_chosen_with_english_among_them(write: Write) -> None:
    content = write("topics.toml", TOPIC.format(slug="small-steps"), "de").parent
    assert tags(content, "es", "de", "en") == [("en", ""), ("de", "/de"), ("es", "/es")]
    with pytest.raises(LanguageError, match=r"L03: has no folder en.*\[\"en\", \"de\"\]"):
        tags(content)


def test_an_own_catalogue_is_laid_over_the_shipped_one(write: Write) -> None:
    content = write("interface.po", 'msgid "Saved"\nmsgstr "Meine"\n', "de").parent
    german, shipped = (load_languages(each, ["en", "de"])[1] for each in (content, CONTENT))
    assert german.say("Saved") == "Meine"
    assert german.say("Help now") == shipped.say("Help now") != "Help now"
    assert german.catalogue.plural_expr == shipped.catalogue.plural_expr


@pytest.mark.parametrize(
    ("tag", "said"), [("en", "About Open Door"), ("de", "Über Open Door"), ("ar", "عن Open Door")]
)
def test_an_own_name_stands_in_every_language_but_not_in_own_words(
    write: Write, tag: str, said: str
) -> None:
    content = write("interface.po", 'msgid "Privacy"\nmsgstr "Pocket money"\n', tag).parent
    languages = load_languages(
        content, {"en", tag}, lambda text: text.replace("Pocket", "Open Door")
    )
    language = languages[-1]
    assert language.say("About Pocket") == said
    assert language.say("Privacy") == "Pocket money"


def test_all_of_a_broken_folder_is_told_and_nothing_starts(write: Write) -> None:
    content = write("affirmations.toml", cards(own(text="You must plan today."))).parent
    with pytest.raises(ContentError, match=r"affirmations\.toml:3: A07"):
        create_app({"POCKET_CONTENT": str(content), "POCKET_INSTANCE": str(content / "instance")})
    assert not (content / "instance").exists()


# The two examples


@pytest.fixture(scope="module", params=["campus", "carers"])
def example(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The app on one of the shipped examples."""
    instance = tmp_path_factory.mktemp("instance")
    settings = {"CONTENT": EXAMPLES / request.param, "INSTANCE": instance, "BASE_URL": BASE}
    return create_app({f"POCKET_{name}": str(value) for name, value in settings.items()})


NAMES = {
    "campus": ("Open Door at North College", "Open Door", "Open Door note"),
    "carers": ("Take Turns, for carers", "Take Turns", "A small note"),
}


def names_of(app: Flask) -> tuple[str, str, str]:
    return NAMES[app.extensions["pocket"].settings.content.name]


@pytest.fixture
def reader(example: Flask) -> FlaskClient:
    example.test_client_class = Client
    return example.test_client()


@pytest.mark.parametrize("path", ["/", "/topics", "/ask", "/reminders", "/about", "/nowhere"])
def test_the_pages_of_an_example_wear_its_name_and_nowhere_ours(
    reader: FlaskClient, path: str
) -> None:
    name, short_name, _ = names_of(reader.application)
    page = reader.get(path).text
    assert f" · {short_name}</title>" in page
    assert f'<meta name="apple-mobile-web-app-title" content="{short_name}">' in page
    assert path == "/nowhere" or f'<meta property="og:site_name" content="{name}">' in page
    assert "Pocket" not in re.sub("Pocket-", "", page)


def test_no_file_of_an_example_says_our_name(reader: FlaskClient) -> None:
    _, short_name, _ = names_of(reader.application)
    kept = reader.get("/pack.txt").text + reader.get("/rest.txt").text
    assert short_name in kept
    assert "Pocket" not in kept
    for path in ("/feeds/atom.xml", "/feeds/feed.json"):
        assert "Pocket" not in reader.get(path).text
    assert f"NAME:{short_name}\r\n" in reader.get("/feeds/calendar.ics").text


def test_the_link_preview_of_an_example_shows_a_card_of_its_own(reader: FlaskClient) -> None:
    page = reader.get("/about").text
    deck = reader.application.extensions["pocket"].deck
    image = re.findall(r'<meta property="og:image" content="https://pocket.org([^"]+)">', page)[0]
    assert image == f"/previews/{deck.poster.id}.jpg"
    assert reader.get(image).mimetype == "image/jpeg"


def test_the_manifest_and_the_theme_of_an_example_are_its_own(reader: FlaskClient) -> None:
    name, short_name, _ = names_of(reader.application)
    site = reader.application.extensions["pocket"].editions.first.site
    manifest = json.loads(reader.get("/manifest.webmanifest").text)
    assert (manifest["name"], manifest["short_name"]) == (name, short_name)
    assert manifest["theme_color"] == manifest["background_color"] == site.day_colour != "#fdf5ee"
    assert manifest["screenshots"] == []
    page = reader.get("/").text
    assert f'<meta name="theme-color" content="{site.day_colour}" media=' in page
    stylesheet = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)[0]
    assert f":root,:root:has([data-page]){{--hue:{site.hue}}}" in reader.get(stylesheet).text


def test_the_worker_of_an_example_keeps_its_icons_and_says_its_note(reader: FlaskClient) -> None:
    _, _, title = names_of(reader.application)
    constants = json.loads(reader.get("/sw.js").text.splitlines()[0][len("const POCKET = ") : -1])
    assert constants["note"]["title"] == title
    favicon = re.findall(r'<link rel="icon" href="([^"]+)"', reader.get("/").text)[0]
    assert favicon in [entry["url"] for entry in constants["precache"]]


def test_the_reminder_of_an_example_brings_its_card_under_its_title(example: Flask) -> None:
    _, _, title = names_of(example)
    edition = example.extensions["pocket"].editions.first
    for level, body in (
        (Level.WORDS, edition.deck.poster.text),
        (Level.NEUTRAL, edition.note.body),
    ):
        sent = json.loads(compose(edition.deck.poster, level, "a-tag", edition).plaintext)
        said = sent["notification"]
        assert (said["title"], said["body"]) == (title, body)


def test_an_example_keeps_the_helplines(reader: FlaskClient) -> None:
    shipped = load_helplines(CONTENT / "helplines.toml")
    assert reader.get("/help").text.count('href="tel:') >= len(shipped.countries)


def test_the_first_example_extends_the_shipped_deck_and_speaks_spanish_too(
    tmp_path: Path,
) -> None:
    english, spanish = load_editions(EXAMPLES / "campus", BASE, Verdicts(tmp_path)).values()
    assert len(english.deck.cards) == len(SHIPPED.cards) - 1 + 6
    assert english.deck.topics[0].slug == "study-days"
    assert spanish.language.say("About Pocket") == "Acerca de Open Door"
    assert spanish.deck == load_deck(CONTENT / "es")


def test_the_second_example_replaces_it_wholly(tmp_path: Path) -> None:
    (edition,) = load_editions(EXAMPLES / "carers", BASE, Verdicts(tmp_path)).values()
    assert len(edition.deck.cards) == 12
    assert not {card.id for card in edition.deck.cards} & {card.id for card in SHIPPED.cards}
    assert "I look after someone" in edition.starters.of("work")[0].text


# The commands


@pytest.mark.parametrize("options", [[], ["--extend"]])
def test_a_new_folder_passes_the_check_as_it_is(tmp_path: Path, options: list[str]) -> None:
    folder = tmp_path / "ours"
    made = CliRunner().invoke(commands, ["new", *options, str(folder)])
    assert made.exit_code == 0, made.output
    assert f"POCKET_CONTENT={folder}" in made.output
    checked = CliRunner().invoke(commands, ["check", str(folder)])
    assert checked.exit_code == 0, checked.output
    assert re.search(r"^\d+ cards, 72 starters, 0 errors, 0 warnings\.$", checked.output, re.M)
    is_extending = (
        "extends = true" in (folder / "en" / "affirmations.toml").read_text().splitlines()
    )
    assert is_extending == bool(options)
    assert folder.name in made.output


def test_a_new_folder_is_not_written_over_another(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear you")
    made = CliRunner().invoke(commands, ["new", str(tmp_path)])
    assert made.exit_code == 1
    assert f"{tmp_path} is not empty. Name another folder." in made.output
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("site.toml", "hue = 150", "hue = 500", r"site\.toml:\d+: F03: 'hue' is 500"),
        (
            "site.toml",
            '"Take Turns"',
            '"Crisis"',
            r"site\.toml:\d+: S01: 'short_name' says 'crisis' on",
        ),
        ("en/affirmations.toml", "You can say no", "You must say no", r"A07 error: no-to-one-task"),
        ("en/starters.toml", " No worries if not.", "", r"M04 error: company-plain-line"),
    ],
)
def test_the_check_tells_what_is_wrong_anywhere_in_a_folder(
    tmp_path: Path, file: str, old: str, new: str, told: str
) -> None:
    shutil.copytree(EXAMPLES / "carers", tmp_path / "ours")
    path = tmp_path / "ours" / file
    assert old in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    checked = CliRunner().invoke(commands, ["check", str(tmp_path / "ours")])
    assert checked.exit_code == 1
    assert re.search(told, checked.output), checked.output


def test_the_check_reads_helplines_too(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "campus", tmp_path / "ours")
    (tmp_path / "ours" / "helplines.toml").write_text('extends = true\nhide = ["gone"]\n')
    checked = CliRunner().invoke(commands, ["check", str(tmp_path / "ours")])
    assert checked.exit_code == 1
    assert "H01: 'hide' names 'gone'" in checked.output
