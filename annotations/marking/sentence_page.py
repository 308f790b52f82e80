"""What the sentence form shows: one sentence, its marks, and a form for each thing to do."""

import uuid
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from .codebook import codebook_wire
from .forms import EXTENT, AnswersForm, Choices, LinkForm, MarkForm, fresh_ids
from .queries import Work, live_spans, read_entities, read_links, read_regions, read_spans
from .sentences import NEAR, Found, Sentence, first_unmarked, markable, marks_in
from .wire import Stretch, Wire

CLIP = 70
Data = Mapping[str, Any] | None


class SentencePage:
    """One sentence of one's own work. Everything is read once."""

    def __init__(self, work: Work, number: str) -> None:
        self.work = work
        self.text = work.article.text
        self.regions = [(start, end) for start, end, _ in read_regions(work.article)]
        self.sentences = markable(work.article.sentences, self.regions)
        self.spans = read_spans(live_spans(work.assignment.pk), self.text)
        self.links = read_links(work.assignment.pk)
        self.codebook = codebook_wire(work.standing.study, work.version_number)
        self.labels: dict[str, Wire] = {label["id"]: label for label in self.codebook["labels"]}
        asked = int(number) if number.isascii() and number.isdigit() and len(number) < 8 else 0
        first = asked or first_unmarked(self.sentences, self.spans)
        self.number = min(max(first, 1), max(len(self.sentences), 1))

    @cached_property
    def entities(self) -> list[Wire]:
        return read_entities(self.work.assignment)

    @cached_property
    def names(self) -> dict[str, str]:
        return {entity["id"]: entity["name"] for entity in self.entities}

    @cached_property
    def here(self) -> Stretch:
        return self.sentences[self.number - 1] if self.sentences else (0, len(self.text))

    @cached_property
    def sentence(self) -> Sentence:
        start, end = self.here
        return Sentence(
            self.number, start, end, self.text[start:end], marks_in(self.spans, start, end)
        )

    @cached_property
    def near(self) -> list[Wire]:
        """Marks in the sentences around, the only ones offered for links."""
        around = self.sentences[max(0, self.number - 1 - NEAR) : self.number + NEAR]
        spans = marks_in(self.spans, around[0][0], around[-1][1]) if around else []
        return [span for span in spans if span["state"] == "marked"]

    def span(self, span_id: uuid.UUID) -> Wire | None:
        return next((span for span in self.spans if span["id"] == str(span_id)), None)

    def slug(self, span: Wire) -> str:
        return self.labels[span["label"]]["slug"] if span["label"] else ""

    def title(self, span: Wire) -> str:
        name = self.labels[span["label"]]["name"] if span["label"] else "Extent"
        quote = " … ".join(part["quote"] for part in span["fragments"])
        return f"{name}: {quote if len(quote) <= CLIP else quote[: CLIP - 1] + '…'}"

    def may_be_claim(self, span: Wire, sources: set[str]) -> bool:
        """Whether a link may lead to it from a source of one of those labels."""
        label = self.labels.get(span["label"] or "")
        return label is None or (label["voice"] != "outlet" and bool(sources - {label["id"]}))

    # --- forms ------------------------------------------------------------------------------

    def label_choices(self, held: str | None = None) -> Choices:
        return [
            (label["id"], label["name"])
            for label in self.codebook["labels"]
            if not label["archived"] or label["id"] == held
        ]

    def extent_choices(self) -> Choices:
        return [(span["id"], self.title(span)) for span in self.near if not span["label"]]

    def mark_form(self, data: Data = None, places: Sequence[Found] = ()) -> MarkForm:
        return MarkForm(
            data,
            initial={**fresh_ids("span_id"), "codebook": self.codebook["number"]},
            labels=self.label_choices(),
            extents=self.extent_choices(),
            places=places,
        )

    def answers_form(self, span: Wire, data: Data = None) -> AnswersForm:
        label = self.labels.get(span["label"] or "")
        given = {
            f"answer_{name}": self.names.get(answer, answer)
            for name, answer in span["attributes"].items()
        }
        told = {name: span[name] for name in ("ver", "flag", "note")}
        told |= {
            "words": " ".join(span["fragments"][0]["quote"].split()),
            "codebook": self.codebook["number"],
        }
        initial = {"span_id": span["id"], "label": span["label"] or EXTENT, **told, **given}
        return AnswersForm(
            data,
            initial={**fresh_ids(), **initial},
            label=label,
            labels=self.label_choices(span["label"]),
            names=self.names,
            in_parts=len(span["fragments"]) > 1,
            auto_id=f"id_{span['id'][:8]}_%s",
        )

    def link_form(self, data: Data = None) -> LinkForm | None:
        """None while there is nothing to link nearby."""
        sources = [s for s in self.near if s["label"] and self.labels[s["label"]]["begins"]]
        kinds = {source["label"] for source in sources}
        targets = [s for s in self.near if self.may_be_claim(s, kinds)]
        if not sources or not targets:
            return None
        return LinkForm(
            data,
            initial=fresh_ids("link_id"),
            sources=[(span["id"], self.title(span)) for span in sources],
            targets=[(span["id"], self.title(span)) for span in targets],
        )

    # --- what the template gets --------------------------------------------------------------

    def context(self, bound: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """`bound`: a form that was refused, by name, to be shown again as it was filled in."""
        bound = bound or {}
        standing = self.work.standing
        return {
            "standing": standing,
            "study": standing.study,
            "article": self.work.article,
            "assignment": self.work.assignment,
            "read_only": not self.work.is_open,
            "sentence": self.sentence,
            "n_sentences": len(self.sentences),
            "around": self._around(),
            "marks": [self._listed(span, bound) for span in self.sentence.marks],
            "links": self._links_here(),
            "mark_form": bound.get("mark") or self.mark_form(),
            "link_form": bound.get("link") or self.link_form(),
            "entities": self.entities,
            "undo_id": uuid.uuid4(),
            "redo_id": uuid.uuid4(),
            "rules": self.codebook["labels"],
        }

    def _around(self) -> dict[str, str]:
        start, end = self.here
        return {
            "before": self.text[max(0, start - 300) : start].strip(),
            "after": self.text[end : end + 300].strip(),
        }

    def _listed(self, span: Wire, bound: Mapping[str, Any]) -> Wire:
        return {
            "span": span,
            "title": self.title(span),
            "slot": self.labels[span["label"]]["slot"] if span["label"] else "x",
            "form": bound.get(span["id"]) or self.answers_form(span),
            "op_id": uuid.uuid4(),
        }

    def _links_here(self) -> list[Wire]:
        here = {span["id"] for span in self.sentence.marks}
        by_id = {span["id"]: span for span in self.spans}
        return [
            {
                **link,
                "op_id": uuid.uuid4(),
                "cue_id": uuid.uuid4(),
                "source_title": self.title(by_id[link["source"]]),
                "target_title": self.title(by_id[link["target"]]),
            }
            for link in self.links
            if here & {link["source"], link["target"]}
        ]
