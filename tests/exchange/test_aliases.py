"""Names of people under pseudonyms, also where they stand in free words."""

import hashlib
from dataclasses import replace

import pytest

from annotations.exchange.packing.aliases import ADDRESS, UNKNOWN, Renaming, pseudonyms
from annotations.exchange.packing.choosing import Wanted, choose, named
from annotations.exchange.packing.manifest import About, without_names
from annotations.exchange.records import (
    Answer,
    ArticleRecord,
    AssignmentRecord,
    AttributeRecord,
    ChoiceRecord,
    CodebookRecord,
    Corpus,
    EntityRecord,
    FragmentRecord,
    GoldRecord,
    LabelRecord,
    MessageRecord,
    PersonRecord,
    ProvenanceRecord,
    RoundRecord,
    RuleRecord,
    SpanRecord,
    StudyRecord,
    ThreadRecord,
    VoteRecord,
)

STUDY = StudyRecord(
    id="1",
    people=(
        PersonRecord("bob", "Bob Marsh", id="b"),
        PersonRecord("zoë.k", "Zoë de Kock", id="z"),
        PersonRecord("carol", "Carol Marsh", id="c"),
        PersonRecord("will", "", id="w"),
    ),
)
SECRET = b"of this study alone"
RENAMING = Renaming(STUDY, SECRET)
BOB = RENAMING.aliases["bob"]


@pytest.mark.parametrize(
    ("words", "safe"),
    [
        ("I agree with Bob.", f"I agree with {UNKNOWN}."),
        ("BOB and @bob: see bob’s note", f"{UNKNOWN} and @{UNKNOWN}: see {UNKNOWN}’s note"),
        ("Bob  Marsh said so to Zoë de Kock", f"{UNKNOWN} said so to {UNKNOWN}"),
        ("zoë.k, or Zoë", f"{UNKNOWN}, or {UNKNOWN}"),
        ("Marsh thinks otherwise", f"{UNKNOWN} thinks otherwise"),
        ("ask carol@example.org", f"ask {ADDRESS}"),
        ("Bobby will bob_up, de facto", f"Bobby {UNKNOWN} bob_up, de facto"),
        ("a kock is no name", "a kock is no name"),
        ("", ""),
    ],
)
def test_names_are_replaced_where_they_stand_as_words(words: str, safe: str) -> None:
    assert RENAMING.words(words) == safe


def test_in_talk_no_alias_answers_a_name_that_its_reader_wrote() -> None:
    said = MessageRecord(by="bob", at="", text="@carol, or Zoë de Kock: carol@example.org?")
    article = ArticleRecord("a", "A", "Text.", "", 5, threads=(ThreadRecord((said,)),))
    [told] = RENAMING.article(article).threads[0].messages
    assert told.text == f"@{UNKNOWN}, or {UNKNOWN}: {ADDRESS}?"
    assert told.by == BOB


def test_a_study_without_people_changes_no_words() -> None:
    assert Renaming(StudyRecord(), SECRET).words("Bob said so") == "Bob said so"


def test_whoever_knows_all_ids_but_not_the_secret_cannot_tell_whose_an_alias_is() -> None:
    plain = {hashlib.sha256(f"1 {person.id}".encode()).hexdigest()[:10] for person in STUDY.people}
    told = set(RENAMING.aliases.values())
    assert not {f"person-{digest}" for digest in plain} & told
    assert not set(pseudonyms(STUDY, b"another").values()) & told
    assert {len(alias) for alias in told} == {len("person-") + 10}
    with pytest.raises(ValueError, match="need a secret"):
        pseudonyms(STUDY, b"")
    with pytest.raises(ValueError, match="nothing to make them"):
        choose(Corpus(STUDY, ()), Wanted(pseudonyms=True))


