"""What every test may use: the app in this process, and stores on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from webapp import create_app
from webapp import migrations

pytest_plugins = ["tests.skips", "tests.stores"]


@pytest.fixture
def settings_of(tmp_path: Path) -> dict[str, str]:
    """The settings of an app with an instance folder of its own."""
    return {"POCKET_INSTANCE": str(tmp_path / "instance")}


@pytest.fixture
def app(settings_of: dict[str, str]) -> Flask:
    """The app on a fresh SQLite database."""
    made = create_app(settings_of)
    migrations.upgrade(made.extensions["pocket"].settings.database_url)
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
