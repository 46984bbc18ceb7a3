"""Bringing what the tests need, on a make-believe Debian whose apt-get is a script of ours."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests import machine
from tests.machine import Need


@pytest.fixture
def debian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of PATH, on a machine where we are root."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def install_apt_get(folder: Path, script: str) -> None:
    program = folder / "apt-get"
    program.write_text(f'#!/bin/sh\necho "$@" >> {folder}/said\n{script}\n')
    program.chmod(0o755)


def need_of(folder: Path, *other_way: str) -> Need:
    return Need("A lamp", (folder / "lamp").exists, "lamp", other_way)


def test_root_on_debian_gets_what_is_missing_by_apt_get(
    debian: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    install_apt_get(debian, f'if [ "$1" = install ]; then : > {debian}/lamp; fi')
    machine.main([need_of(debian)])
    said = (debian / "said").read_text().splitlines()
    assert said == ["update", "install --yes --no-install-recommends lamp"]
    assert capsys.readouterr().err == ""


def test_what_is_there_is_not_installed(debian: Path) -> None:
    (debian / "lamp").touch()
    install_apt_get(debian, "exit 1")
    machine.main([need_of(debian)])
    assert not (debian / "said").exists()


def test_what_apt_get_lacks_is_got_the_other_way(debian: Path) -> None:
    install_apt_get(debian, "exit 100")
    make_it = f"open({str(debian / 'lamp')!r}, 'w').close()"
    machine.main([need_of(debian, sys.executable, "-c", make_it)])
    assert (debian / "lamp").exists()


def test_what_only_saves_time_is_not_missed(
    debian: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    install_apt_get(debian, "exit 100")
    machine.main([replace(need_of(debian), is_optional=True)])
    assert "skipped" not in capsys.readouterr().err


def test_what_cannot_be_had_is_named_with_the_reason(
    debian: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    install_apt_get(debian, 'echo "no such lamp"; exit 100')
    machine.main([need_of(debian)])
    told = capsys.readouterr().err
    assert "no such lamp" in told
    assert "A lamp is missing (on Debian: apt-get install lamp); its tests will be skipped" in told
