"""What a reader should have got, what arrived, and the verdict. It judges; it plays nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field

from tests.user_agent import UserAgent

EARLY_SECONDS = 60
"""Clocks of machines agree to a minute."""
GRACE_SECONDS = 60
"""From a worker's look at its clock to the arrival."""


@dataclass(frozen=True)
class Reader:
    """A subscription, and the notes that must reach it: their tags, and when each is due.

    `is_gone` says that its push service knows it no more.
    """

    agent: UserAgent
    notes: Mapping[str, int]
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """Seconds after its time in which a note may arrive, and in which one may still wait."""

    late: int
    waiting: int


@dataclass(frozen=True)
class Report:
    """The counts of one scenario on one database."""

    scenario: str
    database: str
    readers: int
    gone: int
    messages: int
    once: int
    """Living readers on whose screen each note stands once, and no other."""
    again: int
    """Messages that repeated one: sent after a crash, and replaced on the screen."""
    mixed: int
    """Notes whose messages had several topics, or shared one with another note."""
    useless: int
    """Messages at an hour, or left waiting for one, at which nobody wants them."""
    removed: int
    asked_again: int
    """Messages to a subscription after its push service had called it gone."""
    lost: int
    """Living readers who are no longer stored."""
    problems: Sequence[str] = ()
    """What a push service would have refused."""
    may_repeat: bool = True
    extra: Sequence[str] = field(default=())
    """What the scenario itself found wrong."""

    @property
    def faults(self) -> list[str]:
        """Every broken promise in words."""
        living = self.readers - self.gone
        broken = {
            f"{living - self.once} readers have not each note once": self.once != living,
            f"{self.again} messages were repeated": self.again and not self.may_repeat,
            f"{self.mixed} notes have no topic of their own": self.mixed,
            f"{self.useless} messages came at a useless hour": self.useless,
            f"{self.gone - self.removed} gone readers are kept": self.removed != self.gone,
            f"{self.asked_again} messages went to who is gone": self.asked_again,
            f"{self.lost} readers are lost": self.lost,
        }
        told = [words for words, is_broken in broken.items() if is_broken]
        return [*told, *sorted(set(self.problems)), *self.extra]


def report_on(
    scenario: str,
    database: str,
    readers: Sequence[Reader],
    stored: set[str],
    told_gone: Counter[str],
    window: Window,
    *,
    clock_error: int = 0,
    may_repeat: bool = True,
    may_ask_again: bool = False,
    problems: Sequence[str] = (),
    extra: Sequence[str] = (),
) -> Report:
    """Count. `stored` are the known endpoints, `told_gone` says how often each was called gone.

    `clock_error`: by how many seconds the workers' clocks were late. `may_ask_again`: who was
    killed may have heard *gone* and not have written it down.
    """
    living = [reader for reader in readers if not reader.is_gone]
    gone = [reader for reader in readers if reader.is_gone]
    asked_again = sum(max(0, told_gone[reader.agent.endpoint] - 1) for reader in gone)
    return Report(
        scenario,
        database,
        len(readers),
        len(gone),
        sum(len(reader.agent.messages) for reader in readers),
        once=sum(set(reader.agent.screen) == set(reader.notes) for reader in living),
        again=sum(len(reader.agent.messages) - len(reader.agent.screen) for reader in readers),
        mixed=sum(map(_count_mixed, readers)),
        useless=sum(_count_useless(reader, window, clock_error) for reader in readers),
        removed=sum(reader.agent.endpoint not in stored for reader in gone),
        asked_again=0 if may_ask_again else asked_again,
        lost=sum(reader.agent.endpoint not in stored for reader in living),
        problems=problems,
        may_repeat=may_repeat,
        extra=extra,
    )


def _count_mixed(reader: Reader) -> int:
    """One topic for each tag, one tag for each topic."""
    pairs = {
        (message.payload["notification"]["tag"], message.headers.get("topic"))
        for message in reader.agent.messages
    }
    tags, topics = ({pair[part] for pair in pairs} for part in (0, 1))
    return len(pairs) - min(len(tags), len(topics))


def _count_useless(reader: Reader, window: Window, clock_error: int) -> int:
    grace = GRACE_SECONDS + clock_error
    count = 0
    for message in reader.agent.messages:
        due_at = reader.notes.get(message.payload["notification"]["tag"])
        if due_at is None:
            count += 1
            continue
        after = message.at - due_at
        waits = after + int(message.headers["ttl"])
        in_time = -EARLY_SECONDS <= after <= window.late + grace
        count += not (in_time and waits <= window.waiting + grace)
    return count


COLUMNS = ("scenario", "database", "readers", "messages", "once", "again", "gone", "removed", "")


def print_table(reports: Sequence[Report]) -> None:
    """Markdown: one line for each scenario and database, faults below it."""
    print(f"| {' | '.join(COLUMNS)} |\n|{' --- |' * len(COLUMNS)}")
    for one in reports:
        numbers = (one.readers, one.messages, one.once, one.again, one.gone, one.removed)
        verdict = "; ".join(one.faults) or "as promised"
        cells = (one.scenario, one.database, *map(str, numbers), verdict)
        print(f"| {' | '.join(cells)} |")
