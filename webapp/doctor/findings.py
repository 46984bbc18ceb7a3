"""What a check hands back: a level, what was looked at, the remedy. It asks and prints nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

MOST_FAULTS = 3
LONGEST_QUOTE = 160


class Level(StrEnum):
    """How much a finding weighs; its value is the word that is printed."""

    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; what is in order needs no remedy."""

    level: Level
    what: str
    remedy: str = ""


def ok(what: str) -> Finding:
    return Finding(Level.OK, what)


def warn(what: str, remedy: str) -> Finding:
    return Finding(Level.WARN, what, remedy)


def fail(what: str, remedy: str) -> Finding:
    return Finding(Level.FAIL, what, remedy)


def judge(subject: str, promise: str, faults: Iterable[str], remedy: str) -> Finding:
    """The promise is kept when there is no fault; else one failure names the first of them."""
    found = list(faults)
    if not found:
        return ok(f"{subject}: {promise}")
    more = f"; and {len(found) - MOST_FAULTS} more" if len(found) > MOST_FAULTS else ""
    return fail(f"{subject}: {'; '.join(found[:MOST_FAULTS])}{more}", remedy)


def quote(foreign: object) -> str:
    """A short piece of foreign text for a message, without what could steer a terminal."""
    text = "".join(char if char.isprintable() else "?" for char in str(foreign))
    return text if len(text) <= LONGEST_QUOTE else text[:LONGEST_QUOTE] + "…"


def write_finding(finding: Finding) -> str:
    """One line of report: `FAIL  what. remedy.`"""
    remedy = f" {finding.remedy}." if finding.remedy else ""
    return f"{finding.level:4}  {finding.what}.{remedy}"
