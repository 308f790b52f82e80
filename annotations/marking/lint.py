"""Hints about a mark's boundaries and kind, given after it is saved; each cites a codebook rule.

Hints are few and cautious: the codebook's authors marked a whole article without earning one.
Words are checked in English articles only, shape in all.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from .wire import Stretch

MOST = 3
Hint = tuple[str, str]  # rule, sentence

OPENING, CLOSING = "“„«‹‘\"'(", "”»›’\"')"
QUOTES = '“”„«»‹›"'
SENTENCE_ENDS = ".!?…"
ABBREVIATED = re.compile(
    r"(?:\b\w\.\w|\b(?:Mr|Mrs|Ms|Dr|Prof|Inc|Ltd|Co|Corp|Jr|Sr|St|vs|etc|No|Gov|Sen|Rep|Gen|Col|Lt))$"
)
TITLES = (
    "president|prime minister|minister|chancellor|senator|governor|ambassador|secretary|general|"
    "colonel|captain|sergeant|judge|justice|mayor|sheriff|king|queen|prince|princess|pope|bishop|"
    "professor|doctor|mr|mrs|ms|dr|prof|sen|gov|gen|col|sgt|sir|lord|lady|spokesman|spokeswoman|"
    "spokesperson|commander|chairman|chairwoman|director"
)
ENDS_WITH_TITLE = re.compile(rf"\b(?:{TITLES})\.?$", re.IGNORECASE)
NAME_NEXT = re.compile(r"^\s[A-Z][\w’'-]+")
NAME = re.compile(r"^[A-Z][\w’'-]+")
DETERMINER_BEFORE = re.compile(r"\b(?:the|an?|his|her|its|their|our)\s$", re.IGNORECASE)
DETERMINER_FIRST = re.compile(r"^(?:the|an?|this|that|these|those)\s", re.IGNORECASE)
ASIDE = re.compile(r",\s(?:an?|the|who|whom|whose|which|where)\s", re.IGNORECASE)
LEADING_THAT = re.compile(r"^that\s", re.IGNORECASE)
SAYING = re.compile(
    r"\b(?:said|says?|saying|told(?:\s\w+)+|stat(?:ed|es)|claim\w*|warn\w*|insist\w*|argu\w*|"
    r"add(?:ed|s)|believ\w*|thinks?|thought|report\w*|announc\w*|den(?:y|ies|ied)|suggest\w*|"
    r"not(?:ed|es)|explain\w*|alleg\w*|confirm\w*|declar\w*|ruled|found|conclud\w*|hopes?|"
    r"maintain\w*|fear\w*|show\w*|means?)\s$",
    re.IGNORECASE,
)
LEADING_MEASURE = re.compile(r"^(?:a|the)\s(?:series|string|number|wave|set)\sof\s", re.IGNORECASE)
HEDGE = re.compile(
    r"\b(?:alleg\w*|reportedly|purport\w*|suspect\w*|suspici\w*|accus\w*|believ\w*|thought|said to|"
    r"apparent\w*|unconfirmed|could|may|might|possibl\w*|potential\w*|claim\w*|rumou?r\w*|suppos\w*|"
    r"seem\w*|appear\w*|likely|presum\w*|perhaps|unverified|would-be|den(?:y|ies|ied|ial)\w*)\b",
    re.IGNORECASE,
)
FORMULA = re.compile(r"\b(?:report|understood|rumou?r|claim|alleg|said|believ)\w*", re.IGNORECASE)


@dataclass(frozen=True)
class Mark:
    """A span as the lint sees it; `slug` is empty for an extent."""

    slug: str
    fragments: tuple[Stretch, ...]

    @property
    def hull(self) -> Stretch:
        return self.fragments[0][0], self.fragments[-1][1]


@dataclass(frozen=True)
class Place:
    """A mark in its text, with the sentences and the annotator's other marks around it."""

    text: str
    mark: Mark
    sentences: Sequence[Stretch]
    others: Sequence[Mark]

    @property
    def start(self) -> int:
        return self.mark.hull[0]

    @property
    def end(self) -> int:
        return self.mark.hull[1]

    @property
    def words(self) -> str:
        return self.text[self.start : self.end]

    @property
    def before(self) -> str:
        """Some words before, on the same line."""
        return self.text[max(0, self.start - 40) : self.start].rpartition("\n")[2]

    @property
    def after(self) -> str:
        return self.text[self.end : self.end + 40].partition("\n")[0]

    def touched(self) -> list[Stretch]:
        """The sentences that the mark lies in."""
        return [each for each in self.sentences if each[0] < self.end and self.start < each[1]]


def lint(place: Place, english: bool = True) -> list[Hint]:
    """At most three hints, the surest first."""
    checks: list[Callable[[Place], Iterator[Hint]]] = [edges]
    if english:
        checks += BY_SLUG.get(place.mark.slug, [])
    checks += [whole_sentence] if place.mark.slug == "reporting" else []
    checks += [quotation_marks, nesting]
    found = dict(hint for check in checks for hint in check(place))
    return list(found.items())[:MOST]


