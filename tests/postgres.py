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
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Cluster:
    """A server of ours; `url` is the address of its `postgres` database, superuser and all."""

    url: str
    programs: Path
    folder: Path

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = (*OPTIONS, f"unix_socket_directories={self.folder}")
        settings = " ".join(f"-c {option}" for option in options)
        self._control("start", "-l", str(self.folder / "log"), "-o", settings)

    def stop(self) -> None:
        """End it as a crash would: connections break, and the next start recovers."""
        self._control("stop", "-m", "immediate")

    def _control(self, order: str, *options: str) -> None:
        program = str(self.programs / "pg_ctl")
        _run(program, order, "-D", str(self.folder / "data"), "-w", *options)


@contextmanager
def temporary_cluster() -> Iterator[Cluster]:
    """A started cluster, gone at the end."""
    programs = find_programs()
    # Short on purpose: a Unix socket's path has at most 107 octets.
    folder = Path(tempfile.mkdtemp(prefix="pocket-pg-"))
    cluster = Cluster(f"postgresql://{ACCOUNT}@/postgres?host={folder}", programs, folder)
    try:
        if os.geteuid() == 0:
            account = pwd.getpwnam(ACCOUNT)
            os.chown(folder, account.pw_uid, account.pw_gid)
        data = str(folder / "data")
        _run(str(programs / "initdb"), "-D", data, "-U", ACCOUNT, "-A", "trust", "-E", "UTF8", "-N")
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()
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
