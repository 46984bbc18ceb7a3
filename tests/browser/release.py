"""Reads a site's release out of the worker that it serves."""

from __future__ import annotations

import json

import requests


def release_of(url: str) -> tuple[str, dict[str, str]]:
    """The name of the cache that the site's worker keeps, and the integrity of each path in it."""
    line = requests.get(f"{url}/sw.js", timeout=10).text.partition("\n")[0]
    constants = json.loads(line.removeprefix("const POCKET = ").removesuffix(";"))
    entries = {entry["url"]: entry["integrity"] for entry in constants["precache"]}
    return constants["cachePrefix"] + constants["release"], entries
