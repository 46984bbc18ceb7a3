"""Reads the helplines file and refuses entries that nobody could reach or that nobody checked.

Rules: those of `records` and H01. Lines that a single source knows are read, checked and left out.
"""

from __future__ import annotations

import re
from pathlib import Path

from webapp.errors import ContentError
from webapp.errors import HelplineError
from webapp.helplines import Country
from webapp.helplines import Directory
from webapp.helplines import Emergency
from webapp.helplines import EuNumbers
from webapp.helplines import Helplines
from webapp.helplines import Line
from webapp.own_helplines import OWN
from webapp.own_helplines import Entry
from webapp.own_helplines import entries_of
from webapp.own_helplines import lay_over
from webapp.own_helplines import read_own
from webapp.records import Record
from webapp.records import read_file

TRUST = (OWN, "confirmed", "two-lists", "single-source")  # best first

_FILE_NEEDS = ("seen", "review_after", "advice", "general", "directory", "country")
_FILE_NOTES = ("schema_version", "title", "collection")
_EU_NEEDS = tuple(
    f"eu_{name}{end}" for name in ("emergency", "emotional_support") for end in ("", "_note")
)
_COUNTRY_NOTES = (
    "name", "also", "emergency_sources", "emergency_note", "emergency_remark", "line",
)  # fmt: skip
_LINE_NEEDS = ("id", "name", "hours", "kind", "for", "verified", "newest_source")
_LINE_NOTES = ("local_name", "website", "languages", "cost", "note", "area", "pair", "lang")
_LINE_REMARKS = ("sources", "remark")
_LINE_NUMBERS = {
    "phone": r"[+*\d][\d ()./-]*",
    "dial": r"[+*]?\d{2,15}",
    "menu": r"\d",
    "sms_number": r"\+?\d[\d ]{1,18}",
    "sms_keyword": r"\w[\w ]*",
}
_MONTH = r"\d{4}(?:-(?:0[1-9]|1[0-2]))?|undated"
_NUMBER = r"\d[\d ]{1,14}"


def load_helplines(path: Path, *own: Path) -> Helplines:
    """Read and check the file, and those of an operator, each laid over what is before it.

    Raises HelplineError at the first broken rule.
    """
    source = read_file(path, HelplineError)
    source.expect(_FILE_NEEDS, _FILE_NOTES)
    entries, dated, hidden = entries_of(source), source, frozenset[str]()
    for extra in map(read_own, own):
        entries, more = lay_over(entries, extra)
        hidden |= more
        dated = extra if "seen" in extra.values else dated
    _refuse_repeats(entries)
    return Helplines(
        seen=dated.day("seen"),
        review_after=dated.day("review_after"),
        advice=source.text("advice"),
        directories=tuple(_directory(record) for record in source.tables("directory")),
        eu=_eu_numbers(source.table("general")),
        countries=tuple(_country(entry, hidden) for entry in entries),
        file=dated.file,
    )


def extends_shipped(path: Path) -> bool:
    """Whether a file of helplines asks to be laid over the shipped one."""
    return read_file(path, HelplineError).flag("extends")


def _country(entry: Entry, hidden: frozenset[str]) -> Country:
    record = entry.record
    record.expect(["code", "emergency"], _COUNTRY_NOTES)
    lines = [_line(each, entry) for each in entry.lines]
    emergency = tuple(_emergency(each) for each in record.tables("emergency"))
    if not emergency:
        raise _refusal(record, "emergency", "is empty", "Give a number and its service")
    shown = (line for line in lines if line.verified != "single-source" and line.id not in hidden)
    return Country(
        code=_matching(record, "code", "[A-Z]{2}", "Give the two capitals of ISO 3166-1"),
        name=record.text("name"),
        emergency=emergency,
        emergency_note=record.text("emergency_note"),
        lines=tuple(sorted(shown, key=lambda line: TRUST.index(line.verified))),
        also=record.texts("also"),
    )


def _emergency(record: Record) -> Emergency:
    record.expect(["number", "service"])
    number = _matching(record, "number", r"\d{2,15}", "Give digits only")
    return Emergency(number, record.text("service"))


