"""Articles as long as wanted, with spans as people draw them: nested, linked, some crossing.

Plain values; the same for the same seed. Offsets are code points, ends exclusive.
"""

import random
from dataclasses import dataclass, field

NAMES = ["Ilana Voss", "Tom Adeyemi", "the port authority", "two officials", "Mara Lind", "he"]
VERBS = ["said", "insisted", "told reporters", "wrote in a letter", "conceded"]
HEDGES = ["allegedly", "is said to have", "reportedly", "may have"]
LOADED = ["strongman", "reckless", "so-called", "embattled", "shameless", "firebrand"]
SAID = (
    "the harbour was closed on Monday after a fire had damaged three of the eight silos and the "
    "company moved its grain to the old town where workers had waited for two days without pay "
    "while ministers met in the capital and the price of bread rose again in every village"
)
PLAIN = SAID.split()

Stretch = tuple[int, int]


@dataclass
class Drawn:
    """One span: its label's slug, its stretch, and in attributions what it is the source of."""

    label: str
    start: int
    end: int
    claims: list[int] = field(default_factory=list)  # places in the list of spans


@dataclass
class Made:
    text: str
    spans: list[Drawn]
    n_words: int


@dataclass
class Sentence:
    text: str
    source: Stretch | None = None
    claim: Stretch | None = None
    loaded: Stretch | None = None


def make_article(n_words: int, n_spans: int, seed: int) -> Made:
    """A text of about `n_words` words with just `n_spans` spans, spread over all of it."""
    dice = random.Random(seed)
    text, drawn, words = "", list[Drawn](), 0
    while words < n_words:
        for nth in range(dice.randint(3, 6)):
            wanted = n_spans * words // n_words - len(drawn)
            sentence = make_sentence(dice, marked=wanted > 0)
            start = len(text) + (nth > 0)
            text += (" " if nth else "") + sentence.text
            words += len(sentence.text.split())
            drawn += draw(dice, sentence, start, len(drawn))[: n_spans - len(drawn)]
        text += "\n\n"
    return Made(text, fill_up(text, drawn, n_spans), words)


def make_sentence(dice: random.Random, *, marked: bool) -> Sentence:
    """A plain sentence, or one with a source, a hedged claim and a loaded word."""
    plain = " ".join(dice.choices(PLAIN, k=dice.randint(8, 22)))
    if not marked:
        return Sentence(plain.capitalize() + ".")
    name, verb = dice.choice(NAMES), dice.choice(VERBS)
    loaded = dice.choice(LOADED)
    claim = f"{dice.choice(HEDGES)} {' '.join(dice.choices(PLAIN, k=6))}"
    text = f"“The {loaded} {claim} 🙂,” {verb} {name}, and {plain}."
    return Sentence(
        text,
        source=found(text, name, after=text.index(f"{verb} {name}") + len(verb)),
        claim=found(text, claim),
        loaded=found(text, loaded),
    )


def found(text: str, words: str, after: int = 0) -> Stretch:
    start = text.index(words, after)
    return start, start + len(words)


def draw(dice: random.Random, sentence: Sentence, start: int, first: int) -> list[Drawn]:
    """The sentence as reporting, its parts within it; one in thirty crosses the sentence's edge."""
    if not sentence.source or not sentence.claim or not sentence.loaded:
        return []

    def at(label: str, stretch: Stretch) -> Drawn:
        return Drawn(label, start + stretch[0], start + stretch[1])

    whole = at("reporting", (0, len(sentence.text)))
    claim = at("allegation", sentence.claim)
    if dice.random() < 1 / 30:
        claim.end = start + sentence.source[1]
    source = at("attribution", sentence.source)
    source.claims = [first + 1]
    return [whole, claim, source, at("characterization", sentence.loaded)]


def fill_up(text: str, drawn: list[Drawn], n_spans: int) -> list[Drawn]:
    """Single words, from the front, until there are as many spans as wanted."""
    taken = {(span.label, span.start, span.end) for span in drawn}
    place = 0
    while len(drawn) < n_spans:
        start = text.index(" ", place) + 1
        place = min(at for at in (text.find(" ", start), text.find("\n", start)) if at > 0)
        if ("characterization", start, place) not in taken and text[start:place].isalpha():
            drawn.append(Drawn("characterization", start, place))
    return drawn
