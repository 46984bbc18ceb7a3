"""The database's schema, step by step: Alembic without an ini file.

A step is a module in `versions/`: copy the last one, name it as its `down_revision`, change
`upgrade` and `downgrade`. A test fails while the steps and `webapp.store.tables` disagree.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from webapp.store.engine import make_engine

_LOCK_KEY = 8030  # any number that no other program in the same database locks


def upgrade(database_url: str) -> None:
    """Bring the schema to the newest step, all of it or nothing; harmless when it is there.

    Two processes may do so at once: the second waits for the first. A later release's schema
    stays as it is. Raises SettingError.
    """
    engine = make_engine(database_url).execution_options(sqlite_begin="EXCLUSIVE")
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
            if not is_behind(MigrationContext.configure(connection).get_current_revision()):
                return
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()


def current(database_url: str) -> str | None:
    """Return the step the database is at, None before the first."""
    engine = make_engine(database_url)
    try:
        with engine.begin() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def is_behind(step: str | None) -> bool:
    """Tell whether a database at `step` lacks anything that this release needs.

    A step we do not know is a later release's; steps only add, so we can go on beside it.
    """
    return step is None or step in _earlier_steps()


@lru_cache(maxsize=1)
def _earlier_steps() -> frozenset[str]:
    scripts = ScriptDirectory.from_config(_config())
    known = {script.revision for script in scripts.walk_revisions()}
    return frozenset(known - {scripts.get_current_head()})


def _config() -> Config:
    config = Config()
    folder = str(Path(__file__).parent)
    config.set_main_option("script_location", folder.replace("%", "%%"))  # a ConfigParser value
    return config
