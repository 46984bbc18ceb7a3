"""Remembers which words were judged and found free of errors, so that not every start judges them.

A verdict is an empty file, named by the bytes of all that it depends on: the words, what is shipped
behind them, and our own code. Where none can be written, each start judges anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path

from webapp.hashed_files import write_whole
from webapp.shipped import SHIPPED
from webapp.shipped import shipped_twin

CODE = Path(__file__).parent


class Verdicts:
    """Those that are kept in a folder of built files."""

    def __init__(self, gen: Path) -> None:
        self._gen = gen

    def place_of(self, words: Path) -> Path:
        """The file that is there once the words in the folder of a language, as they are, passed.

        To be asked for before they are read: what is changed meanwhile has another.
        """
        folders = [words, shipped_twin(words) or words, SHIPPED / "en"]
        texts = [path for folder in folders for path in folder.glob("*") if path.is_file()]
        return self._gen / f"passed.{_digest([_digest_of_code(), *map(_digest_of, sorted(texts))])}"

    def note(self, place: Path) -> None:
        """They have passed."""
        with suppress(OSError):
            self._gen.mkdir(parents=True, exist_ok=True)
            write_whole(place, b"")


@cache
def _digest_of_code() -> str:
    return _digest(map(_digest_of, sorted(CODE.rglob("*.py"))))


def _digest_of(path: Path) -> str:
    return f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}"


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:32]
