"""Our JavaScript modules import each other without circles: a circle has no hashed names."""

import re
from graphlib import TopologicalSorter
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "annotations" / "static" / "annotations" / "js"
IMPORT = re.compile(r"""^\s*(?:import|export)\b[^;]*?from\s*["'](\.[^"']+)["']""", re.MULTILINE)


def imports() -> dict[Path, set[Path]]:
    return {
        path: {(path.parent / name).resolve() for name in IMPORT.findall(path.read_text("utf-8"))}
        for path in FOLDER.rglob("*.js")
    }


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = imports()
    assert sum(map(len, graph.values())) > 0
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


def test_every_module_that_is_imported_is_there() -> None:
    assert [str(path) for paths in imports().values() for path in paths if not path.exists()] == []
