"""One form for the same marks: reading order, and ids that follow from it."""

from dataclasses import replace

from ..records import (
    ArticleRecord,
    AssignmentRecord,
    EntityRecord,
    GoldRecord,
    LinkRecord,
    SpanRecord,
)


def canonical(article: ArticleRecord) -> ArticleRecord:
    """The article with its assignments by annotator, spans in reading order named S1, S2, …,
    entities that some span names by name as E1, E2, …, links by their ends.

    What files call their marks differs from format to format; this is what is compared.
    """
    works = sorted(article.assignments, key=lambda work: work.annotator)
    gold = article.gold
    return replace(
        article,
        regions=tuple(sorted(article.regions, key=lambda each: (each.start, each.end, each.kind))),
        assignments=tuple(canonical_work(work) for work in works),
        gold=None if gold is None else canonical_gold(gold),
    )


def canonical_work(work: AssignmentRecord) -> AssignmentRecord:
    renamed, _ = _canonical(work)
    return renamed


def canonical_gold(gold: GoldRecord) -> GoldRecord:
    work, ids = _canonical(AssignmentRecord("", gold.spans, gold.links, gold.entities))
    joined = [
        replace(each, source=ids.get(each.source, ""), target=ids.get(each.target, ""))
        for each in gold.link_provenance
    ]
    decided = [replace(each, span=ids.get(each.span, "")) for each in gold.provenance]
    return replace(
        gold,
        spans=work.spans,
        links=work.links,
        entities=work.entities,
        provenance=tuple(sorted(decided, key=lambda each: (each.start, -each.end, each.span))),
        link_provenance=tuple(joined),
    )


def reading_order(span: SpanRecord) -> tuple[object, ...]:
    """Outer before inner, labels by their slug, extents last."""
    return span.start, -span.end, span.label is None, span.label or "", span.stretch


def _canonical(work: AssignmentRecord) -> tuple[AssignmentRecord, dict[str, str]]:
    ordered = sorted(work.spans, key=reading_order)
    ids = {span.id: f"S{number}" for number, span in enumerate(ordered, 1)}
    answered = {answer for span in ordered for answer in span.attributes.values()}
    used = sorted(
        (entity for entity in work.entities if entity.id in answered),
        key=lambda entity: (entity.name.casefold(), entity.name, entity.id),
    )
    names = {entity.id: f"E{number}" for number, entity in enumerate(used, 1)}
    links = [link for link in work.links if link.source in ids and link.target in ids]
    renamed = replace(
        work,
        spans=tuple(_renamed(span, ids, names) for span in ordered),
        links=tuple(
            sorted(
                (replace(each, source=ids[each.source], target=ids[each.target]) for each in links),
                key=_by_ends,
            )
        ),
        entities=tuple(EntityRecord(names[entity.id], entity.name) for entity in used),
    )
    return renamed, ids


def _by_ends(link: LinkRecord) -> tuple[int, int]:
    return int(link.source[1:]), int(link.target[1:])


def _renamed(span: SpanRecord, ids: dict[str, str], names: dict[str, str]) -> SpanRecord:
    attributes = {
        name: names.get(answer, answer) if isinstance(answer, str) else answer
        for name, answer in span.attributes.items()
    }
    return replace(span, id=ids[span.id], attributes=dict(sorted(attributes.items())))
