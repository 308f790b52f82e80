"""No pattern of the program can be made to think for long (R18): each meets long, evil input.

Patterns are collected from all modules, so that a new one is tried as well. What they meet is
made of their own signs: the parts they repeat, repeated, with something at the end that spoils
the match. CPU time is measured, not the clock, and far beyond what a linear pattern takes.
"""

import importlib
import pkgutil
import re
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import regex

import annotations

LONG = 20_000  # signs: over them a quadratic pattern takes more than a second
SECONDS = 0.8  # of CPU; linear ones take milliseconds
COMMON = (
    " ", ".", "a", "A", "1", "-", "@", "[", "“", "\\", "->", "a.", "1-", "a ", "1 a.m. ", ". ",
    "e\u0301", "\U0001f1e6", "Mr. ", "said that, a ", ";1 1", "x0041_",
)  # fmt: skip
SPOILERS = ("", "\x00")


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(annotations.__path__, "annotations."):
        if ".migrations" not in found.name and not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def patterns() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for module in modules():
        for name, value in vars(module).items():
            if isinstance(value, (re.Pattern, regex.Pattern)) and isinstance(value.pattern, str):
                found.setdefault(value.pattern, (f"{module.__name__}.{name}", value))
    return dict(found.values())


class TooLong(Exception):
    pass


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise TooLong


def uses() -> dict[str, set[str]]:
    """How the program uses each: what is only held against a whole cell is not searched for."""
    found: dict[str, set[str]] = {}
    whole = {"match", "fullmatch"}
    for path in Path(annotations.__file__).parent.rglob("*.py"):
        for name, way in re.findall(r"(\b\w+)\.(\w+)\(", path.read_text(encoding="utf-8")):
            found.setdefault(name, set()).add(way if way in whole else "search")
    return found


def seconds_of(pattern: Any, text: str, ways: Iterable[str] = ("search",)) -> float:
    begun = time.process_time()
    old = signal.signal(signal.SIGVTALRM, _stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        limit = {} if isinstance(pattern, re.Pattern) else {"timeout": SECONDS}
        for way in ways:
            getattr(pattern, way)(text, **limit)
    except (TooLong, TimeoutError):
        return SECONDS
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, old)
    return time.process_time() - begun


def test_no_pattern_takes_long_over_evil_input() -> None:
    found = patterns()
    assert len(found) > 40
    slow, used = {}, uses()
    for name, pattern in found.items():
        ways = used.get(name.rpartition(".")[2], {"search"})
        texts = (bit * (LONG // len(bit)) + end for bit in COMMON for end in SPOILERS)
        if late := next((text for text in texts if seconds_of(pattern, text, ways) >= SECONDS), ""):
            slow[name] = late[:12]
    assert slow == {}, sys.version
