"""Opens the file in which a device gets the frame and parts of all pages, and further files."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pack:
    """`parts` are title and main part by name, `files` type and text by address."""

    frame: str
    headers: dict[str, str]
    parts: dict[str, tuple[str, str]]
    files: dict[str, tuple[str, str]]


def open_pack(text: str) -> Pack:
    """Take the texts of a pack apart, as the service worker does."""
    head, frame, *texts = text.split("\0")
    index = json.loads(head)
    rest = iter(texts)
    parts, files = (
        {name: (value, next(rest)) for name, value in index[kind].items()}
        for kind in ("parts", "files")
    )
    assert not list(rest)
    return Pack(frame, index["headers"], parts, files)


def write_pack(pack: Pack) -> str:
    """Join a pack as the server does."""
    index: dict[str, object] = {"headers": pack.headers}
    index |= {"parts": {name: title for name, (title, _) in pack.parts.items()}}
    index |= {"files": {url: kind for url, (kind, _) in pack.files.items()}}
    texts = [text for each in (pack.parts, pack.files) for _, text in each.values()]
    return "\0".join([json.dumps(index), pack.frame, *texts])
