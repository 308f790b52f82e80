import assert from "node:assert/strict";
import { test } from "node:test";

import { beside } from "../../annotations/static/annotations/js/marking/moves.js";
import { makeTable } from "../../annotations/static/annotations/js/marking/offsets.js";
import {
  Trail,
  growToGraphemes,
  nudge,
  quotationAt,
  segment,
  segmentByPattern,
  snap,
  stepGrapheme,
} from "../../annotations/static/annotations/js/marking/segmenting.js";
import { articleOf, find, read } from "./sample.js";

const EMOJI = "Go 👩‍🚀👍🏽 now 🇫🇷! Cafe\u0301 ok.";

test("a table of plain text counts units as points", () => {
  const table = makeTable("abc");
  assert.deepEqual([table.length, table.toUnits(2), table.toPoints(3)], [3, 2, 3]);
});

test("a table of astral text converts every point there and back", () => {
  const table = makeTable(EMOJI);
  assert.equal(table.length, [...EMOJI].length);
  for (let point = 0; point <= table.length; point += 1) {
    assert.equal(table.toPoints(table.toUnits(point)), point);
    assert.equal([...EMOJI].slice(0, point).join(""), EMOJI.slice(0, table.toUnits(point)));
  }
});

test("the middle of a surrogate pair counts as its start", () => {
  assert.equal(makeTable("a😀b").toPoints(2), 1);
});

test("slices run across blocks", () => {
  const article = articleOf("One 😀 two.\n\nThree four.\n");
  assert.equal(article.blocks.length, 2);
  assert.equal(read(article, find(article, "two.\n\nThree")), "two.\n\nThree");
  assert.equal(article.slice(0, article.length), article.text);
});

test("blocks tile the text and are found by point", () => {
  const article = articleOf("One.\n\nTwo.\n\nThree.");
  assert.deepEqual(article.starts, [0, 6, 12]);
  assert.deepEqual(
    [0, 5, 6, 11, 12, 17].map((point) => article.blockAt(point)),
    [0, 0, 1, 1, 2, 2],
  );
});

test("words step across blocks in both directions", () => {
  const article = articleOf("One two.\n\nThree.");
  const words = [];
  for (let word = article.nextWord(0); word; word = article.nextWord(word.end)) {
    words.push(article.slice(word.start, word.end));
  }
  assert.deepEqual(words, ["One", "two", "Three"]);
  assert.equal(article.slice(...Object.values(article.previousWord(10)).slice(0, 2)), "two");
});

test("words joined by hyphens are one step of the cursor, and of an end that lies within", () => {
  const article = articleOf("An SA-22 is – since 2023-11-10 – anti-aircraft, not COVID-19.");
  const words = article.words(0).map(({ start, end }) => article.slice(start, end));
  assert.deepEqual(words, ["An", "SA-22", "is", "since", "2023-11-10", "anti-aircraft", "not", "COVID-19"]);
  assert.equal(read(article, nudge(article, find(article, "An"), "end", 1)), "An SA-22");
  assert.equal(read(article, nudge(article, find(article, "SA"), "end", 1)), "SA-22");
  assert.equal(read(article, nudge(article, find(article, "22 is"), "start", -1)), "SA-22 is");
  assert.equal(read(article, snap(article, ...find(article, "SA"))), "SA");
});

test("a step of the cursor passes over what is not article text", () => {
  const article = articleOf("Share this. The cat sat.\n\nPhoto: AP\n\nIt slept.", {
    regions: [
      [0, 12],
      [26, 37],
    ],
  });
  const step = (words, way) => {
    const [start, end] = find(article, words);
    const next = beside(article, { start, end }, way);
    return next && article.slice(next.start, next.end);
  };
  assert.deepEqual([step("Share", 1), step("sat", 1), step("It", -1), step("The", -1)], ["The", "It", "sat", null]);
});

