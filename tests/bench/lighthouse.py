"""Lighthouse's scores of the card page, as on a phone.

    python -m tests.bench.lighthouse

Lighthouse comes from npm by the lock beside this file, Node from the virtual environment.
Nothing else should run on the machine meanwhile.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.table import Row
from tests.bench.table import print_rows
from tests.chromium import launch_options
from tests.processes import serving

NODE_FOLDER = Path(__file__).parent / "node"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
GOAL = 100


def measure() -> list[Row]:
    """One row for each category."""
    _install()
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


def _install() -> None:
    if not (NODE_FOLDER / "node_modules" / ".package-lock.json").exists():
        subprocess.run(
            ["npm", "ci", "--no-audit", "--no-fund", "--silent"],
            cwd=NODE_FOLDER,
            check=True,
            env=_environment(),
        )


def _run(url: str, report: Path) -> None:
    options = launch_options()
    flags = " ".join(["--headless=new", *options["args"]])
    command = ["node", str(NODE_FOLDER / "node_modules" / "lighthouse" / "cli" / "index.js"), url]
    command += ["--quiet", "--output=json", f"--output-path={report}", f"--chrome-flags={flags}"]
    command += [f"--only-categories={','.join(CATEGORIES)}"]
    subprocess.run(command, check=True, env=_environment() | _chrome(options))


def _chrome(options: dict[str, object]) -> dict[str, str]:
    path = options.get("executable_path")
    return {"CHROME_PATH": str(path)} if path else {}


def _environment() -> dict[str, str]:
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


if __name__ == "__main__":
    print_rows(measure(), "python -m tests.bench.lighthouse")
