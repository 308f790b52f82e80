"""The fewest keys to a place in the text, to a selection, and to a span's exact ends."""

from collections.abc import Iterator
from dataclasses import dataclass

from .reader import Reader
from .reference import EXTENT, Span, Stretch

Keys = list[str]

MOST_NUDGES = 12
FAR = 5  # words that an arrow key goes with Ctrl


@dataclass(frozen=True)
class Label:
    """Its key, and whether it takes whole sentences, or the quotation marks along."""

    key: str
    whole: bool = False
    quoted: bool = False


LABELS = {
    "reporting": Label("1", whole=True),
    "attribution": Label("2"),
    "allegation": Label("3"),
    "characterization": Label("4"),
    EXTENT: Label("x", quoted=True),
}


class Paths:
    """Knows the text as the page divides it; the cursor is the number of a word, or None."""

    def __init__(self, reader: Reader) -> None:
        self.text = reader.text
        self.words = reader.words
        self.sentences = reader.sentences
        self.sentence_at = reader.sentence_at
        self.firsts = [reader.word_from(start) for start, _ in self.sentences]
        self.lasts = [self.inside(sentence)[1] for sentence in self.sentences]

    def to_word(self, cursor: int, word: int) -> Keys:
        """Arrow keys from one word to another: by words, or by sentences and then words."""
        ways = [self._steps(cursor, word)]
        held = self.sentence_at(self.words[cursor][0])
        for n in range(1, len(self.firsts)):
            if held + n < len(self.firsts):
                rest = self._steps(self.firsts[held + n], word)
                ways.append(["ArrowDown"] * n + rest)
            back = held - n + (1 if cursor > self.firsts[held] else 0)
            if back >= 0:
                rest = self._steps(self.firsts[back], word)
                ways.append(["ArrowUp"] * n + rest)
        return min(ways, key=len)

    def _steps(self, word: int, to: int, shift: str = "") -> Keys:
        """Arrow keys from word to word, five at once with Ctrl, past it and back if less."""
        far = round((to - word) / FAR)
        if not 0 <= word + FAR * far < len(self.words):
            far = int((to - word) / FAR)
        long = _repeat(f"Control+{shift}ArrowRight", f"Control+{shift}ArrowLeft", far)
        return long + _repeat(f"{shift}ArrowRight", f"{shift}ArrowLeft", to - word - FAR * far)

    def to_span(self, cursor: int, span: Span) -> Keys:
        """Keys that make the (first fragment of the) span, label key included."""
        return min(self._ways(cursor, span.fragments[0], LABELS[span.label]), key=len)

    def to_selection(self, cursor: int, stretch: Stretch, quoted: bool = False) -> Keys:
        """Keys that select a stretch of words, from its first or its last, or a quotation whole."""
        first, last = self.inside(stretch)
        if quoted and stretch == self._quotation(first):
            return [*self.to_word(cursor, first), "q"]
        if first == last:  # there and back: a single word is selected by two keys
            return [*self.to_word(cursor, first), "Shift+ArrowRight", "Shift+ArrowLeft"]
        return min(
            [*self.to_word(cursor, first), *self._on(first, last)],
            [*self.to_word(cursor, last), *self._back(last, first)],
            key=len,
        )

    def _on(self, word: int, last: int) -> Keys:
        """Keys that extend a selection on to a later word: by words, or by sentences first."""
        ways = [self._steps(word, last, "Shift+")]
        ends = [end for end in self.lasts if end > word]
        for n, end in enumerate(ends, start=1):
            rest = self._steps(end, last, "Shift+")
            ways.append(["Shift+ArrowDown"] * n + rest)
        return min(ways, key=len)

    def _back(self, word: int, first: int) -> Keys:
        ways = [self._steps(word, first, "Shift+")]
        starts = [start for start in reversed(self.firsts) if start < word]
        for n, start in enumerate(starts, start=1):
            rest = self._steps(start, first, "Shift+")
            ways.append(["Shift+ArrowUp"] * n + rest)
        return min(ways, key=len)

    def inside(self, stretch: Stretch) -> tuple[int, int]:
        numbers = [
            i
            for i, (start, end) in enumerate(self.words)
            if start >= stretch[0] and end <= stretch[1]
        ]
        return numbers[0], numbers[-1]

    def _ways(self, cursor: int, target: Stretch, label: Label) -> Iterator[Keys]:
        for keys, made in self._selections(cursor, target, label):
            if (nudges := self._nudges(made, target)) is not None:
                yield [*keys, label.key, *nudges]

    def _selections(
        self, cursor: int, target: Stretch, label: Label
    ) -> Iterator[tuple[Keys, Stretch]]:
        """Keys before the label's, and the stretch that the label then takes."""
        first, last = self.inside(target)
        sentence = self.sentences[self.sentence_at(target[0])]
        words = (self.words[first][0], self.words[last][1])
        if label.whole:
            yield self.to_word(cursor, first), sentence
            if words[0] == sentence[0] and self.text[words[1] : sentence[1]] in (".", "!", "?"):
                words = (words[0], sentence[1])
        else:
            whole = self._without_stop(sentence)
            yield [*self.to_word(cursor, first), "e"], whole
        if label.quoted:
            words = self._with_quotation_marks(words)
        single = first == last and not label.whole
        yield (self.to_word(cursor, first) if single else self.to_selection(cursor, target)), words
        if quotation := self._quotation(first):
            yield [*self.to_word(cursor, first), "q"], quotation

    def _without_stop(self, stretch: Stretch) -> Stretch:
        start, end = stretch
        return (start, end - 1) if self.text[end - 1] in ".!?…" else stretch

    def _with_quotation_marks(self, stretch: Stretch) -> Stretch:
        """A mark beside the words whose partner is on the other side of them, or within."""
        start, end = stretch
        words, before, after = (
            self.text[start:end],
            self.text[start - 1 : start],
            self.text[end : end + 1],
        )
        opened, closed = (
            words.rfind("“") > words.rfind("”"),
            0 <= words.find("”") < (words + "“").find("“"),
        )
        both = before == "“" and after == "”"
        return start - (both or (before == "“" and closed)), end + (
            both or (after == "”" and opened)
        )

    def _quotation(self, word: int) -> Stretch | None:
        at = self.words[word][0]
        opened = self.text.rfind("“", 0, at)
        closed = self.text.find("”", at)
        if (
            opened < 0
            or closed < 0
            or "”" in self.text[opened:at]
            or "\n" in self.text[opened:closed]
        ):
            return None
        return opened, closed + 1

    def _nudges(self, made: Stretch, target: Stretch) -> Keys | None:
        start = self._nudge(made[0], target[0], [a for a, _ in self.words], "Shift+,", "Shift+.")
        end = self._nudge(made[1], target[1], [b for _, b in self.words], ".", ",")
        return None if start is None or end is None else start + end

    def _nudge(self, at: int, to: int, edges: list[int], on: str, back: str) -> Keys | None:
        """Word by word to an edge near the aim, and from there letter by letter."""
        ways = [_repeat(f"Alt+{on}", f"Alt+{back}", to - at)]
        for edge in edges:
            steps = [each for each in edges if at < each <= edge or edge <= each < at]
            sign = 1 if edge > at else -1
            if 0 < len(steps) <= MOST_NUDGES and abs(to - edge) <= MOST_NUDGES:
                exact = _repeat(f"Alt+{on}", f"Alt+{back}", to - edge)
                ways.append(_repeat(on, back, sign * len(steps)) + exact)
        way = min(ways, key=len)
        return way if len(way) <= MOST_NUDGES else None


def _repeat(on: str, back: str, n: int) -> Keys:
    return [on] * n if n >= 0 else [back] * -n
