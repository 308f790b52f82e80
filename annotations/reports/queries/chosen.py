"""What a selection chose, in words for a paper."""

from annotations.corpus.models import Article, Outlet
from annotations.study.models import Round, Study

from ..layout import Names
from ..selection import Selection

NAMED = 5  # articles; more are only counted


def read_choice(study: Study, selection: Selection, names: Names) -> str:
    """What was chosen, by name; "" when everything was. At most three queries."""
    parts = []
    if selection.rounds:
        rounds = Round.objects.filter(study=study, pk__in=selection.rounds)
        parts.append(f"rounds {', '.join(rounds.values_list('name', flat=True))}")
    if n_articles := len(selection.articles):
        rows = Article.objects.filter(study=study, pk__in=selection.articles).order_by("title")
        titles = [f"“{title}”" for title in rows.values_list("title", flat=True)[:NAMED]]
        many = n_articles > NAMED
        parts.append(f"{n_articles:,} articles" if many else f"articles {', '.join(titles)}")
    if selection.outlets:
        outlets = Outlet.objects.filter(study=study, pk__in=selection.outlets).order_by("name")
        parts.append(f"outlets {', '.join(outlets.values_list('name', flat=True))}")
    if selection.published_from:
        parts.append(f"articles published from {selection.published_from}")
    if selection.published_to:
        parts.append(f"articles published up to {selection.published_to}")
    if selection.annotators:
        people = sorted(names.annotator(str(one)) for one in selection.annotators)
        parts.append(f"annotators {', '.join(people)}")
    if selection.labels:
        parts.append(f"labels {', '.join(map(names.label, selection.labels))}")
    if selection.codebook_versions:
        parts.append(f"codebook versions {', '.join(map(str, selection.codebook_versions))}")
    return "; ".join(parts)
