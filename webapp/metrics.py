"""Numbers as Prometheus reads them: text format 0.0.4. It counts nothing and asks nobody.

https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import fields

from webapp.push.counts import Counts
from webapp.store import Overview
from webapp.subscription import DEFAULT_PUSH_HOSTS

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


def write_metrics(counts: Mapping[tuple[str, str], int], overview: Overview, now: int) -> str:
    """The whole answer; `counts` by (origin, outcome), `now` in UTC seconds."""
    age = 0 if overview.oldest_due_at is None else now - overview.oldest_due_at
    origins = dict.fromkeys((*DEFAULT_PUSH_HOSTS, *(origin for origin, _ in counts)))
    # A series begins at 0, or Prometheus would not see its first message as an increase.
    zeros = {(origin, outcome.name): 0 for origin in origins for outcome in fields(Counts)}
    messages = {
        f'{{origin="{_escape(origin)}",outcome="{_escape(outcome)}"}}': number
        for (origin, outcome), number in {**zeros, **counts}.items()
    }
    families = (
        (
            "messages_total",
            "counter",
            "Messages by push service and what became of them.",
            messages,
        ),
        ("oldest_due_seconds", "gauge", "How long the oldest due row has waited.", {"": age}),
        ("subscriptions", "gauge", "Push subscriptions stored.", {"": overview.subscriptions}),
        ("due", "gauge", "Rows that are due and not claimed.", {"": overview.due}),
    )
    return "".join(
        line
        for name, kind, says, samples in families
        for line in _family(name, kind, says, samples)
    )


def _family(name: str, kind: str, says: str, samples: Mapping[str, int]) -> Iterator[str]:
    name = f"pocket_push_{name}"
    yield f"# HELP {name} {says}\n# TYPE {name} {kind}\n"
    for labels, value in samples.items():
        yield f"{name}{labels} {value}\n"


def _escape(value: str) -> str:
    return value.translate(_ESCAPES)