test("an opening mark belongs to the word behind it, a closing one to the word before", () => {
  const article = articleOf("It said no. “We saw – nothing,” she said.");
  const wordAt = (words) => {
    const { start, end } = article.wordAt(find(article, words)[0]);
    return article.slice(start, end);
  };
  const places = ["“We", ",” she", "” she", "– nothing", ". “"];
  assert.deepEqual(places.map(wordAt), ["We", "nothing", "nothing", "saw", "no"]);
});

test("what opens with a mark begins with its first word", () => {
  const article = articleOf("It said no. – “We saw nothing.”");
  const wordFrom = (point) => {
    const { start, end } = article.wordFrom(point);
    return article.slice(start, end);
  };
  assert.deepEqual([0, find(article, "– “We")[0], find(article, "ing.”")[0]].map(wordFrom), ["It", "We", "nothing"]);
});

test("a selection snaps outward to whole words and drops white space", () => {
  const article = articleOf("The Norvian maritime union led by Keston.");
  const [start] = find(article, "orvian");
  const [, end] = find(article, "maritim");
  assert.equal(read(article, snap(article, start, end)), "Norvian maritime");
  assert.equal(read(article, snap(article, 3, 12)), "Norvian");
});

test("with Alt the exact characters are kept, white space is not", () => {
  const article = articleOf("The Norvian group.");
  assert.equal(read(article, snap(article, 5, 12, { exact: true })), "orvian");
});

test("an empty or blank selection is nothing", () => {
  const article = articleOf("The Norvian group.");
  assert.equal(snap(article, 3, 4), null);
  assert.equal(snap(article, 3, 3), null);
});

test("a final comma is left out, and a full stop at the sentence end", () => {
  const article = articleOf("Norvia, a loyal partner, rejected tariffs. More.");
  assert.equal(read(article, snap(article, ...find(article, "Norvia,"))), "Norvia");
  assert.equal(read(article, snap(article, ...find(article, "tariffs."))), "tariffs");
});

test("whole sentences keep their full stop, and get it when only the words were taken", () => {
  const article = articleOf("Rain fell. The bridge was closed on Monday.");
  const words = find(article, "The bridge was closed on Monday");
  assert.equal(read(article, snap(article, ...words, { whole: true })), "The bridge was closed on Monday.");
  const clause = find(article, "was closed on Monday");
  assert.equal(read(article, snap(article, ...clause, { whole: true })), "was closed on Monday");
});

test("an extent takes the quotation marks that belong to it", () => {
  const article = articleOf("Norvia called it “unlawful” and “we will act”, he said.");
  const taken = (words) => read(article, snap(article, ...find(article, words), { quoted: true }));
  assert.equal(taken("it “unlawful"), "it “unlawful”");
  assert.equal(taken("we will act"), "“we will act”");
  assert.equal(taken("unlawful” and"), "“unlawful” and");
  assert.equal(taken("called it"), "called it");
  assert.equal(read(article, snap(article, ...find(article, "unlawful"))), "unlawful");
});

test("no boundary falls inside an emoji or a letter with marks", () => {
  const article = articleOf(EMOJI);
  assert.equal(read(article, growToGraphemes(article, 4, 5)), "👩‍🚀");
  assert.equal(read(article, snap(article, 7, 8, { exact: true })), "👍🏽");
  const accent = find(article, "\u0301")[0];
  assert.equal(read(article, growToGraphemes(article, accent, accent + 1)), "e\u0301");
});

test("a step by character goes over a whole emoji", () => {
  const article = articleOf(EMOJI);
  assert.equal(stepGrapheme(article, 3, 1), 6);
  assert.equal(stepGrapheme(article, 6, -1), 3);
});

