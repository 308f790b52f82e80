"""What is measured, what is to be reached, and whether it was."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """A line of the table. `most` and `least` are bounds that count as reached."""

    database: str
    figure: str
    measured: float
    unit: str
    most: float | None = None
    least: float | None = None
    note: str = ""

    @property
    def is_reached(self) -> bool:
        return (self.most is None or self.measured <= self.most) and (
            self.least is None or self.measured >= self.least
        )

    @property
    def goal(self) -> str:
        if self.most is None and self.least is None:
            return "told only"
        sign, bound = ("≤", self.most) if self.most is not None else ("≥", self.least)
        return f"{sign} {bound:g} {self.unit}".strip()

    def as_json(self) -> dict[str, Any]:
        return {**vars(self), "reached": self.is_reached}

    def __str__(self) -> str:
        told = f"{self.measured:,.1f}".removesuffix(".0")
        measured = f"{told} {self.unit}".strip()
        reached = "reached" if self.is_reached else "NOT REACHED"
        if self.goal == "told only":
            reached = ""
        line = f"{self.database:<11}{self.figure:<58}{self.goal:>18}{measured:>18}  {reached:<12}"
        return f"{line}{self.note}".rstrip()


HEAD = f"{'':<11}{'figure':<58}{'goal':>18}{'measured':>18}"


def percentile(values: list[float], share: float) -> float:
    """The value that this share of all do not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0