def _line(record: Record, entry: Entry) -> Line:
    record.expect(_LINE_NEEDS, (*_LINE_NUMBERS, *_LINE_NOTES, *_LINE_REMARKS))
    numbers = {
        name: _matching(record, name, pattern, "Give it as the line's owner publishes it")
        for name, pattern in _LINE_NUMBERS.items()
    }
    _check_reach(record)
    _check_sources(record)
    _check_pair(record, entry)
    month = _matching(record, "newest_source", _MONTH, "Give a year, year-month or undated")
    texts = {name: record.text(name) for name in ("id", "name", "hours", "kind", "verified")}
    notes = {name: record.text(name) for name in ("local_name", "cost", "note", "area", "pair")}
    return Line(
        **texts,
        **notes,
        **numbers,
        for_whom=record.text("for"),
        website=_website(record),
        languages=record.texts("languages"),
        newest_source=month,
        lang=record.text("lang", "en"),
        file=record.file,
        file_line=record.line,
    )


def _check_reach(record: Record) -> None:
    has = record.values.keys()
    if not has & {"phone", "sms_number"}:
        raise _refusal(record, "id", "has no phone and no sms_number", "Give one of them")
    for name, other in (("phone", "dial"), ("dial", "phone"), ("menu", "phone")):
        if name in has and other not in has:
            raise _refusal(record, name, f"stands without {other}", f"Add {other}")
    if "sms_keyword" in has and "sms_number" not in has:
        raise _refusal(record, "sms_keyword", "stands without sms_number", "Add sms_number")


def _check_sources(record: Record) -> None:
    verified = record.text("verified")
    if verified not in TRUST:
        raise _refusal(record, "verified", f"is {verified!r}", f"Use one of {', '.join(TRUST)}")
    if verified not in (OWN, "single-source") and len(set(record.texts("sources"))) < 2:
        remedy = "Add a second source or say single-source"
        raise _refusal(record, "sources", f"are under two for a {verified} line", remedy)


def _check_pair(record: Record, entry: Entry) -> None:
    pair = record.text("pair")
    if pair and pair not in {
        line.text("id") for line in entry.lines if not line.values.get("pair")
    }:
        remedy = "Name a line of this country that is paired with no other"
        raise _refusal(record, "pair", f"is {pair!r}", remedy)


def _website(record: Record) -> str:
    return _matching(record, "website", r"https://\S+", "Begin it with https://")


def _directory(record: Record) -> Directory:
    record.expect(["name", "website", "note"])
    return Directory(record.text("name"), _website(record), record.text("note"))


def _eu_numbers(record: Record) -> EuNumbers:
    record.expect(_EU_NEEDS)
    remedy = "Give digits and spaces only"
    return EuNumbers(
        emergency=_matching(record, "eu_emergency", _NUMBER, remedy),
        emergency_note=record.text("eu_emergency_note"),
        emotional_support=_matching(record, "eu_emotional_support", _NUMBER, remedy),
        emotional_support_note=record.text("eu_emotional_support_note"),
    )


def _refuse_repeats(entries: tuple[Entry, ...]) -> None:
    lines = [line for entry in entries for line in entry.lines]
    for name, records in (("code", [entry.record for entry in entries]), ("id", lines)):
        seen: set[str] = set()
        for record in records:
            if record.text(name) in seen:
                reason = f"{record.text(name)!r} stands twice"
                raise _refusal(record, name, reason, "Keep one of the two")
            seen.add(record.text(name))


def _matching(record: Record, name: str, pattern: str, remedy: str) -> str:
    """The field's text, or empty when it is absent; raises H01 when it does not match."""
    text = record.text(name)
    if text and not re.fullmatch(pattern, text):
        raise _refusal(record, name, f"is {text!r}", remedy)
    return text


def _refusal(record: Record, name: str, reason: str, remedy: str) -> ContentError:
    return record.refusal("H01", f"{name!r} {reason}", remedy, name)
