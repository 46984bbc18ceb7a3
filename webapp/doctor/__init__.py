"""Looks at a deployment from outside, as a strict auditor, and says what is wrong and what helps.

Here the answers are fetched; each module judges those of its own concern. It never reads a setting
or the database, never follows a redirect, stores nothing there, and uses none of what it audits.
"""

from __future__ import annotations

from collections.abc import Iterator

from webapp.doctor import address
from webapp.doctor import api
from webapp.doctor import manifest
from webapp.doctor import pages
from webapp.doctor import worker
from webapp.doctor.fetcher import Answer
from webapp.doctor.fetcher import Fetcher
from webapp.doctor.findings import Finding
from webapp.doctor.findings import Level
from webapp.doctor.findings import quote
from webapp.doctor.findings import write_finding
from webapp.environment import parse_origin
from webapp.errors import PocketError

__all__ = ["Finding", "Level", "Unreachable", "examine", "write_finding"]

_JSON = {"Content-Type": api.JSON}


class Unreachable(PocketError):
    """Nothing answers at the address, so that there is nothing to look at."""


def examine(url: str) -> Iterator[Finding]:
    """Every finding, as soon as it is known; about forty requests.

    Raises SettingError when `url` is no origin and Unreachable when nothing answers there.
    """
    with Fetcher(parse_origin("URL", url)) as fetcher:
        front = fetcher.get("/")
        if not front.status and not front.is_untrusted:
            reason = quote(front.failure)
            raise Unreachable(f"URL {quote(url)} cannot be reached ({reason}). Is it served there?")
        yield from _examine_address(fetcher, front)
        if front.status:
            yield from _examine_app(fetcher, front)


def _examine_address(fetcher: Fetcher, front: Answer) -> Iterator[Finding]:
    origin = fetcher.origin
    yield address.check_scheme(origin)
    if not address.is_https(origin):
        return
    yield address.check_certificate(front)
    if front.status:
        yield address.check_redirect(origin, fetcher.get(address.plain_address(origin)))
        yield address.check_hsts(front)


def _examine_app(fetcher: Fetcher, front: Answer) -> Iterator[Finding]:
    shown = {"/": front} | {path: fetcher.get(path) for path in pages.PAGES[1:]}
    stray = fetcher.get(pages.STRAY)
    described, script = fetcher.get(manifest.PATH), fetcher.get(worker.PATH)
    document = fetcher.get(api.DOCUMENT)
    yield from pages.check_pages(list(shown.values()), stray)
    yield from pages.check_unchanged([*shown.values(), described, script, document])
    yield from _examine_manifest(fetcher, described)
    yield from _examine_worker(fetcher, script)
    yield api.check_document(document)
    yield from _examine_writing(fetcher)
    yield api.check_key(shown["/reminders"])
    yield from api.check_ready(fetcher.get(api.READY))
    yield api.check_metrics(fetcher.get(api.METRICS))
    ours = [each for each in fetcher.answers if each.status and each.path.startswith("/")]
    yield pages.check_nosniff(ours)
    yield pages.check_cookies(fetcher.answers)


def _examine_manifest(fetcher: Fetcher, described: Answer) -> Iterator[Finding]:
    yield manifest.check_manifest(described, fetcher.origin)
    if members := manifest.parse_manifest(described):
        icons = manifest.icon_paths(members, fetcher.origin)
        yield manifest.check_icons(icons, {path: fetcher.get(path) for path in icons})


def _examine_worker(fetcher: Fetcher, script: Answer) -> Iterator[Finding]:
    yield worker.check_script(script)
    constants = worker.parse_constants(script)
    kept = worker.parse_precache(constants) if constants else None
    yield worker.check_constants(kept)
    if kept:
        files = {each.path: fetcher.get(each.path) for each in kept}
        yield from worker.check_precache(kept, files)
        yield from worker.check_hashed(files.values())


def _examine_writing(fetcher: Fetcher) -> Iterator[Finding]:
    for origin, check in (
        (api.FOREIGN_ORIGIN, api.check_foreign),
        (fetcher.origin, api.check_own),
    ):
        headers = {**_JSON, "Origin": origin}
        yield check(fetcher.put(api.SUBSCRIPTIONS, api.NONSENSE, headers))
