"""Starting and stopping as an operator meets it: `make run`, the Procfile, bad starts, commands."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import ROOT
from tests.processes import Running
from tests.processes import environment_of
from tests.processes import free_port
from tests.processes import is_listening
from tests.processes import procfile_command
from tests.processes import run_to_end
from tests.processes import start

FLASK = ("flask", "--app", "webapp")
CTRL_C = 130  # as shells report a program that Ctrl-C ended
WAITING = "waiting for reminders"

Launch = Callable[..., Running]


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Launch]:
    """Start a command with settings on top of a plain environment; ended after the test."""
    running: list[Running] = []

    def launch(command: list[str], **settings: str) -> Running:
        log = tmp_path / f"{len(running)}.log"
        running.append(start(command, environment_of(tmp_path, **settings), log))
        return running[-1]

    yield launch
    for process in running:
        process.stop()  # not killed: honcho's children have groups of their own


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port that another program listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A copy of the shipped content, to be spoiled."""
    return Path(shutil.copytree(ROOT / "webapp" / "content", tmp_path / "content"))


@pytest.fixture
def broken_content(content: Path) -> Path:
    """Content that cannot be read."""
    with (content / "en" / "affirmations.toml").open("a") as file:
        file.write("\nthis is not TOML\n")
    return content


@pytest.fixture
def faulty_content(content: Path) -> Path:
    """Content that can be read, with two cards that break rules."""
    cards = content / "en" / "affirmations.toml"
    text = re.compile(r'^text = ".*"$', re.MULTILINE)
    cards.write_text(text.sub('text = "YOU MUST ASK!!"', cards.read_text(), count=2))
    return content


