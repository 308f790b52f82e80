"""A project as INCEpTION exports it: a folder for each document, a zip in it for each annotator."""

import io
import zipfile
from pathlib import Path

import pytest

from annotations.exchange.formats import find_format, recognised
from annotations.exchange.frame import FileRefused, Hints, SourceFiles, SourceLimits

from .test_left_out import XMI

TYPES = '<typeSystemDescription xmlns="http://uima.apache.org/resourceSpecifier"/>'
LOST = "Files of what INCEpTION calls INITIAL_CAS, which is nobody's work, are left out: {}."
Tree = dict[str, "str | bytes"]


def zipped(files: Tree) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return out.getvalue()


def tsv(word: str, value: str = "_") -> str:
    head = "#FORMAT=WebAnno TSV 3.3\n#T_SP=de.X.Entity|value\n\n\n"
    return f"{head}#Text={word} lied.\n1-1\t0-3\t{word}\t{value}\t\n1-2\t4-8\tlied\t_\t\n"


def found(name: str, files: SourceFiles) -> tuple[dict[str, list[str]], list[str]]:
    """{title: annotators}, and what is said."""
    form = find_format(name)
    assert form.read is not None
    made = form.read(files, Hints(annotator="me"))
    people = {
        article.title: [work.annotator for work in article.assignments]
        + ["gold"] * (article.gold is not None)
        for article in made.articles
    }
    said = [str(each) for each in made.findings if "Rel" not in str(each)]
    return people, [each for each in said if "second links" not in each]


@pytest.mark.parametrize("on_disk", [False, True])
def test_each_annotators_zip_is_opened_where_it_lies(on_disk: bool, tmp_path: Path) -> None:
    one, two = (XMI.replace("Bob lied", f"{who} lied") for who in ("Bob", "Tom"))
    files: Tree = {}
    for folder, text in (("annotation/d.txt", one), ("annotation/e.txt", two)):
        for who in ("admin", "INITIAL_CAS"):
            content = zipped({f"{who}.xmi": text, "TypeSystem.xml": TYPES})
            files[f"{folder}/{who}.zip"] = content
    files["annotation/e.txt/ann.zip"] = zipped({"e.xmi": two, "TypeSystem.xml": TYPES + " "})
    files["curation/d.txt/CURATION_USER.zip"] = zipped({"CURATION_USER.xmi": one})
    source = SourceFiles.uploaded([("project.zip", zipped(files))])
    if on_disk:
        for path, content in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(content if isinstance(content, bytes) else b"")
        source = SourceFiles.on_disk(tmp_path)
    assert [form.name for form in recognised(source)] == ["xmi"]
    assert "annotation/d.txt/TypeSystem.xml" in source
    assert "annotation/e.txt/ann/e.xmi" in source  # no file in it bears its name
    people, said = found("xmi", source)
    assert people == {"d.txt": ["admin", "gold"], "e.txt": ["admin", "e"]}
    assert said == [LOST.format(2)]


LAYOUTS: list[tuple[Tree, dict[str, list[str]], int]] = [
    (  # as many names of files as documents
        {
            f"annotation/{folder}/{who}.tsv": tsv(word)
            for folder, word in (("d.txt", "Bob"), ("e.txt", "Tom"))
            for who in ("admin", "INITIAL_CAS")
        },
        {"d.txt": ["admin"], "e.txt": ["admin"]},
        2,
    ),
    (
        {"d.txt/ann.tsv": tsv("Bob"), "d.txt/bob.tsv": tsv("Bob"), "e.txt/ann.tsv": tsv("Tom"),
         "e.txt/bob.tsv": tsv("Tom")},
        {"d.txt": ["ann", "bob"], "e.txt": ["ann", "bob"]},
        0,
    ),
    (  # a folder for each annotator, as many as documents
        {"ann/d.tsv": tsv("Bob"), "bob/d.tsv": tsv("Bob"), "ann/e.tsv": tsv("Tom"),
         "bob/e.tsv": tsv("Tom")},
        {"d": ["ann", "bob"], "e": ["ann", "bob"]},
        0,
    ),
    ({"d.txt/INITIAL_CAS.tsv": tsv("Bob")}, {"d.txt": []}, 1),
    (
        {"x/story_bob.tsv": tsv("Bob"), "x/story_bill.tsv": tsv("Bob")},
        {"story": ["bob", "bill"]},
        0,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("files", "people", "n_untouched"), LAYOUTS)
def test_whose_a_file_is_follows_from_what_lies_beside_it(
    files: Tree, people: dict[str, list[str]], n_untouched: int
) -> None:
    source = SourceFiles.uploaded([("p.zip", zipped(files))])
    who, said = found("webanno_tsv", source)
    assert {title: sorted(names) for title, names in who.items()} == {
        title: sorted(names) for title, names in people.items()
    }
    assert said == ([LOST.format(n_untouched)] if n_untouched else [])


def test_work_that_only_java_can_read_is_said() -> None:
    files: Tree = {"annotation/d.txt/ann.tsv": tsv("Bob"), "annotation/d.txt/bob.txt": "Bob lied."}
    files |= {f"annotation_ser/d.txt/{who}.ser": b"x" for who in ("ann", "bob", "INITIAL_CAS")}
    people, said = found("webanno_tsv", SourceFiles.uploaded([("p.zip", zipped(files))]))
    assert sum(map(len, people.values())) == 1
    assert said == [
        "Work that lies only in Java's own files (.ser) is not read; export the project as XMI for "
        "it: 1."
    ]


SMALL = SourceLimits(n_files=20, total_bytes=10_000, file_bytes=5_000)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a.zip": zipped({"x": b"0" * 6_000})}, "a/x: It is 6 kB"),
        (
            {f"{n}.zip": zipped({"x": b"0" * 4_000}) for n in range(4)},
            "With it the files are more than",
        ),
        ({"a.zip": zipped({str(n): b"" for n in range(30)})}, "a.zip: It holds 30 files"),
        ({"b/a.zip": zipped({"../x": b""})}, "b/a.zip: It holds a path to a folder above its own"),
        ({"b/a.zip": b"no zip"}, "b/a.zip: This is not a zip file that can be read"),
        ({"b/a.zip": zipped({"x": b"1"})[:-30]}, "b/a.zip: This is not a zip file that can"),
    ],
)
def test_a_zip_within_a_zip_keeps_the_limits(files: Tree, said: str) -> None:
    with pytest.raises(FileRefused) as refused:
        SourceFiles.uploaded([("p.zip", zipped(files))], SMALL)
    assert said in str(refused.value)


def test_a_zip_in_a_zip_in_a_zip_stays_closed() -> None:
    inner = zipped({"b/c.zip": zipped({"x.txt": b"x"}), "y.txt": b"y"})
    source = SourceFiles.uploaded([("p.zip", zipped({"a.zip": inner}))], SMALL)
    assert source.paths == ("a/b/c.zip", "a/y.txt")
    assert source.text("a/y.txt") == "y"
