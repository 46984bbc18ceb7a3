"""Play scenarios and print the counts; 1 when a promise was broken."""

from __future__ import annotations

import argparse
import itertools
import shutil
import sys
import tempfile
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import make_url

import tests.faults
from tests.faults.databases import Database
from tests.faults.databases import Postgres
from tests.faults.databases import Sqlite
from tests.faults.nursery import Nursery
from tests.faults.report import print_table
from tests.faults.scenarios import BOTH
from tests.faults.scenarios import SCENARIOS
from tests.postgres import Cluster
from tests.postgres import temporary_cluster
from webapp import migrations

READERS = 300


def main() -> int:
    """Print a line while each is played, then the table."""
    parser = argparse.ArgumentParser(description=tests.faults.__doc__.partition("\n")[0])
    parser.add_argument("--readers", type=int, default=READERS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=BOTH, action="append")
    parser.add_argument("scenario", nargs="*", help="words that the names hold; all unless given")
    given = parser.parse_args()
    chosen = [
        s for s in SCENARIOS if not given.scenario or any(w in s.name for w in given.scenario)
    ]
    reports = []
    with tempfile.TemporaryDirectory() as name, databases(Path(name)) as make:
        folder = Path(name)
        with Nursery(folder) as nursery:
            for scenario, kind in itertools.product(chosen, given.database or BOTH):
                if kind in scenario.databases:
                    print(f"Playing: {scenario.name} on {kind}", file=sys.stderr)
                    own = folder / f"{scenario.name} {kind}"
                    one = scenario.run(nursery, own, make(kind), given.readers, given.seed)
                    reports.append(one)
    print_table(reports)
    return 1 if any(report.faults for report in reports) else 0


@contextmanager
def databases(folder: Path) -> Iterator[Callable[[str], Database]]:
    """A function that makes an empty migrated database by its kind."""
    numbers = itertools.count(1)
    empty = folder / "empty.db"
    migrations.upgrade(f"sqlite:///{empty}")
    with temporary_cluster() as cluster:
        template = create_database(cluster, "template")
        migrations.upgrade(template)

        def make(kind: str) -> Database:
            name = f"faults_{next(numbers)}"
            if kind == "sqlite":
                return Sqlite(Path(shutil.copy(empty, folder / f"{name}.db")))
            return Postgres(cluster, create_database(cluster, name, "TEMPLATE template"))

        yield make


def create_database(cluster: Cluster, name: str, how: str = "") -> str:
    """Make a database and return its address."""
    with psycopg.connect(cluster.url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" {how}')  # type: ignore[arg-type]
    return make_url(cluster.url).set(database=name).render_as_string(hide_password=False)


if __name__ == "__main__":
    sys.exit(main())
