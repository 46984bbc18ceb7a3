"""Message starters: how a text is filled, how a file is read, what the shipped ones are."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from webapp.errors import ContentError
from webapp.errors import StarterError
from webapp.lint import load_checked_starters
from webapp.starters import KINDS
from webapp.starters import LENGTHS
from webapp.starters import TONES
from webapp.starters import Piece
from webapp.starters import Starter
from webapp.starters import fill
from webapp.starters import variants
from webapp.starters_file import load_starters

SHIPPED = Path(__file__).parents[1] / "webapp" / "content" / "en"
TEXT = "Hi[ {name}], could you help[ with {task} on {day}]?"
FILE = """
lang = "en"

[[starter]]
id = "listen-plain-line"
kind = "listen"
tone = "plain"
length = "line"
text = "Hi[ {name}], could you listen? If not, that's fine."
"""


def starter(text: str = TEXT) -> Starter:
    return Starter("listen-plain-line", "listen", "plain", "line", text)


def test_a_piece_with_a_field_stands_where_the_field_is_filled() -> None:
    values = {"name": "Ana", "task": "the stairs", "day": "Friday"}
    assert fill(starter(), values) == "Hi Ana, could you help with the stairs on Friday?"


def test_a_piece_goes_as_a_whole_when_one_of_its_fields_is_empty() -> None:
    assert fill(starter(), {"name": "", "task": "the stairs"}) == "Hi, could you help?"


def test_a_text_is_taken_apart_in_order() -> None:
    assert starter("Hi[ {name}].").pieces == (
        Piece("Hi"), Piece(" {name}", ("name",)), Piece("."),
    )  # fmt: skip


def test_every_combination_of_fields_is_a_variant() -> None:
    found = list(variants(starter(), {"name": "Ana", "task": "it", "day": "Friday"}))
    assert len(found) == 8
    assert set(found) == {
        "Hi, could you help?",
        "Hi Ana, could you help?",
        "Hi, could you help with it on Friday?",
        "Hi Ana, could you help with it on Friday?",
    }


def test_the_shipped_starters_are_the_whole_grid_and_break_no_rule() -> None:
    starters = load_checked_starters(SHIPPED)
    cells = [(each.kind, each.tone, each.length) for each in starters.starters]
    assert sorted(cells) == sorted(product(KINDS, TONES, LENGTHS))
    assert all(each.id == f"{each.kind}-{each.tone}-{each.length}" for each in starters.starters)
    assert len({each.text for each in starters.starters}) == 72


def test_a_language_without_starters_has_the_english_ones(tmp_path: Path) -> None:
    assert load_checked_starters(tmp_path) == load_checked_starters(SHIPPED)


def test_the_starters_bring_their_languages_words_of_apology() -> None:
    starters = load_checked_starters(SHIPPED)
    assert "sorry" in starters.apology
    assert "never mind" in starters.takes_back


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "starters.toml"


def test_a_file_is_read_with_its_lines(path: Path) -> None:
    path.write_text(FILE)
    (found,) = load_starters(path).starters
    assert (found.kind, found.tone, found.length, found.line) == ("listen", "plain", "line", 4)


@pytest.mark.parametrize(
    ("old", "new", "line", "rule"),
    [
        ('kind = "listen"', 'kind = "gossip"', 6, "F03"),
        ('tone = "plain"', 'tone = "loud"', 7, "F03"),
        ('length = "line"', 'length = "novel"', 8, "F03"),
        ('length = "line"\n', "", 4, "F02"),
        ('length = "line"', 'size = "line"', 8, "F02"),
        ('text = "Hi[ {name}], could you listen? If not, that\'s fine."', "text = 3", 9, "F03"),
        ('id = "listen-plain-line"', 'id = "Listen!"', 5, "A11"),
        ('lang = "en"', "", 1, "F02"),
        ('lang = "en"', "lang = ", 2, "F01"),
    ],
)
def test_a_broken_file_is_refused(path: Path, old: str, new: str, line: int, rule: str) -> None:
    assert old in FILE
    path.write_text(FILE.replace(old, new))
    with pytest.raises(StarterError) as refusal:
        load_starters(path)
    assert (refusal.value.line, refusal.value.rule) == (line, rule)


def test_an_id_is_given_once(path: Path) -> None:
    path.write_text(FILE + FILE.replace('lang = "en"\n', ""))
    with pytest.raises(StarterError, match="already on line 4"):
        load_starters(path)


def test_unkind_starters_keep_the_app_from_starting(tmp_path: Path) -> None:
    text = (SHIPPED / "starters.toml").read_text()
    old = "No fixing needed. If not, that's fine."
    assert old in text
    (tmp_path / "starters.toml").write_text(text.replace(old, "If you cared, you would."))
    with pytest.raises(ContentError, match="M04"):
        load_checked_starters(tmp_path)


def test_without_javascript_every_starter_can_be_read_and_copied(client: FlaskClient) -> None:
    page = client.get("/ask").text
    for starter in load_checked_starters(SHIPPED).starters:
        shown = "".join(
            f"<i hidden>{piece.text}</i>" if piece.fields else piece.text
            for piece in starter.pieces
        )
        assert shown.replace("'", "&#39;") in page
    assert page.count("<details id=") == len(KINDS)


def test_help_now_stands_above_every_starter(client: FlaskClient) -> None:
    page = client.get("/ask").text
    assert page.index('<p id="ask-safe"><a href="/help">') < page.index("<li data-as")
    hard_night = page[page.index('<details id="hard-night">') :]
    assert hard_night.index('href="/help"') < hard_night.index('href="tel:112"')
    assert hard_night.index('href="tel:112"') < hard_night.index("<li data-as")


def test_the_one_who_is_asked_needs_no_javascript(client: FlaskClient) -> None:
    page = client.get("/asked").text
    main = page[page.index("<main") : page.index("</main>")]
    assert "with-script" not in main
    assert 'href="/help"' in main
