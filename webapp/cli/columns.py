"""Numbers as aligned plain text: what commands print for an operator's eyes. It asks nobody."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence

from webapp.push.keyring import Keyring
from webapp.push.plan import Planned
from webapp.representations import write_instant
from webapp.store import Overview

SERVICE = "push service"
KEY_CHARACTERS = 12
"""So much of a public key tells it from the others."""


def show_overview(overview: Overview, now: int) -> str:
    """Four lines: what is stored, what is due, since when, and what comes next."""
    oldest, upcoming = overview.oldest_due_at, overview.next_due_at
    return align(
        [
            ("subscriptions", str(overview.subscriptions)),
            ("due now", str(overview.due)),
            ("oldest due", "none" if oldest is None else f"{now - oldest} s ago"),
            ("next due", "none" if upcoming is None else write_instant(upcoming)),
        ],
        right=False,
    )


def show_counts(counts: Mapping[tuple[str, str], int], outcomes: Sequence[str]) -> str:
    """A row for each push service, a column for each of `outcomes` that was ever met."""
    met = [each for each in outcomes if any(outcome == each for _, outcome in counts)]
    services = sorted({service for service, _ in counts})
    rows = [[name, *(str(counts.get((name, each), 0)) for each in met)] for name in services]
    return align([[SERVICE, *met], *rows]) if rows else "Nothing was sent yet."


def show_keys(counts: Mapping[str | None, int], keyring: Keyring) -> str:
    """A row for each key, the oldest first, and one for subscriptions whose key is gone."""
    current = keyring.current.application_server_key
    numbers = {key.application_server_key: 0 for key in keyring}
    lost = 0
    for key, count in counts.items():
        if key is None or key in keyring:
            numbers[keyring.name(key)] += count
        else:
            lost += count
    rows = [
        (f"{name[:KEY_CHARACTERS]}… ({'current' if name == current else 'old'})", str(number))
        for name, number in numbers.items()
    ]
    rows += [("a key that is gone", str(lost))] if lost else []
    return align([("application server key", "subscriptions"), *rows])


def show_plan(planned: Mapping[str, Planned]) -> str:
    """A row for each push service."""
    rows = [(name, str(one.sent), str(one.too_late)) for name, one in planned.items()]
    return align([(SERVICE, "to send", "too late"), *rows]) if rows else "Nothing is due."


def align(rows: Sequence[Sequence[str]], *, right: bool = True) -> str:
    """Columns two spaces apart; all but the first stand to the right, unless told otherwise."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for first, *rest in rows:
        cells = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width in zip(rest, widths[1:], strict=True)
        ]
        lines.append("  ".join([first.ljust(widths[0]), *cells]).rstrip())
    return "\n".join(lines)
