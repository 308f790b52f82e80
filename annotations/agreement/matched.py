"""Agreement on what hangs on spans: attributes of matched spans, and links between spans."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from annotations.agreement.coding import Coding, krippendorff_alpha, observed_agreement
from annotations.agreement.continuum import Continuum, Link, as_corpus
from annotations.agreement.pairing import Match, aligned, same_units
from annotations.agreement.result import ONE_ANNOTATOR, Agreement, share, undefined

NO_MATCHED_SPAN = "no two annotators answered this on the same span"
NO_LINKS = "nobody drew a link"


@dataclass(frozen=True, slots=True)
class Answers:
    """What two annotators answered on one matched span: units i and j, None = left blank."""

    article: int
    a: str
    b: str
    i: int
    j: int
    values: tuple[Any, Any]


@dataclass(frozen=True, slots=True)
class LinkFinding:
    """A link of annotator a (index into its links) and of b; None where there is none."""

    article: int
    a: str
    b: str
    link_a: int | None
    link_b: int | None


def answers(
    articles: Continuum | Iterable[Continuum], attribute: str, label: str | None = None
) -> list[Answers]:
    """Answers to `attribute` on all spans that two annotators share: aligned, same label."""
    found = []
    for index, article in enumerate(as_corpus(articles)):
        for a, b in article.pairs:
            ours, theirs = article.annotators[a], article.annotators[b]
            for match in aligned(ours, theirs):
                if match.kind not in ("agreed", "boundary"):
                    continue
                i, j = match.i or 0, match.j or 0
                if label not in (None, ours[i].label):
                    continue
                values = (ours[i].attributes.get(attribute), theirs[j].attributes.get(attribute))
                found.append(Answers(index, a, b, i, j, values))
    return found


def attribute_agreement(
    given: Iterable[Answers],
    *,
    distance: Literal["nominal", "ordinal"] = "nominal",
    values: Sequence[Any] | None = None,
) -> Agreement:
    """Krippendorff's alpha over matched spans that both answered.

    values fixes the order for the ordinal distance. parts: spans (both answered), agreeing (the
    plain share that did), blank (matched, but one or both left it open).
    """
    name = "attribute_alpha"
    rows = [one.values for one in given]
    both = [row for row in rows if None not in row]
    if not both:
        return undefined(name, NO_MATCHED_SPAN, spans=0, blank=len(rows))
    coding = Coding.of(both, values=values)
    parts = {
        "spans": len(both),
        "agreeing": observed_agreement(coding).value,
        "blank": len(rows) - len(both),
    }
    return replace(krippendorff_alpha(coding, distance), measure=name, parts=parts)


def link_findings(
    articles: Continuum | Iterable[Continuum],
    *,
    exact: bool = True,
    matches: Sequence[Match] | None = None,
) -> list[LinkFinding]:
    """Links side by side. A link is shared when both of its ends match: the same units (exact),
    or units of one label that are aligned though their boundaries differ.

    matches: what `pairing.aligned` gave, for one article of two annotators.
    """
    found = []
    for index, article in enumerate(as_corpus(articles)):
        for a, b in article.pairs:
            ours, theirs = article.links.get(a, ()), article.links.get(b, ())
            if not ours and not theirs:
                continue
            partner = _partners(article, a, b, exact=exact, matches=matches)
            place = {link: at for at, link in enumerate(theirs)}
            pairs = [(at, _shared(link, partner, place)) for at, link in enumerate(ours)]
            taken = {other for _, other in pairs if other is not None}
            lonely = [(None, at) for at in range(len(theirs)) if at not in taken]
            found += [LinkFinding(index, a, b, one, other) for one, other in (*pairs, *lonely)]
    return found


def link_f1(articles: Continuum | Iterable[Continuum], *, exact: bool = True) -> Agreement:
    """2 x shared links / (links of a + links of b), summed over pairs of annotators."""
    name = "link_f1" if exact else "link_f1_tolerant"
    corpus = as_corpus(articles)
    if not any(len(article.annotators) > 1 for article in corpus):
        return undefined(name, ONE_ANNOTATOR)
    found = link_findings(corpus, exact=exact)
    shared = sum(one.link_a is not None and one.link_b is not None for one in found)
    return share(name, 2 * shared, len(found) + shared, reason=NO_LINKS, shared=shared)


def _partners(
    article: Continuum, a: str, b: str, *, exact: bool, matches: Sequence[Match] | None
) -> dict[int, int]:
    ours, theirs = article.annotators[a], article.annotators[b]
    if exact:
        return dict(same_units(ours, theirs))
    return {
        match.i: match.j
        for match in (aligned(ours, theirs) if matches is None else matches)
        if match.kind in ("agreed", "boundary") and match.i is not None and match.j is not None
    }


def _shared(link: Link, partner: dict[int, int], place: dict[Link, int]) -> int | None:
    source, target = (partner.get(end) for end in link)
    if source is None or target is None:
        return None
    return place.get((source, target))
