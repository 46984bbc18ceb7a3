"""Words are judged once, and again when they, what is behind them, or the rules have changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.processes import ROOT
from webapp import verdicts
from webapp.errors import DeckError
from webapp.library import load_editions
from webapp.verdicts import Verdicts

BASE = "https://pocket.org"
KIND, UNKIND = "Care is lighter to carry when people take turns.", "You must ask today."


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return shutil.copytree(ROOT / "webapp" / "examples" / "carers", tmp_path / "content")


@pytest.fixture
def kept(tmp_path: Path) -> Verdicts:
    return Verdicts(tmp_path / "gen")


def refuse_all(*_: object, **__: object) -> None:
    raise AssertionError("judged")


def test_words_that_passed_are_not_judged_again(
    content: Path, kept: Verdicts, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = load_editions(content, BASE, kept)
    monkeypatch.setattr("webapp.lint.check_deck", refuse_all)
    monkeypatch.setattr("webapp.lint.check_starters", refuse_all)
    again = load_editions(content, BASE, kept)
    assert again.first.deck == first.first.deck
    assert again.first.starters == first.first.starters


@pytest.mark.parametrize("name", ["affirmations.toml", "starters.toml", "words.toml"])
def test_words_that_changed_are_judged_again(
    content: Path, kept: Verdicts, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    load_editions(content, BASE, kept)
    with (content / "en" / name).open("a") as file:
        file.write("# another\n")
    monkeypatch.setattr("webapp.lint.check_deck", refuse_all)
    with pytest.raises(AssertionError, match="judged"):
        load_editions(content, BASE, kept)


def test_words_are_judged_again_by_other_code(
    content: Path, kept: Verdicts, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_editions(content, BASE, kept)
    monkeypatch.setattr(verdicts, "_digest_of_code", lambda: "another")
    monkeypatch.setattr("webapp.lint.check_deck", refuse_all)
    with pytest.raises(AssertionError, match="judged"):
        load_editions(content, BASE, kept)


def test_words_that_are_refused_are_refused_each_time(content: Path, kept: Verdicts) -> None:
    cards = content / "en" / "affirmations.toml"
    text = cards.read_text()
    assert KIND in text
    cards.write_text(text.replace(KIND, UNKIND))
    for _ in range(2):
        with pytest.raises(DeckError, match="must"):
            load_editions(content, BASE, kept)
    cards.write_text(text)
    assert load_editions(content, BASE, kept)


def test_words_that_change_while_they_are_judged_have_not_passed(
    content: Path, kept: Verdicts
) -> None:
    cards = content / "en" / "affirmations.toml"
    place = kept.place_of(content / "en")
    cards.write_text(cards.read_text().replace(KIND, UNKIND))
    kept.note(place)
    with pytest.raises(DeckError, match="must"):
        load_editions(content, BASE, kept)


def test_where_nothing_can_be_written_all_is_judged_each_time(
    content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    judged: list[object] = []
    monkeypatch.setattr("webapp.lint.check_deck", lambda *_, **__: judged.append(1) or [])
    for _ in range(2):
        assert load_editions(content, BASE, Verdicts(tmp_path / "file" / "gen"))
    assert len(judged) == 2
