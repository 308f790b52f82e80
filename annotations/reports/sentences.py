"""A figure in one plain sentence, for those who do not read Greek letters. Pure."""

from collections.abc import Callable


def sentence(measure: str, value: float | None, label: str = "") -> str:
    """What the figure says, or "" for measures that have no plain sentence.

    label  the name of the label the figure is about; none means all labels together.
    """
    if value is None or measure not in SENTENCES:
        return ""
    return SENTENCES[measure](value, f" as {label}" if label else "")


def _exact_f1(value: float, marked: str) -> str:
    return (
        f"Of the spans that two annotators marked{marked}, counted for each of them, "
        f"{value:.0%} are the other’s to the letter."
    )


def _character_f1(value: float, marked: str) -> str:
    return (
        f"Of the characters that two annotators marked{marked}, counted for each of them, "
        f"{value:.0%} were marked by both."
    )


def _alpha_u(value: float, marked: str) -> str:
    return f"Over the characters marked{marked}, annotators differ {_than_chance(value)}."


def _gamma(value: float, marked: str) -> str:
    return (
        f"Laid side by side as well as can be, the spans marked{marked} differ "
        f"{_than_chance(value)}."
    )


def _gamma_cat(value: float, marked: str) -> str:
    return f"Where spans lie side by side, their labels differ {_than_chance(value)}."


def _than_chance(value: float) -> str:
    if round(value, 2) == 1:
        return "not at all"
    if round(value, 2) == 0:
        return "as much as chance would make them"
    less = "less" if value > 0 else "more"
    return f"{abs(value):.0%} {less} than chance would make them"


SENTENCES: dict[str, Callable[[float, str], str]] = {
    "exact_f1": _exact_f1,
    "character_f1": _character_f1,
    "krippendorff_alpha_u": _alpha_u,
    "gamma": _gamma,
    "gamma_cat": _gamma_cat,
}
