"""Where a file of content comes from: an operator's folder, or the shipped one behind it.

A language's folder is known by its name, so what it does not hold comes from the shipped folder of
that name. It reads no file.
"""

from __future__ import annotations

from pathlib import Path

SHIPPED = Path(__file__).resolve().parent / "content"


def shipped_twin(folder: Path) -> Path | None:
    """The shipped folder of the same language; none behind the shipped one itself."""
    twin = SHIPPED / folder.absolute().name
    return twin if twin != folder.resolve() and twin.is_dir() and twin.parent == SHIPPED else None


def find_file(folder: Path, name: str) -> Path:
    """That file of a folder, or the shipped one when only that is there."""
    own, twin = folder / name, shipped_twin(folder)
    if own.exists() or twin is None or not (twin / name).exists():
        return own
    return twin / name
