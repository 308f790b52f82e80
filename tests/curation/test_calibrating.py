"""Before and after: figures, movement and passages, on marks as plain values."""

from annotations.agreement import Continuum, Unit
from annotations.curation.calibrating import Twice, by_label, by_pair, figures, moves, towards

LENGTH = 100


def line(**people: list[Unit]) -> Continuum:
    return Continuum.of(LENGTH, people)


def unit(start: int, end: int, label: str = "A", **answers: str) -> Unit:
    return Unit(((start, end),), label, attributes=answers)


def test_full_agreement_after_shows_as_one_and_its_rise() -> None:
    one = Twice(
        line(ann=[unit(0, 10)], ben=[unit(0, 20)]), line(ann=[unit(0, 20)], ben=[unit(0, 20)])
    )
    told = figures([one])
    exact = told["exact_f1"]
    assert (exact.before.value, exact.after.value, exact.difference) == (0.0, 1.0, 1.0)
    assert told["krippendorff_alpha_u"].after.value == 1.0
    assert told["krippendorff_alpha_u"].difference > 0


def test_only_who_changed_has_moved() -> None:
    one = Twice(
        line(ann=[unit(0, 10)], ben=[unit(0, 20)]), line(ann=[unit(0, 20)], ben=[unit(0, 20)])
    )
    moved = towards([one])
    assert round(moved["ann", "ben"]["character_f1"], 4) == round(1 - 20 / 30, 4)
    assert moved["ben", "ann"] == {"krippendorff_alpha_u": 0.0, "character_f1": 0.0}


def test_two_who_change_places_moved_though_they_agree_no_more() -> None:
    one = Twice(
        line(ann=[unit(0, 10)], ben=[unit(50, 60)]), line(ann=[unit(50, 60)], ben=[unit(0, 10)])
    )
    assert figures([one])["exact_f1"].difference == 0.0
    moved = towards([one])
    assert [moved[pair]["character_f1"] for pair in (("ann", "ben"), ("ben", "ann"))] == [1.0, 1.0]


def test_every_kind_of_change_is_a_move_and_what_stays_is_none() -> None:
    before = [unit(0, 5), unit(10, 20), unit(30, 40), unit(50, 60), unit(70, 80, kind="x")]
    after = [unit(0, 5), unit(10, 25), unit(30, 40, "B"), unit(90, 95), unit(70, 80, kind="y")]
    one = Twice(line(ann=before, ben=[]), line(ann=after, ben=[]))
    told = [(move.kind, move.start) for move in moves({"1": one})]
    assert told == [
        ("boundary", 10),
        ("label", 30),
        ("dropped", 50),
        ("answers", 70),
        ("added", 90),
    ]


def test_a_move_says_who_had_it_so_from_the_beginning() -> None:
    before = line(ann=[unit(0, 10), unit(50, 60)], ben=[unit(0, 20)], cem=[unit(0, 10)])
    after = line(ann=[unit(0, 20)], ben=[unit(0, 20), unit(80, 90)], cem=[unit(0, 10)])
    told = {(m.annotator, m.kind): m.towards for m in moves({"1": Twice(before, after)})}
    assert told == {
        ("ann", "boundary"): ("ben",),
        ("ann", "dropped"): ("ben", "cem"),
        ("ben", "added"): (),
    }


def test_pairs_that_share_no_article_have_no_figures() -> None:
    here = Twice(line(ann=[], ben=[unit(0, 5)]), line(ann=[unit(0, 5)], ben=[unit(0, 5)]))
    there = Twice(line(ben=[], cem=[]), line(ben=[], cem=[]))
    assert sorted(by_pair([here, there])) == [("ann", "ben"), ("ben", "cem")]
    assert sorted(towards([here, there])) == [
        ("ann", "ben"),
        ("ben", "ann"),
        ("ben", "cem"),
        ("cem", "ben"),
    ]


def test_a_figure_that_is_undefined_before_has_no_difference() -> None:
    one = Twice(line(ann=[], ben=[]), line(ann=[unit(0, 5)], ben=[unit(0, 5)]))
    change = by_label([one])["A"]
    assert (change.before.value, change.difference) == (None, None)
    assert change.before.reason
