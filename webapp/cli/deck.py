"""`flask deck`: tells a writer every broken rule of a language at once. It mends nothing."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import click
from flask.cli import AppGroup

from webapp import lint
from webapp.cli.errors import plain_errors
from webapp.config import load_settings
from webapp.deck_file import load_deck
from webapp.starters_file import STARTERS_FILE
from webapp.starters_file import load_starters

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)

deck = AppGroup("deck", help="The affirmations.")


@deck.command(with_appcontext=False)
@click.argument("folder", required=False, type=FOLDER)
@click.option("--sources", type=FOLDER, help="Folder of .txt files that no card may repeat.")
@plain_errors()
def check(folder: Path | None, sources: Path | None) -> None:
    """Check the deck and the message starters in FOLDER, by default the ones that the app shows.

    Prints file, line, rule and remedy of every finding. Exit code 1 when there are errors.
    """
    folder = folder or load_settings(os.environ).content / "en"
    loaded, words = load_deck(folder), lint.load_words(folder)
    findings = lint.check_deck(
        loaded,
        words,
        lint.load_ideas(folder),
        lint.load_released_ids(folder),
        lint.load_sources(sources) if sources else None,
    )
    sizes = [f"{len(loaded.cards)} cards"]
    if (folder / STARTERS_FILE).exists():
        starters = load_starters(folder / STARTERS_FILE)
        findings += lint.check_starters(starters, words)
        sizes.append(f"{len(starters.starters)} starters")
    for finding in findings:
        click.echo(lint.format(finding))
    count = Counter(finding.level for finding in findings)
    errors, warnings = count[lint.Level.ERROR], count[lint.Level.WARNING]
    click.echo(f"{', '.join(sizes)}, {errors} errors, {warnings} warnings.")
    raise SystemExit(1 if errors else 0)
