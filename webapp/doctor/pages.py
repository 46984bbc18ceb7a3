"""Judges pages and other documents: guard rails, cookies, and whether they were changed on the way.

It restates what answers must say and imports nothing of what says it, as an auditor should.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence

from webapp.doctor.fetcher import Answer
from webapp.doctor.findings import Finding
from webapp.doctor.findings import judge
from webapp.doctor.findings import quote
from webapp.doctor.findings import warn

PAGES = ("/", "/help", "/about", "/reminders")
STRAY = "/no-page-is-here"
QUIET_REFERRERS = ("no-referrer", "same-origin")
REFUSED_FEATURES = ("camera", "geolocation", "microphone", "payment", "usb")

_PASS_ON = "Let the proxy pass the app's own headers on, and add none in their place"
_UNTOUCHED = "Turn off what rewrites, minifies or injects between readers and the app"
_NO_COOKIES = "Turn off the cookies of the proxy, load balancer or CDN that sets them"
_START = "Look at the log of the web process, and at the rules of the proxy"


def check_pages(pages: Sequence[Answer], stray: Answer) -> Iterator[Finding]:
    """Status and guard rails of pages; `stray` is the answer where no page is."""
    statuses = [*(page.fault() for page in pages), stray.fault(404)]
    yield judge("pages", "they answer", filter(None, statuses), _START)
    reached = [page for page in (*pages, stray) if page.status]
    for name, fault in (
        ("Content-Security-Policy", _policy_fault),
        ("Referrer-Policy", _referrer_fault),
        ("Permissions-Policy", _permissions_fault),
        ("Cross-Origin-Opener-Policy", _opener_fault),
    ):
        faults = ((page, fault(page.header(name))) for page in reached)
        told = [f"{page.path} {said}" for page, said in faults if said]
        yield judge(name, "it guards every page", told, _PASS_ON)


def check_nosniff(answers: Iterable[Answer]) -> Finding:
    """Of all answers, files too: Fetch standard, section "X-Content-Type-Options"."""
    faults = [
        f"{answer.path} does not say it"
        for answer in answers
        if answer.header("X-Content-Type-Options").strip().lower() != "nosniff"
    ]
    return judge("X-Content-Type-Options", "every answer says nosniff", faults, _PASS_ON)


def check_unchanged(documents: Iterable[Answer]) -> Iterator[Finding]:
    """`no-transform` is there; and the ETag, which the app makes of the bytes, fits them."""
    came = [each for each in documents if each.status and not each.failure]
    silent = [
        f"{each.path} says {quote(each.header('Cache-Control')) or 'nothing'}"
        for each in came
        if "no-transform" not in _directives(each.header("Cache-Control"))
    ]
    yield judge("Cache-Control", "documents forbid changes (no-transform)", silent, _PASS_ON)
    tagged = [
        (each, re.fullmatch(r'(?:W/)?"([0-9a-f]{32})"', each.header("ETag"))) for each in came
    ]
    changed = [
        f"{each.path} was changed"
        for each, tag in tagged
        if tag and tag[1] != hashlib.sha256(each.body).hexdigest()[:32]
    ]
    bare = [each.path for each, tag in tagged if not tag]
    if bare and not changed:
        what = f"bytes: {', '.join(bare)} came without the app's ETag, so changes cannot be seen"
        yield warn(what, _UNTOUCHED)
    else:
        yield judge("bytes", "documents come as the app sent them", changed, _UNTOUCHED)


def check_cookies(answers: Iterable[Answer]) -> Finding:
    faults = [f"{each.path} sets one" for each in answers if each.header("Set-Cookie")]
    return judge("cookies", "no answer sets one", faults, _NO_COOKIES)


def _policy_fault(value: str) -> str:
    """Content Security Policy Level 3; policies that are joined by commas all apply."""
    if not value:
        return "has none"
    if "'unsafe-" in value.lower():
        return "allows what is unsafe"
    if "," in value:
        return "has a second one, which may stop the app's own scripts"
    fields = (part.split() for part in value.lower().split(";"))
    rules = {words[0]: words[1:] for words in fields if words}
    if rules.get("default-src") != ["'none'"]:
        return "lacks default-src 'none'"
    if rules.get("frame-ancestors") != ["'none'"]:
        return "lacks frame-ancestors 'none'"
    return "" if "script-src" in rules else "lacks script-src"


def _referrer_fault(value: str) -> str:
    told = value.rpartition(",")[2].strip().lower()
    return "" if told in QUIET_REFERRERS else f"says {quote(value) or 'nothing'}"


def _permissions_fault(value: str) -> str:
    refused = {part.strip() for part in value.split(",")}
    missing = [name for name in REFUSED_FEATURES if f"{name}=()" not in refused]
    return f"does not refuse {', '.join(missing)}" if missing else ""


def _opener_fault(value: str) -> str:
    return "" if value.strip() == "same-origin" else f"says {quote(value) or 'nothing'}"


def _directives(value: str) -> set[str]:
    return {part.strip().lower() for part in value.split(",")}
