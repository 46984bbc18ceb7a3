"""What every test may use: the app in this process, and stores on both databases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.processes import ENGLISH
from webapp import create_app
from webapp import migrations
from webapp.store import engine

# The same examples each time, and no deadline: a busy machine is no bug.
hypothesis.settings.register_profile("pocket", deadline=None, derandomize=True)
hypothesis.settings.load_profile("pocket")

pytest_plugins = ["tests.skips", "tests.stores"]


@pytest.fixture
def settings_of(tmp_path: Path) -> dict[str, str]:
    """The settings of an app in English alone, with an instance folder of its own."""
    return {"POCKET_INSTANCE": str(tmp_path / "instance"), "POCKET_CONTENT": str(ENGLISH)}


@pytest.fixture
def app(settings_of: dict[str, str]) -> Flask:
    """The app on a fresh SQLite database."""
    made = create_app(settings_of)
    made.test_client_class = Client
    migrations.upgrade(made.extensions["pocket"].settings.database_url)
    return made


class Client(FlaskClient):
    """A client that reads every answer to its end, so that no file stays open."""

    def open(self, *args: Any, **options: Any) -> TestResponse:
        return super().open(*args, buffered=True, **options)


@pytest.fixture
def _one_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    """A deadlock is an error to whoever must not get into one, and not tried again."""
    monkeypatch.setattr(engine, "ATTEMPTS", 1)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
