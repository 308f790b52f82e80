"""Our JavaScript modules import each other without circles: a circle has no hashed names."""

import re
from graphlib import TopologicalSorter
from pathlib import Path

from project.static import PADDING, STYLE_PADDING

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


def test_no_module_has_a_string_over_several_lines_or_with_a_comment_in_it() -> None:
    """project/static.py drops indentation and comments, which must never stand inside a string."""
    for path in FOLDER.rglob("*.js"):
        for line in path.read_text("utf-8").splitlines():
            code = re.sub(r"\\.|//.*", "", line)
            assert code.count("`") % 2 == 0, f"{path.name}: {line}"
            if " // " in line:
                assert [code.count(quote) % 2 for quote in "\"'`"] == [0, 0, 0], line


def test_what_is_dropped_of_modules_and_style_sheets_is_for_readers_only() -> None:
    module = '// Why.\nconst a = 1;  // as d\n\n  if (a) run("//"); // e\n/** f\n * g */\nh();\n'
    assert re.sub(PADDING, "", module).splitlines()[1:] == ['if (a) run("//");', "h();"]
    sheet = '/* Why */ .a :is(b, .c) > d:not(:e) {\n  f: "! " g;\n}\n@media (j: k) { .l { m: n } }'
    dropped = '.a :is(b,.c) > d:not(:e){f:"! " g;}@media (j:k){.l{m:n}}'
    assert re.sub(STYLE_PADDING, "", sheet).strip() == dropped


def test_no_style_sheet_has_a_space_in_a_string_that_would_be_dropped() -> None:
    for path in (FOLDER.parent / "css").glob("*.css"):
        sheet = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
        strings = re.findall(r""""[^"\n]*"|'[^'\n]*'""", sheet)
        assert [each for each in strings if re.search(STYLE_PADDING, each)] == [], path.name


def test_the_marking_page_names_the_modules_that_its_entry_needs() -> None:
    """Preloaded all at once, instead of fetched one import after another."""
    graph = imports()
    needed, open_ends = set(), {FOLDER / "marking" / "page.js"}
    while open_ends:
        path = open_ends.pop()
        needed.add(path.name)
        open_ends |= graph[path] - {FOLDER / "marking" / name for name in needed}
    template = FOLDER.parents[3] / "templates" / "marking" / "_modules.html"
    named = re.findall(r"js/marking/(\w+\.js)'", template.read_text("utf-8"))
    assert sorted(named) == sorted(needed)
