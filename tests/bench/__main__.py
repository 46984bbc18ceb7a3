"""Every budget, measured one after the other (`make bench`)."""

from __future__ import annotations

import sys

from tests.bench import claiming
from tests.bench import cold_start
from tests.bench import lighthouse
from tests.bench import next_card
from tests.bench import sender
from tests.bench import throughput
from tests.bench import weight
from tests.bench import workers
from tests.bench.table import print_rows

MEASURES = (weight, lighthouse, cold_start, next_card, throughput, sender, workers, claiming)


def main() -> int:
    """Print one table; 1 when a goal was missed."""
    rows = []
    for measure in MEASURES:
        print(
            f"Measuring: {measure.__name__.rpartition('.')[2].replace('_', ' ')}", file=sys.stderr
        )
        rows += measure.measure()
    print_rows(rows, "make bench")
    return 0 if all(row.is_met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
