"""One annotator's marks, from rows: in reading order, with ids that a person can read."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from ..records import (
    Answer,
    EntityRecord,
    FragmentRecord,
    LinkRecord,
    Row,
    SpanRecord,
    Tables,
)
from .names import Names

EXTENT_TAG, ENTITY_TAG = "X", "E"


def grouped(tables: Tables, table: str, column: str) -> dict[str, list[Row]]:
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in tables.get(table, ()):
        found[row[column]].append(row)
    return dict(found)


def fragments_of(row: Row, text: str) -> tuple[FragmentRecord, ...]:
    pairs = (part.split("-") for part in row["stretch"].split(" "))
    bounds = [(int(start), int(end)) for start, end in pairs]
    return tuple(FragmentRecord(start, end, text[start:end]) for start, end in bounds)


def reading_ids(rows: Sequence[Row], names: Names) -> dict[str, str]:
    """A1, R1, R2, X1 …: each tag is counted for itself; one that ends in a digit gets a dash."""
    counted: Counter[str] = Counter()
    ids = {}
    for row in rows:
        tag = names.labels[row["label"]]["tag"] if row.get("label") else EXTENT_TAG
        counted[tag] += 1
        ids[row["id"]] = f"{tag}{'-' if tag[-1:].isdigit() else ''}{counted[tag]}"
    return ids


def in_reading_order(rows: Sequence[Row], names: Names) -> list[Row]:
    """Outer before inner, then as the codebook has the labels, extents last."""

    def place(row: Row) -> tuple[object, ...]:
        label = names.labels[row["label"]] if row.get("label") else None
        rank = (0, label["position"], label["slug"]) if label else (1, 0, "")
        return row["start"], -row["end"], rank, row["stretch"]

    return sorted(rows, key=place)


class Marks:
    """The live marks of one assignment."""

    def __init__(
        self,
        spans: Sequence[Row],
        links: Sequence[Row],
        values: Mapping[str, Sequence[Row]],
        text: str,
        names: Names,
    ) -> None:
        self._names = names
        rows = in_reading_order([row for row in spans if not row.get("deleted_at")], names)
        self._ids = reading_ids(rows, names)
        versions = [names.versions[row["codebook_version"]] for row in rows]
        self.codebook = max(versions, default=None)
        self._ledger = self._entities(rows, values)
        self.entities = tuple(sorted(self._ledger.values(), key=lambda each: int(each.id[1:])))
        self.spans = tuple(self._span(row, values.get(row["id"], ()), text) for row in rows)
        self.links = tuple(self._links(links))

    def _entities(
        self, rows: Sequence[Row], values: Mapping[str, Sequence[Row]]
    ) -> dict[str, EntityRecord]:
        """By folded name. Entries of one folded name are one: one's own and the study's list."""
        named = {
            (entity["folded_name"], entity["name"])
            for row in rows
            for value in values.get(row["id"], ())
            if value.get("entity") and (entity := self._names.entities[value["entity"]])
        }
        ledger: dict[str, EntityRecord] = {}
        for folded, name in sorted(named):
            ledger.setdefault(folded, EntityRecord(f"{ENTITY_TAG}{len(ledger) + 1}", name))
        return ledger

    def _span(self, row: Row, values: Sequence[Row], text: str) -> SpanRecord:
        number = self._names.versions[row["codebook_version"]]
        return SpanRecord(
            id=self._ids[row["id"]],
            label=self._names.slug(row.get("label")),
            fragments=fragments_of(row, text),
            attributes=self._answers(values),
            note=row.get("note", ""),
            flag=row.get("flag", ""),
            codebook=None if number == self.codebook else number,
            suggested=row["state"] == "suggested",
            origin=row["origin"],
        )

    def _answers(self, values: Sequence[Row]) -> dict[str, Answer]:
        attributes = self._names.attributes

        def place(row: Row) -> tuple[int, str]:
            attribute = attributes[row["attribute"]]
            return attribute["position"], attribute["name"]

        answers: dict[str, Answer] = {}
        for row in sorted(values, key=place):
            attribute = attributes[row["attribute"]]
            answer: Answer = row.get("text", "")
            if row.get("entity"):
                answer = self._ledger[self._names.entities[row["entity"]]["folded_name"]].id
            elif attribute["kind"] == "yes_no":
                answer = answer == "yes"
            answers[attribute["name"]] = answer
        return answers

    def _links(self, rows: Sequence[Row]) -> Iterator[LinkRecord]:
        places = {key: place for place, key in enumerate(self._ids)}
        live = [
            row
            for row in rows
            if not row.get("deleted_at") and row["source"] in places and row["target"] in places
        ]
        for row in sorted(live, key=lambda row: (places[row["source"]], places[row["target"]])):
            cue = None
            if row.get("cue_quote"):
                cue = FragmentRecord(row["cue_start"], row["cue_end"], row["cue_quote"])
            yield LinkRecord(self._ids[row["source"]], self._ids[row["target"]], cue)
