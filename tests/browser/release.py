"""Reads a site's release out of the worker that it serves."""

from __future__ import annotations

import base64
import hashlib
import json

import requests

from tests.pack import open_pack


def release_of(url: str, *, is_first: bool = False) -> tuple[str, dict[str, str]]:
    """The name of the cache that the site's worker keeps, and the integrity of each path in it.

    With `is_first` those that a first visit brings, else all.
    """
    line = requests.get(f"{url}/sw.js", timeout=10).text.partition("\n")[0]
    constants = json.loads(line.removeprefix("const POCKET = ").removesuffix(";"))
    entries = {entry["url"]: entry["integrity"] for entry in constants["precache"]}
    packs = [constants["pack"], constants["rest"]]
    if is_first:
        del entries[packs.pop()]
    for address in packs:
        pack = requests.get(url + address, timeout=10)
        pack.encoding = "utf-8"
        for path, (_, text) in open_pack(pack.text).files.items():
            entries[path] = integrity_of(text)
    return constants["cachePrefix"] + constants["release"], entries


def integrity_of(text: str) -> str:
    """Subresource Integrity of a text in UTF-8."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
