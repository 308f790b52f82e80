"""`python -m annotations.agreement check FILE` and `compute FILE`: agreement without Django."""

import argparse
import io
import json
import sys
from collections.abc import Sequence
from typing import Any

from annotations.agreement.cases import Verdict, verdicts
from annotations.agreement.computing import compute
from annotations.agreement.reading import BadFile, articles_of, load
from annotations.agreement.registry import REGISTRY, REPORTED
from annotations.agreement.result import Agreement
from annotations.text.refusal import Refusal


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 all well, 1 a case failed, 2 the input cannot be used."""
    chosen = _parser().parse_args(arguments)
    _escape_what_cannot_be_written()
    try:
        return int(chosen.run(chosen))
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 2


def check(chosen: argparse.Namespace) -> int:
    cases = load(chosen.file)
    if isinstance(cases, dict):
        cases = [cases]
    if not isinstance(cases, list) or not cases:
        raise BadFile("This file holds no list of cases.")
    failed = 0
    for verdict in verdicts(cases):
        print(_case_line(verdict))
        failed += not verdict.passed
    print(f"{len(cases) - failed} passed, {failed} failed", file=sys.stderr)
    return 1 if failed else 0


def run_compute(chosen: argparse.Namespace) -> int:
    articles = articles_of(load(chosen.file))
    asked = [name for given in chosen.measure or [] for name in given.split(",") if name]
    if asked == ["all"]:
        asked = [name for name, one in REGISTRY.items() if one.articles]
    found = compute(
        articles,
        asked or list(REPORTED),
        seed=chosen.seed,
        samples=chosen.samples,
        replicates=chosen.replicates,
    )
    if chosen.json:
        shown = {name: one.as_dict() for name, one in found.items()}
        print(_json(shown, indent=1, allow_nan=False))
    else:
        for name, one in found.items():
            print(f"{name}\t{_in_words(one)}")
            if name == "gamma" and one.value is None:
                for pair, value in one.parts.items():
                    print(f"gamma of {pair}\t{_shown(value)}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m annotations.agreement", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="check | compute")
    checking = commands.add_parser("check", help="run a file of cases with known answers")
    checking.add_argument("file", help='a JSON list of cases, or "-"')
    checking.set_defaults(run=check)
    computing = commands.add_parser("compute", help="measure one article or a list of them")
    computing.add_argument("file", help='{"length", "annotators"}, or a list of such, or "-"')
    computing.add_argument(
        "--measure", action="append", metavar="NAME", help="again, or a,b, or all"
    )
    computing.add_argument("--seed", type=_at_least(0), default=1)
    computing.add_argument(
        "--samples", type=_at_least(1), default=30, help="chance draws for gamma"
    )
    computing.add_argument("--replicates", type=_at_least(2), default=1000, help="of the bootstrap")
    computing.add_argument("--json", action="store_true")
    computing.set_defaults(run=run_compute)
    return parser


def _at_least(least: int) -> Any:
    def whole(text: str) -> int:
        if not text.isascii() or not text.isdigit() or int(text) < least:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} up")
        return int(text)

    return whole


def _case_line(verdict: Verdict) -> str:
    difference = "-" if verdict.difference is None else f"{verdict.difference:.3g}"
    got = verdict.problem or _shown(verdict.got)
    columns = [verdict.name, _shown(verdict.expected), got, difference]
    return "\t".join([*columns, "pass" if verdict.passed else "fail"])


def _shown(figure: Any) -> str:
    return _json(figure, default=str)


def _json(shown: Any, **options: Any) -> str:
    """JSON in its own characters where the terminal has them all, else in escapes."""
    text = json.dumps(shown, ensure_ascii=False, **options)
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return json.dumps(shown, ensure_ascii=True, **options)
    return text


def _escape_what_cannot_be_written() -> None:
    """A word that the terminal cannot show is no reason to end."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _in_words(one: Agreement) -> str:
    if one.value is None:
        return f"undefined: {one.reason}"
    interval = one.interval
    return _plain(one.value) + (
        f"\t[{_plain(interval.low)}, {_plain(interval.high)}]" if interval else ""
    )


def _plain(value: float) -> str:
    return repr(value + 0.0)  # minus nought is nought


if __name__ == "__main__":
    sys.exit(main())
