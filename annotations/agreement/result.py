"""What every measure answers: a value, or None with the reason in words."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

ONE_ANNOTATOR = "fewer than two annotators submitted this"
NO_VARIATION = "no variation: everyone used one value"
NOTHING_MARKED = "nobody marked anything"
NOT_USED = "nobody used this label"
NEVER_MET = "no two annotators marked the same place"
NO_SHARED_UNIT = "no unit was judged by two annotators"
FEW_ARTICLES = "too few articles for an interval"


@dataclass(frozen=True, slots=True)
class Interval:
    """A percentile bootstrap interval, `low` <= `high`, at `level` (a share, .95)."""

    low: float
    high: float
    level: float = 0.95


@dataclass(frozen=True, slots=True)
class Agreement:
    """One figure of one measure.

    value     the agreement (1 is perfect, 0 is chance where the measure corrects for it), or
              None when it is undefined; then `reason` says why, in words for a reader.
    observed  what was observed before any correction, and
    expected  what chance would give; both as disagreements (0 is perfect) for chance-corrected
              measures, absent for the F1 family.
    parts     further figures by name (precision, standard error, samples, counts); None where
              one of them is undefined.
    by_label  the same measure per label, where the measure has layers.
    interval  or None with `interval_reason`; both empty when no interval was asked for.
    """

    measure: str
    value: float | None
    reason: str = ""
    observed: float | None = None
    expected: float | None = None
    parts: Mapping[str, float | None] = field(default_factory=dict)
    by_label: Mapping[str, "Agreement"] = field(default_factory=dict)
    interval: Interval | None = None
    interval_reason: str = ""

    def __post_init__(self) -> None:
        if (self.value is None) != bool(self.reason):
            raise ValueError("An agreement has a value, or None and a reason, never both.")
        if self.value is not None and not math.isfinite(self.value):
            raise ValueError(f"{self.measure} is not a finite number: {self.value}")

    def with_interval(self, interval: Interval | None, reason: str = "") -> "Agreement":
        return replace(self, interval=interval, interval_reason=reason)

    def as_dict(self) -> dict[str, Any]:
        """Plain dicts, lists, numbers, strings and None, ready for JSON."""
        shown: dict[str, Any] = {"value": self.value, "reason": self.reason or None}
        if self.observed is not None:
            shown |= {"observed": self.observed, "expected": self.expected}
        if self.parts:
            shown["parts"] = dict(self.parts)
        if self.interval:
            interval = self.interval
            shown["interval"] = [interval.low, interval.high]
            shown["interval_level"] = interval.level
        elif self.interval_reason:
            shown |= {"interval": None, "interval_reason": self.interval_reason}
        if self.by_label:
            shown["by_label"] = {label: one.as_dict() for label, one in self.by_label.items()}
        return shown


def undefined(measure: str, reason: str, **parts: float | None) -> Agreement:
    return Agreement(measure, None, reason, parts=parts)


def chance_corrected(
    measure: str, observed: float, expected: float, *, reason: str = NO_VARIATION, **parts: float
) -> Agreement:
    """1 - observed / expected disagreement; None with `reason` when chance leaves no room."""
    if expected <= 0:
        return undefined(measure, reason, **parts)
    value = 1 - observed / expected
    return Agreement(measure, value, observed=observed, expected=expected, parts=parts)


def share(
    measure: str, part: float, whole: float, *, reason: str = NOTHING_MARKED, **parts: float
) -> Agreement:
    """part / whole; None with `reason` when the whole is empty."""
    if whole <= 0:
        return undefined(measure, reason, **parts)
    return Agreement(measure, part / whole, parts=parts)