test("the pattern fallback tiles the text like the segmenter", () => {
  for (const text of [EMOJI, "Norvia’s U.N. envoy — 3,000 men", "قال المسؤول إن"]) {
    for (const granularity of ["word", "grapheme"]) {
      const pieces = segmentByPattern(text, granularity);
      assert.equal(pieces.map(({ from, to }) => text.slice(from, to)).join(""), text);
    }
  }
  const plain = "Norvia’s envoy left.";
  const words = (pieces) => pieces.filter((piece) => piece.word).map(({ from, to }) => plain.slice(from, to));
  assert.deepEqual(words(segmentByPattern(plain, "word")), words(segment(plain, "word")));
});

test("the quotation around a point is taken with its marks", () => {
  const article = articleOf("He said “it’s ‘over’ now”, then left.");
  assert.equal(read(article, quotationAt(article, find(article, "now")[0])), "“it’s ‘over’ now”");
  assert.equal(read(article, quotationAt(article, find(article, "over")[0])), "‘over’");
  assert.equal(quotationAt(article, find(article, "left")[0]), null);
});

test("straight quotation marks pair up", () => {
  const article = articleOf('A "so-called" deal and a "new" one.');
  assert.equal(read(article, quotationAt(article, find(article, "called")[0])), '"so-called"');
  assert.equal(quotationAt(article, find(article, "deal")[0]), null);
});

test("boundaries move by word and by character at either end", () => {
  const article = articleOf("One two three four.");
  const two = find(article, "two");
  assert.equal(read(article, nudge(article, two, "end", 1)), "two three");
  assert.equal(read(article, nudge(article, two, "start", -1)), "One two");
  assert.equal(read(article, nudge(article, find(article, "two three"), "end", -1)), "two");
  assert.equal(read(article, nudge(article, find(article, "two three"), "start", 1)), "three");
  assert.equal(read(article, nudge(article, two, "end", -1, { exact: true })), "tw");
  assert.equal(nudge(article, two, "end", -1), null);
  assert.equal(nudge(article, two, "start", 1), null);
});

test("regions are cut off the ends of a stretch and refused inside it", () => {
  const article = articleOf(" date 2023-11-10 The cat sat. Photo: AP. End.", {
    regions: [
      [0, 17],
      [30, 40],
    ],
  });
  assert.equal(read(article, article.markable(0, 29)), "The cat sat.");
  assert.equal(article.markable(17, article.length), null);
  assert.equal(article.markable(2, 9), null);
});

test("a step of an end stops at the sentence, with its closing marks where they belong", () => {
  const article = articleOf("He left. “We saw it.” She slept.\n\nNobody came.");
  const saw = find(article, "saw it");
  assert.equal(nudge(article, saw, "end", 1), null);
  assert.equal(read(article, nudge(article, saw, "end", 1, { whole: true })), "saw it.”");
  const we = find(article, "We");
  assert.equal(nudge(article, we, "start", -1), null);
  assert.equal(read(article, nudge(article, we, "start", -1, { whole: true })), "“We");
  const slept = find(article, "She slept");
  assert.equal(read(article, nudge(article, slept, "end", 1, { whole: true })), "She slept.");
  assert.equal(nudge(article, find(article, "She slept."), "end", 1, { whole: true }), null);
});

test("a step in takes a step out back, to the very mark", () => {
  const article = articleOf("“It was silver,” he said of it.");
  const trail = new Trail();
  const span = { id: "a" };
  let here = find(article, "“It was silver,”");
  const step = (side, direction) => {
    const to = trail.back(span, side, direction, here) ?? nudge(article, here, side, direction);
    trail.note(span, side, direction, here, to);
    here = to;
    return read(article, here);
  };
  const words = [1, 1, -1, -1, -1, 1].map((direction) => step("end", direction));
  assert.deepEqual(words, [
    "“It was silver,” he",
    "“It was silver,” he said",
    "“It was silver,” he",
    "“It was silver,”",
    "“It was silver",
    "“It was silver,”",
  ]);
  assert.equal(step("start", 1), "It was silver,”");
  assert.equal(step("start", -1), "“It was silver,”");
});
