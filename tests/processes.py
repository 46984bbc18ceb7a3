"""Starts the app's own processes for tests as a platform would: by the Procfile, each on its own.

Every process gets an environment made from nothing (no setting leaks in from the developer's
shell), a folder of its own, and a process group of its own, so that stopping it leaves no orphan.
It never imports the app.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field
from http.client import HTTPConnection
from http.client import HTTPException
from pathlib import Path

from honcho.environ import parse_procfile

ROOT = Path(__file__).parent.parent
ENGLISH = ROOT / "tests" / "english"
"""Content in one language: what is not about languages starts several times as fast with it."""
START_SECONDS = 60
STOP_SECONDS = 10
POLL_SECONDS = 0.02


class ProcessFailed(AssertionError):
    """A process ended or stayed silent when it should have been at work; holds what it printed."""


@dataclass
class Running:
    """A started process: its group is its own, its output goes to one file."""

    process: subprocess.Popen[bytes]
    log_path: Path

    @property
    def logs(self) -> str:
        return self.log_path.read_text(errors="replace")

    def wait_for_text(self, text: str, seconds: float = START_SECONDS) -> None:
        """Return as soon as the output holds `text`; ProcessFailed when it ends before."""
        self._wait_until(lambda: text in self.logs, f"print {text!r}", seconds)

    def wait_for_port(self, port: int, seconds: float = START_SECONDS) -> None:
        """Return as soon as something listens on the port; ProcessFailed when it ends first."""
        self._wait_until(lambda: is_listening(port), f"listen on port {port}", seconds)

    def stop(self, with_signal: int = signal.SIGTERM, seconds: float = STOP_SECONDS) -> int:
        """Send the signal to the process, wait, kill what is left of its group; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(with_signal)
        return self.wait(seconds)

    def wait(self, seconds: float = STOP_SECONDS) -> int:
        """Wait for the process to end by itself; the exit code. ProcessFailed when it does not."""
        try:
            return self.process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise ProcessFailed(f"still running after {seconds} s:\n{self.logs}") from None
        finally:
            self.kill_group()

    def kill_group(self) -> None:
        """End whatever is left of the process's group, at once."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        self.process.wait()

    def wait_for_answer(self, port: int, seconds: float = START_SECONDS) -> None:
        """Return as soon as the port answers a request, whatever the status."""
        self._wait_until(lambda: is_answering(port), f"answer on port {port}", seconds)

    def _wait_until(self, is_true: Callable[[], bool], promise: str, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not is_true():
            try:
                code = self.process.wait(timeout=POLL_SECONDS)
            except subprocess.TimeoutExpired:
                code = None
            if code is not None and not is_true():
                raise ProcessFailed(f"ended with code {code}, did not {promise}:\n{self.logs}")
            if time.monotonic() > deadline:
                raise ProcessFailed(f"did not {promise} within {seconds} s:\n{self.logs}")


@dataclass
class Server(Running):
    """A web process that answers at `base_url`; `environment` is what it was started with."""

    port: int = 0
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def free_port() -> int:
    """A port of the loopback address that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_listening(port: int) -> bool:
    """Whether something accepts connections on the port of the loopback address."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def is_answering(port: int) -> bool:
    """Whether an HTTP server answers on the port of the loopback address, whatever the status."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/")
        return bool(connection.getresponse().status)
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def environment_of(folder: Path, **settings: str) -> dict[str, str]:
    """An environment from nothing: this Python's commands; home and instance inside `folder`.

    The app speaks English alone, unless POCKET_CONTENT is among the settings.
    """
    home = folder / "home"
    home.mkdir(parents=True, exist_ok=True)
    commands = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
    plain = {"PATH": commands, "HOME": str(home), "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"}
    own = {"POCKET_INSTANCE": str(folder / "instance"), "POCKET_CONTENT": str(ENGLISH)}
    return plain | own | settings


def start(
    command: list[str], environment: Mapping[str, str], log_path: Path, cwd: Path = ROOT
) -> Running:
    """Start a command in a process group of its own, its output in `log_path`."""
    return Running(_spawn(command, environment, log_path, cwd), log_path)


def procfile_command(name: str) -> list[str]:
    """What a platform runs for a line of the Procfile: a shell with that line."""
    line = parse_procfile((ROOT / "Procfile").read_text()).processes[name]
    return ["/bin/sh", "-c", line]


def run_to_end(
    command: list[str], environment: Mapping[str, str], seconds: float = START_SECONDS
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; what it printed is in `stdout` and `stderr`."""
    return subprocess.run(
        command,
        env=dict(environment),
        cwd=ROOT,
        timeout=seconds,
        text=True,
        capture_output=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


@contextmanager
def serving(folder: Path, *, port: int = 0, **settings: str) -> Iterator[Server]:
    """The release step, then the web process of the Procfile, answering; stopped at the end.

    Its instance folder is `folder/instance`: the same folder and port start it anew on its data.
    """
    port = port or free_port()
    base = {"HOST": "127.0.0.1", "PORT": str(port), "POCKET_BASE_URL": f"http://127.0.0.1:{port}"}
    environment = environment_of(folder, **(base | settings))
    released = run_to_end(procfile_command("release"), environment)
    if released.returncode:
        raise ProcessFailed(f"release failed:\n{released.stdout}{released.stderr}")
    log_path = folder / f"web-{port}.log"
    process = _spawn(procfile_command("web"), environment, log_path, ROOT)
    server = Server(process, log_path, port=port, environment=environment)
    try:
        server.wait_for_answer(port)
        yield server
    finally:
        server.stop()


def _spawn(
    command: list[str], environment: Mapping[str, str], log_path: Path, cwd: Path
) -> subprocess.Popen[bytes]:
    log_path.parent.mkdir(parents=True, exist_ok=True)
    with log_path.open("ab") as log:
        return subprocess.Popen(
            command,
            env=dict(environment),
            cwd=cwd,
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
