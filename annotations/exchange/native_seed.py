"""The forerunner of the native format, "sourcemark-seed/1": read, never written.

It named people in the attributes themselves and asked things that are computed by now. What has
another name here is renamed, what has no place is left out and said.
"""

from collections import defaultdict
from typing import Any

SEED_FORMAT = "sourcemark-seed/1"

ENTITIES = {  # (label, attribute there): attribute here, its value a name in the ledger
    ("attribution", "source_entity"): "entity",
    ("allegation", "about"): "about",
    ("characterization", "target"): "target",
}
KEPT = {
    "attribution": ("source_kind",),
    "allegation": ("hedger", "hedge"),
    "characterization": ("voice", "polarity"),
}
CHOICES = {"polarity": ("negative", "positive", "mixed")}
COMPUTED = {
    "directness": "is computed from the quotation marks",
    "quoted": "is computed from the quotation marks",
    "cue": "belongs to the links, which have their own",
}


def from_seed(data: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The same marks in the native shape, and a sentence for each thing left out."""
    left_out: defaultdict[str, list[str]] = defaultdict(list)
    ledger: dict[str, str] = {}
    marks = {
        "format": SEED_FORMAT,
        "document": {
            key: data["document"].get(key)
            for key in ("file", "sha256", "code_points", "offset_unit")
        },
        "annotator": data["annotator"],
        "spans": [_span(entry, ledger, left_out) for entry in data["spans"]],
        "extents": [_extent(entry) for entry in data.get("extents", [])],
        "links": [_link(entry) for entry in data.get("links", [])],
        "entities": [{"id": key, "name": name} for name, key in ledger.items()],
    }
    for key in ("note", "guideline"):
        if data.get(key):
            left_out[f"The file’s “{key}” has no place here"].append("")
    return marks, [_sentence(what, where) for what, where in left_out.items()]


def _span(
    entry: dict[str, Any], ledger: dict[str, str], left_out: dict[str, list[str]]
) -> dict[str, Any]:
    label = entry["label"]
    attributes: dict[str, Any] = {}
    for name, value in entry.get("attributes", {}).items():
        if value is None:
            continue
        if new_name := ENTITIES.get((label, name)):
            attributes[new_name] = ledger.setdefault(value.strip(), f"E{len(ledger) + 1}")
        elif name not in KEPT.get(label, ()):
            why = COMPUTED.get(name, "is no question of the codebook")
            left_out[f"“{name}” {why}"].append(entry["id"])
        elif name in CHOICES and value not in CHOICES[name]:
            left_out[f"“{value}” is no answer to “{name}”"].append(entry["id"])
        else:
            attributes[name] = value
    words = {key: entry.get(key) for key in ("id", "label", "start", "end", "text")}
    return {**words, "attributes": attributes, "note": entry.get("why") or ""}


def _extent(entry: dict[str, Any]) -> dict[str, Any]:
    keys = ("fragments", "start", "end", "text")
    fragments: dict[str, Any] = {key: entry[key] for key in keys if key in entry}
    return {"id": entry.get("id"), **fragments, "note": entry.get("why") or ""}


def _link(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: entry[key] for key in ("from", "to", "cue") if key in entry}


def _sentence(what: str, where: list[str]) -> str:
    places = f" ({', '.join(where)})" if where != [""] else ""
    return f"{what} and was left out{places}."
