"""Node's packages for the bench: installed by the lock in `node`, run by the environment's Node."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

NODE_FOLDER = Path(__file__).parent / "node"


def install() -> None:
    """Bring what the lock names, unless it is there."""
    wanted, done = (
        NODE_FOLDER / "package-lock.json",
        NODE_FOLDER / "node_modules" / ".package-lock.json",
    )
    if not done.exists() or done.stat().st_mtime < wanted.stat().st_mtime:
        subprocess.run(
            ["npm", "ci", "--no-audit", "--no-fund", "--silent"],
            cwd=NODE_FOLDER,
            check=True,
            env=environment(),
        )


def environment() -> dict[str, str]:
    """The environment in which `node` and `npm` are those of the virtual environment."""
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
