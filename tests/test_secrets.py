"""Nothing secret shows: not in logs, refusals, numbers, what commands print, or process lists."""

from __future__ import annotations

import os
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import make_url

from tests.processes import procfile_command
from tests.processes import run_to_end
from tests.processes import serving
from tests.processes import start
from tests.push_service import PushService
from tests.push_service import refuse
from webapp.push.vapid import VapidKey
from webapp.push.vapid import generate_key

PASSWORD = "pa55word-of-the-database"
RUN_TOKEN = "t0ken-that-only-cron-knows"
METRICS_TOKEN = "t0ken-that-only-prometheus-knows"
STATUSES = (201, 400, 403, 404, 429, 500)


def raw(key: VapidKey) -> str:
    number = key.private.private_numbers().private_value
    return urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()


def command_lines(*groups: int) -> list[str]:
    """How `ps` shows the processes of these groups to everybody on the machine."""
    told = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and os.getpgid(int(folder.name)) in groups:
                told.append((folder / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue  # it has just ended
    return told


def spoil(base_url: str, secrets: list[str]) -> list[str]:
    """What the server says to requests that are wrong in every way and full of secrets."""
    url = f"{base_url}/api/subscriptions"
    told = []
    for secret in secrets:
        bearer = {"Authorization": f"Bearer {secret}x"}
        for path in ("/metrics", f"/api/{secret}"):
            told.append(requests.get(base_url + path, headers=bearer, timeout=60))
        told.append(requests.post(f"{base_url}/api/reminders/run", headers=bearer, timeout=60))
        for body in (secret, {"subscription": {"endpoint": secret, "keys": {"auth": secret}}}):
            told.append(requests.put(url, json=body, timeout=60))
        told.append(requests.put(url, data=secret, timeout=60))
    assert {answer.status_code for answer in told} == {400, 401, 404, 415, 422}
    return [f"{answer.headers} {answer.text}" for answer in told]


def test_no_secret_shows_anywhere(
    tmp_path: Path, make_postgres_database: Callable[[], str]
) -> None:
    key, old_key = generate_key(), generate_key()
    database = make_url(make_postgres_database()).set(password=PASSWORD)
    (tmp_path / "database").write_text(database.render_as_string(hide_password=False))
    (tmp_path / "run").write_text(RUN_TOKEN)
    given = {
        "POCKET_DATABASE_URL_FILE": str(tmp_path / "database"),
        "POCKET_RUN_TOKEN_FILE": str(tmp_path / "run"),
        "POCKET_METRICS_TOKEN": METRICS_TOKEN,
        "POCKET_VAPID_KEY": raw(key),
        "POCKET_VAPID_OLD_KEYS": old_key.pem().decode(),
        "POCKET_RATE_LIMIT_STORAGE": f"redis://:{PASSWORD}@127.0.0.1:1/0",
        "POCKET_RATE_LIMIT_PER_MINUTE": "100000",
    }
    secrets = [
        PASSWORD,
        RUN_TOKEN,
        METRICS_TOKEN,
        raw(key),
        *old_key.pem().decode().split("\n")[1:-2],
    ]
    with ExitStack() as stack:
        service = stack.enter_context(PushService())
        given["POCKET_PUSH_TEST_ORIGIN"] = service.origin
        server = stack.enter_context(serving(tmp_path, **given))
        log_path = tmp_path / "worker.log"
        worker = start(procfile_command("worker"), server.environment, log_path)
        stack.callback(worker.stop)
        agents = [service.subscribe() for _ in STATUSES]
        readers: list[dict[str, Any]] = [agent.as_json() for agent in agents]
        for agent, status in zip(agents, STATUSES, strict=True):
            service.script(agent, refuse(status, f"no {agent.endpoint}".encode()))
        for reader in readers:
            secrets += [reader["endpoint"].rpartition("/")[2], *reader["keys"].values()]
        told = spoil(server.base_url, secrets)
        url = f"{server.base_url}/api/subscriptions"
        for reader in readers:
            body = {"subscription": reader, "reminder": {"times": ["08:00"], "zone": "UTC"}}
            assert requests.put(url, json=body, timeout=60).status_code == 201
            proof = {"endpoint": reader["endpoint"], "auth": reader["keys"]["auth"]}
            assert requests.post(f"{url}/test", json=proof, timeout=60).status_code == 202
        service.wait_for(lambda: len({path for path, _ in service.requests}) == len(STATUSES), 60)
        worker.wait_for_text("refused a message")
        bearer = {"Authorization": f"Bearer {METRICS_TOKEN}"}
        for path in ("/metrics", "/readyz", "/healthz"):
            answer = requests.get(server.base_url + path, headers=bearer, timeout=60)
            assert answer.status_code == 200
            told.append(answer.text)
        for command in (("status",), ("send", "--dry-run"), ("keys",)):
            done = run_to_end(flask("push", *command), server.environment)
            told += [done.stdout, done.stderr]
        told += command_lines(server.process.pid, worker.process.pid)
        assert len([line for line in told if "granian" in line]) >= 1
        told += [server.logs, worker.logs]
    assert "rate limits are not shared" in server.logs
    told += break_down(given, server.environment)
    shown = [secret for secret in secrets if any(secret in text for text in told)]
    assert shown == []


def flask(*command: str) -> list[str]:
    return [sys.executable, "-m", "flask", "--app", "webapp", *command]


def break_down(given: dict[str, str], environment: Any) -> list[str]:
    """What a start with one broken secret says, each in turn."""
    away = f"postgresql://pocket:{PASSWORD}@127.0.0.1:1/pocket"
    broken = [
        {"POCKET_VAPID_KEY": given["POCKET_VAPID_KEY"] + "x"},
        {"POCKET_VAPID_OLD_KEYS": given["POCKET_VAPID_OLD_KEYS"].replace("M", "x")},
        {"POCKET_RATE_LIMIT_STORAGE": given["POCKET_RATE_LIMIT_STORAGE"].replace("redis", "x")},
        {"POCKET_DATABASE_URL": away},  # stands beside its file
        {"POCKET_DATABASE_URL": away, "POCKET_DATABASE_URL_FILE": ""},
    ]
    told = []
    for change in broken:
        done: subprocess.CompletedProcess[str] = run_to_end(
            flask("push", "status"), {**environment, **change}
        )
        assert done.returncode == 1, done.stdout
        told += [done.stdout, done.stderr]
    return told
