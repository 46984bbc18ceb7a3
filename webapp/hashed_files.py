"""Files under `/static/gen/`: written once under a name that holds their hash, in three encodings.

Several processes may write at once, and none reads half a file. It knows nothing of their contents.
"""

from __future__ import annotations

import base64
import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from whitenoise.compress import Compressor

HASHED = "/static/gen/"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file under `/static/`: its address and the integrity of its bytes."""

    url: str
    integrity: str


def keep_hashed(gen: Path, name: str, suffix: str, text: str) -> Asset:
    """Write `text` under a name with its hash."""
    return keep(gen, f"{name}.{digest(text)}.{suffix}", text)


def digest(text: str) -> str:
    """The first 16 hexadecimal digits of a text's SHA-256, for names."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def keep(gen: Path, name: str, text: str) -> Asset:
    """Write `text` under a name that no other text can have, unless it is there.

    Its compressed variants come first, so that whoever finds it finds them.
    """
    data = text.encode()
    path = gen / name
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        write_whole(path.with_name(path.name + ".br"), Compressor.compress_brotli(data))
        write_whole(path.with_name(path.name + ".gz"), Compressor.compress_gzip(data))
        write_whole(path, data)
    return Asset(f"/static/gen/{name}", integrity_of(data))


def write_whole(path: Path, data: bytes) -> None:
    """Put a whole file in place at once, so that another process never reads half of it."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".")
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    Path(temporary).chmod(0o644)
    Path(temporary).replace(path)


def integrity_of(data: bytes) -> str:
    """Subresource Integrity of bytes."""
    return "sha256-" + base64.b64encode(hashlib.sha256(data).digest()).decode()
