"""A figure beside its goal, and how a table of them is printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: what it is, its value, the goal, and how it came about.

    Without a relation there is no goal: the figure is told beside another.
    """

    name: str
    value: float
    relation: str
    goal: float
    said: str = ""

    @property
    def is_met(self) -> bool:
        if not self.relation:
            return True
        return self.value >= self.goal if self.relation == ">=" else self.value <= self.goal


def print_rows(rows: Sequence[Row], command: str) -> None:
    """A Markdown table, and the command that repeats it."""
    print("\n| figure | measured | goal | |\n| --- | --- | --- | --- |")
    for row in rows:
        verdict = "met" if row.is_met else "MISSED"
        goal = f"{row.relation} {_number(row.goal)} | {verdict}" if row.relation else "none |"
        print(f"| {row.name} | {_number(row.value)} ({row.said}) | {goal} |")
    print(f"\nAgain: `{command}`", flush=True)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.2f}"
