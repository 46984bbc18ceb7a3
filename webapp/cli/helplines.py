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
from webapp.helplines import is_overdue
from webapp.helplines import stale
from webapp.library import load_all_helplines

helplines = AppGroup("helplines", help="The numbers of Help now.")


@helplines.command(with_appcontext=False)
@click.option("--strict", is_flag=True, help="Fail when the review is overdue: before a release.")
@plain_errors()
def check(*, strict: bool) -> None:
    """Check the helplines, and print what is due to be looked at again."""
    settings = load_settings(os.environ)
    loaded = load_all_helplines(settings.content, settings.helplines)
    today = datetime.now(UTC).date()
    findings = stale(loaded, today)
    for finding in findings:
        click.echo(lint.format(finding))
    lines = sum(len(country.lines) for country in loaded.countries)
    click.echo(f"{len(loaded.countries)} countries, {lines} lines, {len(findings)} to look at.")
    if strict and is_overdue(loaded, today):
        raise click.ClickException(f"The review was due on {loaded.review_after}.")
