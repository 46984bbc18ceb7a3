"""The rules M01 to M07: for each, messages that pass and messages that do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from webapp import lint
from webapp.starters import KINDS
from webapp.starters import Starter
from webapp.starters import Starters

WORDS = lint.load_words(Path(__file__).parents[1] / "webapp" / "content" / "en")
KIND = "Hi[ {name}], could you call[, maybe {day}]? If not, that's fine."


def found(text: str, kind: str = "listen", lang: str = "en", length: str = "few") -> list[tuple]:
    """Rule and level of every finding about one message, beside enough others of each kind."""
    others = [
        Starter(f"{each}-{n}", each, "plain", "line", KIND) for each in KINDS for n in range(4)
    ]
    one = Starter("the-one", kind, "plain", length, text, line=7)
    findings = lint.check_starters(Starters((one, *others), lang, file="starters.toml"), WORDS)
    assert all((finding.line, "the-one" in finding.reason) == (7, True) for finding in findings)
    return [(finding.rule, str(finding.level)) for finding in findings]


@pytest.mark.parametrize(
    "text",
    [
        KIND,
        "Hello, I'd like to hear your view. If not, no worries.",
        "Hi. Could you help?[ It's {task}.] No pressure.",
        "Thanks for reading. I am sorry it's short. Can you call? Whenever suits.",
    ],
)
def test_a_kind_message_breaks_no_rule(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Could you call? If not, " + "fine " * 50 + "so.", "M01"),
        ("Sorry, could you call? If not, that's fine.", "M02"),
        ("Hi. Could you call? Sorry for this, I hate to ask. If not, fine.", "M02"),
        ("Hi, I am not well. If not, that's fine.", "M03"),
        ("Hi, I am not well[, could you call {day}?] If not, that's fine.", "M03"),
        ("Hi, could you call? I wait for you.", "M04"),
        ("Hi, could you call? I wait.[ If not {day}, that's fine.]", "M04"),
        ("Could you call? Good vibes only. If not, fine.", "M05"),
        ("Could you call? My depression is back. If not, fine.", "M05"),
        ("Could you call? I want to die. If not, fine.", "M05"),
        ("Could you call? You owe me. If not, fine.", "M05"),
        ("Hi[ {nickname}], could you call? If not, fine.", "M06"),
        ("Hi {name}, could you call? If not, fine.", "M06"),
        ("Hi[ there], could you call? If not, fine.", "M06"),
        ("Hi[ {name}, could you call? If not, fine.", "M06"),
        ("Hi [{name}], could you call? If not, fine.", "M06"),
        ("Hi[{name} ], could you call? If not, fine.", "M06"),
        ("Hi, could you call [{day}] again? If not, fine.", "M06"),
        ("Hi, could you call[, maybe {day}], today? If not, fine.", ""),
        ("Hi,[ {name}], could you call? If not, fine.", "M06"),
        ("Hi, could you call[ {day}] ? If not, fine.", "M06"),
        ("[{name}, ]could you call? If not, fine.", ""),
        ("[{name}] could you call? If not, fine.", "M06"),
    ],
)
def test_a_message_is_refused_for(text: str, rule: str) -> None:
    assert found(text) == ([(rule, "E")] if rule else [])


def test_one_line_fits_one_text_message() -> None:
    text = "Could you call me? If not, that is fine. " + "I wait. " * 15 + "I wait."
    assert found(text) == []
    assert found(text, length="line") == [("M01", "W")]


def test_the_length_is_that_of_the_filled_message() -> None:
    assert found("Could you call? If not, fine.[ {task}]" + "a" * 198) == []
    assert found("Could you call? If not, fine.[ {task}]" + "a" * 199) == [("M01", "E")]


def test_a_doctor_may_be_told_in_medical_words() -> None:
    assert found("Could I talk about treatment? If not, fine.", kind="doctor") == []


def test_a_thank_you_asks_for_nothing() -> None:
    assert found("Hi[ {name}], thank you.", kind="thanks") == []
    assert found("Thank you. I am sorry, and sorry again.", kind="thanks") == [("M02", "E")]


def test_a_question_may_be_asked_in_arabic() -> None:
    assert found("مرحبا، هل يمكن أن نتحدث؟ if not", lang="ar") == []
    assert found("مرحبا ، هل يمكن أن نتحدث؟ if not", lang="ar") == [("M06", "E")]


def test_french_has_a_space_before_a_question_mark() -> None:
    assert found("On se parle ? If not.", lang="fr") == []
    assert found("On se parle ? If not.", lang="en") == [("M06", "E")]
    assert found("Salut , on se parle ? If not.", lang="fr") == [("M06", "E")]


def test_every_kind_has_four_starters() -> None:
    starters = Starters((Starter("a-b", "listen", "plain", "line", KIND),), file="starters.toml")
    findings = lint.check_starters(starters, WORDS)
    assert [(each.rule, each.line) for each in findings] == [("M07", 1)] * len(KINDS)
    assert "kind 'listen' has 1 starters, under 4" in {each.reason for each in findings}
