"""What the tests need of the machine beyond Python: Chromium, PostgreSQL's programs and Redis.

    python -m tests.machine          install what is missing (`make test` does)

As root on Debian by apt-get; a Chromium else by Playwright's own download. What cannot be had is
named, and `tests.skips` then leaves out the tests that need it, out loud.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.chromium import SHELL
from tests.postgres import PostgresMissing
from tests.postgres import find_programs


@dataclass(frozen=True, slots=True)
class Need:
    """A program that tests need: how to see whether it is there, and ways to get it."""

    name: str
    is_there: Callable[[], bool]
    debian_package: str
    other_way: tuple[str, ...] = ()
    is_optional: bool = False

    @property
    def remedy(self) -> str:
        return f"{self.name} is missing (on Debian: apt-get install {self.debian_package})"


def has_chromium() -> bool:
    """Whether `tests.chromium` will find a browser: the named, the system's or Playwright's."""
    named = os.environ.get("CHROMIUM_BIN") or shutil.which("chromium")
    return Path(named or _downloaded_chromium()).exists()


def has_quick_chromium() -> bool:
    """Whether the quicker browser is there too, or could not be had or used anyway."""
    is_debian = os.geteuid() == 0 and shutil.which("apt-get") and shutil.which("chromium")
    return not is_debian or shutil.which(SHELL) is not None


def has_postgres() -> bool:
    """Whether `tests.postgres` will find the programs for its cluster."""
    try:
        return find_programs().exists()
    except PostgresMissing:
        return False


CHROMIUM = Need(
    "Chromium",
    has_chromium,
    "chromium",
    (sys.executable, "-m", "playwright", "install", "chromium"),
)
QUICK_CHROMIUM = Need(
    "Chromium's headless shell",
    has_quick_chromium,
    SHELL,
    is_optional=True,
)
POSTGRES = Need("PostgreSQL", has_postgres, "postgresql")
REDIS = Need("Redis", lambda: shutil.which("redis-server") is not None, "redis-server")


def main(needs: Sequence[Need] = (CHROMIUM, QUICK_CHROMIUM, POSTGRES, REDIS)) -> None:
    """Install what is missing, as far as this machine and this user can."""
    for need in needs:
        if not need.is_there():
            print(f"Installing {need.name}", flush=True)
            _install(need)
        if not need.is_there() and not need.is_optional:
            print(f"{need.remedy}; its tests will be skipped", file=sys.stderr)


def _install(need: Need) -> None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _try("apt-get", "update")
        _try("apt-get", "install", "--yes", "--no-install-recommends", need.debian_package)
    if need.other_way and not need.is_there():
        _try(*need.other_way)


def _try(*command: str) -> None:
    """Run it; what it says is shown only when it fails."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        print(f"{' '.join(command)} failed:\n{done.stdout}", file=sys.stderr)


@cache
def _downloaded_chromium() -> str:
    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


if __name__ == "__main__":
    main()
