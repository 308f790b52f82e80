"""Label Studio's JSON: a task for each article, an annotation for each annotator and for gold.

A span is a region of the type "labels"; its answers are regions of the same id, its further
stretches regions that name it as their parent. A model's work is a prediction. The labelling
configuration for the project lies beside. Offsets are code points, as the SDK cuts a text.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from xml.sax.saxutils import quoteattr

from ..frame import Chunk, FileRefused, Findings, Form, Hints, Reading, SourceFiles
from ..frame.json_in import json_values
from ..frame.losses import HISTORY, PROVENANCE, THREADS
from ..records import ArticleRecord, AssignmentRecord, CodebookRecord, Corpus, SpanRecord
from ._labelled_lines import whole
from ._labelled_text import (
    OURS,
    Json,
    Kinds,
    Region,
    Task,
    TaskWork,
    about_article,
    about_link,
    about_span,
    about_work,
    make_article,
    ours_of,
)
from ._works import EXTENT, all_works, kinds_asked

LOSSES = (HISTORY, THREADS, PROVENANCE)
TASKS, CONFIG = "tasks.json", "label_config.xml"
LABELS, TEXT = "label", "text"

# --- writing --------------------------------------------------------------------------------------


def write(corpus: Corpus, options: Mapping[str, str]) -> Iterator[Chunk]:
    yield CONFIG, _config(corpus.study.codebook).encode()
    kinds = kinds_asked(corpus.study.codebook)
    models = {person.name for person in corpus.study.people if person.is_model}
    people: dict[str, int] = {}
    yield TASKS, b"["
    for number, article in enumerate(corpus.articles, 1):
        task = _task(article, number, kinds, models, people)
        between = ",\n" if number > 1 else "\n"
        yield TASKS, f"{between}{json.dumps(task, ensure_ascii=False)}".encode()
    yield TASKS, b"\n]\n"


def _config(book: CodebookRecord) -> str:
    """What Label Studio shows: labels, and for each of them its questions."""
    labels = [f"    <Label value={quoteattr(label.slug)}/>" for label in book.labels]
    asked = []
    for label in book.labels:
        when = f'perRegion="true" whenTagName="{LABELS}" whenLabelValue={quoteattr(label.slug)}'
        for each in label.attributes:
            name = quoteattr(f"{label.slug}.{each.name}")
            if each.kind in ("choice", "yes_no"):
                values = [choice.value for choice in each.choices] or ["true", "false"]
                choices = "".join(f"<Choice value={quoteattr(value)}/>" for value in values)
                asked.append(f'  <Choices name={name} toName="{TEXT}" {when}>{choices}</Choices>')
            else:
                asked.append(f'  <TextArea name={name} toName="{TEXT}" {when}/>')
    lines = [
        "<View>",
        '  <Relations><Relation value="sources"/></Relations>',
        f'  <Labels name="{LABELS}" toName="{TEXT}">',
        *labels,
        f'    <Label value="{EXTENT}"/>',
        "  </Labels>",
        f'  <Text name="{TEXT}" value="$text"/>',
        *asked,
        "</View>",
        "",
    ]
    return "\n".join(lines)


def _task(
    article: ArticleRecord, number: int, kinds: Kinds, models: set[str], people: dict[str, int]
) -> Json:
    annotations: list[Json] = []
    predictions: list[Json] = []
    for is_gold, work in all_works(article):
        at = f"{number}-{len(annotations) + len(predictions) + 1}"
        result = list(_result(work, at, kinds))
        about = {"result": result, OURS: about_work(work, is_gold=is_gold)}
        if work.annotator in models and not is_gold:
            predictions.append({"model_version": work.annotator, **about})
        else:
            who = "gold" if is_gold else work.annotator
            person = people.setdefault(who, len(people) + 1)
            annotations.append({"completed_by": person, "ground_truth": is_gold, **about})
    return {
        "id": number,
        "data": {"text": article.text, "title": article.title, OURS: about_article(article)},
        "annotations": annotations,
        "predictions": predictions,
    }


def _result(work: AssignmentRecord, at: str, kinds: Kinds) -> Iterator[Json]:
    names = {entity.id: entity.name for entity in work.entities}
    ids = {span.id: f"{at}-{number}" for number, span in enumerate(work.spans, 1)}
    for span in work.spans:
        yield from _regions(span, ids[span.id], names, kinds)
    for link in work.links:
        relation = {
            "type": "relation",
            "from_id": ids[link.source],
            "to_id": ids[link.target],
            "direction": "right",
            "labels": ["sources"],
        }
        yield {**relation, **({"meta": {OURS: more}} if (more := about_link(link)) else {})}


def _regions(span: SpanRecord, key: str, names: Mapping[str, str], kinds: Kinds) -> Iterator[Json]:
    label = EXTENT if span.label is None else span.label
    about = about_span(span, names, kinds)
    meta = {"text": [span.note]} if span.note else {}
    head = {"from_name": LABELS, "to_name": TEXT, "type": "labels", "origin": "manual"}
    for number, fragment in enumerate(span.fragments):
        place = {"start": fragment.start, "end": fragment.end}
        region: Json = {
            "id": f"{key}.{number}" if number else key,
            **head,
            "value": {**place, "text": fragment.text, "labels": [label]},
        }
        if number:
            yield {**region, "parentID": key, "meta": {OURS: {"part": True}}}
            continue
        yield {**region, "meta": {**meta, OURS: about}}
        for name, answer in span.attributes.items():
            control = {"id": key, "from_name": f"{label}.{name}", "to_name": TEXT}
            words = str(answer).lower() if isinstance(answer, bool) else names.get(answer, answer)
            if kinds.get((span.label, name)) in ("choice", "yes_no"):
                value = {**place, "choices": [words]}
                yield {**control, "type": "choices", "value": value}
            else:
                value = {**place, "text": [words]}
                yield {**control, "type": "textarea", "value": value}


# --- reading --------------------------------------------------------------------------------------


def recognises(files: SourceFiles) -> bool:
    return any(
        ('"data"' in begins or '"task"' in begins)
        and ('"annotations"' in begins or '"completions"' in begins or '"from_name"' in begins)
        for path in files.ending(".json")
        if (begins := files.beginning(path, 2_000_000))
    )


def read(files: SourceFiles, hints: Hints) -> Reading:
    findings = Findings()
    paths = [path for path in files.ending(".json") if _is_tasks(files, path)]
    if not paths:
        raise FileRefused("", "There is no .json file with tasks among them.")
    return Reading(_articles(files, paths, hints, findings), findings)


def _is_tasks(files: SourceFiles, path: str) -> bool:
    begins = files.beginning(path, 2_000_000)
    return '"annotations"' in begins or '"completions"' in begins or '"predictions"' in begins


def _articles(
    files: SourceFiles, paths: list[str], hints: Hints, findings: Findings
) -> Iterator[ArticleRecord]:
    for path in paths:
        try:
            for number, value in enumerate(json_values(files, path), 1):
                place = f"task {number}"
                try:
                    task = _read_task(value, path, place, hints, findings)
                    yield make_article(task, file=path, hints=hints, findings=findings)
                except FileRefused as refused:
                    findings.refused(refused.file, refused.place, refused.reason)
        except FileRefused as refused:
            findings.refused(refused.file, refused.place, refused.reason)


def _read_task(value: Any, path: str, place: str, hints: Hints, findings: Findings) -> Task:
    data = value.get("data") if isinstance(value, dict) else None
    if not isinstance(data, dict):
        raise FileRefused(path, "It is no task with data.", place=place)
    annotations = value.get("annotations", value.get("completions")) or []
    text = data.get(TEXT)
    if not isinstance(text, str):
        text = next(
            (each for key, each in data.items() if type(each) is str and key != "title"), ""
        )
    if not text:
        raise FileRefused(path, "Its data holds no text.", place=place)
    title = data.get("title")
    stem = path.rpartition("/")[2].rpartition(".")[0]
    named = title if isinstance(title, str) else f"{stem} {value.get('id', place)}"
    about = data.get(OURS)
    task = Task(text, named, place, about if isinstance(about, dict) else None)
    for each in annotations:
        if isinstance(each, dict) and not each.get("was_cancelled"):
            task.works.append(_read_work(each, _who(each, hints), path, place, findings))
    for each in value.get("predictions") or []:
        if isinstance(each, dict):
            model = str(each.get("model_version") or "model")
            work = _read_work(each, model, path, place, findings)
            for region in work.regions:
                if work.about is None:
                    region.more = {**region.more, "suggested": True, "origin": "model"}
            task.works.append(work)
    seen: dict[str, int] = {}
    for work in task.works:
        seen[work.annotator] = seen.get(work.annotator, 0) + 1
        if work.about is None and seen[work.annotator] > 1:
            work.annotator = f"{work.annotator} ({seen[work.annotator]})"
    return task


def _who(annotation: Json, hints: Hints) -> str:
    by = annotation.get("completed_by")
    if isinstance(by, dict):
        by = next((by[key] for key in ("username", "email", "id") if by.get(key)), None)
    if by is None:
        return hints.annotator or "annotator"
    return by if isinstance(by, str) else f"user {by}"


def _read_work(each: Json, who: str, path: str, place: str, findings: Findings) -> TaskWork:
    ours = ours_of(each)
    work = TaskWork(who, about=ours or None, is_gold=ours.get("gold") is True)
    regions: dict[str, Region] = {}
    parts: dict[str, list[list[int]]] = {}
    elsewhere: set[str] = set()  # regions of pictures, sound and the like
    for number, result in enumerate(each.get("result") or [], 1):
        at = f"{place}, result {number}"
        try:
            _read_result(result, at, regions, parts, elsewhere, work, path, findings)
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            findings.refused(path, at, f"The result is not as Label Studio has it ({error}).")
    if any({link[0], link[1]} & elsewhere for link in work.links):
        findings.lost_once(path, "Relations of what is no stretch of text are left out.")
        work.links = [link for link in work.links if not {link[0], link[1]} & elsewhere]
    for key, stretches in parts.items():
        region = regions.get(key)
        if region is None:
            findings.refused(path, place, f"A part belongs to {key[:40]}, which is not there.")
            continue
        places = sorted([[region.start, region.end], *stretches])
        region.more = {**region.more, "fragments": places}
        region.start, region.end, region.words = places[0][0], places[-1][1], ""
    for region in regions.values():
        if "taken" in region.more:
            region.more["answers"] = region.more.pop("taken")
    work.regions = list(regions.values())
    return work


def _read_result(
    result: Json,
    at: str,
    regions: dict[str, Region],
    parts: dict[str, list[list[int]]],
    elsewhere: set[str],
    work: TaskWork,
    path: str,
    findings: Findings,
) -> None:
    kind = result["type"]
    meta: Json = result["meta"] if isinstance(result.get("meta"), dict) else {}
    ours = ours_of(meta)
    if kind == "relation":
        work.links.append((str(result["from_id"]), str(result["to_id"]), ours, at))
        return
    value = result["value"]
    key = str(result.get("id", at))
    if kind in ("labels", "hypertextlabels", "paragraphlabels") and "start" in value:
        start, end = whole(_number(value["start"])), whole(_number(value["end"]))
        if ours.get("part") is True:
            parts.setdefault(str(result["parentID"]), []).append([start, end])
            return
        if key in regions:
            findings.refused(path, at, f"The id {key[:40]} stands twice.")
            return
        names = value.get("labels", value.get(kind)) or [""]
        for name in names[1:]:
            findings.lost(path, at, f"Its second label “{str(name)[:40]}” is left out.")
        words = value.get("text")
        region = Region(key, str(names[0]), start, end, words if type(words) is str else "", at)
        notes = meta.get("text")
        region.more = dict(ours)
        if isinstance(notes, list) and notes and "note" not in ours:
            region.more["note"] = "\n".join(map(str, notes))
        regions[key] = region
    elif key in regions and kind in ("choices", "textarea", "taxonomy", "rating", "number"):
        if OURS not in meta and not _is_ours(regions[key]):
            _take_answer(result, value, kind, regions[key])
    else:
        if key not in regions:
            elsewhere.add(key)
        findings.lost_once(path, f"Results of the type “{str(kind)[:40]}” have no place here.")


def _number(value: Any) -> Any:
    """Some exports have offsets as words of digits."""
    return int(value) if isinstance(value, str) and value.isdecimal() else value


def _is_ours(region: Region) -> bool:
    return "answers" in region.more or "names" in region.more


def _take_answer(result: Json, value: Json, kind: str, region: Region) -> None:
    given = value.get("text" if kind == "textarea" else kind, "")
    name = str(result.get("from_name", kind)).removeprefix(f"{region.label}.")
    words = "; ".join(map(str, given)) if isinstance(given, list) else str(given)
    answer = {"true": True, "false": False}.get(words, words)
    taken = region.more.setdefault("taken", {})
    taken[name] = answer


FORM = Form(
    name="label_studio",
    title="Label Studio JSON",
    endings=(".json",),
    about="For Label Studio: tasks with annotations, predictions of models, and label_config.xml.",
    losses=LOSSES,
    write=write,
    read=read,
    recognises=recognises,
)
