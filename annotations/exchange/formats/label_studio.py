"""Label Studio's JSON: a task for each article, an annotation for each annotator and for gold.

A span is a region of the type "labels"; its answers are results of the same id, its further
stretches regions that name it as their parent. A model's work is a prediction. The labelling
configuration for the project lies beside. Offsets are code points, as the SDK cuts a text.

What Label Studio shows holds, since people change it there: our JSON beside a region has only what
has no control. Which controls ask for a name of the ledger stands beside the text ("ledger").
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from xml.sax.saxutils import quoteattr

from ..frame import Chunk, FileRefused, Findings, Form, Hints, Reading, SourceFiles
from ..frame.json_in import json_values
from ..frame.losses import HISTORY, OF_STUDY, PROVENANCE, THREADS
from ..records import (
    Answer,
    ArticleRecord,
    AssignmentRecord,
    CodebookRecord,
    Corpus,
    SpanRecord,
)
from ._brat_lines import TRUTH
from ._hypertext import Hypertext, has_tags, in_blocks
from ._labelled_lines import count_further, whole
from ._labelled_text import (
    LINK_KIND,
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
from ._works import EXTENT, SECOND_LABEL, all_works, kinds_asked

LOSSES = (HISTORY, *OF_STUDY, THREADS, PROVENANCE)
TASKS, CONFIG = "tasks.json", "label_config.xml"
LABELS, TEXT = "label", "text"
LEDGER = "ledger"
MIN = (
    "This is Label Studio's JSON-MIN, which lacks links and answers about marks. Export the "
    "project again, as JSON."
)
HTML = "Its text is HTML. The words between the tags are taken, and places are counted in them."
CANCELLED = "Annotations that were cancelled (tasks that somebody skipped) are left out"

# --- writing --------------------------------------------------------------------------------------


def write(corpus: Corpus, options: Mapping[str, str]) -> Iterator[Chunk]:
    yield CONFIG, _config(corpus.study.codebook).encode()
    kinds = kinds_asked(corpus.study.codebook)
    models = {person.name for person in corpus.study.people if person.is_model}
    people: dict[tuple[bool, str], int] = {}
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
    article: ArticleRecord,
    number: int,
    kinds: Kinds,
    models: set[str],
    people: dict[tuple[bool, str], int],
) -> Json:
    annotations: list[Json] = []
    predictions: list[Json] = []
    for is_gold, work in all_works(article):
        at = f"{number}-{len(annotations) + len(predictions) + 1}"
        result = list(_result(work, at, kinds))
        made = {"result": result, OURS: about_work(work, is_gold=is_gold)}
        if work.annotator in models and not is_gold:
            predictions.append({"model_version": work.annotator, **made})
        else:
            person = people.setdefault((is_gold, work.annotator), len(people) + 1)
            annotations.append({"completed_by": person, "ground_truth": is_gold, **made})
    ledger = [f"{label}.{name}" for (label, name), kind in kinds.items() if kind == "entity"]
    about = {**about_article(article), LEDGER: ledger}
    return {
        "id": number,
        "data": {"text": article.text, "title": article.title, OURS: about},
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
    shown = {
        name: words
        for name, answer in span.attributes.items()
        if (words := _shown(answer, kinds.get((span.label, name), ""), names)) is not None
    }
    hidden = {name: each for name, each in span.attributes.items() if name not in shown}
    about = about_span(replace(span, attributes=hidden, note=""), names, kinds)
    about.pop("fragments", None)
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
        for name, words in shown.items():
            control = {"id": key, "from_name": f"{label}.{name}", "to_name": TEXT}
            if kinds.get((span.label, name)) in ("choice", "yes_no"):
                value = {**place, "choices": [words]}
                yield {**control, "type": "choices", "value": value}
            else:
                value = {**place, "text": [words]}
                yield {**control, "type": "textarea", "value": value}


def _shown(answer: Answer, kind: str, names: Mapping[str, str]) -> str | None:
    """The words of an answer in its control; None where it has none that gives it back."""
    if isinstance(answer, bool):
        return str(answer).lower() if kind == "yes_no" else None
    if kind == "entity":
        return names.get(answer)
    is_truth = answer in TRUTH and kind == "choice"
    return answer if kind in ("choice", "text") and not is_truth else None


# --- reading --------------------------------------------------------------------------------------


def recognises(files: SourceFiles) -> bool:
    return any(
        ('"data"' in begins or '"task"' in begins)
        and ('"annotations"' in begins or '"completions"' in begins or '"from_name"' in begins)
        for path in files.ending(".json")
        if (begins := files.beginning(path, 2_000_000))
    ) or any(_is_min(files, path) for path in files.ending(".json"))


def read(files: SourceFiles, hints: Hints) -> Reading:
    findings = Findings()
    paths = [path for path in files.ending(".json") if _is_tasks(files, path)]
    if not paths:
        small = next((path for path in files.ending(".json") if _is_min(files, path)), "")
        raise FileRefused(small, MIN if small else "There is no .json file with tasks among them.")
    return Reading(_articles(files, paths, hints, findings), findings)


def _is_min(files: SourceFiles, path: str) -> bool:
    begins = files.beginning(path, 2_000_000)
    return all(f'"{name}"' in begins for name in ("annotation_id", "annotator", "lead_time"))


def _is_tasks(files: SourceFiles, path: str) -> bool:
    begins = files.beginning(path, 2_000_000)
    return '"annotations"' in begins or '"completions"' in begins or '"predictions"' in begins


def _articles(
    files: SourceFiles, paths: list[str], hints: Hints, findings: Findings
) -> Iterator[ArticleRecord]:
    for path in paths:
        try:
            for number, (line, value) in enumerate(json_values(files, path), 1):
                place = f"line {line}, task {number}"
                try:
                    task = _read_task(value, path, place, hints, findings)
                    breaks = _bare(task, path, findings)
                    made = make_article(task, file=path, hints=hints, findings=findings)
                    yield in_blocks(made, breaks)
                except FileRefused as refused:
                    findings.refused(refused.file, refused.place, refused.reason)
        except FileRefused as refused:
            findings.refused(refused.file, refused.place, refused.reason)


def _read_task(value: Any, path: str, place: str, hints: Hints, findings: Findings) -> Task:
    data = value.get("data") if isinstance(value, dict) else None
    if not isinstance(data, dict):
        raise FileRefused(path, "It is no task with data.", place=place)
    annotations = value.get("annotations", value.get("completions")) or []
    lost: Counter[str] = Counter()
    strings = [key for key, each in data.items() if type(each) is str and key != "title"]
    field = TEXT if TEXT in strings else next(iter(strings), "")
    text = data.get(field)
    if not text:
        raise FileRefused(path, "Its data holds no text.", place=place)
    title = data.get("title")
    stem = path.rpartition("/")[2].rpartition(".")[0]
    named = title if isinstance(title, str) else f"{stem} {value.get('id', place)}"
    about = ours_of(data)
    count_further(data, (field, "title"), "a task's data", lost)
    meta = value.get("meta")
    count_further(meta if isinstance(meta, dict) else {}, (), "a task's meta", lost)
    task = Task(text, named, place, about or None)
    ledger = about.get(LEDGER)
    ledger = ledger if isinstance(ledger, list) else None
    made = [each for each in annotations if isinstance(each, dict)]
    finished = [each for each in made if not each.get("was_cancelled")]
    lost[CANCELLED] += len(made) - len(finished)
    for each in finished:
        task.works.append(_read_work(each, _who(each, hints), ledger, path, place, findings))
    for each in value.get("predictions") or []:
        if isinstance(each, dict):
            model = str(each.get("model_version") or "model")
            work = _read_work(each, model, ledger, path, place, findings)
            for region in work.regions:
                if work.about is None:
                    region.more = {**region.more, "suggested": True, "origin": "model"}
            task.works.append(work)
    seen: dict[str, int] = {}
    for work in task.works:
        seen[work.annotator] = seen.get(work.annotator, 0) + 1
        if work.about is None and seen[work.annotator] > 1:
            work.annotator = f"{work.annotator} ({seen[work.annotator]})"
    for what, n in (+lost).items():
        findings.count_lost(path, what, n)
    return task


def _bare(task: Task, path: str, findings: Findings) -> list[int]:
    """Takes the tags from a page of HTML, and tells where in the rest its blocks begin."""
    if not (has_tags(task.text) and any(work.is_of_html for work in task.works)):
        return []
    page = Hypertext(task.text)
    task.text = page.words
    findings.repaired(path, task.place, HTML)
    for region in (each for work in task.works for each in work.regions):
        here = page.words[region.start : region.end]
        if here == here.strip() and here.split() == region.words.split():
            region.words = here
    return page.breaks


def _who(annotation: Json, hints: Hints) -> str:
    by = annotation.get("completed_by")
    if isinstance(by, dict):
        by = next((by[key] for key in ("username", "email", "id") if by.get(key)), None)
    if by is None:
        return hints.annotator or "annotator"
    return by if isinstance(by, str) else f"user {by}"


def _read_work(
    each: Json, who: str, ledger: list[Any] | None, path: str, place: str, findings: Findings
) -> TaskWork:
    """`ledger`: the controls that ask for a name; None in files of others and in our older ones,
    which showed every answer and had it beside its region as well."""
    ours = ours_of(each)
    work = TaskWork(who, about=ours or None, is_gold=ours.get("gold") is True)
    regions: dict[str, Region] = {}
    answers: dict[str, list[Json]] = {}  # results that answer about a region
    parts: dict[str, list[tuple[int, int, str]]] = {}
    elsewhere: set[str] = set()  # regions of pictures, sound and the like
    for number, result in enumerate(each.get("result") or [], 1):
        at = f"{place}, result {number}"
        try:
            _read_result(result, at, regions, answers, parts, elsewhere, work, path, findings)
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
        region.parts = sorted([(region.start, region.end, region.words), *stretches])
    for key, region in regions.items():
        _answer(region, answers.get(key, []), ledger)
    work.regions = [each for region in regions.values() for each in _by_label(region)]
    return work


def _read_result(
    result: Json,
    at: str,
    regions: dict[str, Region],
    answers: dict[str, list[Json]],
    parts: dict[str, list[tuple[int, int, str]]],
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
        for each in result.get("labels") or []:
            if each != "sources":
                findings.count_lost(path, LINK_KIND.format(str(each)[:40]))
        return
    value = result["value"]
    key = str(result.get("id", at))
    if kind in ("labels", "hypertextlabels", "paragraphlabels") and "start" in value:
        places = value
        if kind == "hypertextlabels" and isinstance(value.get("globalOffsets"), dict):
            places, work.is_of_html = value["globalOffsets"], True
        start, end = whole(_number(places["start"])), whole(_number(places["end"]))
        words = value.get("text")
        if ours.get("part") is True:
            part = start, end, words if type(words) is str else ""
            parts.setdefault(str(result["parentID"]), []).append(part)
            return
        if key in regions:
            findings.refused(path, at, f"The id {key[:40]} stands twice.")
            return
        names = value.get("labels", value.get(kind)) or [""]
        region = Region(key, str(names[0]), start, end, words if type(words) is str else "", at)
        region.further = list(dict.fromkeys(str(name) for name in names[1:] if name != names[0]))
        for name in region.further:
            findings.repaired(path, at, SECOND_LABEL.format(name[:40]))
        notes = meta.get("text")
        region.more = {**ours, "note": "\n".join(map(str, notes)) if type(notes) is list else ""}
        region.more.pop("fragments", None)  # the parts are regions of their own
        regions[key] = region
    elif key in regions and kind in ("choices", "textarea", "taxonomy", "rating", "number"):
        if not isinstance(value, dict):
            raise TypeError("its value is no object")
        answers.setdefault(key, []).append(result)
    else:
        if key not in regions:
            elsewhere.add(key)
        findings.lost_once(path, f"Results of the type “{str(kind)[:40]}” have no place here.")


def _by_label(region: Region) -> Iterator[Region]:
    """A region of several labels as a mark of each; the first has its answers, note and links."""
    yield region
    for number, name in enumerate(region.further, 2):
        yield replace(region, key=f"{region.key} ({number})", label=name, more={}, further=[])


def _number(value: Any) -> Any:
    """Some exports have offsets as words of digits."""
    return int(value) if isinstance(value, str) and value.isdecimal() else value


def _answer(region: Region, results: list[Json], ledger: list[Any] | None) -> None:
    """The answers that Label Studio shows, and ours for what it has no control for."""
    hidden, named = (_taken(region.more, name) for name in ("answers", "names"))
    if ledger is None:
        ledger = [f"{region.label}.{name}" for name in named]
        hidden, named = {}, {}
    for result in results:
        kind, value = result["type"], result["value"]
        given = value.get("text" if kind == "textarea" else kind, "")
        if given == []:
            continue
        control = str(result.get("from_name", kind))
        name = control.removeprefix(f"{region.label}.")
        words = "; ".join(map(str, given)) if isinstance(given, list) else str(given)
        hidden.pop(name, None)
        named.pop(name, None)
        if control in ledger:
            named[name] = words
        else:
            hidden[name] = words if kind == "textarea" else TRUTH.get(words, words)
    region.more |= {"answers": hidden, "names": named}


def _taken(more: Json, name: str) -> Json:
    found = more.pop(name, None)
    return dict(found) if isinstance(found, dict) else {}


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
