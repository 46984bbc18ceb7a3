"""Judges the service worker, every file that it keeps, and the hashed ones. It asks nothing.

The worker installs all of its files or nothing, and fetch compares each with its integrity: one
file that was changed on the way takes the whole app's offline side away.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from webapp.doctor.fetcher import ENCODINGS
from webapp.doctor.fetcher import Answer
from webapp.doctor.findings import Finding
from webapp.doctor.findings import fail
from webapp.doctor.findings import judge
from webapp.doctor.findings import ok
from webapp.doctor.findings import quote

PATH = "/sw.js"
HASHED = "/static/gen/"
MOST_FILES = 200
YEAR_SECONDS = 365 * 24 * 3600
WORTH_COMPRESSING_OCTETS = 1024
JAVASCRIPT = ("text/javascript", "application/javascript")

_AT_ROOT = f"Let the proxy pass {PATH} through to the app, without redirect and without a cache"
_WHOLE = "Turn off what rewrites scripts; or unset POCKET_KILL_WORKER, if that is why"
_UNTOUCHED = (
    "Turn off what rewrites or minifies between readers and the app, and empty that cache: "
    "while one file differs, nothing is kept offline"
)
_ONE_RELEASE = "Let the proxy pass it to the app, and run the same release in every web process"
_PASS_ON = "Let the proxy keep the app's Cache-Control and Content-Encoding for /static/"


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that the worker keeps, and what its bytes must be."""

    path: str
    integrity: str


def check_script(answer: Answer) -> Finding:
    """At the root, as JavaScript, asked for anew each time: else no update comes in."""
    return judge(PATH, "it is JavaScript at the root, not cached", _script_faults(answer), _AT_ROOT)


def parse_constants(answer: Answer) -> Mapping[str, Any] | None:
    """What the worker's first line holds; None when it is not as the app writes it."""
    found = re.match(r"const POCKET = (\{.*\});\r?\n", answer.text)
    try:
        constants = json.loads(found[1]) if found and not answer.fault() else None
    except (ValueError, RecursionError):
        return None
    return constants if isinstance(constants, dict) else None


def parse_precache(constants: Mapping[str, Any]) -> list[Kept] | None:
    """Its files, both packs among them; None when the list makes no sense."""
    entries = constants.get("precache")
    if not isinstance(entries, list) or not 0 < len(entries) <= MOST_FILES:
        return None
    kept = [_parse_entry(entry) for entry in entries]
    packs = {constants.get("pack"), constants.get("rest")}
    if None in kept or not packs <= {each.path for each in kept if each}:
        return None
    return [each for each in kept if each]


def check_constants(precache: list[Kept] | None) -> Finding:
    faults = [] if precache else ["it is not what the app writes"]
    return judge(f"{PATH}, first line", "it names what is kept offline", faults, _WHOLE)


def check_precache(kept: Iterable[Kept], answers: Mapping[str, Answer]) -> Iterator[Finding]:
    """One line for each file that is missing or has other bytes, or one for all of them."""
    findings = [_check_file(each, answers[each.path]) for each in kept]
    failures = [each for each in findings if each]
    yield from failures
    if not failures:
        yield ok(f"precache: {len(findings)} files are what {PATH} promises, both packs among them")


def check_hashed(answers: Iterable[Answer]) -> Iterator[Finding]:
    """That files with a hash in their names are kept for good and come compressed."""
    hashed = [each for each in answers if each.path.startswith(HASHED) and not each.fault()]
    kept = [
        f"{each.path} says {quote(each.header('Cache-Control')) or 'nothing'}"
        for each in hashed
        if not _is_for_good(each.header("Cache-Control"))
    ]
    yield judge("hashed files", "they are immutable for a year", kept, _PASS_ON)
    plain = [
        f"{each.path} comes plain"
        for each in hashed
        if len(each.body) > WORTH_COMPRESSING_OCTETS
        and each.header("Content-Encoding").strip().lower() not in ENCODINGS
    ]
    yield judge("hashed files", "they come compressed", plain, _PASS_ON)


def _script_faults(answer: Answer) -> Iterator[str]:
    if fault := answer.fault():
        yield fault
        return
    if answer.media_type not in JAVASCRIPT:
        yield f"it comes as {quote(answer.media_type) or 'nothing'}"
    if not re.search(r"\bno-(cache|store)\b|\bmax-age=0\b", answer.header("Cache-Control")):
        yield f"it may be cached ({quote(answer.header('Cache-Control')) or 'no Cache-Control'})"


def _parse_entry(entry: object) -> Kept | None:
    if not isinstance(entry, dict):
        return None
    path, integrity = entry.get("url"), entry.get("integrity")
    if not isinstance(path, str) or not isinstance(integrity, str):
        return None
    is_own = re.fullmatch(r"/[\w.-][\w./-]*", path, re.ASCII)
    return Kept(path, integrity) if is_own and integrity.startswith("sha256-") else None


def _check_file(kept: Kept, answer: Answer) -> Finding | None:
    if fault := answer.fault():
        return fail(f"precache: {fault}", _ONE_RELEASE)
    digest = base64.b64encode(hashlib.sha256(answer.body).digest()).decode()
    if f"sha256-{digest}" == kept.integrity:
        return None
    return fail(f"precache: {kept.path} has other bytes than {PATH} promises", _UNTOUCHED)


def _is_for_good(cache_control: str) -> bool:
    age = re.search(r"\bmax-age=([0-9]+)", cache_control)
    return "immutable" in cache_control and age is not None and int(age[1]) >= YEAR_SECONDS
