"""Very long articles, equal choices, annotators left out: figures that do not wander."""

import copy
import json
import math
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from annotations.agreement import (
    BadUnits,
    Continuum,
    Sums,
    compare,
    compute,
    confusion,
    figure,
    measure,
    restored,
    splits,
    stored,
    sums_of,
    symmetric,
)
from annotations.agreement.__main__ import main
from annotations.agreement.cases import verdicts
from annotations.agreement.figures import MEASURES
from annotations.agreement.unitizing import alpha_bar_u, alpha_u

PUBLISHED = Path(__file__).parent / "published"
LONGEST = 10**15


def drawn(rng: random.Random, length: int, names: str, labels: str, most: int = 5) -> Continuum:
    found = {}
    for name in names:
        starts = [rng.randrange(length) for _ in range(rng.randint(0, most))]
        ends = [rng.randint(start + 1, length) for start in starts]
        found[name] = [(s, e, rng.choice(labels)) for s, e in zip(starts, ends, strict=True)]
    return Continuum.of(length, found)


@pytest.mark.parametrize("length", [10**9, 10**12, LONGEST])
def test_unitized_alpha_of_long_articles_is_right_to_the_last_digits(length: int) -> None:
    rng = random.Random(length)
    for _ in range(60):
        article = drawn(rng, length, "abcd"[: rng.randint(2, 4)], "x")
        for ours, exact in (("u", alpha_u), ("bar_u", alpha_bar_u)):
            found = measure(f"krippendorff_alpha_{ours}", article).value
            wanted = exact(article).value
            if found is None or wanted is None:
                assert found is wanted
            else:
                assert found == pytest.approx(wanted, rel=1e-13, abs=1e-13)


def test_one_character_in_a_thousand_million_million_counts() -> None:
    half = LONGEST // 2
    article = Continuum.of(LONGEST, {"a": [(0, half, "x")], "b": [(1, half, "x")]})
    for name in ("krippendorff_alpha_u", "krippendorff_alpha", "character_f1"):
        value = measure(name, article).value
        assert value is not None
        assert 0 < 1 - value < 1e-14


def test_every_measure_takes_the_longest_article() -> None:
    article = drawn(random.Random(3), LONGEST, "abc", "xy")
    for name in MEASURES:
        value = measure(name, article).value
        assert value is not None
        assert math.isfinite(value)


def test_an_article_longer_than_that_is_refused() -> None:
    with pytest.raises(BadUnits, match="at most 1,000,000,000,000,000 long"):
        Continuum.of(10**30, {"a": [], "b": []})


def test_one_sample_has_no_standard_error() -> None:
    article = Continuum.of(50, {"a": [(0, 9, "x")], "b": [(3, 12, "x")]})
    assert compute([article], ["gamma"], samples=1)["gamma"].parts["standard_error"] is None
    assert compute([article], ["gamma"], samples=2)["gamma"].parts["standard_error"] is not None


def test_leaving_out_is_as_if_the_rest_were_all_there_is() -> None:
    rng = random.Random(7)
    for _ in range(400):
        corpus = [drawn(rng, rng.randint(4, 25), "abcd", "xyz", 2) for _ in range(3)]
        kept = rng.sample("abcd", rng.randint(2, 3))
        whole, rest = sums_of(corpus), sums_of([article.only(kept) for article in corpus])
        fresh = every_figure(rest)
        assert every_figure(whole.only(kept)) == fresh
        assert every_figure(restored(stored(rest))) == fresh
        some = every_figure(sums_of([corpus[0], corpus[2]]))
        assert every_figure(whole.of_articles([0, 2])) == some


def every_figure(sums: Sums) -> dict[str, dict[str, tuple[float | None, str]]]:
    return {name: rounded(sums, name) for name in MEASURES}


def rounded(sums: Sums, name: str) -> dict[str, tuple[float | None, str]]:
    """The pooled figure and each label's: articles are added in another order, so 10 places."""
    whole = figure(sums, name)
    found = {"": whole, **whole.by_label}
    return {
        label: (None if one.value is None else round(one.value, 10), one.reason)
        for label, one in found.items()
    }


def test_a_label_of_an_article_with_one_reader_is_no_layer() -> None:
    shared = Continuum.of(20, {"a": [(0, 5, "x")], "b": [(2, 5, "x")]})
    alone = Continuum.of(20, {"a": [(0, 5, "y")]})
    assert measure("gwet_ac1", [shared, alone]).value == measure("gwet_ac1", shared).value


def told(article: Continuum) -> Any:
    counts = compare(article)
    return splits(counts), symmetric(confusion(counts))


def test_equal_choices_do_not_follow_the_order_of_spans_or_annotators() -> None:
    rng = random.Random(8)
    for _ in range(800):
        article = drawn(rng, 12, "ab", "xyz")
        a, b = article.annotators["a"], article.annotators["b"]
        as_given = told(article)
        assert told(Continuum.of(12, {"a": a[::-1], "b": rng.sample(b, len(b))})) == as_given
        assert told(Continuum.of(12, {"a": b, "b": a})) == as_given
        assert told(Continuum.of(15, {"a": moved(a), "b": moved(b)})) == as_given
        mirrored = {"a": turned(a), "b": turned(b)}
        assert told(Continuum.of(12, mirrored)) == as_given


def moved(units: Any) -> list[tuple[int, int, str]]:
    return [(unit.start + 3, unit.end + 3, unit.label) for unit in units]


def turned(units: Any) -> list[tuple[int, int, str]]:
    return [(12 - unit.end, 12 - unit.start, unit.label) for unit in units]


ODD: list[Any] = [None, [], {}, "x", -1, 10**40, True, [[1]], {"a": 1}, [None], 3.7, ""]


def places(given: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    if isinstance(given, dict):
        for key in given:
            yield from places(given[key], (*path, key))
    elif isinstance(given, list):
        for at, one in enumerate(given[:2]):
            yield from places(one, (*path, at))


@pytest.mark.parametrize("family", ["coding", "gamma", "overlap", "unitizing"])
def test_a_case_with_anything_in_any_place_gets_a_line_not_a_traceback(family: str) -> None:
    cases = json.loads((PUBLISHED / f"{family}.json").read_text())
    by_form = {case["input"]["form"]: case for case in cases}
    for case in by_form.values():
        for path in list(places(case))[:40]:
            for odd in ODD:
                broken = copy.deepcopy(case)
                inner = broken
                for key in path[:-1]:
                    inner = inner[key]
                inner[path[-1]] = odd
                assert len(list(verdicts([broken]))) == 1


def test_a_name_that_stands_twice_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "twice.json"
    path.write_text('{"length": 9, "annotators": {"ann": [], "ben": [], "ann": []}}')
    assert main(["compute", str(path)]) == 2
    assert "'ann' stands twice" in capsys.readouterr().err


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_words_that_the_terminal_lacks_are_escaped(
    encoding: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    import os
    import subprocess
    import sys

    label = '"\\ud800é"'
    unit = f'[{{"start": 1, "end": 4, "label": {label}}}]'
    path = tmp_path / "odd.json"
    path.write_text(f'{{"length": 9, "annotators": {{"a": {unit}, "b": {unit}}}}}')
    ran = subprocess.run(
        [sys.executable, "-m", "annotations.agreement", "compute", str(path), "--json"],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": encoding},
    )
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout.decode(encoding))
    assert "\ud800é" in found["exact_f1"]["by_label"]
