"""What the commands share: the parts of the app, and errors as one line without a stack trace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from flask import current_app
from sqlalchemy.exc import DBAPIError

from webapp.errors import PocketError

if TYPE_CHECKING:
    from webapp import Parts

REASON = "pocket-reason"


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn errors that a person can mend into one line on stderr and exit code 1."""
    try:
        yield
    except (PocketError, OSError) as error:
        raise click.ClickException(str(error)) from error
    except DBAPIError as error:
        said = str(error.orig).partition("\n")[0]
        raise click.ClickException(f"The database at POCKET_DATABASE_URL says: {said}") from error


def parts() -> Parts:
    """The parts of the running app; raises what kept it from starting."""
    if reason := current_app.extensions.get(REASON):
        raise reason
    found: Parts = current_app.extensions["pocket"]
    return found
