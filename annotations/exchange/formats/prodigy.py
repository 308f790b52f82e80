"""Prodigy's JSON Lines: {"text", "tokens", "spans": [{"start", "end", "label"}], "relations",
"answer", "_annotator_id"}.

Relations join tokens there, so tokens are written and each end names its span as well. A line whose
answer is "reject" or "ignore" is nobody's work: to find nothing is to accept a line without spans.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from annotations.text.offsets import Stretch
from annotations.text.tokens import segments

from ..frame import Chunk, Form, Hints, Reading, SourceFiles
from ..frame.losses import HISTORY, OF_STUDY, PROVENANCE, THREADS
from ..records import ArticleRecord, AssignmentRecord, Corpus, SpanRecord
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

TELLING = ("answer", "_input_hash", "_annotator_id", "token_start")
# Prodigy keeps the words of a suggestion when somebody widens it; its tokens follow.
STALE = "{}–{} is where its tokens stand, “{}”; its own words, “{}”, were passed over."
LOSSES = (HISTORY, *OF_STUDY, THREADS, PROVENANCE)
KNOWN = ("text", "meta", "tokens", "spans", "relations", "answer", "title")
KNOWN_OF_SPANS = ("start", "end", "label", "text", "token_start", "token_end", "type", "source",
                  "input_hash", "id")  # fmt: skip


def write(corpus: Corpus, options: Mapping[str, str]) -> Iterator[Chunk]:
    yield from write_lines(corpus, "prodigy.jsonl", _line)


def _line(article: ArticleRecord, work: AssignmentRecord, is_gold: bool, kinds: Kinds) -> Json:
    names = {entity.id: entity.name for entity in work.entities}
    tokens = [part for part in segments(article.text) if article.text[slice(*part)].strip()]
    starts, ends = [start for start, _ in tokens], [end for _, end in tokens]
    spans = {span.id: _span(span, starts, ends) for span in work.spans}
    about: Json = {"article": about_article(article)}
    if work.annotator or is_gold:
        about["work"] = about_work(work, is_gold=is_gold)
    else:
        about["nobody"] = True
    numbers = {span.id: f"S{number}" for number, span in enumerate(work.spans, 1)}
    relations = []
    for link in work.links:
        ends_of = {"from": numbers[link.source], "to": numbers[link.target]}
        head, child = spans[link.source], spans[link.target]
        relations.append(
            {
                "head": head["token_end"],
                "child": child["token_end"],
                "head_span": head,
                "child_span": child,
                "label": "sources",
                OURS: {**ends_of, **about_link(link)},
            }
        )
    return {
        "text": article.text,
        "meta": {"title": article.title, "outlet": article.outlet},
        "tokens": [_token(article.text, number, part) for number, part in enumerate(tokens)],
        "spans": [
            {**spans[span.id], **({OURS: more} if (more := about_span(span, names, kinds)) else {})}
            for span in work.spans
        ],
        "relations": relations,
        "answer": "accept",
        "_view_id": "relations",
        "_annotator_id": "gold" if is_gold else work.annotator,
        OURS: about,
    }


def _token(text: str, number: int, part: Stretch) -> Json:
    start, end = part
    after = text[end : end + 1]
    return {
        "text": text[start:end], "start": start, "end": end, "id": number, "ws": after.isspace(),
    }  # fmt: skip


def _span(span: SpanRecord, starts: list[int], ends: list[int]) -> dict[str, Any]:
    first = bisect_right(ends, span.start)
    last = max(bisect_left(starts, span.end) - 1, first)
    label = EXTENT if span.label is None else span.label
    return {
        "start": span.start, "end": span.end, "token_start": first, "token_end": last,
        "label": label,
    }  # fmt: skip


def recognises(files: SourceFiles) -> bool:
    return any(
        begins.lstrip().startswith("{")
        and '"spans"' in begins
        and any(f'"{name}"' in begins for name in TELLING)
        for path in files.ending(*ENDINGS)
        if (begins := files.beginning(path, 2_000_000))
    )


def read(files: SourceFiles, hints: Hints) -> Reading:
    return read_lines(files, hints, _work)


def _work(value: Json, annotator: str, place: str, lost: Counter[str]) -> TaskWork | None:
    answer = value.get("answer", "accept")
    if answer != "accept":
        lost[f"Lines with the answer “{str(answer)[:20]}” are nobody's work and are left out"] += 1
        return None
    if OURS not in value:
        count_further(value, KNOWN, "a line", lost)
        meta = value.get("meta")
        count_further(meta if isinstance(meta, dict) else {}, ("title",), "a line's meta", lost)
    named = value.get("_annotator_id", value.get("_session_id"))
    work = TaskWork(named if isinstance(named, str) and named else annotator)
    text = value["text"]
    by_place: dict[tuple[int, int, str], str] = {}
    for number, each in enumerate(value.get("spans") or [], 1):
        start, end, label = whole(each["start"]), whole(each["end"]), str(each.get("label", ""))
        here = text[max(start, 0) : max(end, 0)]
        words = each.get("text")
        quote = words if isinstance(words, str) else here
        if quote != here and _tokens_say(each, value.get("tokens"), text):
            work.said.append(f"Span S{number}: {STALE.format(start, end, here[:40], quote[:40])}")
            quote = here
        work.regions.append(Region(f"S{number}", label, start, end, quote, place, ours_of(each)))
        by_place.setdefault((start, end, label), f"S{number}")
        count_further(each, KNOWN_OF_SPANS, "a span", lost)
    for each in value.get("relations") or []:
        ends = [_end(each[name], by_place) for name in ("head_span", "child_span")]
        ours = ours_of(each)
        source, target = str(ours.get("from", ends[0])), str(ours.get("to", ends[1]))
        work.links.append((source, target, ours, place))
        if (kind := each.get("label")) not in (None, "", "sources"):
            lost[LINK_KIND.format(str(kind)[:40])] += 1
    return work


def _tokens_say(span: Json, tokens: object, text: str) -> bool:
    """Whether the first and the last token stand at the span's edges, with the text's words."""
    known = {each["id"]: each for each in tokens} if isinstance(tokens, list) else {}
    first, last = known.get(span.get("token_start")), known.get(span.get("token_end"))
    if first is None or last is None:
        return False
    fits = all(text[each["start"] : each["end"]] == each["text"] for each in (first, last))
    return fits and (first["start"], last["end"]) == (span["start"], span["end"])


def _end(span: Json, by_place: Mapping[tuple[int, int, str], str]) -> str:
    key = whole(span["start"]), whole(span["end"]), str(span.get("label", ""))
    return by_place.get(key, "no span")


FORM = Form(
    name="prodigy",
    title="Prodigy JSONL",
    endings=ENDINGS,
    about="For Prodigy (spans and relations): a line for each article and annotator, with tokens.",
    losses=LOSSES,
    write=write,
    read=read,
    recognises=recognises,
)
