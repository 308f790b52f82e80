"""doccano's JSON Lines for sequence labelling with relations.

{"id", "text", "entities": [{"id", "label", "start_offset", "end_offset"}], "relations":
[{"id", "from_id", "to_id", "type"}]}; older exports have "label": [[start, end, label]].
"""

from collections import Counter
from collections.abc import Iterator, Mapping

from ..frame import Chunk, Form, Hints, Reading, SourceFiles
from ..frame.losses import HISTORY, OF_STUDY, PROVENANCE, THREADS
from ..records import ArticleRecord, AssignmentRecord, Corpus
from ._labelled_lines import ENDINGS, count_further, read_lines, whole, write_lines
from ._labelled_text import (
    LINK_KIND,
    OURS,
    Json,
    Kinds,
    Region,
    TaskWork,
    about_article,
    about_link,
    about_span,
    about_work,
    ours_of,
)
from ._works import EXTENT

LOSSES = (HISTORY, *OF_STUDY, THREADS, PROVENANCE)
KNOWN = ("id", "text", "data", "title", "annotator", "username", "entities", "label", "labels",
         "relations")  # fmt: skip
KNOWN_OF_SPANS = ("id", "label", "start_offset", "end_offset", "user")


def write(corpus: Corpus, options: Mapping[str, str]) -> Iterator[Chunk]:
    yield from write_lines(corpus, "doccano.jsonl", _line)


def _line(article: ArticleRecord, work: AssignmentRecord, is_gold: bool, kinds: Kinds) -> Json:
    names = {entity.id: entity.name for entity in work.entities}
    numbers = {span.id: number for number, span in enumerate(work.spans, 1)}
    about: Json = {"article": about_article(article)}
    if work.annotator or is_gold:
        about["work"] = about_work(work, is_gold=is_gold)
    else:
        about["nobody"] = True
    entities = [
        {
            "id": numbers[span.id],
            "label": EXTENT if span.label is None else span.label,
            "start_offset": span.start,
            "end_offset": span.end,
            **({OURS: more} if (more := about_span(span, names, kinds)) else {}),
        }
        for span in work.spans
    ]
    relations = [
        {
            "id": number,
            "from_id": numbers[link.source],
            "to_id": numbers[link.target],
            "type": "sources",
            **({OURS: more} if (more := about_link(link)) else {}),
        }
        for number, link in enumerate(work.links, 1)
    ]
    return {
        "text": article.text,
        "title": article.title,
        "annotator": "gold" if is_gold else work.annotator,
        "entities": entities,
        "relations": relations,
        "Comments": [],
        OURS: about,
    }


def recognises(files: SourceFiles) -> bool:
    return any(
        begins.lstrip().startswith("{")
        and ('"start_offset"' in begins or '"entities": []' in begins or '"label": [[' in begins
             or '"labels": [[' in begins or '"label":[[' in begins)
        for path in files.ending(*ENDINGS)
        if (begins := files.beginning(path, 2_000_000))
    )  # fmt: skip


def read(files: SourceFiles, hints: Hints) -> Reading:
    return read_lines(files, hints, _work)


def _work(value: Json, annotator: str, place: str, lost: Counter[str]) -> TaskWork:
    if OURS not in value:
        count_further(value, KNOWN, "a line", lost)
    named = value.get("annotator", value.get("username"))
    work = TaskWork(named if isinstance(named, str) and named else annotator)
    listed = value.get("entities", value.get("label", value.get("labels", [])))
    for number, each in enumerate(listed or [], 1):
        if isinstance(each, list):
            start, end, label = each[:3]
            region = Region(str(number), str(label), whole(start), whole(end), "", place)
        else:
            start, end = whole(each["start_offset"]), whole(each["end_offset"])
            key = str(each.get("id", number))
            region = Region(key, str(each["label"]), start, end, "", place, ours_of(each))
            count_further(each, KNOWN_OF_SPANS, "a span", lost)
        work.regions.append(region)
    for each in value.get("relations") or []:
        ends = str(each["from_id"]), str(each["to_id"])
        work.links.append((*ends, ours_of(each), place))
        if (kind := each.get("type")) not in (None, "", "sources"):
            lost[LINK_KIND.format(str(kind)[:40])] += 1
    return work


FORM = Form(
    name="doccano",
    title="doccano JSONL",
    endings=ENDINGS,
    about="For doccano: a line for each article and annotator. Offsets are code points.",
    losses=LOSSES,
    write=write,
    read=read,
    recognises=recognises,
)
