"""`python -m annotations.agreement`: what it prints, and how it ends."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from annotations.agreement import Continuum, measure
from annotations.agreement.__main__ import main

PUBLISHED = Path(__file__).parent / "published"
ARTICLE = {
    "length": 60,
    "annotators": {
        "alice": [
            {"start": 0, "end": 9, "label": "a"},
            {"fragments": [[20, 25], [30, 35]], "label": "b"},
        ],
        "bob": [{"start": 0, "end": 8, "label": "a"}, {"start": 20, "end": 35, "label": "b"}],
    },
}
WITHOUT_DJANGO = """
import runpy, sys
class Barred:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("django", "scipy"):
            raise ImportError(name + " is barred")
sys.meta_path.insert(0, Barred())
runpy.run_module("annotations.agreement", run_name="__main__", alter_sys=True)
"""


def written(folder: Path, data: Any) -> str:
    path = folder / "given.json"
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    return str(path)


@pytest.mark.parametrize("family", ["coding", "gamma", "overlap", "unitizing"])
def test_check_runs_with_no_django_and_no_scipy_installed(family: str) -> None:
    file = PUBLISHED / f"{family}.json"
    ran = subprocess.run(
        [sys.executable, "-c", WITHOUT_DJANGO, "check", str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    lines = ran.stdout.splitlines()
    assert len(lines) == len(json.loads(file.read_text()))
    assert all(line.endswith("\tpass") and line.count("\t") == 4 for line in lines)


def test_check_shows_expected_got_and_difference_and_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    right = json.loads((PUBLISHED / "coding.json").read_text())[0]
    wrong = {**right, "name": "wrong", "expected": 0.5}
    assert main(["check", written(tmp_path, [right, wrong])]) == 1
    first, second = capsys.readouterr().out.splitlines()
    assert first.split("\t")[-1] == "pass"
    name, expected, got, difference, verdict = second.split("\t")
    assert (name, expected, verdict) == ("wrong", "0.5", "fail")
    assert float(got) == pytest.approx(2 / 21)
    assert float(difference) == pytest.approx(0.5 - 2 / 21, abs=1e-3)


def test_undefined_is_expected_as_null(tmp_path: Path) -> None:
    given = {"form": "units_by_coders", "data": [["x", "x"]], "missing": None}
    case = {"name": "one value", "measure": "alpha_nominal", "input": given, "expected": None}
    assert main(["check", written(tmp_path, [case])]) == 0
    assert main(["check", written(tmp_path, [{**case, "expected": 1.0}])]) == 1


SPANS = {"form": "spans", "begin": 0, "length": 9, "coders": {"x": [[0, 2, "a"]]}}
CODES = {"form": "units_by_coders", "data": [[1, 2], [2, 2]], "missing": None}


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        (3, "This case is not an object."),
        ({"measure": "gamma", "input": SPANS}, "This case has no expected."),
        ({"measure": "kapa", "input": CODES, "expected": 1}, "There is no measure 'kapa'"),
        ({"measure": "kapa", "input": SPANS, "expected": 1}, "There is no measure 'kapa'"),
        ({"measure": "gamma", "input": {"form": "x"}, "expected": 1}, "There is no input form 'x'"),
        ({"measure": "gamma", "input": 3, "expected": 1}, "The input is not an object."),
        (
            {"measure": "gwet_ac1", "input": {**CODES, "data": 1}, "expected": 1},
            "not a list of lists",
        ),
        ({"measure": "gamma", "input": {**SPANS, "length": 1}, "expected": 1}, "lies outside"),
        ({"measure": "gamma", "input": {"form": "spans"}, "expected": 1}, "not an object of name"),
        ({"measure": "gwet_ac1", "input": CODES, "expected": "1"}, "not a number"),
        (
            {"measure": "alpha_interval", "input": {**CODES, "data": [["x", "y"]]}, "expected": 1},
            "null",
        ),
    ],
)
def test_a_bad_case_fails_with_a_sentence(
    case: Any, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", written(tmp_path, [case])]) == 1
    line = capsys.readouterr().out
    assert sentence in line
    assert line.endswith("\tfail\n")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "is not JSON: Expecting property name"),
        ("", "is not JSON: Expecting value"),
        ("[" * 100_000, "is not JSON that can be read"),
        ("3", "holds neither an article"),
        ("[]", "holds no article"),
        ("[3]", "Article 1 is not an object"),
        ('{"length": 3}', "The article has no annotators."),
        ('{"length": 3, "annotators": []}', "annotators is not an object"),
        ('{"length": 3, "annotators": {"x": 1}}', "x has no list of units"),
        ('{"length": -3, "annotators": {}}', "whole number"),
        ('{"length": NaN, "annotators": {}}', "NaN is not a number"),
        ('{"length": 9, "annotators": {"x": [{"start": 4, "end": 2}]}}', "ends before it starts"),
        ('{"length": 9, "annotators": {"x": [{"start": 4, "end": 12}]}}', "lies outside"),
    ],
)
def test_bad_input_to_compute_is_refused_in_words(
    text: str, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compute", written(tmp_path, text)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert sentence in said.err
    assert len(said.err.splitlines()) == 1


def test_a_file_that_is_not_there_and_an_unknown_measure_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compute", str(tmp_path / "none.json")]) == 2
    assert "There is no file" in capsys.readouterr().err
    assert main(["compute", written(tmp_path, ARTICLE), "--measure", "kapa"]) == 2
    assert "There is no measure called 'kapa'" in capsys.readouterr().err
    assert main(["check", written(tmp_path, "{}")]) == 1
    assert main(["check", written(tmp_path, "[]")]) == 2


def test_compute_prints_a_measure_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["--measure", "krippendorff_alpha_u", "--measure", "gamma,exact_f1", "--seed", "4"]
    assert main(["compute", written(tmp_path, ARTICLE), *asked]) == 0
    lines = dict(line.split("\t") for line in capsys.readouterr().out.splitlines())
    assert list(lines) == ["krippendorff_alpha_u", "gamma", "exact_f1"]
    article = Continuum.of(ARTICLE["length"], ARTICLE["annotators"])  # type: ignore[arg-type]
    for name, shown in lines.items():
        assert float(shown) == measure(name, article, seed=4).value


def test_compute_in_json_has_values_reasons_and_labels(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lonely = {"length": 9, "annotators": {"alice": [{"start": 1, "end": 2, "label": "a"}]}}
    assert main(["compute", written(tmp_path, [ARTICLE, ARTICLE]), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert set(shown) == {"exact_f1", "character_f1", "krippendorff_alpha_u", "gamma", "gamma_cat"}
    assert shown["exact_f1"]["value"] == 0
    assert shown["exact_f1"]["interval_reason"] == "too few articles for an interval"
    assert set(shown["character_f1"]["by_label"]) == {"a", "b"}
    assert main(["compute", written(tmp_path, lonely), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    for one in shown.values():
        assert one["value"] is None
        assert one["reason"] == "fewer than two annotators submitted this"


def test_every_measure_of_articles_can_be_asked_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compute", written(tmp_path, ARTICLE), "--measure", "all"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 18


@pytest.mark.parametrize("option", [["--seed", "-1"], ["--samples", "0"], ["--seed", "x"]])
def test_bad_options_are_refused(option: list[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["compute", written(tmp_path, ARTICLE), *option])
    assert ended.value.code == 2
