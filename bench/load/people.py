"""Makes annotators with an article each in an empty database; prints what they need, as JSON.

python -m bench.load.people 50
"""

import json
import random
import sys

from bench.marking_server.seed import (  # sets Django up
    Article,
    Assignment,
    article_row,
    assign,
    join,
    make_study,
    make_text,
    make_user,
    worker,
)

N_WORDS = 600


def main(n_people: int) -> None:
    dice = random.Random(20_261_122)
    study = make_study("Marking")
    users = [join(study, make_user(f"annotator_{n:03}")) for n in range(n_people)]
    articles = [
        article_row(study, f"{make_text(N_WORDS, dice)}\n\n{n}", f"Article {n}")
        for n in range(n_people)
    ]
    Article.objects.bulk_create(articles)
    assign(articles, [[user] for user in users])
    mine = Assignment.objects.filter(study=study).select_related("annotator", "article", "study")
    json.dump([worker(each) for each in mine.order_by("position")], sys.stdout)


if __name__ == "__main__":
    main(int(sys.argv[1]))
