"""What a shipped deck is measured against, read from files: ideas, earlier ids, source texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from webapp.errors import DeckError
from webapp.records import read_file

IDEAS_FILE = "ideas.toml"
RELEASED_FILE = "released-ids.txt"


@dataclass(frozen=True, slots=True)
class Idea:
    """One thing the deck has to say, the topic it belongs to and where it is listed."""

    id: str
    topic: str
    means: str
    line: int


def load_ideas(folder: Path) -> Mapping[str, Idea]:
    """The ideas by id; none when the folder has no `ideas.toml`; raises DeckError."""
    path = folder / IDEAS_FILE
    if not path.exists():
        return {}
    source = read_file(path, DeckError)
    source.expect(["idea"])
    ideas: dict[str, Idea] = {}
    for record in source.tables("idea"):
        record.expect(["id", "topic", "means"])
        idea = Idea(record.text("id"), record.text("topic"), record.text("means"), record.line)
        if idea.id in ideas:
            reason = f"idea {idea.id!r} is already on line {ideas[idea.id].line}"
            raise record.refusal("A10", reason, "List it once", "id")
        ideas[idea.id] = idea
    return ideas


def load_released_ids(folder: Path) -> Mapping[str, int]:
    """The ids of `released-ids.txt` with their lines (`#` begins a remark); none without it."""
    path = folder / RELEASED_FILE
    if not path.exists():
        return {}
    lines = enumerate(path.read_text("utf-8").splitlines(), start=1)
    ids = {line.partition("#")[0].strip(): number for number, line in lines}
    return {id: number for id, number in ids.items() if id}


def load_sources(folder: Path) -> Mapping[str, str]:
    """Every `.txt` of that folder by its name: texts that no card may repeat."""
    return {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.txt"))}
