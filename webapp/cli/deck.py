"""`flask deck`: begins a folder of own words, and tells a writer every broken rule at once.

It mends nothing and overwrites nothing.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
from flask.cli import AppGroup

from webapp import lint
from webapp.cli.errors import plain_errors
from webapp.config import load_settings
from webapp.deck_file import load_deck
from webapp.languages import WORD_FILES
from webapp.library import check_name
from webapp.library import load_all_helplines
from webapp.library import open_folder
from webapp.shipped import find_file
from webapp.starters_file import STARTERS_FILE
from webapp.starters_file import load_starters

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
NEW_FOLDER = click.Path(file_okay=False, path_type=Path)
EXAMPLES = Path(__file__).parents[1] / "examples"
EXTENDING, REPLACING = "campus", "carers"

deck = AppGroup("deck", help="The affirmations.")


@dataclass(frozen=True, slots=True)
class Report:
    """What was found in the folder of one language."""

    findings: list[lint.Finding]
    sizes: str

    def lines(self) -> Iterator[str]:
        """Every finding, and the sum of them."""
        yield from map(lint.format, self.findings)
        count = Counter(finding.level for finding in self.findings)
        errors, warnings = count[lint.Level.ERROR], count[lint.Level.WARNING]
        yield f"{self.sizes}, {errors} errors, {warnings} warnings."

    @property
    def has_errors(self) -> bool:
        return any(finding.level is lint.Level.ERROR for finding in self.findings)


@deck.command(with_appcontext=False)
@click.argument("folder", required=False, type=FOLDER)
@click.option("--sources", type=FOLDER, help="Folder of .txt files that no card may repeat.")
@plain_errors()
def check(folder: Path | None, sources: Path | None) -> None:
    """Check the words in FOLDER, by default those that the app shows, with all that is laid under.

    FOLDER is one for POCKET_CONTENT, or that of one language in it. Prints file, line, rule and
    remedy of every finding. Exit code 1 when there are errors.
    """
    folder = folder or load_settings(os.environ).content
    texts = [sources] if sources else []
    is_language = any((folder / name).exists() for name in WORD_FILES)
    homes = [folder] if is_language else _homes(folder)
    reports = [_report(home, *texts) for home in homes]
    for home, report in zip(homes, reports, strict=True):
        if len(reports) > 1:
            click.echo(f"{home.name}:")
        for line in report.lines():
            click.echo(line)
    raise SystemExit(any(report.has_errors for report in reports))


@deck.command(with_appcontext=False)
@click.argument("folder", type=NEW_FOLDER)
@click.option("--extend", is_flag=True, help="Add to the shipped cards instead of replacing them.")
@plain_errors()
def new(folder: Path, *, extend: bool) -> None:
    """Write a small example with remarks into FOLDER, which is made, or has to be empty."""
    if folder.exists() and any(folder.iterdir()):
        raise click.ClickException(f"{folder} is not empty. Name another folder.")
    example = EXAMPLES / (EXTENDING if extend else REPLACING)
    shutil.copytree(example, folder, dirs_exist_ok=True)
    click.echo(f"{folder} holds an example: change its words, then")
    click.echo(f"  flask --app webapp deck check {folder}")
    click.echo(f"  POCKET_CONTENT={folder} make run")


def _homes(content: Path) -> list[Path]:
    """The folders of the languages, once all else in the folder has proved sound."""
    opened = open_folder(content)
    load_all_helplines(content, None)
    homes = [content / language.tag for language in opened.languages]
    for home in homes:
        check_name(opened, lint.load_words(home))
    return homes


def _report(folder: Path, *sources: Path) -> Report:
    loaded, words = load_deck(folder), lint.load_words(folder)
    texts = {name: text for each in sources for name, text in lint.load_sources(each).items()}
    ideas, ids = lint.load_ideas(folder), lint.load_released_ids(folder)
    findings = lint.check_deck(loaded, words, ideas, ids, texts)
    sizes = [f"{len(loaded.cards)} cards"]
    if find_file(folder, STARTERS_FILE).exists():
        starters = load_starters(folder / STARTERS_FILE)
        findings += lint.check_starters(starters, words)
        sizes.append(f"{len(starters.starters)} starters")
    return Report(findings, ", ".join(sizes))
