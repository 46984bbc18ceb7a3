"""A Redis of the tests' own, in a folder of its own: on a Unix socket, keeping nothing on disk.

It can be stopped and started again, as an operator's would be. It never touches a server that
runs already.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

START_SECONDS = 30


class RedisServer:
    """The server at `url`; `start` and `stop` as often as a test likes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._socket = folder / "redis.sock"
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"redis+unix://{self._socket}"

    def start(self) -> None:
        """Return when it answers."""
        options = ["--port", "0", "--unixsocket", self._socket, "--save", "", "--dir", self._folder]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                ["redis-server", *map(str, options)], stdin=subprocess.DEVNULL, stdout=log
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._is_answering():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError((self._folder / "log").read_text())
            time.sleep(0.02)

    def stop(self) -> None:
        """End it at once; nothing that it held comes back."""
        if self._process:
            self._process.kill()
            self._process.wait()

    def ask(self, *command: str) -> object:
        """What it answers to a command of its own language."""
        with redis.Redis(unix_socket_path=str(self._socket), decode_responses=True) as client:
            return client.execute_command(*command)

    def _is_answering(self) -> bool:
        try:
            return bool(self.ask("PING"))
        except redis.RedisError:
            return False


@contextmanager
def temporary_redis() -> Iterator[RedisServer]:
    """Start a server, and remove all of it at the end."""
    # Short on purpose: a Unix socket's path has at most 107 octets.
    folder = Path(tempfile.mkdtemp(prefix="pocket-redis-"))
    server = RedisServer(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
