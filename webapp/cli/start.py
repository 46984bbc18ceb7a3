"""`flask prepare` and `flask start`: everything a fresh copy needs, then its processes together.

All that could go wrong is looked at first, so that nothing is started half-way. The processes
and how they are started are the Procfile's business.
"""

from __future__ import annotations

import errno
import os
import socket
import sys
import sysconfig
import tempfile
from collections.abc import Mapping
from pathlib import Path

import click

from webapp.cli.errors import parts
from webapp.cli.errors import plain_errors
from webapp.config import Settings
from webapp.config import load_settings
from webapp.errors import SettingError
from webapp.migrations import upgrade

ROOT = Path(__file__).parents[2]
ANYWHERE = {"0.0.0.0": "localhost", "::": "localhost"}
LAST_PORT = 65_535


@click.command()
@plain_errors()
def prepare() -> None:
    """Make what is missing: instance folder, key, database, built files."""
    _prepare(load_settings(os.environ))


@click.command()
@plain_errors()
def start() -> None:
    """Prepare, then run the web and the worker process on HOST and PORT.

    Ctrl-C stops both, and ends this with exit code 130 as shells have it.
    """
    host, port = os.environ.get("HOST") or "127.0.0.1", _port(os.environ.get("PORT") or "8000")
    address = _address(host, port)
    own = {"HOST": host, "PORT": str(port)}
    environment = {"POCKET_BASE_URL": address, **_given(os.environ), **own}
    settings = load_settings(environment)
    _check_port(host, port)
    _prepare(settings)
    click.echo(f"Pocket Affirmations is at {address} (Ctrl-C stops it)", err=True)
    _become_procfile(environment)


def _prepare(settings: Settings) -> None:
    _check_folder(settings.instance)
    parts()
    upgrade(settings.database_url)


def _given(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without empty settings, which count as unset."""
    return {k: v for k, v in environ.items() if v.strip() or not k.startswith("POCKET_")}


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= LAST_PORT:
        raise SettingError("PORT", f"is {text!r}", f"Give a whole number from 1 to {LAST_PORT}")
    return int(text)


def _address(host: str, port: int) -> str:
    """Where a browser on this machine finds it; service workers need a name it trusts."""
    name = ANYWHERE.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{name}:{port}"


def _check_port(host: str, port: int) -> None:
    """Raise SettingError unless the web process will be able to listen there."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            reason = f"{port} cannot be used on {host} ({error.strerror})"
            raise SettingError("PORT", reason, f"Try PORT={port % LAST_PORT + 1}") from error
        reason = f"{host} is not an address of this machine ({error.strerror})"
        raise SettingError("HOST", reason, "Try 127.0.0.1") from error


def _check_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        reason = f"cannot be written ({error.strerror}: {folder})"
        raise SettingError("POCKET_INSTANCE", reason, "Name a folder of your own") from error


def _become_procfile(environment: Mapping[str, str]) -> None:
    """Turn this process into honcho, which starts, joins and stops the Procfile's processes."""
    path = f"{sysconfig.get_path('scripts')}{os.pathsep}{environment.get('PATH', os.defpath)}"
    honcho = ["-m", "honcho", "start", "--app-root", str(ROOT), "--env", os.devnull]
    sys.stdout.flush()
    os.execve(
        sys.executable,
        [sys.executable, *honcho, "web", "worker"],
        {**environment, "PATH": path},
    )