def edges(place: Place) -> Iterator[Hint]:
    """B1: whole words, no loose ends."""
    words = place.words
    if words != words.strip():
        yield "B1", "It takes in a space at the edge."
    elif words[-1] in ",;:" or words[0] in ",;:":
        yield "B1", f"It takes in the {PUNCTUATION[words[-1] if words[-1] in ',;:' else words[0]]}."
    elif place.mark.slug != "reporting" and takes_full_stop(place):
        yield "B1", "It takes in the mark that ends the sentence."
    elif inside_word(place.text, place.start) or inside_word(place.text, place.end):
        yield "B1", "It cuts a word in two."


PUNCTUATION = {",": "comma", ";": "semicolon", ":": "colon"}


def takes_full_stop(place: Place) -> bool:
    words = place.words
    if words[-1] not in SENTENCE_ENDS or len(words) < 2:
        return False
    at_end = any(end == place.end for _, end in place.sentences)
    return at_end and not ABBREVIATED.search(words[:-1])


def inside_word(text: str, at: int) -> bool:
    return (
        0 < at < len(text)
        and text[at - 1].isalpha()
        and text[at].isalpha()
        and (
            text[at - 1].isascii()
            and text[at].isascii()  # scripts without spaces have no such edge
        )
    )


def source_phrase(place: Place) -> Iterator[Hint]:
    """B2: article, title and name in, asides out."""
    words = place.words
    if ENDS_WITH_TITLE.search(words) and NAME_NEXT.search(place.after):
        name = place.after.split()[0].rstrip(',.;:’”"')
        yield "B2", f"It drops the name after the title: “{name}”."
    elif NAME.search(words) and ENDS_WITH_TITLE.search(place.before.rstrip()) and place.before:
        title = place.before.split()[-1]
        yield "B2", f"It drops the title before the name: “{title}”."
    elif DETERMINER_BEFORE.search(place.before) and words[0].islower():
        yield "B2", f"It drops the word before it: “{place.before.split()[-1]}”."
    elif ASIDE.search(words):
        yield "B2", "It takes in an aside after the comma."


def loaded_word(place: Place) -> Iterator[Hint]:
    """B5: as short as possible: no article, no name, no quotation marks."""
    words = place.words
    parts = words.split()
    if words[0] in QUOTES or words[-1] in QUOTES:
        yield "B5", "It takes in quotation marks."
    elif DETERMINER_FIRST.search(words):
        yield "B5", f"It takes in “{parts[0]}”."
    elif len(parts) > 1 and parts[-1][0].isupper() and parts[-2][0].islower():
        yield "B5", f"It takes in the name: “{parts[-1]}”."


def content(place: Place) -> Iterator[Hint]:
    """B3: what the source says begins after “that”."""
    if LEADING_THAT.search(place.words) and SAYING.search(place.before):
        yield "B3", "It takes in the word “that”."


def allegation(place: Place) -> Iterator[Hint]:
    """B4: no “a series of”; L2: no hedge word, no allegation."""
    if LEADING_MEASURE.search(place.words) and HEDGE.search(place.words):
        yield "B4", f"It takes in “{' '.join(place.words.split()[:3])}”."
    if HEDGE.search(place.words):
        return
    sentences = place.touched()
    lead = place.text[sentences[0][0] : place.start] if sentences else place.before
    if not FORMULA.search(lead) and not HEDGE.search(lead):
        yield "L2", "There is no hedge word in it: is the claim presented as not established?"


def whole_sentence(place: Place) -> Iterator[Hint]:
    """R2: one sentence or clause, with its full stop."""
    sentences = place.touched()
    if len(sentences) > 1:
        yield "R2", "It runs over the end of a sentence."
        return
    if len(place.words.split()) < 3:
        yield "R2", "It is less than a clause."
    for start, end in sentences:
        if start == place.start and place.end == end - 1 and place.text[end - 1] in SENTENCE_ENDS:
            yield "B1", "It leaves out the full stop of its sentence."


def quotation_marks(place: Place) -> Iterator[Hint]:
    """B3: one of a pair of quotation marks is in, the other is out."""
    if place.mark.slug == "characterization" or len(place.mark.fragments) > 1:
        return
    words = place.words
    before, after = place.before[-1:], place.after[:1]
    opens_only = words[0] in "“„«" and not any(sign in words for sign in "”»")
    closes_only = words[-1] in "”»" and not any(sign in words for sign in "“„«")
    if (opens_only and after in ("”", "»")) or (closes_only and before in ("“", "„", "«")):
        yield "B3", "It takes in one quotation mark of a pair."
    elif place.mark.slug == "" and before in ("“", "„", "«") and after in ("”", "»"):
        yield "B3", "It leaves out the quotation marks."


def nesting(place: Place) -> Iterator[Hint]:
    """N2: the same label inside itself; N3: crossing marks."""
    if not place.mark.slug:
        return
    start, end = place.mark.hull
    for other in place.others:
        left, right = other.hull
        if left >= end or right <= start:
            continue
        inside = (left <= start and end <= right) or (start <= left and right <= end)
        if not inside:
            yield "N3", "It crosses another mark: one of the boundaries is usually wrong."
        elif other.slug == place.mark.slug:
            yield "N2", "The same label stands inside itself here."


BY_SLUG: dict[str, list[Callable[[Place], Iterator[Hint]]]] = {
    "attribution": [source_phrase],
    "characterization": [loaded_word],
    "allegation": [allegation],
    "": [content],
}
