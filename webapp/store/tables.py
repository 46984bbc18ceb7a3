"""The four tables. The schema itself is made by `webapp.migrations`; a test compares them.

`push_schedule` is narrow on purpose: it is what every send rewrites. Its `due_at` is the queue
and the lease in one.
"""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlalchemy import Boolean
from sqlalchemy import Column
from sqlalchemy import ForeignKey
from sqlalchemy import Integer
from sqlalchemy import LargeBinary
from sqlalchemy import MetaData
from sqlalchemy import String
from sqlalchemy import Table
from sqlalchemy import Text
from sqlalchemy import false

from webapp.languages import MAX_TAG_CHARACTERS
from webapp.languages import SOURCE
from webapp.subscription import AUTH_OCTETS
from webapp.subscription import MAX_ENDPOINT_OCTETS
from webapp.subscription import P256DH_OCTETS
from webapp.wish import MAX_ZONE_CHARACTERS

# Instants are seconds since 1970 UTC, which leave 32 bits in 2038.
Instant = BigInteger
# Only INTEGER is a row id in SQLite; AUTOINCREMENT, so that no id is ever given twice.
Id = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData(naming_convention={"ix": "ix_%(table_name)s_%(column_0_name)s"})

push_subscription = Table(
    "push_subscription",
    metadata,
    Column("id", Id, primary_key=True),
    Column("endpoint_hash", String(64), nullable=False, unique=True),
    Column("endpoint", String(MAX_ENDPOINT_OCTETS), nullable=False),
    Column("p256dh", LargeBinary(P256DH_OCTETS), nullable=False),
    Column("auth", LargeBinary(AUTH_OCTETS), nullable=False),
    Column("zone", String(MAX_ZONE_CHARACTERS), nullable=False),
    Column("minute", Integer, nullable=False),
    Column("utc_offset_minutes", Integer, nullable=False),
    Column("level", String(16), nullable=False),
    Column("topics", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    # Since when a push service has been taking our messages, and since when it has not.
    Column("accepted_at", Instant),
    Column("failing_since", Instant),
    # Since step 0003. Null, or with another first than `minute`: `minute` alone is chosen.
    Column("minutes", Text),
    Column("days", Integer, nullable=False, server_default="127"),  # bit 0 is Monday
    Column("pause_until", String(10)),
    Column("source", String(8), nullable=False, server_default="deck"),
    Column("sound", Boolean, nullable=False, server_default=false()),
    # The public key the subscription was made with; null: the oldest that this server has.
    Column("application_key", String(87)),
    # What the push service said to the last test: nothing yet while null.
    Column("tested_at", Instant),
    Column("test_outcome", String(16)),
    Column("test_status", Integer),
    # Since step 0005.
    Column("language", String(MAX_TAG_CHARACTERS), nullable=False, server_default=SOURCE),
    sqlite_autoincrement=True,
)

push_schedule = Table(
    "push_schedule",
    metadata,
    Column(
        "subscription_id",
        Id,
        ForeignKey(push_subscription.c.id, ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("kind", String(8), primary_key=True),
    Column("due_at", Instant, nullable=False, index=True),
    Column("occurrence", String(32), nullable=False),
    Column("first_due_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    # When the push service last accepted a daily message; rides along with the row's move.
    Column("accepted_at", Instant),
    sqlite_with_rowid=False,
)

# What the rules of each time zone were when the schedule was last gone through (RFC 9636).
zone_rule = Table(
    "zone_rule",
    metadata,
    Column("zone", String(MAX_ZONE_CHARACTERS), primary_key=True),
    Column("rules", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

push_count = Table(
    "push_count",
    metadata,
    Column("origin", String(255), primary_key=True),
    Column("outcome", String(16), primary_key=True),
    Column("count", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
