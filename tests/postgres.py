"""A PostgreSQL cluster of the tests' own: made in a temporary folder, removed afterwards.

It listens on a Unix socket in that folder and nowhere else. It never touches a server that runs
already. Durability is off: nothing in it outlives the tests.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DEBIAN_FOLDERS = Path("/usr/lib/postgresql")
ACCOUNT = "postgres"  # the server refuses to run as root
OPTIONS = (
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "listen_addresses=",
    "max_connections=60",
)


class PostgresMissing(RuntimeError):
    """The server's programs are not on this machine; the message says what to install."""


@contextmanager
def temporary_cluster() -> Iterator[str]:
    """Start a cluster and yield the address of its `postgres` database, superuser and all."""
    programs = find_programs()
    # Short on purpose: a Unix socket's path has at most 107 octets.
    folder = Path(tempfile.mkdtemp(prefix="pocket-pg-"))
    try:
        if os.geteuid() == 0:
            account = pwd.getpwnam(ACCOUNT)
            os.chown(folder, account.pw_uid, account.pw_gid)
        _start(programs, folder)
        try:
            yield f"postgresql://{ACCOUNT}@/postgres?host={folder}"
        finally:
            data = str(folder / "data")
            _run(str(programs / "pg_ctl"), "stop", "-D", data, "-m", "immediate", "-w")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def find_programs() -> Path:
    """Return the folder that holds `initdb` and `pg_ctl`, the newest of several."""
    on_path = [Path(found).resolve().parent for found in [shutil.which("initdb")] if found]
    packaged = sorted(DEBIAN_FOLDERS.glob("*/bin"), key=_version, reverse=True)
    for folder in [*on_path, *packaged]:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    raise PostgresMissing(
        "The tests need PostgreSQL's own programs initdb and pg_ctl, in PATH or under "
        f"{DEBIAN_FOLDERS}. On Debian or Ubuntu: apt-get install postgresql"
    )


def _start(programs: Path, folder: Path) -> None:
    data, log = str(folder / "data"), str(folder / "log")
    _run(str(programs / "initdb"), "-D", data, "-U", ACCOUNT, "-A", "trust", "-E", "UTF8", "-N")
    options = " ".join(f"-c {option}" for option in (*OPTIONS, f"unix_socket_directories={folder}"))
    _run(str(programs / "pg_ctl"), "start", "-D", data, "-l", log, "-w", "-o", options)


def _run(*command: str) -> None:
    done = subprocess.run(
        [*_drop_root(), *command],
        cwd="/",
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,  # a pipe that the server inherits would never end
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout}")


def _drop_root() -> list[str]:
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv"):
        group = str(pwd.getpwnam(ACCOUNT).pw_gid)
        return ["setpriv", f"--reuid={ACCOUNT}", f"--regid={group}", "--init-groups"]
    return ["runuser", "-u", ACCOUNT, "--"]


def _version(folder: Path) -> int:
    return int(folder.parent.name) if folder.parent.name.isdigit() else 0
