"""The recipe for a new kind of attribute names every place that knows the kinds there are."""

import re
from pathlib import Path
from typing import get_args

from annotations.api.shapes.articles import AttributeShape
from annotations.exchange.bringing.new_labels import ATTRIBUTE_KINDS
from annotations.study.models import AttributeKind

REPO = Path(__file__).parents[2]
KNOWS = re.compile(r"yes_no|AttributeKind")


def test_closed_lists_of_kinds_are_the_codebooks() -> None:
    kind = AttributeShape.__annotations__["kind"]

    assert list(get_args(kind)) == list(ATTRIBUTE_KINDS) == AttributeKind.values


def test_the_recipe_names_every_place_that_knows_kinds() -> None:
    told = (REPO / "CONTRIBUTING.md").read_text(encoding="utf-8")
    recipe = told.split("### A new kind of attribute")[1].split("### ")[0]
    files = [
        path
        for folder in ("annotations", "templates")
        for path in (REPO / folder).rglob("*")
        if path.suffix in (".py", ".js", ".html")
        and path.name != "__init__.py"
        and "migrations" not in path.parts
    ]
    knowing = [path for path in files if KNOWS.search(path.read_text(encoding="utf-8"))]

    named = set(re.findall(r"[\w/]+\.(?:py|js|html)", recipe))

    assert knowing
    assert [
        path for path in knowing if not any(str(path).endswith(f"/{one}") for one in named)
    ] == []
