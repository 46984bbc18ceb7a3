"""`flask doctor`: tells an operator what is wrong with a deployment, seen from outside.

It prints; what is asked and how it is judged is the doctor's business.
"""

from __future__ import annotations

from collections import Counter

import click

from webapp.cli.errors import plain_errors
from webapp.doctor import Level
from webapp.doctor import examine
from webapp.doctor import write_finding


@click.command()
@click.argument("url")
@plain_errors()
def doctor(url: str) -> None:
    """Check the deployment at URL from outside, such as https://pocket.org.

    One line for each check, with the remedy where one is needed. Exit code 1 when one failed.
    """
    count: Counter[Level] = Counter()
    for finding in examine(url):
        count[finding.level] += 1
        click.echo(write_finding(finding))
    failures, warnings = count[Level.FAIL], count[Level.WARN]
    click.echo(f"{count.total()} checks, {failures} failed, {warnings} warnings.")
    raise SystemExit(1 if failures else 0)
