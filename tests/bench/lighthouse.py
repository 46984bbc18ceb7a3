"""Lighthouse's scores of the card page, as on a phone.

    python -m tests.bench.lighthouse

Lighthouse comes from npm by the lock beside this file, Node from the virtual environment.
Nothing else should run on the machine meanwhile.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path

from tests.bench.npm import NODE_FOLDER
from tests.bench.npm import environment
from tests.bench.npm import install
from tests.bench.table import Row
from tests.bench.table import print_rows
from tests.chromium import launch_options
from tests.processes import serving

CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
GOAL = 100


def measure() -> list[Row]:
    """One row for each category."""
    install()
    with tempfile.TemporaryDirectory() as name, serving(Path(name)) as site:
        report = Path(name) / "report.json"
        _run(site.base_url + "/", report)
        scores = json.loads(report.read_text())["categories"]
    return [
        Row(
            f"Lighthouse, mobile: {category}",
            round(scores[category]["score"] * 100),
            ">=",
            GOAL,
            "of 100",
        )
        for category in CATEGORIES
    ]


def _run(url: str, report: Path) -> None:
    options = launch_options()
    flags = " ".join(["--headless=new", *options["args"]])
    command = ["node", str(NODE_FOLDER / "node_modules" / "lighthouse" / "cli" / "index.js"), url]
    command += ["--quiet", "--output=json", f"--output-path={report}", f"--chrome-flags={flags}"]
    command += [f"--only-categories={','.join(CATEGORIES)}"]
    subprocess.run(command, check=True, env=environment() | _chrome(options))


def _chrome(options: dict[str, object]) -> dict[str, str]:
    path = options.get("executable_path")
    return {"CHROME_PATH": str(path)} if path else {}


if __name__ == "__main__":
    print_rows(measure(), "python -m tests.bench.lighthouse")
