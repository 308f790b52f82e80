"""The design system: small, and its catalogue tells the truth."""

import gzip
import re
from pathlib import Path

CSS = Path("annotations/static/annotations/css/site.css")
HEAD, RULES = CSS.read_text(encoding="utf-8").split("*/", 1)
SELECTORS = re.sub(r"\{[^{}]*\}|/\*.*?\*/", " ", RULES, flags=re.S)


def test_the_sheet_stays_under_8_kb_gzipped() -> None:
    assert len(gzip.compress(CSS.read_bytes(), 9)) < 8192


def test_every_class_of_the_catalogue_exists() -> None:
    listed = set(re.findall(r"(?<![\w])\.([a-z][\w-]*)", HEAD))
    styled = set(re.findall(r"\.([a-z][\w-]*)", SELECTORS))
    bare = {"waiting", "closed"}  # look like the badge itself
    assert listed - styled - bare <= {"html", "name", "form", "slot-n"}  # words of the examples
    assert "button" in listed & styled


def test_text_is_readable_in_light_and_dark() -> None:
    """WCAG contrast of 4.5 for text and 3 for edges and lines, on paper and wash."""
    pairs = dict(re.findall(r"--([a-z0-9-]+): light-dark\((#\w+, #\w+)\)", RULES))
    colours = {name: value.split(", ") for name, value in pairs.items()}
    low = []
    for scheme in (0, 1):
        for ground in ("paper", "wash"):
            for name in ("ink", "soft", "link", "act", "bad", "good", "warn", "focus"):
                if contrast(colours[name][scheme], colours[ground][scheme]) < 4.5:
                    low.append((name, ground, scheme))
        for tone in ("good", "warn", "bad"):
            if contrast(colours[tone][scheme], colours[f"{tone}-wash"][scheme]) < 4.5:
                low.append((tone, "its wash", scheme))
        if contrast(colours["on-act"][scheme], colours["act"][scheme]) < 4.5:
            low.append(("on-act", "act", scheme))
        for slot in range(1, 9):
            if contrast(colours[f"l{slot}"][scheme], colours["paper"][scheme]) < 4.5:
                low.append((f"l{slot}", "paper", scheme))
        if contrast(colours["edge"][scheme], colours["paper"][scheme]) < 3:
            low.append(("edge", "paper", scheme))
    assert low == []


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(d * 2 for d in colour[1:])
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
