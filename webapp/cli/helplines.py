"""`flask helplines`: tells who keeps the helplines what to check anew. It dials nothing."""

from __future__ import annotations

import os
from datetime import UTC
from datetime import datetime

import click
from flask.cli import AppGroup

from webapp import lint
from webapp.cli.errors import plain_errors
from webapp.config import load_settings
from webapp.helplines import stale
from webapp.helplines_file import load_helplines

helplines = AppGroup("helplines", help="The numbers of Help now.")


@helplines.command(with_appcontext=False)
@plain_errors()
def check() -> None:
    """Check the helplines file, and print what is due to be looked at again."""
    path = load_settings(os.environ).content / "helplines.toml"
    loaded = load_helplines(path)
    findings = stale(loaded, datetime.now(UTC).date())
    for finding in findings:
        click.echo(lint.format(finding))
    lines = sum(len(country.lines) for country in loaded.countries)
    click.echo(f"{len(loaded.countries)} countries, {lines} lines, {len(findings)} to look at.")