def test_an_alias_stays_whoever_joins() -> None:
    joined = tuple(PersonRecord(f"p{number}", id=f"{number:03}") for number in range(1_000))
    aliases = pseudonyms(replace(STUDY, people=(*joined, *STUDY.people)), SECRET)
    assert {name: aliases[name] for name in RENAMING.aliases} == RENAMING.aliases
    assert len(set(aliases.values())) == 1_004


def test_two_who_would_share_an_alias_get_longer_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotations.exchange.packing.aliases.DIGITS", 0)
    assert {len(alias) for alias in pseudonyms(STUDY, SECRET).values()} == {len("person-") + 64}


def test_names_go_from_all_that_people_of_the_study_wrote() -> None:
    """What is of the news, or a key that marks refer to, stays. No alias stands there: curators
    read on the pages whose name it was."""
    asked = (
        AttributeRecord("why", "What Bob asks", "text"),
        AttributeRecord("kind", "Kind", "choice", choices=(ChoiceRecord("Bob", "Bob"),)),
        AttributeRecord("who", "Who", "entity"),
    )
    rule = RuleRecord("A1", "Bob says", "Bob", ("Bob",), ("Bob",), ("Bob",))
    label = LabelRecord("claim", "Claim", "As Bob has it", attributes=asked, rules=(rule,))
    study = replace(
        STUDY,
        name="Bob's study",
        rounds=(RoundRecord("Bob's pilot"), RoundRecord("Carol's pilot")),
        codebooks=(CodebookRecord(labels=(label,), rules=(rule,)),),
    )
    answers: dict[str, Answer] = {"why": "Bob said so", "kind": "Bob", "who": "Bob", "yes": True}
    span = SpanRecord("1", "claim", (FragmentRecord(0, 3, "Bob"),), answers)
    work = AssignmentRecord("bob", (span,), (), (EntityRecord("Bob", "Bob"),), round="Bob's pilot")
    vote = VoteRecord("bob", "claim", attributes={"why": "Bob said so"})
    gold = GoldRecord((span,), provenance=(ProvenanceRecord("1", votes=(vote,)),))
    article = ArticleRecord("a", "Bob", "Bob ran", "", 7, assignments=(work,), gold=gold)
    wanted, renaming = Wanted(states=(), pseudonyms=True), Renaming(study, SECRET)
    chosen = choose(Corpus(study, (article,)), wanted, renaming)
    told = chosen.study
    assert told.name == f"{UNKNOWN}'s study"
    rounds = [f"{UNKNOWN}'s pilot", f"{UNKNOWN}'s pilot 2"]
    assert [each.name for each in told.rounds] == rounds
    (one,) = told.codebook.labels
    safe = RuleRecord("A1", f"{UNKNOWN} says", UNKNOWN, (UNKNOWN,), (UNKNOWN,), (UNKNOWN,))
    assert (one.definition, one.rules, told.codebook.rules) == (
        f"As {UNKNOWN} has it",
        (safe,),
        (safe,),
    )
    assert [each.title for each in one.attributes] == [f"What {UNKNOWN} asks", "Kind", "Who"]
    assert one.attributes[1].choices == asked[1].choices
    (out,) = chosen.articles
    (came,) = out.assignments
    assert (came.round, came.entities) == (f"{UNKNOWN}'s pilot", work.entities)
    safe_answers = {**answers, "why": f"{UNKNOWN} said so"}
    assert out.gold is not None
    assert [dict(each.attributes) for each in (*came.spans, *out.gold.spans)] == [safe_answers] * 2
    assert out.gold.provenance[0].votes[0].attributes == {"why": f"{UNKNOWN} said so"}
    assert (out.title, out.text, came.spans[0].fragments) == ("Bob", "Bob ran", span.fragments)
    assert named(replace(wanted, rounds=("Carol's pilot",)), renaming).rounds == (rounds[1],)
    about = without_names(About("", "bob", [("Labels", (), (), "From “For Bob”.")]), renaming)
    assert (about.made_by, about.agreement[0][3]) == ("", f"From “For {UNKNOWN}”.")