def run(folder: Path, *command: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return run_to_end([*FLASK, *command], environment_of(folder, **settings))


def assert_refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """One clear line that holds the words, a bad exit code, and no stack trace."""
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1, done.stderr
    for word in words:
        assert word in done.stderr


# As a platform starts it: each process on its own, PORT given


def test_the_procfile_serves_works_and_ends_on_sigterm(tmp_path: Path, launch: Launch) -> None:
    port = free_port()
    released = run_to_end(procfile_command("release"), environment_of(tmp_path))
    assert released.returncode == 0, released.stderr
    web = launch(procfile_command("web"), PORT=str(port))
    worker = launch(procfile_command("worker"), PORT=str(port))
    web.wait_for_answer(port)
    worker.wait_for_text(WAITING)
    assert web.stop(signal.SIGTERM) == 0
    assert worker.stop(signal.SIGTERM) == 0


# The signal comes while the worker's own thread is within the lock of what it waits for.
SIGNALLED_WITHIN_ITS_LOCK = """
import os, signal, sys, threading, time, types
class Event(threading.Event):
    def wait(self, timeout=None):
        with self._cond:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(0.2)
        return super().wait(timeout)
import webapp.cli.push
webapp.cli.push.threading = types.SimpleNamespace(Event=Event, Thread=threading.Thread)
from flask.cli import main
sys.argv = ["flask", "--app", "webapp", "push", "work"]
main()
"""


def test_a_worker_ends_in_whatever_moment_the_signal_comes(tmp_path: Path, launch: Launch) -> None:
    assert run_to_end([*FLASK, "prepare"], environment_of(tmp_path)).returncode == 0
    worker = launch([sys.executable, "-c", SIGNALLED_WITHIN_ITS_LOCK])
    assert worker.wait() == 0, worker.logs


def test_the_web_process_listens_beyond_loopback_where_a_platform_routes_to_it(
    launch: Launch,
) -> None:
    port = free_port()
    web = launch(procfile_command("web"), PORT=str(port))
    web.wait_for_answer(port)
    assert f"http://0.0.0.0:{port}" in web.logs


def test_a_reader_who_never_ends_a_request_does_not_keep_the_web_process(launch: Launch) -> None:
    port = free_port()
    web = launch(procfile_command("web"), PORT=str(port))
    web.wait_for_answer(port)
    with socket.create_connection(("127.0.0.1", port)) as reader:
        reader.sendall(b"PUT /api/subscriptions HTTP/1.1\r\nContent-Length: 100\r\n")
        assert web.stop(signal.SIGTERM) == 0


def test_a_web_process_that_cannot_start_says_why_in_one_line(launch: Launch) -> None:
    web = launch(procfile_command("web"), PORT=str(free_port()), POCKET_RATE_LIMIT_PER_MINUTE="x")
    assert web.wait() != 0
    assert "Error: POCKET_RATE_LIMIT_PER_MINUTE is 'x'." in web.logs
    assert "Traceback" not in web.logs


def test_a_worker_without_its_schema_says_what_to_do(launch: Launch) -> None:
    worker = launch(procfile_command("worker"))
    assert worker.wait() == 1
    assert worker.logs.splitlines()[-1].endswith("Run `flask --app webapp db upgrade`.")


def test_a_worker_outlasts_a_database_that_is_away(launch: Launch) -> None:
    address = f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"
    worker = launch(procfile_command("worker"), POCKET_DATABASE_URL=address)
    worker.wait_for_text("pausing")
    assert worker.stop(signal.SIGTERM) == 0


# As a person starts it


def test_start_runs_web_and_worker_and_tells_the_address(launch: Launch) -> None:
    port = free_port()
    app = launch([*FLASK, "start"], HOST="127.0.0.1", PORT=str(port))
    app.wait_for_answer(port)
    app.wait_for_text(WAITING)
    assert f"Pocket Affirmations is at http://127.0.0.1:{port} " in app.logs


def test_ctrl_c_ends_both_processes_without_a_stack_trace(launch: Launch) -> None:
    port = free_port()
    app = launch([*FLASK, "start"], PORT=str(port))
    app.wait_for_answer(port)
    app.wait_for_text(WAITING)
    children = [int(pid) for pid in re.findall(r"started \(pid=(\d+)\)", app.logs)]
    assert app.stop(signal.SIGINT) == CTRL_C
    assert len(children) == 2
    for pid in children:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert not is_listening(port)
    assert "Traceback" not in app.logs


def test_make_run_is_all_that_has_to_be_typed(launch: Launch) -> None:
    port = free_port()
    app = launch(["make", "run"], PORT=str(port))
    app.wait_for_answer(port, seconds=300)
    app.wait_for_text(WAITING)
    os.killpg(app.process.pid, signal.SIGINT)  # a terminal tells the whole group
    assert app.wait() == -signal.SIGINT
    assert "Traceback" not in app.logs


def test_the_address_of_every_interface_is_told_as_one_that_browsers_trust(launch: Launch) -> None:
    port = free_port()
    app = launch([*FLASK, "start"], HOST="0.0.0.0", PORT=str(port))
    app.wait_for_answer(port)
    assert f"http://localhost:{port} " in app.logs


# A start that cannot be: one clear line, a bad exit code, nothing started


def test_a_taken_port_is_told_with_the_next_one(tmp_path: Path, taken_port: int) -> None:
    done = run(tmp_path, "start", PORT=str(taken_port))
    assert_refused(done, f"PORT {taken_port}", f"Try PORT={taken_port + 1}")
    assert not (tmp_path / "instance" / "pocket.db").exists()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"PORT": "80a"}, "PORT is '80a'"),
        ({"PORT": "65536"}, "from 1 to 65535"),
        ({"HOST": "192.0.2.1"}, "HOST 192.0.2.1 is not an address of this machine"),
        ({"POCKET_BASE_URL": "ftp://pocket.org"}, "POCKET_BASE_URL is 'ftp://pocket.org'"),
        ({"POCKET_NONSENSE": "1"}, "POCKET_NONSENSE is not a setting"),
        ({"POCKET_DATABASE_URL": "mysql://localhost/pocket"}, "POCKET_DATABASE_URL"),
        ({"POCKET_CONTENT": "/nowhere"}, "POCKET_CONTENT names no folder"),
        ({"POCKET_VAPID_KEY": "abc"}, "POCKET_VAPID_KEY holds no private key"),
    ],
)
def test_a_setting_that_makes_no_sense_is_told(
    tmp_path: Path, settings: dict[str, str], words: str
) -> None:
    assert_refused(run(tmp_path, "start", **({"PORT": str(free_port())} | settings)), words)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    done = run(tmp_path, "prepare", POCKET_INSTANCE=str(in_the_way / "instance"))
    assert_refused(done, "POCKET_INSTANCE cannot be written", str(in_the_way))


def test_a_database_that_does_not_answer_is_told_without_its_password(tmp_path: Path) -> None:
    address = f"postgresql://someone:secret@127.0.0.1:{free_port()}/pocket"
    done = run(tmp_path, "prepare", POCKET_DATABASE_URL=address)
    assert_refused(done, "POCKET_DATABASE_URL", "refused")
    assert "secret" not in done.stderr


def test_a_broken_deck_is_told_with_file_and_line(tmp_path: Path, broken_content: Path) -> None:
    done = run(tmp_path, "start", PORT=str(free_port()), POCKET_CONTENT=str(broken_content))
    assert_refused(done, "affirmations.toml:")


# The commands


def test_prepare_makes_what_is_missing_once(tmp_path: Path) -> None:
    assert run(tmp_path, "prepare").returncode == 0
    key = tmp_path / "instance" / "vapid.pem"
    first = key.read_bytes()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert (tmp_path / "instance" / "pocket.db").exists()
    assert run(tmp_path, "prepare").returncode == 0
    assert key.read_bytes() == first


def test_push_keys_prints_the_public_key_alone_and_the_same_again(tmp_path: Path) -> None:
    first, second = run(tmp_path, "push", "keys"), run(tmp_path, "push", "keys")
    assert re.fullmatch(r"[A-Za-z0-9_-]{87}\n", first.stdout)
    assert first.stdout == second.stdout


