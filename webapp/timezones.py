"""The world's time zones by the tzdata package: the same names and rules on every machine."""

from __future__ import annotations

import importlib.resources
import io
from collections.abc import Mapping
from functools import cache
from zoneinfo import ZoneInfo

TZDATA = importlib.resources.files("tzdata")


@cache
def known_zones() -> frozenset[str]:
    """Every name, links included, of the tzdata package: the same list on every machine."""
    return frozenset(TZDATA.joinpath("zones").read_text(encoding="utf-8").split())


@cache
def load_zone(name: str) -> ZoneInfo | None:
    """A zone by the tzdata package's rules, whatever the machine has; None when it has none."""
    if name not in known_zones():
        return None
    return make_zone(name, _read_rules(name))


def make_zone(name: str, rules: bytes) -> ZoneInfo:
    """A zone by these rules (RFC 9636)."""
    return ZoneInfo.from_file(io.BytesIO(rules), key=name)


@cache
def zone_rules() -> Mapping[str, bytes]:
    """Every zone's rules as the package has them, in order of the names (RFC 9636)."""
    return {name: _read_rules(name) for name in sorted(known_zones())}


def _read_rules(name: str) -> bytes:
    return TZDATA.joinpath("zoneinfo", *name.split("/")).read_bytes()
