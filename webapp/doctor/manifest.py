"""Judges the web app manifest and the icons it names. It asks nothing and decodes no picture."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

from webapp.doctor.fetcher import Answer
from webapp.doctor.findings import Finding
from webapp.doctor.findings import judge

PATH = "/manifest.webmanifest"
SIZES = (192, 512)
MOST_ICONS = 8
DISPLAYS = ("standalone", "minimal-ui", "fullscreen")
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"

_PASS_ON = f"Let the proxy pass {PATH} through to the app as it is"
_DRAW = "Run `make images` in the release's folder, and let the proxy pass /static/ to the app"


def parse_manifest(answer: Answer) -> Mapping[str, Any] | None:
    """The manifest's members; None when the answer is no JSON object."""
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and not answer.fault() else None


def icon_paths(manifest: Mapping[str, Any], origin: str) -> dict[str, int]:
    """Paths on this origin of the icons in the sizes that browsers ask for, with those sizes."""
    found: dict[str, int] = {}
    icons = manifest.get("icons")
    for icon in icons if isinstance(icons, list) else []:
        for size in SIZES:
            if isinstance(icon, dict) and icon.get("sizes") == f"{size}x{size}":
                path = _own_path(icon.get("src"), origin)
                if path and len(found) < MOST_ICONS:
                    found[path] = size
    return found


def check_manifest(answer: Answer, origin: str) -> Finding:
    return judge(PATH, "it describes the app", filter(None, _faults(answer, origin)), _PASS_ON)


def check_icons(icons: Mapping[str, int], answers: Mapping[str, Answer]) -> Finding:
    """Each size is there, and each icon is a PNG of the size it is said to have."""
    faults = [f"there is none of {size} pixels" for size in SIZES if size not in icons.values()]
    faults += [
        answers[path].fault() or f"{path} is no PNG of {size} pixels"
        for path, size in icons.items()
        if answers[path].fault() or not _is_png(answers[path], size)
    ]
    return judge("icons", "they are PNGs of 192 and 512 pixels", faults, _DRAW)


def _faults(answer: Answer, origin: str) -> Iterator[str]:
    manifest = parse_manifest(answer)
    if manifest is None:
        yield answer.fault() or "it is no JSON object"
        return
    if answer.media_type not in ("application/manifest+json", "application/json"):
        yield f"it comes as {answer.media_type or 'nothing'}"
    if not isinstance(manifest.get("name"), str) or not manifest["name"].strip():
        yield "it has no name"
    if not _own_path(manifest.get("start_url"), origin):
        yield "it has no start_url on this origin"
    if manifest.get("display") not in DISPLAYS:
        yield "it has no display that lets it be installed"


def _own_path(reference: object, origin: str) -> str:
    """The path that a manifest's reference means; empty when it lies elsewhere or is none."""
    if not isinstance(reference, str) or not reference:
        return ""
    try:
        url = urljoin(origin + PATH, reference)
    except ValueError:
        return ""
    return url.removeprefix(origin) if url.startswith(origin + "/") else ""


def _is_png(answer: Answer, size: int) -> bool:
    """PNG, third edition, sections 5.2 and 11.2.1: signature, then width and height in IHDR."""
    head = PNG_SIGNATURE + struct.pack(">I4sII", 13, b"IHDR", size, size)
    return answer.media_type == "image/png" and answer.body.startswith(head)