def test_a_key_from_the_environment_needs_no_file(tmp_path: Path) -> None:
    key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"  # the number 1: the curve's own generator
    done = run(tmp_path, "push", "keys", POCKET_VAPID_KEY=key)
    assert done.stdout.startswith("BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKW")
    assert not (tmp_path / "instance").exists()


def test_push_send_says_when_nothing_was_due(tmp_path: Path) -> None:
    assert run(tmp_path, "push", "keys").returncode == 0
    assert run(tmp_path, "db", "upgrade").returncode == 0
    assert run(tmp_path, "push", "send").stdout == "nothing was due\n"


def test_push_send_without_its_schema_says_what_to_do(tmp_path: Path) -> None:
    assert run(tmp_path, "push", "keys").returncode == 0
    assert_refused(run(tmp_path, "push", "send"), "db upgrade")


def test_db_upgrade_can_be_repeated(tmp_path: Path) -> None:
    for _ in range(2):
        done = run(tmp_path, "db", "upgrade")
        assert (done.returncode, done.stdout) == (0, "The database is up to date.\n")


def test_deck_check_passes_the_shipped_deck(tmp_path: Path) -> None:
    done = run(tmp_path, "deck", "check")
    assert done.returncode == 0, done.stdout
    said = r"^\d+ cards, 72 starters, 0 errors, \d+ warnings\.$"
    assert re.search(said, done.stdout, re.MULTILINE)


def test_helplines_check_names_what_is_due(tmp_path: Path) -> None:
    done = run(tmp_path, "helplines", "check")
    assert done.returncode == 0, done.stderr
    assert re.search(r"helplines\.toml:\d+: H02 warning: .*newest source is", done.stdout)
    assert re.search(r"^\d+ countries, \d+ lines, \d+ to look at\.$", done.stdout, re.MULTILINE)


@pytest.mark.parametrize(("until", "code"), [("2020-01-01", 1), ("2999-01-01", 0)])
def test_helplines_check_is_strict_about_the_review_on_request(
    tmp_path: Path, until: str, code: int
) -> None:
    own = tmp_path / "own.toml"
    own.write_text(f"seen = 2020-01-01\nreview_after = {until}\n")
    asked = ("helplines", "check")
    done = run(tmp_path, *asked, "--strict", POCKET_HELPLINES=str(own))
    assert done.returncode == code, done.stderr
    assert ("The review was due on 2020-01-01." in done.stderr) == bool(code)
    assert run(tmp_path, *asked, POCKET_HELPLINES=str(own)).returncode == 0


def test_deck_check_lists_every_broken_rule_though_the_app_would_not_start(
    tmp_path: Path, faulty_content: Path
) -> None:
    done = run(tmp_path, "deck", "check", POCKET_CONTENT=str(faulty_content))
    assert done.returncode == 1
    assert len(re.findall(r"affirmations\.toml:\d+: A\d\d error: .+\. .+\.", done.stdout)) >= 2
    assert "Traceback" not in done.stderr


def test_deck_check_takes_a_folder_and_texts_that_no_card_may_repeat(
    tmp_path: Path,
) -> None:
    texts = tmp_path / "texts"
    texts.mkdir()
    deck = ROOT / "webapp" / "content" / "en"
    card = re.findall(r'^text = "(.{40,})"', (deck / "affirmations.toml").read_text(), re.MULTILINE)
    (texts / "poem.txt").write_text(f"As they say: {card[0]} So it goes.")
    done = run(tmp_path, "deck", "check", str(deck), "--sources", str(texts))
    assert "poem.txt" in done.stdout


# Before there is an environment


def test_make_names_what_is_missing_when_no_python_is_new_enough(tmp_path: Path) -> None:
    done = make_run(tmp_path, {"python3": "exit 1"})
    assert done.returncode != 0
    assert "Error: Python 3.11 or newer is needed" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_make_finds_a_newer_python_beside_an_old_one(tmp_path: Path) -> None:
    newer = 'case "$*" in *venv*) echo "asked for: $*"; exit 1;; esac'
    done = make_run(tmp_path, {"python3": "exit 1", "python3.12": newer})
    assert "asked for: -m venv --clear .venv" in done.stdout


def test_make_mends_an_environment_whose_python_is_gone(tmp_path: Path) -> None:
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to("/nowhere/python3")
    (tmp_path / ".venv" / "bin" / ".runtime").touch()
    done = make_run(tmp_path, {"python3": 'case "$*" in *venv*) exit 1;; esac'})
    assert "Making .venv with python3" in done.stdout


def make_run(folder: Path, programs: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Type `make run` in a folder where the Makefile and these programs are all there is."""
    (folder / "Makefile").write_bytes((ROOT / "Makefile").read_bytes())
    (folder / "requirements.txt").touch()
    for name, script in programs.items():
        program = folder / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
    make = shutil.which("make") or "make"
    command = [make, "--directory", str(folder), "run"]
    return run_to_end(command, {"PATH": str(folder / "bin")})
